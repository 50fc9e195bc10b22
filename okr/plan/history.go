package plan

import (
	"context"
	"slices"
	"time"

	"okrbot/okr"
)

// mostPoints is how many values are looked at.
const mostPoints = 500

// History reads the values of a goal after a time (zero: all), with what is
// expected and where they lead.
func (s *Service) History(ctx context.Context, actor okr.Actor, id okr.GoalID, after time.Time) (okr.GoalHistory, error) {
	v, err := s.OpenGoal(ctx, actor, id, okr.Page{Limit: 1})
	if err != nil {
		return okr.GoalHistory{}, err
	}
	t, err := s.access.Settings(ctx, actor.Tenant)
	if err != nil {
		return okr.GoalHistory{}, err
	}
	measured, err := s.Measurements.History(ctx, actor.Tenant, id, after, mostPoints)
	if err != nil {
		return okr.GoalHistory{}, err
	}
	checkIns, err := s.checkInsOf(ctx, actor.Tenant, id)
	if err != nil {
		return okr.GoalHistory{}, err
	}
	checkIns = slices.DeleteFunc(checkIns, func(c okr.CheckIn) bool { return !c.At.After(after) })
	h := okr.GoalHistory{View: v, Points: okr.HistoryPoints(measured, checkIns), Expected: v.Goal.ExpectedLine()}
	if p, ok := v.Goal.Project(h.Points, s.Now(), t.Location()); ok && v.Goal.IsOpen() {
		h.Projection = &p
	} else {
		h.Why = v.Goal.WhyNoProjection(h.Points)
	}
	return h, nil
}

// maxMoves bounds how many children of an objective are looked at.
const maxMoves = 50

// WhatMoved says how a goal changed over a span, and by what; of an objective
// each of its children that changed (of at most 50) and itself.
func (s *Service) WhatMoved(ctx context.Context, actor okr.Actor, id okr.GoalID, span okr.Span) ([]okr.Move, error) {
	v, err := s.OpenGoal(ctx, actor, id, okr.Page{Limit: maxMoves})
	if err != nil {
		return nil, err
	}
	t, err := s.access.Settings(ctx, actor.Tenant)
	if err != nil {
		return nil, err
	}
	var moves []okr.Move
	for _, v := range append(slices.Clone(v.Children), v) {
		m, moved, err := s.moveOf(ctx, t, v, span)
		if err != nil {
			return nil, err
		}
		if moved {
			moves = append(moves, m)
		}
	}
	return moves, nil
}

func (s *Service) moveOf(ctx context.Context, t okr.Settings, v okr.GoalView, span okr.Span) (okr.Move, bool, error) {
	measured, err := s.Measurements.History(ctx, t.ID, v.Goal.ID, time.Time{}, mostPoints)
	if err != nil {
		return okr.Move{}, false, err
	}
	checkIns, err := s.checkInsOf(ctx, t.ID, v.Goal.ID)
	if err != nil {
		return okr.Move{}, false, err
	}
	points := okr.HistoryPoints(measured, checkIns)
	since := span.Since(s.Now())
	if span == okr.SinceSync && len(points) > 0 {
		since = points[len(points)-1].At.Add(-time.Nanosecond)
	}
	m := okr.Move{Goal: v.Goal, Parent: v.ParentTitle, Weight: v.Weight, After: v.Reported(), Before: v.Goal.ReportedAt(points, since, t)}
	m.Changes = okr.ChangesOf(v.Goal, slices.DeleteFunc(measured, func(x okr.Measurement) bool { return !x.At.After(since) }), since)
	moved := slices.ContainsFunc(points, func(p okr.HistoryPoint) bool { return p.At.After(since) }) ||
		span != okr.SinceSync && v.Goal.Closed != nil && v.Goal.Closed.At.After(since)
	return m, moved && (m.Before.Differs(m.After) || !m.Changes.Empty()), nil
}
