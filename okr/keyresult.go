package okr

import (
	"slices"
	"strings"
	"time"
)

// Metric is the number of a key result.
type Metric struct {
	Name      string     `json:"name"`
	Unit      string     `json:"unit,omitempty"`
	UnitKind  UnitKind   `json:"unitKind,omitempty"` // empty: percent for the unit %, else own word or number
	Type      MetricType `json:"type,omitempty"`     // empty: by start and target
	Start     float64    `json:"start"`
	Target    float64    `json:"target"`
	Threshold *float64   `json:"threshold,omitempty"` // of StayBelow and StayAbove: up to here it is behind, not at risk
	Phases    []Phase    `json:"phases,omitempty"`    // what is expected by when, besides the target at the end
	Current   *float64   `json:"current,omitempty"`   // nil: no data yet
	At        *time.Time `json:"at,omitempty"`        // when Current was measured
}

// MetricType is how a key result is meant.
type MetricType string

// The types of key results.
const (
	Reach     MetricType = "reach"      // from 0 up to the target
	Increase  MetricType = "increase"   // from the start up to the target
	Decrease  MetricType = "decrease"   // from the start down to the target
	StayBelow MetricType = "stay below" // a limit that must not be reached
	StayAbove MetricType = "stay above"
	Baseline  MetricType = "baseline" // finding out what the number is
)

// namedAfter is the metric with the title of its key result as its name, where it has no
// name of its own.
func (m *Metric) namedAfter(title string) *Metric {
	if m.Name == "" {
		m.Name = Shorten(title, MaxName)
	}
	return m
}

// renamed is an edited goal whose metric, where it was named after the title and nobody named
// it otherwise, has the new title.
func renamed(g, was Goal) Goal {
	if g.Title == was.Title || g.Metric == nil || was.Metric == nil || g.Metric.Name != was.Metric.Name || was.Metric.Name != Shorten(was.Title, MaxName) {
		return g
	}
	m := *g.Metric
	m.Name = ""
	g.Metric = m.namedAfter(g.Title)
	return g
}

// MaxTyped is how many key results one list makes at most.
const MaxTyped = 20

// TypedKeyResult is a line of a list of key results, as it was understood.
type TypedKeyResult struct {
	Line    int    `json:"line"` // its number, from 1; empty lines count
	Text    string `json:"text"` // as it was typed, without bullets and numbering
	Title   string `json:"title"`
	Metric  Metric `json:"metric"`
	Problem string `json:"problem,omitempty"` // why it makes none, with how to write it; empty: it makes one
}

// TypedList makes the key results of a list, each once for a form.
type TypedList struct {
	Parent GoalID
	Form   string // id of the form
	Lines  []TypedKeyResult
}

// MetricTypes lists the types in the order in which they are offered.
func MetricTypes() []MetricType {
	return []MetricType{Reach, Increase, Decrease, StayBelow, StayAbove, Baseline}
}

// UnitKind is the sort of a unit.
type UnitKind string

// The sorts of units.
const (
	UnitNumber   UnitKind = "number"
	UnitPercent  UnitKind = "percent"
	UnitCurrency UnitKind = "currency" // Unit is its sign or code
	UnitWord     UnitKind = "word"     // Unit is the word
)

// UnitKinds lists the sorts of units in the order in which they are offered.
func UnitKinds() []UnitKind { return []UnitKind{UnitNumber, UnitPercent, UnitCurrency, UnitWord} }

// Phase is the value that is expected by the end of a day.
type Phase struct {
	Date  Date    `json:"date"`
	Value float64 `json:"value"`
}

// Kind is the type of the key result; where none was chosen it follows from
// start and target.
func (m Metric) Kind() MetricType {
	switch {
	case m.Type != "":
		return m.Type
	case m.Start > m.Target:
		return Decrease
	case m.Start == 0:
		return Reach
	default:
		return Increase
	}
}

// MetricNow is the key result's number with the value that stands: what people keep
// by hand stands at its start until they say something else. It is nil for others.
func (g Goal) MetricNow() *Metric {
	if !g.IsAtStart() {
		return g.Metric
	}
	m := *g.Metric
	m.Current = &m.Start
	return &m
}

// IsAtStart says whether the key result is kept by hand and nobody has given a
// value yet.
func (g Goal) IsAtStart() bool {
	m := g.Metric
	return g.Kind == KeyResult && g.Binding == nil && m != nil && m.Current == nil && m.IsScaled()
}

// IsControl says whether the key result is a limit to keep: progress is 0 or 100.
func (m Metric) IsControl() bool { return m.Type == StayBelow || m.Type == StayAbove }

