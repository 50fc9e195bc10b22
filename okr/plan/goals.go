package plan

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"okrbot/okr"
)

// SaveGoal makes or edits a goal. Invalid names the field that is wrong. An edit
// of a form that was opened at an older version keeps what others changed since;
// Conflict: both changed the same field, and the words say who and which.
func (s *Service) SaveGoal(ctx context.Context, actor okr.Actor, in okr.GoalInput) (okr.GoalView, error) {
	if actor.Guest {
		return okr.GoalView{}, guestsReadOnly()
	}
	t, err := s.Upgraded(ctx, actor.Tenant)
	if err == nil {
		t, err = s.access.Rechecked(ctx, t, actor)
	}
	if err != nil {
		return okr.GoalView{}, err
	}
	if in, err = in.Cleaned(t); err != nil {
		return okr.GoalView{}, err
	}
	save := s.makeGoal
	if in.Editing != "" {
		save = s.editGoal
	}
	saved, err := save(ctx, t, actor, in)
	if err != nil {
		return okr.GoalView{}, err
	}
	if err := s.afterSave(ctx, t, actor, saved.before, saved.goal); err != nil {
		return okr.GoalView{}, err
	}
	return s.Weighted(ctx, actor, saved.goal.ID)
}

func guestsReadOnly() error {
	return okr.Errorf(okr.Forbidden, "Guests can read the team's OKRs but not change them. Ask a member of the organization.")
}

// savedGoal is a goal that was stored, with what had to be read for that.
type savedGoal struct {
	before, goal okr.Goal // before is empty for a new one
	parent       okr.Goal // the objective that was asked for
}

func (s *Service) editGoal(ctx context.Context, t okr.Settings, actor okr.Actor, in okr.GoalInput) (saved savedGoal, err error) {
	saved.goal, err = s.Store.Goals().Update(ctx, actor.Tenant, in.Editing, func(g *okr.Goal) error {
		saved.before = *g
		above, err := s.access.ParentOf(ctx, actor.Tenant, *g)
		if err != nil {
			return err
		}
		if err := s.access.MayEditBelow(t, actor, *g, above); err != nil {
			return err
		}
		saved.parent = above // it stands there already, be the objective to be seen or not
		if in.Parent != above.ID {
			if saved.parent, err = s.checkParent(ctx, actor, in); err != nil {
				return err
			}
		}
		if err := g.Edit(in, saved.parent, actor, s.access.Administers(t, actor), s.Now()); err != nil {
			return err
		}
		return s.mayRaise(ctx, t, actor, saved.before, *g)
	})
	if okr.KindOf(err) == okr.NotFound {
		err = okr.GoalNotFound(actor, in.Editing)
	}
	if err != nil {
		return saved, err
	}
	if m, moved := okr.TasksMoved(saved.before, saved.goal, saved.goal.MovedAt); moved {
		err = s.Measurements.AddHistory(ctx, actor.Tenant, saved.goal.ID, m)
	}
	return saved, err
}

func (s *Service) makeGoal(ctx context.Context, t okr.Settings, actor okr.Actor, in okr.GoalInput) (saved savedGoal, err error) {
	if saved.parent, err = s.checkParent(ctx, actor, in); err != nil {
		return saved, err
	}
	if saved.goal, err = s.newGoal(ctx, t, actor, in, saved.parent); err != nil {
		return saved, err
	}
	id, err := okr.NextID(ctx, s.Store, actor.Tenant, in.Kind.Prefix())
	if err != nil {
		return saved, err
	}
	saved.goal.ID = okr.GoalID(id)
	return saved, okr.MadeOnce(s.Store.Goals().Create(ctx, actor.Tenant, saved.goal))
}

// mayRaise asks of an edit that makes a goal one of another level what it would ask
// of a new one there.
func (s *tree) mayRaise(ctx context.Context, t okr.Settings, actor okr.Actor, before, after okr.Goal) error {
	if cmp.Or(before.Level, okr.LevelTeam) == cmp.Or(after.Level, okr.LevelTeam) {
		return nil
	}
	return s.access.MayCreate(ctx, t, actor, after.Level)
}

