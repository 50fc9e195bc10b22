package cards_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/cards"
	"okrbot/okr"
)

// nodesOf are the elements and actions of a card as a client reads it.
func nodesOf(t *testing.T, c cards.Card) []map[string]any {
	t.Helper()
	var card map[string]any
	require.NoError(t, json.Unmarshal(encode(t, c), &card))
	return nodes(card)
}

func nodes(card map[string]any) []map[string]any {
	var out []map[string]any
	walk(card, func(node map[string]any) { out = append(out, node) })
	return out
}

// TestWhatIsDrawnIsAlsoSaid: who sees no bar, chart or icon reads the same: a bar has its
// number beside it and no glyphs in its place, a chart a title, an icon a text.
func TestWhatIsDrawnIsAlsoSaid(t *testing.T) {
	t.Parallel()
	for _, e := range all(t) {
		raw := string(encode(t, e.card))
		require.NotContains(t, raw, "▰", e.name)
		require.NotContains(t, raw, "▱", e.name)
		for _, node := range nodes(e.read) {
			switch kind, _ := node["type"].(string); kind {
			case "ColumnSet":
				if bar := barIn(node); bar != nil {
					require.Contains(t, fmt.Sprint(node["columns"].([]any)[0]), "%", "%s: a bar without its number", e.name)
				}
			case "Chart.Donut", "Chart.Line":
				require.NotEmpty(t, node["title"], e.name)
			case "Badge":
				require.NotEmpty(t, node["text"], e.name)
			case "Icon":
				require.Equal(t, "drop", node["fallback"], e.name)
			}
		}
	}
}

// barIn is the ProgressBar right in the last column of a row.
func barIn(row map[string]any) map[string]any {
	cols, _ := row["columns"].([]any)
	if len(cols) == 0 {
		return nil
	}
	items, _ := cols[len(cols)-1].(map[string]any)["items"].([]any)
	for _, each := range items {
		if item, _ := each.(map[string]any); item["type"] == "ProgressBar" {
			return item
		}
	}
	return nil
}

// TestMoreBecomesLess: what shows a group with "More" is replaced by what hides it.
func TestMoreBecomesLess(t *testing.T) {
	t.Parallel()
	seen := 0
	for _, e := range all(t) {
		list := nodes(e.read)
		titles := []string{}
		for _, node := range list {
			if node["type"] != "Action.ToggleVisibility" {
				continue
			}
			title, _ := node["title"].(string)
			titles = append(titles, title)
			if title == "More" || title == "Less" {
				seen++
				require.Len(t, node["targetElements"], 3, "%s: the group, and the two rows of buttons", e.name)
			}
		}
		require.Equal(t, slices.Contains(titles, "More"), slices.Contains(titles, "Less"), e.name)
	}
	require.NotZero(t, seen)
}

// TestLineSaysWhereANumberGoes: a fall towards a target never reads like a part of it.
func TestLineSaysWhereANumberGoes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		metric okr.Metric
		want   string
	}{
		{okr.Metric{Name: "Answers", Unit: "h", Start: 96, Target: 24, Current: new(float64(60))}, "60 h, target 24 h"},
		{okr.Metric{Name: "Bugs", Unit: "bugs", Start: 0, Target: 30, Current: new(float64(12))}, "12 of 30 bugs"},
		{okr.Metric{Name: "Stores", Unit: "stores", Start: 20, Target: 40, Current: new(float64(30))}, "30 stores, target 40 stores"},
		{okr.Metric{Name: "Errors", Unit: "ms", Type: okr.StayBelow, Target: 300, Current: new(float64(250))}, "250 ms, to stay below 300 ms"},
		{okr.Metric{Name: "Done", Unit: "%", Start: 0, Target: 100, Current: new(float64(40))}, ""},
	} {
		v := view(keyResult(), 50, okr.OnTrack)
		v.Goal.Metric = &test.metric
		raw := string(encode(t, cards.Goals(place, cards.GoalList{Views: []cards.GoalView{v}, Total: 1})))
		if test.want == "" {
			require.NotContains(t, raw, "40 of", test.metric.Name)
			continue
		}
		require.Contains(t, raw, test.want, test.metric.Name)
	}
}

// TestEqualTitlesAreToldApart: what is to be chosen from says period and owner.
func TestEqualTitlesAreToldApart(t *testing.T) {
	t.Parallel()
	now, next := objective(), objective()
	next.ID, next.Period = "O9", okr.Period{Name: "Q1 2027", Start: "2027-01-01", End: "2027-03-31"}
	raw := string(encode(t, cards.ChooseGoal(place, "“launch” fits several.", []okr.Goal{now, next}, cards.VerbGoal)))
	for _, want := range []string{"Q4 2026", "Q1 2027", "O1 · ", "O9 · "} {
		require.Contains(t, raw, want)
	}
	require.Equal(t, 2, strings.Count(raw, now.Owner.Name))
}

// TestHistoryEndsToday: the line goes on to the day on which it is looked at, at its last
// value, and the projection begins there.
func TestHistoryEndsToday(t *testing.T) {
	t.Parallel()
	h := history()
	for _, node := range nodesOf(t, cards.History(place, h)) {
		if node["type"] != "Chart.Line" {
			continue
		}
		line := node["data"].([]any)[0].(map[string]any)["values"].([]any)
		last := line[len(line)-1].(map[string]any)
		require.Equal(t, string(h.Today), last["x"])
		require.InDelta(t, h.Points[len(h.Points)-1].Value, last["y"], 0.01)
		return
	}
	require.Fail(t, "no chart")
}
