package plan

import (
	"context"
	"slices"

	"okrbot/okr"
)

// maxRolls bounds how often an objective is added up again because its children
// changed meanwhile; each of them carries its own change up too.
const maxRolls = 20

// Carried brings the objectives above a goal that changed up to date, and gives
// the goal as it then stands.
func (s *Service) Carried(ctx context.Context, actor okr.Actor, g okr.Goal) (okr.GoalView, error) {
	t, err := s.access.Settings(ctx, actor.Tenant)
	if err != nil {
		return okr.GoalView{}, err
	}
	if err := s.rollUp(ctx, t, g.Parent); err != nil {
		return okr.GoalView{}, err
	}
	return s.written(ctx, actor, g)
}

// RollUp adds up an objective and, as long as something changes, those above.
// It is called with the objective of whatever changed its progress; an empty id
// is none. It costs a reading of the children of each objective that changes, and
// of the first that does not.
func (s *tree) RollUp(ctx context.Context, tenant okr.TenantID, id okr.GoalID) error {
	t, err := s.access.Settings(ctx, tenant)
	if err != nil {
		return err
	}
	return s.rollUp(ctx, t, id)
}

// rollUp is RollUp with the settings at hand.
func (s *tree) rollUp(ctx context.Context, t okr.Settings, id okr.GoalID) error {
	for range okr.MaxDepth {
		if id == "" {
			return nil
		}
		above, changed, err := s.rollOne(ctx, t.ID, t.WeightsRule, id)
		if err != nil || !changed {
			return okr.IgnoreNotFound(err)
		}
		id = above
	}
	return nil
}

// rollOne stores what the children of an objective make. It looks again after
// writing: a child that changed in between may have found nothing to do yet. A
// closed objective stays as it ended.
func (s *tree) rollOne(ctx context.Context, tenant okr.TenantID, rule okr.WeightsRule, id okr.GoalID) (above okr.GoalID, changed bool, err error) {
	for range maxRolls {
		around, err := s.Reader.GoalsAround(ctx, tenant, okr.Surroundings{Parents: []okr.GoalID{id}, Below: []okr.GoalID{id}})
		if err != nil {
			return "", changed, err
		}
		o, isThere := around.Parents[id]
		if !isThere {
			return "", changed, nil
		}
		fresh := rule.Roll(around.Below[id].Goals)
		if !o.IsOpen() || o.Deleted != nil || o.Rolled != nil && o.Rolled.Same(fresh) {
			return o.Parent, changed, nil
		}
		if err := s.storeRolled(ctx, tenant, id, fresh); err != nil {
			return "", changed, err
		}
		changed = true
	}
	return "", changed, nil
}

// storeRolled keeps what the children make, and a new progress in the history. It
// replaces what a person set for once.
func (s *tree) storeRolled(ctx context.Context, tenant okr.TenantID, id okr.GoalID, fresh okr.Rolled) error {
	fresh.At = s.Now()
	var m okr.Measurement
	moved := false
	_, err := s.Store.Goals().Update(ctx, tenant, id, func(o *okr.Goal) error {
		m, moved = o.TakeRolled(fresh)
		return nil
	})
	if err != nil || !moved {
		return err
	}
	return s.Measurements.AddHistory(ctx, tenant, id, m)
}

// rollAll adds up all objectives, the lowest first as far as they tell: each
// carries what changes up.
func (s *tree) rollAll(ctx context.Context, t okr.Settings) error {
	objectives, _, err := s.Store.Goals().List(ctx, t.ID, okr.KindIndex(okr.Objective), okr.Page{})
	if err != nil {
		return err
	}
	for _, o := range slices.Backward(objectives) {
		if err := s.rollUp(ctx, t, o.ID); err != nil {
			return err
		}
	}
	return nil
}
