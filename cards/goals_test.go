package cards_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/cards"
	"okrbot/okr"
)

// wide are objectives with key results below each, of which a list reads the first eight. All
// have a title of so many characters.
func wide(objectives, keyResults int, title string) []cards.GoalView {
	var out []cards.GoalView
	for i := range objectives {
		o := objectiveView()
		o.Goal.ID, o.Goal.Title, o.Children, o.ChildTotal = okr.GoalID(fmt.Sprintf("O%d", i+1)), title, nil, keyResults
		for k := range min(keyResults, 8) {
			v := fullView()
			v.Goal.ID, v.Goal.Title, v.Goal.Parent = okr.GoalID(fmt.Sprintf("KR%d", 100*(i+1)+k)), title, o.Goal.ID
			o.Children = append(o.Children, v)
		}
		out = append(out, o)
	}
	return out
}

// TestListsHoldFiveObjectives: whatever the titles, a page shows five objectives with twelve
// key results each, in their order, and says how many are not shown.
func TestListsHoldFiveObjectives(t *testing.T) {
	t.Parallel()
	for name, title := range map[string]string{
		"short": "Close the launch bugs", "long": strings.Repeat("Close bugs ", 11), "longest": strings.Repeat("Close bugs ", 23),
		"emoji": strings.Repeat("🚀", 60), "longest of emoji": strings.Repeat("👩‍🚀", 63), "Chinese": strings.Repeat("目标", 100), "marked up": strings.Repeat("*[x](y)* ", 25),
	} {
		for _, keyResults := range []int{4, 8, 12, 40} {
			t.Run(fmt.Sprintf("%s, %d", name, keyResults), func(t *testing.T) {
				t.Parallel()
				c := cards.Goals(place, cards.GoalList{
					Views: wide(5, keyResults, title), Total: 17, Page: 5,
					Owners: []cards.Choice{personChoice(megan), personChoice(adele)}, Teams: []cards.Choice{{Title: "Delivery", Value: "Delivery"}}, Periods: periodChoices(),
				})
				raw, err := json.Marshal(c)
				require.NoError(t, err)
				require.LessOrEqual(t, len(raw), cards.MaxBytes)
				var ids []string
				for _, m := range regexp.MustCompile(`"text":"(O\d) · `).FindAllStringSubmatch(string(raw), -1) {
					ids = append(ids, m[1])
				}
				require.Equal(t, []string{"O1", "O2", "O3", "O4", "O5"}, ids)
				require.Contains(t, string(raw), `1 to 5 of 17`)
				require.Contains(t, string(raw), `"offset":"5"`, "the next page")
				require.Contains(t, string(raw), "▸ Show ")
			})
		}
	}
}
