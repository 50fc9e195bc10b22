package okr

import "strings"

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
	completed, total := float64(m.Completed), float64(m.Total)
	if m.Sum != nil {
		completed, total = m.Sum.Completed, m.Sum.Total
	}
	switch b.Method {
	case CountCompleted:
		return &completed
	case CountTotal:
		return &total
	default:
		return percent(completed, total)
	}
}

func percent(part, whole float64) *float64 {
	if whole == 0 {
		return nil
	}
	v := 100 * part / whole
	return &v
}
