package chat

import (
	"context"
	"errors"

	"okrbot/bot/teams"
	"okrbot/okr"
)

// IgnoreUnreachable leaves out the errors of IsUnreachable.
func IgnoreUnreachable(err error) error {
	if IsUnreachable(err) {
		return nil
	}
	return err
}

// IsUnreachable says whether a place cannot be posted to: there is none, or okrbot may
// not.
func IsUnreachable(err error) bool {
	return okr.KindOf(err) == okr.Forbidden || okr.KindOf(err) == okr.NotFound
}

// Unreachable translates the connector's refusals into okr's.
func Unreachable(err error) error {
	switch {
	case errors.Is(err, teams.ErrUnreachable):
		return okr.WrapError(okr.Forbidden, err, "okrbot was removed from this place or may not post here.")
	case errors.Is(err, teams.ErrGone):
		return okr.WrapError(okr.NotFound, err, "This place does not exist any more.")
	}
	return err
}

// Conversation is the place of the turn, without the thread.
func (t *Turn) Conversation() okr.Conversation {
	c := okr.Conversation{
		Tenant: t.Actor.Tenant, ID: t.Activity.BaseConversationID(), Kind: okr.ConversationKind(t.Activity.Kind()),
		ServiceURL: t.Activity.ServiceURL, BotID: t.Activity.Recipient.ID,
		TeamID: t.Activity.ChannelData.Team.ID, Name: t.PlaceName(),
	}
	if t.Activity.IsPersonal() {
		c.Kind, c.User = okr.Personal, t.Actor.ID
	}
	return c
}

// PlaceName is what people call the place, as far as Teams tells.
func (t *Turn) PlaceName() string {
	d := t.Activity.ChannelData
	switch {
	case t.Activity.IsPersonal():
		return ""
	case d.Channel.Name != "":
		return d.Channel.Name
	case t.Activity.Kind() == teams.KindChannel && d.Channel.ID != "" && d.Channel.ID == d.Team.ID:
		return "General"
	default:
		return t.Activity.Conversation.Name
	}
}

// NamePlace asks Teams for the name of a channel, which the activities of people
// leave out. Best effort: without a name the place is "this conversation".
func (c *Chat) NamePlace(ctx context.Context, t *Turn) {
	d := &t.Activity.ChannelData
	if t.PlaceName() != "" || t.Activity.Kind() != teams.KindChannel || d.Team.ID == "" {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, c.LookupTime)
	defer cancel()
	channels, err := c.Connector.Channels(ctx, t.Activity.ServiceURL, d.Team.ID)
	if err != nil {
		c.Logger.InfoContext(ctx, "channel not named", "ref", teams.RefFrom(ctx), "err", err)
	}
	for _, channel := range channels {
		if channel.ID == t.Activity.BaseConversationID() {
			d.Channel.Name = okr.CleanLine(channel.Name)
		}
	}
}

// RefOf is where to post in a place.
func RefOf(c okr.Conversation) teams.Ref {
	return teams.Ref{ServiceURL: c.ServiceURL, ConversationID: c.ID, TenantID: string(c.Tenant), BotID: c.BotID}
}

// Personal finds or makes the 1:1 chat of the person of the turn.
func (c *Chat) Personal(ctx context.Context, t *Turn) (okr.Conversation, error) {
	if t.Activity.IsPersonal() {
		return t.Conversation(), nil
	}
	return c.PersonalOf(ctx, t.Conversation(), t.Actor.ID, t.Activity.From.ID)
}

// PersonalOf finds the 1:1 chat of a person, or makes one through the service of
// a place where the person is known. Account is the person's id in Teams, or
// empty when only the object id is known.
func (c *Chat) PersonalOf(ctx context.Context, near okr.Conversation, user okr.UserID, account string) (okr.Conversation, error) {
	own, err := c.Memory.PersonalConversation(ctx, near.Tenant, user)
	if err == nil || okr.KindOf(err) != okr.NotFound {
		return own, err
	}
	if account == "" {
		account = string(user)
	}
	id, err := c.Connector.CreatePersonal(ctx, near.ServiceURL, string(near.Tenant), account)
	if err != nil {
		return own, okr.WrapError(okr.Forbidden, err, "okrbot may not write to you in a 1:1 chat yet. Open okrbot under Apps in Teams, press Chat (or Add), and try again there.")
	}
	own = okr.Conversation{Tenant: near.Tenant, ID: id, Kind: okr.Personal, ServiceURL: near.ServiceURL, BotID: near.BotID, User: user}
	return own, c.Memory.SaveConversation(ctx, own)
}
