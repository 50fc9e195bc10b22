package plan

import (
	"context"

	"okrbot/okr"
)

// SaveSettings changes a tenant's settings. Forbidden: the actor is no admin.
// Invalid names the field. Another rule of weights adds up all objectives anew.
func (s *Service) SaveSettings(ctx context.Context, actor okr.Actor, in okr.SettingsInput) (okr.Settings, error) {
	before, err := s.Upgraded(ctx, actor.Tenant)
	if err != nil {
		return okr.Settings{}, err
	}
	t, err := s.access.SaveSettings(ctx, actor, in)
	if err != nil || t.WeightsRule == before.WeightsRule {
		return t, err
	}
	return t, s.rollAll(ctx, t)
}
