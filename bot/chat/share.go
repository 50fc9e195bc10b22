package chat

import (
	"context"
	"maps"
	"time"

	"okrbot/cards"
	"okrbot/okr"
)

// sharedLife is how long it is known that something was shared, so that a second press
// does not show it again.
const sharedLife = 10 * time.Minute

// sharing is what the button "Share with everyone" does.
type sharing struct{ *Chat }

// Share makes the button that shows everybody what only the person sees so far.
func Share(c *Chat) PressHandler { return sharing{c}.share }

// share posts for everybody in the place what only the person sees so far. It is worked
// out anew as everybody may see it, by the rights that the person has now; the button
// says no more than which view it was.
func (c sharing) share(ctx context.Context, t *Turn, p Press) (Reply, error) {
	view := Press{Verb: p.Data[cards.KeyView], Data: maps.Clone(p.Data)}
	delete(view.Data, cards.KeyView)
	delete(view.Data, cards.KeyVerb)
	if t.Activity.IsPersonal() || !c.views[view.Verb] {
		return Reply{}, okr.Errorf(okr.Invalid, "This can't be shared here. Ask for it again in the channel or group chat where others should see it.")
	}
	key := "shared:" + t.Activity.Conversation.ID + ":" + t.Activity.ReplyToID
	if _, err := c.Memory.Draft(ctx, t.Actor.Tenant, key); err == nil {
		return Reply{}, okr.Errorf(okr.Conflict, "You've just shared it. Everyone here can see it.")
	}
	all := *t
	all.Actor.Shared = true
	r, err := c.presses[view.Verb](ctx, &all, view)
	if okr.KindOf(err) == okr.NotFound {
		err = okr.WrapError(okr.NotFound, err, "It's private or was deleted, so it can't be shared.")
	}
	if err != nil {
		return Reply{}, err
	}
	if err := c.toAll(ctx, t, r, key); err != nil {
		return Reply{}, err
	}
	own, err := c.presses[view.Verb](ctx, t, view)
	own.card, own.view = cards.SharedHere(own.card), nil
	return own.seenBy(t), err
}

// toAll posts what everybody may see. Nobody else knows of the thread that a slash
// command began; then it is a new one.
func (c sharing) toAll(ctx context.Context, t *Turn, r Reply, key string) error {
	r = Say(cards.SharedBy(r.card, t.Actor.Name))
	at := withoutReader(t.Activity.Ref())
	err := c.Post(ctx, at, r)
	if IsUnreachable(err) && at.Root().ConversationID != at.ConversationID {
		err = c.Post(ctx, at.Root(), r)
	}
	if IsUnreachable(err) {
		return okr.WrapError(okr.KindOf(err), err, "Teams doesn't accept messages from okrbot here, so nothing was shared. The channel may be archived, or okrbot was removed. Ask an owner to add it again.")
	}
	if err != nil {
		return err
	}
	if err := c.Memory.PutDraft(ctx, t.Actor.Tenant, key, []byte("{}"), sharedLife); err != nil {
		c.notNoted(ctx, "shared", err)
	}
	return nil
}
