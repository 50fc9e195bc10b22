package plan

import (
	"context"
	"maps"
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

// RollUp adds up objectives and, as long as something changes, those above.
// It is called with the objectives of whatever changed their progress; an empty id
// is none. It costs a reading of the children of each objective that changes, and
// of the first that does not; objectives of the same level go together.
func (s *tree) RollUp(ctx context.Context, tenant okr.TenantID, ids ...okr.GoalID) error {
	t, err := s.access.Settings(ctx, tenant)
	if err != nil {
		return err
	}
	return s.rollUp(ctx, t, ids...)
}

// rollUp is RollUp with the settings at hand.
func (s *tree) rollUp(ctx context.Context, t okr.Settings, ids ...okr.GoalID) error {
	for range okr.MaxDepth {
		ids = slices.Sorted(slices.Values(ids))
		ids = slices.DeleteFunc(slices.Compact(ids), func(id okr.GoalID) bool { return id == "" })
		if len(ids) == 0 {
			return nil
		}
		var err error
		if ids, err = s.rollEach(ctx, t.ID, t.WeightsRule, ids); err != nil {
			return err
		}
	}
	return nil
}

// rollEach stores what the children of objectives make, and gives what is above those
// that changed. It looks again after writing: a child that changed in between may have
// found nothing to do yet. A closed objective stays as it ended; one that is gone is
// left out.
func (s *tree) rollEach(ctx context.Context, tenant okr.TenantID, rule okr.WeightsRule, ids []okr.GoalID) (above []okr.GoalID, err error) {
	for range maxRolls {
		fresh, err := s.rolledNow(ctx, tenant, rule, ids)
		if err != nil {
			return nil, err
		}
		if len(fresh) == 0 {
			return above, nil
		}
		changed, err := s.storeRolled(ctx, tenant, slices.Sorted(maps.Keys(fresh)), fresh)
		if err != nil || len(changed) == 0 {
			return above, err
		}
		ids = nil
		for _, o := range changed {
			ids, above = append(ids, o.ID), append(above, o.Parent)
		}
	}
	return above, nil
}

// rolledNow adds up the children of objectives, and gives what is another than is stored.
func (s *tree) rolledNow(ctx context.Context, tenant okr.TenantID, rule okr.WeightsRule, ids []okr.GoalID) (map[okr.GoalID]okr.Rolled, error) {
	around, err := s.Reader.GoalsAround(ctx, tenant, okr.Surroundings{Parents: ids, Below: ids})
	if err != nil {
		return nil, err
	}
	fresh := map[okr.GoalID]okr.Rolled{}
	for _, id := range ids {
		r := rule.Roll(around.Below[id].Goals)
		r.At = s.Now()
		if o, isThere := around.Parents[id]; isThere && rollsTo(o, r) {
			fresh[id] = r
		}
	}
	return fresh, nil
}

// rollsTo says whether an objective is to take what its children make.
func rollsTo(o okr.Goal, fresh okr.Rolled) bool {
	return o.IsOpen() && o.Deleted == nil && (o.Rolled == nil || !o.Rolled.Same(fresh))
}

// storeRolled keeps what the children make where it is another than before, with a new
// progress in the history, and gives the objectives that changed. It replaces what a
// person set for once.
func (s *tree) storeRolled(ctx context.Context, tenant okr.TenantID, ids []okr.GoalID, fresh map[okr.GoalID]okr.Rolled) ([]okr.Goal, error) {
	var kept okr.Recorded
	err := s.Measurements.Record(ctx, tenant, ids, func(now []okr.Goal) (okr.Recorded, error) {
		kept = okr.Recorded{}
		for _, o := range now {
			if !rollsTo(o, fresh[o.ID]) {
				continue
			}
			if m, moved := o.TakeRolled(fresh[o.ID]); moved {
				kept.History = append(kept.History, okr.HistoryEntry{Goal: o.ID, Measurement: m})
			}
			kept.Goals = append(kept.Goals, o)
		}
		return kept, nil
	})
	return kept.Goals, err
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
