// Package connections is the talk about the ways to Azure DevOps: making, sharing
// and moving them, their changing hands, and what fails with them.
package connections

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
	Access  accessor
	Connect connector
	Syncs   chat.Syncer
	SignIn  signer
}

// Subject is the talk about connections.
type Subject struct {
	chat    *chat.Chat
	access  accessor
	connect connector
	syncs   chat.Syncer
	signIn  signer
}

// New makes the subject.
func New(c *chat.Chat, o Options) *Subject {
	return &Subject{chat: c, access: o.Access, connect: o.Connect, syncs: o.Syncs, signIn: o.SignIn}
}

// Register gives what people can say and press.
func (s *Subject) Register() chat.Subject {
	return chat.Subject{Title: "Connections to Azure DevOps", Commands: s.commands(), Presses: s.presses(), Steps: steps(), Otherwise: s.bareID}
}

func (s *Subject) commands() []chat.Command {
	return []chat.Command{
		{Name: "connect", Aliases: []string{"sign in", "signin", "login", "log in"}, What: "Sign in to Azure DevOps and make a connection", Who: chat.Members, Examples: []string{"connect"}, Verb: cards.VerbConnect, Run: s.connectNew, Own: chat.Always},
		{Name: "connections", What: "Your connections, and those shared with everyone", Examples: []string{"connections"}, Verb: cards.VerbConnections, Run: s.listConnections, Own: chat.Always},
		{Name: "move", Exact: true, Arg: "<connection> [to <connection>]", What: "Measure everything of one connection through another", Who: chat.Owners, Examples: []string{"move C1 to C2"}, Run: s.move, Own: chat.Always},
		{Name: "hand over", Aliases: []string{"handover"}, Exact: true, Arg: "<connection> to <person>", What: "Offer your connection to a colleague", Who: chat.Owners, Examples: []string{"hand over C1 to Megan Bowen"}, Run: s.handOver, Own: chat.Always},
		{Name: "take over", Aliases: []string{"takeover"}, Arg: "<connection>", What: "Make an offered or orphaned connection your own", Who: chat.Members, Examples: []string{"take over C1"}, Run: s.takeOver, Own: chat.Always},
	}
}

// bareID shows the connection whose id is all that was said.
func (s *Subject) bareID(ctx context.Context, t *chat.Turn, text string) (chat.Reply, bool, error) {
	id, ok := okr.ParseConnectionID(chat.Plain(text))
	if !ok {
		return chat.Reply{}, false, nil
	}
	r, err := s.connectionCard(ctx, t, id)
	return r, true, err
}

// withConnection hands the connection of a press on.
func withConnection(do func(context.Context, *chat.Turn, okr.ConnectionID) (chat.Reply, error)) chat.PressHandler {
	return func(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
		return do(ctx, t, p.Connection())
	}
}

func (s *Subject) presses() map[string]chat.PressHandler {
	return map[string]chat.PressHandler{
		cards.VerbConnect:          s.pressConnect,
		cards.VerbConnectionOrg:    s.connectionOrganization,
		cards.VerbConnectionSave:   s.saveConnection,
		cards.VerbConnectionBack:   s.connectionBack,
		cards.VerbConnections:      s.pressConnections,
		cards.VerbConnection:       withConnection(s.connectionCard),
		cards.VerbConnectionEdit:   s.editConnection,
		cards.VerbConnectionSignIn: s.signInConnection,
		cards.VerbConnectionShare:  s.shareConnection,
		cards.VerbConnectionAskDel: s.askDeleteConnection,
		cards.VerbConnectionDelete: s.deleteConnection,
		cards.VerbMoveAsk:          s.askMove,
		cards.VerbMovePreview:      s.pressMovePreview,
		cards.VerbMove:             s.moveBindings,
		cards.VerbHandOverAsk:      s.askHandOver,
		cards.VerbHandOver:         s.pressHandOver,
		cards.VerbHandOverDrop:     s.dropOffer,
		cards.VerbTakeOverAsk:      withConnection(s.takeOverPreview),
		cards.VerbTakeOver:         s.pressTakeOver,
	}
}

func steps() []chat.NextStep {
	return []chat.NextStep{
		{Kind: okr.StepConnect, Command: "connect", Says: "To make one of your own, send: %s.", Title: "Connect", Verb: cards.VerbConnect},
		{Kind: okr.StepConnection, Command: "connections", Says: "To see it and renew its sign-in, send: %s.", Title: "Open the connection", Verb: cards.VerbConnection},
		{Kind: okr.StepConnections, Command: "connections", Says: "To see those you can use, send: %s.", Title: "Connections", Verb: cards.VerbConnections},
		{Kind: okr.StepHandOver, Command: "hand over <id>", Says: "To offer it to a colleague, send: %s.", Title: "Hand over", Verb: cards.VerbHandOverAsk},
	}
}
