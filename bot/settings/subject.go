// Package settings is what admins decide: the integration on or off, who else is an
// admin, and the settings of the organization.
package settings

import (
	"context"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

// connections shows how the connections are.
type connections interface {
	Health(ctx context.Context, t *chat.Turn) ([]cards.ConnectionView, error)
}

// Subject is what admins decide.
type Subject struct {
	chat        *chat.Chat
	access      accessor
	plan        planner
	connections connections
}

// New makes the subject.
func New(c *chat.Chat, access accessor, plan planner, connections connections) *Subject {
	return &Subject{chat: c, access: access, plan: plan, connections: connections}
}

// Register gives what people can say and press.
func (s *Subject) Register() chat.Subject {
	return chat.Subject{Title: "For admins", Commands: s.commands(), Presses: s.presses(), Ahead: s.ahead(), Steps: steps()}
}

// ahead is what presses read first.
func (s *Subject) ahead() chat.Aheads {
	state := func(ctx context.Context, actor okr.Actor, _ chat.Press) { _, _ = s.access.Integration(ctx, actor) }
	health := func(ctx context.Context, actor okr.Actor, _ chat.Press) {
		_, _ = s.connections.Health(ctx, &chat.Turn{Actor: actor})
	}
	manage := chat.AheadAll(state, health)
	return chat.Aheads{}.
		On(manage, cards.VerbEnableAsk, cards.VerbManage).
		On(state, cards.VerbDisableAsk).
		On(chat.AheadForm(s.chat, formKind), cards.VerbSettingsSave, cards.VerbPeriodAdd, cards.VerbPeriodRemove)
}

func (s *Subject) commands() []chat.Command {
	return []chat.Command{
		{Name: "enable", What: "Enable Azure DevOps for your organization", Who: chat.Admins, Examples: []string{"enable"}, Verb: cards.VerbEnableAsk, Run: s.askEnable, Own: chat.Always},
		{Name: "manage", What: "See how Azure DevOps is set up, or disable it", Examples: []string{"manage"}, Verb: cards.VerbManage, Run: s.manage, Own: chat.Always},
		{Name: "admins", Arg: "[add|remove @person]", What: "Show the admins, add one or remove one", Examples: []string{"admins", "admins add @Megan Bowen"}, Run: s.admins, Own: chat.Always},
		{Name: "settings", What: "Time zone, periods, statuses, roll-up, rights, reminders and digests", Examples: []string{"settings"}, Verb: cards.VerbSettings, Run: s.showSettings, Own: chat.Always},
		{Name: "disable", Exact: true, What: "Disable Azure DevOps for your organization; all values are kept", Who: chat.Admins, Examples: []string{"disable"}, Verb: cards.VerbDisableAsk, Run: s.askDisable, Own: chat.Always},
	}
}

func (s *Subject) presses() map[string]chat.PressHandler {
	return map[string]chat.PressHandler{
		cards.VerbEnableAsk:    chat.Pressed(s.askEnable),
		cards.VerbEnable:       s.enable,
		cards.VerbManage:       chat.Pressed(s.manage),
		cards.VerbDisableAsk:   chat.Pressed(s.askDisable),
		cards.VerbDisable:      s.disable,
		cards.VerbSettings:     chat.Pressed(s.showSettings),
		cards.VerbSettingsSave: s.saveSettings,
		cards.VerbPeriodAdd:    s.addPeriod,
		cards.VerbPeriodRemove: s.removePeriod,
	}
}

func steps() []chat.NextStep {
	return []chat.NextStep{
		{Kind: okr.StepEnable, Command: "enable", Says: "To enable it, send: %s.", Title: "Enable Azure DevOps", Verb: cards.VerbEnableAsk},
		{Kind: okr.StepIntegration, Command: "manage", Says: "To see the details, send: %s.", Title: "Show details", Verb: cards.VerbManage},
		{Kind: okr.StepSettings, Command: "settings", Says: "To see them, send: %s.", Title: "Open settings", Verb: cards.VerbSettings},
	}
}
