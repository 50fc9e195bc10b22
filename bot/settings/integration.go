package settings

import (
	"context"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

func (s *Subject) view(in okr.Integration) cards.IntegrationView {
	return cards.IntegrationView{
		Tenant: in.Settings, IsAdmin: in.IsAdmin, Admins: in.Admins, Connections: in.Connections,
		Bindings: in.Bindings, Every: s.chat.Interval, Subscriptions: in.Subscriptions, Failing: in.Failing,
	}
}

// askEnable says what enabling does, or shows the Manage card when it is on.
func (s *Subject) askEnable(ctx context.Context, t *chat.Turn, _ string) (chat.Reply, error) {
	chat.MeetAdmins(ctx, s.chat, t)
	in, err := s.access.Integration(ctx, t.Actor)
	if err != nil {
		return chat.Reply{}, err
	}
	if in.Settings.Enabled {
		v := s.view(in)
		v.Health, err = s.connections.Health(ctx, t)
		return chat.Say(cards.Manage(t.Place, v)), err
	}
	return chat.Say(cards.Enable(s.view(in))), nil
}

// manage shows the state of the integration; one that is off can be enabled.
func (s *Subject) manage(ctx context.Context, t *chat.Turn, arg string) (chat.Reply, error) {
	return s.askEnable(ctx, t, arg)
}

func (s *Subject) enable(ctx context.Context, t *chat.Turn, _ chat.Press) (chat.Reply, error) {
	in, err := s.access.Enable(ctx, t.Actor)
	if err != nil {
		return chat.Reply{}, err
	}
	if !t.Settings.Enabled {
		s.chat.Audit(ctx, t, chat.Deed{Did: "integration enabled"})
	}
	return chat.SayAll(cards.Manage(t.Place, s.view(in))), nil
}

// askDisable asks before the integration is turned off; who may not do it is told
// who can.
func (s *Subject) askDisable(ctx context.Context, t *chat.Turn, _ string) (chat.Reply, error) {
	in, err := s.access.Integration(ctx, t.Actor)
	switch {
	case err != nil:
		return chat.Reply{}, err
	case !in.IsAdmin:
		return chat.Reply{}, s.access.RequireAdmin(ctx, t.Actor)
	case !in.Settings.Enabled:
		return chat.Say(cards.Done("Azure DevOps is already disabled", "OKRs aren't updated from Azure DevOps. All values are kept.", []cards.Button{
			{Title: "Enable Azure DevOps", Verb: cards.VerbEnableAsk},
		})), nil
	}
	return chat.Say(cards.ConfirmDisable(s.view(in))), nil
}

func (s *Subject) disable(ctx context.Context, t *chat.Turn, _ chat.Press) (chat.Reply, error) {
	in, err := s.access.Disable(ctx, t.Actor)
	if err != nil {
		return chat.Reply{}, err
	}
	if t.Settings.Enabled {
		s.chat.Audit(ctx, t, chat.Deed{Did: "integration disabled"})
	}
	return chat.SayAll(cards.Disabled(s.view(in))), nil
}
