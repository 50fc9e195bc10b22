package cards_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/cards"
	"okrbot/okr"
)

// TestEveryRowOfATreeCanBeReached presses each button of the cards of a big tree, from
// the card of its project on, until nothing new opens: each work item of the three
// levels was on some card, with titles of any length.
func TestEveryRowOfATreeCanBeReached(t *testing.T) {
	t.Parallel()
	for name, title := range map[string]string{"short": "Story", "long": strings.Repeat("[*_多", 80)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run := treeRun(title)
			v := view(project(), 38.46, okr.AtRisk)
			m := okr.Binding{}.Measure(run, okr.Project, nil)
			v.Goal.Binding.Last = &m
			seen, opened := map[int]bool{}, map[[2]int]bool{}
			open := pagesOf(t, cards.Goal(place, v), seen)
			for len(open) > 0 {
				page := open[0]
				if open = open[1:]; !opened[page] {
					opened[page] = true
					open = append(open, pagesOf(t, cards.Tree(place, v, run.Branch("", page[0], page[1])), seen)...)
				}
			}
			require.Len(t, seen, m.Size.Rows)
			require.Less(t, m.Size.Rows, len(run.Items), "deeper ones are not shown")
		})
	}
}

// treeRun is 33 items at the top; each eleventh has 17 below it, and each sixth of
// those 16 more, each with one that is too deep.
func treeRun(title string) okr.Run {
	run := okr.Run{At: now}
	add := func(parent int) int {
		id := len(run.Items) + 1
		run.Items = append(run.Items, okr.WorkItem{
			ID: id, Parent: parent, Type: okr.Shorten(title, 60), Title: title, State: title, Category: okr.InProgress,
			URL: "https://dev.azure.com/" + strings.Repeat("a", 370-len(strconv.Itoa(id))) + strconv.Itoa(id),
		})
		return id
	}
	for top := range 33 {
		epic := add(0)
		for n := range 17 * (1 - min(1, top%11)) {
			feature := add(epic)
			for range 16 * (1 - min(1, n%6)) {
				add(add(feature))
			}
		}
	}
	return run
}

// pagesOf lists the item and offset of each button of a card that opens a tree, and
// notes the work items of its rows.
func pagesOf(t *testing.T, card cards.Card, seen map[int]bool) (open [][2]int) {
	t.Helper()
	raw := encode(t, card)
	require.Less(t, len(raw), cards.MaxBytes)
	var parsed map[string]any
	require.NoError(t, json.Unmarshal(raw, &parsed))
	number := func(data map[string]any, key string) int {
		n, _ := strconv.Atoi(fmt.Sprint(data[key]))
		return n
	}
	walk(parsed, func(node map[string]any) {
		if node["verb"] == cards.VerbTree && node["type"] == "Action.Execute" {
			data := node["data"].(map[string]any)
			open = append(open, [2]int{number(data, cards.KeyItem), number(data, cards.KeyOffset)})
		}
		text, _ := node["text"].(string)
		if _, link, isLink := strings.Cut(text, "](https://dev.azure.com/aaa"); isLink {
			id, err := strconv.Atoi(strings.Trim(strings.Split(link, ")")[0], "a"))
			require.NoError(t, err)
			seen[id] = true
		}
	})
	return open
}
