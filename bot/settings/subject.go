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
	return chat.Subject{Title: "For admins", Commands: s.commands(), Presses: s.presses(), Steps: steps()}
}

func (s *Subject) commands() []chat.Command {
	return []chat.Command{
		{Name: "enable", What: "Turn the Azure DevOps integration on", Who: chat.Admins, Examples: []string{"enable"}, Verb: cards.VerbEnableAsk, Run: s.askEnable, Own: chat.Always},
		{Name: "manage", What: "See and change the integration", Examples: []string{"manage"}, Verb: cards.VerbManage, Run: s.manage, Own: chat.Always},
		{Name: "admins", Arg: "[add|remove @person]", What: "Who administers okrbot", Examples: []string{"admins", "admins add @Megan Bowen"}, Run: s.admins, Own: chat.Always},
		{Name: "settings", What: "Time zone, periods, bands, weights, who may create and export, reminders (admins change them)", Examples: []string{"settings"}, Verb: cards.VerbSettings, Run: s.showSettings, Own: chat.Always},
		{Name: "disable", Exact: true, What: "Turn the integration off; every value stays", Who: chat.Admins, Examples: []string{"disable"}, Verb: cards.VerbDisableAsk, Run: s.askDisable, Own: chat.Always},
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
		{Kind: okr.StepEnable, Command: "enable", Says: "To turn it on, send: %s.", Title: "Enable", Verb: cards.VerbEnableAsk},
		{Kind: okr.StepIntegration, Command: "manage", Says: "To see the integration, send: %s.", Title: "See the integration", Verb: cards.VerbManage},
		{Kind: okr.StepSettings, Command: "settings", Says: "To see them, send: %s.", Title: "Settings", Verb: cards.VerbSettings},
	}
}
