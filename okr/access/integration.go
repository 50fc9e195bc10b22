package access

import (
	"context"

	"okrbot/okr"
)

// RequireEnabled fails with Disabled while the integration is off.
func (s *Service) RequireEnabled(ctx context.Context, actor okr.Actor) error {
	t, err := s.Settings(ctx, actor.Tenant)
	if err != nil {
		return err
	}
	if t.Enabled {
		return nil
	}
	if s.Administers(t, actor) {
		return okr.WithNext(okr.Errorf(okr.Disabled, "The Azure DevOps integration is not enabled yet."), okr.Step{Kind: okr.StepEnable})
	}
	return okr.WithNext(okr.Errorf(okr.Disabled, "The Azure DevOps integration is not enabled here. An admin can turn it on: %s.", s.adminNames(t)),
		okr.Step{Kind: okr.StepEnable, ByOthers: true})
}

// Integration tells the state of the integration. Everyone may ask.
func (s *Service) Integration(ctx context.Context, actor okr.Actor) (okr.Integration, error) {
	t, err := s.Settings(ctx, actor.Tenant)
	if err != nil {
		return okr.Integration{}, err
	}
	in, err := s.Numbers.CountIntegration(ctx, actor.Tenant)
	in.Settings, in.IsAdmin, in.Admins = t, s.Administers(t, actor), s.AdminList(t)
	return in, err
}

// Enable turns the integration on. Forbidden: the actor is no admin.
func (s *Service) Enable(ctx context.Context, actor okr.Actor) (okr.Integration, error) {
	return s.switchIntegration(ctx, actor, true)
}

// Disable turns the integration off: every sync and digest stops, every value
// and setting stays. Forbidden: the actor is no admin.
func (s *Service) Disable(ctx context.Context, actor okr.Actor) (okr.Integration, error) {
	return s.switchIntegration(ctx, actor, false)
}

func (s *Service) switchIntegration(ctx context.Context, actor okr.Actor, on bool) (okr.Integration, error) {
	if err := s.RequireAdmin(ctx, actor); err != nil {
		return okr.Integration{}, err
	}
	_, err := s.changeAs(ctx, actor, func(t *okr.Settings) error {
		if t.Enabled == on {
			return nil // the second press changes nothing, not even who and when
		}
		t.Enabled, t.Ever = on, true
		t.ChangedBy, t.ChangedAt = actor.Person, s.Now()
		return nil
	})
	if err != nil {
		return okr.Integration{}, err
	}
	return s.Integration(ctx, actor)
}
