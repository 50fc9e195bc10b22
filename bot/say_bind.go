package bot

import (
	"context"
	"encoding/json"
	"slices"
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
	g, err := b.Service.Bindable(ctx, t.actor, id)
	if err != nil {
		return reply{}, err
	}
	list, err := b.Service.Connections(ctx, t.actor)
	if err != nil {
		return reply{}, err
	}
	if len(list) == 0 {
		return b.startConnection(ctx, t, &resume{Verb: cards.VerbBind, Data: map[string]string{"goal": string(id)}})
	}
	d := bindDraft{ID: newDraftID(), Owner: t.actor.ID, Goal: id, Connection: preselected(list, g, chosen)}
	if g.Binding != nil {
		d.Method, d.ItemType = g.Binding.Method, g.Binding.ItemType
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
	if g, err = b.Service.Bindable(ctx, t.actor, d.Goal); err != nil {
		return
	}
	list, err = b.Service.Connections(ctx, t.actor)
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
	page, err := b.Service.SearchQueries(ctx, t.actor, d.Connection, d.Text)
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
	c, readErr := b.Service.Connection(ctx, t.actor, d.Connection)
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

// chooseQuery shows a query's count of work items and asks how to measure it.
func (b *Bot) chooseQuery(ctx context.Context, t *turn, d bindDraft, g okr.Goal, id string) (reply, error) {
	chosen, err := b.Service.ChooseQuery(ctx, t.actor, d.Connection, id)
	if isAboutQuery(err) {
		return b.bindAgainWith(ctx, t, d, g, err)
	}
	if err != nil {
		return b.signInOr(ctx, t, err, d)
	}
	d.Query, d.Count, d.Types = chosen.Query, chosen.Count, chosen.Types
	return b.bindOptionsCard(ctx, t, d, g, cards.FieldError{})
}

func isAboutQuery(err error) bool {
	switch okr.KindOf(err) {
	case okr.QueryGone, okr.QueryBroken, okr.QueryTooLarge, okr.NotFound, okr.Throttled, okr.Unavailable:
		return true
	default:
		return false
	}
}

// bindAgainWith goes back to the search and says why.
func (b *Bot) bindAgainWith(ctx context.Context, t *turn, d bindDraft, g okr.Goal, cause error) (reply, error) {
	list, err := b.Service.Connections(ctx, t.actor)
	if err != nil {
		return reply{}, err
	}
	return b.bindSearchCard(ctx, t, d, g, list, nil, cards.FieldError{Message: b.words(ctx, cause)})
}

func (b *Bot) bindOptionsCard(ctx context.Context, t *turn, d bindDraft, g okr.Goal, wrong cards.FieldError) (reply, error) {
	if d.Method == "" && g.Kind == okr.KeyResult {
		d.Method = okr.PercentCompleted
	}
	if err := b.saveDraft(ctx, t, d.ID, d); err != nil {
		return reply{}, err
	}
	f := cards.BindForm{
		Draft: d.ID, Goal: g, Connection: string(d.Connection), Query: d.Query, Count: d.Count,
		Types: d.Types, Method: string(d.Method), ItemType: d.ItemType, Error: wrong,
	}
	for _, m := range okr.Methods() {
		f.Methods = append(f.Methods, cards.Choice{Title: m.Words(), Value: string(m)})
	}
	return say(cards.BindOptions(f)), nil
}

func (b *Bot) bindBack(ctx context.Context, t *turn, p press) (reply, error) {
	d, g, _, err := b.bindState(ctx, t, p)
	if err != nil {
		return reply{}, err
	}
	return b.bindOptionsCard(ctx, t, d, g, cards.FieldError{})
}

func (b *Bot) bindAgain(ctx context.Context, t *turn, p press) (reply, error) {
	d, g, list, err := b.bindState(ctx, t, p)
	if err != nil {
		return reply{}, err
	}
	return b.bindSearchCard(ctx, t, d, g, list, nil, cards.FieldError{})
}

// bindPreview measures without saving.
func (b *Bot) bindPreview(ctx context.Context, t *turn, p press) (reply, error) {
	d, g, _, err := b.bindState(ctx, t, p)
	if err != nil {
		return reply{}, err
	}
	if wrong := d.choose(g, p); wrong.Message != "" {
		return b.bindOptionsCard(ctx, t, d, g, wrong)
	}
	if err := b.saveDraft(ctx, t, d.ID, d); err != nil {
		return reply{}, err
	}
	preview, err := b.Service.PreviewBinding(ctx, t.actor, d.input())
	if isAboutQuery(err) {
		return b.bindAgainWith(ctx, t, d, g, err)
	}
	if err != nil {
		return b.signInOr(ctx, t, err, d)
	}
	return say(cards.Preview(t.place, cards.BindPreview{
		Draft: d.ID, Goal: preview.View.Goal, Standing: preview.View.Standing,
		Measurement: preview.Measurement, Warnings: preview.Warnings,
	})), nil
}

// choose takes the method and type from a form.
func (d *bindDraft) choose(g okr.Goal, p press) cards.FieldError {
	if d.Query.ID == "" {
		return cards.FieldError{Field: "query", Message: "Choose a query first."}
	}
	if m, ok := p.data["method"]; ok {
		d.Method = okr.Method(m)
	}
	if typ, ok := p.data["itemType"]; ok {
		d.ItemType = okr.Shorten(okr.CleanLine(typ), okr.MaxTitle)
	}
	if d.ItemType == cards.ChoiceAllTypes {
		d.ItemType = ""
	}
	if g.Kind == okr.KeyResult && !isMethod(d.Method) {
		return cards.FieldError{Field: "method", Message: "Choose how to measure."}
	}
	return cards.FieldError{}
}

func isMethod(m okr.Method) bool { return slices.Contains(okr.Methods(), m) }

func (d bindDraft) input() okr.BindInput {
	return okr.BindInput{Goal: d.Goal, Connection: d.Connection, Query: d.Query.ID, Method: d.Method, ItemType: d.ItemType}
}

// saveBinding saves what was previewed.
func (b *Bot) saveBinding(ctx context.Context, t *turn, p press) (reply, error) {
	d, g, _, err := b.bindState(ctx, t, p)
	if err != nil {
		return reply{}, err
	}
	if wrong := d.choose(g, p); wrong.Message != "" {
		return b.bindOptionsCard(ctx, t, d, g, wrong)
	}
	v, err := b.Service.Bind(ctx, t.actor, d.input())
	if isAboutQuery(err) {
		return b.bindAgainWith(ctx, t, d, g, err)
	}
	if err != nil {
		return b.signInOr(ctx, t, err, d)
	}
	if err := b.Memory.DropDraft(ctx, t.actor.Tenant, d.ID); err != nil {
		return reply{}, err
	}
	return sayAll(cards.Goal(t.place, v)), nil
}

func (b *Bot) askUnbind(ctx context.Context, t *turn, arg string) (reply, error) {
	return b.oneGoal(ctx, t, arg, cards.VerbUnbindAsk, b.askUnbindGoal)
}

func (b *Bot) askUnbindGoal(ctx context.Context, t *turn, id okr.GoalID) (reply, error) {
	v, err := b.Service.Goal(ctx, t.actor, id)
	if err != nil {
		return reply{}, err
	}
	if !v.MayEdit {
		return reply{}, okr.Errorf(okr.Forbidden, "Only its owner %s or an admin can unbind %s.", v.Goal.Owner.Name, id)
	}
	if v.Goal.Binding == nil {
		return reply{}, okr.Errorf(okr.Invalid, "%s is not bound to a query, so there is nothing to undo. `bind %s` binds it.", id, id)
	}
	return say(cards.ConfirmUnbind(v.Goal)), nil
}

func (b *Bot) unbind(ctx context.Context, t *turn, id okr.GoalID) (reply, error) {
	v, err := b.Service.Unbind(ctx, t.actor, id)
	return sayAll(cards.Goal(t.place, v)), err
}

// onSearch answers the type-ahead of the query field.
func (b *Bot) onSearch(ctx context.Context, t *turn) (InvokeResponse, error) {
	var value struct {
		QueryText string                     `json:"queryText"`
		Dataset   string                     `json:"dataset"`
		Data      map[string]json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(t.activity.Value, &value); err != nil {
		return InvokeResponse{}, ErrMalformedValue
	}
	if value.Dataset != cards.DatasetQueries && !strings.HasPrefix(value.Dataset, cards.DatasetQueries+"/") {
		return InvokeResponse{}, ErrNotImplemented
	}
	p, _ := newPress(cards.VerbBindSearch, value.Data)
	if _, draft, ok := strings.Cut(value.Dataset, "/"); ok {
		p.data["draft"] = draft
	}
	results, err := b.searchQueries(ctx, t, p, value.QueryText)
	if err != nil {
		return b.invokeRefusal(ctx, err), nil
	}
	return SearchResponse(results), nil
}

func (b *Bot) searchQueries(ctx context.Context, t *turn, p press, text string) ([]SearchResult, error) {
	d, err := b.bindDraft(ctx, t, p)
	if err != nil || strings.TrimSpace(text) == "" {
		return nil, err
	}
	if c := p.data["connection"]; c != "" && c != cards.ChoiceNewConnection {
		d.Connection = okr.ConnectionID(c)
	}
	page, err := b.Service.SearchQueries(ctx, t.actor, d.Connection, text)
	var out []SearchResult
	for _, q := range page.Queries[:min(len(page.Queries), 15)] {
		out = append(out, SearchResult{Title: cards.Plain(q.Path, 120), Value: q.ID})
	}
	return out, err
}
