package plan

import (
	"context"
	"slices"

	"okrbot/okr"
)

// SaveSettings changes a tenant's settings. Forbidden: the actor is no admin.
// Invalid names the field. Another rule of weights adds up all objectives anew.
func (s *Service) SaveSettings(ctx context.Context, actor okr.Actor, in okr.SettingsInput) (okr.Tenant, error) {
	before, err := s.Upgraded(ctx, actor.Tenant)
	if err != nil {
		return okr.Tenant{}, err
	}
	t, err := s.access.SaveSettings(ctx, actor, in)
	if err != nil || t.WeightsRule == before.WeightsRule {
		return t, err
	}
	return t, s.rollAll(ctx, t)
}

// rollAll adds up all objectives, the lowest first as far as they tell: each
// carries what changes up.
func (s *Service) rollAll(ctx context.Context, t okr.Tenant) error {
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