func (s *Service) newGoal(ctx context.Context, t okr.Settings, actor okr.Actor, in okr.GoalInput, parent okr.Goal) (okr.Goal, error) {
	g, err := in.NewGoal(actor.Person, s.Now())
	if err != nil {
		return g, err
	}
	if err := s.access.MayCreate(ctx, t, actor, g.Level); err != nil {
		return g, err
	}
	g.Below(parent)
	if g.Kind == okr.Objective {
		nothing := t.WeightsRule.Roll(nil)
		nothing.At = s.Now()
		g.TakeRolled(nothing)
	}
	return g, g.Validate()
}

// DeleteGoal removes a goal, with its history and check-ins for good after 30 days; an
// objective with its key results and projects. Objectives below it are somebody's own: they move up
// to where it was. Forbidden: the actor may not edit it, or one of those that would go
// with it. Invalid: it is closed.
func (s *Service) DeleteGoal(ctx context.Context, actor okr.Actor, id okr.GoalID) (okr.Goal, error) {
	g, err := s.access.Goal(ctx, actor, id)
	if err != nil {
		return g, err
	}
	if err := s.access.MayEdit(ctx, actor, g); err != nil {
		return g, err
	}
	children, _, err := s.Store.Goals().List(ctx, actor.Tenant, okr.ChildIndex(id), okr.Page{})
	if err != nil {
		return g, err
	}
	if err := s.mayDeleteBelow(ctx, actor, g, children); err != nil {
		return g, err
	}
	var raised []okr.GoalID
	for _, child := range children {
		if child.Kind == okr.Objective {
			raised = append(raised, child.ID)
			err = s.moveUp(ctx, actor.Tenant, child, g)
		} else {
			err = s.markDeleted(ctx, actor, child.ID, id, nil)
		}
		if err != nil {
			return g, err
		}
	}
	if err := s.markDeleted(ctx, actor, id, id, raised); err != nil {
		return g, err
	}
	return g, s.RollUp(ctx, actor.Tenant, g.Parent)
}

// mayDeleteBelow fails with Forbidden where a key result or project below a goal is
// not the actor's to delete: it could stand nowhere without its objective.
func (s *tree) mayDeleteBelow(ctx context.Context, actor okr.Actor, above okr.Goal, children []okr.Goal) error {
	t, err := s.access.Settings(ctx, actor.Tenant)
	if err != nil {
		return err
	}
	var named []string
	hidden := 0
	for _, c := range children {
		switch {
		case c.Kind == okr.Objective || actor.MayEdit(c, above, s.access.Administers(t, actor)):
		case actor.Sees(c):
			named = append(named, string(c.ID)+" ("+c.Owner.Name+")")
		default:
			hidden++
		}
	}
	if hidden > 0 {
		named = append(named, fmt.Sprintf("%d you can't see", hidden))
	}
	if len(named) == 0 {
		return nil
	}
	return okr.WithNext(okr.Errorf(okr.Forbidden, "%s can't be deleted, because you can't delete everything below it: %s. Ask the owners to delete or move that, or close %s instead.", above.ID, strings.Join(named[:min(len(named), 10)], ", "), above.ID), okr.Step{Kind: okr.StepClose, Goal: above.ID})
}

// forget removes a goal and everything that was kept of it. The goal goes last: where
// this breaks off, it is still there to be forgotten.
func (s *tree) forget(ctx context.Context, tenant okr.TenantID, id okr.GoalID) error {
	if err := s.Measurements.DropHistory(ctx, tenant, id); err != nil {
		return err
	}
	list, _, err := s.Store.CheckIns().List(ctx, tenant, okr.CheckInIndex(id), okr.Page{})
	if err != nil {
		return err
	}
	for _, c := range list {
		if _, err := s.Store.CheckIns().Delete(ctx, tenant, c.ID); okr.IgnoreNotFound(err) != nil {
			return err
		}
	}
	_, err = s.Store.Goals().Delete(ctx, tenant, id)
	return okr.IgnoreNotFound(err)
}

// moveUp puts an objective where the one above it was. Whoever could not see it there
// does not see it now.
func (s *tree) moveUp(ctx context.Context, tenant okr.TenantID, child, gone okr.Goal) error {
	above, err := s.access.ParentOf(ctx, tenant, gone)
	if err != nil {
		return err
	}
	moved, err := s.Store.Goals().Update(ctx, tenant, child.ID, func(g *okr.Goal) error {
		g.KeepPrivate(gone)
		g.Parent = above.ID
		g.Below(above)
		return nil
	})
	if err != nil {
		return okr.IgnoreNotFound(err)
	}
	return s.passOn(ctx, tenant, moved)
}
