package adosource_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/okr"
	"okrbot/okr/okrtest"
)

func names(page okr.QueryPage) []string {
	var out []string
	for _, q := range page.Queries {
		out = append(out, q.Name)
	}
	return out
}

func TestSearchLeavesPrivateQueriesOut(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	w.SignIn(okrtest.Alex)
	page, err := w.Source.SearchQueries(t.Context(), okrtest.AccessOf(okrtest.Alex), w.Fiber(), " launch bugs ")
	require.NoError(t, err)
	require.Equal(t, []string{"Launch bugs", "Launch bugs (open)"}, names(page), "the exact name first")
	require.False(t, page.More)
	require.Equal(t, "Shared Queries/Launch/Launch bugs", page.Queries[0].Path)
	require.Equal(t, okr.FlatQuery, page.Queries[0].Kind)
	require.Contains(t, page.Queries[0].URL, w.Server.URL)

	page, err = w.Source.SearchQueries(t.Context(), okrtest.AccessOf(okrtest.Alex), w.Fiber(), "launch")
	require.NoError(t, err)
	found := names(page)
	require.NotContains(t, found, "My launch scratch")
	require.NotContains(t, found, "Old launch plan", "deleted")
	require.Contains(t, found, "Launch secrets")
	firstOther := slices.Index(found, "Q3 launch work")
	require.Positive(t, firstOther)
	require.Less(t, slices.Index(found, "Launch scope"), firstOther, "names that begin with the text come first")

	w.SignIn(okrtest.Megan)
	page, err = w.Source.SearchQueries(t.Context(), okrtest.AccessOf(okrtest.Megan), w.Fiber(), "launch")
	require.NoError(t, err)
	require.NotContains(t, names(page), "Launch secrets", "not visible to her")
	page, err = w.Source.SearchQueries(t.Context(), okrtest.AccessOf(okrtest.Alex), w.Fiber(), "  ")
	require.NoError(t, err)
	require.Empty(t, page.Queries)
}

func TestSearchTellsOfMore(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	w.SignIn(okrtest.Alex)
	for n := range 250 {
		_, err := w.Cloud.AddQuery(adotest.OrgContoso, adotest.ProjectFiber, adotest.Query{Name: fmt.Sprintf("Sprint %d", n)})
		require.NoError(t, err)
	}
	page, err := w.Source.SearchQueries(t.Context(), okrtest.AccessOf(okrtest.Alex), w.Fiber(), "sprint")
	require.NoError(t, err)
	require.True(t, page.More)
	require.Len(t, page.Queries, 200)
}

func TestCountAgreesWithTheRun(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	w.SignIn(okrtest.Alex)
	for _, header := range []bool{true, false} {
		w.Cloud.OmitCountHeader(!header)
		for _, name := range []string{okrtest.LaunchBugs, "Launch scope", "Blocked by", "Empty query", "All launch work in contoso"} {
			id := w.FiberQuery(name)
			q, err := w.Source.Query(t.Context(), okrtest.AccessOf(okrtest.Alex), w.Fiber(), id)
			require.NoError(t, err)
			n, err := w.Source.CountQuery(t.Context(), okrtest.AccessOf(okrtest.Alex), w.Fiber(), q)
			require.NoError(t, err)
			run, err := w.Run(t.Context(), okrtest.AccessOf(okrtest.Alex), w.Fiber(), id)
			require.NoError(t, err)
			require.Len(t, run.Items, n, name)
		}
	}
}

func TestRunOfAFlatQuery(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	w.SignIn(okrtest.Alex)
	run, err := w.Run(t.Context(), okrtest.AccessOf(okrtest.Alex), w.Fiber(), w.FiberQuery(okrtest.LaunchBugs))
	require.NoError(t, err)
	require.Len(t, run.Items, 32)
	require.Zero(t, run.Unreadable)
	require.Equal(t, w.Now(), run.At)
	m := okr.Binding{Method: okr.PercentCompleted}.Measure(run, okr.KeyResult, nil)
	require.Equal(t, []int{12, 30, 2, 0}, []int{m.Completed, m.Total, m.Removed, m.Unknown})
	require.InDelta(t, 40, *m.Value, 1e-9)
	for _, item := range run.Items {
		require.Zero(t, item.Parent)
		require.Contains(t, item.URL, fmt.Sprintf("/_workitems/edit/%d", item.ID))
	}
}

