package chat

import (
	"cmp"
	"context"
	"sync"
	"time"

	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

// PlaceFor is where a card is shown to who sent an activity: in their time zone, and with
// numbers and dates in their locale. Times name the zone where it is not known, or where
// others read along.
func (c *Chat) PlaceFor(a teams.Activity, t okr.Settings) cards.Place {
	p := c.placeFor(a, t.Location())
	p.Links = cards.NewLinks(c.PublicURL, t.AddressKey)
	return p
}

// placeFor is [Chat.PlaceFor] without addresses.
func (c *Chat) placeFor(a teams.Activity, fallback *time.Location) cards.Place {
	zone := zoneNamed(c, a.LocalTimezone)
	return cards.Place{
		Zone: cmp.Or(zone, fallback), NamesZone: zone == nil || !a.IsPersonal() && !a.IsTargeted(),
		Locale: localeNamed(c, localeName(a)), Now: c.Now(),
	}
}

// noteZone notes the time zone and the locale that the client names, for reminders in the
// person's own time. Best effort: those before, or the tenant's, do as well.
func (c *Chat) noteZone(ctx context.Context, t *Turn) {
	name, locale := t.zoneName(), t.Place.Locale.String()
	if t.Actor.Guest || name == "" || t.begun.Member.IsKnown(t.Actor.Person, name, locale, c.Now()) {
		return
	}
	if err := c.Access.SeenIn(ctx, t.Actor, name, locale); err != nil {
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

const (
	// maxLocations bounds how many time zones are remembered; there are about 600.
	maxLocations = 1000
	// maxLocales bounds how many locales are remembered; clients name about 60.
	maxLocales = 200
)

// named remembers what names stand for, at most so many: to find that out takes time. It is
// safe for concurrent use.
type named[T any] struct {
	mu    sync.RWMutex
	known map[string]T
}

// of is what a name stands for. What find does not know takes no room.
func (n *named[T]) of(name string, most int, find func(string) (T, bool)) (T, bool) {
	n.mu.RLock()
	found, ok := n.known[name]
	n.mu.RUnlock()
	if ok {
		return found, true
	}
	if found, ok = find(name); !ok {
		return found, false
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.known == nil || len(n.known) >= most {
		n.known = map[string]T{}
	}
	n.known[name] = found
	return found, true
}

// zoneNamed is [Zone] without reading a time zone, which opens a file, twice. Nil: nobody knows it.
func zoneNamed(c *Chat, name string) *time.Location {
	loc, ok := c.zones.of(name, maxLocations, func(name string) (*time.Location, bool) {
		loc, err := time.LoadLocation(name)
		return loc, err == nil && name != ""
	})
	if !ok {
		return nil
	}
	return loc
}

// localeName is the locale that the client names; empty: none.
func localeName(a teams.Activity) string {
	name := a.Locale
	for _, e := range a.Entities {
		if name == "" && e.Type == "clientInfo" {
			name = e.Locale
		}
	}
	return name
}

// localeNamed is [cards.LocaleOf] without finding out twice, which takes microseconds.
func localeNamed(c *Chat, name string) cards.Locale {
	l, _ := c.locales.of(name, maxLocales, func(name string) (cards.Locale, bool) {
		l := cards.LocaleOf(name)
		return l, l.String() != ""
	})
	return l
}
