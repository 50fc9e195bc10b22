package okr

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// MaxLevels is how many levels of a project's query are shown.
const MaxLevels = 3

// TreePage is how many rows of a project's tree are shown at once, and how many are
// kept with its measurement. The rest is read from the snapshot of its query when
// somebody opens a branch, so that a project of any size keeps nothing more.
const TreePage = 15

// Node is a work item of a project's tree as it is shown.
type Node struct {
	WorkItemRef
	State     string `json:"state"`
	Completed bool   `json:"done,omitempty"`   // the item itself
	Level     int    `json:"level"`            // 1 to 3
	Done      int    `json:"c"`                // completed of Total
	Total     int    `json:"n"`                // what its progress is taken over
	Below     int    `json:"below,omitempty"`  // rows directly below it; none at level 3
	Deeper    int    `json:"deeper,omitempty"` // items (of the chosen type) below level 3: counted but not shown
}

// Progress of a node in percent; false when there is nothing to count.
func (n Node) Progress() (float64, bool) {
	if n.Total == 0 {
		return 0, false
	}
	return 100 * float64(n.Done) / float64(n.Total), true
}

// ProjectTree is the roll-up of a run.
type ProjectTree struct {
	Nodes       []Node // parents before children: all rows where they are few, else the first ones at the top
	Size        TreeSize
	Done, Total int // over the whole result, shown or not
}

// TreeSize is how large a project's tree is.
type TreeSize struct {
	Top     int `json:"top,omitempty"`     // rows at the top
	Rows    int `json:"rows,omitempty"`    // of the three levels
	Deeper  int `json:"deeper,omitempty"`  // items below them that count
	Parents int `json:"parents,omitempty"` // items that do not count by themselves, but through what is below them
}

// Tree rolls a run up. A node's progress is completed ÷ all over the leaves below it,
// or over the items of itemType below it when one is chosen; a leaf's is its own. With
// a chosen type only its items and their ancestors are shown.
func Tree(run Run, itemType string) ProjectTree {
	t := newForest(run.distinct(), itemType)
	top := t.rowsBelow(0)
	out := ProjectTree{Size: TreeSize{Top: len(top)}}
	for _, root := range top {
		out.Done += t.done[root]
		out.Total += t.total[root]
	}
	t.measure(top, 1, &out.Size)
	if itemType == "" {
		out.Size.Parents = len(t.items) - out.Total
	}
	out.Nodes = t.branch(0, 0, 0).Rows
	return out
}

// Branch is a page of what is below one item of a project's tree, or of its top.
type Branch struct {
	Path   []Node // from the top down to the item; empty: this is the top
	Rows   []Node // parents before children
	Whole  bool   // Rows are all that is below, down to the third level, and not only what is directly below
	Total  int    // rows directly below
	Offset int    // of the first row
	Back   int    // where the page begins, one level up, on which the item is
	// Gone says that the item that was asked for is not in the three levels any more,
	// or has nothing below it: this is the top.
	Gone bool
	At   time.Time // when all of that was read
}

// Branch gives a page of what is below an item, 0 for the top. It is whole where that
// fits one page, else level by level: a row is opened by asking for its own branch. A
// page behind the end is the last one. Whoever shows fewer rows goes on behind them,
// level by level.
func (r Run) Branch(itemType string, of, offset int) Branch {
	t := newForest(r.distinct(), itemType)
	path, ok := t.path(of)
	if !ok {
		b := t.branch(0, 0, 0)
		b.Gone, b.At = true, r.At
		return b
	}
	b := t.branch(of, len(path), offset)
	b.Path, b.At = path, r.At
	if of != 0 {
		at := slices.Index(t.rowsBelow(t.parents[of]), of)
		b.Back = at / TreePage * TreePage
	}
	return b
}

// forest is the run as trees. Parents that are not in the result make an item a
// root, and so does standing in a cycle; below a removed item it hangs on the
// next one above. Nothing here recurses by the depth of the data or walks a way
// twice: 20,000 items may form one chain.
type forest struct {
	items    map[int]WorkItem
	children map[int][]int
	parents  map[int]int
	itemType string
	done     map[int]int
	total    map[int]int
	size     map[int]int // items below that count, shown or not
}

