package okr_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okrbot/okr"
)

// node makes an item of a tree: completed when done.
func node(id, parent int, typ string, done bool) okr.WorkItem {
	item := okr.WorkItem{ID: id, Parent: parent, Type: typ, Title: typ, Category: okr.InProgress}
	if done {
		item.Category = okr.Completed
	}
	return item
}

// shown is what a node says: id, level, done of total, deeper.
func shown(tree okr.ProjectTree) [][5]int {
	var out [][5]int
	for _, n := range tree.Nodes {
		out = append(out, [5]int{n.ID, n.Level, n.Done, n.Total, n.Deeper})
	}
	return out
}

// epic is two features: A with 2 of 4 stories done, B with 1 of 1, and tasks
// below the first story.
func epic() okr.Run {
	return okr.Run{Items: []okr.WorkItem{
		node(1, 0, "Epic", false),
		node(10, 1, "Feature", false),
		node(11, 10, "Story", true), node(111, 11, "Task", true), node(112, 111, "Task", false),
		node(12, 10, "Story", true), node(13, 10, "Story", false), node(14, 10, "Story", false),
		node(20, 1, "Feature", true),
		node(21, 20, "Story", true),
	}}
}

func TestTreeCountsTheLeaves(t *testing.T) {
	t.Parallel()
	tree := okr.Tree(epic(), "")
	require.Equal(t, [][5]int{
		{1, 1, 2, 5, 0},
		{10, 2, 1, 4, 0},
		{11, 3, 0, 1, 2},
		{12, 3, 1, 1, 0},
		{13, 3, 0, 1, 0},
		{14, 3, 0, 1, 0},
		{20, 2, 1, 1, 0},
		{21, 3, 1, 1, 0},
	}, shown(tree))
	require.Equal(t, []int{2, 5}, []int{tree.Done, tree.Total})
}

func TestTreeCountsTheChosenType(t *testing.T) {
	t.Parallel()
	tree := okr.Tree(epic(), "story")
	require.Equal(t, []int{3, 5}, []int{tree.Done, tree.Total}, "60 %%, not the mean of the features")
	p, ok := tree.Nodes[0].Progress()
	require.True(t, ok)
	require.InDelta(t, 60, p, 1e-9)
	require.Equal(t, [5]int{11, 3, 1, 1, 0}, shown(tree)[2], "tasks below do not count")

	tree = okr.Tree(epic(), "Task")
	require.Equal(t, [][5]int{{1, 1, 1, 2, 0}, {10, 2, 1, 2, 0}, {11, 3, 1, 2, 2}}, shown(tree), "only what leads to a task")
	require.Empty(t, okr.Tree(epic(), "Absent").Nodes)
}

func TestTreeOfOddParents(t *testing.T) {
	t.Parallel()
	removed := node(2, 1, "Feature", false)
	removed.Category = okr.Removed
	for _, c := range []struct {
		name  string
		items []okr.WorkItem
		want  [][5]int
	}{
		{"a flat list", []okr.WorkItem{node(1, 0, "Bug", true), node(2, 0, "Bug", false)}, [][5]int{{1, 1, 1, 1, 0}, {2, 1, 0, 1, 0}}},
		{"an orphan is a root", []okr.WorkItem{node(1, 99, "Bug", true)}, [][5]int{{1, 1, 1, 1, 0}}},
		{"its own parent", []okr.WorkItem{node(1, 1, "Bug", true)}, [][5]int{{1, 1, 1, 1, 0}}},
		{
			"a cycle, and what hangs on it",
			[]okr.WorkItem{node(1, 2, "A", true), node(2, 3, "B", false), node(3, 1, "C", false), node(4, 3, "D", true)},
			[][5]int{{1, 1, 1, 1, 0}, {2, 1, 0, 1, 0}, {3, 1, 1, 1, 0}, {4, 2, 1, 1, 0}},
		},
		{
			"below a removed item",
			[]okr.WorkItem{node(1, 0, "Epic", false), removed, node(3, 2, "Story", true)},
			[][5]int{{1, 1, 1, 1, 0}, {3, 2, 1, 1, 0}},
		},
		{"children before their parent", []okr.WorkItem{node(2, 1, "B", true), node(1, 0, "A", false)}, [][5]int{{1, 1, 1, 1, 0}, {2, 2, 1, 1, 0}}},
		{"an item twice", []okr.WorkItem{node(1, 0, "A", true), node(2, 1, "B", true), node(2, 1, "B", true)}, [][5]int{{1, 1, 1, 1, 0}, {2, 2, 1, 1, 0}}},
		{"nothing", nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, shown(okr.Tree(okr.Run{Items: c.items}, "")))
		})
	}
}

