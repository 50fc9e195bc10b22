package chat

import (
	"context"
	"sync"
	"time"
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

// noteZone notes the time zone that the client names, for reminders in the
// person's own time. Best effort: the zone before, or the tenant's, does as well.
func (c *Chat) noteZone(ctx context.Context, t *Turn) {
	name := t.zoneName()
	person := string(t.Actor.Tenant) + "/" + string(t.Actor.ID)
	if t.Actor.Guest || name == "" || c.zones.has(person, name, c.Now()) {
		return
	}
	if err := c.Access.SeenIn(ctx, t.Actor, name); err != nil {
		c.notNoted(ctx, "time zone", err)
		return
	}
	c.zones.put(person, name, c.Now().Add(zoneLife))
}

// zoneName is the time zone that the client names; empty: none.
func (t *Turn) zoneName() string {
	name := t.Activity.LocalTimezone
	for _, e := range t.Activity.Entities {
		if name == "" && e.Type == "clientInfo" {
			name = e.Timezone
		}
	}
	return name
}
