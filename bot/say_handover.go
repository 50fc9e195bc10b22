package bot

import (
	"context"
	"strings"

	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

// handOver offers a connection to another person.
func (b *Bot) handOver(ctx context.Context, t *turn, arg string) (reply, error) {
	what, to := cutTo(arg)
	c, err := b.findConnection(ctx, t, what)
	if err != nil {
		return reply{}, err
	}
	if to == "" {
		return b.handOverForm(ctx, t, c.ID, "", cards.FieldError{})
	}
	return b.offer(ctx, t, c.ID, to)
}

func (b *Bot) askHandOver(ctx context.Context, t *turn, p press) (reply, error) {
	return b.handOverForm(ctx, t, okr.ConnectionID(p.data["connection"]), "", cards.FieldError{})
}

func (b *Bot) handOverForm(ctx context.Context, t *turn, id okr.ConnectionID, typed string, wrong cards.FieldError) (reply, error) {
	c, err := b.Service.Connect.Connection(ctx, t.actor, id)
	return say(cards.AskHandOver(cards.HandOverForm{
		Connection: c, Picker: t.picker(), Person: cards.People{Names: typed}, Error: wrong,
	})), err
}

func (b *Bot) pressHandOver(ctx context.Context, t *turn, p press) (reply, error) {
	id, typed := okr.ConnectionID(p.data["connection"]), p.data["person"]
	r, err := b.offer(ctx, t, id, typed)
	if wrong, ok := b.fieldError(ctx, err); ok && okr.KindOf(err) == okr.Invalid {
		return b.handOverForm(ctx, t, id, typed, wrong)
	}
	return r, err
}

// offer keeps the offer and asks the person in the 1:1 chat.
func (b *Bot) offer(ctx context.Context, t *turn, id okr.ConnectionID, typed string) (reply, error) {
	if err := t.membersOnly(); err != nil {
		return reply{}, err
	}
	to, err := b.receiver(ctx, t, typed)
	if err != nil {
		return reply{}, err
	}
	c, err := b.Service.Connect.OfferConnection(ctx, t.actor, id, to)
	if err != nil {
		return reply{}, err
	}
	words := to.Name + " was asked in the chat with okrbot. Until " + to.Name + " accepts with an own sign-in, everything stays as it is."
	v := cards.ConnectionView{Connection: c, WebURL: c.Project.URL}
	v.Bound, v.BoundCount, err = b.Service.Connect.Bound(ctx, okr.Actor{Tenant: t.actor.Tenant, Person: to}, id, okr.Page{Limit: connectionPage})
	if err == nil {
		err = b.tell(ctx, t.conversation(), to.ID, say(cards.ConnectionOffer(t.place, v)))
	}
	if err != nil {
		b.Logger.WarnContext(ctx, "offer not delivered", "ref", teams.RefFrom(ctx), "connection", id, "err", okr.CauseOf(err))
		words = "okrbot could not write to " + to.Name + ". Ask " + to.Name + " to add okrbot in Teams and to send it: take over " + string(id)
	}
	return say(cards.Done("Offered", c.Name+": "+words, []cards.Button{
		{Title: "Take the offer back", Verb: cards.VerbHandOverDrop, Data: connectionData(id)}, {Title: "Connections", Verb: cards.VerbConnections},
	})), nil
}

// receiver finds the one person who is mentioned, chosen or named.
func (b *Bot) receiver(ctx context.Context, t *turn, typed string) (okr.Person, error) {
	if strings.Contains(typed, "<at>") {
		p, err := b.mentioned(ctx, t, "")
		if okr.KindOf(err) == okr.Forbidden {
			err = okr.FieldErrorf("person", "Guests cannot take over connections. Choose a member of the organization.")
		}
		return p, err
	}
	people, err := b.people(ctx, t, peopleField{id: "person", single: true}, typed)
	if err == nil && len(people) != 1 {
		err = okr.FieldErrorf("person", "Say to whom, for example: hand over C7 to Megan Bowen.")
	}
	if err != nil {
		return okr.Person{}, err
	}
	return people[0], nil
}

// tell says something to a person in the 1:1 chat with okrbot.
func (b *Bot) tell(ctx context.Context, near okr.Conversation, user okr.UserID, r reply) error {
	chat, err := b.personalOf(ctx, near, user, "")
	if err != nil {
		return err
	}
	return b.post(ctx, refOf(chat), r)
}

// dropOffer declines an offer, or takes it back.
func (b *Bot) dropOffer(ctx context.Context, t *turn, p press) (reply, error) {
	c, offer, err := b.Service.Connect.DropOffer(ctx, t.actor, okr.ConnectionID(p.data["connection"]))
	if err != nil {
		return reply{}, err
	}
	if offer.To.ID == t.actor.ID {
		b.tellSoftly(ctx, t, offer.By.ID, cards.Done("Declined", offer.To.Name+" does not take over the connection "+c.Name+". It stays as it is.", []cards.Button{
			{Title: "Ask somebody else", Verb: cards.VerbHandOverAsk, Data: connectionData(c.ID)},
		}))
		return say(cards.Done("Declined", "The connection "+c.Name+" stays as it is.", nil)), nil
	}
	return say(cards.Done("Taken back", "The connection "+c.Name+" is not offered any more.", []cards.Button{
		{Title: "Show it", Verb: cards.VerbConnection, Data: connectionData(c.ID)},
	})), nil
}

// tellSoftly tells a person what it is no harm to miss.
func (b *Bot) tellSoftly(ctx context.Context, t *turn, user okr.UserID, card cards.Card) {
	if user == "" || user == t.actor.ID {
		return
	}
	if err := b.tell(ctx, t.conversation(), user, say(card)); err != nil {
		b.Logger.InfoContext(ctx, "person not told", "ref", teams.RefFrom(ctx), "err", okr.CauseOf(err))
	}
}

// takeOver makes a connection an own one, after a preview.
func (b *Bot) takeOver(ctx context.Context, t *turn, arg string) (reply, error) {
	c, err := b.findConnection(ctx, t, arg)
	if err != nil {
		return reply{}, err
	}
	return b.takeOverPreview(ctx, t, c.ID)
}

func (b *Bot) askTakeOver(ctx context.Context, t *turn, p press) (reply, error) {
	return b.takeOverPreview(ctx, t, okr.ConnectionID(p.data["connection"]))
}

// takeOverPreview shows what the person's own account can read. It begins with a
// sign-in where there is none.
func (b *Bot) takeOverPreview(ctx context.Context, t *turn, id okr.ConnectionID) (reply, error) {
	p, err := b.Service.Connect.PreviewTakeOver(ctx, t.actor, id)
	if okr.KindOf(err) == okr.SignIn {
		return b.askSignIn(ctx, t, &resume{Verb: cards.VerbTakeOverAsk, Data: connectionData(id)})
	}
	return say(cards.PreviewTakeOver(t.place, p)), err
}

func (b *Bot) pressTakeOver(ctx context.Context, t *turn, p press) (reply, error) {
	id := okr.ConnectionID(p.data["connection"])
	done, err := b.Service.Connect.TakeOver(ctx, t.actor, id)
	if okr.KindOf(err) == okr.SignIn {
		return b.askSignIn(ctx, t, &resume{Verb: cards.VerbTakeOverAsk, Data: connectionData(id)})
	}
	if err != nil {
		return reply{}, err
	}
	b.measureSoon(ctx, t, okr.SyncJob{Connection: id})
	was := done.Connection
	b.tellSoftly(ctx, t, was.Owner.ID, cards.Done("Taken over", t.actor.Name+" has taken over the connection "+was.Name+". It is used with the sign-in "+done.Account+" from now on, and no longer with yours.", nil))
	return sayAll(cards.Done("Taken over", "The connection "+was.Name+" is yours and is used with your sign-in "+done.Account+". What is bound through it keeps its values and is measured now.", []cards.Button{
		{Title: "Show it", Verb: cards.VerbConnection, Data: connectionData(id)}, {Title: "Connections", Verb: cards.VerbConnections},
	})), nil
}
