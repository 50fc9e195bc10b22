// Package signin is the sign-in to Azure DevOps, which is okrbot's own:
// authorization code with PKCE against Microsoft Entra, in the browser between a
// link of the chat and a page that leads back to it.
package signin

import (
	"context"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

// Parts is what the subject needs of others.
type Parts struct {
	Access  accessor
	Connect connector
	Tickets Tickets
	Syncs   chat.Syncer
}

// Subject is the sign-in.
type Subject struct {
	chat    *chat.Chat
	access  accessor
	connect connector
	tickets Tickets
	syncs   chat.Syncer
	options Options
}

// New makes the subject.
func New(c *chat.Chat, p Parts, o Options) *Subject {
	return &Subject{chat: c, access: p.Access, connect: p.Connect, tickets: p.Tickets, syncs: p.Syncs, options: o}
}

// Register gives what people can say and press.
func (s *Subject) Register() chat.Subject {
	return chat.Subject{
		Title: "Your sign-in",
		Commands: []chat.Command{
			{Name: "sign in link", Aliases: []string{"signin link", "login link", "log in link"}, What: "Get a sign-in link if the card shows no button", Who: chat.Members, Examples: []string{"sign in link"}, Run: s.askLink, Own: chat.Always},
			{Name: "sign out", Aliases: []string{"signout", "logout", "log out", "sign off"}, Exact: true, What: "Forget your Azure DevOps sign-in", Who: chat.Members, Examples: []string{"sign out"}, Verb: cards.VerbSignOutAsk, Run: s.askSignOut, Own: chat.Always},
		},
		Presses: map[string]chat.PressHandler{
			cards.VerbConnectionAccount: s.pressSignIn,
			cards.VerbSignInCode:        s.pressCode,
			cards.VerbSignOutAsk:        chat.Pressed(s.askSignOut),
			cards.VerbSignOut:           s.signOut,
		},
		Ahead: chat.Aheads{}.On(aheadSignOut(s), cards.VerbSignOutAsk),
		Steps: []chat.NextStep{
			{Kind: okr.StepSignIn, Command: "connect", Says: "To sign in, send: %s.", Title: "Sign in", Verb: cards.VerbConnectionAccount, Style: "positive"},
		},
	}
}

// aheadSignOut reads what the question before signing out reads.
func aheadSignOut(s *Subject) chat.Ahead {
	return func(ctx context.Context, actor okr.Actor, _ chat.Press) {
		_, _ = s.connect.Accounts(ctx, actor)
		_, _ = s.connect.OwnConnections(ctx, actor)
	}
}
