package bot

import (
	"context"
	"errors"
	"strings"

	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

// admins lists who administers okrbot, and lets an admin add or remove somebody
// who is mentioned (or named by sign-in address) in the same place.
func (b *Bot) admins(ctx context.Context, t *turn, arg string) (reply, error) {
	word, who, _ := strings.Cut(strings.TrimSpace(arg), " ")
	var change func(context.Context, okr.Actor, okr.Person) (okr.Tenant, error)
	switch strings.ToLower(word) {
	case "":
		return b.listAdmins(ctx, t, t.settings)
	case "add":
		change = b.Service.Access.AddAdmin
	case "remove":
		change = b.Service.Access.RemoveAdmin
	default:
		return reply{}, okr.Errorf(okr.Invalid, "Say `admins`, `admins add @person` or `admins remove @person`.")
	}
	if err := b.Service.Access.RequireAdmin(ctx, t.actor); err != nil {
		return reply{}, err
	}
	person, err := b.mentioned(ctx, t, who)
	if err != nil {
		return reply{}, err
	}
	settings, err := change(ctx, t.actor, person)
	if err != nil {
		return reply{}, err
	}
	return b.listAdmins(ctx, t, settings)
}

func (b *Bot) listAdmins(_ context.Context, _ *turn, settings okr.Tenant) (reply, error) {
	names := b.Service.Access.AdminList(settings)
	words := "Nobody is named as an admin. Whoever runs okrbot sets ADMIN_OBJECT_IDS."
	if len(names) > 0 {
		words = strings.Join(names, ", ") + ". They enable the integration and may change everybody's OKRs. An admin adds another one with: admins add @person."
	}
	return say(cards.Done("Admins of okrbot", words, []cards.Button{{Title: "Integration", Verb: cards.VerbManage}})), nil
}

// mentioned finds the one person that a command is about, in the roster of the
// place: guests are refused.
func (b *Bot) mentioned(ctx context.Context, t *turn, address string) (okr.Person, error) {
	id := strings.TrimSpace(address)
	for _, e := range t.activity.Entities {
		if e.Type == "mention" && e.Mentioned.ID != "" && e.Mentioned.ID != t.activity.Recipient.ID {
			id = e.Mentioned.ID
		}
	}
	if id == "" {
		return okr.Person{}, okr.Errorf(okr.Invalid, "Mention the person, for example `admins add @Megan Bowen`, in a group chat or channel that they are in.")
	}
	m, err := b.Connector.Member(ctx, t.activity.Ref().Root(), id)
	switch {
	case errors.Is(err, teams.ErrGone), err == nil && m.AADObjectID == "":
		return okr.Person{}, okr.Errorf(okr.NotFound, "That person is not a member of this place. Mention them in a group chat or channel that they are in.")
	case err != nil:
		return okr.Person{}, okr.WrapError(okr.Unavailable, err, "Teams did not say who that is. Try again in a minute.")
	case isGuestRole(m.UserRole):
		return okr.Person{}, okr.Errorf(okr.Forbidden, "Guests cannot administer okrbot. Choose a member of the organization.")
	}
	return personOf(m), nil
}
