package okr

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// SettingsInput is what an admin may set for a tenant.
type SettingsInput struct {
	TimeZone        string // IANA name; empty: UTC
	PlanningStart   time.Month
	Bands           Bands
	WeightsRule     WeightsRule
	CreateRule      CreateRule
	ReminderDefault Reminder
	DigestDefault   DigestRule
}

// SettingsOf is what stands now, for a form.
func SettingsOf(t Tenant) SettingsInput {
	return SettingsInput{
		TimeZone: t.TimeZone, PlanningStart: t.planningMonth(), Bands: t.Bands, WeightsRule: t.WeightsRule,
		CreateRule: t.CreateRule, ReminderDefault: t.ReminderDefault.OrDefault(), DigestDefault: t.DigestDefault,
	}
}

// SaveSettings changes a tenant's settings. Forbidden: the actor is no admin.
// Invalid names the field. Another rule of weights adds up all objectives anew.
func (s *Service) SaveSettings(ctx context.Context, actor Actor, in SettingsInput) (Tenant, error) {
	before, err := s.upgraded(ctx, actor.Tenant)
	if err != nil {
		return Tenant{}, err
	}
	t, err := s.storeSettings(ctx, actor, in)
	if err != nil || t.WeightsRule == before.WeightsRule {
		return t, err
	}
	return t, s.rollAll(ctx, actor.Tenant)
}

// storeSettings changes a tenant's settings and nothing that follows from them.
// Forbidden: the actor is no admin. Invalid names the field.
func (s *Service) storeSettings(ctx context.Context, actor Actor, in SettingsInput) (Tenant, error) {
	if err := s.mayChangeSettings(ctx, actor); err != nil {
		return Tenant{}, err
	}
	if err := in.validate(); err != nil {
		return Tenant{}, err
	}
	return s.changeSettings(ctx, actor.Tenant, func(t *Tenant) error {
		t.TimeZone, t.PlanningStart, t.Bands, t.WeightsRule = in.TimeZone, in.PlanningStart, in.Bands, in.WeightsRule
		t.CreateRule, t.ReminderDefault, t.DigestDefault = in.CreateRule, in.ReminderDefault, in.DigestDefault
		return nil
	})
}

// mayChangeSettings fails with Forbidden unless the actor is an admin.
func (s *Service) mayChangeSettings(ctx context.Context, actor Actor) error {
	t, err := s.Settings(ctx, actor.Tenant)
	if err == nil && !s.Administers(t, actor) {
		err = Errorf(Forbidden, "Only an admin of okrbot can change the settings: %s.", s.adminNames(t))
	}
	return err
}

func (in SettingsInput) validate() error {
	if _, err := time.LoadLocation(in.TimeZone); err != nil || in.TimeZone == "Local" {
		return FieldErrorf("timeZone", "There is no time zone %q. Give its name as in Europe/Berlin or America/New_York.", Shorten(CleanLine(in.TimeZone), 60))
	}
	if in.PlanningStart < 0 || in.PlanningStart > time.December {
		return FieldErrorf("planningStart", "Choose the month in which the planning year begins.")
	}
	if b := in.Bands; !(b.Behind >= 0 && b.Behind < b.AtRisk && b.AtRisk <= 100) {
		return FieldErrorf("bands", "The limits are percentage points behind the expected progress: behind from 0 on, at risk from more than that, at most 100.")
	}
	if !slices.Contains([]ProjectsRule{ProjectsAlone, ProjectsAlways, ProjectsNever}, in.WeightsRule.Projects) {
		return FieldErrorf("projects", "Choose when projects count for their objective.")
	}
	for _, by := range []CreateBy{in.CreateRule.Organization, in.CreateRule.Team, in.CreateRule.Individual} {
		if !slices.Contains([]CreateBy{CreateByDefault, CreateByEveryone, CreateByAdmins, CreateByChosen}, by) {
			return FieldErrorf("create", "Choose who may make goals of each level.")
		}
	}
	if len(in.CreateRule.People) > MaxPeople {
		return FieldErrorf("create", "At most %d people fit.", MaxPeople)
	}
	if err := in.ReminderDefault.validate(); err != nil {
		return err
	}
	return in.DigestDefault.validate()
}

