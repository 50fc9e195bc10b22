package okr_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okrbot/okr"
)

var noon = time.Date(2026, 2, 2, 12, 0, 0, 0, time.UTC)

// items makes n items of a type and category, numbered on from those before.
func items(before []okr.WorkItem, n int, typ string, category okr.Category) []okr.WorkItem {
	for range n {
		before = append(before, okr.WorkItem{ID: len(before) + 1, Type: typ, Title: "item", State: string(category), Category: category})
	}
	return before
}

func value(t *testing.T, m okr.Measurement) float64 {
	t.Helper()
	require.NotNil(t, m.Value)
	return *m.Value
}

func TestMeasureExamples(t *testing.T) {
	t.Parallel()
	bugs := items(items(nil, 12, "Bug", okr.Completed), 18, "Bug", okr.InProgress)
	stories := items(items(bugs, 6, "User Story", okr.Completed), 2, "User Story", okr.Resolved)
	for _, c := range []struct {
		name    string
		binding okr.Binding
		items   []okr.WorkItem
		want    float64
	}{
		{"12 of 30", okr.Binding{Method: okr.PercentCompleted}, bugs, 40},
		{"6 of 8 of the chosen type", okr.Binding{Method: okr.PercentCompleted, ItemType: "user story"}, stories, 75},
		{"count completed", okr.Binding{Method: okr.CountCompleted}, bugs, 12},
		{"count all", okr.Binding{Method: okr.CountTotal}, bugs, 30},
		{"no method is a percentage", okr.Binding{}, bugs, 40},
		{"count of a type", okr.Binding{Method: okr.CountTotal, ItemType: "Bug"}, stories, 30},
		{"nothing completed is 0 of something", okr.Binding{Method: okr.CountCompleted}, items(nil, 3, "Bug", okr.Proposed), 0},
		{"a type that is not there counts 0", okr.Binding{Method: okr.CountTotal, ItemType: "Epic"}, bugs, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m := c.binding.Measure(okr.Run{At: noon, Items: c.items}, okr.KeyResult, nil)
			require.InDelta(t, c.want, value(t, m), 1e-9)
			require.True(t, m.Changes.First)
		})
	}
}

// TestSumExamples has 34 of 80 story points.
func TestSumExamples(t *testing.T) {
	t.Parallel()
	points := &okr.Field{Ref: "Points", Name: "Story Points"}
	list := items(items(items(nil, 2, "User Story", okr.Completed), 3, "User Story", okr.InProgress), 1, "Bug", okr.Removed)
	for i, v := range []float64{21, 13, 40, 6} { // the fifth story has no value
		list[i].Values = map[string]float64{"Points": v}
	}
	list[5].Values = map[string]float64{"Points": 100}
	for method, want := range map[okr.Method]float64{okr.PercentCompleted: 42.5, okr.CountCompleted: 34, okr.CountTotal: 80} {
		m := okr.Binding{Method: method, Field: points}.Measure(okr.Run{Items: list}, okr.KeyResult, nil)
		require.InDelta(t, want, value(t, m), 1e-9, method)
		require.Equal(t, &okr.Sum{Field: "Story Points", Completed: 34, Total: 80, Without: 1}, m.Sum)
		require.Equal(t, []int{2, 5}, []int{m.Completed, m.Total})
	}
	none := okr.Binding{Method: okr.PercentCompleted, Field: points}.Measure(okr.Run{Items: items(nil, 3, "Bug", okr.Completed)}, okr.KeyResult, nil)
	require.Nil(t, none.Value, "a sum of 0 cannot be divided")
	require.Zero(t, value(t, okr.Binding{Method: okr.CountTotal, Field: points}.Measure(okr.Run{}, okr.KeyResult, nil)), "a sum of nothing is 0")
}

