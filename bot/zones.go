package bot

import (
	"context"
	"sync"
	"time"

	"okrbot/bot/teams"
)

const (
	// zoneLife is how long a turn remembers that a time zone was noted.
	zoneLife = time.Hour
	// maxZones bounds how many people's are remembered; beyond it all are noted anew.
	maxZones = 20_000
)

// zones remembers which time zone was noted last for whom, so that a turn writes one
// only when it is another.
type zones struct {
	mu    sync.Mutex
	known map[string]zoneEntry
}

type zoneEntry struct {
	name  string
	until time.Time
}

func (z *zones) has(person, name string, now time.Time) bool {
	z.mu.Lock()
	defer z.mu.Unlock()
	e := z.known[person]
	return e.name == name && now.Before(e.until)
}

func (z *zones) put(person, name string, until time.Time) {
	z.mu.Lock()
	defer z.mu.Unlock()
	if z.known == nil || len(z.known) >= maxZones {
		z.known = map[string]zoneEntry{}
	}
	z.known[person] = zoneEntry{name, until}
}

// seen notes the time zone that the client names, for reminders. It is a help only.
func (b *Bot) seen(ctx context.Context, t *turn) {
	name := t.activity.LocalTimezone
	for _, e := range t.activity.Entities {
		if name == "" && e.Type == "clientInfo" {
			name = e.Timezone
		}
	}
	person := string(t.actor.Tenant) + "/" + string(t.actor.ID)
	if name == "" || b.zones.has(person, name, b.Now()) {
		return
	}
	if err := b.Service.Access.SeenIn(ctx, t.actor, name); err != nil {
		b.Logger.WarnContext(ctx, "time zone not noted", "ref", teams.RefFrom(ctx), "err", err)
		return
	}
	b.zones.put(person, name, b.Now().Add(zoneLife))
}
