// Package bindings is the talk about what measures goals: binding to shared queries
// or chosen work items, and measuring now.
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
	return chat.Subject{Title: "Azure DevOps data", Commands: s.commands(), Presses: s.presses(), Ahead: s.ahead(), Steps: steps(), Otherwise: s.pastedAddress}
}

// ahead is what presses read first.
func (s *Subject) ahead() chat.Aheads {
	begin := chat.AheadGoal(aheadBind(s))
	connections := func(ctx context.Context, actor okr.Actor, _ chat.Press) { _, _ = s.connect.Connections(ctx, actor) }
	step := chat.AheadAll(chat.AheadForm(s.chat, formKind), connections)
	out := chat.Aheads{}.
		On(connections, cards.VerbQueries, cards.VerbAddressBind).
		On(begin, cards.VerbBind, cards.VerbChosen).
		On(chat.AheadGoal(func(ctx context.Context, actor okr.Actor, id okr.GoalID) { _, _ = s.plan.Goal(ctx, actor, id) }), cards.VerbTree)
	for _, verb := range []string{
		cards.VerbBindSearch, cards.VerbBindChoose, cards.VerbBindPreview, cards.VerbBindSave, cards.VerbBindBack, cards.VerbBindAgain, cards.VerbChosenOpen,
		cards.VerbChosenAdd, cards.VerbChosenSearch, cards.VerbChosenRemove, cards.VerbChosenPage, cards.VerbChosenNext, cards.VerbChosenQuery,
	} {
		out[verb] = step
	}
	return out
}

// aheadBind is what a binding begins with.
func aheadBind(s *Subject) func(ctx context.Context, actor okr.Actor, id okr.GoalID) {
	return func(ctx context.Context, actor okr.Actor, id okr.GoalID) {
		_, _ = s.measure.Bindable(ctx, actor, id)
		_, _ = s.connect.Connections(ctx, actor)
	}
}

func (s *Subject) commands() []chat.Command {
	return []chat.Command{
		{Name: "bind", Aliases: []string{"link"}, Arg: "<id> [to <work items>]", What: "Connect a key result or project to a query or work items", Who: chat.Editors, Examples: []string{"bind KR4", "bind KR4 to 123, 124"}, Run: s.bind, Ahead: chat.AheadID(aheadBind(s)), Own: chat.Always},
		{Name: "unbind", Aliases: []string{"unlink"}, Exact: true, Arg: "<id>", What: "Disconnect it from Azure DevOps; the last value stays", Who: chat.Editors, Examples: []string{"unbind KR4"}, Run: s.askUnbind, Own: chat.Always},
		{Name: "sync", Phrases: map[string]string{"sync now": "", "sync all": "", "sync everything": "", "refresh": ""}, Arg: "[id]", What: "Refresh from Azure DevOps now: one, or everything", Examples: []string{"sync", "sync KR4"}, Verb: cards.VerbSync, Run: s.sync},
		{Name: "queries", Arg: "<text>", What: "Find shared queries by name in all your connections", Who: chat.Members, Examples: []string{"queries bugs"}, Run: s.queries, Ahead: func(ctx context.Context, actor okr.Actor, _ string) { _, _ = s.connect.Connections(ctx, actor) }, Own: chat.Always},
	}
}

func (s *Subject) presses() map[string]chat.PressHandler {
	return map[string]chat.PressHandler{
		cards.VerbBind:         s.pressBind,
		cards.VerbAddressBind:  s.pressAddress,
		cards.VerbBindSearch:   s.bindSearch,
		cards.VerbBindChoose:   s.pressChooseQuery,
		cards.VerbBindPreview:  s.bindPreview,
		cards.VerbBindSave:     s.saveBinding,
		cards.VerbBindBack:     s.bindBack,
		cards.VerbBindAgain:    s.bindAgain,
		cards.VerbChosen:       picker{s}.pressChosen,
		cards.VerbChosenOpen:   picker{s}.chosenOpen,
		cards.VerbChosenAdd:    picker{s}.withChoice(picker{s}.chosenAdd),
		cards.VerbChosenSearch: picker{s}.withChoice(picker{s}.chosenSearch),
		cards.VerbChosenRemove: picker{s}.withChoice(picker{s}.chosenRemove),
		cards.VerbChosenPage:   picker{s}.withChoice(picker{s}.chosenPage),
		cards.VerbChosenNext:   picker{s}.withChoice(picker{s}.chosenNext),
		cards.VerbChosenQuery:  picker{s}.withChoice(picker{s}.chosenQuery),
		cards.VerbUnbindAsk:    chat.WithGoal(s.askUnbindGoal),
		cards.VerbUnbind:       chat.WithGoal(s.unbind),
		cards.VerbTree:         s.pressTree,
		cards.VerbSync:         s.pressSync,
		cards.VerbQueries:      s.pressQueries,
	}
}

func steps() []chat.NextStep {
	return []chat.NextStep{
		{Kind: okr.StepBind, Command: "bind <id>", Says: "To bind it, send: %s.", Title: "Choose a query", Verb: cards.VerbBind},
		{Kind: okr.StepSync, Command: "sync <id>", Says: "To refresh it now, send: %s.", Title: "Sync now", Verb: cards.VerbSync},
	}
}