func TestMeasureNoData(t *testing.T) {
	t.Parallel()
	for _, how := range okr.Measures() {
		m := okr.Binding{Method: how.ID}.Measure(okr.Run{At: noon}, okr.KeyResult, nil)
		if how.ID == okr.PercentCompleted {
			require.Nil(t, m.Value, "a percentage of nothing is neither 0 nor 100")
		} else {
			require.Zero(t, value(t, m), "nothing counts 0: %s", how.ID)
		}
		m = okr.Binding{Method: how.ID}.Measure(okr.Run{At: noon, Unreadable: 3}, okr.KeyResult, nil)
		require.Nil(t, m.Value, "what may not be read is not nothing: %s", how.ID)
	}
	all := items(nil, 3, "Bug", okr.Removed)
	m := okr.Binding{Method: okr.PercentCompleted}.Measure(okr.Run{Items: all}, okr.KeyResult, nil)
	require.Nil(t, m.Value, "nothing but removed items cannot be divided")
	require.Equal(t, 3, m.Removed)
	_, ok := m.Progress()
	require.False(t, ok)
	m = okr.Binding{Method: okr.PercentCompleted, ItemType: "Epic"}.Measure(okr.Run{Items: items(nil, 3, "Bug", okr.Completed)}, okr.KeyResult, nil)
	require.Nil(t, m.Value, "a type that is not there has no percentage")
	require.Nil(t, okr.Binding{}.Measure(okr.Run{}, okr.Project, nil).Value)
}

func TestMeasureExplainsItself(t *testing.T) {
	t.Parallel()
	list := items(nil, 2, "Bug", okr.Completed)
	list = items(list, 1, "Bug", okr.UnknownCategory)
	list = items(list, 1, "Bug", "SomethingNew")
	list = items(list, 3, "Bug", okr.Removed)
	list = items(list, 4, "Task", okr.Completed)
	m := okr.Binding{Method: okr.PercentCompleted, ItemType: "BUG"}.Measure(okr.Run{At: noon, Items: list, Unreadable: 5}, okr.KeyResult, nil)
	require.Equal(t, noon, m.At)
	require.Equal(t, 2, m.Completed)
	require.Equal(t, 4, m.Total, "an unknown state and an unknown category count as not completed")
	require.Equal(t, []int{1, 3, 4, 5}, []int{m.Unknown, m.Removed, m.OtherTypes, m.Unreadable})
	require.Empty(t, m.Tree, "a key result has no tree")
}

func drawRun(t *rapid.T, label string) okr.Run {
	categories := rapid.SampledFrom([]okr.Category{okr.Proposed, okr.InProgress, okr.Resolved, okr.Completed, okr.Removed, okr.UnknownCategory})
	types := rapid.SampledFrom([]string{"Bug", "bug", "Task", "Epic", "任务"})
	n := rapid.IntRange(0, 40).Draw(t, label+" items")
	ids := rapid.SliceOfNDistinct(rapid.IntRange(1, 60), n, n, rapid.ID[int]).Draw(t, label+" ids")
	run := okr.Run{At: noon}
	for _, id := range ids {
		run.Items = append(run.Items, okr.WorkItem{
			ID: id, Type: types.Draw(t, "type"), Title: "item", Category: categories.Draw(t, "category"),
			Parent: rapid.IntRange(0, 60).Draw(t, "parent"),
		})
	}
	return run
}

func drawBinding(t *rapid.T) okr.Binding {
	return okr.Binding{
		Method:   rapid.SampledFrom(okr.Measures()).Draw(t, "method").ID,
		ItemType: rapid.SampledFrom([]string{"", "Bug", "TASK", "Absent"}).Draw(t, "chosen type"),
	}
}

func TestMeasureHolds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		run, b := drawRun(t, "run"), drawBinding(t)
		kind := rapid.SampledFrom([]okr.GoalKind{okr.KeyResult, okr.Project}).Draw(t, "kind")
		m := b.Measure(run, kind, nil)
		require.LessOrEqual(t, m.Completed, m.Total)
		require.GreaterOrEqual(t, m.Completed, 0)
		if kind == okr.KeyResult {
			require.Equal(t, len(run.Items), m.Total+m.Removed+m.OtherTypes, "every item is accounted for")
		}
		if p, ok := m.Progress(); ok {
			require.GreaterOrEqual(t, p, 0.0)
			require.LessOrEqual(t, p, 100.0)
		}
		without := run
		without.Items = nil
		for _, item := range run.Items {
			if item.Category != okr.Removed {
				without.Items = append(without.Items, item)
			}
		}
		if kind == okr.KeyResult {
			again := b.Measure(without, kind, nil)
			require.Equal(t, []int{m.Completed, m.Total}, []int{again.Completed, again.Total}, "removed items never count")
		}
	})
}

func TestMeasureTakesAnyOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		run, b := drawRun(t, "run"), drawBinding(t)
		kind := rapid.SampledFrom([]okr.GoalKind{okr.KeyResult, okr.Project}).Draw(t, "kind")
		other := run
		other.Items = rapid.Permutation(run.Items).Draw(t, "order")
		m, n := b.Measure(run, kind, nil), b.Measure(other, kind, nil)
		require.Equal(t, m.Value, n.Value)
		require.Equal(t, []int{m.Completed, m.Total, m.Removed, m.Unknown, m.OtherTypes}, []int{n.Completed, n.Total, n.Removed, n.Unknown, n.OtherTypes})
	})
}

func TestMeasureCountsAnItemOnce(t *testing.T) {
	t.Parallel()
	list := items(items(nil, 1, "Bug", okr.Completed), 1, "Bug", okr.Proposed)
	twice := append(append([]okr.WorkItem{}, list...), list[0], list[0])
	for _, kind := range []okr.GoalKind{okr.KeyResult, okr.Project} {
		m := okr.Binding{}.Measure(okr.Run{Items: twice}, kind, nil)
		require.Equal(t, []int{1, 2}, []int{m.Completed, m.Total}, kind)
	}
}

func TestChangesOfTheSameRunAreEmpty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		run, b := drawRun(t, "run"), drawBinding(t)
		s := run.Snapshot()
		c := run.Changes(&s, b)
		require.True(t, c.Empty())
		require.False(t, c.First)
	})
}

func TestChangesAddUpToTheDifference(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		before, after, b := drawRun(t, "before"), drawRun(t, "after"), drawBinding(t)
		for _, was := range before.Items {
			isThere := slices.ContainsFunc(after.Items, func(i okr.WorkItem) bool { return i.ID == was.ID })
			if !isThere && rapid.Bool().Draw(t, "hidden") {
				after.Hidden = append(after.Hidden, was.ID)
			}
		}
		after.Unreadable = len(after.Hidden)
		s := before.Snapshot()
		m, n := b.Measure(before, okr.KeyResult, nil), b.Measure(after, okr.KeyResult, &s)
		c := n.Changes
		require.Equal(t, n.Total-m.Total, c.Added.Count+c.Back.Count-c.Removed.Count-c.Discarded.Count-c.Retyped.Count-c.Hidden.Count)
		require.LessOrEqual(t, c.Discarded.Count, n.Removed)
		require.LessOrEqual(t, c.Retyped.Count, n.OtherTypes)
		require.LessOrEqual(t, c.Hidden.Count, n.Unreadable)
		require.LessOrEqual(t, c.Unclear.Count, n.Unknown)
		named := map[int]bool{}
		for _, l := range []okr.ItemList{c.Added, c.Back, c.Removed, c.Discarded, c.Retyped, c.Hidden, c.Completed, c.Reopened, c.Unclear, c.Cleared} {
			require.Len(t, l.First, min(l.Count, 10))
			for _, ref := range l.First {
				require.False(t, named[ref.ID], "%d stands in two lists", ref.ID)
				named[ref.ID] = true
			}
		}
	})
}

