package okr

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// HistoryPoint is a value of a goal at a time: measured, or said in a check-in.
type HistoryPoint struct {
	At     time.Time
	Value  float64 // in the metric's unit, else percent
	Causes []Cause // what made it besides work
	Anew   bool    // those before are of something else
}

// HistoryPoints merges measurements and check-ins that have a value and stand, oldest first.
// Of two of the same moment the check-in is kept.
func HistoryPoints(measured []Measurement, checkIns []CheckIn) []HistoryPoint {
	var points []HistoryPoint
	for _, c := range checkIns {
		if c.Value != nil && !c.IsUndone() && !c.Comment {
			points = append(points, c.point())
		}
	}
	for _, m := range measured {
		if m.Value != nil {
			points = append(points, HistoryPoint{At: m.At, Value: *m.Value, Causes: m.Changes.Causes, Anew: m.Changes.BeginsAnew()})
		}
	}
	slices.SortStableFunc(points, func(a, b HistoryPoint) int { return a.At.Compare(b.At) })
	return slices.CompactFunc(points, func(a, b HistoryPoint) bool { return a.At.Equal(b.At) })
}

// Stays says whether an entry of a history stays however old it is: it says more than
// how many work items moved.
func (m Measurement) Stays() bool { return m.Changes.First || len(m.Changes.Causes) > 0 }

