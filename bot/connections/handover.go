package connections

import (
	"context"
	"strings"

	"okrbot/bot/chat"
	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

// handing is the talk about connections that change hands.
type handing struct{ *Subject }

// handOver offers a connection to another person.
func (s handing) handOver(ctx context.Context, t *chat.Turn, arg string) (chat.Reply, error) {
	what, to := cutTo(arg)
	if id, ok := okr.ParseGoalID(what); ok {
		data := chat.GoalData(id)
		data[cards.InputPerson] = to
		return s.chat.Act(ctx, t, chat.Press{Verb: cards.VerbGoalHandOverAsk, Data: data})
	}
	if err := t.MembersOnly(); err != nil {
		return chat.Reply{}, err
	}
	c, err := s.findConnection(ctx, t, what)
	if err != nil {
		return chat.Reply{}, err
	}
	if to == "" {
		return s.handOverForm(ctx, t, c.ID, "", cards.FieldError{})
	}
	return s.offerOr(ctx, t, c.ID, to)
}

func (s handing) askHandOver(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	if err := t.MembersOnly(); err != nil {
		return chat.Reply{}, err
	}
	return s.handOverForm(ctx, t, p.Connection(), "", cards.FieldError{})
}

func (s handing) handOverForm(ctx context.Context, t *chat.Turn, id okr.ConnectionID, typed string, wrong cards.FieldError) (chat.Reply, error) {
	c, err := s.connect.Connection(ctx, t.Actor, id)
	return chat.Say(cards.AskHandOver(cards.HandOverForm{
		Connection: c, Picker: t.Picker(), Person: cards.People{Names: typed}, Error: wrong,
	})), err
}

func (s handing) pressHandOver(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	return s.offerOr(ctx, t, p.Connection(), p.Data[cards.InputPerson])
}

// offerOr offers a connection, or shows the form with what is wrong about the person.
func (s handing) offerOr(ctx context.Context, t *chat.Turn, id okr.ConnectionID, typed string) (chat.Reply, error) {
	r, err := s.offer(ctx, t, id, typed)
	if wrong, ok := s.chat.FieldError(ctx, err); ok && okr.KindOf(err) == okr.Invalid {
		return s.handOverForm(ctx, t, id, typed, wrong)
	}
	return r, err
}

// offer keeps the offer and asks the person in the 1:1 chat.
func (s handing) offer(ctx context.Context, t *chat.Turn, id okr.ConnectionID, typed string) (chat.Reply, error) {
	if err := t.MembersOnly(); err != nil {
		return chat.Reply{}, err
	}
	to, err := s.receiver(ctx, t, typed)
	if err != nil {
		return chat.Reply{}, err
	}
	c, err := s.hands.OfferConnection(ctx, t.Actor, id, to)
	if err != nil {
		return chat.Reply{}, err
	}
	s.chat.Audit(ctx, t, chat.Deed{Did: "connection offered", Of: string(id), To: string(to.ID)})
	words := "I've asked " + to.Name + " in chat. Nothing changes until " + to.Name + " accepts and signs in."
	v := cards.ConnectionView{Connection: c, WebURL: c.Project.URL}
	v.Bound, v.BoundCount, err = s.connect.Bound(ctx, okr.Actor{Tenant: t.Actor.Tenant, Person: to}, id, okr.Page{Limit: connectionPage})
	if err == nil {
		err = s.chat.Tell(ctx, t.Conversation(), to.ID, chat.Say(cards.ConnectionOffer(t.Place, v)))
	}
	if err != nil {
		s.chat.Logger.WarnContext(ctx, "offer not delivered", "ref", teams.RefFrom(ctx), "connection", id, "err", okr.CauseOf(err))
		words = "I couldn't message " + to.Name + ". Ask " + to.Name + " to add okrbot in Teams and send: take over " + string(id)
	}
	return chat.Say(cards.Done("Offered", c.Name+": "+words, []cards.Button{
		{Title: "Withdraw offer", Verb: cards.VerbHandOverDrop, Data: chat.ConnectionData(id)}, {Title: "Connections", Verb: cards.VerbConnections},
	})), nil
}

// receiver finds the one person who is mentioned, chosen or named.
func (s handing) receiver(ctx context.Context, t *chat.Turn, typed string) (okr.Person, error) {
	if strings.Contains(typed, "<at>") {
		p, err := s.chat.Mentioned(ctx, t, "")
		if okr.KindOf(err) == okr.Forbidden {
			err = okr.FieldErrorf(cards.InputPerson, "Guests can't take over connections. Choose a member of your organization.")
		}
		return p, err
	}
	people, err := s.chat.People(ctx, t, chat.PeopleField{ID: cards.InputPerson, Single: true}, typed)
	if err == nil && len(people) != 1 {
		err = okr.FieldErrorf(cards.InputPerson, "Name a person, for example: hand over C7 to Megan Bowen")
	}
	if err != nil {
		return okr.Person{}, err
	}
	return people[0], nil
}

// dropOffer declines an offer, or takes it back.
func (s handing) dropOffer(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	c, offer, err := s.hands.DropOffer(ctx, t.Actor, p.Connection())
	if err != nil {
		return chat.Reply{}, err
	}
	s.chat.Audit(ctx, t, chat.Deed{Did: "offer dropped", Of: string(c.ID), To: string(offer.To.ID)})
	if offer.To.ID == t.Actor.ID {
		s.chat.TellSoftly(ctx, t, offer.By.ID, cards.Done("Declined", offer.To.Name+" declined the connection "+c.Name+". Nothing changed.", []cards.Button{
			{Title: "Ask somebody else", Verb: cards.VerbHandOverAsk, Data: chat.ConnectionData(c.ID)},
		}))
		return chat.Say(cards.Done("Declined", "You declined the connection "+c.Name+". Nothing changed.", nil)), nil
	}
	return chat.Say(cards.Done("Offer withdrawn", "The connection "+c.Name+" stays with its owner.", []cards.Button{
		{Title: "Show it", Verb: cards.VerbConnection, Data: chat.ConnectionData(c.ID)},
	})), nil
}

// takeOver makes a connection an own one, after a preview.
func (s handing) takeOver(ctx context.Context, t *chat.Turn, arg string) (chat.Reply, error) {
	c, err := s.findConnection(ctx, t, arg)
	if err != nil {
		return chat.Reply{}, err
	}
	return s.takeOverPreview(ctx, t, c.ID)
}

// takeOverPreview offers applications first that could read instead of the owner, to
// admins; else it shows what the person's own account can read.
func (s handing) takeOverPreview(ctx context.Context, t *chat.Turn, id okr.ConnectionID) (chat.Reply, error) {
	c, err := s.connect.Connection(ctx, t.Actor, id)
	if err != nil {
		return chat.Reply{}, err
	}
	moves, readers, err := s.offered(ctx, t, c)
	if err != nil {
		return chat.Reply{}, err
	}
	if len(moves)+len(readers) == 0 {
		return s.takeOverOwn(ctx, t, id)
	}
	return chat.Say(cards.ChooseReader(cards.ReaderChoice{Connection: c, Moves: moves, Readers: readers, MayOwn: s.hands.MayTakeOver(ctx, t.Actor, c) == nil})), nil
}

// offered are what an application of the organization reads already, and the applications that
// could read for a connection; none for who is no admin.
func (s handing) offered(ctx context.Context, t *chat.Turn, c okr.Connection) ([]okr.Connection, []okr.Credential, error) {
	moves, readers, err := s.apps.OfferedApplications(ctx, t.Actor, c)
	if okr.KindOf(err) == okr.Forbidden {
		return nil, nil, nil
	}
	return moves, readers, err
}

// askTakeOverBy shows what an application can read of what is measured through a connection.
func (s handing) askTakeOverBy(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	id := application(p)
	preview, err := s.hands.PreviewTakeOverBy(ctx, t.Actor, p.Connection(), id)
	return chat.Say(cards.PreviewTakeOverBy(t.Place, preview, id)), err
}

// pressTakeOverBy lets an application read for a connection.
func (s handing) pressTakeOverBy(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	done, err := s.hands.TakeOverBy(ctx, t.Actor, p.Connection(), application(p))
	if err != nil {
		return chat.Reply{}, err
	}
	was := done.Connection
	s.chat.Audit(ctx, t, chat.Deed{Did: "connection taken over by an application", Of: string(was.ID), To: p.Data[cards.KeyApplication]})
	s.measureSoon(ctx, t, okr.SyncJob{Connection: was.ID})
	if was.Application == nil {
		s.chat.TellSoftly(ctx, t, was.Owner.ID, cards.Done("Taken over", "The connection "+was.Name+" now uses "+done.Account+" instead of your sign-in. "+t.Actor.Name+" changed it.", nil))
	}
	return chat.SayAll(cards.Done("Taken over", was.Name+" now uses "+done.Account+", and everyone can use it. Its OKRs keep their values and are being refreshed.", []cards.Button{
		{Title: "Show it", Verb: cards.VerbConnection, Data: chat.ConnectionData(was.ID)}, {Title: "Connections", Verb: cards.VerbConnections},
	})), nil
}

// takeOverOwn shows what the person's own account can read. It begins with a sign-in where
// there is none.
func (s handing) takeOverOwn(ctx context.Context, t *chat.Turn, id okr.ConnectionID) (chat.Reply, error) {
	p, err := s.hands.PreviewTakeOver(ctx, t.Actor, id)
	if okr.KindOf(err) == okr.SignIn {
		return s.signIn.Ask(ctx, t, okr.SignInOf(err), &chat.Resume{Verb: cards.VerbTakeOverOwn, Data: chat.ConnectionData(id)})
	}
	return chat.Say(cards.PreviewTakeOver(t.Place, p)), err
}

func (s handing) pressTakeOver(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	id := p.Connection()
	done, err := s.hands.TakeOver(ctx, t.Actor, id)
	if okr.KindOf(err) == okr.SignIn {
		return s.signIn.Ask(ctx, t, okr.SignInOf(err), &chat.Resume{Verb: cards.VerbTakeOverOwn, Data: chat.ConnectionData(id)})
	}
	if err != nil {
		return chat.Reply{}, err
	}
	s.chat.Audit(ctx, t, chat.Deed{Did: "connection taken over", Of: string(done.Connection.ID), To: string(t.Actor.ID)})
	s.measureSoon(ctx, t, okr.SyncJob{Connection: id})
	was := done.Connection
	if was.Application == nil {
		s.chat.TellSoftly(ctx, t, was.Owner.ID, cards.Done("Taken over", t.Actor.Name+" took over the connection "+was.Name+". It now uses "+done.Account+" instead of your sign-in.", nil))
	}
	return chat.SayAll(cards.Done("Taken over", "The connection "+was.Name+" is now yours and uses your sign-in "+done.Account+". Its OKRs keep their values and are being refreshed.", []cards.Button{
		{Title: "Show it", Verb: cards.VerbConnection, Data: chat.ConnectionData(id)}, {Title: "Connections", Verb: cards.VerbConnections},
	})), nil
}
