package chat

import (
	"context"
	"strings"
	"sync"
	"time"

	"okrbot/bot/teams"
)

const (
	// guestLife is how long it is remembered whether somebody is a guest.
	guestLife = time.Hour
	// maxGuests bounds what is remembered; beyond it all is asked anew.
	maxGuests = 20_000
)

// guests remembers who is a guest of which tenant, so that a turn asks Teams
// only once in a while.
type guests struct {
	mu    sync.Mutex
	known map[string]guestEntry
}

type guestEntry struct {
	guest bool
	until time.Time
}

func (g *guests) get(key string, now time.Time) (guest, ok bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	e, ok := g.known[key]
	return e.guest, ok && now.Before(e.until)
}

func (g *guests) put(key string, guest bool, until time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.known == nil || len(g.known) >= maxGuests {
		g.known = map[string]guestEntry{}
	}
	g.known[key] = guestEntry{guest, until}
}

// isGuest says whether the sender is a guest or anonymous. An activity of a
// person does not tell; the roster of the conversation does ("Get Teams specific
// context for your bot", fetch a single member's details: userRole). While the
// roster cannot be read a person counts as a member: that grants nothing to
// anybody but their own, as admins are named by object id.
func (c *Chat) isGuest(ctx context.Context, a teams.Activity) bool {
	foreign := a.From.TenantID != "" && !strings.EqualFold(a.From.TenantID, a.TenantID())
	if foreign || IsGuestRole(a.From.UserRole) {
		return true
	}
	key := a.TenantID() + "/" + a.From.AADObjectID
	if guest, ok := c.guests.get(key, c.Now()); ok {
		return guest
	}
	ctx, cancel := context.WithTimeout(ctx, lookupTime)
	defer cancel()
	m, err := c.Connector.Member(ctx, a.Ref(), a.From.ID)
	if err != nil {
		c.Logger.WarnContext(ctx, "role of the sender not read", "ref", teams.RefFrom(ctx), "err", err)
		return false
	}
	guest := IsGuestRole(m.UserRole)
	c.guests.put(key, guest, c.Now().Add(guestLife))
	return guest
}

// IsGuestRole says whether the roster calls somebody a guest.
func IsGuestRole(role string) bool {
	return strings.EqualFold(role, "guest") || strings.EqualFold(role, "anonymous")
}