// Thin makes of entries of a history, oldest first, what is kept of them for years:
// the last of each day (UTC) and before values begin anew, and those that stay,
// without the names of work items. What the others counted is counted by the next one
// that is kept of their day.
func Thin(list []Measurement) []Measurement {
	kept := make([]Measurement, 0, len(list))
	var before Changes // of this day's entries that are left out
	for i, m := range list {
		m.Changes = before.Merge(m.Changes).counted()
		before = Changes{}
		isLast := i+1 == len(list) || DateOf(list[i+1].At.UTC()) != DateOf(m.At.UTC()) || list[i+1].Changes.BeginsAnew()
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
	for _, list := range c.lists() {
		list.First = nil
	}
	return c
}

// point is what a check-in says; over an automatic value it is an override.
func (c CheckIn) point() HistoryPoint {
	p := HistoryPoint{At: c.At, Value: *c.Value}
	if c.Auto != nil {
		p.Causes, p.Anew = []Cause{CauseOverride}, true
	}
	return p
}

// SinceAnew are the newest values that are of one thing: the same query and access,
// and all of them automatic or none.
func SinceAnew(points []HistoryPoint) []HistoryPoint {
	for i, p := range slices.Backward(points) {
		if p.Anew {
			return points[i:]
		}
	}
	return points
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
	End     float64 // the value on the last day of the period, within start, target and the value now
	Values  int     // that the line goes through
	MeetsOn Date    // the day on which it meets the target; empty: not within three years
}

// Project fits a line to the newest values of a goal by least squares, the last
// one holding until now. Values before another query, account or override are of
// something else. It reports false where that says nothing: with less than 4 values,
// with values of less than a day, and for baselines and limits.
func (g Goal) Project(points []HistoryPoint, now time.Time, zone *time.Location) (Projection, bool) {
	if m := g.Metric; m != nil && !m.IsScaled() {
		return Projection{}, false
	}
	points = SinceAnew(points)
	points = points[max(0, len(points)-mostFit):]
	if len(points) < minFit || now.Sub(points[0].At) < fitSpan {
		return Projection{}, false
	}
	p := Projection{Values: len(points)}
	last := points[len(points)-1]
	slope, at := fit(append(slices.Clone(points), HistoryPoint{At: now, Value: last.Value}), now)
	today := DateOf(now.In(zone))
	start, target := ends(g)
	end := at + slope*float64(g.Period.End.Days()-today.Days())
	p.End = max(min(start, target, last.Value), min(max(start, target, last.Value), end))
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

// GoalStory is all that tells how a goal came to where it stands.
type GoalStory struct {
	GoalHistory
	CheckIns []CheckIn // all of them, the latest day first
	Moves    [][]Move  // for each span that was asked for
}

// WhyNoProjection says in words why a history leads nowhere.
func (g Goal) WhyNoProjection(points []HistoryPoint) string {
	of := SinceAnew(points)
	switch m := g.Metric; {
	case !g.IsOpen():
		return "No projection: it's closed."
	case m != nil && m.Type == Baseline:
		return "No projection: a baseline has no target."
	case m != nil && m.IsControl():
		return "No projection: a limit is either kept or not."
	case len(of) < minFit && len(of) < len(points):
		return fmt.Sprintf("No projection yet: it needs 4 comparable values since %s.", of[0].since())
	case len(of) < minFit:
		return "No projection yet: it needs at least 4 values."
	default:
		return "No projection yet: it needs values from more than one day."
	}
}

// since names what made the values after a point another kind than those before.
func (p HistoryPoint) since() string {
	words := map[Cause]string{
		CauseQuery: "the query changed", CauseChoice: "other work items were chosen", CauseMeasure: "it's measured differently", CauseAccount: "another account reads the query",
		CauseOverride: "the value was set manually", CauseResumed: "the override ended",
	}
	for _, c := range slices.Backward(p.Causes) {
		if words[c] != "" {
			return words[c]
		}
	}
	return "the data source was connected"
}

// unsaid is what the goal shows before anybody or anything gave it a value.
func unsaid(g Goal) Reported {
	if m := g.Metric; g.Kind == KeyResult && g.Binding == nil && m != nil && m.IsScaled() {
		return Reported{Value: &m.Start, Progress: new(float64), Status: NotStarted}
	}
	return Reported{Status: NoData}
}

// ReportedAt is what the goal showed at a time, by its history.
func (g Goal) ReportedAt(points []HistoryPoint, at time.Time, t Settings) Reported {
	r := unsaid(g)
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

// Cause is something other than work on the items that moved a number.
type Cause string

// The causes besides work. Values on the two sides of one are of different things,
// so they are not compared.
const (
	CauseQuery      Cause = "query"      // another query is measured
	CauseChoice     Cause = "choice"     // other work items are chosen than before, or work items instead of a query
	CauseMeasure    Cause = "measure"    // something else is taken of it: method, field or type
	CauseAccount    Cause = "account"    // another account reads it
	CauseConnection Cause = "connection" // another connection leads to it, which by itself changes no number
	CauseOverride   Cause = "override"   // a person set the value
	CauseResumed    Cause = "resumed"    // what a person set has ended
)

// Changes says what moved a measurement. An item that enters the result is added
// whatever its state; one that leaves it is removed. An item is in one list only,
// and may be in Revalued besides.
type Changes struct {
	First     bool     `json:"first,omitempty"`  // nothing to compare with yet
	Causes    []Cause  `json:"causes,omitempty"` // what moved it besides work, each once
	Completed ItemList `json:"completed,omitzero"`
	Reopened  ItemList `json:"reopened,omitzero"` // into a state that is known not to be completed
	Added     ItemList `json:"added,omitzero"`
	Back      ItemList `json:"back,omitzero"`      // it was in the result before, but did not count
	Removed   ItemList `json:"removed,omitzero"`   // no longer in the result
	Discarded ItemList `json:"discarded,omitzero"` // in the result, in state category Removed
	Retyped   ItemList `json:"retyped,omitzero"`   // in the result, of a type that does not count
	Hidden    ItemList `json:"hidden,omitzero"`    // in the result, but the account may not read it: ids only
	Lost      ItemList `json:"lost,omitzero"`      // chosen, and now moved to another project, deleted or hidden: without a title, if it cannot be read
	Unclear   ItemList `json:"unclear,omitzero"`   // completed before; what its state means is not known
	Cleared   ItemList `json:"cleared,omitzero"`   // its state means completed, which was not known before
	Revalued  ItemList `json:"revalued,omitzero"`  // the field that is added up has another value
	Scope     float64  `json:"scope,omitempty"`    // by how much the denominator grew: items, or the field's unit
}

// lists are all lists of work items.
func (c *Changes) lists() []*ItemList {
	return []*ItemList{
		&c.Completed, &c.Reopened, &c.Added, &c.Back, &c.Removed, &c.Discarded, &c.Retyped, &c.Hidden, &c.Lost, &c.Unclear, &c.Cleared, &c.Revalued,
	}
}

// Empty says whether nothing changed.
func (c Changes) Empty() bool {
	return len(c.Causes) == 0 && !slices.ContainsFunc(c.lists(), func(l *ItemList) bool { return l.Count > 0 })
}

// BeginsAnew says whether values before are of something else, so that they are
// neither compared with those after nor say where they lead.
func (c Changes) BeginsAnew() bool {
	return c.First || slices.ContainsFunc(c.Causes, func(cause Cause) bool { return cause != CauseConnection })
}

// Merge adds what came later. Where that begins anew, the items before moved a
// number that is shown no longer: only the causes are kept.
func (c Changes) Merge(later Changes) Changes {
	out := Changes{First: c.First || later.First, Scope: c.Scope + later.Scope}
	out.name(c.Causes...)
	out.name(later.Causes...)
	anew := later.BeginsAnew()
	if anew {
		out.Scope = later.Scope
	}
	before, after := c.lists(), later.lists()
	for i, l := range out.lists() {
		if anew {
			*l = *after[i]
		} else {
			*l = before[i].merge(*after[i])
		}
	}
	return out
}

// name adds causes, each once. Of an override that began and ended the later stays.
func (c *Changes) name(causes ...Cause) {
	for _, cause := range causes {
		c.Causes = slices.DeleteFunc(slices.Clone(c.Causes), func(was Cause) bool {
			return was == cause || cause == CauseOverride && was == CauseResumed || cause == CauseResumed && was == CauseOverride
		})
		c.Causes = append(c.Causes, cause)
	}
}

// ChangesOf merges what moved a goal by measurements, the oldest first. That an
// override began or ended is of the moment when it did, not of a measurement.
func ChangesOf(g Goal, measured []Measurement, since time.Time) Changes {
	var c Changes
	for _, m := range measured {
		if !m.Changes.has(CauseResumed) || m.At.After(since) {
			c = c.Merge(m.Changes)
		}
	}
	if overridden(g) && g.Manual.At.After(since) {
		c = c.Merge(Changes{Causes: []Cause{CauseOverride}})
	}
	return c
}

func (c Changes) has(cause Cause) bool { return slices.Contains(c.Causes, cause) }

func (l ItemList) merge(later ItemList) ItemList {
	out := ItemList{Count: l.Count + later.Count}
	for _, ref := range append(append([]WorkItemRef{}, l.First...), later.First...) {
		if len(out.First) < MaxNamed {
			out.First = append(out.First, ref)
		}
	}
	return out
}