func TestRunOfATree(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	w.SignIn(okrtest.Alex)
	run, err := w.Run(t.Context(), okrtest.AccessOf(okrtest.Alex), w.Fiber(), w.FiberQuery("Launch scope"))
	require.NoError(t, err)
	require.Equal(t, okr.TreeQuery, run.Query.Kind)
	seen := map[int]bool{0: true}
	for _, item := range run.Items {
		require.True(t, seen[item.Parent], "parents come before their children")
		seen[item.ID] = true
		known, ok := w.Cloud.Item(adotest.OrgContoso, item.ID)
		require.True(t, ok)
		require.Equal(t, known.Parent, item.Parent)
	}
	tree := okr.Tree(run, "User Story")
	require.Equal(t, "Epic", tree.Nodes[0].Type)
	require.Equal(t, 7, tree.Total)
}

func TestRunOfDirectLinks(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	w.SignIn(okrtest.Alex)
	first, err := w.Cloud.AddItem(adotest.OrgContoso, adotest.ProjectFiber, adotest.Item{Type: "Bug", Title: "one", Tags: []string{"pair"}})
	require.NoError(t, err)
	second, err := w.Cloud.AddItem(adotest.OrgContoso, adotest.ProjectFiber, adotest.Item{
		Type: "Bug", Title: "two", Tags: []string{"pair"}, Links: []adotest.Link{{Rel: "System.LinkTypes.Related", Target: first.ID}},
	})
	require.NoError(t, err)
	require.NoError(t, w.Cloud.UpdateItem(adotest.OrgContoso, first.ID, func(it *adotest.Item) {
		it.Links = []adotest.Link{{Rel: "System.LinkTypes.Related", Target: second.ID}}
	}))
	q, err := w.Cloud.AddQuery(adotest.OrgContoso, adotest.ProjectFiber, adotest.Query{
		Name: "Pairs", Kind: adotest.OneHop, Filter: func(it adotest.Item) bool { return it.HasTag("pair") },
	})
	require.NoError(t, err)
	run, err := w.Run(t.Context(), okrtest.AccessOf(okrtest.Alex), w.Fiber(), q.ID)
	require.NoError(t, err)
	require.Len(t, run.Items, 2, "each item once")
	tree := okr.Tree(run, "")
	require.Len(t, tree.Nodes, 2)
	require.Equal(t, []int{1, 2}, []int{tree.Nodes[0].Level, tree.Nodes[1].Level}, "both ends point at each other; the first stands above")
}

func TestRunAcrossProjects(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	w.SignIn(okrtest.Alex)
	id := w.FiberQuery("All launch work in contoso")
	run, err := w.Run(t.Context(), okrtest.AccessOf(okrtest.Alex), w.Fiber(), id)
	require.NoError(t, err)
	m := okr.Binding{}.Measure(run, okr.KeyResult, nil)
	require.Zero(t, m.Unknown, "states of both projects are known")
	require.Contains(t, run.Types(), "Product Backlog Item")
	require.Equal(t, 2, w.Cloud.Count(adotest.OpTypeList))

	w.SignIn(okrtest.Adele)
	pay := w.ProjectRef(adotest.OrgContoso, adotest.ProjectPay)
	run, err = w.Run(t.Context(), okrtest.AccessOf(okrtest.Adele), pay, w.QueryID(adotest.OrgContoso, adotest.ProjectPay, "All launch work in contoso"))
	require.NoError(t, err)
	require.NotContains(t, run.Types(), "User Story", "she sees her project only")
}

func TestUnreadableItemsAreCounted(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	w.SignIn(okrtest.Alex)
	w.Cloud.Fail(adotest.Rule{Op: adotest.OpItemBatch, Fault: adotest.Custom(http.StatusOK,
		http.Header{"Content-Type": {"application/json"}}, `{"count":2,"value":[null,null]}`)})
	run, err := w.Run(t.Context(), okrtest.AccessOf(okrtest.Alex), w.Fiber(), w.FiberQuery(okrtest.LaunchBugs))
	require.NoError(t, err)
	require.Equal(t, 32, run.Unreadable)
	m := okr.Binding{Method: okr.PercentCompleted}.Measure(run, okr.KeyResult, nil)
	require.Nil(t, m.Value, "what cannot be read is no data")
	require.Equal(t, 32, m.Unreadable)
}

