package okr

import (
	"cmp"
	"slices"
	"time"
)

// HistoryPoint is a value of a goal at a time: measured, or said in a check-in.
type HistoryPoint struct {
	At    time.Time
	Value float64 // in the metric's unit, else percent
}

// HistoryPoints merges measurements and check-ins that have a value, oldest first.
// Of two of the same moment the check-in is kept.
func HistoryPoints(measured []Measurement, checkIns []CheckIn) []HistoryPoint {
	var points []HistoryPoint
	for _, c := range checkIns {
		if c.Value != nil {
			points = append(points, HistoryPoint{At: c.At, Value: *c.Value})
		}
	}
	for _, m := range measured {
		if m.Value != nil {
			points = append(points, HistoryPoint{At: m.At, Value: *m.Value})
		}
	}
	slices.SortStableFunc(points, func(a, b HistoryPoint) int { return a.At.Compare(b.At) })
	return slices.CompactFunc(points, func(a, b HistoryPoint) bool { return a.At.Equal(b.At) })
}

// Stays says whether an entry of a history stays however old it is: it says more than
// how many work items moved.
func (m Measurement) Stays() bool { return m.Changes.First }

// Thin makes of entries of a history, oldest first, what is kept of them for years:
// the last of each day (UTC) and those that stay, without the names of work items.
// What the others counted is counted by the next one that is kept of their day.
func Thin(list []Measurement) []Measurement {
	kept := make([]Measurement, 0, len(list))
	var before Changes // of this day's entries that are left out
	for i, m := range list {
		m.Changes = before.Merge(m.Changes).counted()
		before = Changes{}
		isLast := i+1 == len(list) || DateOf(list[i+1].At.UTC()) != DateOf(m.At.UTC())
		if !isLast && !m.Stays() {
			before = m.Changes
			continue
		}
		kept = append(kept, m)
	}
	return kept
}

// counted is the change without the names of its items.
func (c Changes) counted() Changes {
	for _, list := range []*ItemList{&c.Completed, &c.Reopened, &c.Added, &c.Removed, &c.Revalued} {
		list.First = nil
	}
	return c
}

// ends gives the values at which the goal begins and is reached.
func ends(g Goal) (start, target float64) {
	if g.Kind == KeyResult && g.Metric != nil {
		if g.Metric.IsControl() {
			return g.Metric.Target, g.Metric.Target
		}
		return g.Metric.Start, g.Metric.Target
	}
	return 0, 100
}

// ExpectedLine is the line that is expected of the goal in its period: its first
// and last day, and the phases between. A baseline has none.
func (g Goal) ExpectedLine() []Phase {
	start, target := ends(g)
	line := []Phase{{g.Period.Start, start}}
	if m := g.Metric; m != nil && m.Type == Baseline {
		return nil
	} else if m != nil {
		line = append(line, m.sortedPhases()...)
	}
	if line[len(line)-1].Date.Days() < g.Period.End.Days() {
		line = append(line, Phase{g.Period.End, target})
	}
	return line
}

const (
	minFit  = 4  // values that a projection needs
	mostFit = 20 // of the newest that it looks at
	// fitSpan is the least time that they must cover.
	fitSpan = 24 * time.Hour
	// farthest is how many days ahead a target is said to be met.
	farthest = 3 * 366
)

// Projection is where a straight line through the recent values leads. It is a
// projection, never a promise.
type Projection struct {
	End     float64 // the value on the last day of the period
	Values  int     // that the line goes through
	MeetsOn Date    // the day on which it meets the target; empty: not within three years
}

// Project fits a line to the newest values of a goal by least squares, the last
// one holding until now. It reports false where that says nothing: with less than
// 4 values, with values of less than a day, and for baselines and limits.
func (g Goal) Project(points []HistoryPoint, now time.Time, zone *time.Location) (Projection, bool) {
	if m := g.Metric; m != nil && !m.IsScaled() {
		return Projection{}, false
	}
	points = points[max(0, len(points)-mostFit):]
	if len(points) < minFit || now.Sub(points[0].At) < fitSpan {
		return Projection{}, false
	}
	p := Projection{Values: len(points)}
	last := points[len(points)-1]
	slope, at := fit(append(slices.Clone(points), HistoryPoint{At: now, Value: last.Value}), now)
	today := DateOf(now.In(zone))
	p.End = at + slope*float64(g.Period.End.Days()-today.Days())
	p.MeetsOn = meets(g, last.Value, at, slope, today)
	return p, true
}