// IsScaled says whether progress is the way gone from start to target.
func (m Metric) IsScaled() bool { return !m.IsControl() && m.Type != Baseline }

// Progress is the metric's progress in percent, not clamped: formula F2, or 0 or
// 100 for a limit (F7). It reports false without a value, and always for a
// baseline.
func (m Metric) Progress() (float64, bool) {
	switch {
	case m.Current == nil || m.Type == Baseline:
		return 0, false
	case m.IsControl():
		if m.kept(m.Target) {
			return 100, true
		}
		return 0, true
	default:
		return m.ScaledProgress()
	}
}

// ValueAt is the value at a progress in percent: F2 the other way round.
func (m Metric) ValueAt(progress float64) float64 { return m.Start + (m.Target-m.Start)*progress/100 }

// kept says whether the current value is on the good side of a limit; at the
// limit itself it is not.
func (m Metric) kept(limit float64) bool {
	if m.Type == StayBelow {
		return *m.Current < limit
	}
	return *m.Current > limit
}

// Expected is the progress in percent that is expected on a day: the straight
// line of the period (F1), or the line through the phases where there are any. A
// limit is expected to be kept all the time.
func (m Metric) Expected(p Period, day Date) float64 {
	switch {
	case m.IsControl():
		return 100
	case !m.isPhased():
		return p.Expected(day)
	}
	value := m.expectedValue(p, day)
	return clamp((value - m.Start) / (m.Target - m.Start) * 100)
}

// isPhased says whether the line that is expected leads through phases.
func (m Metric) isPhased() bool { return len(m.Phases) > 0 && m.IsScaled() && m.Target != m.Start }

// points are the line from the start through the phases to the target.
func (m Metric) points(p Period) []Phase {
	points := append([]Phase{{p.Start, m.Start}}, m.sortedPhases()...)
	if last := points[len(points)-1]; last.Date.Days() < p.End.Days() {
		points = append(points, Phase{p.End, m.Target})
	}
	return points
}

// expectedValue is taken between the phases around a day.
func (m Metric) expectedValue(p Period, day Date) float64 {
	points, at := m.points(p), day.Days()
	for i, next := range points[1:] {
		before := points[i]
		if at >= next.Date.Days() {
			continue
		}
		way := float64(at-before.Date.Days()) / float64(next.Date.Days()-before.Date.Days())
		return before.Value + (next.Value-before.Value)*max(0, way)
	}
	return points[len(points)-1].Value
}

func (m Metric) sortedPhases() []Phase {
	return slices.SortedStableFunc(slices.Values(m.Phases), func(a, b Phase) int { return a.Date.Days() - b.Date.Days() })
}

// Status puts a metric's progress against the expected: F5, or F7 for a limit. A
// baseline is in progress from its first value on.
func (m Metric) Status(progress, expected float64, bands Bands) Status {
	switch {
	case m.Current == nil:
		return NoData
	case m.Type == Baseline:
		return StatusInProgress
	case !m.IsControl():
		return bands.StatusOf(progress, expected)
	case m.kept(m.Target):
		return OnTrack
	case m.Threshold != nil && m.kept(*m.Threshold):
		return Behind
	default:
		return AtRisk
	}
}

// validate checks a metric against the period of its objective; a zero period is
// not known yet.
func (m *Metric) validate(p Period) error {
	switch {
	case m == nil || m.Name == "":
		return FieldErrorf("metric", "Enter a metric, for example Bugs closed.")
	case runes(m.Name) > MaxName:
		return tooLong("metric", "metric", m.Name, MaxName)
	case runes(m.Unit) > MaxUnit:
		return tooLong("unit", "unit", m.Unit, MaxUnit)
	case m.UnitKind != "" && !slices.Contains(UnitKinds(), m.UnitKind):
		return FieldErrorf("unitKind", "Choose a number format from the list.")
	case m.Type != "" && !slices.Contains(MetricTypes(), m.Type):
		return FieldErrorf("type", "Choose a target type from the list.")
	case !finite(m.Start) || !finite(m.Target):
		return FieldErrorf("target", "Start and target must be numbers.")
	}
	if err := m.validateTarget(); err != nil {
		return err
	}
	return m.validatePhases(p)
}

