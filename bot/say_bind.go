package bot

import (
	"context"
	"strings"

	"okrbot/cards"
	"okrbot/okr"
)

// shownQueries is how many results of a search one card lists.
const shownQueries = 10

func (b *Bot) bind(ctx context.Context, t *turn, arg string) (reply, error) {
	if strings.TrimSpace(arg) == "" {
		return reply{}, okr.Errorf(okr.Invalid, "Say which key result or project to bind, for example `bind KR1`. `okrs` lists their ids.")
	}
	return b.oneGoal(ctx, t, arg, cards.VerbBind, func(ctx context.Context, t *turn, id okr.GoalID) (reply, error) {
		return b.startBinding(ctx, t, id, "")
	})
}

// pressBind starts a binding; it also carries on here after a new connection.
func (b *Bot) pressBind(ctx context.Context, t *turn, p press) (reply, error) {
	return withGoal(func(ctx context.Context, t *turn, id okr.GoalID) (reply, error) {
		return b.startBinding(ctx, t, id, okr.ConnectionID(p.data["connection"]))
	})(ctx, t, p)
}

// startBinding opens the search with a connection chosen: the given one, the
// goal's own, else the first of the person's own or the shared ones. With none
// the sign-in starts right there and comes back here.
func (b *Bot) startBinding(ctx context.Context, t *turn, id okr.GoalID, chosen okr.ConnectionID) (reply, error) {
	g, err := b.Service.Measure.Bindable(ctx, t.actor, id)
	if err != nil {
		return reply{}, err
	}
	list, err := b.Service.Connect.Connections(ctx, t.actor)
	if err != nil {
		return reply{}, err
	}
	if len(list) == 0 {
		return b.startConnection(ctx, t, &resume{Verb: cards.VerbBind, Data: map[string]string{"goal": string(id)}})
	}
	d := bindDraft{ID: newDraftID(), Owner: t.actor.ID, Goal: id, Connection: preselected(list, g, chosen)}
	if g.Binding != nil {
		d.Method, d.ItemType = g.Binding.Method, g.Binding.ItemType
		if f := g.Binding.Field; f != nil {
			d.Field = f.Ref
		}
	}
	return b.bindSearchCard(ctx, t, d, g, list, nil, cards.FieldError{})
}

func preselected(list []okr.Connection, g okr.Goal, chosen okr.ConnectionID) okr.ConnectionID {
	if chosen == "" && g.Binding != nil {
		chosen = g.Binding.Connection
	}
	for _, c := range list {
		if c.ID == chosen {
			return c.ID
		}
	}
	return list[0].ID
}

// bindSearchCard keeps the draft and shows the search, with results after one.
func (b *Bot) bindSearchCard(ctx context.Context, t *turn, d bindDraft, g okr.Goal, list []okr.Connection, found *okr.QueryPage, wrong cards.FieldError) (reply, error) {
	if err := b.saveDraft(ctx, t, d.ID, d); err != nil {
		return reply{}, err
	}
	f := cards.BindForm{Draft: d.ID, Goal: g, Connection: string(d.Connection), Text: d.Text, Error: wrong}
	for _, c := range list {
		f.Connections = append(f.Connections, cards.Choice{Title: connectionTitle(t, c), Value: string(c.ID)})
	}
	if found != nil {
		f.Searched, f.Results = true, found.Queries[:min(len(found.Queries), shownQueries)]
		f.More = found.More || len(found.Queries) > shownQueries
	}
	return say(cards.BindSearch(f)), nil
}

func connectionTitle(t *turn, c okr.Connection) string {
	if c.Owner.ID == t.actor.ID {
		return c.Name
	}
	return c.Name + " (shared by " + c.Owner.Name + ")"
}

// bindState reads a binding under way with its goal and the connections.
func (b *Bot) bindState(ctx context.Context, t *turn, p press) (d bindDraft, g okr.Goal, list []okr.Connection, err error) {
	if d, err = b.bindDraft(ctx, t, p); err != nil {
		return
	}
	if g, err = b.Service.Measure.Bindable(ctx, t.actor, d.Goal); err != nil {
		return
	}
	list, err = b.Service.Connect.Connections(ctx, t.actor)
	return
}

