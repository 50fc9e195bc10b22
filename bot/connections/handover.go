package connections

import (
	"context"
	"strings"

	"okrbot/bot/chat"
	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

// handOver offers a connection to another person.
func (s *Subject) handOver(ctx context.Context, t *chat.Turn, arg string) (chat.Reply, error) {
	what, to := cutTo(arg)
	c, err := s.findConnection(ctx, t, what)
	if err != nil {
		return chat.Reply{}, err
	}
	if to == "" {
		return s.handOverForm(ctx, t, c.ID, "", cards.FieldError{})
	}
	return s.offer(ctx, t, c.ID, to)
}

func (s *Subject) askHandOver(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	return s.handOverForm(ctx, t, p.Connection(), "", cards.FieldError{})
}

func (s *Subject) handOverForm(ctx context.Context, t *chat.Turn, id okr.ConnectionID, typed string, wrong cards.FieldError) (chat.Reply, error) {
	c, err := s.connect.Connection(ctx, t.Actor, id)
	return chat.Say(cards.AskHandOver(cards.HandOverForm{
		Connection: c, Picker: t.Picker(), Person: cards.People{Names: typed}, Error: wrong,
	})), err
}

func (s *Subject) pressHandOver(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	id, typed := p.Connection(), p.Data[cards.InputPerson]
	r, err := s.offer(ctx, t, id, typed)
	if wrong, ok := s.chat.FieldError(ctx, err); ok && okr.KindOf(err) == okr.Invalid {
		return s.handOverForm(ctx, t, id, typed, wrong)
	}
	return r, err
}

// offer keeps the offer and asks the person in the 1:1 chat.
func (s *Subject) offer(ctx context.Context, t *chat.Turn, id okr.ConnectionID, typed string) (chat.Reply, error) {
	if err := t.MembersOnly(); err != nil {
		return chat.Reply{}, err
	}
	to, err := s.receiver(ctx, t, typed)
	if err != nil {
		return chat.Reply{}, err
	}
	c, err := s.connect.OfferConnection(ctx, t.Actor, id, to)
	if err != nil {
		return chat.Reply{}, err
	}
	s.chat.Audit(ctx, t, chat.Deed{Did: "connection offered", Of: string(id), To: string(to.ID)})
	words := to.Name + " was asked in the chat with okrbot. Until " + to.Name + " accepts with an own sign-in, everything stays as it is."
	v := cards.ConnectionView{Connection: c, WebURL: c.Project.URL}
	v.Bound, v.BoundCount, err = s.connect.Bound(ctx, okr.Actor{Tenant: t.Actor.Tenant, Person: to}, id, okr.Page{Limit: connectionPage})
	if err == nil {
		err = s.chat.Tell(ctx, t.Conversation(), to.ID, chat.Say(cards.ConnectionOffer(t.Place, v)))
	}
	if err != nil {
		s.chat.Logger.WarnContext(ctx, "offer not delivered", "ref", teams.RefFrom(ctx), "connection", id, "err", okr.CauseOf(err))
		words = "okrbot could not write to " + to.Name + ". Ask " + to.Name + " to add okrbot in Teams and to send it: take over " + string(id)
	}
	return chat.Say(cards.Done("Offered", c.Name+": "+words, []cards.Button{
		{Title: "Take the offer back", Verb: cards.VerbHandOverDrop, Data: chat.ConnectionData(id)}, {Title: "Connections", Verb: cards.VerbConnections},
	})), nil
}

// receiver finds the one person who is mentioned, chosen or named.
func (s *Subject) receiver(ctx context.Context, t *chat.Turn, typed string) (okr.Person, error) {
	if strings.Contains(typed, "<at>") {
		p, err := s.chat.Mentioned(ctx, t, "")
		if okr.KindOf(err) == okr.Forbidden {
			err = okr.FieldErrorf(cards.InputPerson, "Guests cannot take over connections. Choose a member of the organization.")
		}
		return p, err
	}
	people, err := s.chat.People(ctx, t, chat.PeopleField{ID: cards.InputPerson, Single: true}, typed)
	if err == nil && len(people) != 1 {
		err = okr.FieldErrorf(cards.InputPerson, "Say to whom, for example: hand over C7 to Megan Bowen.")
	}
	if err != nil {
		return okr.Person{}, err
	}
	return people[0], nil
}

// dropOffer declines an offer, or takes it back.
func (s *Subject) dropOffer(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	c, offer, err := s.connect.DropOffer(ctx, t.Actor, p.Connection())
	if err != nil {
		return chat.Reply{}, err
	}
	s.chat.Audit(ctx, t, chat.Deed{Did: "offer dropped", Of: string(c.ID), To: string(offer.To.ID)})
	if offer.To.ID == t.Actor.ID {
		s.chat.TellSoftly(ctx, t, offer.By.ID, cards.Done("Declined", offer.To.Name+" does not take over the connection "+c.Name+". It stays as it is.", []cards.Button{
			{Title: "Ask somebody else", Verb: cards.VerbHandOverAsk, Data: chat.ConnectionData(c.ID)},
		}))
		return chat.Say(cards.Done("Declined", "The connection "+c.Name+" stays as it is.", nil)), nil
	}
	return chat.Say(cards.Done("Taken back", "The connection "+c.Name+" is not offered any more.", []cards.Button{
		{Title: "Show it", Verb: cards.VerbConnection, Data: chat.ConnectionData(c.ID)},
	})), nil
}

// takeOver makes a connection an own one, after a preview.
func (s *Subject) takeOver(ctx context.Context, t *chat.Turn, arg string) (chat.Reply, error) {
	c, err := s.findConnection(ctx, t, arg)
	if err != nil {
		return chat.Reply{}, err
	}
	return s.takeOverPreview(ctx, t, c.ID)
}

// takeOverPreview shows what the person's own account can read. It begins with a
// sign-in where there is none.
func (s *Subject) takeOverPreview(ctx context.Context, t *chat.Turn, id okr.ConnectionID) (chat.Reply, error) {
	p, err := s.connect.PreviewTakeOver(ctx, t.Actor, id)
	if okr.KindOf(err) == okr.SignIn {
		return s.signIn.Ask(ctx, t, okr.SignInOf(err), &chat.Resume{Verb: cards.VerbTakeOverAsk, Data: chat.ConnectionData(id)})
	}
	return chat.Say(cards.PreviewTakeOver(t.Place, p)), err
}

func (s *Subject) pressTakeOver(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	id := p.Connection()
	done, err := s.connect.TakeOver(ctx, t.Actor, id)
	if okr.KindOf(err) == okr.SignIn {
		return s.signIn.Ask(ctx, t, okr.SignInOf(err), &chat.Resume{Verb: cards.VerbTakeOverAsk, Data: chat.ConnectionData(id)})
	}
	if err != nil {
		return chat.Reply{}, err
	}
	s.chat.Audit(ctx, t, chat.Deed{Did: "connection taken over", Of: string(done.Connection.ID), To: string(t.Actor.ID)})
	s.measureSoon(ctx, t, okr.SyncJob{Connection: id})
	was := done.Connection
	s.chat.TellSoftly(ctx, t, was.Owner.ID, cards.Done("Taken over", t.Actor.Name+" has taken over the connection "+was.Name+". It is used with the sign-in "+done.Account+" from now on, and no longer with yours.", nil))
	return chat.SayAll(cards.Done("Taken over", "The connection "+was.Name+" is yours and is used with your sign-in "+done.Account+". What is bound through it keeps its values and is measured now.", []cards.Button{
		{Title: "Show it", Verb: cards.VerbConnection, Data: chat.ConnectionData(id)}, {Title: "Connections", Verb: cards.VerbConnections},
	})), nil
}
