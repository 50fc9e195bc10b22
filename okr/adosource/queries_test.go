package adosource_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/okr"
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
	w := newWorld(t)
	w.signIn(alex)
	page, err := w.source.SearchQueries(t.Context(), accessOf(alex), w.fiber(), " launch bugs ")
	require.NoError(t, err)
	require.Equal(t, []string{"Launch bugs", "Launch bugs (open)"}, names(page), "the exact name first")
	require.False(t, page.More)
	require.Equal(t, "Shared Queries/Launch/Launch bugs", page.Queries[0].Path)
	require.Equal(t, okr.FlatQuery, page.Queries[0].Kind)
	require.Contains(t, page.Queries[0].URL, w.server.URL)

	page, err = w.source.SearchQueries(t.Context(), accessOf(alex), w.fiber(), "launch")
	require.NoError(t, err)
	found := names(page)
	require.NotContains(t, found, "My launch scratch")
	require.NotContains(t, found, "Old launch plan", "deleted")
	require.Contains(t, found, "Launch secrets")
	firstOther := slices.Index(found, "Q3 launch work")
	require.Positive(t, firstOther)
	require.Less(t, slices.Index(found, "Launch scope"), firstOther, "names that begin with the text come first")

	w.signIn(megan)
	page, err = w.source.SearchQueries(t.Context(), accessOf(megan), w.fiber(), "launch")
	require.NoError(t, err)
	require.NotContains(t, names(page), "Launch secrets", "not visible to her")
	page, err = w.source.SearchQueries(t.Context(), accessOf(alex), w.fiber(), "  ")
	require.NoError(t, err)
	require.Empty(t, page.Queries)
}

func TestSearchTellsOfMore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.signIn(alex)
	for n := range 250 {
		_, err := w.cloud.AddQuery(adotest.OrgContoso, adotest.ProjectFiber, adotest.Query{Name: fmt.Sprintf("Sprint %d", n)})
		require.NoError(t, err)
	}
	page, err := w.source.SearchQueries(t.Context(), accessOf(alex), w.fiber(), "sprint")
	require.NoError(t, err)
	require.True(t, page.More)
	require.Len(t, page.Queries, 200)
}

func TestCountAgreesWithTheRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.signIn(alex)
	for _, header := range []bool{true, false} {
		w.cloud.OmitCountHeader(!header)
		for _, name := range []string{launchBugs, "Launch scope", "Blocked by", "Empty query", "All launch work in contoso"} {
			id := w.fiberQuery(name)
			q, err := w.source.Query(t.Context(), accessOf(alex), w.fiber(), id)
			require.NoError(t, err)
			n, err := w.source.CountQuery(t.Context(), accessOf(alex), w.fiber(), q)
			require.NoError(t, err)
			run, err := w.run(t.Context(), accessOf(alex), w.fiber(), id)
			require.NoError(t, err)
			require.Len(t, run.Items, n, name)
		}
	}
}

func TestRunOfAFlatQuery(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.signIn(alex)
	run, err := w.run(t.Context(), accessOf(alex), w.fiber(), w.fiberQuery(launchBugs))
	require.NoError(t, err)
	require.Len(t, run.Items, 32)
	require.Zero(t, run.Unreadable)
	require.Equal(t, w.clock(), run.At)
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
	w := newWorld(t)
	w.signIn(alex)
	run, err := w.run(t.Context(), accessOf(alex), w.fiber(), w.fiberQuery("Launch scope"))
	require.NoError(t, err)
	require.Equal(t, okr.TreeQuery, run.Query.Kind)
	seen := map[int]bool{0: true}
	for _, item := range run.Items {
		require.True(t, seen[item.Parent], "parents come before their children")
		seen[item.ID] = true
		known, ok := w.cloud.Item(adotest.OrgContoso, item.ID)
		require.True(t, ok)
		require.Equal(t, known.Parent, item.Parent)
	}
	tree := okr.Tree(run, "User Story")
	require.Equal(t, "Epic", tree.Nodes[0].Type)
	require.Equal(t, 7, tree.Total)
}

