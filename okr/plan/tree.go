package plan

import (
	"context"
	"slices"

	"okrbot/okr"
	"okrbot/okr/access"
)

// tree keeps the tree of goals right: where one may stand, what it passes on to those
// below, and what those above add up.
type tree struct {
	Options
	access *access.Service
}

// checkParent reads the objective that a goal is to stand below, and makes sure
// that it may.
func (s *tree) checkParent(ctx context.Context, actor okr.Actor, in okr.GoalInput) (okr.Goal, error) {
	if in.Parent == "" {
		return okr.Goal{}, nil // validate says what is missing
	}
	parent, err := s.Store.Goals().Get(ctx, actor.Tenant, in.Parent)
	if err == nil && in.Editing != "" {
		g, err := s.Store.Goals().Get(ctx, actor.Tenant, in.Editing)
		if err != nil || g.Parent == parent.ID {
			return parent, okr.IgnoreNotFound(err) // it stands there already, be the objective to be seen or not
		}
	}
	switch {
	case okr.KindOf(err) == okr.NotFound || err == nil && !actor.Sees(parent):
		return parent, okr.FieldErrorf("parent", "%s doesn't exist or was deleted. Choose another objective.", in.Parent)
	case err != nil:
		return parent, err
	case parent.Kind != okr.Objective:
		return parent, okr.FieldErrorf("parent", "A %s belongs to an objective, but %s is a %s.", in.Kind, parent.ID, parent.Kind)
	}
	return parent, s.checkPlace(ctx, actor.Tenant, in, parent)
}

// checkPlace refuses new goals below a closed objective, circles, and more than
// MaxDepth levels.
func (s *tree) checkPlace(ctx context.Context, tenant okr.TenantID, in okr.GoalInput, parent okr.Goal) error {
	if !parent.IsOpen() {
		return okr.FieldErrorf("parent", "%s is %s. Reopen it first, or choose another objective.", parent.ID, parent.Closed.State)
	}
	if in.Kind != okr.Objective {
		return nil
	}
	above, err := s.levelsAbove(ctx, tenant, parent, in.Editing)
	if err != nil {
		return err
	}
	below := 1
	if in.Editing != "" {
		if below, err = s.levelsBelow(ctx, tenant, in.Editing); err != nil {
			return err
		}
	}
	if above+below > okr.MaxDepth {
		return okr.FieldErrorf("parent", "Objectives can be up to %d levels deep. Choose one that is higher up.", okr.MaxDepth)
	}
	return nil
}

// privateAbove is the nearest private objective above a goal, be it deleted or not;
// empty: none. What leaves it is to stay as private as it was.
func (s *tree) privateAbove(ctx context.Context, tenant okr.TenantID, g okr.Goal) (okr.Goal, error) {
	for range okr.MaxDepth {
		if g.Parent == "" {
			break
		}
		above, err := s.Store.Goals().Get(ctx, tenant, g.Parent)
		if err != nil || above.Private {
			return above, okr.IgnoreNotFound(err)
		}
		g = above
	}
	return okr.Goal{}, nil
}

// levelsAbove counts the levels down to an objective, itself included. Invalid:
// id is one of them.
func (s *tree) levelsAbove(ctx context.Context, tenant okr.TenantID, o okr.Goal, id okr.GoalID) (int, error) {
	for level := 1; level <= okr.MaxDepth; level++ {
		if o.ID == id {
			return level, okr.FieldErrorf("parent", "%s can't be below itself. Choose another objective.", id)
		}
		above, err := s.access.ParentOf(ctx, tenant, o)
		if err != nil || above.ID == "" {
			return level, err
		}
		o = above
	}
	return okr.MaxDepth, nil
}

// levelsBelow counts the levels of objectives from one downwards, itself
// included.
func (s *tree) levelsBelow(ctx context.Context, tenant okr.TenantID, id okr.GoalID) (int, error) {
	level := []okr.GoalID{id}
	for depth := 1; depth <= okr.MaxDepth; depth++ {
		var next []okr.GoalID
		for _, id := range level {
			children, _, err := s.Store.Goals().Find(ctx, tenant, []string{okr.ChildIndex(id), okr.KindIndex(okr.Objective)}, okr.Page{})
			if err != nil {
				return depth, err
			}
			for _, c := range children {
				next = append(next, c.ID)
			}
		}
		if len(next) == 0 {
			return depth, nil
		}
		level = next
	}
	return okr.MaxDepth, nil
}

// afterSave brings everything up to date that hangs on what was saved.
func (s *Service) afterSave(ctx context.Context, t okr.Settings, actor okr.Actor, before, g okr.Goal) error {
	if g.Kind == okr.Objective && before.ID != "" && (g.Period != before.Period || g.PeriodID != before.PeriodID || !slices.Equal(g.Audience, before.Audience)) {
		if err := s.passOn(ctx, actor.Tenant, g); err != nil {
			return err
		}
	}
	if before.Parent != "" && before.Parent != g.Parent {
		if err := s.rollUp(ctx, t, before.Parent); err != nil {
			return err
		}
	}
	if err := s.rollUp(ctx, t, g.Parent); err != nil {
		return err
	}
	if err := s.PlanReminder(ctx, actor.Tenant, g); err != nil {
		return err
	}
	return s.noteTeam(ctx, t, g.Team)
}

// passOn gives the goals below an objective its period and privacy.
func (s *tree) passOn(ctx context.Context, tenant okr.TenantID, o okr.Goal) error {
	level := []okr.Goal{o}
	for range okr.MaxDepth {
		var next []okr.Goal
		for _, parent := range level {
			children, _, err := s.Store.Goals().List(ctx, tenant, okr.ChildIndex(parent.ID), okr.Page{})
			if err != nil {
				return err
			}
			for _, c := range children {
				changed, err := s.passTo(ctx, tenant, c, parent)
				if err != nil {
					return err
				}
				if changed.Kind == okr.Objective {
					next = append(next, changed)
				}
			}
		}
		level = next
	}
	return nil
}

// passTo gives one goal its objective's period and privacy; empty when it has
// them already.
func (s *tree) passTo(ctx context.Context, tenant okr.TenantID, c, parent okr.Goal) (okr.Goal, error) {
	fresh := c
	fresh.Below(parent)
	if fresh.Period == c.Period && fresh.PeriodID == c.PeriodID && slices.Equal(fresh.Audience, c.Audience) {
		return okr.Goal{}, nil
	}
	changed, err := s.Store.Goals().Update(ctx, tenant, c.ID, func(g *okr.Goal) error {
		g.Below(parent)
		return nil
	})
	return changed, okr.IgnoreNotFound(err)
}

// noteTeam remembers the name of a team for choosing it again.
func (s *tree) noteTeam(ctx context.Context, t okr.Settings, team string) error {
	if !t.NoteTeam(team) {
		return nil
	}
	_, err := s.access.ChangeSettings(ctx, t.ID, func(t *okr.Settings) error {
		t.NoteTeam(team)
		return nil
	})
	return err
}
