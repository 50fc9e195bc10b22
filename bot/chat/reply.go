package chat

import (
	"context"
	"errors"

	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

// Reply is what a turn says.
type Reply struct {
	card       cards.Card
	attachment *cards.Attachment // instead of the card
	summary    string            // with an attachment
	// forAll says that everybody who sees the pressed card is to see the reply
	// instead of it, and not only the person who pressed.
	forAll  bool
	refused error                                              // what the card is the refusal of; nil: none
	words   string                                             // of the refusal
	only    okr.UserID                                         // who alone may read it; empty: everybody in its place
	Posted  func(ctx context.Context, activityID string) error // called with the id of the card that shows the reply
}

// Say answers with a card: to a press only whoever pressed sees it.
func Say(card cards.Card) Reply { return Reply{card: card} }

// SayAll answers with a card that everybody sees in place of the pressed one.
func SayAll(card cards.Card) Reply { return Reply{card: card, forAll: true} }

// Attach answers with something else than an Adaptive Card.
func Attach(a cards.Attachment, summary string) Reply {
	return Reply{attachment: &a, summary: summary}
}

// Card is the card of the reply; false: it is something else.
func (r Reply) Card() (cards.Card, bool) { return r.card, r.attachment == nil && !r.isRefusal() }

func (r Reply) isRefusal() bool { return r.refused != nil }

func (r Reply) message() teams.Message {
	if r.attachment != nil {
		return teams.Message{Card: r.attachment.Content, ContentType: r.attachment.ContentType, Summary: r.summary}
	}
	return teams.Message{Card: r.card, Summary: r.card.Summary}
}

// Only makes a reply one that was worked out for one person: it may hold what nobody
// else sees, and is posted nowhere but in that person's own chat with okrbot.
func (r Reply) Only(user okr.UserID) Reply {
	r.only = user
	return r
}

// seenBy is the reply of a turn: in the 1:1 chat it is for that person only.
func (r Reply) seenBy(t *Turn) Reply {
	if t.Actor.Shared || r.only != "" {
		return r
	}
	return r.Only(t.Actor.ID)
}

// ownPlace is where a reply that is for one person only belongs: where it was to be
// posted if that is the person's own chat, else that one.
func (c *Chat) ownPlace(ctx context.Context, ref teams.Ref, r Reply) (teams.Ref, error) {
	if r.only == "" {
		return ref, nil
	}
	near := okr.Conversation{Tenant: okr.TenantID(ref.TenantID), ServiceURL: ref.ServiceURL, BotID: ref.BotID}
	own, err := c.PersonalOf(ctx, near, r.only, "")
	if err != nil || own.ID == ref.ConversationID {
		return ref, err
	}
	c.Logger.InfoContext(ctx, "posted in the person's own chat instead", "ref", teams.RefFrom(ctx))
	return RefOf(own), nil
}

// Post sends a reply to a place; what is for one person only goes to that person's
// own chat, wherever it was to be posted. A 1:1 chat that is gone or closed is opened
// anew, once. All posts of okrbot leave here.
//
// Forbidden: Teams says that the place is closed to okrbot. NotFound, Refused: it does
// not take the post, which may pass. PerhapsShown: nobody knows. Throttled,
// Unavailable: not now.
func (c *Chat) Post(ctx context.Context, ref teams.Ref, r Reply) error {
	ref, err := c.ownPlace(ctx, ref, r)
	if err != nil {
		return err
	}
	id, err := c.Connector.Send(ctx, ref, r.message())
	if errors.Is(err, teams.ErrGone) || errors.Is(err, teams.ErrUnreachable) {
		id, err = c.postReopened(ctx, ref, r, err)
	}
	if err = postError(err); err != nil {
		return err
	}
	if r.Posted != nil {
		return r.Posted(ctx, id)
	}
	return nil
}

// postReopened posts to the 1:1 chat that Teams gives instead of one that it refused;
// where the place is none, the refusal holds.
func (c *Chat) postReopened(ctx context.Context, ref teams.Ref, r Reply, refusal error) (string, error) {
	own, isPersonal, err := c.reopened(ctx, ref)
	if !isPersonal && err == nil {
		return "", refusal
	}
	if err != nil {
		return "", err
	}
	c.Logger.InfoContext(ctx, "1:1 chat opened anew", "ref", teams.RefFrom(ctx), "err", refusal)
	return c.Connector.Send(ctx, RefOf(own), r.message())
}

// Update replaces a message. What is for one person only replaces none in another place
// than that person's own chat: there it is a new message, and so it is in a 1:1 chat
// that is gone. NotFound: the message is gone. The other errors are those of [Chat.Post].
func (c *Chat) Update(ctx context.Context, ref teams.Ref, r Reply) error {
	place, err := c.ownPlace(ctx, ref, r)
	if err != nil {
		return err
	}
	if place.ConversationID != ref.ConversationID {
		return c.Post(ctx, place, r)
	}
	err = c.Connector.Update(ctx, ref, r.message())
	if isPlaceGone(err) {
		if id, again := c.postReopened(ctx, ref, r, err); again == nil {
			ref.ActivityID, err = id, nil
		}
	}
	if err = postError(err); err != nil {
		return err
	}
	if r.Posted != nil {
		return r.Posted(ctx, ref.ActivityID)
	}
	return nil
}

// isPlaceGone says whether it is the place that an update did not find, and not the
// message.
func isPlaceGone(err error) bool {
	failure, ok := errors.AsType[*teams.ConnectorError](err)
	return ok && (errors.Is(err, teams.ErrUnreachable) || failure.Code == "ConversationNotFound")
}

// Replace puts a reply in place of a message. Where Teams does not let that be, as with
// a card that somebody put in with the message extension, it is a new message.
func (c *Chat) Replace(ctx context.Context, card teams.Ref, r Reply) error {
	err := c.Update(ctx, card, r)
	if !IsUnreachable(err) {
		return err
	}
	card.ActivityID = ""
	return c.Post(ctx, card, r)
}

// InPersonal says something in the 1:1 chat, with a word where it was asked for.
func (c *Chat) InPersonal(ctx context.Context, t *Turn, r Reply) (Reply, error) {
	if t.Activity.IsPersonal() {
		return r, nil
	}
	own, err := c.Personal(ctx, t)
	if err == nil {
		err = c.Post(ctx, RefOf(own), r)
	}
	if IsUnreachable(err) {
		err = okr.WrapError(okr.Forbidden, err, "I can't write to you in our 1:1 chat, where the answer belongs. Choose okrbot under Apps in Teams, press Add or Chat (unblock it there if you blocked it), and try again.")
	}
	if err != nil {
		return Reply{}, err
	}
	if r.attachment == nil {
		return Say(cards.Done("Sent to our own chat", "I have answered in our chat, because others can read along here.", nil)), nil
	}
	c.NamePlace(ctx, t)
	return Say(cards.SignInElsewhere(t.PlaceName())), nil
}

// Tell says something to a person in the 1:1 chat with okrbot.
func (c *Chat) Tell(ctx context.Context, near okr.Conversation, user okr.UserID, r Reply) error {
	own, err := c.PersonalOf(ctx, near, user, "")
	if err != nil {
		return err
	}
	return c.Post(ctx, RefOf(own), r)
}

// TellSoftly tells a person what it does no harm to miss.
func (c *Chat) TellSoftly(ctx context.Context, t *Turn, user okr.UserID, card cards.Card) {
	if user == "" || user == t.Actor.ID {
		return
	}
	if err := c.Tell(ctx, t.Conversation(), user, Say(card)); err != nil {
		c.Logger.InfoContext(ctx, "person not told", "ref", teams.RefFrom(ctx), "err", okr.CauseOf(err))
	}
}
