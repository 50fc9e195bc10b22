package adosource_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okrbot/ado/adotest"
	"okrbot/okr"
	"okrbot/okr/okrtest"
)

// choosing is a shifting organization with chosen work items and the saved query that
// finds the same ones.
type choosing struct {
	*shifting
	chosen []int
	saved  string
	found  map[int]bool // what the saved query is to find
}

func newChoosing(t *rapid.T, w *okrtest.World, n int) *choosing {
	c := &choosing{shifting: newShifting(t, w, n), found: map[int]bool{}}
	c.chosen = slices.Compact(slices.Sorted(slices.Values(rapid.SliceOfN(rapid.SampledFrom(c.ids), 1, 40).Draw(t, "chosen"))))
	for range 150 { // a hierarchy, of which most is below what is chosen
		id := rapid.SampledFrom(c.ids).Draw(t, "child")
		parent := rapid.SampledFrom(c.chosen).Draw(t, "parent")
		if parent < id {
			require.NoError(t, w.Cloud.UpdateItem(c.org, id, func(it *adotest.Item) { it.Parent = parent }))
		}
	}
	q, err := w.Cloud.AddQuery(c.org, "Here", adotest.Query{Name: "same", Kind: adotest.Tree, CrossProject: true, Filter: func(it adotest.Item) bool { return c.found[it.ID] }})
	require.NoError(t, err)
	c.saved = q.ID
	return c
}

// sees reads an item as Alex sees it.
func (c *choosing) sees(id int) (adotest.Item, bool) {
	it, ok := c.Cloud.Item(c.org, id)
	return it, ok && !it.Deleted && (len(it.VisibleTo) == 0 || slices.Contains(it.VisibleTo, adotest.AlexOID))
}

// expect works out what counts: the chosen ones, and what is below them on a way that can
// be seen; and which chosen ones are lost.
func (c *choosing) expect() (lost map[int]okr.LostWhy) {
	clear(c.found)
	children := map[int][]int{}
	for _, id := range c.ids {
		if it, ok := c.sees(id); ok {
			children[it.Parent] = append(children[it.Parent], id)
		}
	}
	lost = map[int]okr.LostWhy{}
	var walk func(id int)
	walk = func(id int) {
		if !c.found[id] {
			c.found[id] = true
			for _, child := range children[id] {
				walk(child)
			}
		}
	}
	for _, id := range c.chosen {
		if _, ok := c.sees(id); ok {
			walk(id)
		}
	}
	for _, id := range c.chosen {
		switch it, ok := c.sees(id); {
		case it.Deleted && it.Project == "Here" && len(it.VisibleTo) == 0:
			lost[id] = okr.LostDeleted
		case !ok:
			lost[id] = okr.LostGone
		case it.Project != "Here" && !c.found[it.Parent]:
			lost[id] = okr.LostMoved
		}
	}
	for id := range lost {
		delete(c.found, id)
	}
	return lost
}

// runChoice runs the choice and the saved query, from what the last run left or from nothing.
func (c *choosing) runChoice(t *rapid.T, children, known bool) (choice, saved okr.Run) {
	in := okr.RunInput{Access: okrtest.AccessOf(okrtest.Alex), Project: c.place, Within: time.Hour}
	chosen, err := okr.NewChosen(c.chosen, children)
	require.NoError(t, err)
	asks := []okr.QueryAsk{{ID: chosen.Query(c.place).ID, Chosen: &chosen, Fields: []string{points}}, {ID: c.saved, Fields: []string{points}}}
	var runs []okr.Run
	for _, ask := range asks { // each by itself, as by two sign-ins
		if known {
			ask.Before = c.before[ask.ID]
		}
		in.Asks = []okr.QueryAsk{ask}
		out := c.Source.RunQueries(c.T.Context(), in)
		require.Len(t, out, 1)
		require.NoError(t, out[0].Err)
		runs = append(runs, out[0].Run)
	}
	return runs[0], runs[1]
}

