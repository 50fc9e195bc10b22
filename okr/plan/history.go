package plan

import (
	"context"
	"slices"
	"time"

	"okrbot/okr"
)

// mostPoints is how many values are looked at.
const mostPoints = 500

// story is a goal with what was measured and said of it and of what is below it.
type story struct {
	opened
	measured map[okr.GoalID][]okr.Measurement
	said     map[okr.GoalID][]okr.CheckIn // the latest day first
}

// storyOf reads the story of a goal and, of an objective, of some children, in one trip.
func (s *tree) storyOf(ctx context.Context, actor okr.Actor, id okr.GoalID, children int) (story, error) {
	out := story{measured: map[okr.GoalID][]okr.Measurement{}, said: map[okr.GoalID][]okr.CheckIn{}}
	var err error
	if out.opened, err = s.opened(ctx, actor, okr.OpenQuery{Goal: id, Page: okr.Page{Limit: children}, History: mostPoints}); err != nil {
		return out, err
	}
	for _, h := range out.History {
		out.measured[h.Goal] = h.Measured
	}
	for _, c := range out.CheckIns {
		out.said[c.Goal] = append(out.said[c.Goal], c)
	}
	for _, list := range out.said {
		latestFirst(list)
	}
	return out, nil
}

// History reads the values of a goal after a time (zero: all), with what is
// expected and where they lead.
func (s *tree) History(ctx context.Context, actor okr.Actor, id okr.GoalID, after time.Time) (okr.GoalHistory, error) {
	told, err := s.storyOf(ctx, actor, id, 1)
	if err != nil {
		return okr.GoalHistory{}, err
	}
	return s.historyOf(told, after), nil
}

func (s *tree) historyOf(told story, after time.Time) okr.GoalHistory {
	v := told.view
	measured := slices.DeleteFunc(slices.Clone(told.measured[v.Goal.ID]), func(m okr.Measurement) bool { return !m.At.After(after) })
	checkIns := slices.DeleteFunc(slices.Clone(told.said[v.Goal.ID]), func(c okr.CheckIn) bool { return !c.At.After(after) })
	h := okr.GoalHistory{View: v, Points: okr.HistoryPoints(measured, checkIns), Expected: v.Goal.ExpectedLine()}
	if p, ok := v.Goal.Project(h.Points, s.Now(), told.Settings.Location()); ok && v.Goal.IsOpen() {
		h.Projection = &p
	} else {
		h.Why = v.Goal.WhyNoProjection(h.Points)
	}
	return h
}

// Story reads all that the card of a goal's history shows, in one trip: its values, what
// people said, the latest day first, and what moved it over some spans.
func (s *tree) Story(ctx context.Context, actor okr.Actor, id okr.GoalID, spans ...okr.Span) (okr.GoalStory, error) {
	told, err := s.storyOf(ctx, actor, id, maxMoves)
	if err != nil {
		return okr.GoalStory{}, err
	}
	out := okr.GoalStory{GoalHistory: s.historyOf(told, time.Time{}), CheckIns: told.said[id]}
	for _, span := range spans {
		out.Moves = append(out.Moves, s.movesOf(told, span))
	}
	return out, nil
}

// maxMoves bounds how many children of an objective are looked at.
const maxMoves = 50

// WhatMoved says how a goal changed over a span, and by what; of an objective
// each of its children that changed (of at most 50) and itself.
func (s *tree) WhatMoved(ctx context.Context, actor okr.Actor, id okr.GoalID, span okr.Span) ([]okr.Move, error) {
	told, err := s.storyOf(ctx, actor, id, maxMoves)
	if err != nil {
		return nil, err
	}
	return s.movesOf(told, span), nil
}

func (s *tree) movesOf(told story, span okr.Span) []okr.Move {
	var moves []okr.Move
	for _, v := range append(slices.Clone(told.view.Children), told.view) {
		if m, moved := s.moveOf(told, v, span); moved {
			moves = append(moves, m)
		}
	}
	return moves
}

func (s *tree) moveOf(told story, v okr.GoalView, span okr.Span) (okr.Move, bool) {
	t, measured := told.Settings, slices.Clone(told.measured[v.Goal.ID])
	points := okr.HistoryPoints(measured, told.said[v.Goal.ID])
	since := span.Since(s.Now())
	if span == okr.SinceSync && len(points) > 0 {
		since = points[len(points)-1].At.Add(-time.Nanosecond)
	}
	m := okr.Move{Goal: v.Goal, Parent: v.ParentTitle, Weight: v.Weight, After: v.Reported(), Before: v.Goal.ReportedAt(points, since, t)}
	m.Changes = okr.ChangesOf(v.Goal, slices.DeleteFunc(measured, func(x okr.Measurement) bool { return !x.At.After(since) }), since)
	moved := slices.ContainsFunc(points, func(p okr.HistoryPoint) bool { return p.At.After(since) }) ||
		span != okr.SinceSync && v.Goal.Closed != nil && v.Goal.Closed.At.After(since)
	return m, moved && (m.Before.Differs(m.After) || !m.Changes.Empty())
}
