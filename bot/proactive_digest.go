package bot

import (
	"context"
	"errors"

	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

// PostDigest posts a digest in its place: as a new message, or in the thread of
// those before it. Forbidden or NotFound: the place cannot be reached any more; the
// digest is then paused, and whoever made it was told. Any other error: try again
// later.
func (b *Bot) PostDigest(ctx context.Context, d okr.Digest) error {
	sub := d.Subscription
	settings, err := b.Service.Access.Settings(ctx, sub.Conversation.Tenant)
	if err != nil {
		return err
	}
	place := sub.Conversation
	// The service URL may have changed since the subscription was made.
	if newest, err := b.Memory.Conversation(ctx, place.Tenant, place.ID); err == nil {
		place = newest
	}
	card := cards.Digest(cards.Place{Zone: sub.Location(settings), Now: b.Now()}, d)
	if err := b.takeTurn(ctx, place.Tenant); err != nil {
		return err
	}
	err = unreachable(b.postDigest(ctx, sub, refOf(place), say(card)))
	if isUnreachable(err) {
		reason, _ := okr.MessageOf(err)
		err = errors.Join(err, b.pauseDigest(ctx, sub, reason))
	}
	return err
}

// postDigest sends the card. Where a digest keeps to one thread, the first message
// is what the others answer; a thread that is gone is begun anew. In Teams the
// conversation id with the message id names a thread ("Send proactive messages").
func (b *Bot) postDigest(ctx context.Context, sub okr.Subscription, ref teams.Ref, r reply) error {
	if !sub.Threaded || sub.Conversation.Kind != okr.Channel {
		return b.post(ctx, ref, r)
	}
	if sub.ThreadID != "" {
		thread := ref
		thread.ConversationID += ";messageid=" + sub.ThreadID
		if err := b.post(ctx, thread, r); !errors.Is(err, teams.ErrGone) {
			return err
		}
	}
	id, err := b.Connector.Send(ctx, ref, r.message())
	if err != nil || id == "" {
		return err
	}
	if err := b.Service.Notify.DigestThread(ctx, sub, id); err != nil { // the next one begins a thread of its own
		b.Logger.WarnContext(ctx, "thread of a digest not kept", "subscription", sub.ID, "err", err)
	}
	return nil
}

func isUnreachable(err error) bool {
	return okr.KindOf(err) == okr.Forbidden || okr.KindOf(err) == okr.NotFound
}

// pauseDigest pauses a digest and tells whoever made it in the 1:1 chat, once.
// Somebody who cannot be reached finds the pause in the form of the digest.
func (b *Bot) pauseDigest(ctx context.Context, sub okr.Subscription, reason string) error {
	first, err := b.Service.Notify.PauseDigest(ctx, sub, reason)
	if err != nil || !first || sub.Conversation.User == sub.CreatedBy.ID {
		return err
	}
	chat, err := b.personalOf(ctx, sub.Conversation, sub.CreatedBy.ID, "")
	if err == nil {
		err = b.post(ctx, refOf(chat), say(cards.DigestPaused(sub, reason)))
	}
	if err != nil {
		b.Logger.WarnContext(ctx, "maker of a paused digest not told", "subscription", sub.ID, "err", okr.CauseOf(err))
	}
	return nil
}

// pauseDigests pauses the digests of a place that okrbot was removed from: of a
// team those of all its channels, of a deleted channel its own.
func (b *Bot) pauseDigests(ctx context.Context, a teams.Activity) error {
	team := a.ChannelData.Team.ID
	id, reason := a.BaseConversationID(), "okrbot was removed from this place."
	if a.ChannelData.EventType == eventChannelDeleted {
		team, reason = "", "The channel was deleted."
		if a.ChannelData.Channel.ID != "" {
			id = a.ChannelData.Channel.ID
		}
	}
	list, err := b.Service.Notify.SubscriptionsOf(ctx, okr.TenantID(a.TenantID()), id, team)
	for _, sub := range list {
		err = errors.Join(err, b.pauseDigest(ctx, sub, reason))
	}
	return err
}

// resumeDigests goes on with the paused digests of a place that okrbot was added
// to again.
func (b *Bot) resumeDigests(ctx context.Context, a teams.Activity) error {
	list, err := b.Service.Notify.SubscriptionsOf(ctx, okr.TenantID(a.TenantID()), a.BaseConversationID(), a.ChannelData.Team.ID)
	for _, sub := range list {
		if sub.Paused == "" {
			continue
		}
		if err := b.Service.Notify.ResumeDigest(ctx, sub); err != nil {
			return err
		}
		ref := refOf(sub.Conversation)
		ref.ServiceURL = a.ServiceURL
		if err := b.post(ctx, ref, say(cards.DigestResumed())); err != nil { // the next digest finds out
			b.Logger.WarnContext(ctx, "place of a digest not told that it goes on", "subscription", sub.ID, "err", err)
		}
	}
	return err
}

// eventChannelDeleted is the event of a channel that was deleted ("Conversation
// events in your Teams bot").
const eventChannelDeleted = "channelDeleted"

// unreachable translates the connector's refusals into okr's.
func unreachable(err error) error {
	switch {
	case errors.Is(err, teams.ErrUnreachable):
		return okr.WrapError(okr.Forbidden, err, "okrbot was removed from this place or may not post here.")
	case errors.Is(err, teams.ErrGone):
		return okr.WrapError(okr.NotFound, err, "This place does not exist any more.")
	}
	return err
}
