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
	Access       accessor
	Connect      connector
	Applications registrar
	Hands        mover
	Syncs        chat.Syncer
	SignIn       signer
	Tickets      Tickets
	// PublicURL is this service as browsers reach it.
	PublicURL string
}

// Subject is the talk about connections.
type Subject struct {
	chat    *chat.Chat
	access  accessor
	connect connector
	apps    registrar
	hands   mover
	syncs   chat.Syncer
	signIn  signer
	tickets Tickets

	publicURL string
}

// New makes the subject.
func New(c *chat.Chat, o Options) *Subject {
	return &Subject{
		chat: c, access: o.Access, connect: o.Connect, apps: o.Applications, hands: o.Hands,
		syncs: o.Syncs, signIn: o.SignIn, tickets: o.Tickets, publicURL: o.PublicURL,
	}
}

// Register gives what people can say and press.
func (s *Subject) Register() chat.Subject {
	return chat.Subject{Title: "Connections to Azure DevOps", Commands: s.commands(), Presses: s.presses(), Ahead: s.ahead(), Steps: steps(), Otherwise: s.bareID}
}

// ahead is what presses read first.
func (s *Subject) ahead() chat.Aheads {
	one := func(ctx context.Context, actor okr.Actor, p chat.Press) {
		_, _ = s.connect.Connection(ctx, actor, p.Connection())
	}
	bound := func(ctx context.Context, actor okr.Actor, p chat.Press) {
		_, _, _ = s.connect.Bound(ctx, actor, p.Connection(), okr.Page{Limit: connectionPage})
	}
	offered := func(ctx context.Context, actor okr.Actor, _ chat.Press) {
		_, _ = s.apps.Applications(ctx, actor)
		_, _, _ = s.apps.OfferedApplications(ctx, actor, okr.Connection{})
	}
	application := chat.AheadAll(offered, func(ctx context.Context, actor okr.Actor, p chat.Press) {
		_, _ = s.apps.ApplicationConnections(ctx, actor, okr.CredentialID(p.Data[cards.KeyApplication]))
	})
	accounts := func(ctx context.Context, actor okr.Actor, _ chat.Press) { _, _ = s.connect.Accounts(ctx, actor) }
	form := chat.AheadForm(s.chat, formKind)
	out := chat.Aheads{}.
		On(chat.AheadAll(one, bound, offered, func(ctx context.Context, actor okr.Actor, _ chat.Press) { _, _ = s.connect.Connections(ctx, actor) }), cards.VerbMoveAsk).
		On(chat.AheadAll(one, offered), cards.VerbTakeOverAsk).
		On(accounts, cards.VerbConnect).
		On(chat.AheadAll(one, bound), cards.VerbConnection, cards.VerbConnectionAskDel)
	out[cards.VerbConnectionEdit] = chat.AheadAll(one, accounts)
	for _, verb := range []string{
		cards.VerbConnectionSignIn, cards.VerbConnectionDelete, cards.VerbMovePreview, cards.VerbMove, cards.VerbHandOverAsk, cards.VerbHandOver,
		cards.VerbTakeOver, cards.VerbTakeOverOwn, cards.VerbTakeOverByAsk, cards.VerbTakeOverBy, cards.VerbFoldersEdit,
	} {
		out[verb] = one
	}
	for _, verb := range []string{cards.VerbApplications, cards.VerbApplication, cards.VerbApplicationRenew, cards.VerbApplicationConnect, cards.VerbApplicationRemoveAsk, cards.VerbApplicationRemove} {
		out[verb] = application
	}
	for _, verb := range []string{cards.VerbConnectionOrg, cards.VerbConnectionSave, cards.VerbConnectionBack, cards.VerbFolders, cards.VerbFoldersFind, cards.VerbFoldersBack, cards.VerbFoldersSave} {
		out[verb] = form
	}
	return out
}

