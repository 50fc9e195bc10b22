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
	if t.Ever {
		return s.disabled(ctx, t, actor, "Azure DevOps is disabled.")
	}
	return s.disabled(ctx, t, actor, "Azure DevOps isn't enabled yet.")
}

// disabled refuses while the integration is off, and leads to who can enable it.
func (s *Service) disabled(ctx context.Context, t okr.Settings, actor okr.Actor, why string) error {
	if s.Administers(t, actor) {
		return okr.WithNext(okr.Errorf(okr.Disabled, "%s", why), okr.Step{Kind: okr.StepEnable})
	}
	return okr.WithNext(okr.Errorf(okr.Disabled, "%s %s", why, s.askAdmins(ctx, t)), okr.Step{Kind: okr.StepEnable, ByOthers: true})
}

// RequireDigests fails with Disabled once an admin has disabled the integration, which stops
// digests. Before it was ever enabled there are digests of what people keep by hand.
func (s *Service) RequireDigests(ctx context.Context, actor okr.Actor) error {
	t, err := s.Settings(ctx, actor.Tenant)
	if err != nil || t.PostsDigests() {
		return err
	}
	return s.disabled(ctx, t, actor, "Azure DevOps is disabled, so digests are off.")
}

// Integration gives the state of the integration. Everyone may ask.
func (s *Service) Integration(ctx context.Context, actor okr.Actor) (okr.Integration, error) {
	t, err := s.Settings(ctx, actor.Tenant)
	if err != nil {
		return okr.Integration{}, err
	}
	in, err := s.Numbers.CountIntegration(ctx, actor.Tenant)
	in.Settings, in.IsAdmin, in.Admins = t, s.Administers(t, actor), s.AdminList(ctx, t)
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
