package access

import (
	"context"
	"slices"
	"strings"

	"okrbot/okr"
)

// Administers says whether the actor administers okrbot in the tenant, by its
// settings or the configuration. Guests never do.
func (s *Service) Administers(t okr.Settings, actor okr.Actor) bool {
	return !actor.Guest && (t.HasAdmin(actor.ID) || s.isConfigured(actor.Tenant, actor.ID))
}

// isConfigured says whether the configuration names a person as an admin.
func (s *Service) isConfigured(tenant okr.TenantID, user okr.UserID) bool {
	id := string(tenant) + "/" + string(user)
	return slices.ContainsFunc(s.Admins, func(a string) bool { return strings.EqualFold(a, id) })
}

// IsAdmin is Administers with the settings as they are stored, whatever a turn goes by.
func (s *Service) IsAdmin(ctx context.Context, actor okr.Actor) (bool, error) {
	if actor.Guest || s.isConfigured(actor.Tenant, actor.ID) {
		return !actor.Guest, nil
	}
	t, err := s.stored(ctx, actor.Tenant)
	return err == nil && s.Administers(t, actor), err
}

// adminNames lists who can be asked, for a refusal.
func (s *Service) adminNames(t okr.Settings) string {
	names := s.AdminList(t)
	if len(names) == 0 {
		return "nobody is named as one; whoever runs okrbot sets ADMIN_OBJECT_IDS"
	}
	return strings.Join(names, ", ")
}

// AdminList names the admins of a tenant: by name where known, else by object id.
func (s *Service) AdminList(t okr.Settings) []string {
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
func (s *Service) AdminIDs(t okr.Settings) []okr.UserID {
	var out []okr.UserID
	for _, p := range t.Admins {
		out = append(out, p.ID)
	}
	for _, a := range s.Admins {
		tenant, id, _ := strings.Cut(strings.ToLower(a), "/")
		if tenant == strings.ToLower(string(t.ID)) && !slices.Contains(out, okr.UserID(id)) {
			out = append(out, okr.UserID(id))
		}
	}
	return out
}

// RequireAdmin fails with Forbidden unless the actor is an admin.
func (s *Service) RequireAdmin(ctx context.Context, actor okr.Actor) error {
	t, err := s.Settings(ctx, actor.Tenant)
	if err != nil {
		return err
	}
	if s.Administers(t, actor) {
		return nil
	}
	return s.onlyAdmins(t)
}

func (s *Service) onlyAdmins(t okr.Settings) error {
	return okr.Errorf(okr.Forbidden, "Only an admin of okrbot can do this: %s.", s.adminNames(t))
}

// AddAdmin makes a person of the tenant an admin. Forbidden: the actor is none.
func (s *Service) AddAdmin(ctx context.Context, actor okr.Actor, person okr.Person) (okr.Settings, error) {
	if err := s.RequireAdmin(ctx, actor); err != nil {
		return okr.Settings{}, err
	}
	return s.changeAs(ctx, actor, func(t *okr.Settings) error {
		if !t.HasAdmin(person.ID) {
			t.Admins = append(t.Admins, person)
		}
		return nil
	})
}

// RemoveAdmin takes the right from an admin that another one added. Forbidden:
// the actor is no admin. Invalid: the person is one by the configuration.
func (s *Service) RemoveAdmin(ctx context.Context, actor okr.Actor, person okr.Person) (okr.Settings, error) {
	if err := s.RequireAdmin(ctx, actor); err != nil {
		return okr.Settings{}, err
	}
	if s.isConfigured(actor.Tenant, person.ID) {
		return okr.Settings{}, okr.Errorf(okr.Invalid, "%s is an admin by okrbot's configuration. Whoever runs okrbot changes ADMIN_OBJECT_IDS.", person.Name)
	}
	return s.changeAs(ctx, actor, func(t *okr.Settings) error {
		t.Admins = slices.DeleteFunc(t.Admins, func(p okr.Person) bool { return p.ID == person.ID })
		return nil
	})
}
