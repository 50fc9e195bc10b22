package plan

import (
	"cmp"
	"context"
	"slices"

	"okrbot/okr"
)

// CheckIn says how a goal stands. On an automatic goal the value or status is an
// override. One that tells of an earlier day than what is known is kept in the
// history and changes nothing now. Forbidden: the actor may not. Invalid: the goal
// is closed, or names the field that is wrong.
func (s *Service) CheckIn(ctx context.Context, actor okr.Actor, in okr.CheckInInput) (okr.GoalView, okr.CheckIn, error) {
	o, err := s.opened(ctx, actor, okr.OpenQuery{Goal: in.Goal, Bare: true})
	if err != nil {
		return okr.GoalView{}, okr.CheckIn{}, err
	}
	t := o.Settings
	if err := s.access.MayCheckInBelow(t, actor, o.Goal, o.Parent); err != nil {
		return okr.GoalView{}, okr.CheckIn{}, err
	}
	if in.Note, err = in.Check(o.Goal, t.Today(s.Now())); err != nil {
		return okr.GoalView{}, okr.CheckIn{}, err
	}
	id, err := s.checkInID(ctx, actor.Tenant, in)
	if err != nil {
		return okr.GoalView{}, okr.CheckIn{}, err
	}
	c := okr.CheckIn{ID: id, Goal: o.Goal.ID, By: actor.Person, MadeAt: s.Now()}
	in.Fill(&c, t, s.Now())
	if c, err = s.storeCheckIn(ctx, actor, o.Opened, c); err != nil {
		return okr.GoalView{}, c, err
	}
	v, err := s.written(ctx, actor, o.Goal)
	return v, c, err
}

// PreviewCheckIn reads a goal for the form of a check-in, and fails as CheckIn would
// for who may not or for what is closed.
func (s *Service) PreviewCheckIn(ctx context.Context, actor okr.Actor, id okr.GoalID) (okr.GoalView, error) {
	o, err := s.opened(ctx, actor, okr.OpenQuery{Goal: id, Page: okr.Page{Limit: openedChildren}})
	if err != nil {
		return o.view, err
	}
	return o.view, s.access.MayCheckInBelow(o.Settings, actor, o.view.Goal, o.Parent)
}

// checkInID is the id of a new check-in. Its form gives it, so that no form makes
// two.
func (s *Service) checkInID(ctx context.Context, tenant okr.TenantID, in okr.CheckInInput) (okr.CheckInID, error) {
	if in.Form != "" {
		return okr.CheckInID(okr.CheckInPrefix + in.Form), nil
	}
	id, err := okr.NextID(ctx, s.Store, tenant, okr.CheckInPrefix)
	return okr.CheckInID(id), err
}

// storeCheckIn keeps a new check-in and applies it to its goal and those above. One
// that was kept before is applied again, which changes nothing unless that broke off.
func (s *Service) storeCheckIn(ctx context.Context, actor okr.Actor, o okr.Opened, c okr.CheckIn) (okr.CheckIn, error) {
	c, err := s.keepCheckIn(ctx, actor, o, c)
	if err != nil {
		return c, err
	}
	g, err := s.Store.Goals().Update(ctx, actor.Tenant, c.Goal, func(g *okr.Goal) error {
		g.TakeCheckIn(c)
		return nil
	})
	if err != nil {
		return c, err
	}
	return c, s.rollUp(ctx, o.Settings, g.Parent)
}

// keepCheckIn keeps a check-in with what the goal shows by it.
func (s *Service) keepCheckIn(ctx context.Context, actor okr.Actor, o okr.Opened, c okr.CheckIn) (okr.CheckIn, error) {
	g := o.Goal
	if g.IsAutomatic() {
		c.Auto, c.Over = g.Automatic(), g.Manual
	}
	g.TakeCheckIn(c)
	c.Shown = s.ViewOf(o.Settings, actor, g, o.Parent).Standing.Status
	err := s.Store.CheckIns().Create(ctx, actor.Tenant, c)
	if okr.KindOf(err) == okr.Conflict {
		return s.Store.CheckIns().Get(ctx, actor.Tenant, c.ID)
	}
	return c, err
}

// CheckIns reads a page of what was said of a goal, the latest day first, and how
// many there are.
func (s *Service) CheckIns(ctx context.Context, actor okr.Actor, id okr.GoalID, page okr.Page) ([]okr.CheckIn, int, error) {
	if _, err := s.access.Goal(ctx, actor, id); err != nil {
		return nil, 0, err
	}
	list, err := s.checkInsOf(ctx, actor.Tenant, id)
	total := len(list)
	list = list[min(max(0, page.Offset), total):]
	if page.Limit > 0 {
		list = list[:min(page.Limit, len(list))]
	}
	return list, total, err
}

// checkInsOf reads all check-ins of a goal, the latest day first. There are some
// tens of them: one a week or so.
func (s *tree) checkInsOf(ctx context.Context, tenant okr.TenantID, id okr.GoalID) ([]okr.CheckIn, error) {
	list, _, err := s.Store.CheckIns().List(ctx, tenant, okr.CheckInIndex(id), okr.Page{})
	latestFirst(list)
	return list, err
}

// latestFirst sorts check-ins from the order of creation.
func latestFirst(list []okr.CheckIn) {
	slices.Reverse(list) // of two of the same moment the one made later
	slices.SortStableFunc(list, func(a, b okr.CheckIn) int {
		return cmp.Or(b.At.Compare(a.At), b.MadeAt.Compare(a.MadeAt))
	})
}

// Resume gives an overridden goal back to its query or children. Invalid: nothing
// is overridden.
func (s *Service) Resume(ctx context.Context, actor okr.Actor, id okr.GoalID) (okr.GoalView, error) {
	if _, err := s.access.Goal(ctx, actor, id); err != nil {
		return okr.GoalView{}, err
	}
	var before okr.Goal
	g, err := s.Store.Goals().Update(ctx, actor.Tenant, id, func(g *okr.Goal) error {
		if err := s.access.MayCheckIn(ctx, actor, *g); err != nil {
			return err
		}
		before = *g
		if g.Manual == nil || !g.IsAutomatic() {
			return okr.WithNext(okr.Errorf(okr.Invalid, "%s is not overridden, so there is nothing to resume.", id), okr.Step{Kind: okr.StepShow, Goal: id})
		}
		g.Resume()
		return nil
	})
	if err != nil {
		return okr.GoalView{}, err
	}
	return s.resumed(ctx, actor, before, g)
}

// resumed keeps in the history that an override has ended, if it has, and carries up
// what the goal shows then.
func (s *Service) resumed(ctx context.Context, actor okr.Actor, before, g okr.Goal) (okr.GoalView, error) {
	if m, ok := okr.Resumed(before, g, s.Now()); ok {
		if err := s.Measurements.AddHistory(ctx, actor.Tenant, g.ID, m); err != nil {
			return okr.GoalView{}, err
		}
	}
	return s.Carried(ctx, actor, g)
}

// PlanReminder puts whoever is asked for a goal's check-ins on the agenda.
func (s *Service) PlanReminder(ctx context.Context, tenant okr.TenantID, g okr.Goal) error {
	who := g.Asked().ID
	if who == "" {
		return nil
	}
	return s.Agenda.Plan(ctx, okr.Due{Kind: okr.DueReminder, Tenant: tenant, ID: string(who)})
}
