package okr

import "slices"

// MaxLevels is how many levels of a project's query are shown.
const MaxLevels = 3

// maxNodes bounds what is kept of a project's tree for showing.
const maxNodes = 60

// Node is a work item of a project's tree as it is shown.
type Node struct {
	WorkItemRef
	State     string `json:"state"`
	Completed bool   `json:"done,omitempty"`   // the item itself
	Level     int    `json:"level"`            // 1 to 3
	Done      int    `json:"c"`                // completed of Total
	Total     int    `json:"n"`                // what its progress is taken over
	Deeper    int    `json:"deeper,omitempty"` // items (of the chosen type) below level 3: counted but not shown
}

// Progress of a node in percent; false when there is nothing to count.
func (n Node) Progress() (float64, bool) {
	if n.Total == 0 {
		return 0, false
	}
	return 100 * float64(n.Done) / float64(n.Total), true
}

// Tree gives the first three levels of a run, parents before children. A node's
// progress is completed ÷ all over the leaves below it, or over the items of
// itemType below it when one is chosen; a leaf's is its own. With a chosen type
// only its items and their ancestors are shown.
func Tree(run Run, itemType string) ProjectTree {
	t := newForest(run.distinct(), itemType)
	var out ProjectTree
	for _, root := range t.children[0] {
		out.Done += t.done[root]
		out.Total += t.total[root]
		t.show(root, 1, out.add)
	}
	return out
}

// ProjectTree is the roll-up of a run.
type ProjectTree struct {
	Nodes       []Node
	Hidden      int // nodes of the three levels that do not fit
	Done, Total int // over the whole result, shown or not
}

func (t *ProjectTree) add(n Node) {
	if len(t.Nodes) == maxNodes {
		t.Hidden++
		return
	}
	t.Nodes = append(t.Nodes, n)
}

// forest is the run as trees. Parents that are not in the result make an item a
// root, and so does standing in a cycle; below a removed item it hangs on the
// next one above. Nothing here recurses by the depth of the data or walks a way
// twice: 20,000 items may form one chain.
type forest struct {
	items    map[int]WorkItem
	children map[int][]int
	itemType string
	done     map[int]int
	total    map[int]int
	size     map[int]int // items below that count, shown or not
}

func newForest(run Run, itemType string) *forest {
	t := &forest{
		items: map[int]WorkItem{}, children: map[int][]int{}, itemType: itemType,
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

func (t *forest) show(id, level int, emit func(Node)) {
	if t.itemType != "" && t.total[id] == 0 {
		return
	}
	item := t.items[id]
	n := Node{
		WorkItemRef: item.ref(), State: item.State, Completed: item.Category == Completed,
		Level: level, Done: t.done[id], Total: t.total[id],
	}
	if level == MaxLevels {
		n.Deeper = t.size[id]
	}
	emit(n)
	if level < MaxLevels {
		for _, child := range t.children[id] {
			t.show(child, level+1, emit)
		}
	}
}
