package okr

import (
	"context"
	"slices"
	"time"
)

// GoalHistory is how a goal came to where it stands.
type GoalHistory struct {
	View       GoalView
	Points     []HistoryPoint // oldest first
	Expected   []Phase        // the line that is expected
	Projection *Projection    // nil: there is none
	Why        string         // why there is no projection, in words
	CheckIns   []CheckIn      // the latest first, those without a value too; at most 20
}

const (
	mostPoints = 500 // values that are looked at
	mostNotes  = 20  // check-ins that are shown
)

// History reads the values of a goal after a time (zero: all), with what is
// expected and where they lead.
func (s *Service) History(ctx context.Context, actor Actor, id GoalID, after time.Time) (GoalHistory, error) {
	v, err := s.OpenGoal(ctx, actor, id, Page{Limit: 1})
	if err != nil {
		return GoalHistory{}, err
	}
	t, err := s.Settings(ctx, actor.Tenant)
	if err != nil {
		return GoalHistory{}, err
	}
	measured, err := s.Measurements.History(ctx, actor.Tenant, id, after, mostPoints)
	if err != nil {
		return GoalHistory{}, err
	}
	checkIns, err := s.checkInsOf(ctx, actor.Tenant, id)
	if err != nil {
		return GoalHistory{}, err
	}
	checkIns = slices.DeleteFunc(checkIns, func(c CheckIn) bool { return !c.At.After(after) })
	h := GoalHistory{View: v, Points: historyPoints(measured, checkIns), Expected: v.Goal.ExpectedLine()}
	h.CheckIns = checkIns[:min(mostNotes, len(checkIns))]
	if p, ok := v.Goal.Project(h.Points, s.Now(), t.Location()); ok && v.Goal.IsOpen() {
		h.Projection = &p
	} else {
		h.Why = v.Goal.whyNoProjection(len(h.Points))
	}
	return h, nil
}

func (g Goal) whyNoProjection(points int) string {
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

// since is where a span begins.
func (sp Span) since(now time.Time) time.Time {
	if sp == SinceDay {
		return now.AddDate(0, 0, -1)
	}
	return now.AddDate(0, 0, -7)
}

// maxMoves bounds how many children of an objective are looked at.
const maxMoves = 50

// WhatMoved says how a goal changed over a span, and by what; of an objective
// each of its children that changed (of at most 50) and itself.
func (s *Service) WhatMoved(ctx context.Context, actor Actor, id GoalID, span Span) ([]Move, error) {
	v, err := s.OpenGoal(ctx, actor, id, Page{Limit: maxMoves})
	if err != nil {
		return nil, err
	}
	var moves []Move
	for _, v := range append(slices.Clone(v.Children), v) {
		m, moved, err := s.moveOf(ctx, actor.Tenant, v, span)
		if err != nil {
			return nil, err
		}
		if moved {
			moves = append(moves, m)
		}
	}
	return moves, nil
}

func (s *Service) moveOf(ctx context.Context, tenant TenantID, v GoalView, span Span) (Move, bool, error) {
	t, err := s.Settings(ctx, tenant)
	if err != nil {
		return Move{}, false, err
	}
	measured, err := s.Measurements.History(ctx, tenant, v.Goal.ID, time.Time{}, mostPoints)
	if err != nil {
		return Move{}, false, err
	}
	checkIns, err := s.checkInsOf(ctx, tenant, v.Goal.ID)
	if err != nil {
		return Move{}, false, err
	}
	points := historyPoints(measured, checkIns)
	since := span.since(s.Now())
	if span == SinceSync && len(points) > 0 {
		since = points[len(points)-1].At.Add(-time.Nanosecond)
	}
	m := Move{Goal: v.Goal, Parent: v.ParentTitle, After: v.Reported(), Before: Reported{Status: NoData}}
	m.Before = v.Goal.reportedAt(points, since, t)
	for _, x := range measured {
		if x.At.After(since) {
			m.Changes = m.Changes.merge(x.Changes)
		}
	}
	moved := slices.ContainsFunc(points, func(p HistoryPoint) bool { return p.At.After(since) })
	return m, moved && (m.Before.differs(m.After) || !m.Changes.Empty()), nil
}

// reportedAt is what the goal showed at a time, by its history.
func (g Goal) reportedAt(points []HistoryPoint, at time.Time, t Tenant) Reported {
	r := Reported{Status: NoData}
	for _, p := range points {
		if p.At.After(at) {
			break
		}
		r.At, r.Value = p.At, &p.Value
	}
	if r.Value == nil {
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
