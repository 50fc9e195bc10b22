package checkins

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

// summary says what a walk updated, what it skipped, and what is left of what was due. Named
// are its goals; nil: they are not read yet.
func (s *Subject) summary(ctx context.Context, t *chat.Turn, w cards.Walk, due []okr.GoalView, named map[okr.GoalID]okr.GoalView) (chat.Reply, error) {
	if named == nil {
		var err error
		if named, err = s.plan.Named(ctx, t.Actor, slices.Concat(w.Done, w.Skipped)...); err != nil {
			return chat.Reply{}, err
		}
	}
	due = slices.DeleteFunc(due, func(v okr.GoalView) bool {
		return slices.Contains(w.Done, v.Goal.ID) && !slices.Contains(w.Undone, v.Goal.ID)
	})
	done, err := s.walkedAll(ctx, t, w, named)
	if err != nil {
		return chat.Reply{}, err
	}
	end := cards.WalkEnd{Walk: w, Left: len(due), Done: done}
	for _, id := range w.Skipped {
		skipped := cards.WalkSkipped{Why: "still due."}
		if v, isDue := viewOf(due, id); isDue {
			skipped.Goal = v.Goal
		} else {
			skipped.Goal, skipped.Why = whyNot(t, named, id)
		}
		end.Skipped = append(end.Skipped, skipped)
	}
	return chat.SayAll(cards.WalkSummary(t.Place, end)), nil
}

// walkedAll are the goals of a walk that were checked in, without those that are gone.
func (s *Subject) walkedAll(ctx context.Context, t *chat.Turn, w cards.Walk, named map[okr.GoalID]okr.GoalView) (done []cards.WalkDone, err error) {
	s.chat.Memory.Ahead(ctx, t.Actor.Tenant, func(ctx context.Context) {
		for _, id := range w.Done {
			if v, isThere := named[id]; isThere {
				_, _ = s.walked(ctx, t, w, v)
				_, _ = s.chat.Plan.FindGoals(ctx, t.Actor, string(id)) // whoever reads a check-in must see its goal
			}
		}
	})
	for _, id := range w.Done {
		v, isThere := named[id]
		if !isThere {
			continue
		}
		d, err := s.walked(ctx, t, w, v)
		if okr.IgnoreNotFound(err) != nil {
			return nil, err
		}
		if err == nil {
			done = append(done, d)
		}
	}
	return done, nil
}

// walked is a goal as it is now, with the check-in of the walk where it is the last one.
func (s *Subject) walked(ctx context.Context, t *chat.Turn, w cards.Walk, v okr.GoalView) (d cards.WalkDone, err error) {
	d.Goal = v
	if slices.Contains(w.Undone, v.Goal.ID) {
		return d, nil
	}
	if last := v.Goal.LastCheckIn; last != nil && strings.HasPrefix(string(last.ID), okr.CheckInPrefix+walkForm(t.Actor, w, v.Goal.ID)) {
		d.CheckIn, err = s.plan.GetCheckIn(ctx, t.Actor, last.ID)
	}
	return d, err
}

// undoWalked takes back one check-in of a walk.
func (s *Subject) undoWalked(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	id := okr.CheckInID(p.Data[cards.KeyCheckIn])
	c, err := s.plan.GetCheckIn(ctx, t.Actor, id)
	if err == nil && !c.IsUndone() {
		_, err = s.undo.CheckIn(ctx, t.Actor, id)
	}
	if err != nil {
		return chat.Reply{}, err
	}
	s.chat.Audit(ctx, t, chat.Deed{Did: undoCheckIn + " undone", Of: string(id)})
	w := walkOf(p)
	w.Undone = idsIn(p.Data[cards.KeyUndone])
	if slices.Contains(w.Done, c.Goal) {
		w.Undone = and(w.Undone, c.Goal)
	}
	due, err := s.notify.CheckInsDue(ctx, t.Actor)
	if err != nil {
		return chat.Reply{}, err
	}
	return s.summary(ctx, t, w, due, nil)
}

// whyNot says why a goal is no longer due.
func whyNot(t *chat.Turn, named map[okr.GoalID]okr.GoalView, id okr.GoalID) (okr.Goal, string) {
	v, isThere := named[id]
	switch g := v.Goal; {
	case !isThere:
		return okr.Goal{ID: id}, "it was deleted, or you can't see it here."
	case !g.IsOpen():
		return g, fmt.Sprintf("%s marked it as %s.", g.Closed.By.Name, g.Closed.State)
	case !okr.IsKeptByPeople(g):
		return g, "it is measured automatically now."
	case g.Asked().ID != t.Actor.ID:
		return g, "somebody else updates it now."
	case g.LastCheckIn != nil && !t.Actor.Is(g.LastCheckIn.By):
		return g, g.LastCheckIn.By.Name + " updated it."
	default:
		return g, "it no longer needs an update."
	}
}
