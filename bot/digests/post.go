package digests

import (
	"context"
	"errors"

	"okrbot/bot/chat"
	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

// PostDigest posts a digest in its place: as a new message, or in the thread of
// those before it. Forbidden or NotFound: the place cannot be reached any more; the
// digest is then paused, and whoever made it was told. Any other error: try again
// later.
func (s *Subject) PostDigest(ctx context.Context, d okr.Digest) error {
	sub := d.Subscription
	settings, err := s.access.Settings(ctx, sub.Conversation.Tenant)
	if err != nil {
		return err
	}
	place := sub.Conversation
	// The service URL may have changed since the subscription was made.
	if newest, err := s.chat.Memory.Conversation(ctx, place.Tenant, place.ID); err == nil {
		place = newest
	}
	card := cards.Digest(cards.Place{Zone: sub.Location(settings), Now: s.chat.Now()}, d)
	if err := s.chat.AwaitRoom(ctx, place.Tenant); err != nil {
		return err
	}
	err = chat.Unreachable(s.postDigest(ctx, sub, chat.RefOf(place), chat.Say(card)))
	if chat.IsUnreachable(err) {
		reason, _ := okr.MessageOf(err)
		err = errors.Join(err, s.pauseDigest(ctx, sub, reason))
	}
	return err
}

// postDigest sends the card. Where a digest keeps to one thread, the first message
// is what the others answer; a thread that is gone is begun anew. In Teams the
// conversation id with the message id names a thread ("Send proactive messages").
func (s *Subject) postDigest(ctx context.Context, sub okr.Subscription, ref teams.Ref, r chat.Reply) error {
	if !sub.Threaded || sub.Conversation.Kind != okr.Channel {
		return s.chat.Post(ctx, ref, r)
	}
	if sub.ThreadID != "" {
		thread := ref
		thread.ConversationID += ";messageid=" + sub.ThreadID
		if err := s.chat.Post(ctx, thread, r); !errors.Is(err, teams.ErrGone) {
			return err
		}
	}
	r.Posted = func(ctx context.Context, id string) error {
		if id == "" {
			return nil
		}
		if err := s.notify.DigestThread(ctx, sub, id); err != nil { // the next one begins a thread of its own
			s.chat.Logger.WarnContext(ctx, "thread of a digest not kept", "subscription", sub.ID, "err", err)
		}
		return nil
	}
	return s.chat.Post(ctx, ref, r)
}

// pauseDigest pauses a digest and tells whoever made it in the 1:1 chat, once.
// Somebody who cannot be reached finds the pause in the form of the digest.
func (s *Subject) pauseDigest(ctx context.Context, sub okr.Subscription, reason string) error {
	first, err := s.notify.PauseDigest(ctx, sub, reason)
	if err != nil || !first || sub.Conversation.User == sub.CreatedBy.ID {
		return err
	}
	own, err := s.chat.PersonalOf(ctx, sub.Conversation, sub.CreatedBy.ID, "")
	if err == nil {
		err = s.chat.Post(ctx, chat.RefOf(own), chat.Say(cards.DigestPaused(sub, reason)))
	}
	if err != nil {
		s.chat.Logger.WarnContext(ctx, "maker of a paused digest not told", "subscription", sub.ID, "err", okr.CauseOf(err))
	}
	return nil
}

// PauseDigests pauses the digests of a place that okrbot was removed from: of a
// team those of all its channels, of a deleted channel its own.
func (s *Subject) PauseDigests(ctx context.Context, a teams.Activity) error {
	team := a.ChannelData.Team.ID
	id, reason := a.BaseConversationID(), "okrbot was removed from this place."
	if a.ChannelData.EventType == EventChannelDeleted {
		team, reason = "", "The channel was deleted."
		if a.ChannelData.Channel.ID != "" {
			id = a.ChannelData.Channel.ID
		}
	}
	list, err := s.notify.SubscriptionsOf(ctx, okr.TenantID(a.TenantID()), id, team)
	for _, sub := range list {
		err = errors.Join(err, s.pauseDigest(ctx, sub, reason))
	}
	return err
}

// ResumeDigests goes on with the paused digests of a place that okrbot was added
// to again.
func (s *Subject) ResumeDigests(ctx context.Context, a teams.Activity) error {
	list, err := s.notify.SubscriptionsOf(ctx, okr.TenantID(a.TenantID()), a.BaseConversationID(), a.ChannelData.Team.ID)
	for _, sub := range list {
		if sub.Paused == "" {
			continue
		}
		if err := s.notify.ResumeDigest(ctx, sub); err != nil {
			return err
		}
		ref := chat.RefOf(sub.Conversation)
		ref.ServiceURL = a.ServiceURL
		if err := s.chat.Post(ctx, ref, chat.Say(cards.DigestResumed())); err != nil { // the next digest finds out
			s.chat.Logger.WarnContext(ctx, "place of a digest not told that it goes on", "subscription", sub.ID, "err", err)
		}
	}
	return err
}

// EventChannelDeleted is the event of a channel that was deleted ("Conversation
// events in your Teams bot").
const EventChannelDeleted = "channelDeleted"