func byItem(items []okr.WorkItem) []okr.WorkItem {
	return slices.SortedFunc(slices.Values(items), func(a, b okr.WorkItem) int { return a.ID - b.ID })
}

// here leaves out which items are of another project, which a query does not tell.
func here(items []okr.WorkItem) []okr.WorkItem {
	for i := range items {
		items[i].Elsewhere = false
	}
	return items
}

// TestAChoiceIsTheTreeOfItsItems: whatever happens to the items, chosen ones with what is
// below them give what a saved tree query of the same items gives, by the feed and by a full
// read, and each chosen one that does not count is named with why.
func TestAChoiceIsTheTreeOfItsItems(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	w.SignIn(okrtest.Alex)
	n := 0
	seen := map[okr.LostWhy]bool{}
	rapid.Check(t, func(t *rapid.T) {
		n++
		c := newChoosing(t, w, n)
		for range rapid.IntRange(1, 4).Draw(t, "hours") {
			for range rapid.IntRange(0, 25).Draw(t, "changes") {
				c.change(t)
			}
			if id := rapid.SampledFrom(c.chosen).Draw(t, "to move"); rapid.Bool().Draw(t, "moves") {
				require.NoError(t, w.Cloud.UpdateItem(c.org, id, func(it *adotest.Item) { it.Project = "There" }))
			}
			if id := rapid.SampledFrom(c.chosen).Draw(t, "to hide"); rapid.Bool().Draw(t, "hides") {
				require.NoError(t, w.Cloud.ShowTo(c.org, id, adotest.MeganOID))
			}
			if id := rapid.SampledFrom(c.chosen).Draw(t, "to delete"); rapid.Bool().Draw(t, "deletes") {
				require.NoError(t, w.Cloud.UpdateItem(c.org, id, func(it *adotest.Item) { it.Deleted = true }))
			}
			w.Advance(time.Duration(rapid.SampledFrom([]int{1, 60, 60, 1500}).Draw(t, "minutes")) * time.Minute)
			w.SignIn(okrtest.Alex)
			lost := c.expect()
			got, saved := c.runChoice(t, true, true)
			require.Equal(t, byItem(saved.Items), here(byItem(got.Items)))
			require.Zero(t, got.Unreadable)
			named := map[int]okr.LostWhy{}
			for _, l := range got.Lost {
				named[l.ID] = l.Why
				seen[l.Why] = true
				require.Equal(t, l.Why == okr.LostGone, l.Title == "")
			}
			require.Equal(t, lost, named)
			full, _ := c.runChoice(t, true, false)
			requireSameRun(t, full, got)
			c.keep(t, got)
			c.keep(t, saved)
			alone, _ := c.runChoice(t, false, true)
			for _, item := range alone.Items {
				require.Contains(t, c.chosen, item.ID)
				it, ok := c.sees(item.ID)
				require.True(t, ok)
				require.Equal(t, "Here", it.Project)
			}
			require.Len(t, c.chosen, len(alone.Items)+len(alone.Lost))
			c.keep(t, alone)
		}
	})
	require.Len(t, seen, 3, "each reason is met")
}

// choiceOf runs a choice of a project with one sign-in.
func choiceOf(t *testing.T, w *okrtest.World, chosen okr.Chosen, before *okr.Snapshot) okr.Run {
	t.Helper()
	ask := okr.QueryAsk{ID: chosen.Query(w.Fiber()).ID, Chosen: &chosen, Before: before}
	out := w.Source.RunQueries(t.Context(), okr.RunInput{Access: okrtest.AccessOf(okrtest.Alex), Project: w.Fiber(), Asks: []okr.QueryAsk{ask}, Within: time.Hour})
	require.Len(t, out, 1)
	require.NoError(t, out[0].Err)
	return out[0].Run
}