func TestTypesAreReadOnceADay(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	w.SignIn(okrtest.Alex)
	w.SignIn(okrtest.Megan)
	run := func() {
		t.Helper()
		for _, who := range []okr.Actor{okrtest.Alex, okrtest.Megan} {
			_, err := w.Run(t.Context(), okrtest.AccessOf(who), w.Fiber(), w.FiberQuery(okrtest.LaunchBugs))
			require.NoError(t, err)
		}
	}
	run()
	run()
	require.Equal(t, 1, w.Cloud.Count(adotest.OpTypeList), "once for everybody of the tenant")
	require.Zero(t, w.Cloud.Count(adotest.OpTypeStates), "the list has the states")
	w.Advance(25 * time.Hour)
	run()
	require.Equal(t, 2, w.Cloud.Count(adotest.OpTypeList))
}

func TestAnUnknownStateIsLookedUpAgain(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	w.SignIn(okrtest.Alex)
	place, id := w.ProjectRef(adotest.OrgFabrikam, adotest.ProjectLocal), w.QueryID(adotest.OrgFabrikam, adotest.ProjectLocal, "全部任务")
	measure := func() okr.Measurement {
		t.Helper()
		run, err := w.Run(t.Context(), okrtest.AccessOf(okrtest.Alex), place, id)
		require.NoError(t, err)
		return okr.Binding{ItemType: "任务"}.Measure(run, okr.KeyResult, nil)
	}
	m := measure()
	require.Equal(t, []int{2, 5, 1}, []int{m.Completed, m.Total, m.Unknown}, "localized states have categories too")
	measure()
	require.Equal(t, 1, w.Cloud.Count(adotest.OpTypeList), "not again within the hour")
	require.NoError(t, w.Cloud.UpdateProject(adotest.OrgFabrikam, adotest.ProjectLocal, func(p *adotest.Project) {
		p.Types[0].States = append(p.Types[0].States, adotest.State{Name: "待验收", Category: "Completed"})
	}))
	w.Advance(61 * time.Minute)
	m = measure()
	require.Equal(t, []int{3, 5, 0}, []int{m.Completed, m.Total, m.Unknown})
	require.Equal(t, 2, w.Cloud.Count(adotest.OpTypeList))
}

// TestANewStateIsAskedForAtOnce: a state that came into the process a moment ago
// counts in the same run, and one that nobody knows is asked for once an hour.
func TestANewStateIsAskedForAtOnce(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	w.SignIn(okrtest.Alex)
	bugs := w.Cloud.Result(adotest.OrgContoso, adotest.ProjectFiber, okrtest.LaunchBugs, "")
	measure := func() okr.Measurement {
		t.Helper()
		run, err := w.Run(t.Context(), okrtest.AccessOf(okrtest.Alex), w.Fiber(), w.FiberQuery(okrtest.LaunchBugs))
		require.NoError(t, err)
		return okr.Binding{}.Measure(run, okr.KeyResult, nil)
	}
	before := measure()
	reads := func() int { return w.Cloud.Count(adotest.OpTypeList) }
	require.Equal(t, 1, reads())

	state := func(name, category string) {
		require.NoError(t, w.Cloud.UpdateType(adotest.OrgContoso, adotest.ProjectFiber, "Bug", func(typ *adotest.Type) {
			typ.States = append(typ.States, adotest.State{Name: name, Category: category})
		}))
	}
	open := 0
	move := func(name string, n int) {
		for ; n > 0; open++ {
			if bugs[open].Type == "Bug" && w.Cloud.Category(adotest.OrgContoso, bugs[open]) == "Proposed" {
				require.NoError(t, w.Cloud.SetState(adotest.OrgContoso, bugs[open].ID, name))
				n--
			}
		}
	}
	state("Verified", "Completed")
	move("Verified", 2)
	require.Equal(t, before.Completed+2, measure().Completed, "within the same minute")
	require.Equal(t, 2, reads())
	move("Nobody's", 1)
	for range 3 {
		require.Equal(t, 1, measure().Unknown)
		require.Equal(t, 3, reads(), "asked for once")
	}
	state("Accepted", "Completed")
	move("Accepted", 1)
	m := measure()
	require.Equal(t, []int{before.Completed + 3, 1}, []int{m.Completed, m.Unknown}, "one that is missing hides no new one")
	require.Equal(t, 4, reads())
	state("Nobody's", "Completed")
	w.Advance(61 * time.Minute)
	w.SignIn(okrtest.Alex)
	require.Zero(t, measure().Unknown, "and again after an hour")
	require.Equal(t, 5, reads())
}

