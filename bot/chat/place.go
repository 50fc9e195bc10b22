package chat

import (
	"context"
	"errors"
	"fmt"

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

// IsUnreachable says whether Teams did not take a post, and would not take it now: there
// is no such place, or okrbot may not post there.
func IsUnreachable(err error) bool {
	switch okr.KindOf(err) {
	case okr.Forbidden, okr.NotFound, okr.Refused:
		return true
	default:
		return false
	}
}

// postError translates what the connector says of a post into okr's errors.
func postError(err error) error {
	failure, ok := errors.AsType[*teams.ConnectorError](err)
	switch {
	case !ok && errors.Is(err, teams.ErrThrottled):
		return okr.WrapError(okr.Throttled, err, "Too many messages are being sent here. Try again in a minute.")
	case !ok:
		return err
	case errors.Is(err, teams.ErrPerhapsShown):
		if failure.Status == 0 {
			err = fmt.Errorf("%w: %w", okr.ErrNoAnswer, err)
		}
		return okr.WrapError(okr.PerhapsShown, err, "Teams didn't confirm the message. Check whether it arrived before you try again.")
	case errors.Is(err, teams.ErrUnreachable):
		return okr.WrapError(okr.Forbidden, err, "%s", closedWords(failure.Code))
	case errors.Is(err, teams.ErrGone):
		return okr.WrapError(okr.NotFound, err, "Teams can't find this channel or chat (404 %s).", failure.Code)
	case errors.Is(err, teams.ErrRefused):
		return okr.WrapError(okr.Refused, err, "Teams doesn't accept messages here (%d %s).", failure.Status, failure.Code)
	case errors.Is(err, teams.ErrThrottled):
		return okr.WrapError(okr.Throttled, err, "Teams asked me to slow down. Try again in a minute.")
	}
	return okr.WrapError(okr.Unavailable, err, "Teams didn't respond. Try again in a minute.")
}

// closedWords say why a place is closed to okrbot, by the code of Teams.
func closedWords(code string) string {
	switch code {
	case "ConversationBlockedByUser":
		return "okrbot is blocked here."
	case "BotDisabledByAdmin":
		return "An administrator of Teams has disabled okrbot."
	case "MessageWritesBlocked":
		return "Teams doesn't let okrbot post here."
	default: // BotNotInConversationRoster
		return "okrbot was removed here."
	}
}

// Conversation is the place of the turn, without the thread.
func (t *Turn) Conversation() okr.Conversation {
	return placeOf(t.Activity, t.Actor.Tenant, t.Actor.ID)
}

// placeOf is the place of an activity of somebody, without the thread.
func placeOf(a teams.Activity, tenant okr.TenantID, user okr.UserID) okr.Conversation {
	c := okr.Conversation{
		Tenant: tenant, ID: a.BaseConversationID(), Kind: okr.ConversationKind(a.Kind()),
		ServiceURL: a.ServiceURL, BotID: a.Recipient.ID, TeamID: a.ChannelData.Team.ID, Name: placeName(a),
	}
	if a.IsPersonal() {
		c.Kind, c.User = okr.Personal, user
	}
	return c
}

// At is the conversation of a message that answers the turn, for what is said there
// later: with the thread, and with who alone sees it.
func (t *Turn) At(message teams.Ref) okr.Conversation {
	c := t.Conversation()
	if message.Root().ConversationID != c.ID { // it was sent to the person's own chat
		c.Kind, c.User, c.TeamID, c.Name = okr.Personal, t.Actor.ID, "", ""
	}
	c.ID = message.ConversationID
	if message.Only.ID != "" {
		c.User, c.Account = t.Actor.ID, message.Only.ID
	}
	return c
}

// PlaceName is what people call the place, as far as Teams tells.
func (t *Turn) PlaceName() string { return placeName(t.Activity) }

func placeName(a teams.Activity) string {
	d := a.ChannelData
	switch {
	case a.IsPersonal():
		return ""
	case d.Channel.Name != "":
		return d.Channel.Name
	case a.Kind() == teams.KindChannel && d.Channel.ID != "" && d.Channel.ID == d.Team.ID:
		return "General"
	default:
		return a.Conversation.Name
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
	ref := teams.Ref{ServiceURL: c.ServiceURL, ConversationID: c.ID, TenantID: string(c.Tenant), BotID: c.BotID}
	if c.Account != "" {
		ref.Only = teams.Reader{ID: c.Account, ObjectID: string(c.User)}
	}
	return ref
}

// PersonalOf finds the 1:1 chat of a person, or makes one through the service of
// a place where the person is known. Account is the person's id in Teams, or
// empty when only the object id is known. Forbidden: Teams does not let okrbot write
// to that person.
func (c *Chat) PersonalOf(ctx context.Context, near okr.Conversation, user okr.UserID, account string) (okr.Conversation, error) {
	own, err := c.Memory.PersonalConversation(ctx, near.Tenant, user)
	if err == nil || okr.KindOf(err) != okr.NotFound {
		return own, err
	}
	if account == "" {
		account = string(user)
	}
	return c.openPersonal(ctx, near, user, account)
}

// openPersonal has Teams open the 1:1 chat of a person, or find it, and remembers it.
func (c *Chat) openPersonal(ctx context.Context, near okr.Conversation, user okr.UserID, account string) (okr.Conversation, error) {
	own := okr.Conversation{Tenant: near.Tenant, Kind: okr.Personal, ServiceURL: near.ServiceURL, BotID: near.BotID, User: user}
	id, err := c.Connector.CreatePersonal(ctx, near.ServiceURL, string(near.Tenant), account)
	if err = postError(err); IsUnreachable(err) {
		return own, okr.WrapError(okr.Forbidden, err, "Teams doesn't let me post in our 1:1 chat. To open it, choose okrbot under Apps in Teams and select Add or Chat. Then try again there.")
	}
	if err != nil {
		return own, err
	}
	own.ID = id
	return own, c.Memory.SaveConversation(ctx, own)
}

// reopened opens the 1:1 chat of a person anew after Teams has refused a post to the
// one that is remembered; false: the place is no 1:1 chat that is known.
func (c *Chat) reopened(ctx context.Context, ref teams.Ref) (own okr.Conversation, isPersonal bool, err error) {
	was, err := c.Memory.Conversation(ctx, okr.TenantID(ref.TenantID), ref.Root().ConversationID)
	if okr.KindOf(err) == okr.NotFound || err == nil && (was.Kind != okr.Personal || was.User == "") {
		return was, false, nil
	}
	if err != nil {
		return was, false, err
	}
	own, err = c.openPersonal(ctx, was, was.User, string(was.User))
	if err == nil && own.ID != was.ID {
		frameOf(ctx).forget(was.ID)
		err = c.Memory.DropConversation(ctx, was.Tenant, was.ID)
	}
	return own, true, err
}
