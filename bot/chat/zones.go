package chat

import (
	"context"
	"sync"
	"time"
)

// noteZone notes the time zone that the client names, for reminders in the
// person's own time. Best effort: the zone before, or the tenant's, does as well.
func (c *Chat) noteZone(ctx context.Context, t *Turn) {
	name := t.zoneName()
	if t.Actor.Guest || name == "" || t.begun.Member.IsKnown(t.Actor.Person, name, c.Now()) {
		return
	}
	if err := c.Access.SeenIn(ctx, t.Actor, name); err != nil {
		c.notNoted(ctx, "time zone", err)
	}
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

// maxLocations bounds how many time zones are remembered; there are about 600.
const maxLocations = 1000

// locations remembers the time zones that were read: each reading opens a file.
type locations struct {
	mu    sync.RWMutex
	known map[string]*time.Location
}

// zone is [Zone] without reading a time zone twice.
func (l *locations) zone(name string, fallback *time.Location) *time.Location {
	l.mu.RLock()
	loc, ok := l.known[name]
	l.mu.RUnlock()
	if ok {
		return loc
	}
	loc, err := time.LoadLocation(name)
	if err != nil || name == "" {
		return fallback
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.known == nil || len(l.known) >= maxLocations {
		l.known = map[string]*time.Location{}
	}
	l.known[name] = loc
	return loc
}
