package okr

import (
	"context"
	"slices"
	"strings"
	"time"
)

// Options is what a [Service] works with.
type Options struct {
	Store        Store
	Measurements Measurements
	Credentials  Credentials
	Agenda       Agenda
	Directory    Directory
	Queries      Queries
	// Counter counts nudges; without one there are none.
	Counter Counter
	// Admins are the configured admins as tenantId/objectId.
	Admins []string
	// DigestEvery is the least time between two digests of a place, however often
	// things are measured; at most 5 minutes mean no limit.
	DigestEvery time.Duration
	// Now gives the time; it is a field so that a test can move the calendar.
	Now func() time.Time
}

// Service holds the use cases. Every method checks again what the actor may do.
type Service struct{ Options }

// NewService makes a service.
func NewService(o Options) *Service { return &Service{Options: o} }

// Settings reads a tenant's settings, with the defaults for a new one.
func (s *Service) Settings(ctx context.Context, tenant TenantID) (Tenant, error) {
	t, err := s.Store.Tenants().Get(ctx, tenant, Tenant{}.Key())
	if KindOf(err) == NotFound {
		return Tenant{ID: tenant, Bands: DefaultBands(), TimeZone: "UTC"}, nil
	}
	return t, err
}

func (s *Service) changeSettings(ctx context.Context, tenant TenantID, change func(*Tenant) error) (Tenant, error) {
	t, err := s.Settings(ctx, tenant)
	if err != nil {
		return t, err
	}
	err = s.Store.Tenants().Create(ctx, tenant, t)
	if err != nil && KindOf(err) != Conflict {
		return t, err
	}
	return s.Store.Tenants().Update(ctx, tenant, t.Key(), change)
}

// RequireEnabled fails with Disabled while the integration is off.
func (s *Service) RequireEnabled(ctx context.Context, actor Actor) error {
	t, err := s.Settings(ctx, actor.Tenant)
	if err != nil {
		return err
	}
	if t.Enabled {
		return nil
	}
	if s.Administers(t, actor) {
		return Errorf(Disabled, "The Azure DevOps integration is not enabled yet. Send `enable` to turn it on.")
	}
	return Errorf(Disabled, "The Azure DevOps integration is not enabled here. An admin can turn it on with `enable`: %s.", s.adminNames(t))
}

// Administers says whether the actor administers okrbot in the tenant, by its
// settings or the configuration. Guests never do.
func (s *Service) Administers(t Tenant, actor Actor) bool {
	return !actor.Guest && (t.HasAdmin(actor.ID) || s.isConfigured(actor.Tenant, actor.ID))
}

// isConfigured says whether the configuration names a person as an admin.
func (s *Service) isConfigured(tenant TenantID, user UserID) bool {
	id := string(tenant) + "/" + string(user)
	return slices.ContainsFunc(s.Admins, func(a string) bool { return strings.EqualFold(a, id) })
}

// IsAdmin is Administers with the settings as they are stored.
func (s *Service) IsAdmin(ctx context.Context, actor Actor) (bool, error) {
	t, err := s.Settings(ctx, actor.Tenant)
	return err == nil && s.Administers(t, actor), err
}

// adminNames lists who can be asked, for a refusal.
func (s *Service) adminNames(t Tenant) string {
	names := s.AdminList(t)
	if len(names) == 0 {
		return "nobody is named as one; whoever runs okrbot sets ADMIN_OBJECT_IDS"
	}
	return strings.Join(names, ", ")
}

// AdminList names the admins of a tenant: by name where known, else by object id.
func (s *Service) AdminList(t Tenant) []string {
	var names []string
	known := map[string]bool{}
	for _, p := range t.Admins {
		names = append(names, p.Name)
		known[strings.ToLower(string(p.ID))] = true
	}
	for _, a := range s.Admins {
		tenant, id, _ := strings.Cut(a, "/")
		switch {
		case !strings.EqualFold(tenant, string(t.ID)) || known[strings.ToLower(id)]:
		case strings.EqualFold(id, string(t.ChangedBy.ID)):
			names = append(names, t.ChangedBy.Name)
		default:
			names = append(names, "the account "+id)
		}
	}
	return names
}

// AdminIDs lists the admins of a tenant, those of the configuration included.
func (s *Service) AdminIDs(t Tenant) []UserID {
	var out []UserID
	for _, p := range t.Admins {
		out = append(out, p.ID)
	}
	for _, a := range s.Admins {
		tenant, id, _ := strings.Cut(strings.ToLower(a), "/")
		if tenant == strings.ToLower(string(t.ID)) && !slices.Contains(out, UserID(id)) {
			out = append(out, UserID(id))
		}
	}
	return out
}