// rollAll adds up all objectives, the lowest first as far as they tell: each
// carries what changes up.
func (s *Service) rollAll(ctx context.Context, tenant TenantID) error {
	objectives, _, err := s.Store.Goals().List(ctx, tenant, KindIndex(Objective), Page{})
	if err != nil {
		return err
	}
	for _, o := range slices.Backward(objectives) {
		if err := s.rollUp(ctx, tenant, o.ID); err != nil {
			return err
		}
	}
	return nil
}

// maxPeriods bounds the custom periods of a tenant.
const maxPeriods = 60

// SavePeriod makes (without an id) or changes a custom period, and says whether it
// is the current one while it lasts. Goals filed under it keep their own dates.
// Forbidden: the actor is no admin. Invalid names the field.
func (s *Service) SavePeriod(ctx context.Context, actor Actor, p TimePeriod, current bool) (Tenant, error) {
	if err := s.mayChangeSettings(ctx, actor); err != nil {
		return Tenant{}, err
	}
	if err := p.clean(); err != nil {
		return Tenant{}, err
	}
	if p.ID == "" {
		n, err := s.Store.NextNumber(ctx, actor.Tenant, "period")
		if err != nil {
			return Tenant{}, err
		}
		p.ID = fmt.Sprintf("T%d", n)
	}
	return s.changeSettings(ctx, actor.Tenant, func(t *Tenant) error { return t.putPeriod(p, current) })
}

func (t *Tenant) putPeriod(p TimePeriod, current bool) error {
	i := slices.IndexFunc(t.Periods, func(o TimePeriod) bool { return o.ID == p.ID })
	taken := slices.ContainsFunc(t.Periods, func(o TimePeriod) bool { return o.ID != p.ID && foldText(o.Name) == foldText(p.Name) })
	switch {
	case taken:
		return FieldErrorf("name", "There is a period of this name already.")
	case i < 0 && len(t.Periods) >= maxPeriods:
		return FieldErrorf("name", "There are %d periods already. Delete one that is over.", maxPeriods)
	case i < 0:
		t.Periods = append(t.Periods, p)
	default:
		t.Periods[i] = p
	}
	slices.SortStableFunc(t.Periods, func(a, b TimePeriod) int { return a.Start.Days() - b.Start.Days() })
	switch {
	case current:
		t.Current = p.ID
	case t.Current == p.ID:
		t.Current = ""
	}
	return nil
}

// DeletePeriod removes a custom period. Forbidden: the actor is no admin. Invalid:
// goals are filed under it. NotFound: there is none of this id.
func (s *Service) DeletePeriod(ctx context.Context, actor Actor, id string) (Tenant, error) {
	if err := s.mayChangeSettings(ctx, actor); err != nil {
		return Tenant{}, err
	}
	_, n, err := s.Store.Goals().List(ctx, actor.Tenant, PeriodIndex(id), Page{Limit: 1})
	if err != nil {
		return Tenant{}, err
	}
	if n > 0 {
		return Tenant{}, Errorf(Invalid, "Goals are filed under this period (%d of them), so it stays. Move them to another period first.", n)
	}
	return s.changeSettings(ctx, actor.Tenant, func(t *Tenant) error {
		i := slices.IndexFunc(t.Periods, func(p TimePeriod) bool { return p.ID == id })
		if i < 0 {
			return Errorf(NotFound, "There is no such period (any more). `settings` lists what there is.")
		}
		t.Periods = slices.Delete(t.Periods, i, i+1)
		if t.Current == id {
			t.Current = ""
		}
		return nil
	})
}
