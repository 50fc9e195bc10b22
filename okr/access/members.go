package access

import (
	"context"
	"time"

	"okrbot/okr"
)

// Member reads what is known of a person; what was never stored is the default.
func (s *Service) Member(ctx context.Context, tenant okr.TenantID, user okr.UserID) (okr.Member, error) {
	m, err := s.Store.Members().Get(ctx, tenant, user)
	if okr.KindOf(err) == okr.NotFound {
		return okr.Member{Person: okr.Person{ID: user}}, nil
	}
	return m, err
}

// ChangeMember changes what is known of a person.
func (s *Service) ChangeMember(ctx context.Context, tenant okr.TenantID, who okr.Person, change func(*okr.Member) error) error {
	_, err := s.Store.Members().Update(ctx, tenant, who.ID, change)
	if okr.KindOf(err) != okr.NotFound {
		return err
	}
	err = s.Store.Members().Create(ctx, tenant, okr.Member{Person: who})
	if err != nil && okr.KindOf(err) != okr.Conflict {
		return err
	}
	_, err = s.Store.Members().Update(ctx, tenant, who.ID, change)
	return err
}

// HabitsOf is the time zone that a person was last seen in, else the tenant's, and the
// locale, empty where it is not known.
func (s *Service) HabitsOf(ctx context.Context, tenant okr.TenantID, user okr.UserID) (zone *time.Location, locale string, err error) {
	t, err := s.Settings(ctx, tenant)
	if err != nil {
		return nil, "", err
	}
	m, err := s.Member(ctx, tenant, user)
	return m.Location(t), m.Locale, err
}

// SeenIn notes the time zone that a person is in and their locale, as their client names
// them. A zone that is not known here changes nothing. Once a month it notes that they
// were seen.
func (s *Service) SeenIn(ctx context.Context, actor okr.Actor, zone, locale string) error {
	if _, err := time.LoadLocation(zone); err != nil || zone == "" || zone == "Local" {
		return nil //nolint:nilerr // the zone before is better than none
	}
	m, err := s.Member(ctx, actor.Tenant, actor.ID)
	if err != nil || m.IsKnown(actor.Person, zone, locale, s.Now()) {
		return err
	}
	return s.ChangeMember(ctx, actor.Tenant, actor.Person, func(m *okr.Member) error {
		m.Person, m.Zone, m.Locale, m.SeenAt = actor.Person, zone, locale, s.Now()
		return nil
	})
}
