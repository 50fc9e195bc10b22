package okr

import (
	"slices"
	"time"
)

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
	ID       int                `json:"i"`
	Type     string             `json:"t"`
	Title    string             `json:"n"`
	State    string             `json:"s,omitempty"`
	Category Category           `json:"c"`
	Parent   int                `json:"p,omitempty"`
	Project  string             `json:"j,omitempty"` // the name of the project that holds it
	URL      string             `json:"u,omitempty"`
	Values   map[string]float64 `json:"v,omitempty"` // numeric fields by reference name; absent: no value
}

// ref names the item to people.
func (i WorkItem) ref() WorkItemRef {
	return WorkItemRef{ID: i.ID, Type: i.Type, Title: Shorten(i.Title, 120), URL: i.URL}
}

// Run is one execution of a shared query: each item once, parents before their
// children, in the query's order.
type Run struct {
	At         time.Time
	Query      Query // name, path and URL as they are now
	Items      []WorkItem
	Unreadable int      // items of the result that the account may not read
	Fields     []string // reference names of the numeric fields that were read
	FullAt     time.Time
	Cursor     Cursor
	// FieldErrs are the fields that were asked for and cannot be read, and why; what
	// does not need them can be measured.
	FieldErrs map[string]error
}

// Without says why the run has no values of a field; nil: it has them, or none are
// needed.
func (r Run) Without(f *Field) error {
	if f == nil {
		return nil
	}
	return r.FieldErrs[f.Ref]
}

// Cursor is how far the source has read the feed of changes, so that the next
// run need only read what changed since. It means nothing to the domain.
type Cursor struct {
	Token string    `json:"token,omitempty"` // opaque; empty: nothing is known
	At    time.Time `json:"at,omitzero"`     // when it was read
	Off   time.Time `json:"off,omitzero"`    // until then the feed is not to be used
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

// Snapshot is what is kept of a run: to tell what changed by the next one, and
// to read only that.
type Snapshot struct {
	At     time.Time  `json:"at"`
	Items  []WorkItem `json:"items"`
	Fields []string   `json:"fields,omitempty"`
	FullAt time.Time  `json:"fullAt,omitzero"` // when each item was last read, changed or not
	Cursor Cursor     `json:"cursor,omitzero"`
}

// Snapshot gives what is kept of the run.
func (r Run) Snapshot() Snapshot {
	return Snapshot{At: r.At, Items: r.Items, Fields: r.Fields, FullAt: r.FullAt, Cursor: r.Cursor}
}

// Changes compares the run with the snapshot before it, counting only what the
// binding counts. Without a snapshot it is a first run.
func (r Run) Changes(before *Snapshot, b Binding) Changes {
	if before == nil {
		return Changes{First: true}
	}
	var c Changes
	valued := b.Field != nil && slices.Contains(before.Fields, b.Field.Ref)
	old := counted(before.Items, b.ItemType)
	for _, item := range r.Items {
		if !counts(item, b.ItemType) {
			continue
		}
		was, known := old[item.ID]
		delete(old, item.ID)
		c.note(was, known, item)
		if known && valued && was.Values[b.Field.Ref] != item.Values[b.Field.Ref] {
			c.Revalued.add(item.ref())
		}
	}
	for _, was := range before.Items { // in the order of the result, not of a map
		if _, gone := old[was.ID]; gone {
			c.Removed.add(was.ref())
		}
	}
	if b.Field == nil || valued {
		c.Scope = b.scope(r.Items) - b.scope(before.Items)
	}
	return c
}

func (c *Changes) note(was WorkItem, known bool, item WorkItem) {
	switch {
	case !known:
		c.Added.add(item.ref())
	case was.Category != Completed && item.Category == Completed:
		c.Completed.add(item.ref())
	case was.Category == Completed && item.Category != Completed:
		c.Reopened.add(item.ref())
	}
}

func counted(items []WorkItem, itemType string) map[int]WorkItem {
	m := make(map[int]WorkItem, len(items))
	for _, i := range items {
		if counts(i, itemType) {
			m[i.ID] = i
		}
	}
	return m
}

// counts says whether an item is part of numerator and denominator.
func counts(item WorkItem, itemType string) bool {
	return item.Category != Removed && (itemType == "" || fold(item.Type) == fold(itemType))
}
