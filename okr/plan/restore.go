package plan

import (
	"context"
	"slices"

	"okrbot/okr"
)

// markDeleted takes a goal out of everything but the list of what can be restored.
func (s *tree) markDeleted(ctx context.Context, actor okr.Actor, id, with okr.GoalID, raised []okr.GoalID) error {
	_, err := s.Store.Goals().Update(ctx, actor.Tenant, id, func(g *okr.Goal) error {
		g.Deleted = &okr.Deletion{By: actor.Person, At: s.Now(), With: with, Raised: raised}
		return nil
	})
	return okr.IgnoreNotFound(err)
}

// DeletedGoals lists what was deleted and the actor may restore, the latest first. What
// was deleted 30 days ago is forgotten now, with everything that was kept of it.
func (s *Service) DeletedGoals(ctx context.Context, actor okr.Actor) ([]okr.Goal, error) {
	all, _, err := s.Store.Goals().List(ctx, actor.Tenant, okr.DeletedIndex, okr.Page{})
	if err != nil {
		return nil, err
	}
	var out []okr.Goal
	for _, g := range all {
		if g.Deleted.Expired(s.Now()) {
			if err := s.forget(ctx, actor.Tenant, g.ID); err != nil {
				return nil, err
			}
			continue
		}
		if g.Deleted.With == g.ID && s.mayRestore(ctx, actor, g) == nil {
			out = append(out, g)
		}
	}
	slices.SortStableFunc(out, func(a, b okr.Goal) int { return b.Deleted.At.Compare(a.Deleted.At) })
	return out, nil
}

// mayRestore asks of a deleted goal what it would ask of an edit if it were not.
func (s *tree) mayRestore(ctx context.Context, actor okr.Actor, g okr.Goal) error {
	g.Deleted = nil
	return s.access.MayManage(ctx, actor, g)
}

// Restore brings back a deleted goal with what was deleted with it. NotFound: it is not
// deleted, or gone for good. Forbidden: the actor may not edit it. Invalid: the
// objective that it belongs to is deleted or closed.
func (s *Service) Restore(ctx context.Context, actor okr.Actor, id okr.GoalID) (okr.GoalView, error) {
	g, err := s.Store.Goals().Get(ctx, actor.Tenant, id)
	if okr.IgnoreNotFound(err) != nil {
		return okr.GoalView{}, err
	}
	if err != nil || g.Deleted == nil || g.Deleted.Expired(s.Now()) {
		return okr.GoalView{}, okr.WithNext(okr.Errorf(okr.NotFound, "%s wasn't deleted in the last 30 days.", id), okr.Step{Kind: okr.StepDeleted})
	}
	if err := s.mayRestore(ctx, actor, g); err != nil {
		return okr.GoalView{}, err
	}
	above, err := s.access.ParentOf(ctx, actor.Tenant, g)
	if err != nil {
		return okr.GoalView{}, err
	}
	if g.Kind != okr.Objective && above.ID == "" {
		return okr.GoalView{}, okr.WithNext(okr.Errorf(okr.Invalid, "%s belongs to %s, which is deleted. Restore that one first.", id, g.Parent), okr.Step{Kind: okr.StepRestore, Goal: g.Parent})
	}
	if above.ID != "" && !above.IsOpen() {
		return okr.GoalView{}, okr.WithNext(okr.Errorf(okr.Invalid, "%s belongs to %s, which is %s. Reopen that one first.", id, above.ID, above.Closed.State), okr.Step{Kind: okr.StepReopen, Goal: above.ID})
	}
	if err := restoreWith(ctx, s, actor.Tenant, g, above); err != nil {
		return okr.GoalView{}, err
	}
	return s.Goal(ctx, actor, id)
}

// restoreWith restores a goal below another, then what was deleted with it.
func restoreWith(ctx context.Context, s *Service, tenant okr.TenantID, g, above okr.Goal) error {
	private, err := s.keptPrivate(ctx, tenant, g, above)
	if err != nil {
		return err
	}
	restored, err := s.unmark(ctx, tenant, g.ID, above, private)
	if err != nil {
		return err
	}
	if err := s.PlanReminder(ctx, tenant, g); err != nil {
		return err
	}
	all, _, err := s.Store.Goals().List(ctx, tenant, okr.DeletedIndex, okr.Page{})
	if err != nil {
		return err
	}
	for _, c := range all {
		if c.Deleted.With == g.ID && c.Parent == g.ID {
			if _, err := s.unmark(ctx, tenant, c.ID, restored, okr.Goal{}); okr.IgnoreNotFound(err) != nil {
				return err
			}
			if err := s.PlanReminder(ctx, tenant, c); err != nil {
				return err
			}
		}
	}
	if g.Kind != okr.Objective {
		return s.RollUp(ctx, tenant, g.Parent)
	}
	if err := s.takeBack(ctx, tenant, g, restored); err != nil {
		return err
	}
	if err := s.RollUp(ctx, tenant, g.ID); err != nil {
		return err
	}
	return s.RollUp(ctx, tenant, restored.Parent)
}

// takeBack puts those objectives below a restored one that took its place when it was
// deleted, unless they were moved since or would stand too deep.
func (s *tree) takeBack(ctx context.Context, tenant okr.TenantID, was, restored okr.Goal) error {
	above, err := s.levelsAbove(ctx, tenant, restored, "")
	if err != nil {
		return err
	}
	for _, id := range was.Deleted.Raised {
		below, err := s.levelsBelow(ctx, tenant, id)
		if err != nil {
			return err
		}
		if above+below > okr.MaxDepth {
			continue
		}
		back := false
		child, err := s.Store.Goals().Update(ctx, tenant, id, func(g *okr.Goal) error {
			back = g.Deleted == nil && g.Parent == was.Parent
			if back {
				g.Parent = restored.ID
				g.Below(restored)
			}
			return nil
		})
		if okr.IgnoreNotFound(err) != nil {
			return err
		}
		if back {
			if err := s.passOn(ctx, tenant, child); err != nil {
				return err
			}
		}
	}
	return nil
}

// keptPrivate is the private objective that a goal leaves by standing below another one
// than before; empty: it leaves none.
func (s *tree) keptPrivate(ctx context.Context, tenant okr.TenantID, g, above okr.Goal) (okr.Goal, error) {
	if g.Parent == above.ID {
		return okr.Goal{}, nil
	}
	return s.privateAbove(ctx, tenant, g)
}

func (s *tree) unmark(ctx context.Context, tenant okr.TenantID, id okr.GoalID, above, private okr.Goal) (okr.Goal, error) {
	return s.Store.Goals().Update(ctx, tenant, id, func(g *okr.Goal) error {
		g.KeepPrivate(private)
		g.Deleted, g.Parent = nil, above.ID
		g.Below(above)
		return nil
	})
}
