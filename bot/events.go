package bot

import (
	"context"

	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

// OnConversationUpdate greets where okrbot was added and forgets where it was
// removed. People who come and go change nothing.
func (b *Bot) OnConversationUpdate(ctx context.Context, a teams.Activity) error {
	for _, m := range a.MembersRemoved {
		if m.ID == a.Recipient.ID {
			return b.leave(ctx, a)
		}
	}
	for _, m := range a.MembersAdded {
		if m.ID == a.Recipient.ID {
			return b.arrive(ctx, a)
		}
	}
	if a.ChannelData.EventType == eventChannelDeleted {
		return b.leave(ctx, a)
	}
	return nil
}

// OnInstallation greets where okrbot was added and forgets where it was removed.
func (b *Bot) OnInstallation(ctx context.Context, a teams.Activity) error {
	if a.Action == "remove" || a.Action == "remove-upgrade" {
		return b.leave(ctx, a)
	}
	return b.arrive(ctx, a)
}

// arrive takes note of a place and says hello there, once: Teams tells of the
// same arrival in two ways, and the Playground at every load of its page.
func (b *Bot) arrive(ctx context.Context, a teams.Activity) error {
	tenant, id := okr.TenantID(a.TenantID()), a.BaseConversationID()
	_, known := b.Memory.Conversation(ctx, tenant, id)
	if known != nil && okr.KindOf(known) != okr.NotFound {
		return known
	}
	if _, err := b.newTurn(ctx, a); err != nil && okr.KindOf(err) != okr.Forbidden {
		return err // Forbidden: an installation by an app has no person
	}
	if err := b.resumeDigests(ctx, a); err != nil || known == nil {
		return err
	}
	first, err := b.Memory.FirstDelivery(ctx, tenant, id, "greeting")
	if err != nil || !first {
		return err
	}
	settings, err := b.Service.Access.Settings(ctx, tenant)
	if err != nil {
		return err
	}
	return b.post(ctx, a.Ref().Root(), say(cards.Welcome(settings.Enabled)))
}

// leave forgets where okrbot cannot post any more and pauses the digest there.
func (b *Bot) leave(ctx context.Context, a teams.Activity) error {
	tenant, id := okr.TenantID(a.TenantID()), a.BaseConversationID()
	if err := b.pauseDigests(ctx, a); err != nil {
		return err
	}
	return b.Memory.DropConversation(ctx, tenant, id)
}
