package okr

import (
	"context"
	"time"
)

// EditCheckIn changes a check-in of one's own, or of a goal that one may edit, and
// what the goal shows if that came from it.
func (s *Service) EditCheckIn(ctx context.Context, actor Actor, in CheckInInput) (GoalView, CheckIn, error) {
	c, g, err := s.ownCheckIn(ctx, actor, in.Editing)
	if err != nil {
		return GoalView{}, c, err
	}
	t, err := s.Settings(ctx, actor.Tenant)
	if err != nil {
		return GoalView{}, c, err
	}
	if in.Note, err = in.check(g, t.Today(s.Now())); err != nil {
		return GoalView{}, c, err
	}
	c, err = s.Store.CheckIns().Update(ctx, actor.Tenant, c.ID, func(c *CheckIn) error {
		in.fill(c, t, s.Now())
		c.EditedBy, c.EditedAt = actor.Person, s.Now()
		return nil
	})
	if err != nil {
		return GoalView{}, c, err
	}
	v, err := s.afterCheckIns(ctx, actor, g.ID, c.ID, &c)
	return v, c, err
}

// DeleteCheckIn removes a check-in of one's own, or of a goal that one may edit.
// The goal then shows what was known before it.
func (s *Service) DeleteCheckIn(ctx context.Context, actor Actor, id CheckInID) (GoalView, error) {
	c, g, err := s.ownCheckIn(ctx, actor, id)
	if err != nil {
		return GoalView{}, err
	}
	if _, err := s.Store.CheckIns().Delete(ctx, actor.Tenant, c.ID); IgnoreNotFound(err) != nil {
		return GoalView{}, err
	}
	return s.afterCheckIns(ctx, actor, g.ID, id, nil)
}

// GetCheckIn reads a check-in that the actor may see, for a form.
func (s *Service) GetCheckIn(ctx context.Context, actor Actor, id CheckInID) (CheckIn, error) {
	c, err := s.Store.CheckIns().Get(ctx, actor.Tenant, id)
	if err == nil {
		_, err = s.goal(ctx, actor, c.Goal)
	}
	if KindOf(err) == NotFound {
		return CheckIn{}, Errorf(NotFound, "This check-in does not exist (any more). `history <id>` lists those of a goal.")
	}
	return c, err
}

// ownCheckIn reads a check-in that the actor may change, and its goal.
func (s *Service) ownCheckIn(ctx context.Context, actor Actor, id CheckInID) (CheckIn, Goal, error) {
	c, err := s.GetCheckIn(ctx, actor, id)
	if err != nil {
		return c, Goal{}, err
	}
	g, err := s.goal(ctx, actor, c.Goal)
	if err != nil {
		return c, g, err
	}
	if c.By.ID == actor.ID && !actor.Guest {
		return c, g, g.requireOpen()
	}
	return c, g, s.mayEdit(ctx, actor, g)
}

// afterCheckIns works out anew what a goal shows after a check-in was changed
// (edited) or removed (nil).
func (s *Service) afterCheckIns(ctx context.Context, actor Actor, id GoalID, which CheckInID, edited *CheckIn) (GoalView, error) {
	list, err := s.checkInsOf(ctx, actor.Tenant, id)
	if err != nil {
		return GoalView{}, err
	}
	history, err := s.Measurements.History(ctx, actor.Tenant, id, time.Time{}, 1)
	if err != nil {
		return GoalView{}, err
	}
	g, err := s.Store.Goals().Update(ctx, actor.Tenant, id, func(g *Goal) error {
		g.checkInsChanged(list, history, which, edited)
		return nil
	})
	if err != nil {
		return GoalView{}, err
	}
	return s.carried(ctx, actor, g)
}

// checkInsChanged works out anew what the goal shows after one of its check-ins was
// edited or removed (nil). List is what is left, the latest first.
func (g *Goal) checkInsChanged(list []CheckIn, history []Measurement, which CheckInID, edited *CheckIn) {
	isLast := g.LastCheckIn != nil && g.LastCheckIn.ID == which
	g.LastCheckIn = nil
	if len(list) > 0 {
		g.LastCheckIn = list[0].mark()
	}
	if g.IsAutomatic() {
		g.overrideAgain(isLast, edited)
	} else {
		g.valueAgain(list, history)
	}
}

// overrideAgain changes or ends the override that came from the check-in.
func (g *Goal) overrideAgain(isLast bool, edited *CheckIn) {
	if g.Manual == nil || !isLast {
		return
	}
	if edited == nil || edited.Value == nil && edited.Status == "" {
		g.resume()
		return
	}
	g.Manual = nil
	g.Manual = g.overriddenBy(*edited)
	if edited.Value != nil && g.Kind == KeyResult && g.Metric != nil {
		g.setCurrent(edited.Value, edited.At)
	}
}

// valueAgain takes the newest value and the newest status that are left, of what
// was checked in (latest first) and of what was measured before it was unbound.
func (g *Goal) valueAgain(list []CheckIn, history []Measurement) {
	var value *float64
	var at time.Time
	if len(history) > 0 {
		value, at = history[0].Value, history[0].At
	}
	for _, c := range list {
		if c.Value != nil && !c.At.Before(at) {
			value, at = c.Value, c.At
			break
		}
	}
	g.Manual = nil
	if len(list) > 0 && list[0].Status != "" {
		g.Manual = &Override{Status: list[0].Status, By: list[0].By, At: list[0].At}
	}
	switch {
	case g.Kind == KeyResult && g.Metric != nil:
		g.setCurrent(value, at)
		if value == nil {
			g.Metric.At = nil
		}
	case value != nil && len(list) > 0:
		if g.Manual == nil {
			g.Manual = &Override{By: list[0].By, At: at}
		}
		g.Manual.Value = value
	}
}