func TestTreeOfTheGreatestSize(t *testing.T) {
	t.Parallel()
	const size = 20_000
	var chain, reversed, flat, gone []okr.WorkItem
	for n := range size {
		item := node(n+1, n, "Task", n == size-1)
		chain = append(chain, item)
		reversed = append(reversed, node(size-n, size-n-1, "Task", n == 0))
		flat = append(flat, node(n+1, 0, "Task", n%2 == 0))
		if n < size/2 {
			item.Category = okr.Removed
		} else {
			item.Parent = size / 2
		}
		gone = append(gone, item)
	}
	start := time.Now()
	tree := okr.Tree(okr.Run{Items: chain}, "")
	require.Equal(t, [][5]int{{1, 1, 1, 1, 0}, {2, 2, 1, 1, 0}, {3, 3, 1, 1, size - 3}}, shown(tree))
	require.Equal(t, shown(tree), shown(okr.Tree(okr.Run{Items: reversed}, "")))
	chain[0].Parent = size
	require.Equal(t, size, okr.Tree(okr.Run{Items: chain}, "").Total, "one cycle of all: each a root")
	tree = okr.Tree(okr.Run{Items: flat}, "")
	require.Len(t, tree.Nodes, okr.TreePage)
	require.Equal(t, okr.TreeSize{Top: size, Rows: size}, tree.Size)
	require.Equal(t, []int{size / 2, size}, []int{tree.Done, tree.Total})
	require.Equal(t, size/2, okr.Tree(okr.Run{Items: gone}, "").Total)
	require.Less(t, time.Since(start), 2*time.Minute, "the time grows with the size, not with its square")
}

// allRows opens every branch and turns every page.
func allRows(t *rapid.T, run okr.Run, itemType string) []okr.Node {
	t.Helper()
	var out []okr.Node
	seen := map[int]bool{}
	open := []int{0}
	for len(open) > 0 {
		of := open[0]
		open = open[1:]
		for offset, turning := 0, true; turning; {
			b := run.Branch(itemType, of, offset)
			require.False(t, b.Gone)
			require.LessOrEqual(t, len(b.Rows), okr.TreePage)
			for _, n := range b.Rows {
				require.False(t, seen[n.ID], "%d again", n.ID)
				seen[n.ID] = true
				if out = append(out, n); !b.Whole && n.Below > 0 {
					open = append(open, n.ID)
				}
			}
			offset += okr.TreePage
			turning = !b.Whole && offset < b.Total
		}
	}
	return out
}

// bigTree is 40 epics; the last has 20 features, of which the last has 33 stories, and
// one of them a task.
func bigTree() okr.Run {
	run := okr.Run{At: noon}
	for n := range 40 {
		run.Items = append(run.Items, node(n+1, 0, "Epic", n < 10))
	}
	for n := range 20 {
		run.Items = append(run.Items, node(n+101, 40, "Feature", false))
	}
	for n := range 33 {
		run.Items = append(run.Items, node(n+1001, 120, "Story", n < 11))
	}
	run.Items = append(run.Items, node(5000, 1033, "Task", false))
	return run
}

