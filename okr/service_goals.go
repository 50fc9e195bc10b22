package okr

import (
	"context"
	"slices"
	"strings"
)

// GoalInput is what a person gives to make or edit a goal.
type GoalInput struct {
	Editing GoalID // empty: a new one
	Kind    GoalKind
	Title   string
	Owner   Person  // who it belongs to; empty: the actor, or as it was
	Parent  GoalID  // the objective above; empty for an objective at the top
	Period  Period  // objectives; without dates those of PeriodID
	Metric  *Metric // key results; Current is left alone

	PeriodID string   // objectives: the period to file it under; empty: that of the dates
	Details  *Details // nil: as they were
	Version  int      // Goal.Version when the form was opened; 0: whatever it is now
}

// SaveGoal makes or edits a goal. Invalid names the field that is wrong. An edit
// of a form that was opened at an older version keeps what others changed since;
// Conflict: both changed the same field, and the words say who and which.
func (s *Service) SaveGoal(ctx context.Context, actor Actor, in GoalInput) (GoalView, error) {
	if actor.Guest {
		return GoalView{}, Errorf(Forbidden, "Guests can read the team's OKRs but not change them. Ask a member of the organization.")
	}
	t, err := s.upgraded(ctx, actor.Tenant)
	if err != nil {
		return GoalView{}, err
	}
	if in, err = in.cleaned(t); err != nil {
		return GoalView{}, err
	}
	parent, err := s.checkParent(ctx, actor, in)
	if err != nil {
		return GoalView{}, err
	}
	before, g, err := s.storeGoal(ctx, t, actor, in, parent)
	if err != nil {
		return GoalView{}, err
	}
	if err := s.afterSave(ctx, t, actor, before, g); err != nil {
		return GoalView{}, err
	}
	return s.Goal(ctx, actor, g.ID)
}

// cleaned is the input without what no text should hold, and with the dates of
// its period.
func (in GoalInput) cleaned(t Tenant) (GoalInput, error) {
	in.Title = CleanLine(in.Title)
	if in.Metric != nil {
		m := *in.Metric
		m.Name, m.Unit = CleanLine(m.Name), CleanLine(m.Unit)
		m.Phases = m.sortedPhases()
		m.Current, m.At = nil, nil
		in.Metric = &m
	}
	if in.Details != nil {
		d := in.Details.cleaned()
		in.Details = &d
	}
	if in.PeriodID == "" {
		return in, nil
	}
	p, ok := t.PeriodByID(in.PeriodID)
	if !ok {
		return in, FieldErrorf("period", "This period does not exist any more. Choose another one.")
	}
	if in.Period.Start == "" && in.Period.End == "" {
		in.Period = p.Period
	}
	if in.PeriodID == in.Period.SpanID() {
		in.PeriodID = ""
	}
	return in, nil
}

func (d Details) cleaned() Details {
	d.Description, d.Team = cleanText(d.Description), CleanLine(d.Team)
	var tags []string
	for _, tag := range d.Tags {
		tag = strings.TrimLeft(CleanLine(tag), "#")
		known := slices.ContainsFunc(tags, func(o string) bool { return foldText(o) == foldText(tag) })
		if tag != "" && !known {
			tags = append(tags, tag)
		}
	}
	d.Tags = tags
	d.CoOwners, d.Viewers, d.Editors = distinct(d.CoOwners), distinct(d.Viewers), distinct(d.Editors)
	return d
}

// distinct leaves out who comes again, and who is nobody.
func distinct(people []Person) []Person {
	var out []Person
	for _, p := range people {
		if p.ID != "" && !slices.ContainsFunc(out, func(o Person) bool { return o.ID == p.ID }) {
			out = append(out, p)
		}
	}
	return out
}

// storeGoal writes a new goal or an edit and gives it before and after.
func (s *Service) storeGoal(ctx context.Context, t Tenant, actor Actor, in GoalInput, parent Goal) (before, after Goal, err error) {
	if in.Editing != "" {
		after, err = s.Store.Goals().Update(ctx, actor.Tenant, in.Editing, func(g *Goal) error {
			before = *g
			if err := s.mayEdit(ctx, actor, *g); err != nil {
				return err
			}
			return g.edit(in, parent, actor, s.Administers(t, actor), s.Now())
		})
		if KindOf(err) == NotFound {
			err = GoalNotFound(in.Editing)
		}
		return before, after, err
	}
	g, err := s.newGoal(t, actor, in, parent)
	if err != nil {
		return Goal{}, g, err
	}
	id, err := NextID(ctx, s.Store, actor.Tenant, in.Kind.Prefix())
	if err != nil {
		return Goal{}, g, err
	}
	g.ID = GoalID(id)
	return Goal{}, g, s.Store.Goals().Create(ctx, actor.Tenant, g)
}

func (s *Service) newGoal(t Tenant, actor Actor, in GoalInput, parent Goal) (Goal, error) {
	g, err := in.goal(actor.Person, s.Now())
	if err != nil {
		return g, err
	}
	if err := s.mayCreate(t, actor, g.Level); err != nil {
		return g, err
	}
	g.below(parent)
	return g, g.validate()
}

// DeleteGoal removes a goal with its history and check-ins; an objective with its
// key results and projects. Objectives below it are somebody's own: they move up
// to where it was. Forbidden: the actor may not edit it. Invalid: it is closed.
func (s *Service) DeleteGoal(ctx context.Context, actor Actor, id GoalID) (Goal, error) {
	g, err := s.goal(ctx, actor, id)
	if err != nil {
		return g, err
	}
	if err := s.mayEdit(ctx, actor, g); err != nil {
		return g, err
	}
	children, _, err := s.Store.Goals().List(ctx, actor.Tenant, ChildIndex(id), Page{})
	if err != nil {
		return g, err
	}
	for _, child := range append(children, g) {
		if child.Kind == Objective && child.ID != id {
			err = s.moveUp(ctx, actor.Tenant, child, g)
		} else {
			err = s.forget(ctx, actor.Tenant, child.ID)
		}
		if err != nil {
			return g, err
		}
	}
	return g, s.rollUp(ctx, actor.Tenant, g.Parent)
}

// forget removes a goal and everything that was kept of it.
func (s *Service) forget(ctx context.Context, tenant TenantID, id GoalID) error {
	if _, err := s.Store.Goals().Delete(ctx, tenant, id); IgnoreNotFound(err) != nil {
		return err
	}
	if err := s.Measurements.DropHistory(ctx, tenant, id); err != nil {
		return err
	}
	list, _, err := s.Store.CheckIns().List(ctx, tenant, CheckInIndex(id), Page{})
	for _, c := range list {
		if _, err := s.Store.CheckIns().Delete(ctx, tenant, c.ID); IgnoreNotFound(err) != nil {
			return err
		}
	}
	return err
}

// moveUp puts an objective where the one above it was.
func (s *Service) moveUp(ctx context.Context, tenant TenantID, child, gone Goal) error {
	above, err := s.parentOf(ctx, tenant, gone)
	if err != nil {
		return err
	}
	moved, err := s.Store.Goals().Update(ctx, tenant, child.ID, func(g *Goal) error {
		g.Parent = above.ID
		g.below(above)
		return nil
	})
	if err != nil {
		return IgnoreNotFound(err)
	}
	return s.passOn(ctx, tenant, moved)
}
