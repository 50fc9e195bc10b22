package chat

import (
	"context"
	"errors"
	"strings"

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
	refused error                                         // what the card is the refusal of; nil: none
	words   string                                        // of the refusal
	only    okr.UserID                                    // who alone may read it; empty: everybody in its place
	own     bool                                          // it is for the 1:1 chat only
	view    *Press                                        // of the button that shows the same to others; nil: there is none
	Posted  func(ctx context.Context, at teams.Ref) error // called with the message that shows the reply
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

// message is the reply as it stands at a place. Where only one person sees it and it can
// be seen by others, there is a button for that.
func (r Reply) message(at teams.Ref) teams.Message {
	if r.attachment != nil {
		return teams.Message{
			Card: r.attachment.Content, ContentType: r.attachment.ContentType, Summary: r.summary,
			Name: r.attachment.Name, ContentURL: r.attachment.ContentURL,
		}
	}
	return teams.Message{Card: r.cardAt(at), Summary: r.card.Summary}
}

func (r Reply) cardAt(at teams.Ref) cards.Card {
	if at.Only.ID == "" || r.view == nil || r.isRefusal() {
		return r.card
	}
	return cards.WithShare(r.card, r.view.Verb, r.view.Data)
}

// Only makes a reply one that was worked out for one person: it may hold what nobody
// else sees, and is posted only where nobody else sees it.
func (r Reply) Only(user okr.UserID) Reply {
	r.only = user
	return r
}

// InOwnChat makes a reply one for the 1:1 chat of one person only, wherever that one asked.
func (r Reply) InOwnChat(user okr.UserID) Reply {
	r.own = true
	return r.Only(user)
}

// ViewOf says which button shows others what the reply says of a goal. What is private
// is shown to nobody.
func (r Reply) ViewOf(g okr.Goal, verb string) Reply {
	if !(okr.Actor{Shared: true}).Sees(g) {
		return r
	}
	return r.ViewBy(PressGoal(verb, g.ID))
}

// ViewBy is ViewOf for what a press shows.
func (r Reply) ViewBy(p Press) Reply {
	r.view = &p
	return r
}

// seenBy is the reply of a turn: where nobody else reads what is asked for, it is for that
// person only.
func (r Reply) seenBy(t *Turn) Reply {
	if t.Actor.Shared || r.only != "" {
		return r
	}
	return r.Only(t.Actor.ID)
}

// isFor says whether a message at a place is seen by one person only.
func isFor(at teams.Ref, user okr.UserID) bool {
	return at.Only.ID != "" && strings.EqualFold(at.Only.ObjectID, string(user))
}

// ownPlace is where a reply that is for one person only belongs: where it was to be
// posted if nobody else sees it there, else that person's own chat.
func (c *Chat) ownPlace(ctx context.Context, ref teams.Ref, r Reply) (teams.Ref, error) {
	if r.only == "" || isFor(ref, r.only) && !r.own {
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

// Post sends a reply to a place; what is for one person only goes where nobody else
// sees it, wherever it was to be posted. A 1:1 chat that is gone or closed is opened
// anew, once, and stands in for a place that takes no messages for one person. All
// posts of okrbot leave here.
//
// Forbidden: Teams says that the place is closed to okrbot. NotFound, Refused: it does
// not take the post, which may pass. PerhapsShown: nobody knows. Throttled,
// Unavailable: not now.
func (c *Chat) Post(ctx context.Context, ref teams.Ref, r Reply) error {
	_, err := c.post(ctx, ref, r)
	return err
}

// post is Post, and says where the reply is now.
func (c *Chat) post(ctx context.Context, ref teams.Ref, r Reply) (teams.Ref, error) {
	ref, err := c.ownPlace(ctx, ref, r)
	if err != nil {
		return ref, err
	}
	ref.ActivityID = ""
	id, err := c.Connector.Send(ctx, ref, r.message(ref))
	if isFailed := IsUnreachable(postError(err)); isFailed && ref.Only.ID != "" {
		return postElsewhere(ctx, c, ref, r, err)
	}
	if errors.Is(err, teams.ErrGone) || errors.Is(err, teams.ErrUnreachable) {
		ref, id, err = c.postReopened(ctx, ref, r, err)
	}
	if err = postError(err); err != nil {
		return ref, err
	}
	if r.Posted != nil {
		return ref, r.Posted(ctx, ref.WithActivity(id))
	}
	return ref, nil
}

// postElsewhere posts in the 1:1 chat what Teams did not take as a message for one person
// in a shared place: the Teams of the place may not know such messages, the old one is
// gone after 24 hours, a meeting may be over.
func postElsewhere(ctx context.Context, c *Chat, ref teams.Ref, r Reply, refusal error) (teams.Ref, error) {
	c.Logger.InfoContext(ctx, "no message for one person here", "ref", teams.RefFrom(ctx), "err", refusal)
	user := okr.UserID(strings.ToLower(ref.Only.ObjectID))
	near := okr.Conversation{Tenant: okr.TenantID(ref.TenantID), ServiceURL: ref.ServiceURL, BotID: ref.BotID}
	own, err := c.PersonalOf(ctx, near, user, ref.Only.ID)
	if err == nil {
		ref, err = c.post(ctx, RefOf(own), r.Only(user))
	}
	if IsUnreachable(err) {
		err = okr.WrapError(okr.Forbidden, err, "I can't post the answer in our 1:1 chat. Choose okrbot under Apps in Teams and select Add or Chat. If you blocked okrbot, unblock it there. Then try again.")
	}
	return ref, err
}

// postReopened posts to the 1:1 chat that Teams gives instead of one that it refused;
// where the place is none, the refusal holds.
func (c *Chat) postReopened(ctx context.Context, ref teams.Ref, r Reply, refusal error) (teams.Ref, string, error) {
	own, isPersonal, err := c.reopened(ctx, ref)
	if !isPersonal && err == nil {
		return ref, "", refusal
	}
	if err != nil {
		return ref, "", err
	}
	c.Logger.InfoContext(ctx, "1:1 chat opened anew", "ref", teams.RefFrom(ctx), "err", refusal)
	ref = RefOf(own)
	id, err := c.Connector.Send(ctx, ref, r.message(ref))
	return ref, id, err
}

// Update replaces a message. What is for one person only replaces none that others see:
// it is a new message where nobody else sees it, and so it is in a 1:1 chat that is
// gone. NotFound: the message is gone. The other errors are those of [Chat.Post].
func (c *Chat) Update(ctx context.Context, ref teams.Ref, r Reply) error {
	place, err := c.ownPlace(ctx, ref, r)
	if err != nil {
		return err
	}
	if place.ConversationID != ref.ConversationID {
		return c.Post(ctx, place, r)
	}
	err = c.Connector.Update(ctx, ref, r.message(ref))
	if isPlaceGone(err) && ref.Only.ID == "" {
		if again, id, e := c.postReopened(ctx, ref, r, err); e == nil {
			ref, err = again.WithActivity(id), nil
		}
	}
	if err = postError(err); err != nil {
		return err
	}
	if r.Posted != nil {
		return r.Posted(ctx, ref)
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
// a card that somebody put in with the message extension, it is a new message; instead
// of one that only one person saw, it is one in the 1:1 chat.
func (c *Chat) Replace(ctx context.Context, card teams.Ref, r Reply) error {
	err := c.Update(ctx, card, r)
	switch {
	case !IsUnreachable(err):
		return err
	case card.Only.ID != "":
		_, err = postElsewhere(ctx, c, card, r, err)
		return err
	}
	return c.Post(ctx, card, r)
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
		c.Logger.InfoContext(ctx, "person not notified", "ref", teams.RefFrom(ctx), "err", okr.CauseOf(err))
	}
}
