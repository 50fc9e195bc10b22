package okr

import "time"

// Category is the state category of a work item: what its state means whatever
// it is called.
type Category string

// The state categories of Azure DevOps. UnknownCategory is a state that the
// type's list does not have.
const (
	Proposed        Category = "Proposed"
	InProgress      Category = "InProgress"
	Resolved        Category = "Resolved"
	Completed       Category = "Completed"
	Removed         Category = "Removed"
	UnknownCategory Category = ""
)

// WorkItem is a work item as a run saw it. Parent is the item above it in the
// query's tree, 0 at the top or in a flat list.
type WorkItem struct {
	ID       int
	Type     string
	Title    string
	State    string
	Category Category
	Parent   int
	URL      string
}

func (i WorkItem) ref() WorkItemRef {
	return WorkItemRef{ID: i.ID, Type: i.Type, Title: Shorten(i.Title, 120), URL: i.URL}
}

// Run is one execution of a shared query: each item once, parents before their
// children, in the query's order.
type Run struct {
	At         time.Time
	Query      Query // name, path and URL as they are now
	Items      []WorkItem
	Unreadable int // items of the result that the account may not read
}

// distinct leaves out items that come again: each counts once.
func (r Run) distinct() Run {
	items := make([]WorkItem, 0, len(r.Items))
	seen := make(map[int]bool, len(r.Items))
	for _, item := range r.Items {
		if !seen[item.ID] {
			seen[item.ID] = true
			items = append(items, item)
		}
	}
	r.Items = items
	return r
}

// Types lists the work item types of the run in order of appearance.
func (r Run) Types() []string {
	var types []string
	seen := map[string]bool{}
	for _, item := range r.Items {
		if key := fold(item.Type); !seen[key] {
			seen[key] = true
			types = append(types, item.Type)
		}
	}
	return types
}

// Snapshot is what is kept of a run to tell what changed by the next one.
type Snapshot struct {
	At    time.Time      `json:"at"`
	Items []SnapshotItem `json:"items"`
}

// SnapshotItem is one work item of a snapshot.
type SnapshotItem struct {
	ID       int      `json:"i"`
	Type     string   `json:"t"`
	Title    string   `json:"n"`
	Category Category `json:"c"`
	URL      string   `json:"u,omitempty"`
}

// Snapshot gives what is kept of the run.
func (r Run) Snapshot() Snapshot {
	s := Snapshot{At: r.At, Items: make([]SnapshotItem, 0, len(r.Items))}
	for _, i := range r.Items {
		ref := i.ref()
		s.Items = append(s.Items, SnapshotItem{ID: ref.ID, Type: ref.Type, Title: ref.Title, Category: i.Category, URL: ref.URL})
	}
	return s
}

// ref names the item to people.
func (s SnapshotItem) ref() WorkItemRef {
	return WorkItemRef{ID: s.ID, Type: s.Type, Title: s.Title, URL: s.URL}
}

// Changes compares the run with the snapshot before it, counting only items of
// itemType (all when empty). Without a snapshot it is a first run.
func (r Run) Changes(before *Snapshot, itemType string) Changes {
	if before == nil {
		return Changes{First: true}
	}
	var c Changes
	old := counted(before.Items, itemType)
	for _, item := range r.Items {
		if !counts(item.Type, item.Category, itemType) {
			continue
		}
		was, known := old[item.ID]
		delete(old, item.ID)
		c.note(was, known, item)
	}
	for _, was := range before.Items { // in the order of the result, not of a map
		if _, gone := old[was.ID]; gone {
			c.Removed.add(was.ref())
		}
	}
	return c
}

func (c *Changes) note(was SnapshotItem, known bool, item WorkItem) {
	switch {
	case !known:
		c.Added.add(item.ref())
	case was.Category != Completed && item.Category == Completed:
		c.Completed.add(item.ref())
	case was.Category == Completed && item.Category != Completed:
		c.Reopened.add(item.ref())
	}
}

func counted(items []SnapshotItem, itemType string) map[int]SnapshotItem {
	m := make(map[int]SnapshotItem, len(items))
	for _, i := range items {
		if counts(i.Type, i.Category, itemType) {
			m[i.ID] = i
		}
	}
	return m
}

// counts says whether an item is part of numerator and denominator.
func counts(typ string, category Category, itemType string) bool {
	return category != Removed && (itemType == "" || fold(typ) == fold(itemType))
}
