package bot

import (
	"context"
	"errors"
	"maps"
	"strconv"

	"okrbot/cards"
	"okrbot/okr"
)

// connectionPage is how many connections one card lists.
const connectionPage = 15

// connect starts the sign-in, or the form for who is signed in.
func (b *Bot) connect(ctx context.Context, t *turn, _ string) (reply, error) {
	return b.startConnection(ctx, t, nil)
}

// startConnection opens the form that makes a connection, in the 1:1 chat and
// after a sign-in where there is none. After carries on from there.
func (b *Bot) startConnection(ctx context.Context, t *turn, after *resume) (reply, error) {
	if err := errors.Join(t.membersOnly(), b.Service.Access.RequireEnabled(ctx, t.actor)); err != nil {
		return reply{}, err
	}
	accounts, err := b.Service.Connect.Accounts(ctx, t.actor)
	if err != nil {
		return reply{}, err
	}
	if len(accounts) == 0 {
		return b.askSignIn(ctx, t, &resume{Verb: cards.VerbConnect, Data: resumeData(after)})
	}
	d := connectionDraft{ID: newDraftID(), Owner: t.actor.ID, Credential: accounts[0].ID, Account: accounts[0].Account.UserName, Resume: after}
	form, err := b.connectionForm(ctx, t, d, cards.FieldError{})
	if okr.KindOf(err) == okr.SignIn {
		return b.askSignIn(ctx, t, &resume{Verb: cards.VerbConnect, Data: resumeData(after)})
	}
	if err != nil {
		return reply{}, err
	}
	return b.inPersonal(ctx, t, say(cards.EditConnection(form)))
}

// resumeData carries what goes on after the connection through the sign-in.
func resumeData(after *resume) map[string]string {
	if after == nil {
		return nil
	}
	data := map[string]string{"then": after.Verb}
	maps.Copy(data, after.Data)
	return data
}

func resumeFrom(p press) *resume {
	if p.data["then"] == "" {
		return nil
	}
	r := &resume{Verb: p.data["then"], Data: map[string]string{}}
	for k, v := range p.data {
		if k != "then" && k != "verb" {
			r.Data[k] = v
		}
	}
	return r
}

// inPersonal says something in the 1:1 chat, with a word where it was asked for.
func (b *Bot) inPersonal(ctx context.Context, t *turn, r reply) (reply, error) {
	if t.activity.IsPersonal() {
		return r, nil
	}
	c, err := b.personal(ctx, t)
	if err != nil {
		return reply{}, err
	}
	if err := b.post(ctx, refOf(c), r); err != nil {
		return reply{}, err
	}
	if r.attachment == nil {
		return say(cards.Done("Sent to our own chat", "I have sent you a form in our chat, because others can read along here.", nil)), nil
	}
	b.namePlace(ctx, t)
	return say(cards.SignInElsewhere(t.placeName())), nil
}

func (b *Bot) listConnections(ctx context.Context, t *turn, _ string) (reply, error) {
	return b.pressConnections(ctx, t, press{})
}

func (b *Bot) pressConnections(ctx context.Context, t *turn, p press) (reply, error) {
	all, err := b.Service.Connect.AllConnections(ctx, t.actor)
	if err != nil {
		return reply{}, err
	}
	offset := min(offsetOf(p), max(0, len(all)-1))
	var views []cards.ConnectionView
	for _, c := range all[offset:min(len(all), offset+connectionPage)] {
		v, err := b.connectionView(ctx, t, c, 1)
		if err != nil {
			return reply{}, err
		}
		views = append(views, v)
	}
	return say(cards.Connections(t.place, views, len(all), offset)), nil
}

// offsetOf reads where a page begins; anything else is the first page.
func offsetOf(p press) int {
	n, err := strconv.Atoi(p.data["offset"])
	if err != nil || n < 0 {
		return 0
	}
	return n
}

func (b *Bot) connectionView(ctx context.Context, t *turn, c okr.Connection, bound int) (cards.ConnectionView, error) {
	goals, n, err := b.Service.Connect.Bound(ctx, t.actor, c.ID, okr.Page{Limit: bound})
	if err != nil {
		return cards.ConnectionView{}, err
	}
	admin, err := b.Service.Access.IsAdmin(ctx, t.actor)
	if err != nil {
		return cards.ConnectionView{}, err
	}
	own := c.Owner.ID == t.actor.ID
	v := cards.ConnectionView{Connection: c, Bound: goals, BoundCount: n, IsOwner: own, MayDelete: own || admin, WebURL: c.Project.URL}
	err = b.Service.Connect.MayTakeOver(ctx, t.actor, c)
	v.MayTake = err == nil
	if kind := okr.KindOf(err); kind == okr.Forbidden || kind == okr.Invalid {
		err = nil
	}
	return v, err
}

