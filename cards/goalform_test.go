package cards_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/cards"
	"okrbot/okr"
)

// TestGoalFormKeeps makes sure that what does not fit a card is named, so that
// saving the card leaves it as it is.
func TestGoalFormKeeps(t *testing.T) {
	t.Parallel()
	f := fullForm()
	require.Empty(t, saveData(t, cards.EditGoal(f))["keep"])
	require.Equal(t, "7", saveData(t, cards.EditGoal(f))["version"])
	f.Viewers.Names = strings.Repeat("Adele Vance, ", 200)
	require.Equal(t, "viewers", saveData(t, cards.EditGoal(f))["keep"])
	f.Picker = cards.DatasetPeople
	require.Empty(t, saveData(t, cards.EditGoal(f))["keep"], "no viewer was chosen")
}

// saveData is what the first positive button of a card sends.
func saveData(t *testing.T, c cards.Card) map[string]any {
	t.Helper()
	var card map[string]any
	require.NoError(t, json.Unmarshal(encode(t, c), &card))
	for _, a := range card["actions"].([]any) {
		if action := a.(map[string]any); action["style"] == "positive" {
			return action["data"].(map[string]any)
		}
	}
	return nil
}

// TestListPages makes sure that turning a page keeps the filter.
func TestListPages(t *testing.T) {
	t.Parallel()
	filter := cards.GoalFilter{Team: "Delivery", Status: string(okr.Behind)}
	list := cards.GoalList{Views: []cards.GoalView{fullView()}, Total: 3, Offset: 1, Mine: true, Filter: filter}
	var offsets []any
	var card map[string]any
	require.NoError(t, json.Unmarshal(encode(t, cards.Goals(place, list)), &card))
	walk(card["actions"], func(node map[string]any) {
		if node["type"] == "Action.Execute" && (node["title"] == "Next" || node["title"] == "Previous") {
			data := node["data"].(map[string]any)
			offsets = append(offsets, data["offset"])
			require.Equal(t, "none", node["associatedInputs"])
			require.Equal(t, []any{"mine", "Delivery", "behind"}, []any{data["scope"], data["team"], data["status"]})
		}
	})
	require.Equal(t, []any{"0", "2"}, offsets)
}

func TestResultTitle(t *testing.T) {
	t.Parallel()
	v := fullView()
	v.Goal.Title, v.Goal.Owner.Name = nasty, "Megan <at>Bob</at>"
	title, subtitle := cards.ResultTitle(v)
	require.Equal(t, cards.Plain("KR3 "+nasty, 160), title)
	require.Equal(t, "◐ Behind · 40 % · Megan ‹at›Bob‹/at›", subtitle)
}
