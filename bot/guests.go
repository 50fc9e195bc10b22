package bot

import (
	"context"
	"strings"
	"sync"
	"time"

	"okrbot/bot/teams"
	"okrbot/okr"
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
func (b *Bot) isGuest(ctx context.Context, a teams.Activity) bool {
	foreign := a.From.TenantID != "" && !strings.EqualFold(a.From.TenantID, a.TenantID())
	if foreign || isGuestRole(a.From.UserRole) {
		return true
	}
	key := a.TenantID() + "/" + a.From.AADObjectID
	if guest, ok := b.guests.get(key, b.Now()); ok {
		return guest
	}
	ctx, cancel := context.WithTimeout(ctx, lookupTime)
	defer cancel()
	m, err := b.Connector.Member(ctx, a.Ref(), a.From.ID)
	if err != nil {
		b.Logger.WarnContext(ctx, "role of the sender not read", "ref", teams.RefFrom(ctx), "err", err)
		return false
	}
	guest := isGuestRole(m.UserRole)
	b.guests.put(key, guest, b.Now().Add(guestLife))
	return guest
}

// membersOnly refuses a guest before a form is opened that the guest could not
// save. What counts is what the service checks again.
func (t *turn) membersOnly() error {
	if t.actor.Guest {
		return okr.Errorf(okr.Forbidden, "Guests can read the team's OKRs but not change them or connect to Azure DevOps. Ask a member of the organization.")
	}
	return nil
}

func isGuestRole(role string) bool {
	return strings.EqualFold(role, "guest") || strings.EqualFold(role, "anonymous")
}