func TestStatesAreReadWhereTheListHasNone(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	w.SignIn(okrtest.Alex)
	place := w.ProjectRef(adotest.OrgFabrikam, adotest.ProjectChain)
	run, err := w.Run(t.Context(), okrtest.AccessOf(okrtest.Alex), place, w.QueryID(adotest.OrgFabrikam, adotest.ProjectChain, "Pilot stories"))
	require.NoError(t, err)
	m := okr.Binding{}.Measure(run, okr.KeyResult, nil)
	require.Equal(t, []int{2, 4, 0}, []int{m.Completed, m.Total, m.Unknown})
	require.Positive(t, w.Cloud.Count(adotest.OpTypeStates))
}

func TestItemTypes(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	w.SignIn(okrtest.Alex)
	types, err := w.Source.ItemTypes(t.Context(), okrtest.AccessOf(okrtest.Alex), w.Fiber())
	require.NoError(t, err)
	require.Contains(t, types, "User Story")
	require.NotContains(t, types, "Issue", "switched off")
	require.True(t, slices.IsSorted(types))
}

func TestRenamesAndMovesAreFollowed(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	w.SignIn(okrtest.Alex)
	id, place := w.FiberQuery(okrtest.LaunchBugs), w.Fiber()
	require.NoError(t, w.Cloud.UpdateQuery(adotest.OrgContoso, id, func(q *adotest.Query) { q.Name, q.Folder = "Defects", "Elsewhere" }))
	require.NoError(t, w.Cloud.UpdateProject(adotest.OrgContoso, adotest.ProjectFiber, func(p *adotest.Project) { p.Name = "Fiber 2" }))
	run, err := w.Run(t.Context(), okrtest.AccessOf(okrtest.Alex), place, id)
	require.NoError(t, err)
	require.Equal(t, "Defects", run.Query.Name)
	require.Equal(t, "Shared Queries/Elsewhere/Defects", run.Query.Path)
	require.Len(t, run.Items, 32)
}

func TestQueriesThatCannotBeMeasured(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	w.SignIn(okrtest.Alex)
	w.SignIn(okrtest.Megan)
	run := func(who okr.Actor, id string) error {
		_, err := w.Run(t.Context(), okrtest.AccessOf(who), w.Fiber(), id)
		return err
	}
	w.RequireRefused(okr.QueryGone, run(okrtest.Alex, "5b1b2c3d-0000-4000-8000-000000000000"), "The query was deleted", "choose another")
	w.RequireRefused(okr.QueryGone, run(okrtest.Alex, w.FiberQuery("Old launch plan")), "Old launch plan", "Restore it")
	w.RequireRefused(okr.QueryGone, run(okrtest.Megan, w.FiberQuery("Launch secrets")), "lost access")
	w.RequireRefused(okr.QueryBroken, run(okrtest.Alex, w.FiberQuery("Launch area that moved")), "Launch area that moved", "Correct it in Azure DevOps and save it.")
	w.RequireRefused(okr.QueryTooLarge, run(okrtest.Alex, w.FiberQuery("Everything ever")), "The query Everything ever", "20,000", "Narrow")
	w.Cloud.TruncateAt20000(true)
	w.RequireRefused(okr.QueryTooLarge, run(okrtest.Alex, w.FiberQuery("Everything ever")), "20,000")
	folder, err := w.Source.Query(t.Context(), okrtest.AccessOf(okrtest.Alex), w.Fiber(), "Shared Queries/Launch")
	require.Empty(t, folder)
	w.RequireRefused(okr.QueryBroken, err, "folder")
}

// TestAQueryIsFoundByWhatIsPasted: its address as the browser shows it, or its id.
func TestAQueryIsFoundByWhatIsPasted(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	w.SignIn(okrtest.Alex)
	id := w.FiberQuery(okrtest.LaunchBugs)
	for _, text := range []string{
		id, " " + strings.ToUpper(id) + "\n", "https://dev.azure.com/contoso/Fabrikam%20Fiber/_queries/query/" + id + "/",
		"https://contoso.visualstudio.com/Fabrikam%20Fiber/_queries?id=" + id, w.Cloud.BaseURL() + "/contoso/Fabrikam%20Fiber/_queries/query/" + id,
	} {
		page, err := w.Source.SearchQueries(t.Context(), okrtest.AccessOf(okrtest.Alex), w.Fiber(), text)
		require.NoError(t, err, text)
		require.Len(t, page.Queries, 1, text)
		require.Equal(t, okrtest.LaunchBugs, page.Queries[0].Name)
	}
	_, err := w.Source.SearchQueries(t.Context(), okrtest.AccessOf(okrtest.Alex), w.Fiber(), "11111111-2222-4333-8444-555555555555")
	w.RequireRefused(okr.NotFound, err, "choose a connection")
}
