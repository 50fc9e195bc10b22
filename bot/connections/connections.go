package connections

import (
	"context"
	"errors"
	"strings"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

// connectionPage is how many connections one card lists.
const connectionPage = 15

// connectNew starts the sign-in, or the form for who is signed in.
func (s *Subject) connectNew(ctx context.Context, t *chat.Turn, _ string) (chat.Reply, error) {
	return s.startConnection(ctx, t, nil)
}

// startConnection opens the form that makes a connection, in the 1:1 chat and
// after a sign-in where there is none. After carries on from there.
func (s *Subject) startConnection(ctx context.Context, t *chat.Turn, after *chat.Resume) (chat.Reply, error) {
	if err := errors.Join(t.MembersOnly(), s.access.RequireEnabled(ctx, t.Actor)); err != nil {
		return chat.Reply{}, err
	}
	accounts, err := s.connect.Accounts(ctx, t.Actor)
	if err != nil {
		return chat.Reply{}, err
	}
	if len(accounts) == 0 {
		return s.signIn.Ask(ctx, t, okr.SignInOf(err), &chat.Resume{Verb: cards.VerbConnect, Data: chat.ResumeData(after)})
	}
	d := connectionDraft{ID: chat.NewFormID(), Owner: t.Actor.ID, Credential: accounts[0].ID, Account: accounts[0].Account.UserName, Resume: after}
	begin := quick{s}.connectFor
	if after == nil {
		begin = s.connectInSteps
	}
	r, err := begin(ctx, t, d)
	if okr.KindOf(err) == okr.SignIn {
		return s.signIn.Ask(ctx, t, okr.SignInOf(err), &chat.Resume{Verb: cards.VerbConnect, Data: chat.ResumeData(after)})
	}
	return r.Only(t.Actor.ID), err
}

// connectInSteps begins the form that asks for the organization first.
func (s *Subject) connectInSteps(ctx context.Context, t *chat.Turn, d connectionDraft) (chat.Reply, error) {
	return s.connectionStepOne(ctx, t, d, cards.FieldError{})
}

func (s *Subject) listConnections(ctx context.Context, t *chat.Turn, _ string) (chat.Reply, error) {
	return s.pressConnections(ctx, t, chat.Press{})
}

func (s *Subject) pressConnections(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	list, total, err := s.connect.ListConnections(ctx, t.Actor, okr.Page{Offset: p.Offset(), Limit: connectionPage})
	if err != nil {
		return chat.Reply{}, err
	}
	if total == 0 && !t.Settings.Enabled { // the one thing that leads on
		return chat.Reply{}, s.access.RequireEnabled(ctx, t.Actor)
	}
	admin, err := s.access.IsAdmin(ctx, t.Actor)
	if err != nil {
		return chat.Reply{}, err
	}
	offset := min(p.Offset(), max(0, total-1))
	return chat.Say(cards.Connections(t.Place, cards.ConnectionList{Views: rowsOf(t, list, admin), Total: total, Offset: offset, Shared: t.Actor.Shared, IsAdmin: admin && !t.Actor.Shared})), nil
}

// rowOf is a connection as a list shows it, which says less than the card of one.
func rowOf(t *chat.Turn, c okr.Connection, bound int, isAdmin bool) cards.ConnectionView {
	return cards.ConnectionView{Connection: c, BoundCount: bound, IsOwner: c.IsOf(t.Actor.ID), MayEdit: isAdmin && c.Application != nil, WebURL: c.Project.URL}
}

// rowsOf are connections as a list shows them.
func rowsOf(t *chat.Turn, list []okr.BoundConnection, isAdmin bool) (views []cards.ConnectionView) {
	for _, c := range list {
		views = append(views, rowOf(t, c.Connection, c.Bound, isAdmin))
	}
	return views
}

func (s *Subject) connectionView(ctx context.Context, t *chat.Turn, c okr.Connection) (cards.ConnectionView, error) {
	goals, n, err := s.connect.Bound(ctx, t.Actor, c.ID, okr.Page{Limit: connectionPage})
	if err != nil {
		return cards.ConnectionView{}, err
	}
	admin, err := s.access.IsAdmin(ctx, t.Actor)
	if err != nil {
		return cards.ConnectionView{}, err
	}
	own := c.IsOf(t.Actor.ID)
	v := cards.ConnectionView{Connection: c, Bound: goals, BoundCount: n, IsOwner: own, MayDelete: own || admin, MayEdit: admin && c.Application != nil, WebURL: c.Project.URL}
	v.MaySync = !t.Actor.Guest && t.Settings.Enabled && (c.Application == nil || !c.Application.Removed)
	if own && c.Shared {
		if v.Others, err = s.connect.CountOthers(ctx, t.Actor, c); err != nil {
			return v, err
		}
	}
	err = s.hands.MayTakeOver(ctx, t.Actor, c)
	v.MayTake = err == nil
	if kind := okr.KindOf(err); kind == okr.Forbidden || kind == okr.Invalid {
		err = nil
	}
	return v, err
}

func (s *Subject) connectionCard(ctx context.Context, t *chat.Turn, id okr.ConnectionID) (chat.Reply, error) {
	v, err := s.readConnection(ctx, t, id)
	return chat.Say(cards.Connection(t.Place, v)), err
}

// showConnection shows a connection, also after a sign-in that brought it back.
func (s *Subject) showConnection(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	v, err := s.readConnection(ctx, t, p.Connection())
	v.Syncs = p.Data[cards.KeySyncing] != "" && v.BoundCount > 0 && !v.Connection.Health.Failing()
	return chat.Say(cards.Connection(t.Place, v)), err
}

func (s *Subject) readConnection(ctx context.Context, t *chat.Turn, id okr.ConnectionID) (cards.ConnectionView, error) {
	c, err := s.connect.Connection(ctx, t.Actor, id)
	if err != nil {
		return cards.ConnectionView{}, err
	}
	return s.connectionView(ctx, t, c)
}

// editConnection opens the form with what the connection has.
func (s *Subject) editConnection(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	d, err := s.draftOf(ctx, t, p.Connection())
	if err != nil {
		return chat.Reply{}, err
	}
	form, err := s.connectionForm(ctx, t, d, cards.FieldError{})
	if okr.KindOf(err) == okr.SignIn {
		return s.signInToEdit(ctx, t, d.Editing)
	}
	if err != nil {
		return chat.Reply{}, err
	}
	return chat.Say(cards.EditConnection(form)).Only(t.Actor.ID), nil
}

// draftOf is the form of a connection that the person may edit.
func (s *Subject) draftOf(ctx context.Context, t *chat.Turn, id okr.ConnectionID) (connectionDraft, error) {
	c, err := s.connect.Connection(ctx, t.Actor, id)
	if err != nil {
		return connectionDraft{}, err
	}
	keeps, err := s.connect.Keeps(ctx, t.Actor, c)
	switch {
	case err != nil:
		return connectionDraft{}, err
	case !keeps && c.Application != nil:
		return connectionDraft{}, okr.Errorf(okr.Forbidden, "Only an admin can edit this connection of the application %s.", c.Application.Name)
	case !keeps:
		return connectionDraft{}, okr.Errorf(okr.Forbidden, "Only %s, its owner, can edit this connection.", c.Owner.Name)
	}
	d := connectionDraft{
		ID: chat.NewFormID(), Owner: t.Actor.ID, Credential: c.Credential, Account: c.Account, Editing: c.ID,
		Name: c.Name, Organization: c.Organization, Project: c.Project.ID, Shared: c.Shared, Folders: c.Folders, Was: &c,
	}
	if c.Application != nil {
		d.Application, d.ProjectTitle = c.Application.Name, c.Project.Name
	}
	return d, nil
}

// signInToEdit signs in where the connection leads, and then goes on with its form.
func (s *Subject) signInToEdit(ctx context.Context, t *chat.Turn, id okr.ConnectionID) (chat.Reply, error) {
	c, err := s.connect.Connection(ctx, t.Actor, id)
	if err != nil {
		return chat.Reply{}, err
	}
	at, _ := s.connect.SignInFor(ctx, t.Actor, c)
	return s.signIn.Ask(ctx, t, at, &chat.Resume{Verb: cards.VerbConnectionEdit, Data: chat.ConnectionData(id)})
}

func (s *Subject) shareConnection(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	before, err := s.connect.Connection(ctx, t.Actor, p.Connection())
	if err != nil {
		return chat.Reply{}, err
	}
	c, stopped, err := s.connect.ShareConnection(ctx, t.Actor, before.ID, p.Data[cards.KeyShared] == "true")
	if err != nil {
		return chat.Reply{}, err
	}
	s.auditSharing(ctx, t, before, c)
	s.tellStopped(ctx, t, c, stopped)
	return s.connectionCard(ctx, t, c.ID)
}

// auditSharing writes down who let others use a connection, or no longer lets them.
func (s *Subject) auditSharing(ctx context.Context, t *chat.Turn, before, after okr.Connection) {
	switch {
	case before.ID == "" || before.Shared == after.Shared:
	case after.Shared:
		s.chat.Audit(ctx, t, chat.Deed{Did: "connection shared", Of: string(after.ID)})
	default:
		s.chat.Audit(ctx, t, chat.Deed{Did: "connection made private", Of: string(after.ID)})
	}
}

// tellStopped tells those who had bound something through a connection that it is
// private again.
func (s *Subject) tellStopped(ctx context.Context, t *chat.Turn, c okr.Connection, stopped []okr.Goal) {
	s.tellBinders(ctx, t, stopped, func(list string) string {
		return t.Actor.Name + " stopped sharing the connection " + c.Name + ", so these OKRs you bound no longer update: " + list + ". Their last values stay. Bind them through your own connection."
	})
}

// tellBinders tells those whose bindings have stopped, each of what that one may see.
func (s *Subject) tellBinders(ctx context.Context, t *chat.Turn, stopped []okr.Goal, say func(list string) string) {
	names := map[okr.UserID]string{}
	first := map[okr.UserID]okr.GoalID{}
	for _, g := range stopped {
		if g.Binding == nil {
			continue
		}
		who := g.Binding.BoundBy
		if !(okr.Actor{Tenant: t.Actor.Tenant, Person: who}).Sees(g) {
			continue
		}
		if first[who.ID] == "" {
			first[who.ID] = g.ID
		}
		names[who.ID] = strings.TrimPrefix(names[who.ID]+", "+string(g.ID)+" "+okr.Shorten(g.Title, 60), ", ")
	}
	for user, list := range names {
		s.chat.TellSoftly(ctx, t, user, cards.Done("OKRs stopped updating", say(okr.Shorten(list, 600)), []cards.Button{
			{Title: "Bind " + string(first[user]) + " again", Verb: cards.VerbBind, Data: chat.GoalData(first[user])}, {Title: "New connection", Verb: cards.VerbConnect},
		}))
	}
}

func (s *Subject) askDeleteConnection(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	v, err := s.readConnection(ctx, t, p.Connection())
	if err != nil {
		return chat.Reply{}, err
	}
	if !v.MayDelete {
		if v.Connection.Application != nil {
			return chat.Reply{}, okr.Errorf(okr.Forbidden, "Only an admin can delete this connection of the application %s.", v.Connection.Application.Name)
		}
		return chat.Reply{}, okr.Errorf(okr.Forbidden, "Only %s, its owner, or an admin can delete this connection.", v.Connection.Owner.Name)
	}
	return chat.Say(cards.ConfirmDeleteConnection(v)), nil
}

func (s *Subject) deleteConnection(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	c, err := s.connect.DeleteConnection(ctx, t.Actor, p.Connection())
	if err != nil {
		return chat.Reply{}, err
	}
	s.chat.Audit(ctx, t, chat.Deed{Did: "connection deleted", Of: string(c.ID)})
	return chat.SayAll(cards.Done("Connection deleted", "The connection "+c.Name+" was deleted. Its OKRs keep their last values. Bind them through another connection to update them.", []cards.Button{
		{Title: "Connections", Verb: cards.VerbConnections}, {Title: "OKRs", Verb: cards.VerbGoals},
	})), nil
}

// signInConnection signs in again for a connection that needs it.
func (s *Subject) signInConnection(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	id := p.Connection()
	c, err := s.connect.Connection(ctx, t.Actor, id)
	if err != nil {
		return chat.Reply{}, err
	}
	if c.Application != nil {
		return applications{s}.renewApplication(ctx, t, chat.Press{Data: map[string]string{cards.KeyApplication: string(c.Credential)}})
	}
	if c.Owner.ID != t.Actor.ID {
		return chat.Reply{}, okr.WithNext(okr.Errorf(okr.Forbidden, "Only %s can sign in for this connection.", c.Owner.Name), okr.Step{Kind: okr.StepConnect})
	}
	at, renews := s.connect.SignInFor(ctx, t.Actor, c)
	next := cards.VerbConnection
	if !renews {
		next = cards.VerbConnectionEdit // to go on with the other account
	}
	return s.signIn.Ask(ctx, t, at, &chat.Resume{Verb: next, Data: chat.ConnectionData(id)})
}

// pressConnect opens the connection form; it also carries on here after a
// sign-in, with what is to follow the new connection.
func (s *Subject) pressConnect(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	return s.startConnection(ctx, t, chat.ResumeFrom(p))
}
