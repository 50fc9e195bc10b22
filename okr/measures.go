package okr

import "fmt"

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

// UsualMethod is the one where none is chosen.
const UsualMethod = PercentCompleted

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
			ID: PercentCompleted, Title: "Percentage that is completed",
			Counts: "Percentage of completed work items", Sums: "Percentage of %s that is completed",
			Value: func(m Measurement) *float64 { return percent(m.parts()) },
			Check: hasPercentage, Misfit: beyondPercent,
		},
		{
			ID: CountCompleted, Title: "Total of what is completed",
			Counts: "Count of completed work items", Sums: "Sum of %s of completed work items",
			Value: func(m Measurement) *float64 { completed, _ := m.parts(); return &completed },
			Check: anyField, Misfit: anyMetric,
		},
		{
			ID: CountTotal, Title: "Total of everything",
			Counts: "Count of all work items", Sums: "Sum of %s of all work items",
			Value: func(m Measurement) *float64 { _, all := m.parts(); return &all },
			Check: anyField, Misfit: anyMetric,
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

// fieldRemainingWork is burnt down: it is 0 on completed items, so it has no
// percentage.
const fieldRemainingWork = "Microsoft.VSTS.Scheduling.RemainingWork"

// hasPercentage refuses a field of whose sum the completed part means nothing.
func hasPercentage(f *Field) error {
	if f == nil || fold(f.Ref) != fold(fieldRemainingWork) {
		return nil
	}
	return FieldErrorf("method", "%s is burnt down to 0 by completing work, so it has no completed percentage. Choose the total of all work items.", f.Name)
}

func anyMetric(Metric) string { return "" }

func beyondPercent(m Metric) string {
	if m.Target <= 100 && m.Start <= 100 {
		return ""
	}
	return fmt.Sprintf("A percentage runs from 0 to 100, but the key result runs from %s to %s. Count work items instead, or edit the key result.", FormatNumber(m.Start), FormatNumber(m.Target))
}
