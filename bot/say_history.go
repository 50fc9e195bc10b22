package bot

import (
	"context"
	"time"

	"okrbot/cards"
	"okrbot/okr"
)

// checkInPage is how many check-ins the card of the history shows.
const checkInPage = 6

func (b *Bot) history(ctx context.Context, t *turn, arg string) (reply, error) {
	return b.oneGoal(ctx, t, arg, cards.VerbHistory, func(ctx context.Context, t *turn, id okr.GoalID) (reply, error) {
		return b.historyCard(ctx, t, id, 0)
	})
}

func (b *Bot) pressHistory(ctx context.Context, t *turn, p press) (reply, error) {
	return withGoal(func(ctx context.Context, t *turn, id okr.GoalID) (reply, error) {
		return b.historyCard(ctx, t, id, offsetOf(p))
	})(ctx, t, p)
}

// historyCard shows how a goal came to where it stands, and a page of what people
// said of it.
func (b *Bot) historyCard(ctx context.Context, t *turn, id okr.GoalID, offset int) (reply, error) {
	h, err := b.Service.Plan.History(ctx, t.actor, id, time.Time{})
	if err != nil {
		return reply{}, err
	}
	checkIns, total, err := b.Service.Plan.CheckIns(ctx, t.actor, id, okr.Page{Offset: offset, Limit: checkInPage})
	if err != nil {
		return reply{}, err
	}
	if len(checkIns) == 0 && offset > 0 {
		return b.historyCard(ctx, t, id, 0) // there are fewer now
	}
	zone := t.settings.Location()
	view := cards.HistoryView{
		Goal: h.View, Points: dailyPoints(h.Points, zone), Expected: linePoints(h.Expected), Total: total, Offset: offset,
		Projection: projectionOf(h, zone),
	}
	if view.Moved, err = b.movedSpans(ctx, t, h); err != nil {
		return reply{}, err
	}
	for _, c := range checkIns {
		isOwn := c.By.ID == t.actor.ID && !t.actor.Guest
		view.CheckIns = append(view.CheckIns, cards.CheckInRow{CheckIn: c, MayEdit: isOwn || h.View.MayEdit})
	}
	return say(cards.History(t.place, view)), nil
}

// dailyPoints keeps the last value of each day.
func dailyPoints(points []okr.HistoryPoint, zone *time.Location) []cards.Point {
	var out []cards.Point
	for _, p := range points {
		day := cards.Point{Day: okr.DateOf(p.At.In(zone)), Value: p.Value}
		if n := len(out); n > 0 && out[n-1].Day == day.Day {
			out[n-1] = day
			continue
		}
		out = append(out, day)
	}
	return out
}

func linePoints(line []okr.Phase) []cards.Point {
	var out []cards.Point
	for _, p := range line {
		out = append(out, cards.Point{Day: p.Date, Value: p.Value})
	}
	return out
}

// projectionOf draws the projection from the last value to the end of the period.
func projectionOf(h okr.GoalHistory, zone *time.Location) *cards.Projection {
	if h.Projection == nil {
		return nil
	}
	end := h.View.Goal.Period.End
	p := cards.Projection{From: h.Projection.Values, AtEnd: h.Projection.End, End: end, Meets: h.Projection.MeetsOn}
	last := h.Points[len(h.Points)-1]
	if day := okr.DateOf(last.At.In(zone)); day.Days() < end.Days() {
		p.Points = []cards.Point{{Day: day, Value: last.Value}, {Day: end, Value: h.Projection.End}}
	}
	return &p
}

// movedSpans says what moved a goal since its last change, a day and a week. Of an
// objective it says by how much only: what moved it stands at what is below it.
func (b *Bot) movedSpans(ctx context.Context, t *turn, h okr.GoalHistory) ([]cards.MovedSpan, error) {
	g := h.View.Goal
	last := "the value before"
	if g.Binding != nil {
		last = "the sync before"
	}
	var out []cards.MovedSpan
	for _, span := range []struct {
		span  okr.Span
		words string
		ago   time.Duration
	}{{okr.SinceSync, last, 0}, {okr.SinceDay, "yesterday", 24 * time.Hour}, {okr.SinceWeek, "a week ago", 7 * 24 * time.Hour}} {
		if g.Kind == okr.Objective {
			if m, ok := movedSince(h.Points, t.place.Now.Add(-span.ago)); ok && span.ago > 0 {
				m.Since = span.words
				out = append(out, m)
			}
			continue
		}
		moves, err := b.Service.Plan.WhatMoved(ctx, t.actor, g.ID, span.span)
		if err != nil {
			return nil, err
		}
		for _, m := range moves {
			out = append(out, cards.MovedSpan{Since: span.words, Before: m.Before.Value, After: m.After.Value, Changes: m.Changes})
		}
	}
	return out, nil
}

// movedSince compares the newest value with that of a time.
func movedSince(points []okr.HistoryPoint, at time.Time) (cards.MovedSpan, bool) {
	var m cards.MovedSpan
	for _, p := range points {
		if !p.At.After(at) {
			m.Before = &p.Value
		}
		m.After = &p.Value
	}
	return m, m.After != nil && (m.Before == nil || *m.Before != *m.After)
}
