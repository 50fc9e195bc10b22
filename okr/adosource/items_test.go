package adosource_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/okr"
	"okrbot/okr/okrtest"
)

// addItem adds a work item to Fabrikam Fiber and gives its id.
func addItem(t *testing.T, w *okrtest.World, it adotest.Item) int {
	t.Helper()
	added, err := w.Cloud.AddItem(adotest.OrgContoso, adotest.ProjectFiber, it)
	require.NoError(t, err)
	return added.ID
}

func idsOf(items []okr.WorkItem) []int {
	var ids []int
	for _, i := range items {
		ids = append(ids, i.ID)
	}
	return ids
}

func TestSearchItems(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	w.SignIn(okrtest.Alex)
	portal := addItem(t, w, adotest.Item{Type: "User Story", Title: "It's O'Brien's C++ portal", Area: `Portal\Sign-in`})
	search := func(s okr.ItemSearch) (okr.ItemPage, error) {
		return w.Source.SearchItems(t.Context(), okrtest.AccessOf(okrtest.Alex), w.Fiber(), s)
	}
	for _, words := range []string{
		"O'Brien's", "c++ port", "it's", "PORTAL brie o'b", "' OR [System.Id] > 0 --", "@Me", "@project", "']", "\x00\u2028", strings.Repeat("word ", 400), strings.Repeat("x", 5000),
	} {
		page, err := search(okr.ItemSearch{Words: words, Type: "User Story", Area: adotest.ProjectFiber + `\Portal`})
		require.NoError(t, err, words)
		if strings.Contains(strings.ToLower(words), "o'b") || words == "c++ port" || words == "it's" {
			require.Equal(t, []int{portal}, idsOf(page.Items), words)
			require.Equal(t, okr.Proposed, page.Items[0].Category)
			require.False(t, page.More)
		}
	}
	page, err := search(okr.ItemSearch{})
	require.NoError(t, err)
	require.Len(t, page.Items, 25)
	require.True(t, page.More)
	require.Equal(t, portal, page.Items[0].ID, "what changed last comes first")
	_, err = search(okr.ItemSearch{Area: adotest.ProjectFiber + `\Gone`})
	require.Equal(t, okr.Invalid, okr.KindOf(err))
	require.ErrorContains(t, err, `has no area Fabrikam Fiber\Gone`)
}

func TestAreasOfAProject(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	w.SignIn(okrtest.Alex)
	addItem(t, w, adotest.Item{Type: "Bug", Title: "x", Area: `Portal\Sign-in`})
	areas, err := w.Source.Areas(t.Context(), okrtest.AccessOf(okrtest.Alex), w.Fiber())
	require.NoError(t, err)
	require.Subset(t, areas, []string{adotest.ProjectFiber, adotest.ProjectFiber + `\Portal`, adotest.ProjectFiber + `\Portal\Sign-in`})
}

func TestReadItemsLeavesOutWhatIsNotThere(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	w.SignIn(okrtest.Alex)
	items := w.Cloud.Items(adotest.OrgContoso, adotest.ProjectFiber)
	pay := w.Cloud.Items(adotest.OrgContoso, adotest.ProjectPay)[0]
	found, err := w.Source.ReadItems(t.Context(), okrtest.AccessOf(okrtest.Alex), w.Fiber(), []int{items[3].ID, 999_999, pay.ID, items[0].ID})
	require.NoError(t, err)
	require.Equal(t, []int{items[3].ID, pay.ID, items[0].ID}, idsOf(found))
	require.Equal(t, adotest.ProjectPay, found[1].Project)
	require.NotEmpty(t, found[0].Category)
}
