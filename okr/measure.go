package okr

import "strings"

func fold(s string) string { return strings.ToLower(s) }

// Measure applies a binding to a run: completed means state category Completed;
// Removed items are left out of both numerator and denominator; items whose
// state is unknown count as not completed. Every item counts wherever it stands
// in a tree. A project counts the leaves (or the chosen type) and gets its tree.
func (b Binding) Measure(run Run, kind GoalKind, before *Snapshot) Measurement {
	run = run.distinct()
	m := Measurement{At: run.At, Unreadable: run.Unreadable, Changes: run.Changes(before, b.ItemType)}
	for _, item := range run.Items {
		m.count(item, b.ItemType)
	}
	if kind == Project {
		tree := Tree(run, b.ItemType)
		m.Tree, m.HiddenNodes = tree.Nodes, tree.Hidden
		m.Completed, m.Total = tree.Done, tree.Total
		m.Value = percent(m.Completed, m.Total)
		return m
	}
	m.Value = b.value(m)
	return m
}

func (m *Measurement) count(item WorkItem, itemType string) {
	switch {
	case itemType != "" && fold(item.Type) != fold(itemType):
		m.OtherTypes++
		return
	case item.Category == Removed:
		m.Removed++
		return
	case item.Category == Completed:
		m.Completed++
	case item.Category == UnknownCategory:
		m.Unknown++
	}
	m.Total++
}

// value is nil where the query holds nothing that could be divided: an empty
// query is "no data", never 0 % or 100 %. A count of nothing is 0 only when the
// query itself has items.
func (b Binding) value(m Measurement) *float64 {
	if m.Total+m.Removed+m.OtherTypes+m.Unreadable == 0 {
		return nil
	}
	switch b.Method {
	case CountCompleted:
		v := float64(m.Completed)
		return &v
	case CountTotal:
		v := float64(m.Total)
		return &v
	default:
		return percent(m.Completed, m.Total)
	}
}

func percent(part, whole int) *float64 {
	if whole == 0 {
		return nil
	}
	v := 100 * float64(part) / float64(whole)
	return &v
}
