package cards_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"okrbot/bot/bottest"
	"okrbot/cards"
)

var update = flag.Bool("update", false, "write the golden files anew")

// shown is a card of the gallery as a client reads it: what tests only look at.
type shown struct {
	exhibit
	read map[string]any
}

// all is the gallery and the same cards with the worst that may come.
func all(t *testing.T) []shown {
	t.Helper()
	out, err := everyCard()
	require.NoError(t, err)
	return out
}

// everyCard makes and reads them once for all tests: the worst of them take longer than everything else here.
var everyCard = sync.OnceValues(func() ([]shown, error) {
	var out []shown
	for _, e := range slices.Concat(gallery(), worst()) {
		raw, err := e.card.MarshalJSON()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.name, err)
		}
		card := shown{exhibit: e}
		if err := json.Unmarshal(raw, &card.read); err != nil {
			return nil, fmt.Errorf("%s: %w", e.name, err)
		}
		out = append(out, card)
	}
	return out, nil
})

func TestGolden(t *testing.T) {
	t.Parallel()
	for _, e := range gallery() {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			var got bytes.Buffer
			require.NoError(t, json.Indent(&got, encode(t, e.card), "", " "))
			got.WriteByte('\n')
			file := filepath.Join("testdata", "golden", e.name+".json")
			if *update {
				require.NoError(t, os.WriteFile(file, got.Bytes(), 0o600))
			}
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			require.Equal(t, string(want), got.String())
		})
	}
}

func TestSchema(t *testing.T) {
	t.Parallel()
	schema, err := jsonschema.NewCompiler().Compile("testdata/card.schema.json")
	require.NoError(t, err)
	for _, e := range all(t) {
		require.NoError(t, schema.Validate(e.read), e.name)
	}
}

func TestSize(t *testing.T) {
	t.Parallel()
	for _, e := range all(t) {
		// The longer form: encoding/json escapes <, > and &.
		escaped, err := json.Marshal(e.card)
		require.NoError(t, err)
		require.Less(t, len(escaped), cards.MaxBytes, e.name)
		require.True(t, utf8.Valid(escaped), e.name)
		require.NotEmpty(t, e.card.Summary, e.name)
	}
}

// TestElements walks each card: what is newer than 1.5 has a fallback of 1.5, at
// most six actions are primary, an Execute falls back to a Submit of the same
// data, no id stands twice, and what a toggle shows is there.
// A card that only one person sees has a button more, and a mark in each (teams.KeyTargeted).
// Teams takes about 28 KB ("Format your bot messages").
func TestSizeForOnePerson(t *testing.T) {
	t.Parallel()
	data := map[string]string{cards.KeyOwner: strings.Repeat("o", 40), cards.KeyTeam: strings.Repeat("Ö", 100), cards.KeyText: strings.Repeat("Ö", 100)}
	for _, e := range all(t) {
		raw, err := json.Marshal(cards.WithShare(e.card, cards.VerbGoals, data))
		require.NoError(t, err)
		marks := (bytes.Count(raw, []byte(`"Action.Execute"`)) + bytes.Count(raw, []byte(`"Action.Submit"`))) * len(`"only":"1",`)
		require.Less(t, len(raw)+marks, 28_000, e.name)
	}
}

func TestElements(t *testing.T) {
	t.Parallel()
	for _, e := range all(t) {
		ids := map[string]bool{}
		var targets []any
		walk(e.read, func(node map[string]any) {
			switch node["type"] {
			case "Chart.Line":
				require.Equal(t, "Container", node["fallback"].(map[string]any)["type"], e.name)
			case "Action.ToggleVisibility":
				targets = append(targets, node["targetElements"].([]any)...)
			case "Chart.Donut", "Chart.VerticalBar.Grouped":
				require.NotEmpty(t, node["title"], e.name)
			case "Container", "ActionSet", "ColumnSet":
				if id, ok := node["id"].(string); ok {
					require.False(t, ids[id], "%s: %s twice", e.name, id)
					ids[id] = true
				}
			case "ProgressBar":
				require.Equal(t, "drop", node["fallback"], e.name)
			case "Badge":
				require.Equal(t, "TextBlock", node["fallback"].(map[string]any)["type"], e.name)
			case "Action.Execute":
				submit := node["fallback"].(map[string]any)
				require.Equal(t, "Action.Submit", submit["type"], e.name)
				require.Equal(t, node["data"], submit["data"], e.name)
				require.Equal(t, node["verb"], node["data"].(map[string]any)["verb"], e.name)
			case "Input.Text", "Input.Date", "Input.Toggle", "Input.ChoiceSet":
				id := node["id"].(string)
				require.False(t, ids[id], "%s: input %s twice", e.name, id)
				ids[id] = true
			}
			require.LessOrEqual(t, primary(node["actions"]), 6, e.name)
		})
		for _, target := range targets {
			require.True(t, ids[target.(string)], "%s: nothing is called %s", e.name, target)
		}
	}
}

// TestPhonesAndDesktopShowTheSame: every text of every card comes out as it was
// meant, by the parser of the mobile clients and by the desktop's.
func TestPhonesAndDesktopShowTheSame(t *testing.T) {
	t.Parallel()
	for _, e := range all(t) {
		require.Empty(t, bottest.CardFaults(e.read), e.name)
	}
}

func primary(actions any) int {
	n := 0
	list, _ := actions.([]any)
	for _, a := range list {
		if a.(map[string]any)["mode"] != "secondary" {
			n++
		}
	}
	return n
}

func walk(value any, visit func(map[string]any)) {
	switch v := value.(type) {
	case []any:
		for _, e := range v {
			walk(e, visit)
		}
	case map[string]any:
		visit(v)
		for _, e := range v {
			walk(e, visit)
		}
	}
}

func encode(t *testing.T, c cards.Card) []byte {
	t.Helper()
	data, err := c.MarshalJSON()
	require.NoError(t, err)
	return data
}
