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
// those before it. The errors are those of [chat.Chat.Post].
func (s *Subject) PostDigest(ctx context.Context, d okr.Digest) error {
	sub := d.Subscription
	settings, err := s.access.Addressed(ctx, sub.Conversation.Tenant)
	if err != nil {
		return err
	}
	card := cards.Digest(s.placeOf(ctx, settings, sub), d)
	if err := s.chat.AwaitRoom(ctx, sub.Conversation.Tenant); err != nil {
		return err
	}
	if err := s.postDigest(ctx, sub, chat.RefOf(s.newestPlace(ctx, sub)), chat.Say(card)); err != nil {
		return err
	}
	s.followPerson(ctx, sub)
	return nil
}

// placeOf is how the posts of a digest are written: in its time zone, and in the locale of
// who made it, as their other cards are. Best effort: any other form can be read as well.
func (s *Subject) placeOf(ctx context.Context, settings okr.Settings, sub okr.Subscription) cards.Place {
	m, err := s.access.Member(ctx, sub.Conversation.Tenant, sub.CreatedBy.ID)
	if err != nil {
		s.chat.Logger.WarnContext(ctx, "locale of a digest not read", "subscription", sub.ID, "err", okr.CauseOf(err))
	}
	return s.chat.PlaceOf(settings, sub.Location(settings), m.Locale)
}

// newestPlace is the place of a digest as it was seen last: its service URL may have
// changed since the subscription was made, and a person may have another chat by now.
func (s *Subject) newestPlace(ctx context.Context, sub okr.Subscription) okr.Conversation {
	place := sub.Conversation
	read := func() (okr.Conversation, error) { return s.chat.Memory.Conversation(ctx, place.Tenant, place.ID) }
	if place.Kind == okr.Personal {
		read = func() (okr.Conversation, error) {
			return s.chat.Memory.PersonalConversation(ctx, place.Tenant, place.User)
		}
	}
	if newest, err := read(); err == nil {
		return newest
	}
	return place
}

// followPerson moves a digest to the 1:1 chat that the person has now, so that what is
// said of it there finds it. Best effort: the next digest does it as well.
func (s *Subject) followPerson(ctx context.Context, sub okr.Subscription) {
	now := s.newestPlace(ctx, sub)
	if now.ID == sub.Conversation.ID {
		return
	}
	if err := s.notify.MoveDigest(ctx, sub, now); err != nil {
		s.chat.Logger.WarnContext(ctx, "digest not moved to the new chat", "subscription", sub.ID, "err", okr.CauseOf(err))
	}
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
		if err := s.chat.Post(ctx, thread, r); okr.KindOf(err) != okr.NotFound {
			return err
		}
	}
	r.Posted = func(ctx context.Context, at teams.Ref) error {
		if at.ActivityID == "" {
			return nil
		}
		if err := s.notify.DigestThread(ctx, sub, at.ActivityID); err != nil { // the next one begins a thread of its own
			s.chat.Logger.WarnContext(ctx, "thread of a digest not kept", "subscription", sub.ID, "err", err)
		}
		return nil
	}
	return s.chat.Post(ctx, ref, r)
}

// DigestPaused tells whoever can act that a digest is paused, and why: whoever made it,
// in the 1:1 chat, and where that person cannot be reached the admins. Of one in a
// person's own chat nobody is told: its form shows the pause.
func (s *Subject) DigestPaused(ctx context.Context, sub okr.Subscription) error {
	if sub.Conversation.Kind == okr.Personal {
		return nil
	}
	err := s.chat.Tell(ctx, sub.Conversation, sub.CreatedBy.ID, chat.Say(cards.DigestPaused(sub, "")))
	if !chat.IsUnreachable(err) {
		return err
	}
	settings, err := s.access.Settings(ctx, sub.Conversation.Tenant)
	for _, admin := range s.access.AdminIDs(settings) {
		if admin != sub.CreatedBy.ID {
			told := s.chat.Tell(ctx, sub.Conversation, admin, chat.Say(cards.DigestPaused(sub, sub.CreatedBy.Name)))
			err = errors.Join(err, chat.IgnoreUnreachable(told))
		}
	}
	return err
}

// pauseDigest pauses a digest, and tells people once.
func (s *Subject) pauseDigest(ctx context.Context, sub okr.Subscription, reason string) error {
	first, err := s.notify.PauseDigest(ctx, sub, reason)
	if err != nil || !first {
		return err
	}
	sub.Paused = reason
	if err := s.DigestPaused(ctx, sub); err != nil { // the form of the digest shows it
		s.chat.Logger.WarnContext(ctx, "paused digest not announced", "subscription", sub.ID, "err", okr.CauseOf(err))
	}
	return nil
}

// PauseDigests pauses the digests that an event of Teams closes: where okrbot was removed,
// of a team those of all its channels; of a deleted channel its own.
func (s *Subject) PauseDigests(ctx context.Context, a teams.Activity) error {
	reason := "okrbot was removed from this place."
	if words, ok := closings()[a.ChannelData.EventType]; ok {
		reason = words
	}
	list, err := s.concerned(ctx, a)
	for _, sub := range list {
		err = errors.Join(err, s.pauseDigest(ctx, sub, reason))
	}
	return err
}

