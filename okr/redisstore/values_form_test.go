package redisstore_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okrbot/okr"
	"okrbot/okr/redisstore"
)

// TestStoredFormIsThatOfEncodingJSON writes and reads values both ways, whole ones and such as were cut, mixed or written
// by somebody else.
func TestStoredFormIsThatOfEncodingJSON(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		data, err := json.Marshal(rapid.MapOf(rapid.SampledFrom([]string{"d", "v", "a", "n"}), rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{`,"d":`, `}`, `"`}))).Draw(t, "data"))
		require.NoError(t, err)
		written, want := redisstore.Stored(rapid.IntRange(-1, 3).Draw(t, "version"), rapid.Int64().Draw(t, "created"), rapid.IntRange(0, 2).Draw(t, "indexed"), data)
		require.Equal(t, string(want), string(written))

		part := rapid.SampledFrom([]string{string(written), `,"d":`, `,"y":{"a":1,"d":2}`, "}", " ", `{"v":1`, `null`, ""})
		requireSameRead(t, string(written))
		requireSameRead(t, strings.Join(rapid.SliceOfN(part, 0, 5).Draw(t, "parts"), ""))
	})
	for _, raw := range []string{`{"v":1,"d":{"a":1},"d":{"b":2}}`, `{"d":{"a":1},"v":1}`, `{"v":1,"d":5}}`, `{"v":1,"d":}`, `{"v":1,"y":{"a":1},"d":2}`, `{"v":1,"y":[{"q":1,"d":2}],"d":{}}`} {
		requireSameRead(t, raw)
	}
}

func requireSameRead(t require.TestingT, raw string) {
	got, err, want, wantErr := redisstore.Read([]byte(raw)) //nolint:revive,staticcheck // both ways side by side
	if wantErr != nil {
		require.Error(t, err, raw)
		return
	}
	require.NoError(t, err, raw)
	require.Equal(t, want, got, raw)
}

// Goals are scanned, whatever stands in any of their fields: also in those that came later.
func TestGoalsAreScannedAsTheyAreDecoded(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var g okr.Goal
		fillIn(t, reflect.ValueOf(&g).Elem(), 0)
		raw, err := redisstore.Encode(g)
		require.NoError(t, err)
		scanned, isScanned, decoded, err := redisstore.ScannedGoal(raw)
		require.NoError(t, err)
		require.True(t, isScanned, raw)
		require.Equal(t, decoded, scanned, raw)

		cut := rapid.IntRange(0, len(raw)-1).Draw(t, "cut")
		_, isScanned, _, _ = redisstore.ScannedGoal(raw[:cut])
		require.False(t, isScanned, raw[:cut])
		other := strings.Replace(raw, `":`, `": `, 1+rapid.IntRange(0, 9).Draw(t, "spaces"))
		if scanned, isScanned, decoded, err = redisstore.ScannedGoal(other); isScanned {
			require.NoError(t, err)
			require.Equal(t, decoded, scanned, other)
		}
	})
}

// fillIn gives a value of any type any content.
func fillIn(t *rapid.T, v reflect.Value, depth int) {
	if at, isTime := reflect.TypeAssert[*time.Time](v.Addr()); isTime {
		*at = time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "time"), rapid.Int64Range(0, 999).Draw(t, "nanoseconds")*1000).UTC()
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(rapid.OneOf(rapid.StringMatching(`[a-z0-9 ]{0,8}`), rapid.String(), rapid.Just("\"<&>\\\n\u2028é")).Draw(t, "text"))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, "bool"))
	case reflect.Int, reflect.Int64:
		v.SetInt(rapid.Int64Range(-1e6, 1e6).Draw(t, "int"))
	case reflect.Float64:
		v.SetFloat(rapid.Float64Range(-1e9, 1e9).Draw(t, "number"))
	case reflect.Struct:
		for _, field := range v.Fields() {
			fillIn(t, field, depth+1)
		}
	case reflect.Pointer:
		if depth < 5 && rapid.Bool().Draw(t, "there") {
			v.Set(reflect.New(v.Type().Elem()))
			fillIn(t, v.Elem(), depth+1)
		}
	case reflect.Slice:
		for range rapid.IntRange(0, max(0, 2-depth/2)).Draw(t, "items") {
			item := reflect.New(v.Type().Elem()).Elem()
			fillIn(t, item, depth+1)
			v.Set(reflect.Append(v, item))
		}
	case reflect.Map: // as it is
	default:
		require.Fail(t, "unknown kind", "%s", v.Type())
	}
}
