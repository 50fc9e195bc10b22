package okr

import (
	"context"
	"slices"
)

// Integration is the state of the Azure DevOps integration of a tenant.
type Integration struct {
	Tenant        Tenant
	IsAdmin       bool
	Admins        []string
	Connections   int
	Bindings      int
	Subscriptions int
	Failing       int // connections whose last sync failed
}

// Integration tells the state of the integration. Everyone may ask.
func (s *Service) Integration(ctx context.Context, actor Actor) (Integration, error) {
	t, err := s.Settings(ctx, actor.Tenant)
	if err != nil {
		return Integration{}, err
	}
	in := Integration{Tenant: t, IsAdmin: s.Administers(t, actor), Admins: s.AdminList(t)}
	connections, n, err := s.Store.Connections().List(ctx, actor.Tenant, "", Page{})
	if err != nil {
		return in, err
	}
	in.Connections = n
	for _, c := range connections {
		if c.Health.Failing() {
			in.Failing++
		}
		_, bound, err := s.Store.Goals().List(ctx, actor.Tenant, BoundIndex(c.ID), Page{Limit: 1})
		if err != nil {
			return in, err
		}
		in.Bindings += bound
	}
	_, in.Subscriptions, err = s.Store.Subscriptions().List(ctx, actor.Tenant, "", Page{Limit: 1})
	return in, err
}

// Enable turns the integration on. Forbidden: the actor is no admin.
func (s *Service) Enable(ctx context.Context, actor Actor) (Integration, error) {
	return s.switchIntegration(ctx, actor, true)
}

// Disable turns the integration off: every sync and digest stops, every value
// and setting stays. Forbidden: the actor is no admin.
func (s *Service) Disable(ctx context.Context, actor Actor) (Integration, error) {
	return s.switchIntegration(ctx, actor, false)
}

func (s *Service) switchIntegration(ctx context.Context, actor Actor, on bool) (Integration, error) {
	if err := s.RequireAdmin(ctx, actor); err != nil {
		return Integration{}, err
	}
	_, err := s.changeSettings(ctx, actor.Tenant, func(t *Tenant) error {
		if t.Enabled == on {
			return nil // the second press changes nothing, not even who and when
		}
		t.Enabled, t.Ever = on, true
		t.ChangedBy, t.ChangedAt = actor.Person, s.Now()
		return nil
	})
	if err != nil {
		return Integration{}, err
	}
	return s.Integration(ctx, actor)
}

// RequireAdmin fails with Forbidden unless the actor is an admin.
func (s *Service) RequireAdmin(ctx context.Context, actor Actor) error {
	t, err := s.Settings(ctx, actor.Tenant)
	if err != nil {
		return err
	}
	if s.Administers(t, actor) {
		return nil
	}
	return Errorf(Forbidden, "Only an admin of okrbot can do this: %s.", s.adminNames(t))
}

// AddAdmin makes a person of the tenant an admin. Forbidden: the actor is none.
func (s *Service) AddAdmin(ctx context.Context, actor Actor, person Person) (Tenant, error) {
	if err := s.RequireAdmin(ctx, actor); err != nil {
		return Tenant{}, err
	}
	return s.changeSettings(ctx, actor.Tenant, func(t *Tenant) error {
		if !t.HasAdmin(person.ID) {
			t.Admins = append(t.Admins, person)
		}
		return nil
	})
}

// RemoveAdmin takes the right from an admin that another one added. Forbidden:
// the actor is no admin. Invalid: the person is one by the configuration.
func (s *Service) RemoveAdmin(ctx context.Context, actor Actor, person Person) (Tenant, error) {
	if err := s.RequireAdmin(ctx, actor); err != nil {
		return Tenant{}, err
	}
	if s.isConfigured(actor.Tenant, person.ID) {
		return Tenant{}, Errorf(Invalid, "%s is an admin by okrbot's configuration. Whoever runs okrbot changes ADMIN_OBJECT_IDS.", person.Name)
	}
	return s.changeSettings(ctx, actor.Tenant, func(t *Tenant) error {
		t.Admins = slices.DeleteFunc(t.Admins, func(p Person) bool { return p.ID == person.ID })
		return nil
	})
}
