package access

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"

	"okrbot/okr"
)

// Settings reads a tenant's settings, with the defaults for a new one. In a turn they are
// those that it goes by.
func (s *Service) Settings(ctx context.Context, tenant okr.TenantID) (okr.Settings, error) {
	if t, ok := okr.SettingsFrom(ctx, tenant); ok {
		return t, nil
	}
	return s.stored(ctx, tenant)
}

// stored reads a tenant's settings as they stand in the store, whatever a turn goes by.
func (s *Service) stored(ctx context.Context, tenant okr.TenantID) (okr.Settings, error) {
	t, err := s.Store.Settings().Get(ctx, tenant, okr.Settings{}.Key())
	if okr.KindOf(err) == okr.NotFound {
		return okr.DefaultSettings(tenant), nil
	}
	return t, err
}

// Addressed reads a tenant's settings, and gives it the key of its addresses first,
// once. While the store takes no writes there is none yet.
func (s *Service) Addressed(ctx context.Context, tenant okr.TenantID) (okr.Settings, error) {
	t, err := s.Settings(ctx, tenant)
	if err != nil || len(t.AddressKey) > 0 {
		return t, err
	}
	with, err := s.ChangeSettings(ctx, tenant, func(t *okr.Settings) error {
		if len(t.AddressKey) == 0 {
			t.AddressKey = make([]byte, 16)
			_, _ = rand.Read(t.AddressKey) // never fails, see crypto/rand.Read
		}
		return nil
	})
	if err != nil {
		return t, okr.IgnoreNoWrites(err)
	}
	return with, nil
}

// OrDefault gives the defaults for a tenant of which no settings were found.
func OrDefault(t okr.Settings, tenant okr.TenantID) okr.Settings {
	if t.ID != "" {
		return t
	}
	return okr.DefaultSettings(tenant)
}

// ChangeSettings changes a tenant's settings as they stand in the store. It asks for
// no right: that is the caller's.
func (s *Service) ChangeSettings(ctx context.Context, tenant okr.TenantID, change func(*okr.Settings) error) (okr.Settings, error) {
	okr.DropSettings(ctx)
	key := okr.Settings{}.Key()
	t, err := s.Store.Settings().Update(ctx, tenant, key, change)
	if okr.KindOf(err) != okr.NotFound {
		return t, err
	}
	if t, err = s.Settings(ctx, tenant); err != nil {
		return t, err
	}
	err = s.Store.Settings().Create(ctx, tenant, t)
	if err != nil && okr.KindOf(err) != okr.Conflict {
		return t, err
	}
	return s.Store.Settings().Update(ctx, tenant, t.Key(), change)
}

// changeAs is ChangeSettings by an admin. The right is asked of the settings that are
// changed: a turn may go by those of before it was taken away.
func (s *Service) changeAs(ctx context.Context, actor okr.Actor, change func(*okr.Settings) error) (okr.Settings, error) {
	return s.ChangeSettings(ctx, actor.Tenant, func(t *okr.Settings) error {
		if !s.Administers(*t, actor) {
			return s.onlyAdmins(ctx, *t)
		}
		return change(t)
	})
}

// SaveSettings changes a tenant's settings and nothing that follows from them.
// Forbidden: the actor is no admin. Invalid names the field.
func (s *Service) SaveSettings(ctx context.Context, actor okr.Actor, in okr.SettingsInput) (okr.Settings, error) {
	if err := s.mayChangeSettings(ctx, actor); err != nil {
		return okr.Settings{}, err
	}
	if err := in.Validate(); err != nil {
		return okr.Settings{}, err
	}
	return s.changeAs(ctx, actor, func(t *okr.Settings) error {
		t.TimeZone, t.PlanningStart, t.Bands, t.WeightsRule = in.TimeZone, in.PlanningStart, in.Bands, in.WeightsRule
		t.CreateRule, t.ReminderDefault, t.DigestDefault = in.CreateRule, in.ReminderDefault, in.DigestDefault
		t.ExportBy = in.ExportBy
		return nil
	})
}

// mayChangeSettings fails with Forbidden unless the actor is an admin.
func (s *Service) mayChangeSettings(ctx context.Context, actor okr.Actor) error {
	t, err := s.Settings(ctx, actor.Tenant)
	if err == nil && !s.Administers(t, actor) {
		err = okr.Errorf(okr.Forbidden, "Only an admin can change the settings. %s", s.askAdmins(ctx, t))
	}
	return err
}

// SavePeriod makes (without an id) or changes a custom period, and says whether it
// is the current one while it lasts. Goals filed under it keep their own dates.
// Forbidden: the actor is no admin. Invalid names the field.
func (s *Service) SavePeriod(ctx context.Context, actor okr.Actor, p okr.TimePeriod, current bool) (okr.Settings, error) {
	if err := s.mayChangeSettings(ctx, actor); err != nil {
		return okr.Settings{}, err
	}
	if err := p.Clean(); err != nil {
		return okr.Settings{}, err
	}
	if p.ID == "" {
		n, err := s.Store.NextNumber(ctx, actor.Tenant, "period")
		if err != nil {
			return okr.Settings{}, err
		}
		p.ID = fmt.Sprintf("T%d", n)
	}
	return s.changeAs(ctx, actor, func(t *okr.Settings) error { return t.PutPeriod(p, current) })
}

// DeletePeriod removes a custom period. Forbidden: the actor is no admin. Invalid:
// goals are filed under it. NotFound: there is none of this id.
func (s *Service) DeletePeriod(ctx context.Context, actor okr.Actor, id string) (okr.Settings, error) {
	if err := s.mayChangeSettings(ctx, actor); err != nil {
		return okr.Settings{}, err
	}
	_, n, err := s.Store.Goals().List(ctx, actor.Tenant, okr.PeriodIndex(id), okr.Page{Limit: 1})
	if err != nil {
		return okr.Settings{}, err
	}
	if n > 0 {
		return okr.Settings{}, okr.Errorf(okr.Invalid, "This period still has goals (%d). Move them to another period first.", n)
	}
	return s.changeAs(ctx, actor, func(t *okr.Settings) error {
		i := slices.IndexFunc(t.Periods, func(p okr.TimePeriod) bool { return p.ID == id })
		if i < 0 {
			return okr.WithNext(okr.Errorf(okr.NotFound, "This period doesn't exist."), okr.Step{Kind: okr.StepSettings})
		}
		t.Periods = slices.Delete(t.Periods, i, i+1)
		if t.Current == id {
			t.Current = ""
		}
		return nil
	})
}