func (m *Metric) validateTarget() error {
	start, target := FormatNumber(m.Start), FormatNumber(m.Target)
	switch {
	case m.IsScaled() && m.Start == m.Target:
		return FieldErrorf("target", "Start and target are both %s. Enter a target that differs from the start.", target)
	case m.Type == Increase && m.Start > m.Target:
		return FieldErrorf("target", "To increase, the target (%s) must be above the start (%s).", target, start)
	case m.Type == Decrease && m.Start < m.Target:
		return FieldErrorf("target", "To decrease, the target (%s) must be below the start (%s).", target, start)
	case m.Threshold == nil:
		return nil
	case !m.IsControl():
		return FieldErrorf("threshold", "A risk threshold needs a limit. Choose the target type “Stay below a limit” or “Stay above a limit”, or leave the threshold empty.")
	case !finite(*m.Threshold):
		return FieldErrorf("threshold", "The risk threshold must be a number.")
	case m.Type == StayBelow && *m.Threshold <= m.Target:
		return FieldErrorf("threshold", "The risk threshold (%s) must be above the limit (%s). Between the two the status is Behind, past the threshold At risk.", FormatNumber(*m.Threshold), target)
	case m.Type == StayAbove && *m.Threshold >= m.Target:
		return FieldErrorf("threshold", "The risk threshold (%s) must be below the limit (%s). Between the two the status is Behind, past the threshold At risk.", FormatNumber(*m.Threshold), target)
	}
	return nil
}

// validatePhases makes sure that the line through the phases leads from start to
// target without going back.
func (m *Metric) validatePhases(p Period) error {
	if len(m.Phases) == 0 {
		return nil
	}
	switch {
	case !m.IsScaled():
		return FieldErrorf("phases", "Phased targets need a start and a target. Choose the target type “From start to target”, or leave them empty.")
	case len(m.Phases) > MaxPhases:
		return FieldErrorf("phases", "You can add up to %d phased targets.", MaxPhases)
	}
	before := Phase{p.Start, m.Start}
	for _, phase := range m.sortedPhases() {
		switch {
		case !phase.Date.Valid() || !finite(phase.Value):
			return FieldErrorf("phases", "Write each phased target as a day and a number, for example 2026-02-15: 40")
		case phase.Date == before.Date || p.Start != "" && (phase.Date.Days() < p.Start.Days() || phase.Date.Days() > p.End.Days()):
			return FieldErrorf("phases", "The phased target of %s must be between %s and %s, one a day.", phase.Date, p.Start, p.End)
		case !between(before.Value, phase.Value, m.Target):
			return FieldErrorf("phases", "Phased targets must move from the start towards the target. %s on %s doesn't.", FormatNumber(phase.Value), phase.Date)
		}
		before = phase
	}
	return nil
}

// between says whether b lies on the way from a to c.
func between(a, b, c float64) bool { return (a <= b && b <= c) || (a >= b && b >= c) }

// Anew is the metric for another period, without values and phases: from its start,
// or where it goes on from where it stands.
func (m *Metric) Anew(goOn bool) *Metric {
	if m == nil {
		return nil
	}
	fresh := *m
	if c := m.Current; goOn && c != nil && m.IsScaled() && between(m.Start, *c, m.Target) && *c != m.Target {
		fresh.Start = *c
		if m.Type == Reach {
			fresh.Type = Increase // it no longer begins at nothing
		}
	}
	fresh.Current, fresh.At, fresh.Phases = nil, nil, nil
	return &fresh
}

func phasesField(id, label string, at func(*Goal) *[]Phase) GoalField {
	f := fieldAt(FieldPhases, id, label, at)
	f.text = func(g Goal) string {
		var lines []string
		for _, p := range *at(&g) {
			lines = append(lines, string(p.Date)+": "+writeNumber(p.Value))
		}
		return strings.Join(lines, "\n")
	}
	f.read = func(g *Goal, text string) error {
		phases, err := readPhases(id, text)
		*at(g) = phases
		return err
	}
	f.clean = func(g *Goal) {
		phases := at(g)
		*phases = g.Metric.sortedPhases()
	}
	return f
}

// readPhases reads a phase a line: a day and the value that is expected by then.
func readPhases(field, text string) ([]Phase, error) {
	var out []Phase
	for _, line := range strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' || r == ';' }) {
		line = CleanLine(line)
		if line == "" {
			continue
		}
		day := line[:min(len(line), len("2006-01-02"))]
		value, ok := ParseNumber(strings.TrimLeft(line[len(day):], ":= "))
		if !ok || !Date(day).Valid() {
			return nil, FieldErrorf(field, "Write each line as a day and a number, for example 2026-02-15: 40. Can't read: %s", Shorten(line, 60))
		}
		out = append(out, Phase{Date: Date(day), Value: value})
	}
	return out, nil
}
