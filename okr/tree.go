package okr

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
	Deeper    int    `json:"deeper,omitempty"` // items below level 3: counted but not shown
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
	t := newForest(run, itemType)
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

// forest is the run as trees. Parents that are not in the result and links that
// would close a cycle make an item a root.
type forest struct {
	items    map[int]WorkItem
	children map[int][]int
	itemType string
	done     map[int]int
	total    map[int]int
	size     map[int]int // items below, shown or not
}

func newForest(run Run, itemType string) *forest {
	t := &forest{
		items: map[int]WorkItem{}, children: map[int][]int{}, itemType: itemType,
		done: map[int]int{}, total: map[int]int{}, size: map[int]int{},
	}
	for _, item := range run.Items {
		if item.Category != Removed {
			t.items[item.ID] = item
		}
	}
	for _, item := range run.Items {
		if _, ok := t.items[item.ID]; ok {
			parent := t.parentOf(item)
			t.children[parent] = append(t.children[parent], item.ID)
		}
	}
	for _, root := range t.children[0] {
		t.sum(root)
	}
	return t
}

// parentOf gives the nearest ancestor in the forest, 0 for a root. The walk is
// bounded by the number of items, which a cycle exceeds; every item of a cycle
// then is a root.
func (t *forest) parentOf(item WorkItem) int {
	parent, ok := t.items[item.Parent]
	if !ok {
		return 0
	}
	for steps, at := 0, parent; at.Parent != 0; steps++ {
		next, ok := t.items[at.Parent]
		if !ok {
			break
		}
		if next.ID == item.ID || steps > len(t.items) {
			return 0
		}
		at = next
	}
	return parent.ID
}

// sum fills in what lies below an item and itself.
func (t *forest) sum(id int) {
	item := t.items[id]
	isLeaf := len(t.children[id]) == 0
	for _, child := range t.children[id] {
		t.sum(child)
		t.done[id] += t.done[child]
		t.total[id] += t.total[child]
		t.size[id] += 1 + t.size[child]
	}
	if t.isCounted(item, isLeaf) {
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
