// Package bindings is the talk about what measures goals: binding to shared queries
// and measuring now.
package bindings

import (
	"context"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

// signer starts a sign-in, after which something goes on.
type signer interface {
	Ask(ctx context.Context, t *chat.Turn, at okr.SignInAt, next *chat.Resume) (chat.Reply, error)
}

// Options is what the subject needs of others.
type Options struct {
	Connect connector
	Plan    planner
	Measure measurer
	Syncs   chat.Syncer
	SignIn  signer
}

// Subject is the talk about what measures goals.
type Subject struct {
	chat    *chat.Chat
	connect connector
	plan    planner
	measure measurer
	syncs   chat.Syncer
	signIn  signer
}

// New makes the subject.
func New(c *chat.Chat, o Options) *Subject {
	return &Subject{chat: c, connect: o.Connect, plan: o.Plan, measure: o.Measure, syncs: o.Syncs, signIn: o.SignIn}
}

// Register gives what people can say and press.
func (s *Subject) Register() chat.Subject {
	return chat.Subject{Title: "Measuring by Azure DevOps", Commands: s.commands(), Presses: s.presses(), Steps: steps(), Otherwise: s.pastedAddress}
}

func (s *Subject) commands() []chat.Command {
	return []chat.Command{
		{Name: "bind", Aliases: []string{"link"}, Arg: "<id>", What: "Measure a key result or project by a shared query", Who: chat.Editors, Examples: []string{"bind KR4"}, Run: s.bind, Own: chat.Always},
		{Name: "unbind", Aliases: []string{"unlink"}, Exact: true, Arg: "<id>", What: "Stop measuring it; the last value stays", Who: chat.Editors, Examples: []string{"unbind KR4"}, Run: s.askUnbind, Own: chat.Always},
		{Name: "sync", Phrases: map[string]string{"sync now": "", "sync all": "", "sync everything": "", "refresh": ""}, Arg: "[id]", What: "Measure now: one, or everything", Examples: []string{"sync", "sync KR4"}, Verb: cards.VerbSync, Run: s.sync},
		{Name: "queries", Arg: "<text>", What: "Find shared queries by name, through all your connections", Who: chat.Members, Examples: []string{"queries bugs"}, Run: s.queries, Own: chat.Always},
	}
}

func (s *Subject) presses() map[string]chat.PressHandler {
	return map[string]chat.PressHandler{
		cards.VerbBind:           s.pressBind,
		cards.VerbAddressBind:    s.pressAddress,
		cards.VerbBindConnection: s.bindConnection,
		cards.VerbBindSearch:     s.bindSearch,
		cards.VerbBindChoose:     s.pressChooseQuery,
		cards.VerbBindPreview:    s.bindPreview,
		cards.VerbBindSave:       s.saveBinding,
		cards.VerbBindBack:       s.bindBack,
		cards.VerbBindAgain:      s.bindAgain,
		cards.VerbUnbindAsk:      chat.WithGoal(s.askUnbindGoal),
		cards.VerbUnbind:         chat.WithGoal(s.unbind),
		cards.VerbTree:           s.pressTree,
		cards.VerbSync:           s.pressSync,
		cards.VerbQueries:        s.pressQueries,
	}
}

func steps() []chat.NextStep {
	return []chat.NextStep{
		{Kind: okr.StepBind, Command: "bind <id>", Says: "To bind it, send: %s.", Title: "Choose a query", Verb: cards.VerbBind},
		{Kind: okr.StepSync, Command: "sync <id>", Says: "To measure it now, send: %s.", Title: "Sync now", Verb: cards.VerbSync},
	}
}
