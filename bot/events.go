package bot

import (
	"context"

	"okrbot/bot/chat"
	"okrbot/bot/digests"
	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

// OnConversationUpdate greets where okrbot was added and forgets where it was
// removed; it pauses and goes on where channels and teams close and open,
// and knows channels by their new names. People who
// come and go change nothing.
func (b *Bot) OnConversationUpdate(ctx context.Context, a teams.Activity) error {
	for _, m := range a.MembersRemoved {
		if m.ID == a.Recipient.ID {
			return b.onRemoved(ctx, a)
		}
	}
	for _, m := range a.MembersAdded {
		if m.ID == a.Recipient.ID {
			return b.onInstalled(ctx, a)
		}
	}
	switch {
	case digests.Renames(a):
		return b.digests.RenamePlace(ctx, a)
	case digests.Closes(a):
		return b.digests.PauseDigests(ctx, a) // the place may come back
	case digests.Opens(a):
		return b.digests.ResumeDigests(ctx, a)
	}
	return nil
}

// OnInstallation greets where okrbot was added and forgets where it was removed.
func (b *Bot) OnInstallation(ctx context.Context, a teams.Activity) error {
	if a.Action == "remove" || a.Action == "remove-upgrade" {
		return b.onRemoved(ctx, a)
	}
	return b.onInstalled(ctx, a)
}

// onInstalled takes note of a place and greets there, once: Teams reports the
// same arrival in two ways, and the Playground at every load of its page.
func (b *Bot) onInstalled(ctx context.Context, a teams.Activity) error {
	tenant, id := okr.TenantID(a.TenantID()), a.BaseConversationID()
	_, known := b.chat.Memory.Conversation(ctx, tenant, id)
	if known != nil && okr.KindOf(known) != okr.NotFound {
		return known
	}
	t, err := b.chat.Begin(ctx, a)
	if err != nil && okr.KindOf(err) != okr.Forbidden {
		return err // Forbidden: an installation by an app has no person
	}
	if err := b.digests.ResumeDigests(ctx, a); err != nil || known == nil {
		return err
	}
	first, err := b.chat.Memory.FirstTime(ctx, tenant, id, "greeting")
	if err != nil || !first {
		return err
	}
	if t.Settings, err = b.chat.Access.Settings(ctx, tenant); err != nil {
		return err
	}
	return b.chat.Post(ctx, a.Ref().Root(), chat.Say(cards.Welcome(b.welcomed(ctx, t), b.help.about)))
}

// onRemoved forgets a place where okrbot can't post, and pauses the digest there.
func (b *Bot) onRemoved(ctx context.Context, a teams.Activity) error {
	tenant, id := okr.TenantID(a.TenantID()), a.BaseConversationID()
	if err := b.digests.PauseDigests(ctx, a); err != nil {
		return err
	}
	return b.chat.Memory.DropConversation(ctx, tenant, id)
}
