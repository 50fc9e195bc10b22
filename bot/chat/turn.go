package chat

import (
	"context"
	"strings"
	"time"

	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

// Turn is one activity under way: who, where, and what it answers to.
type Turn struct {
	Activity teams.Activity
	Actor    okr.Actor
	Place    cards.Place
	Settings okr.Settings
	Press    *Press       // the pressed button; nil: words, or an invoke of another sort
	Files    []teams.File // that came with the words, in a 1:1 chat; see [FetchFile]
	roster   *roster      // of the place, once it was read
	Met      []okr.Person // whom a form named and who were looked up
	newForm  string       // the key of the form that was opened last in it; empty: none
	Helped   bool         // it was answered with help, which changes nothing
	first    []okr.Goal   // the first objectives, once they were read
	hasFirst bool
	roleless bool      // Teams does not say whether the person is a member
	begun    okr.Begun // what it began with
}

// Begin begins a turn. It takes the identity from the verified activity only, and
// notes where and in which time zone the person is. The turn is never nil: a
// refusal can be delivered in it.
func (c *Chat) Begin(ctx context.Context, a teams.Activity) (*Turn, error) {
	t := c.newTurn(ctx, a)
	if t.Actor.Tenant == "" || t.Actor.ID == "" {
		return t, okr.Errorf(okr.Forbidden, "Teams didn't say who you are, so I can't check your access. Try again from the Teams app, signed in with a work account.")
	}
	t.begun = Begun(ctx, c.Memory, a)
	if t.begun.Unread != nil {
		return t, t.begun.Unread
	}
	var err error
	if t.Settings, err = c.Access.Addressed(ctx, t.Actor.Tenant); err != nil {
		return t, err
	}
	t.Place = c.PlaceFor(a, t.Settings)
	if f := frameOf(ctx); f != nil {
		f.locale = t.Place.Locale
	}
	c.noteZone(ctx, t)
	c.notePlace(ctx, t)
	for _, s := range c.subjects {
		if s.Seen != nil {
			s.Seen(ctx, t)
		}
	}
	return t, nil
}

// Begun is what the turn of an activity begins with: what was read when its delivery was
// taken in hand, else what is read now.
func Begun(ctx context.Context, m Memory, a teams.Activity) okr.Begun {
	if f := frameOf(ctx); f != nil {
		return f.begun
	}
	return m.Begin(ctx, beginningOf(a))
}

// beginningOf asks for what the turn of an activity begins with.
func beginningOf(a teams.Activity) okr.Beginning {
	user := userOf(a)
	return okr.Beginning{Place: placeOf(a, okr.TenantID(a.TenantID()), user), Person: user}
}

// userOf is who sent an activity.
func userOf(a teams.Activity) okr.UserID { return okr.UserID(strings.ToLower(a.From.AADObjectID)) }

// Halted says whether a digest of the place may be halted, see [okr.Subscription.Halted].
func (t *Turn) Halted() bool { return t.begun.Halted }

// notePlace notes where the person can be reached, unless that stands there as it is: at the
// end of the turn, where somebody ends it. Best effort: what was noted before does as well,
// and a store that takes no changes can be read.
func (c *Chat) notePlace(ctx context.Context, t *Turn) {
	if t.begun.Noted {
		return
	}
	if f := frameOf(ctx); f != nil {
		f.place = new(t.Conversation())
		return
	}
	if err := c.Memory.SaveConversation(ctx, t.Conversation()); err != nil {
		c.notNoted(ctx, "place", err)
	}
}

// notNoted says of something that a turn notes by the way that it was not.
func (c *Chat) notNoted(ctx context.Context, what string, err error) {
	if !teams.NoteFrom(ctx).Missed(what, okr.CauseOf(err)) {
		c.Logger.WarnContext(ctx, "not noted", "ref", teams.RefFrom(ctx), "what", what, "err", okr.CauseOf(err))
	}
}

func (c *Chat) newTurn(ctx context.Context, a teams.Activity) *Turn {
	is := c.roleOf(ctx, a)
	t := &Turn{Activity: a, roleless: is == roleUnknown, Actor: okr.Actor{
		Tenant: okr.TenantID(a.TenantID()),
		Person: okr.Person{ID: userOf(a), Name: okr.CleanLine(a.From.Name)},
		Guest:  is != roleMember,
		Shared: !a.IsPersonal() && !a.IsTargeted(),
	}}
	if t.Actor.Name == "" {
		t.Actor.Name = "Someone"
	}
	t.Place = c.placeFor(a, time.UTC)
	if p, ok := pressed(a); ok {
		t.Press = &p
	}
	t.Files = filesOf(a)
	return t
}

// Zone is a time zone by its name; fallback stands for one that is not known.
func Zone(name string, fallback *time.Location) *time.Location {
	if loc, err := time.LoadLocation(name); err == nil && name != "" {
		return loc
	}
	return fallback
}

// MembersOnly refuses a guest before a form is opened that the guest could not
// save. What counts is what the service checks again.
func (t *Turn) MembersOnly() error {
	if t.Actor.Guest {
		return okr.Errorf(okr.Forbidden, "Guests can read the team's OKRs, but can't change them or connect to Azure DevOps. Ask a member of the organization.")
	}
	return nil
}

// Today is the tenant's day.
func (t *Turn) Today() okr.Date { return okr.DateOf(t.Place.Now.In(t.Settings.Location())) }

// WithoutMentions takes the mentions of people out of a text and gives the Teams
// id of the last one.
func (t *Turn) WithoutMentions(text string) (rest, id string) {
	for _, e := range t.Activity.Entities {
		if e.Type != "mention" || e.Text == "" || e.Mentioned.ID == "" || e.Mentioned.ID == t.Activity.Recipient.ID {
			continue
		}
		if before, after, ok := strings.Cut(text, strings.Join(strings.Fields(teams.Blanks(e.Text)), " ")); ok {
			text, id = before+" "+after, e.Mentioned.ID
		}
	}
	return text, id
}
