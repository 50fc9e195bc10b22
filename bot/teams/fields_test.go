package teams_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okrbot/bot/teams"
)

// anyJSON makes values as they may be written: nested, with blanks and escapes anywhere.
func anyJSON(depth int) *rapid.Generator[string] {
	blank := rapid.StringMatching(`[ \t\r\n]{0,2}`)
	text := rapid.Custom(func(t *rapid.T) string {
		raw, _ := json.Marshal(rapid.String().Draw(t, "text"))
		return string(raw)
	})
	scalar := rapid.OneOf(text, rapid.SampledFrom([]string{
		`null`, `true`, `false`, `0`, `-1.5e+3`, `""`, `"\""`, `"\\"`, `"\\\""`, `"a\u007db"`, `"}],:{["`, "\"\xff\"", `"type"`,
	}))
	if depth == 0 {
		return scalar
	}
	return rapid.Custom(func(t *rapid.T) string {
		inner := anyJSON(depth - 1)
		var parts []string
		isObject := rapid.Bool().Draw(t, "object")
		for range rapid.IntRange(0, 4).Draw(t, "members") {
			part := blank.Draw(t, "b") + inner.Draw(t, "value") + blank.Draw(t, "b")
			if isObject {
				name := rapid.OneOf(text, rapid.SampledFrom([]string{`"a"`, `"list"`, `"\u0061"`})).Draw(t, "name")
				part = blank.Draw(t, "b") + name + blank.Draw(t, "b") + ":" + part
			}
			parts = append(parts, part)
		}
		if isObject {
			return "{" + strings.Join(parts, ",") + "}"
		}
		return "[" + strings.Join(parts, ",") + "]"
	})
}

// TestObjectsAreReadAsEncodingJSONReadsThem compares the reader of activities with encoding/json.
func TestObjectsAreReadAsEncodingJSONReadsThem(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		requireSameMembers(t, []byte(anyJSON(3).Draw(t, "json")))
	})
}

func requireSameMembers(t require.TestingT, raw []byte) {
	var want map[string]json.RawMessage
	if !bytes.HasPrefix(bytes.TrimLeft(raw, " \t\r\n"), []byte("{")) || json.Unmarshal(raw, &want) != nil {
		want = nil
	}
	got := map[string]json.RawMessage{}
	names, values := teams.Members(raw)
	for i, name := range names {
		got[name] = values[i]
	}
	require.Len(t, got, len(want))
	for name, value := range want {
		require.Equal(t, string(bytes.TrimSpace(value)), string(got[name]), "%q of %s", name, raw)
	}
	require.Equal(t, elementsOf(want["list"]), fmt.Sprint(teams.Elements(raw)), "list of %s", raw)
}

// elementsOf are the names in the objects of an array, sorted out by encoding/json.
func elementsOf(list json.RawMessage) string {
	var items []json.RawMessage
	_ = json.Unmarshal(list, &items)
	var all [][]string
	for _, item := range items {
		if names, _ := teams.Members(item); len(bytes.TrimSpace(item)) > 0 && bytes.TrimSpace(item)[0] == '{' {
			all = append(all, names)
		}
	}
	return fmt.Sprint(all)
}
