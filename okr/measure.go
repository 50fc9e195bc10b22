package okr

import (
	"slices"
	"strings"
)

func fold(s string) string { return strings.ToLower(s) }

// Measure applies a binding to a run: completed means state category Completed;
// Removed items are left out of both numerator and denominator; items whose
// state is unknown count as not completed. Every item counts wherever it stands
// in a tree. A project counts the leaves (or the chosen type) and gets its tree.
func (b Binding) Measure(run Run, kind GoalKind, before *Snapshot) Measurement {
	run = run.distinct()
	m := Measurement{At: run.At, Unreadable: run.Unreadable, Changes: run.Changes(before, b)}
	if b.Field != nil {
		m.Sum = &Sum{Field: b.Field.Name}
	}
	for _, item := range run.Items {
		if m.count(item, b.ItemType) && b.Field != nil {
			m.Sum.add(item, b.Field.Ref)
		}
	}
	if kind == Project {
		tree := Tree(run, b.ItemType)
		m.Tree, m.HiddenNodes = tree.Nodes, tree.Hidden
		m.Completed, m.Total = tree.Done, tree.Total
		m.Value = percent(float64(m.Completed), float64(m.Total))
		return m
	}
	m.Value = b.value(m)
	return m
}

// count says whether the item counts.
func (m *Measurement) count(item WorkItem, itemType string) bool {
	switch {
	case itemType != "" && fold(item.Type) != fold(itemType):
		m.OtherTypes++
		return false
	case item.Category == Removed:
		m.Removed++
		return false
	case item.Category == Completed:
		m.Completed++
	case item.Category == UnknownCategory:
		m.Unknown++
	}
	m.Total++
	return true
}

func (s *Sum) add(item WorkItem, ref string) {
	v, ok := item.Values[ref]
	if !ok {
		s.Without++
		return
	}
	s.Total += v
	if item.Category == Completed {
		s.Completed += v
	}
}

// scope is what the value is taken over: a number of items, or a sum.
func (b Binding) scope(items []WorkItem) float64 {
	total := 0.0
	for _, item := range items {
		switch {
		case !counts(item, b.ItemType):
		case b.Field == nil:
			total++
		default:
			total += item.Values[b.Field.Ref]
		}
	}
	return total
}

// value is nil where the query holds nothing that could be divided: an empty
// query is "no data", never 0 % or 100 %. A count or sum of nothing is 0 only
// when the query itself has items.
func (b Binding) value(m Measurement) *float64 {
	if m.Total+m.Removed+m.OtherTypes+m.Unreadable == 0 {
		return nil
	}
	how, ok := b.Method.Measure()
	if !ok {
		how, _ = UsualMethod.Measure()
	}
	return how.Value(m)
}

func percent(part, whole float64) *float64 {
	if whole == 0 {
		return nil
	}
	v := 100 * part / whole
	return &v
}

// SyncRow is the outcome of a sync for one goal.
type SyncRow struct {
	Goal    Goal // as it stands after
	Before  *float64
	After   *float64
	Status  Status
	Changes Changes
	Problem string // in words, when it failed; the last value then stands
	Next    []Step // what ends the problem
}

// SyncReport is the outcome of a sync of one connection.
type SyncReport struct {
	Rows    []SyncRow
	Notices []Notice // what owners are to be told now
	Failure error    // why the connection could not be measured at all; nil: it was
}

// Notice tells an owner what fails, since when, and what hangs on it.
type Notice struct {
	Owner      Person
	Connection Connection
	Goals      []GoalID // what is no longer measured
	Titles     []string // of the first of them
	Health     Health
	Whole      bool // the whole connection fails, not only some of its queries
}

// For is the notice for somebody else than its owner: without titles, which that
// person may not see.
func (n Notice) For(user UserID) Notice {
	if n.Owner.ID != user {
		n.Titles = nil
	}
	return n
}

// SyncJob asks for a sync of some queries of a connection; none means all.
type SyncJob struct {
	Connection ConnectionID `json:"connection"`
	Queries    []string     `json:"queries,omitempty"`
}

// Reply is the card that is to show the outcome of a sync.
type Reply struct {
	Conversation Conversation `json:"conversation"` // with the thread
	ActivityID   string       `json:"activityId"`
	Actor        Actor        `json:"actor"`          // who asked
	Goal         GoalID       `json:"goal,omitempty"` // what was asked for; empty: everything
	Zone         string       `json:"zone,omitempty"` // the asker's time zone
}

// Moved says whether the goal shows another value than before.
func (r SyncRow) Moved() bool { return !same(r.Before, r.After) }

// Measured says whether this sync has measured a goal already.
func (r SyncReport) Measured(id GoalID) bool {
	return slices.ContainsFunc(r.Rows, func(row SyncRow) bool { return row.Goal.ID == id && row.Problem == "" })
}