// ResumeDigests goes on with the digests of a place that okrbot was added to again, or
// that was restored.
func (s *Subject) ResumeDigests(ctx context.Context, a teams.Activity) error {
	list, err := s.concerned(ctx, a)
	for _, sub := range list {
		err = errors.Join(err, s.resumeDigest(ctx, sub, a.ServiceURL))
	}
	return err
}

// concerned are the digests that an event of Teams is about: of one channel, or of a
// team those of all its channels. Where okrbot is added to a private or shared channel, or
// removed from it, that is of this channel only: what is of the team stands in General,
// which has the team's id.
func (s *Subject) concerned(ctx context.Context, a teams.Activity) ([]okr.Subscription, error) {
	tenant, data, place := okr.TenantID(a.TenantID()), a.ChannelData, a.BaseConversationID()
	switch {
	case isOfChannel(data.EventType) && data.Channel.ID != "":
		return s.notify.SubscriptionsOf(ctx, tenant, data.Channel.ID, "")
	case closings()[data.EventType] == "" && !Opens(a) && data.Team.ID != "" && place != data.Team.ID:
		return s.notify.SubscriptionsOf(ctx, tenant, place, "")
	}
	return s.notify.SubscriptionsOf(ctx, tenant, place, data.Team.ID)
}

// Renames says whether an event gives a channel another name.
func Renames(a teams.Activity) bool {
	return a.ChannelData.EventType == "channelRenamed" && a.ChannelData.Channel.ID != ""
}

// RenamePlace remembers the new name of a channel: people know a digest by its place.
func (s *Subject) RenamePlace(ctx context.Context, a teams.Activity) error {
	tenant, channel := okr.TenantID(a.TenantID()), a.ChannelData.Channel
	list, err := s.notify.SubscriptionsOf(ctx, tenant, channel.ID, "")
	for _, sub := range list {
		to := sub.Conversation
		to.Name = okr.CleanLine(channel.Name)
		err = errors.Join(err, s.notify.MoveDigest(ctx, sub, to))
	}
	place, found := s.chat.Memory.Conversation(ctx, tenant, channel.ID)
	if found == nil {
		place.Name = okr.CleanLine(channel.Name)
		found = s.chat.Memory.SaveConversation(ctx, place)
	}
	return errors.Join(err, okr.IgnoreNotFound(found))
}

// signOfLife goes on with the digest of a place in which somebody writes or presses:
// whatever Teams said of the place, okrbot is there.
func (s *Subject) signOfLife(ctx context.Context, t *chat.Turn) {
	if !t.Halted() {
		return
	}
	list, err := s.notify.SubscriptionsOf(ctx, t.Actor.Tenant, t.Activity.BaseConversationID(), "")
	for _, sub := range list {
		err = errors.Join(err, s.resumeDigest(ctx, sub, t.Activity.ServiceURL))
	}
	if err != nil { // the next message does it as well
		s.chat.Logger.WarnContext(ctx, "digest not resumed", "ref", teams.RefFrom(ctx), "err", okr.CauseOf(err))
	}
}

// resumeDigest goes on with a digest that was paused, and says so in its place; one
// that was only refused is tried again as if it never had been. A place that is closed
// to okrbot all the same stays paused: nobody is to be told twice.
func (s *Subject) resumeDigest(ctx context.Context, sub okr.Subscription, serviceURL string) error {
	if !sub.Halted() {
		return nil
	}
	if sub.Paused != "" {
		ref := chat.RefOf(sub.Conversation)
		ref.ServiceURL = serviceURL
		err := s.chat.Post(ctx, ref, chat.Say(cards.DigestResumed()))
		if okr.KindOf(err) == okr.Forbidden {
			return nil
		}
		if err != nil { // the next digest finds out
			s.chat.Logger.WarnContext(ctx, "place not notified of a resumed digest", "subscription", sub.ID, "err", okr.CauseOf(err))
		}
	}
	return s.notify.ResumeDigest(ctx, sub)
}

// The events of channels and teams that open and close places ("Conversation events in
// your Teams bot").
const (
	eventChannelDeleted  = "channelDeleted"
	eventChannelRestored = "channelRestored"
)

// closings are the events by which places close, and what they are to people.
func closings() map[string]string {
	return map[string]string{
		eventChannelDeleted: "The channel was deleted.",
		"teamDeleted":       "The team was deleted.",
		"teamHardDeleted":   "The team was deleted.",
		"teamArchived":      "The team was archived.",
	}
}

// Closes says whether an event closes places; ClosedPlace is then the one that is gone.
func Closes(a teams.Activity) bool { return closings()[a.ChannelData.EventType] != "" }

// Opens says whether an event opens places again.
func Opens(a teams.Activity) bool {
	switch a.ChannelData.EventType {
	case eventChannelRestored, "teamUnarchived", "teamRestored":
		return true
	default:
		return false
	}
}

func isOfChannel(event string) bool {
	return event == eventChannelDeleted || event == eventChannelRestored
}
