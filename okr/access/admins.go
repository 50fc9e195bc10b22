package access

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

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

// askAdmins ends a refusal: who can be asked.
func (s *Service) askAdmins(ctx context.Context, t okr.Settings) string {
	names := s.AdminList(ctx, t)
	if len(names) == 0 {
		return "No admin is set up yet: the person who runs okrbot sets ADMIN_OBJECT_IDS."
	}
	return "Ask an admin: " + strings.Join(names, ", ") + "."
}

// AdminList names the admins of a tenant. The configuration knows ids only, which nobody
// can ask: those whose name is not known are counted at the end.
func (s *Service) AdminList(ctx context.Context, t okr.Settings) []string {
	names, unmet := s.namedAdmins(ctx, t)
	switch n := len(unmet); {
	case n == 0:
		return names
	case len(names) > 0:
		return append(names, fmt.Sprintf("%d more not seen in okrbot yet", n))
	case n == 1:
		return []string{"1 person not seen in okrbot yet"}
	default:
		return []string{fmt.Sprintf("%d people not seen in okrbot yet", n)}
	}
}

// namedAdmins are the names of the admins, and the ids of those whose name is not known.
// Best effort: while the store can't be read, fewer are known.
func (s *Service) namedAdmins(ctx context.Context, t okr.Settings) (names []string, unmet []okr.UserID) {
	for _, p := range t.Admins {
		names = append(names, p.Name)
	}
	for _, id := range s.AdminIDs(t)[len(t.Admins):] {
		if id == t.ChangedBy.ID {
			names = append(names, t.ChangedBy.Name)
			continue
		}
		if name := s.adminName(ctx, t.ID, id); name != "" {
			names = append(names, name)
			continue
		}
		unmet = append(unmet, id)
	}
	return names, unmet
}

const (
	// nameLife is for how long the name of an admin is not read again, and metAgain for how
	// long it is not where nobody knows it.
	nameLife = time.Hour
	metAgain = time.Minute
	// maxNames bounds how many names are kept; beyond it all are read anew.
	maxNames = 1_000
)

// adminNames keeps the names of admins whom only the configuration names, so that saying
// whom to ask costs no look-up. It is safe for concurrent use.
type adminNames struct {
	mu    sync.Mutex
	known map[string]keptName
}

type keptName struct {
	name  string
	until time.Time
}

func (n *adminNames) get(key string, now time.Time) (string, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	k, ok := n.known[key]
	return k.name, ok && now.Before(k.until)
}

func (n *adminNames) put(key, name string, now time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.known == nil || len(n.known) >= maxNames {
		n.known = map[string]keptName{}
	}
	life := nameLife
	if name == "" {
		life = metAgain
	}
	n.known[key] = keptName{name, now.Add(life)}
}

// adminName is the name of an admin, as it was noted when that one used okrbot or was looked
// up; empty: nobody knows it.
func (s *Service) adminName(ctx context.Context, tenant okr.TenantID, id okr.UserID) string {
	key := string(tenant) + "/" + string(id)
	if name, ok := s.names.get(key, s.Now()); ok {
		return name
	}
	m, err := s.Member(ctx, tenant, id)
	if err == nil {
		s.names.put(key, m.Person.Name, s.Now())
	}
	return m.Person.Name
}

// UnmetAdmins are the admins of a tenant whose name is not known, see [Service.Meet].
func (s *Service) UnmetAdmins(ctx context.Context, t okr.Settings) []okr.UserID {
	_, unmet := s.namedAdmins(ctx, t)
	return unmet
}

// Meet takes note of the name of a person who has not used okrbot.
func (s *Service) Meet(ctx context.Context, tenant okr.TenantID, who okr.Person) error {
	err := s.Store.Members().Create(ctx, tenant, okr.Member{Person: who})
	if err == nil || okr.KindOf(err) == okr.Conflict { // they used it in the meantime
		s.names.put(string(tenant)+"/"+string(who.ID), who.Name, s.Now())
		return nil
	}
	return err
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
	return s.onlyAdmins(ctx, t)
}

func (s *Service) onlyAdmins(ctx context.Context, t okr.Settings) error {
	return okr.Errorf(okr.Forbidden, "Only an admin can do this. %s", s.askAdmins(ctx, t))
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
		return okr.Settings{}, okr.Errorf(okr.Invalid, "%s is an admin by okrbot's configuration. The person who runs okrbot can change ADMIN_OBJECT_IDS.", person.Name)
	}
	return s.changeAs(ctx, actor, func(t *okr.Settings) error {
		t.Admins = slices.DeleteFunc(t.Admins, func(p okr.Person) bool { return p.ID == person.ID })
		return nil
	})
}