func (s *Subject) commands() []chat.Command {
	return []chat.Command{
		{Name: "connect", Aliases: []string{"sign in", "signin", "login", "log in"}, What: "Sign in to Azure DevOps and add a connection", Who: chat.Members, Examples: []string{"connect"}, Verb: cards.VerbConnect, Run: s.connectNew, Own: chat.Always},
		{Name: "connect application", Aliases: []string{"new application", "connect an application", "service principal", "connect service principal"}, What: "Let an application read Azure DevOps for everyone", Who: chat.Admins, Examples: []string{"connect application"}, Verb: cards.VerbApplicationNew, Run: applications{s}.connectApplication, Own: chat.Always},
		{Name: "applications", Aliases: []string{"service principals"}, What: "Applications that read Azure DevOps: health, renewal, removal", Who: chat.Admins, Examples: []string{"applications"}, Verb: cards.VerbApplications, Run: applications{s}.listApplications, Own: chat.Always},
		{Name: "connections", What: "Your connections, and those shared with everyone", Examples: []string{"connections"}, Verb: cards.VerbConnections, Run: s.listConnections, Own: chat.Always},
		{Name: "move", Exact: true, Arg: "<connection> [to <connection>]", What: "Move all OKRs of a connection to another one", Who: chat.Owners, Examples: []string{"move C1 to C2"}, Run: s.move, Own: chat.Always},
		{Name: "hand over", Aliases: []string{"handover"}, Exact: true, Arg: "<id> to <person>", What: "Hand over your goal or connection to a colleague", Who: chat.Editors, Examples: []string{"hand over O1 to Megan Bowen", "hand over C1 to Megan Bowen"}, Run: handing{s}.handOver, Own: chat.Always},
		{Name: "take over", Aliases: []string{"takeover"}, Arg: "<connection>", What: "Take over an offered or failing connection", Who: chat.Members, Examples: []string{"take over C1"}, Run: handing{s}.takeOver, Own: chat.Always},
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
		cards.VerbConnection:       s.showConnection,
		cards.VerbConnectionEdit:   s.editConnection,
		cards.VerbConnectionSignIn: s.signInConnection,
		cards.VerbConnectionShare:  s.shareConnection,
		cards.VerbConnectionAskDel: s.askDeleteConnection,
		cards.VerbConnectionDelete: s.deleteConnection,
		cards.VerbMoveAsk:          s.askMove,
		cards.VerbMovePreview:      s.pressMovePreview,
		cards.VerbMove:             s.moveBindings,
		cards.VerbHandOverAsk:      handing{s}.askHandOver,
		cards.VerbHandOver:         handing{s}.pressHandOver,
		cards.VerbHandOverDrop:     handing{s}.dropOffer,
		cards.VerbTakeOverAsk:      withConnection(handing{s}.takeOverPreview),
		cards.VerbTakeOver:         handing{s}.pressTakeOver,
		cards.VerbTakeOverOwn:      withConnection(handing{s}.takeOverOwn),
		cards.VerbTakeOverByAsk:    handing{s}.askTakeOverBy,
		cards.VerbTakeOverBy:       handing{s}.pressTakeOverBy,

		cards.VerbApplications:         applications{s}.pressApplications,
		cards.VerbApplication:          applications{s}.showApplication,
		cards.VerbApplicationNew:       chat.Pressed(applications{s}.connectApplication),
		cards.VerbApplicationRenew:     applications{s}.renewApplication,
		cards.VerbApplicationConnect:   applications{s}.connectBy,
		cards.VerbApplicationRemoveAsk: applications{s}.askRemoveApplication,
		cards.VerbApplicationRemove:    applications{s}.removeApplication,
		cards.VerbFolders:              folderTalk{s}.folders,
		cards.VerbFoldersEdit:          folderTalk{s}.editFolders,
		cards.VerbFoldersFind:          folderTalk{s}.findFolders,
		cards.VerbFoldersBack:          folderTalk{s}.foldersBack,
		cards.VerbFoldersSave:          folderTalk{s}.saveFolders,
	}
}

func steps() []chat.NextStep {
	return []chat.NextStep{
		{Kind: okr.StepConnect, Command: "connect", Says: "To add your own, send: %s.", Title: "Connect", Verb: cards.VerbConnect},
		{Kind: okr.StepConnection, Command: "connections", Says: "To see it and renew its sign-in, send: %s.", Title: "Show connection", Verb: cards.VerbConnection},
		{Kind: okr.StepConnections, Command: "connections", Says: "To see your connections, send: %s.", Title: "Connections", Verb: cards.VerbConnections},
		{Kind: okr.StepApplications, Command: "applications", Says: "To see the applications and renew one, send: %s.", Title: "Applications", Verb: cards.VerbApplications},
		{Kind: okr.StepHandOver, Command: "hand over <id>", Says: "To offer it to a colleague, send: %s.", Title: "Hand over", Verb: cards.VerbHandOverAsk},
	}
}
