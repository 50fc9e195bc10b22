package plan

import (
	"context"
	"time"

	"okrbot/okr"
)

// EditCheckIn changes a check-in of one's own while one may still say how the goal
// stands, or of a goal that one may edit, and what the goal shows if that came from
// it.
func (s *Service) EditCheckIn(ctx context.Context, actor okr.Actor, in okr.CheckInInput) (okr.GoalView, okr.CheckIn, error) {
	c, g, err := s.ownCheckIn(ctx, actor, in.Editing)
	if err == nil && c.Comment {
		err = okr.WithNext(okr.Errorf(okr.Invalid, "This is a comment, so it can't be changed. You can delete it."), okr.Step{Kind: okr.StepHistory, Goal: c.Goal})
	}
	if err != nil {
		return okr.GoalView{}, c, err
	}
	t, err := s.access.Settings(ctx, actor.Tenant)
	if err != nil {
		return okr.GoalView{}, c, err
	}
	if in.Note, err = in.Check(g, t.Today(s.Now())); err != nil {
		return okr.GoalView{}, c, err
	}
	c, err = s.Store.CheckIns().Update(ctx, actor.Tenant, c.ID, func(c *okr.CheckIn) error {
		in.Fill(c, t, s.Now())
		c.EditedBy, c.EditedAt = actor.Person, s.Now()
		return nil
	})
	if err != nil {
		return okr.GoalView{}, c, err
	}
	v, err := s.afterCheckIns(ctx, actor, c, &c)
	return v, c, err
}

// DeleteCheckIn removes a check-in of one's own, or of a goal that one may edit.
// The goal then shows what was known before it.
func (s *Service) DeleteCheckIn(ctx context.Context, actor okr.Actor, id okr.CheckInID) (okr.GoalView, error) {
	c, _, err := s.ownCheckIn(ctx, actor, id)
	if err != nil {
		return okr.GoalView{}, err
	}
	if _, err := s.Store.CheckIns().Delete(ctx, actor.Tenant, c.ID); okr.IgnoreNotFound(err) != nil {
		return okr.GoalView{}, err
	}
	return s.afterCheckIns(ctx, actor, c, nil)
}

// GetCheckIn reads a check-in that the actor may see, for a form.
func (s *Service) GetCheckIn(ctx context.Context, actor okr.Actor, id okr.CheckInID) (okr.CheckIn, error) {
	c, err := s.Store.CheckIns().Get(ctx, actor.Tenant, id)
	if err == nil {
		_, err = s.access.Goal(ctx, actor, c.Goal)
	}
	if okr.KindOf(err) == okr.NotFound {
		return okr.CheckIn{}, okr.WithNext(okr.Errorf(okr.NotFound, "This check-in doesn't exist."), okr.Step{Kind: okr.StepHistory})
	}
	return c, err
}

// ownCheckIn reads a check-in that the actor may change, and its goal.
func (s *Service) ownCheckIn(ctx context.Context, actor okr.Actor, id okr.CheckInID) (okr.CheckIn, okr.Goal, error) {
	c, err := s.GetCheckIn(ctx, actor, id)
	if err != nil {
		return c, okr.Goal{}, err
	}
	g, err := s.access.Goal(ctx, actor, c.Goal)
	if err == nil && c.IsUndone() {
		err = okr.WithNext(okr.Errorf(okr.Invalid, "This check-in was undone, so it can't be changed."), okr.Step{Kind: okr.StepHistory, Goal: c.Goal})
	}
	if err != nil {
		return c, g, err
	}
	if actor.Is(c.By) {
		return c, g, s.access.MayCheckIn(ctx, actor, g)
	}
	return c, g, s.access.MayEdit(ctx, actor, g)
}

// afterCheckIns works out anew what a goal shows after a check-in was changed or
// brought back (edited), or removed (nil).
func (s *Service) afterCheckIns(ctx context.Context, actor okr.Actor, was okr.CheckIn, edited *okr.CheckIn) (okr.GoalView, error) {
	id := was.Goal
	if was.Comment { // which says nothing of the goal
		return s.Goal(ctx, actor, id)
	}
	list, err := s.checkInsOf(ctx, actor.Tenant, id)
	if err != nil {
		return okr.GoalView{}, err
	}
	history, err := s.Measurements.History(ctx, actor.Tenant, id, time.Time{}, 1)
	if err != nil {
		return okr.GoalView{}, err
	}
	var before okr.Goal
	g, err := s.Store.Goals().Update(ctx, actor.Tenant, id, func(g *okr.Goal) error {
		before = *g
		g.CheckInsChanged(okr.StandingCheckIns(list), history, was, edited)
		return nil
	})
	if err != nil {
		return okr.GoalView{}, err
	}
	return s.resumed(ctx, actor, before, g)
}