func TestRunOfDirectLinks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.signIn(alex)
	first, err := w.cloud.AddItem(adotest.OrgContoso, adotest.ProjectFiber, adotest.Item{Type: "Bug", Title: "one", Tags: []string{"pair"}})
	require.NoError(t, err)
	second, err := w.cloud.AddItem(adotest.OrgContoso, adotest.ProjectFiber, adotest.Item{
		Type: "Bug", Title: "two", Tags: []string{"pair"}, Links: []adotest.Link{{Rel: "System.LinkTypes.Related", Target: first.ID}},
	})
	require.NoError(t, err)
	require.NoError(t, w.cloud.UpdateItem(adotest.OrgContoso, first.ID, func(it *adotest.Item) {
		it.Links = []adotest.Link{{Rel: "System.LinkTypes.Related", Target: second.ID}}
	}))
	q, err := w.cloud.AddQuery(adotest.OrgContoso, adotest.ProjectFiber, adotest.Query{
		Name: "Pairs", Kind: adotest.OneHop, Filter: func(it adotest.Item) bool { return it.HasTag("pair") },
	})
	require.NoError(t, err)
	run, err := w.run(t.Context(), accessOf(alex), w.fiber(), q.ID)
	require.NoError(t, err)
	require.Len(t, run.Items, 2, "each item once")
	tree := okr.Tree(run, "")
	require.Len(t, tree.Nodes, 2)
	require.Equal(t, []int{1, 2}, []int{tree.Nodes[0].Level, tree.Nodes[1].Level}, "both ends point at each other; the first stands above")
}

func TestRunAcrossProjects(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.signIn(alex)
	id := w.fiberQuery("All launch work in contoso")
	run, err := w.run(t.Context(), accessOf(alex), w.fiber(), id)
	require.NoError(t, err)
	m := okr.Binding{}.Measure(run, okr.KeyResult, nil)
	require.Zero(t, m.Unknown, "states of both projects are known")
	require.Contains(t, run.Types(), "Product Backlog Item")
	require.Equal(t, 2, w.cloud.Count(adotest.OpTypeList))

	w.signIn(adele)
	pay := w.place(adotest.OrgContoso, adotest.ProjectPay)
	run, err = w.run(t.Context(), accessOf(adele), pay, w.queryID(adotest.OrgContoso, adotest.ProjectPay, "All launch work in contoso"))
	require.NoError(t, err)
	require.NotContains(t, run.Types(), "User Story", "she sees her project only")
}

func TestUnreadableItemsAreCounted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.signIn(alex)
	w.cloud.Fail(adotest.Rule{Op: adotest.OpItemBatch, Fault: adotest.Custom(http.StatusOK,
		http.Header{"Content-Type": {"application/json"}}, `{"count":2,"value":[null,null]}`)})
	run, err := w.run(t.Context(), accessOf(alex), w.fiber(), w.fiberQuery(launchBugs))
	require.NoError(t, err)
	require.Equal(t, 32, run.Unreadable)
	m := okr.Binding{Method: okr.PercentCompleted}.Measure(run, okr.KeyResult, nil)
	require.Nil(t, m.Value, "what cannot be read is no data")
	require.Equal(t, 32, m.Unreadable)
}

func TestTypesAreReadOnceADay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.signIn(alex)
	w.signIn(megan)
	run := func() {
		t.Helper()
		for _, who := range []okr.Actor{alex, megan} {
			_, err := w.run(t.Context(), accessOf(who), w.fiber(), w.fiberQuery(launchBugs))
			require.NoError(t, err)
		}
	}
	run()
	run()
	require.Equal(t, 1, w.cloud.Count(adotest.OpTypeList), "once for everybody of the tenant")
	require.Zero(t, w.cloud.Count(adotest.OpTypeStates), "the list has the states")
	w.advance(25 * time.Hour)
	run()
	require.Equal(t, 2, w.cloud.Count(adotest.OpTypeList))
}

func TestAnUnknownStateIsLookedUpAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.signIn(alex)
	place, id := w.place(adotest.OrgFabrikam, adotest.ProjectLocal), w.queryID(adotest.OrgFabrikam, adotest.ProjectLocal, "全部任务")
	measure := func() okr.Measurement {
		t.Helper()
		run, err := w.run(t.Context(), accessOf(alex), place, id)
		require.NoError(t, err)
		return okr.Binding{ItemType: "任务"}.Measure(run, okr.KeyResult, nil)
	}
	m := measure()
	require.Equal(t, []int{2, 5, 1}, []int{m.Completed, m.Total, m.Unknown}, "localized states have categories too")
	measure()
	require.Equal(t, 1, w.cloud.Count(adotest.OpTypeList), "not again within the hour")
	require.NoError(t, w.cloud.UpdateProject(adotest.OrgFabrikam, adotest.ProjectLocal, func(p *adotest.Project) {
		p.Types[0].States = append(p.Types[0].States, adotest.State{Name: "待验收", Category: "Completed"})
	}))
	w.advance(61 * time.Minute)
	m = measure()
	require.Equal(t, []int{3, 5, 0}, []int{m.Completed, m.Total, m.Unknown})
	require.Equal(t, 2, w.cloud.Count(adotest.OpTypeList))
}

func TestStatesAreReadWhereTheListHasNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.signIn(alex)
	place := w.place(adotest.OrgFabrikam, adotest.ProjectChain)
	run, err := w.run(t.Context(), accessOf(alex), place, w.queryID(adotest.OrgFabrikam, adotest.ProjectChain, "Pilot stories"))
	require.NoError(t, err)
	m := okr.Binding{}.Measure(run, okr.KeyResult, nil)
	require.Equal(t, []int{2, 4, 0}, []int{m.Completed, m.Total, m.Unknown})
	require.Positive(t, w.cloud.Count(adotest.OpTypeStates))
}

func TestItemTypes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.signIn(alex)
	types, err := w.source.ItemTypes(t.Context(), accessOf(alex), w.fiber())
	require.NoError(t, err)
	require.Contains(t, types, "User Story")
	require.NotContains(t, types, "Issue", "switched off")
	require.True(t, slices.IsSorted(types))
}

func TestRenamesAndMovesAreFollowed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.signIn(alex)
	id, place := w.fiberQuery(launchBugs), w.fiber()
	require.NoError(t, w.cloud.UpdateQuery(adotest.OrgContoso, id, func(q *adotest.Query) { q.Name, q.Folder = "Defects", "Elsewhere" }))
	require.NoError(t, w.cloud.UpdateProject(adotest.OrgContoso, adotest.ProjectFiber, func(p *adotest.Project) { p.Name = "Fiber 2" }))
	run, err := w.run(t.Context(), accessOf(alex), place, id)
	require.NoError(t, err)
	require.Equal(t, "Defects", run.Query.Name)
	require.Equal(t, "Shared Queries/Elsewhere/Defects", run.Query.Path)
	require.Len(t, run.Items, 32)
}

func TestQueriesThatCannotBeMeasured(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.signIn(alex)
	w.signIn(megan)
	run := func(who okr.Actor, id string) error {
		_, err := w.run(t.Context(), accessOf(who), w.fiber(), id)
		return err
	}
	w.requireRefused(okr.QueryGone, run(alex, "5b1b2c3d-0000-4000-8000-000000000000"), "The query was deleted", "bind to another")
	w.requireRefused(okr.QueryGone, run(alex, w.fiberQuery("Old launch plan")), "Old launch plan", "Restore it")
	w.requireRefused(okr.QueryGone, run(megan, w.fiberQuery("Launch secrets")), "no longer visible")
	w.requireRefused(okr.QueryBroken, run(alex, w.fiberQuery("Launch area that moved")), "Launch area that moved", "correct and save")
	w.requireRefused(okr.QueryTooLarge, run(alex, w.fiberQuery("Everything ever")), "The query Everything ever", "20,000", "Narrow")
	w.cloud.TruncateAt20000(true)
	w.requireRefused(okr.QueryTooLarge, run(alex, w.fiberQuery("Everything ever")), "20,000")
	folder, err := w.source.Query(t.Context(), accessOf(alex), w.fiber(), "Shared Queries/Launch")
	require.Empty(t, folder)
	w.requireRefused(okr.QueryBroken, err, "folder")
}
