package chat

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"okrbot/bot/teams"
	"okrbot/okr"
)

const (
	// roleFresh is for how long a role is not asked for again.
	roleFresh = time.Hour
	// roleRetry is for how long it is not, after Teams did not say.
	roleRetry = time.Minute
	// roleLife is how long the last known role stands while Teams does not say.
	roleLife = 30 * 24 * time.Hour
	// maxRoles bounds what is remembered of people; beyond it all is read anew.
	maxRoles = 20_000
)

// role is what somebody is in a tenant.
type role string

// The roles. Of whom nothing is known may read what a guest may and writes nothing.
const (
	roleUnknown role = ""
	roleMember  role = "member"
	roleGuest   role = "guest"
)

// roles remembers who is what in which tenant, so that a turn asks Teams only once
// in a while.
type roles struct {
	mu    sync.Mutex
	known map[string]roleEntry
}

type roleEntry struct {
	role  role
	until time.Time // it is asked for again
}

func (r *roles) get(key string, now time.Time) (last role, isFresh bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e := r.known[key]
	return e.role, now.Before(e.until)
}

func (r *roles) put(key string, is role, until time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.known == nil || len(r.known) >= maxRoles {
		r.known = map[string]roleEntry{}
	}
	r.known[key] = roleEntry{is, until}
}

// roleOf says what the sender is. An activity of a person does not tell; the roster
// of the conversation does ("Get Teams specific context for your bot", fetch a single
// member's details). While it cannot be read, the last known role stands.
func (c *Chat) roleOf(ctx context.Context, a teams.Activity) role {
	if IsGuest(teams.Member{UserRole: a.From.UserRole, TenantID: a.From.TenantID}, a.TenantID()) {
		return roleGuest
	}
	tenant, user := okr.TenantID(a.TenantID()), strings.ToLower(a.From.AADObjectID)
	if tenant == "" || user == "" {
		return roleUnknown // nobody, whom Begin refuses
	}
	key := string(tenant) + "/" + user
	last, isFresh := c.roles.get(key, c.Now())
	if isFresh {
		return last
	}
	is, err := c.askRole(ctx, a)
	if err == nil {
		keptRoles{c}.put(ctx, tenant, user, is)
		c.roles.put(key, is, c.Now().Add(roleFresh))
		return is
	}
	c.Logger.WarnContext(ctx, "role of the sender not read", "ref", teams.RefFrom(ctx), "err", err)
	if last == roleUnknown {
		last = keptRoles{c}.get(ctx, tenant, user)
	}
	if last != roleUnknown {
		c.roles.put(key, last, c.Now().Add(roleRetry))
	}
	return last
}

// askRole asks the roster of the conversation, which knows no threads.
func (c *Chat) askRole(ctx context.Context, a teams.Activity) (role, error) {
	ctx, cancel := context.WithTimeout(ctx, c.LookupTime)
	defer cancel()
	m, err := c.Connector.Member(ctx, a.Ref().Root(), a.From.ID)
	switch {
	case err != nil:
		return roleUnknown, err
	case !strings.EqualFold(m.AADObjectID, a.From.AADObjectID):
		return roleUnknown, errors.New("the roster names somebody else")
	case IsGuest(m, a.TenantID()):
		return roleGuest, nil
	}
	return roleMember, nil
}

func roleKey(user string) string { return "role:" + user }

// keptRoles are the last known roles over restarts. Best effort: without them Teams is asked.
type keptRoles struct{ *Chat }

func (c keptRoles) put(ctx context.Context, tenant okr.TenantID, user string, is role) {
	if err := c.Memory.PutDraft(ctx, tenant, roleKey(user), []byte(is), roleLife); err != nil {
		c.notNoted(ctx, "role", err)
	}
}

func (c keptRoles) get(ctx context.Context, tenant okr.TenantID, user string) role {
	data, err := c.Memory.Draft(ctx, tenant, roleKey(user))
	if okr.IgnoreNotFound(err) != nil {
		c.Logger.WarnContext(ctx, "last role not read", "ref", teams.RefFrom(ctx), "err", okr.CauseOf(err))
	}
	return role(data)
}

// IsGuest says whether a member of a roster is a guest of a tenant: whom it calls
// one, and who is of another tenant. In shared channels the roster calls those users,
// too.
func IsGuest(m teams.Member, tenant string) bool {
	isForeign := m.TenantID != "" && !strings.EqualFold(m.TenantID, tenant)
	return isForeign || strings.EqualFold(m.UserRole, "guest") || strings.EqualFold(m.UserRole, "anonymous")
}

// Explain says of a refusal that it is for want of a role, where that is not known.
func (t *Turn) Explain(err error) error {
	if okr.KindOf(err) != okr.Forbidden || !t.roleless {
		return err
	}
	then := "write to me in our 1:1 chat, or ask someone to remove okrbot here and add it again."
	if t.Activity.IsPersonal() {
		then = "remove okrbot under Apps in Teams and add it again."
	}
	return okr.WrapError(okr.Forbidden, err, "Teams didn't say whether you're a member of the organization, so I only show you what guests can see. Try again in a few minutes. If that doesn't help, %s", then)
}