func newForest(run Run, itemType string) *forest {
	t := &forest{
		items: map[int]WorkItem{}, children: map[int][]int{}, parents: map[int]int{}, itemType: itemType,
		done: map[int]int{}, total: map[int]int{}, size: map[int]int{},
	}
	parents := make(map[int]int, len(run.Items))
	for _, item := range run.Items {
		parents[item.ID] = item.Parent
		if item.Category != Removed {
			t.items[item.ID] = item
		}
	}
	breakCycles(run.Items, parents)
	for _, item := range run.Items {
		if item.Category != Removed {
			parent := t.above(parents, item.ID)
			t.children[parent] = append(t.children[parent], item.ID)
			t.parents[item.ID] = parent
		}
	}
	t.sumAll()
	return t
}

// breakCycles makes every item of a cycle a root. A walk up ends at the top or
// where an earlier walk has been; where it meets itself there is a cycle.
func breakCycles(items []WorkItem, parents map[int]int) {
	walkOf := make(map[int]int, len(items))
	for n, item := range items {
		walk, at := n+1, item.ID
		for known := true; known && walkOf[at] == 0; _, known = parents[at] {
			walkOf[at] = walk
			at = parents[at]
		}
		if _, known := parents[at]; !known || walkOf[at] != walk {
			continue
		}
		for parents[at] != 0 {
			next := parents[at]
			parents[at] = 0
			at = next
		}
	}
}

// above gives the nearest ancestor that is not removed, 0 for a root, and
// shortens the way for the next one who comes by.
func (t *forest) above(parents map[int]int, id int) int {
	var passed []int
	at := parents[id]
	for {
		if _, kept := t.items[at]; kept {
			break
		}
		next, known := parents[at]
		if !known {
			at = 0
			break
		}
		passed = append(passed, at)
		at = next
	}
	for _, p := range passed {
		parents[p] = at
	}
	return at
}

// sumAll sums up from the lowest level to the roots.
func (t *forest) sumAll() {
	order := slices.Clone(t.children[0])
	for i := 0; i < len(order); i++ { // it grows: level by level
		order = append(order, t.children[order[i]]...)
	}
	for _, id := range slices.Backward(order) {
		t.sum(id)
	}
}

// sum fills in what lies below an item and itself, from its children's sums.
func (t *forest) sum(id int) {
	children := t.children[id]
	for _, child := range children {
		t.done[id] += t.done[child]
		t.total[id] += t.total[child]
		t.size[id] += t.size[child]
		if t.itemType == "" || fold(t.items[child].Type) == fold(t.itemType) {
			t.size[id]++
		}
	}
	if item := t.items[id]; t.isCounted(item, len(children) == 0) {
		t.total[id]++
		if item.Category == Completed {
			t.done[id]++
		}
	}
}

// isCounted says whether the item itself is part of its node's numbers: with a
// chosen type the items of that type, else the leaves.
func (t *forest) isCounted(item WorkItem, isLeaf bool) bool {
	if t.itemType == "" {
		return isLeaf
	}
	return fold(item.Type) == fold(t.itemType)
}

// rowsBelow are the items directly below one that are shown.
func (t *forest) rowsBelow(id int) []int {
	if t.itemType == "" {
		return t.children[id]
	}
	var out []int
	for _, child := range t.children[id] {
		if t.total[child] > 0 {
			out = append(out, child)
		}
	}
	return out
}

// measure adds up rows and what is below them, down to the third level.
func (t *forest) measure(rows []int, level int, size *TreeSize) {
	size.Rows += len(rows)
	for _, id := range rows {
		if level == MaxLevels {
			size.Deeper += t.size[id]
			continue
		}
		t.measure(t.rowsBelow(id), level+1, size)
	}
}

// path leads from the top to an item that has rows below it; 0 is the top itself.
func (t *forest) path(id int) ([]Node, bool) {
	var ids []int
	for at := id; at != 0; at = t.parents[at] {
		if _, known := t.items[at]; !known || len(ids) == MaxLevels-1 {
			return nil, false
		}
		ids = append(ids, at)
	}
	var out []Node
	for _, at := range slices.Backward(ids) {
		out = append(out, t.node(at, len(out)+1))
	}
	return out, id == 0 || out[len(out)-1].Below > 0
}