func TestBranches(t *testing.T) {
	t.Parallel()
	run := bigTree()
	tree := okr.Tree(run, "")
	require.Equal(t, okr.TreeSize{Top: 40, Rows: 93, Deeper: 1, Parents: 3}, tree.Size)
	require.Len(t, tree.Nodes, okr.TreePage, "the first at the top")
	require.Equal(t, 15, tree.Nodes[14].ID)

	top := run.Branch("", 0, 30)
	require.Equal(t, []int{31, 40}, []int{top.Rows[0].ID, top.Rows[9].ID})
	require.Equal(t, []int{40, 30, 20}, []int{top.Total, top.Offset, top.Rows[9].Below})
	require.Empty(t, top.Path)
	require.Equal(t, noon, top.At)
	require.Equal(t, 30, run.Branch("", 0, 900).Offset, "behind the end is the last page")
	require.Zero(t, run.Branch("", 0, -7).Offset)

	epic := run.Branch("", 40, 15)
	require.Equal(t, []int{116, 120}, []int{epic.Rows[0].ID, epic.Rows[4].ID})
	require.Equal(t, 30, epic.Back, "the page of the top on which it is")
	feature := run.Branch("", 120, 30)
	require.Equal(t, []int{40, 120}, []int{feature.Path[0].ID, feature.Path[1].ID})
	require.Equal(t, []int{1031, 1033}, []int{feature.Rows[0].ID, feature.Rows[2].ID})
	require.Equal(t, []int{1, 3}, []int{feature.Rows[2].Deeper, feature.Rows[2].Level})
	require.Equal(t, 15, feature.Back)

	for of, why := range map[int]string{1033: "below the third level", 5: "nothing below", 77: "not there", 5000: "deeper", -1: "no id"} {
		gone := run.Branch("", of, 15)
		require.True(t, gone.Gone, why)
		require.Equal(t, []int{1, 0}, []int{gone.Rows[0].ID, gone.Offset}, why)
	}
	typed := run.Branch("Task", 0, 0)
	require.True(t, typed.Whole, "only what leads to the chosen type")
	require.Len(t, typed.Rows, 3)
	require.True(t, run.Branch("Task", 5, 0).Gone)
	few := okr.Run{Items: []okr.WorkItem{node(1, 0, "A", true), node(2, 0, "B", true), node(3, 2, "C", true), node(4, 0, "D", true)}}
	require.Equal(t, [][5]int{{1, 1, 1, 1, 0}, {2, 1, 1, 1, 0}, {3, 2, 1, 1, 0}, {4, 1, 1, 1, 0}}, shown(okr.ProjectTree{Nodes: few.Branch("", 0, 0).Rows}))
	after := few.Branch("", 0, 1)
	require.False(t, after.Whole, "behind a row that was shown it goes on level by level")
	require.Equal(t, []int{2, 4, 3, 1}, []int{after.Rows[0].ID, after.Rows[1].ID, after.Total, after.Offset})
	require.True(t, okr.Run{}.Branch("", 0, 0).Whole)
	require.True(t, okr.Run{}.Branch("", 0, 9).Whole)
}

func TestTreeHolds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		run, b := drawRun(t, "run"), drawBinding(t)
		tree := okr.Tree(run, b.ItemType)
		require.LessOrEqual(t, tree.Done, tree.Total)
		done, total, level := 0, 0, 0
		for _, n := range tree.Nodes {
			require.LessOrEqual(t, n.Level, level+1, "parents before children")
			require.LessOrEqual(t, n.Level, okr.MaxLevels)
			require.LessOrEqual(t, n.Done, n.Total)
			if n.Level < okr.MaxLevels {
				require.Zero(t, n.Deeper)
			}
			level = n.Level
		}
		rows := allRows(t, run, b.ItemType)
		deeper := 0
		for _, n := range rows {
			if deeper += n.Deeper; n.Level == 1 {
				done, total = done+n.Done, total+n.Total
			}
		}
		require.Equal(t, []int{tree.Done, tree.Total}, []int{done, total}, "the roots add up to the whole")
		require.Len(t, rows, tree.Size.Rows, "there is a way to every row, and each is there once")
		require.Equal(t, tree.Size.Deeper, deeper)
		if len(rows) <= okr.TreePage {
			require.Len(t, tree.Nodes, len(rows), "few rows are there at once")
		}
		m := b.Measure(run, okr.Project, nil)
		require.Equal(t, len(run.Items), m.Found(), "what the query found is counted or left out")
		if m := b.Measure(run, okr.KeyResult, nil); b.ItemType != "" {
			require.Equal(t, []int{m.Completed, m.Total}, []int{tree.Done, tree.Total}, "with a type, place does not matter")
		}
		counted := 0
		for _, item := range run.Items {
			if item.Category != okr.Removed {
				counted++
			}
		}
		require.LessOrEqual(t, tree.Total, counted)
		if counted > 0 && b.ItemType == "" {
			require.NotZero(t, tree.Total, "whatever the links, something counts")
		}
	})
}