// TestChangesExplainCompletedItems keeps the items the same, so that only
// completing and reopening can explain the difference.
func TestChangesExplainCompletedItems(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		before := drawRun(t, "before")
		after := okr.Run{Items: append([]okr.WorkItem{}, before.Items...)}
		for i, item := range before.Items {
			if item.Category != okr.Removed && rapid.Bool().Draw(t, "moves") {
				after.Items[i].Category = rapid.SampledFrom([]okr.Category{okr.Proposed, okr.Completed, okr.UnknownCategory}).Draw(t, "to")
			}
		}
		s := before.Snapshot()
		m, n := okr.Binding{}.Measure(before, okr.KeyResult, nil), okr.Binding{}.Measure(after, okr.KeyResult, &s)
		c := n.Changes
		require.Equal(t, n.Completed-m.Completed, c.Completed.Count+c.Cleared.Count-c.Reopened.Count-c.Unclear.Count)
		require.Zero(t, c.Added.Count+c.Back.Count+c.Removed.Count+c.Discarded.Count+c.Retyped.Count+c.Hidden.Count)
	})
}

func TestChangesNameTheItems(t *testing.T) {
	t.Parallel()
	bug := func(id int, title, state string, c okr.Category) okr.WorkItem {
		return okr.WorkItem{ID: id, Type: "Bug", Title: title, State: state, Category: c}
	}
	before := okr.Run{Hidden: []int{9}, Items: []okr.WorkItem{
		bug(1, "closes", "New", okr.Proposed), bug(2, "reopens", "Done", okr.Completed), bug(3, "leaves", "Done", okr.Completed),
		bug(4, "is discarded", "New", okr.Proposed),
		{ID: 5, Type: "Task", Title: "another type", Category: okr.Proposed},
		bug(6, "comes back", "Cut", okr.Removed), bug(8, "gets hidden", "Done", okr.Completed), bug(10, "becomes a task", "New", okr.Proposed),
		bug(11, "gets an odd state", "Done", okr.Completed), bug(12, "is understood", "Odd", okr.UnknownCategory), bug(13, "closes from odd", "Odd", okr.UnknownCategory),
	}}
	after := okr.Run{Hidden: []int{8}, Items: []okr.WorkItem{
		bug(1, "closes", "Done", okr.Completed), bug(2, "reopens", "Active", okr.InProgress), bug(4, "is discarded", "Cut", okr.Removed),
		{ID: 5, Type: "Task", Title: "another type", Category: okr.Completed},
		bug(6, "comes back", "Done", okr.Completed), bug(7, "arrives", "Done", okr.Completed),
		bug(9, "is shown", "New", okr.Proposed),
		{ID: 10, Type: "Task", Title: "becomes a task", Category: okr.Proposed},
		bug(11, "gets an odd state", "Odder", okr.UnknownCategory), bug(12, "is understood", "odd", okr.Completed), bug(13, "closes from odd", "Done", okr.Completed),
	}}
	s := before.Snapshot()
	c := after.Changes(&s, okr.Binding{ItemType: "bug"})
	for _, want := range []struct {
		list   okr.ItemList
		titles []string
	}{
		{c.Completed, []string{"closes", "closes from odd"}},
		{c.Reopened, []string{"reopens"}},
		{c.Removed, []string{"leaves"}},
		{c.Discarded, []string{"is discarded"}},
		{c.Retyped, []string{"becomes a task"}},
		{c.Unclear, []string{"gets an odd state"}},
		{c.Cleared, []string{"is understood"}},
		{c.Back, []string{"comes back", "is shown"}},
		{c.Added, []string{"arrives"}},
	} {
		require.Equal(t, want.titles, titles(want.list))
	}
	require.Equal(t, okr.ItemList{Count: 1, First: []okr.WorkItemRef{{ID: 8}}}, c.Hidden, "what may not be read is not named by its title")
	require.Equal(t, okr.Changes{First: true}, after.Changes(nil, okr.Binding{}))
}

func titles(l okr.ItemList) []string {
	var out []string
	for _, ref := range l.First {
		out = append(out, ref.Title)
	}
	return out
}

func TestRunTypes(t *testing.T) {
	t.Parallel()
	list := items(items(items(nil, 2, "Bug", okr.Proposed), 1, "Task", okr.Proposed), 1, "bug", okr.Proposed)
	require.Equal(t, []string{"Bug", "Task"}, okr.Run{Items: list}.Types())
}