// TestWhatAChoiceAsks counts the requests of the first hour and of later ones.
func TestWhatAChoiceAsks(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	w.SignIn(okrtest.Alex)
	epic := addItem(t, w, adotest.Item{Type: "Epic", Title: "Everything"})
	var below []int
	for range 900 {
		below = append(below, addItem(t, w, adotest.Item{Type: "Task", Title: "Part", Parent: epic}))
	}
	asks := func(chosen okr.Chosen, before *okr.Snapshot, want map[string]int) *okr.Snapshot {
		t.Helper()
		w.Cloud.ResetCalls()
		run := choiceOf(t, w, chosen, before)
		got := map[string]int{}
		for _, c := range w.Cloud.Calls() {
			got[c.Op]++
		}
		require.Equal(t, want, got)
		s := run.Snapshot()
		return &s
	}
	all := okr.Chosen{IDs: []int{epic}, Children: true}
	left := asks(all, nil, map[string]int{adotest.OpWIQL: 1, adotest.OpItemBatch: 5, adotest.OpRevisions: 1, adotest.OpTypeList: 1})
	w.Advance(20 * time.Minute)
	left = asks(all, left, map[string]int{adotest.OpWIQL: 1, adotest.OpRevisions: 1})
	require.NoError(t, w.Cloud.SetState(adotest.OrgContoso, below[7], "Closed"))
	w.Advance(20 * time.Minute)
	asks(all, left, map[string]int{adotest.OpWIQL: 1, adotest.OpRevisions: 1})
	few := okr.Chosen{IDs: below[:500]}
	left = asks(few, nil, map[string]int{adotest.OpItemBatch: 3})
	w.Advance(5 * time.Minute)
	asks(few, left, map[string]int{adotest.OpItemBatch: 3})
}

// TestAChoiceOutlivesARenamedProject: the project's items are no moved ones because it has
// another name now.
func TestAChoiceOutlivesARenamedProject(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	w.SignIn(okrtest.Alex)
	ref := w.Fiber()
	id := w.Cloud.Items(adotest.OrgContoso, adotest.ProjectFiber)[0].ID
	pay := w.Cloud.Items(adotest.OrgContoso, adotest.ProjectPay)[0].ID
	require.NoError(t, w.Cloud.UpdateProject(adotest.OrgContoso, adotest.ProjectFiber, func(p *adotest.Project) { p.Name = "Portal" }))
	chosen := okr.Chosen{IDs: []int{id, pay}}
	ask := okr.QueryAsk{ID: "chosen-x", Chosen: &chosen}
	out := w.Source.RunQueries(t.Context(), okr.RunInput{Access: okrtest.AccessOf(okrtest.Alex), Project: ref, Asks: []okr.QueryAsk{ask}})
	require.NoError(t, out[0].Err)
	require.Equal(t, []int{id}, idsOf(out[0].Run.Items))
	require.Equal(t, []okr.LostItem{{WorkItemRef: out[0].Run.Lost[0].WorkItemRef, Why: okr.LostMoved, Project: adotest.ProjectPay}}, out[0].Run.Lost)
	require.Equal(t, pay, out[0].Run.Lost[0].ID)
}

func TestTooLargeAChoice(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	w.SignIn(okrtest.Alex)
	w.Cloud.Fail(adotest.Rule{Op: adotest.OpWIQL, Fault: adotest.TooMany()})
	chosen := okr.Chosen{IDs: []int{1, 2}, Children: true}
	out := w.Source.RunQueries(t.Context(), okr.RunInput{Access: okrtest.AccessOf(okrtest.Alex), Project: w.Fiber(), Asks: []okr.QueryAsk{{ID: "chosen-x", Chosen: &chosen}}})
	require.Equal(t, okr.QueryTooLarge, okr.KindOf(out[0].Err))
	require.ErrorContains(t, out[0].Err, "With everything below, 2 chosen work items have more than 20,000 work items")
	_, err := w.Source.Choice(t.Context(), okrtest.AccessOf(okrtest.Alex), w.Fiber(), chosen)
	require.Equal(t, okr.QueryTooLarge, okr.KindOf(err))
}
