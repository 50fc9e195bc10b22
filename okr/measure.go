package okr

import (
	"fmt"
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
	m := Measurement{At: run.At, Unreadable: run.Unreadable, Lost: lostList(run.Lost), Changes: run.Changes(before, b)}
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
		m.Tree, m.Size = tree.Nodes, tree.Size
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

// value is nil where there is nothing that could be divided, and where nothing
// may be read: that is not the same as nothing. A count or sum of nothing is 0.
func (b Binding) value(m Measurement) *float64 {
	if m.Total == 0 && m.Unreadable+m.Lost.Count > 0 {
		return nil
	}
	how, ok := b.Method.Measure()
	if !ok {
		how, _ = PercentCompleted.Measure() // what a binding without a method has always meant
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
	Found   int // work items that the query found before
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

// SyncJob asks for a sync of some queries of a connection; none means all.
type SyncJob struct {
	Connection ConnectionID `json:"connection"`
	Queries    []string     `json:"queries,omitempty"`
}

// Reply is the card that is to show the outcome of a sync.
type Reply struct {
	Conversation Conversation `json:"conversation"` // with the thread
	ActivityID   string       `json:"activityId"`
	Actor        Actor        `json:"actor"`             // who asked
	Goal         GoalID       `json:"goal,omitempty"`    // what was asked for; empty: everything, or:
	Through      ConnectionID `json:"through,omitempty"` // all that is measured through a connection
	Zone         string       `json:"zone,omitempty"`    // the asker's time zone
	Locale       string       `json:"locale,omitempty"`  // the asker's, a BCP 47 tag
	Ref          string       `json:"ref,omitempty"`     // of the turn in which it was asked for, in the log
}

// Moved says whether the goal shows another value than before.
func (r SyncRow) Moved() bool { return !same(r.Before, r.After) }

// Measured says whether this sync has measured a goal already.
func (r SyncReport) Measured(id GoalID) bool {
	return slices.ContainsFunc(r.Rows, func(row SyncRow) bool { return row.Goal.ID == id && row.Problem == "" })
}

// Method is how a number is taken from the work items of a query, as it is stored
// with a binding.
type Method string

// The methods of measuring a key result. They take the number of work items, or,
// where the binding names a numeric field, its sum over them.
const (
	PercentCompleted Method = "percent completed" // completed ÷ all × 100
	CountCompleted   Method = "count completed"
	CountTotal       Method = "count total"
)

// UsualMethod is the method of a key result where none is chosen. A percentage suits
// only what is measured in percent, or has no unit and goes from 0 to 100. Of other
// numbers, what is to fall or to keep a limit is what is still there; what is to grow
// is what is completed.
func UsualMethod(m *Metric) Method {
	switch {
	case m == nil || m.TakesPercent():
		return PercentCompleted
	case m.falls() || m.IsControl():
		return CountTotal
	}
	return CountCompleted
}

// Suggestion is how a key result may be measured, and why.
type Suggestion struct {
	Method Method
	Field  *Field // whose sum is taken; nil: work items are counted
	Why    string // completes "Suggested because"
}

// Suggest is the usual method of a number, and the field that its unit or name means where
// it is one of those that a project has.
func Suggest(m *Metric, fields []Field) Suggestion {
	s := Suggestion{Method: UsualMethod(m), Why: "the number should go up"}
	switch {
	case m == nil:
		s.Why = "it has no number yet"
	case m.isPercent():
		s.Why = "the unit is %"
	case m.mayBePercent():
		s.Why = "the number goes from 0 to 100"
	case m.IsControl():
		s.Why = "the number should " + string(m.Type) + " a limit"
	case m.falls():
		s.Why = "the number should go down"
	}
	how, _ := s.Method.Measure()
	if f := m.means(fields); f != nil && how.Check(f) == nil {
		s.Field, s.Why = f, s.Why+", and it is about "+f.Name
	}
	return s
}

// means is the field that the name or unit of a number says; nil: none. Points are those of a
// story where that is so called.
func (m *Metric) means(fields []Field) *Field {
	if m == nil {
		return nil
	}
	said := []string{fold(strings.TrimSpace(m.Name)), fold(strings.TrimSpace(m.Unit))}
	if slices.Contains(said, "points") {
		said = append(said, "story points")
	}
	for _, f := range fields {
		if f.Name != "" && slices.Contains(said, fold(f.Name)) {
			return &f
		}
	}
	return nil
}

// isPercent says whether the unit is percent, by its kind or as people write it.
func (m Metric) isPercent() bool {
	unit := fold(strings.TrimSpace(m.Unit))
	return m.UnitKind == UnitPercent || strings.HasPrefix(unit, "%") || slices.Contains([]string{"％", "percent", "per cent", "pct"}, unit)
}

// TakesPercent says whether a number with a percent sign can be meant.
func (m Metric) TakesPercent() bool { return m.isPercent() || m.mayBePercent() }

// mayBePercent says whether the number has no unit and goes from 0 to 100: it may be
// meant as a percentage.
func (m Metric) mayBePercent() bool {
	return m.Unit == "" && m.IsScaled() && m.Start == 0 && m.Target == 100
}

// falls says whether the number is to become smaller.
func (m Metric) falls() bool { return m.IsScaled() && m.Start > m.Target }

// span is from where to where the number is to go, with its unit.
func (m Metric) span() string {
	unit, percent := "", ""
	switch m.Unit {
	case "":
	case "%":
		unit, percent = "%", "%"
	default:
		unit = " " + m.Unit
	}
	switch {
	case m.IsScaled():
		return fmt.Sprintf("goes from %s%s to %s%s", FormatNumber(m.Start), percent, FormatNumber(m.Target), unit)
	case m.IsControl():
		return fmt.Sprintf("should %s %s%s", m.Type, FormatNumber(m.Target), unit)
	case unit != "":
		return "is in " + m.Unit
	}
	return "has no unit"
}

// Measure is all that is known of one method.
type Measure struct {
	ID     Method
	Title  string // where it is not said yet what is taken
	Counts string // what people read where work items are counted
	Sums   string // what they read where a field is added up; %s is its name
	// Value is what a measurement comes to; nil: it cannot be said.
	Value func(m Measurement) *float64
	// Check refuses a field that this cannot be taken of; nil is none.
	Check func(field *Field) error
	// Misfit says why the value does not suit a key result; empty: it does.
	Misfit func(metric Metric) string
}

// Measures lists what a query can be measured by, in the order in which people are
// offered it. Nothing else knows the methods: a new one is one entry.
func Measures() []Measure {
	return []Measure{
		{
			ID: PercentCompleted, Title: "Percent completed",
			Counts: "Percentage of completed work items", Sums: "Percentage of %s that is completed",
			Value: func(m Measurement) *float64 { return percent(m.parts()) },
			Check: hasCompleted, Misfit: noPercentage,
		},
		{
			ID: CountCompleted, Title: "Completed",
			Counts: "Count of completed work items", Sums: "Sum of %s of completed work items",
			Value: func(m Measurement) *float64 { completed, _ := m.parts(); return &completed },
			Check: hasCompleted, Misfit: noGrowingTotal,
		},
		{
			ID: CountTotal, Title: "All",
			Counts: "Count of all work items", Sums: "Sum of %s of all work items",
			Value: func(m Measurement) *float64 { _, all := m.parts(); return &all },
			Check: anyField, Misfit: noTotal,
		},
	}
}

// Measure is what is known of the method; false: there is no such method.
func (m Method) Measure() (Measure, bool) {
	for _, known := range Measures() {
		if known.ID == m {
			return known, true
		}
	}
	return Measure{}, false
}

// Words is the method as people read it, of a field's sum or, without a field,
// of a count.
func (m Method) Words(field *Field) string {
	known, ok := m.Measure()
	switch {
	case !ok:
		return string(m)
	case field != nil:
		return fmt.Sprintf(known.Sums, field.Name)
	}
	return known.Counts
}

// parts are what is completed, and everything: numbers of work items, or sums of
// the field that is added up.
func (m Measurement) parts() (completed, all float64) {
	if m.Sum != nil {
		return m.Sum.Completed, m.Sum.Total
	}
	return float64(m.Completed), float64(m.Total)
}

// Field is a numeric field of work items, such as Story Points.
type Field struct {
	Ref  string `json:"ref"`  // reference name, which survives renames
	Name string `json:"name"` // as people see it
}

func anyField(*Field) error { return nil }

// fieldRemainingWork is burnt down: it is 0 on completed items, so there is nothing of
// it that is completed.
const fieldRemainingWork = "Microsoft.VSTS.Scheduling.RemainingWork"

// hasCompleted refuses a field of whose sum the completed part means nothing.
func hasCompleted(f *Field) error {
	if f == nil || fold(f.Ref) != fold(fieldRemainingWork) {
		return nil
	}
	return FieldErrorf("method", "%s drops to 0 as work is completed. Choose the value All instead.", f.Name)
}

// noPercentage says why the percentage that is completed does not suit a key result.
func noPercentage(m Metric) string {
	switch isPercent := m.TakesPercent(); {
	case !isPercent:
		return fmt.Sprintf("This measures 0 to 100%%, but the key result %s. Choose Completed or All, or change its unit to %%.", m.span())
	case m.Target > 100 || m.IsScaled() && m.Start > 100:
		return fmt.Sprintf("This measures 0 to 100%%, but the key result %s. Choose Completed or All, or edit the key result.", m.span())
	case m.falls():
		return fmt.Sprintf("This percentage rises as work is completed, but the key result %s. Edit its start and target.", m.span())
	}
	return ""
}

// noTotal says why a total does not suit a key result.
func noTotal(m Metric) string {
	if !m.isPercent() {
		return ""
	}
	return "The key result is in %, but this measures a total, so 10 would mean 10%. Choose Percent completed, or change the key result's unit."
}

// noGrowingTotal is the same of a total that grows when work is completed.
func noGrowingTotal(m Metric) string {
	if !m.isPercent() && m.falls() {
		return fmt.Sprintf("This total rises as work is completed, but the key result %s. Choose All, with a query that finds open work.", m.span())
	}
	return noTotal(m)
}

// Misfit says why what measures a key result does not suit its number, which may have
// been edited since; empty: it does.
func (g Goal) Misfit() string {
	if g.Binding == nil || g.Kind != KeyResult || g.Metric == nil {
		return ""
	}
	how, ok := g.Binding.Method.Measure()
	if !ok {
		return ""
	}
	return how.Misfit(*g.Metric)
}