// branch is a page of what is below an item of a level.
func (t *forest) branch(id, level, offset int) Branch {
	rows := t.rowsBelow(id)
	b := Branch{Total: len(rows)}
	if all, fits := t.all(rows, level+1, TreePage); fits && (offset <= 0 || len(rows) == 0) {
		b.Rows, b.Whole = all, true
		return b
	}
	if b.Offset = max(0, offset); b.Offset >= len(rows) {
		b.Offset = (len(rows) - 1) / TreePage * TreePage
	}
	for _, row := range rows[b.Offset:min(len(rows), b.Offset+TreePage)] {
		b.Rows = append(b.Rows, t.node(row, level+1))
	}
	return b
}

// all lists rows with what is below each, down to the third level; false: those are
// more than most.
func (t *forest) all(rows []int, level, most int) ([]Node, bool) {
	var out []Node
	for _, id := range rows {
		if out = append(out, t.node(id, level)); len(out) > most {
			return nil, false
		}
		if level < MaxLevels {
			below, fits := t.all(t.rowsBelow(id), level+1, most-len(out))
			if !fits {
				return nil, false
			}
			out = append(out, below...)
		}
	}
	return out, true
}

func (t *forest) node(id, level int) Node {
	item := t.items[id]
	n := Node{
		WorkItemRef: item.Ref(), State: item.State, Completed: item.Category == Completed,
		Level: level, Done: t.done[id], Total: t.total[id],
	}
	if level == MaxLevels {
		n.Deeper = t.size[id]
		return n
	}
	n.Below = len(t.rowsBelow(id))
	return n
}

// LostWhy is why a chosen work item does not count.
type LostWhy string

// Why a chosen work item does not count.
const (
	LostMoved   LostWhy = "moved"   // to another project of the organization
	LostDeleted LostWhy = "deleted" // it is in the recycle bin
	LostGone    LostWhy = "gone"    // it cannot be read, and Azure DevOps does not say why: deleted for good, or hidden
)

// LostItem is a chosen work item that does not count. Of one that cannot be read only the
// id and the address are known.
type LostItem struct {
	WorkItemRef
	Why     LostWhy `json:"why"`
	Project string  `json:"project,omitempty"` // where it is now, if it was moved
}

// Called names it in a sentence.
func (l LostItem) Called() string {
	if l.Title == "" {
		return fmt.Sprintf("#%d", l.ID)
	}
	return fmt.Sprintf("#%d “%s”", l.ID, l.Title)
}

// LostList counts lost items and names the first of them.
type LostList struct {
	Count int        `json:"count,omitempty"`
	First []LostItem `json:"first,omitempty"` // at most 10
}

func lostList(items []LostItem) LostList {
	return LostList{Count: len(items), First: items[:min(len(items), MaxNamed)]}
}

func (r Run) lostIDs() []int {
	var ids []int
	for _, l := range r.Lost {
		ids = append(ids, l.ID)
	}
	return ids
}

// NewlyLost says whether an item is lost that was not when a snapshot was taken.
func (r Run) NewlyLost(before *Snapshot) bool {
	return before != nil && slices.ContainsFunc(r.Lost, func(l LostItem) bool { return !slices.Contains(before.Hidden, l.ID) })
}

// Words is what happened to it, after its name.
func (l LostItem) Words() string {
	switch l.Why {
	case LostMoved:
		return "was moved to the Azure DevOps project " + l.Project
	case LostDeleted:
		return "was deleted"
	}
	return "was deleted, or the account can't read it now"
}

// maxLostTold is how many chosen work items that do not count are told by their number.
const maxLostTold = 5

// LostWords says in sentences which chosen work items do not count; empty: all do.
func LostWords(lost []LostItem) string {
	var parts []string
	for _, l := range lost[:min(len(lost), maxLostTold)] {
		parts = append(parts, l.Called()+" "+l.Words())
	}
	switch rest := len(lost) - len(parts); {
	case len(lost) == 0:
		return ""
	case len(lost) == 1:
		return "A chosen work item isn't counted: " + parts[0] + "."
	case rest > 0:
		parts = append(parts, fmt.Sprintf("and %d more", rest))
	}
	return fmt.Sprintf("%d chosen work items aren't counted: %s.", len(lost), strings.Join(parts, "; "))
}
