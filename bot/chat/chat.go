// Package chat is what every subject that people talk about with okrbot needs:
// the turn under way ([Turn]), what answers it ([Reply], rendered by
// [Chat.Deliver] alone), commands and pressed buttons, forms, people and words.
//
// A subject is a package of its own. It registers its commands and buttons
// ([Subject]), and declares the few methods that it needs of the domain.
package chat

import (
	"cmp"
	"context"
	"io"
	"log/slog"
	"net/http"
	"time"

	"okrbot/bot/teams"
	"okrbot/bot/teams/files"
	"okrbot/cards"
	"okrbot/okr"
)

// Options is what a [Chat] works with.
type Options struct {
	Access    accessor
	Plan      planner
	Memory    Memory
	Connector *teams.Connector
	Files     *files.Client // nil: nobody sends any
	Logger    *slog.Logger
	Now       func() time.Time
	// PublicURL is where browsers reach okrbot. Empty: nothing has an address.
	PublicURL string
	// Interval is how often OKRs are measured.
	Interval time.Duration
	// Organization heads the pages that open in a browser; empty: they name none.
	Organization string
	// PostsPerSecond is how many posts a tenant gets by itself in a second, over all
	// replicas; 0 means 20.
	PostsPerSecond int
	// LookupTime bounds a question to Teams whose answer is best effort: a slow roster
	// must not hold up a turn. 0 means 3 seconds.
	LookupTime time.Duration
}

// PlaceOf is where a card of a tenant is shown to nobody in particular: now, in a time
// zone, which is named, and a locale (empty: none is known), with the addresses of the
// tenant. What is posted for somebody, as a digest is for who made it, has theirs, so that
// it reads as their other cards do.
func (o Options) PlaceOf(t okr.Settings, zone *time.Location, locale string) cards.Place {
	return cards.Place{Zone: zone, NamesZone: true, Locale: cards.LocaleOf(locale), Now: o.Now(), Links: cards.NewLinks(o.PublicURL, t.AddressKey)}
}

// Chat is what the subjects share: where to speak, what to remember, and who
// answers which command, button and next step. It is safe for concurrent use once all
// subjects are registered.
type Chat struct {
	Options
	registry
	roles   roles
	zones   named[*time.Location]
	locales named[cards.Locale]
}

// New makes a chat without any subject.
func New(o Options) *Chat {
	o.LookupTime = cmp.Or(o.LookupTime, 3*time.Second)
	return &Chat{Options: o, registry: newRegistry()}
}

// Syncer runs syncs in the background.
type Syncer interface {
	// SyncNow runs jobs soon and then shows the outcome on the card of reply.
	SyncNow(ctx context.Context, tenant okr.TenantID, jobs []okr.SyncJob, reply okr.Reply) error
}

// ShowPage answers a browser with a page of okrbot's own: not kept, not framed by others, and
// allowed only what the policy (Content-Security-Policy) says.
func ShowPage(w http.ResponseWriter, status int, policy, markup string) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", policy)
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, markup) //nolint:gosec // the maker of the markup escapes every text; the browser is gone if this fails
}