// bindSearch searches by the text, or goes on with a query that was chosen in
// the type-ahead.
func (b *Bot) bindSearch(ctx context.Context, t *turn, p press) (reply, error) {
	d, g, list, err := b.bindState(ctx, t, p)
	if err != nil {
		return reply{}, err
	}
	if p.data["connection"] == cards.ChoiceNewConnection {
		return b.startConnection(ctx, t, &resume{Verb: cards.VerbBind, Data: map[string]string{"goal": string(d.Goal)}})
	}
	if c := p.data["connection"]; c != "" {
		d.Connection = okr.ConnectionID(c)
	}
	if query := p.data["query"]; query != "" {
		return b.chooseQuery(ctx, t, d, g, query)
	}
	d.Text = okr.Shorten(okr.CleanLine(p.data["text"]), okr.MaxTitle)
	if d.Text == "" {
		return b.bindSearchCard(ctx, t, d, g, list, nil, cards.FieldError{Field: "text", Message: "Type a part of the query's name."})
	}
	page, err := b.Service.Measure.SearchQueries(ctx, t.actor, d.Connection, d.Text)
	if wrong, ok := b.fieldError(ctx, err); ok {
		return b.bindSearchCard(ctx, t, d, g, list, nil, wrong)
	}
	if err != nil {
		return b.signInOr(ctx, t, err, d)
	}
	return b.bindSearchCard(ctx, t, d, g, list, &page, cards.FieldError{})
}

// signInOr starts the sign-in again when that is what is missing and the person
// can give it, and comes back to the binding.
func (b *Bot) signInOr(ctx context.Context, t *turn, err error, d bindDraft) (reply, error) {
	c, readErr := b.Service.Connect.Connection(ctx, t.actor, d.Connection)
	if okr.KindOf(err) != okr.SignIn || readErr != nil || c.Owner.ID != t.actor.ID {
		return reply{}, err
	}
	return b.askSignIn(ctx, t, &resume{Verb: cards.VerbBind, Data: map[string]string{"goal": string(d.Goal), "connection": string(d.Connection)}})
}

// bindConnection goes on with another connection, or makes a new one.
func (b *Bot) bindConnection(ctx context.Context, t *turn, p press) (reply, error) {
	d, g, list, err := b.bindState(ctx, t, p)
	if err != nil {
		return reply{}, err
	}
	if p.data["connection"] == cards.ChoiceNewConnection {
		return b.startConnection(ctx, t, &resume{Verb: cards.VerbBind, Data: map[string]string{"goal": string(d.Goal)}})
	}
	d.Connection = preselected(list, g, okr.ConnectionID(p.data["connection"]))
	return b.bindSearchCard(ctx, t, d, g, list, nil, cards.FieldError{})
}

func (b *Bot) pressChooseQuery(ctx context.Context, t *turn, p press) (reply, error) {
	d, g, list, err := b.bindState(ctx, t, p)
	if err != nil {
		return reply{}, err
	}
	if c := p.data["connection"]; c != "" && c != cards.ChoiceNewConnection {
		d.Connection = okr.ConnectionID(c)
	}
	if p.data["query"] == "" {
		return b.bindSearchCard(ctx, t, d, g, list, nil, cards.FieldError{Field: "query", Message: "Choose a query, or search by a part of its name."})
	}
	return b.chooseQuery(ctx, t, d, g, p.data["query"])
}

func (b *Bot) askUnbind(ctx context.Context, t *turn, arg string) (reply, error) {
	return b.oneGoal(ctx, t, arg, cards.VerbUnbindAsk, b.askUnbindGoal)
}

func (b *Bot) askUnbindGoal(ctx context.Context, t *turn, id okr.GoalID) (reply, error) {
	v, err := b.Service.Plan.Goal(ctx, t.actor, id)
	if err != nil {
		return reply{}, err
	}
	if !v.MayEdit {
		return reply{}, okr.Errorf(okr.Forbidden, "Only its owner %s or an admin can unbind %s.", v.Goal.Owner.Name, id)
	}
	if v.Goal.Binding == nil {
		return reply{}, okr.Errorf(okr.Invalid, "%s is not bound to a query, so there is nothing to undo. `bind %s` binds it.", id, id)
	}
	return say(cards.ConfirmUnbind(v.Goal)), ended(v.Goal)
}

func (b *Bot) unbind(ctx context.Context, t *turn, id okr.GoalID) (reply, error) {
	v, err := b.Service.Measure.Unbind(ctx, t.actor, id)
	return sayAll(cards.Goal(t.place, v)), err
}
