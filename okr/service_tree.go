package okr

import (
	"context"
	"slices"
)

// checkParent reads the objective that a goal is to stand below, and makes sure
// that it may.
func (s *Service) checkParent(ctx context.Context, actor Actor, in GoalInput) (Goal, error) {
	if in.Parent == "" {
		return Goal{}, nil // validate says what is missing
	}
	parent, err := s.Store.Goals().Get(ctx, actor.Tenant, in.Parent)
	if err == nil && in.Editing != "" {
		g, err := s.Store.Goals().Get(ctx, actor.Tenant, in.Editing)
		if err != nil || g.Parent == parent.ID {
			return parent, IgnoreNotFound(err) // it stands there already, be the objective to be seen or not
		}
	}
	switch {
	case KindOf(err) == NotFound || err == nil && !actor.Sees(parent):
		return parent, FieldErrorf("parent", "The objective %s does not exist any more. Choose another one.", in.Parent)
	case err != nil:
		return parent, err
	case parent.Kind != Objective:
		return parent, FieldErrorf("parent", "A %s belongs below an objective; %s is a %s.", in.Kind, parent.ID, parent.Kind)
	}
	return parent, s.checkPlace(ctx, actor.Tenant, in, parent)
}

// checkPlace refuses new goals below a closed objective, circles, and more than
// MaxDepth levels.
func (s *Service) checkPlace(ctx context.Context, tenant TenantID, in GoalInput, parent Goal) error {
	if !parent.IsOpen() {
		return FieldErrorf("parent", "%s is %s. Reopen it first, or choose another objective.", parent.ID, parent.Closed.State)
	}
	if in.Kind != Objective {
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
	if above+below > MaxDepth {
		return FieldErrorf("parent", "Objectives stand at most %d levels deep. Choose one that is higher up.", MaxDepth)
	}
	return nil
}

// levelsAbove counts the levels down to an objective, itself included. Invalid:
// id is one of them.
func (s *Service) levelsAbove(ctx context.Context, tenant TenantID, o Goal, id GoalID) (int, error) {
	for level := 1; level <= MaxDepth; level++ {
		if o.ID == id {
			return level, FieldErrorf("parent", "%s stands above %s, or would. Objectives cannot go round in a circle.", id, o.ID)
		}
		above, err := s.parentOf(ctx, tenant, o)
		if err != nil || above.ID == "" {
			return level, err
		}
		o = above
	}
	return MaxDepth, nil
}

// levelsBelow counts the levels of objectives from one downwards, itself
// included.
func (s *Service) levelsBelow(ctx context.Context, tenant TenantID, id GoalID) (int, error) {
	level := []GoalID{id}
	for depth := 1; depth <= MaxDepth; depth++ {
		var next []GoalID
		for _, id := range level {
			children, _, err := s.Store.Goals().Find(ctx, tenant, []string{ChildIndex(id), KindIndex(Objective)}, Page{})
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
	return MaxDepth, nil
}

// afterSave brings everything up to date that hangs on what was saved.
func (s *Service) afterSave(ctx context.Context, t Tenant, actor Actor, before, g Goal) error {
	if g.Kind == Objective && before.ID != "" && (g.Period != before.Period || g.PeriodID != before.PeriodID || !slices.Equal(g.Audience, before.Audience)) {
		if err := s.passOn(ctx, actor.Tenant, g); err != nil {
			return err
		}
	}
	if before.Parent != "" && before.Parent != g.Parent {
		if err := s.rollUp(ctx, actor.Tenant, before.Parent); err != nil {
			return err
		}
	}
	if g.Kind == Objective && before.ID == "" {
		if _, _, err := s.rollOne(ctx, actor.Tenant, t.WeightsRule, g.ID); err != nil {
			return err
		}
	}
	if err := s.rollUp(ctx, actor.Tenant, g.Parent); err != nil {
		return err
	}
	if err := s.planReminder(ctx, actor.Tenant, g); err != nil {
		return err
	}
	return s.noteTeam(ctx, t, g.Team)
}

// passOn gives the goals below an objective its period and privacy.
func (s *Service) passOn(ctx context.Context, tenant TenantID, o Goal) error {
	level := []Goal{o}
	for range MaxDepth {
		var next []Goal
		for _, parent := range level {
			children, _, err := s.Store.Goals().List(ctx, tenant, ChildIndex(parent.ID), Page{})
			if err != nil {
				return err
			}
			for _, c := range children {
				changed, err := s.passTo(ctx, tenant, c, parent)
				if err != nil {
					return err
				}
				if changed.Kind == Objective {
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
func (s *Service) passTo(ctx context.Context, tenant TenantID, c, parent Goal) (Goal, error) {
	fresh := c
	fresh.below(parent)
	if fresh.Period == c.Period && fresh.PeriodID == c.PeriodID && slices.Equal(fresh.Audience, c.Audience) {
		return Goal{}, nil
	}
	changed, err := s.Store.Goals().Update(ctx, tenant, c.ID, func(g *Goal) error {
		g.below(parent)
		return nil
	})
	return changed, IgnoreNotFound(err)
}

// noteTeam remembers the name of a team for choosing it again.
func (s *Service) noteTeam(ctx context.Context, t Tenant, team string) error {
	if !t.noteTeam(team) {
		return nil
	}
	_, err := s.changeSettings(ctx, t.ID, func(t *Tenant) error {
		t.noteTeam(team)
		return nil
	})
	return err
}

// generation is the data version that this program writes. 1: goals stand in the
// lists of owners, periods, states and words, and objectives keep what their
// children make.
const generation = 1

// upgraded reads a tenant's settings and brings data of an older program up to
// date first, once.
func (s *Service) upgraded(ctx context.Context, tenant TenantID) (Tenant, error) {
	t, err := s.Settings(ctx, tenant)
	if err != nil || t.Generation >= generation {
		return t, err
	}
	goals, _, err := s.Store.Goals().List(ctx, tenant, "", Page{})
	if err != nil {
		return t, err
	}
	parents := map[GoalID]Goal{}
	for _, g := range goals {
		parents[g.ID] = g
	}
	for _, g := range goals {
		_, err := s.Store.Goals().Update(ctx, tenant, g.ID, func(g *Goal) error {
			g.Version = max(1, g.Version)
			g.below(parents[g.Parent])
			return nil
		})
		if IgnoreNotFound(err) != nil {
			return t, err
		}
		if err := s.planReminder(ctx, tenant, g); err != nil {
			return t, err
		}
	}
	for _, g := range goals {
		if g.Kind != Objective {
			continue
		}
		if err := s.rollUp(ctx, tenant, g.ID); err != nil {
			return t, err
		}
	}
	return s.changeSettings(ctx, tenant, func(t *Tenant) error {
		t.Generation = generation
		return nil
	})
}
