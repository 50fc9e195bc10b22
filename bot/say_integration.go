package bot

import (
	"context"

	"okrbot/cards"
	"okrbot/okr"
)

func integrationView(in okr.Integration) cards.IntegrationView {
	return cards.IntegrationView{
		Tenant: in.Tenant, IsAdmin: in.IsAdmin, Admins: in.Admins, Connections: in.Connections,
		Bindings: in.Bindings, Subscriptions: in.Subscriptions, Failing: in.Failing,
	}
}

// askEnable says what enabling does, or shows the Manage card when it is on.
func (b *Bot) askEnable(ctx context.Context, t *turn, _ string) (reply, error) {
	in, err := b.Service.Access.Integration(ctx, t.actor)
	if err != nil {
		return reply{}, err
	}
	if in.Tenant.Enabled {
		v := integrationView(in)
		v.Health, err = b.connectionHealth(ctx, t)
		return say(cards.Manage(t.place, v)), err
	}
	return say(cards.Enable(integrationView(in))), nil
}

// manage shows the state of the integration; one that is off can be enabled.
func (b *Bot) manage(ctx context.Context, t *turn, arg string) (reply, error) {
	return b.askEnable(ctx, t, arg)
}

func (b *Bot) enable(ctx context.Context, t *turn, _ press) (reply, error) {
	in, err := b.Service.Access.Enable(ctx, t.actor)
	if err != nil {
		return reply{}, err
	}
	return sayAll(cards.Manage(t.place, integrationView(in))), nil
}

func (b *Bot) askDisable(ctx context.Context, t *turn, _ string) (reply, error) {
	in, err := b.Service.Access.Integration(ctx, t.actor)
	switch {
	case err != nil:
		return reply{}, err
	case !in.Tenant.Enabled:
		return say(cards.Enable(integrationView(in))), nil
	case !in.IsAdmin:
		return say(cards.Manage(t.place, integrationView(in))), nil
	}
	return say(cards.ConfirmDisable(integrationView(in))), nil
}

func (b *Bot) disable(ctx context.Context, t *turn, _ press) (reply, error) {
	in, err := b.Service.Access.Disable(ctx, t.actor)
	if err != nil {
		return reply{}, err
	}
	return sayAll(cards.Disabled(integrationView(in))), nil
}
