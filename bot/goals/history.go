package goals

import (
	"context"
	"time"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

// checkInPage is how many check-ins the card of the history shows.
const checkInPage = 6

func (s *Subject) history(ctx context.Context, t *chat.Turn, arg string) (chat.Reply, error) {
	return s.chat.OneGoal(ctx, t, arg, cards.VerbHistory, func(ctx context.Context, t *chat.Turn, id okr.GoalID) (chat.Reply, error) {
		return s.historyCard(ctx, t, id, 0)
	})
}

func (s *Subject) pressHistory(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	return chat.WithGoal(func(ctx context.Context, t *chat.Turn, id okr.GoalID) (chat.Reply, error) {
		return s.historyCard(ctx, t, id, p.Offset())
	})(ctx, t, p)
}

// historyCard shows how a goal came to where it stands, and a page of what people
// said of it.
func (s *Subject) historyCard(ctx context.Context, t *chat.Turn, id okr.GoalID, offset int) (chat.Reply, error) {
	var spans []okr.Span
	for _, span := range historySpans() {
		spans = append(spans, span.span)
	}
	h, err := s.plan.Story(ctx, t.Actor, id, spans...)
	if err != nil {
		return chat.Reply{}, err
	}
	total := len(h.CheckIns)
	if offset >= total {
		offset = 0 // there are fewer now
	}
	checkIns := h.CheckIns[offset:min(offset+checkInPage, total)]
	zone := t.Settings.Location()
	view := cards.HistoryView{
		Goal: h.View, Points: dailyPoints(h.Points, zone), Expected: linePoints(h.Expected), Total: total, Offset: offset,
		Projection: projectionOf(h.GoalHistory, t.Place.Now, zone), Why: h.Why, Breaks: breaksOf(h.Points, zone),
	}
	if h.View.Goal.IsOpen() {
		view.Today = okr.DateOf(t.Place.Now.In(zone))
	}
	view.Moved = movedSpans(h)
	for _, c := range checkIns {
		isOwn := t.Actor.Is(c.By) && h.View.MayCheckIn
		view.CheckIns = append(view.CheckIns, cards.CheckInRow{CheckIn: c, MayEdit: isOwn || h.View.MayEdit})
	}
	return chat.Say(cards.History(t.Place, view)).ViewOf(h.View.Goal, cards.VerbHistory), nil
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

// projectionOf draws the projection from the value of today to the end of the period.
func projectionOf(h okr.GoalHistory, now time.Time, zone *time.Location) *cards.Projection {
	if h.Projection == nil {
		return nil
	}
	end := h.View.Goal.Period.End
	p := cards.Projection{From: h.Projection.Values, AtEnd: h.Projection.End, End: end, Meets: h.Projection.MeetsOn}
	last := h.Points[len(h.Points)-1]
	day := okr.DateOf(now.In(zone))
	if day.Days() >= end.Days() {
		return &p
	}
	p.Points = []cards.Point{{Day: day, Value: last.Value}}
	if meets := p.Meets; meets != "" && day.Days() < meets.Days() && meets.Days() < end.Days() {
		p.Points = append(p.Points, cards.Point{Day: meets, Value: p.AtEnd}) // and stays there
	}
	p.Points = append(p.Points, cards.Point{Day: end, Value: p.AtEnd})
	return &p
}

// breaksOf lists where values begin that are of something else than those before.
func breaksOf(points []okr.HistoryPoint, zone *time.Location) []cards.Break {
	var out []cards.Break
	for _, p := range points[min(1, len(points)):] {
		if p.Anew {
			out = append(out, cards.Break{Day: okr.DateOf(p.At.In(zone)), Causes: p.Causes})
		}
	}
	return out
}

// historySpan is a span of which the card says what moved the goal.
type historySpan struct {
	span  okr.Span
	words string
}

func historySpans() []historySpan {
	return []historySpan{{okr.SinceSync, "the last update"}, {okr.SinceDay, "yesterday"}, {okr.SinceWeek, "a week ago"}}
}

// movedSpans says what moved a goal since its last change, a day and a week; an
// objective since a day and a week, as what is below it changed at other times.
func movedSpans(h okr.GoalStory) []cards.MovedSpan {
	g := h.View.Goal
	var out []cards.MovedSpan
	for i, span := range historySpans() {
		if g.Kind == okr.Objective && span.span == okr.SinceSync {
			continue
		}
		if m, ok := movedSpan(g.ID, h.Moves[i]); ok {
			m.Since = span.words
			out = append(out, m)
		}
	}
	return out
}

// movedSpan is what moved a goal among what moved it and what is below it.
func movedSpan(id okr.GoalID, moves []okr.Move) (cards.MovedSpan, bool) {
	var out cards.MovedSpan
	found := false
	for _, m := range moves {
		if m.Goal.ID != id {
			if movesAbove(m) {
				out.Below = append(out.Below, m)
			}
			continue
		}
		found = true
		out.Before, out.After, out.Changes = m.Before.Value, m.After.Value, m.Changes
		if m.Goal.Kind == okr.Objective {
			out.Before, out.After = m.Before.Progress, m.After.Progress
		}
	}
	return out, found
}

// movesAbove says whether a change below an objective can have moved it: it counts, and
// has another progress or has ended.
func movesAbove(m okr.Move) bool {
	ended := m.Goal.Closed != nil && m.StatusChanged()
	return m.Weight > 0 && (ended || m.Before.Moves(m.After))
}
