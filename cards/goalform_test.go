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
	f.People["viewers"] = cards.People{Names: strings.Repeat("Adele Vance, ", 200)}
	require.Equal(t, "viewers", saveData(t, cards.EditGoal(f))["keep"])
	f.Picker = cards.DatasetPeople
	require.Empty(t, saveData(t, cards.EditGoal(f))["keep"], "no viewer was chosen")
}

// TestGoalFormAsksForEveryField makes sure that no field of a goal is forgotten on
// its form: each is an input of the gallery's forms of its kind.
func TestGoalFormAsksForEveryField(t *testing.T) {
	t.Parallel()
	asked := map[okr.GoalKind]map[string]bool{}
	for _, kind := range []okr.GoalKind{okr.Objective, okr.KeyResult, okr.Project} {
		asked[kind] = map[string]bool{}
		f := fullForm()
		f.Kind = kind
		inputsOf(t, cards.EditGoal(f), asked[kind])
	}
	limit := fullForm()
	limit.Values["type"] = string(okr.StayBelow)
	inputsOf(t, cards.EditGoal(limit), asked[okr.KeyResult])
	for _, field := range okr.GoalFields() {
		for kind, ids := range asked {
			require.Equal(t, field.In(kind) && field.IsInput(), ids[field.ID], "%s of a %s", field.ID, kind)
			delete(ids, field.ID)
		}
	}
	for kind, ids := range asked {
		require.Empty(t, ids, "inputs of a %s that are no field", kind)
	}
}

// inputsOf notes the ids of a card's inputs.
func inputsOf(t *testing.T, c cards.Card, ids map[string]bool) {
	t.Helper()
	var card map[string]any
	require.NoError(t, json.Unmarshal(encode(t, c), &card))
	walk(card["body"], func(node map[string]any) {
		if kind, _ := node["type"].(string); strings.HasPrefix(kind, "Input.") {
			ids[node["id"].(string)] = true
		}
	})
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
	title, subtitle := cards.ResultTitle(place, v)
	require.Equal(t, cards.Plain("KR3 "+nasty, 160), title)
	require.Equal(t, "◐ Behind · 40% · Megan ‹at›Bob‹/at›", subtitle)
}