// fit gives the slope of the line through the points in value a day, and its
// value at a time.
func fit(points []HistoryPoint, at time.Time) (slope, value float64) {
	n := float64(len(points))
	var sx, sy, sxx, sxy float64
	for _, p := range points {
		x := p.At.Sub(at).Hours() / 24
		sx, sy, sxx, sxy = sx+x, sy+p.Value, sxx+x*x, sxy+x*p.Value
	}
	if d := n*sxx - sx*sx; d > 0 {
		slope = (n*sxy - sx*sy) / d
	}
	return slope, (sy - slope*sx) / n
}

// meets is the day on which the line meets the target: today when it is met
// already.
func meets(g Goal, current, at, slope float64, today Date) Date {
	start, target := ends(g)
	up := cmp.Compare(target, start)
	if cmp.Compare(current, target) == up || current == target {
		return today
	}
	gap := target - at
	if cmp.Compare(gap, 0) != up {
		gap = 0 // the line is past it, the value is not: any day now
	}
	if slope == 0 || cmp.Compare(slope, 0) != up {
		return ""
	}
	days := gap / slope
	if days > farthest {
		return ""
	}
	return today.Add(int(days + 0.999999))
}

// GoalHistory is how a goal came to where it stands.
type GoalHistory struct {
	View       GoalView
	Points     []HistoryPoint // oldest first
	Expected   []Phase        // the line that is expected
	Projection *Projection    // nil: there is none
	Why        string         // why there is no projection, in words
}

// WhyNoProjection says in words why a history of so many values leads nowhere.
func (g Goal) WhyNoProjection(points int) string {
	switch m := g.Metric; {
	case !g.IsOpen():
		return "It has ended, so there is nothing to project."
	case m != nil && m.Type == Baseline:
		return "A baseline has no target, so there is nothing to project."
	case m != nil && m.IsControl():
		return "A limit is kept or not, so there is nothing to project."
	case points < minFit:
		return "A projection needs at least 4 values; there are fewer so far."
	default:
		return "A projection needs values of more than one day."
	}
}

// Span is a time up to now.
type Span string

// The spans over which people ask what moved.
const (
	SinceSync Span = "sync" // what the last change of each brought
	SinceDay  Span = "day"
	SinceWeek Span = "week"
)

// Since is where a span begins.
func (sp Span) Since(now time.Time) time.Time {
	if sp == SinceDay {
		return now.AddDate(0, 0, -1)
	}
	return now.AddDate(0, 0, -7)
}

// unsaid is what the goal shows before anybody or anything gave it a value.
func (g Goal) unsaid() Reported {
	if m := g.Metric; g.Kind == KeyResult && g.Binding == nil && m != nil && m.IsScaled() {
		return Reported{Value: &m.Start, Progress: new(float64), Status: NotStarted}
	}
	return Reported{Status: NoData}
}

// ReportedAt is what the goal showed at a time, by its history.
func (g Goal) ReportedAt(points []HistoryPoint, at time.Time, t Settings) Reported {
	r := g.unsaid()
	for _, p := range points {
		if p.At.After(at) {
			break
		}
		r.At, r.Value = p.At, &p.Value
	}
	if r.At.IsZero() {
		return r
	}
	was := g
	was.Manual, was.Closed = nil, nil
	switch {
	case g.Kind == KeyResult && g.Metric != nil:
		metric := *g.Metric
		metric.Current = r.Value
		was.Metric = &metric
	default:
		was.Manual = &Override{Value: r.Value}
	}
	s := was.computed(g.Period, t.Bands, DateOf(at.In(t.Location())))
	r.Progress, r.Status = s.Progress, s.Status
	return r
}