func (b *Bot) pressConnection(ctx context.Context, t *turn, p press) (reply, error) {
	return b.connectionCard(ctx, t, okr.ConnectionID(p.data["connection"]))
}

func (b *Bot) connectionCard(ctx context.Context, t *turn, id okr.ConnectionID) (reply, error) {
	v, err := b.readConnection(ctx, t, id)
	return say(cards.Connection(t.place, v)), err
}

func (b *Bot) readConnection(ctx context.Context, t *turn, id okr.ConnectionID) (cards.ConnectionView, error) {
	c, err := b.Service.Connect.Connection(ctx, t.actor, id)
	if err != nil {
		return cards.ConnectionView{}, err
	}
	return b.connectionView(ctx, t, c, connectionPage)
}

// editConnection opens the form with what the connection has.
func (b *Bot) editConnection(ctx context.Context, t *turn, p press) (reply, error) {
	c, err := b.Service.Connect.Connection(ctx, t.actor, okr.ConnectionID(p.data["connection"]))
	if err != nil {
		return reply{}, err
	}
	if c.Owner.ID != t.actor.ID {
		return reply{}, okr.Errorf(okr.Forbidden, "Only %s, who made it, can edit this connection.", c.Owner.Name)
	}
	d := connectionDraft{
		ID: newDraftID(), Owner: t.actor.ID, Credential: c.Credential, Account: c.Account, Editing: c.ID,
		Name: c.Name, Organization: c.Organization, Project: c.Project.ID, Shared: c.Shared,
	}
	form, err := b.connectionForm(ctx, t, d, cards.FieldError{})
	if okr.KindOf(err) == okr.SignIn {
		return b.askSignIn(ctx, t, &resume{Verb: cards.VerbConnectionEdit, Data: map[string]string{"connection": string(c.ID)}})
	}
	if err != nil {
		return reply{}, err
	}
	return b.inPersonal(ctx, t, say(cards.EditConnection(form)))
}

func (b *Bot) shareConnection(ctx context.Context, t *turn, p press) (reply, error) {
	c, err := b.Service.Connect.ShareConnection(ctx, t.actor, okr.ConnectionID(p.data["connection"]), p.data["shared"] == "true")
	if err != nil {
		return reply{}, err
	}
	return b.connectionCard(ctx, t, c.ID)
}

func (b *Bot) askDeleteConnection(ctx context.Context, t *turn, p press) (reply, error) {
	v, err := b.readConnection(ctx, t, okr.ConnectionID(p.data["connection"]))
	if err != nil {
		return reply{}, err
	}
	if !v.MayDelete {
		return reply{}, okr.Errorf(okr.Forbidden, "Only %s, who made it, or an admin can delete this connection.", v.Connection.Owner.Name)
	}
	return say(cards.ConfirmDeleteConnection(v)), nil
}

func (b *Bot) deleteConnection(ctx context.Context, t *turn, p press) (reply, error) {
	c, err := b.Service.Connect.DeleteConnection(ctx, t.actor, okr.ConnectionID(p.data["connection"]))
	if err != nil {
		return reply{}, err
	}
	return sayAll(cards.Done("Connection deleted", "The connection "+c.Name+" is gone. What was measured through it keeps its last value; bind it again with another connection.", []cards.Button{
		{Title: "Connections", Verb: cards.VerbConnections}, {Title: "OKRs", Verb: cards.VerbGoals},
	})), nil
}

// signInConnection signs in again for a connection that needs it.
func (b *Bot) signInConnection(ctx context.Context, t *turn, p press) (reply, error) {
	id := okr.ConnectionID(p.data["connection"])
	c, err := b.Service.Connect.Connection(ctx, t.actor, id)
	if err != nil {
		return reply{}, err
	}
	if c.Owner.ID != t.actor.ID {
		return reply{}, okr.Errorf(okr.Forbidden, "Only %s can sign in for this connection. You can make one of your own with `connect` and bind to that.", c.Owner.Name)
	}
	return b.askSignIn(ctx, t, &resume{Verb: cards.VerbConnection, Data: map[string]string{"connection": string(id)}})
}
