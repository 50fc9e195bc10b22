package plan

import (
	"cmp"
	"context"
	"slices"

	"okrbot/okr"
	"okrbot/okr/access"
)

// CheckIn updates a goal. On an automatic goal the value or status is an
// override. One that tells of an earlier day than what is known is kept in the
// history and changes nothing now. Forbidden: the actor may not. Invalid: the goal
// is closed, or names the field that is wrong.
func (s *Service) CheckIn(ctx context.Context, actor okr.Actor, in okr.CheckInInput) (v okr.GoalView, c okr.CheckIn, err error) {
	id, err := s.checkInID(ctx, actor.Tenant, in)
	if err != nil {
		return v, c, err
	}
	err = s.Reader.KeepCheckIn(ctx, actor.Tenant, in.Goal, id, func(l okr.Lineage) (said okr.Said, err error) {
		if v, said, err = s.said(actor, l, id, in); err == nil {
			c = l.Said
			if said.CheckIn != nil {
				c = *said.CheckIn
			}
		}
		return said, err
	})
	if okr.KindOf(err) == okr.NotFound {
		err = okr.GoalNotFound(actor, in.Goal)
	}
	if err != nil || v.Goal.Kind != okr.Objective {
		return v, c, err
	}
	v, err = s.written(ctx, actor, v.Goal) // with what stands below it
	return v, c, err
}

// said is what a check-in changes of its goal and those above. One that was kept before is
// applied again, which changes nothing unless that broke off.
func (s *Service) said(actor okr.Actor, l okr.Lineage, id okr.CheckInID, in okr.CheckInInput) (v okr.GoalView, said okr.Said, err error) {
	t, g, parent := access.OrDefault(l.Settings, actor.Tenant), l.Goal, okr.Goal{}
	if len(l.Above) > 0 && l.Above[0].Objective.Deleted == nil {
		parent = l.Above[0].Objective
	}
	if !actor.Sees(g) {
		return v, said, okr.GoalNotFound(actor, in.Goal)
	}
	if err := s.access.MayCheckInBelow(t, actor, g, parent); err != nil {
		return v, said, err
	}
	if in.Note, err = in.Check(g, t.Today(s.Now())); err != nil {
		return v, said, err
	}
	c := l.Said
	if c.ID != "" && c.Goal != g.ID {
		return v, said, okr.Errorf(okr.Conflict, "This check-in was made for %s already.", c.Goal)
	}
	if c.IsUndone() {
		return v, said, okr.Errorf(okr.Conflict, "You undid this check-in of %s. To check in again, send: check-in %s", g.ID, g.ID)
	}
	if c.ID == "" {
		c = okr.CheckIn{ID: id, Goal: g.ID, By: actor.Person, MadeAt: s.Now()}
		in.Fill(&c, t, s.Now())
		if g.IsAutomatic() {
			c.Auto, c.Over = g.Automatic(), g.Manual
		}
		said.CheckIn = &c
	}
	g.TakeCheckIn(c)
	v = s.ViewOf(t, actor, g, parent)
	v.Connection = l.Connection.Name
	c.Shown = v.Standing.Status
	said.Goals = []okr.Goal{g}
	s.carry(t, l.Above, g, &said)
	return v, said, nil
}

// carry adds up the objectives above a goal that changed, as long as something changes.
func (s *tree) carry(t okr.Settings, above []okr.Family, g okr.Goal, said *okr.Said) {
	for _, f := range above {
		below := slices.Clone(f.Below)
		for i, c := range below {
			if c.ID == g.ID {
				below[i] = g
			}
		}
		o, fresh := f.Objective, t.WeightsRule.Roll(below)
		fresh.At = s.Now()
		if !rollsTo(o, fresh) {
			return
		}
		if m, moved := o.TakeRolled(fresh); moved {
			said.History = append(said.History, okr.HistoryEntry{Goal: o.ID, Measurement: m})
		}
		said.Goals = append(said.Goals, o)
		g = o
	}
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
