package bot

import (
	"context"
	"strings"
	"time"

	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

// turn is one activity under way: who, where, and what it answers to.
type turn struct {
	activity teams.Activity
	actor    okr.Actor
	place    cards.Place
	settings okr.Tenant
	roster   *[]teams.Member // of the place, once it was read
	met      []okr.Person    // whom a form named and who were looked up
}

// reply is what a turn says.
type reply struct {
	card       cards.Card
	attachment *cards.Attachment // instead of the card
	summary    string            // with an attachment
	// forAll says that everybody who sees the pressed card is to see the reply
	// instead of it, and not only the person who pressed.
	forAll bool
	posted func(ctx context.Context, activityID string) error // called with the id of the card that shows the reply
}

func say(card cards.Card) reply    { return reply{card: card} }
func sayAll(card cards.Card) reply { return reply{card: card, forAll: true} }

func (r reply) message() teams.Message {
	if r.attachment != nil {
		return teams.Message{Card: r.attachment.Content, ContentType: r.attachment.ContentType, Summary: r.summary}
	}
	return teams.Message{Card: r.card, Summary: r.card.Summary}
}

// newTurn takes the identity from the verified activity only.
func (b *Bot) newTurn(ctx context.Context, a teams.Activity) (*turn, error) {
	t := &turn{activity: a, actor: okr.Actor{
		Tenant: okr.TenantID(a.TenantID()),
		Person: okr.Person{ID: okr.UserID(strings.ToLower(a.From.AADObjectID)), Name: okr.CleanLine(a.From.Name)},
		Guest:  b.isGuest(ctx, a),
		Shared: !a.IsPersonal(),
	}}
	t.place = cards.Place{Zone: zone(a.LocalTimezone, time.UTC), Now: b.Now()}
	if t.actor.Tenant == "" || t.actor.ID == "" {
		return t, okr.Errorf(okr.Forbidden, "Teams did not say who you are, so okrbot cannot know what you may do. Try again from the Teams app, signed in with a work account.")
	}
	if t.actor.Name == "" {
		t.actor.Name = "Someone"
	}
	var err error
	if t.settings, err = b.Service.Access.Settings(ctx, t.actor.Tenant); err != nil {
		return t, err
	}
	t.place.Zone = zone(a.LocalTimezone, t.settings.Location())
	if !t.actor.Guest { // for reminders in the person's own time
		if err := b.Service.Access.SeenIn(ctx, t.actor, a.LocalTimezone); err != nil {
			return t, err
		}
	}
	return t, b.Memory.SaveConversation(ctx, t.conversation())
}

func zone(name string, fallback *time.Location) *time.Location {
	if loc, err := time.LoadLocation(name); err == nil && name != "" {
		return loc
	}
	return fallback
}

// conversation is the place of the turn, without the thread.
func (t *turn) conversation() okr.Conversation {
	c := okr.Conversation{
		Tenant: t.actor.Tenant, ID: t.activity.BaseConversationID(), Kind: okr.ConversationKind(t.activity.Kind()),
		ServiceURL: t.activity.ServiceURL, BotID: t.activity.Recipient.ID,
		TeamID: t.activity.ChannelData.Team.ID, Name: t.placeName(),
	}
	if t.activity.IsPersonal() {
		c.Kind, c.User = okr.Personal, t.actor.ID
	}
	return c
}

// placeName is what people call the place, as far as Teams tells.
func (t *turn) placeName() string {
	d := t.activity.ChannelData
	switch {
	case t.activity.IsPersonal():
		return ""
	case d.Channel.Name != "":
		return d.Channel.Name
	case t.activity.Kind() == teams.KindChannel && d.Channel.ID != "" && d.Channel.ID == d.Team.ID:
		return "General"
	default:
		return t.activity.Conversation.Name
	}
}

// lookupTime bounds a question to Teams whose answer is a help only: a slow
// roster must not hold up a turn.
const lookupTime = 3 * time.Second

// namePlace asks Teams for the name of a channel, which the activities of people
// leave out. It is a help only: without a name the place is "this conversation".
func (b *Bot) namePlace(ctx context.Context, t *turn) {
	d := &t.activity.ChannelData
	if t.placeName() != "" || t.activity.Kind() != teams.KindChannel || d.Team.ID == "" {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, lookupTime)
	defer cancel()
	channels, err := b.Connector.Channels(ctx, t.activity.ServiceURL, d.Team.ID)
	if err != nil {
		b.Logger.InfoContext(ctx, "channel not named", "ref", teams.RefFrom(ctx), "err", err)
	}
	for _, c := range channels {
		if c.ID == t.activity.BaseConversationID() {
			d.Channel.Name = okr.CleanLine(c.Name)
		}
	}
}

// refOf is where to post in a place.
func refOf(c okr.Conversation) teams.Ref {
	return teams.Ref{ServiceURL: c.ServiceURL, ConversationID: c.ID, TenantID: string(c.Tenant), BotID: c.BotID}
}

// personal finds or makes the 1:1 chat of the person of the turn.
func (b *Bot) personal(ctx context.Context, t *turn) (okr.Conversation, error) {
	if t.activity.IsPersonal() {
		return t.conversation(), nil
	}
	return b.personalOf(ctx, t.conversation(), t.actor.ID, t.activity.From.ID)
}

// personalOf finds the 1:1 chat of a person, or makes one through the service of
// a place where the person is known. Account is the person's id in Teams, or
// empty when only the object id is known.
func (b *Bot) personalOf(ctx context.Context, near okr.Conversation, user okr.UserID, account string) (okr.Conversation, error) {
	c, err := b.Memory.PersonalConversation(ctx, near.Tenant, user)
	if err == nil || okr.KindOf(err) != okr.NotFound {
		return c, err
	}
	if account == "" {
		account = string(user)
	}
	id, err := b.Connector.CreatePersonal(ctx, near.ServiceURL, string(near.Tenant), account)
	if err != nil {
		return c, okr.WrapError(okr.Forbidden, err, "okrbot may not write to you in a 1:1 chat yet. Open okrbot under Apps in Teams, press Chat (or Add), and try again there.")
	}
	c = okr.Conversation{Tenant: near.Tenant, ID: id, Kind: okr.Personal, ServiceURL: near.ServiceURL, BotID: near.BotID, User: user}
	return c, b.Memory.SaveConversation(ctx, c)
}

// post sends a reply to a place.
func (b *Bot) post(ctx context.Context, ref teams.Ref, r reply) error {
	id, err := b.Connector.Send(ctx, ref, r.message())
	if err == nil && r.posted != nil {
		err = r.posted(ctx, id)
	}
	return err
}
