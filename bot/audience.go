package bot

import (
	"context"
	"strings"
	"sync"
	"time"

	"okrbot/bot/chat"
	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

// audience is for whom help in a turn is. What there is to do is best effort: where it
// can't be read, help says less.
func (b *Bot) audience(ctx context.Context, t *chat.Turn) cards.Audience {
	a := cards.Audience{Shared: t.Actor.Shared, Guest: t.Actor.Guest, Enabled: t.Settings.Enabled}
	if !a.Shared {
		a.Admin = b.access.Administers(t.Settings, t.Actor)
	}
	if !a.Enabled && !a.Admin && !a.Guest {
		a.Admins = b.admins(ctx, t)
	}
	if a.Shared {
		return a
	}
	d, ok := b.todo.get(t.Actor, b.chat.Now())
	if !ok {
		var err error
		if d, err = b.readTodo(ctx, t); err != nil {
			b.chat.Logger.InfoContext(ctx, "not read what there is to do", "ref", teams.RefFrom(ctx), "err", okr.CauseOf(err))
			return a
		}
		b.todo.put(t.Actor, d, b.chat.Now())
	}
	a.NoGoals, a.NoConnection, a.Due, a.Broken = d.noGoals, d.noConnection, d.due, d.broken
	return a
}

// welcomed is for whom a greeting is. The first days of okrbot are when nobody knows whom
// to ask.
func (b *Bot) welcomed(ctx context.Context, t *chat.Turn) cards.Audience {
	a := b.audience(ctx, t)
	if a.Admins == "" && !a.Admin {
		a.Admins = b.admins(ctx, t)
	}
	return a
}

// admins are the names of the admins, after Teams was asked for those that are not known.
func (b *Bot) admins(ctx context.Context, t *chat.Turn) string {
	chat.MeetAdmins(ctx, b.chat, t)
	return strings.Join(b.access.AdminList(ctx, t.Settings), ", ")
}

// todo is what there is to do for a person.
type todo struct {
	noGoals, noConnection bool
	due, broken           int
}

// mostBroken is how many connections are looked at.
const mostBroken = 15

// readTodo reads what there is to do for the person of a turn.
func (b *Bot) readTodo(ctx context.Context, t *chat.Turn) (d todo, err error) {
	_, lists, err := b.plan.Lists(ctx, t.Actor, okr.ListAsk{Page: okr.Page{Limit: 1}, Plain: true})
	if err != nil {
		return d, err
	}
	d.noGoals = lists[0].Total == 0
	if t.Actor.Guest {
		return d, nil
	}
	if t.Settings.Enabled {
		list, total, err := b.connect.ListConnections(ctx, t.Actor, okr.Page{Limit: mostBroken})
		if err != nil {
			return d, err
		}
		d.noConnection = total == 0
		for _, c := range list {
			if c.Connection.Health.NeedsPerson() && c.Connection.IsOf(t.Actor.ID) {
				d.broken++
			}
		}
	}
	if !d.noGoals {
		due, err := b.notify.CheckInsDue(ctx, t.Actor)
		d.due = len(due)
		return d, err
	}
	return d, nil
}

const (
	// todoLife is for how long what there is to do is not read again, unless the person
	// does something else in the meantime.
	todoLife = time.Minute
	// maxTodos bounds how many people it is remembered for.
	maxTodos = 5_000
)

// todos remembers for a short time what there is to do, so that help costs no more than
// any other turn. It is safe for concurrent use.
type todos struct {
	mu    sync.Mutex
	known map[string]kept
}

type kept struct {
	todo  todo
	until time.Time
}

func todoKey(a okr.Actor) string { return string(a.Tenant) + "/" + string(a.ID) }

func (s *todos) get(a okr.Actor, now time.Time) (todo, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, ok := s.known[todoKey(a)]
	return k.todo, ok && now.Before(k.until)
}

func (s *todos) put(a okr.Actor, d todo, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil || len(s.known) >= maxTodos {
		s.known = map[string]kept{}
	}
	s.known[todoKey(a)] = kept{d, now.Add(todoLife)}
}

// drop forgets it of a person who did something else.
func (s *todos) drop(a okr.Actor) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.known, todoKey(a))
}
