package bindings

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"okrbot/bot/chat"
	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

// shownQueries is how many results of a search one card lists.
const shownQueries = 10

func (s *Subject) bind(ctx context.Context, t *chat.Turn, arg string) (chat.Reply, error) {
	if strings.TrimSpace(arg) == "" {
		return chat.Reply{}, okr.Errorf(okr.Invalid, "Name the key result or project to bind, for example: bind KR1, or bind KR1 to 123, 124. To see their ids, send: okrs")
	}
	if a, ok := okr.FindAzureLink(arg); ok && a.Query != "" {
		return s.bindTyped(ctx, t, arg, a)
	}
	if r, ok, err := s.bindItems(ctx, t, arg); ok {
		return r, err
	}
	return s.chat.OneGoal(ctx, t, arg, cards.VerbBind, func(ctx context.Context, t *chat.Turn, id okr.GoalID) (chat.Reply, error) {
		return s.startBinding(ctx, t, id, "", "")
	})
}

// pressBind starts a binding, also once a connection for it was made.
func (s *Subject) pressBind(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	return chat.WithGoal(func(ctx context.Context, t *chat.Turn, id okr.GoalID) (chat.Reply, error) {
		if query := p.Data[cards.KeyQuery]; query != "" {
			return s.bindAddress(ctx, t, id, p.Connection(), query)
		}
		if p.Data[cards.KeyTyped] != "" {
			return s.bindText(ctx, t, id, p.Connection(), searched(p.Data[cards.KeyText]))
		}
		return s.startBinding(ctx, t, id, p.Connection(), searched(p.Data[cards.KeyText]))
	})(ctx, t, p)
}

// startBinding opens the search with a connection chosen: the given one, the
// goal's own, else the first of the person's own or the shared ones. With none
// the sign-in starts right there and comes back here. The words are what the query's name
// may have.
func (s *Subject) startBinding(ctx context.Context, t *chat.Turn, id okr.GoalID, chosen okr.ConnectionID, words string) (chat.Reply, error) {
	g, list, err := bindable(ctx, s, t.Actor, id)
	if err != nil {
		return chat.Reply{}, err
	}
	if words == "" && g.Binding != nil && g.Binding.Query.Chosen != nil {
		return picker{s}.startChoosing(ctx, t, id, chosen, begun{adds: true})
	}
	if len(list) == 0 {
		data := chat.GoalData(id)
		if words != "" {
			data[cards.KeyText] = words
		}
		return s.chat.Act(ctx, t, chat.Resume{Verb: cards.VerbBind, Data: data}.Connect())
	}
	d := newDraft(t, g, preselected(list, g, chosen))
	found := s.suggested(ctx, t, &d, words)
	return s.bindSearchCard(ctx, t, d, g, list, found, cards.FieldError{})
}

// bindable is a goal that the actor may bind, and the connections that there are for it.
func bindable(ctx context.Context, s *Subject, actor okr.Actor, id okr.GoalID) (okr.Goal, []okr.Connection, error) {
	g, err := s.measure.Bindable(ctx, actor, id)
	if err != nil {
		return g, nil, err
	}
	list, err := s.connect.Connections(ctx, actor)
	return g, list, err
}

// suggested looks for queries by the words of a title: by all of them, then by its longest
// ones, since a query's name seldom has them all. What is found, if anything, is kept in the
// draft with its words. Best effort: the person can search.
func (s *Subject) suggested(ctx context.Context, t *chat.Turn, d *bindDraft, words string) *okr.QueryPage {
	d.Text = words
	for _, text := range suggestions(words) {
		page, err := s.measure.SearchQueries(ctx, t.Actor, d.Connection, text)
		if err != nil {
			s.chat.Logger.InfoContext(ctx, "no query suggested", "ref", teams.RefFrom(ctx), "err", okr.CauseOf(err))
			return nil
		}
		if len(page.Queries) > 0 {
			d.Text = text
			return &page
		}
	}
	return nil
}

// suggestions are texts to search for in turn: a title, and its two longest words.
func suggestions(title string) []string {
	if title == "" {
		return nil
	}
	const shortest = 4 // of a word that says something
	long := slices.DeleteFunc(strings.FieldsFunc(title, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }),
		func(w string) bool { return utf8.RuneCountInString(w) < shortest })
	slices.SortStableFunc(long, func(x, y string) int { return utf8.RuneCountInString(y) - utf8.RuneCountInString(x) })
	return append([]string{title}, long[:min(len(long), 2)]...)
}

// newDraft begins a binding, of a bound goal with what it has. A method that does not
// suit its number, as after an edit, is not offered again.
func newDraft(t *chat.Turn, g okr.Goal, connection okr.ConnectionID) bindDraft {
	d := bindDraft{ID: chat.NewFormID(), Owner: t.Actor.ID, Goal: g.ID, Connection: connection}
	if g.Binding != nil {
		d.ItemType = g.Binding.ItemType
		if g.Misfit() == "" {
			d.Method = g.Binding.Method
		}
		if f := g.Binding.Field; f != nil {
			d.Field = f.Ref
		}
	}
	return d
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
func (s *Subject) bindSearchCard(ctx context.Context, t *chat.Turn, d bindDraft, g okr.Goal, list []okr.Connection, found *okr.QueryPage, wrong cards.FieldError) (chat.Reply, error) {
	if err := s.chat.KeepForm(ctx, t, formKind, d.ID, d); err != nil {
		return chat.Reply{}, err
	}
	f := cards.BindForm{Draft: d.ID, Goal: g, Connection: string(d.Connection), Text: d.Text, Error: wrong}
	for _, c := range list {
		f.Connections = append(f.Connections, cards.Choice{Title: connectionTitle(t, c), Value: string(c.ID)})
		if c.ID == d.Connection && c.Application != nil {
			f.Only = c.FolderPaths()
		}
	}
	if found != nil {
		f.Searched, f.Results = true, found.Queries[:min(len(found.Queries), shownQueries)]
		f.More = found.More || len(found.Queries) > shownQueries
	}
	return chat.Say(cards.BindSearch(f)), nil
}

func connectionTitle(t *chat.Turn, c okr.Connection) string {
	switch {
	case c.IsOf(t.Actor.ID):
		return c.Name
	case c.Application != nil:
		return c.Name + " (application " + c.Application.Name + ")"
	}
	return c.Name + " (shared by " + c.Owner.Name + ")"
}

// bindState reads a binding under way with its goal and the connections.
func (s *Subject) bindState(ctx context.Context, t *chat.Turn, p chat.Press) (d bindDraft, g okr.Goal, list []okr.Connection, err error) {
	if d, err = s.bindDraft(ctx, t, p); err != nil {
		return
	}
	if g, err = s.measure.Bindable(ctx, t.Actor, d.Goal); err != nil {
		return
	}
	list, err = s.connect.Connections(ctx, t.Actor)
	return
}

// bindSearch goes on with a query that was chosen in the type-ahead, or else with what the text
// names: one query goes straight to its preview, several are listed.
func (s *Subject) bindSearch(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	d, g, list, err := s.bindState(ctx, t, p)
	if err != nil {
		return chat.Reply{}, err
	}
	if p.Data[cards.KeyConnection] == cards.ChoiceNewConnection {
		return s.chat.Act(ctx, t, chat.Resume{Verb: cards.VerbBind, Data: chat.GoalData(d.Goal)}.Connect())
	}
	if c := p.Data[cards.KeyConnection]; c != "" {
		d.Connection = okr.ConnectionID(c)
	}
	if query := p.Data[cards.KeyQuery]; query != "" {
		return s.chooseQuery(ctx, t, d, g, query)
	}
	d.Text = searched(p.Data[cards.KeyText])
	if d.Text == "" {
		d.Connection = preselected(list, g, d.Connection)
		return s.bindSearchCard(ctx, t, d, g, list, nil, cards.FieldError{Field: cards.KeyQuery, Message: "Choose a query, or enter part of its name or its address below."})
	}
	return s.findQuery(ctx, t, d, g, list)
}

// bindText begins a binding with the query that a text names.
func (s *Subject) bindText(ctx context.Context, t *chat.Turn, id okr.GoalID, connection okr.ConnectionID, text string) (chat.Reply, error) {
	g, list, err := bindable(ctx, s, t.Actor, id)
	if err != nil {
		return chat.Reply{}, err
	}
	if len(list) == 0 { // deleted meanwhile
		return s.startBinding(ctx, t, id, "", text)
	}
	d := newDraft(t, g, preselected(list, g, connection))
	d.Text = text
	return s.findQuery(ctx, t, d, g, list)
}

// findQuery goes on with the query that the draft's text names, or lists those that it finds.
func (s *Subject) findQuery(ctx context.Context, t *chat.Turn, d bindDraft, g okr.Goal, list []okr.Connection) (chat.Reply, error) {
	page, err := s.measure.SearchQueries(ctx, t.Actor, d.Connection, d.Text)
	if wrong, ok := s.chat.FieldError(ctx, err); ok {
		return s.bindSearchCard(ctx, t, d, g, list, nil, wrong)
	}
	if err != nil {
		return s.signInOr(ctx, t, err, d)
	}
	if q := meant(page, d.Text); q != "" {
		return s.chooseQuery(ctx, t, d, g, q)
	}
	return s.bindSearchCard(ctx, t, d, g, list, &page, cards.FieldError{})
}

// meant is the id of the one query that a text finds, or of the only one of just that name;
// empty: a person has to choose.
func meant(page okr.QueryPage, text string) string {
	named := slices.DeleteFunc(slices.Clone(page.Queries), func(q okr.Query) bool { return q.Rank(text) > 0 })
	switch {
	case len(named) == 1:
		return named[0].ID
	case len(page.Queries) == 1 && !page.More:
		return page.Queries[0].ID
	}
	return ""
}

// searched is a text to search for. An address is not cut, for its end may be what
// names the query.
func searched(text string) string {
	text = okr.CleanLine(text)
	if strings.Contains(text, "://") {
		return okr.Shorten(text, okr.MaxAddress)
	}
	return okr.Shorten(text, okr.MaxTitle)
}

// signInOr starts the sign-in again when that is what is missing and the person
// can give it, and comes back to the binding.
func (s *Subject) signInOr(ctx context.Context, t *chat.Turn, err error, d bindDraft) (chat.Reply, error) {
	c, readErr := s.connect.Connection(ctx, t.Actor, d.Connection)
	if okr.KindOf(err) != okr.SignIn || readErr != nil || !c.IsOf(t.Actor.ID) {
		return chat.Reply{}, err
	}
	at, _ := s.connect.SignInFor(ctx, t.Actor, c)
	if d.ByItems {
		return s.signIn.Ask(ctx, t, at, &chat.Resume{Verb: cards.VerbChosenOpen, Data: map[string]string{cards.KeyDraft: d.ID}})
	}
	return s.signIn.Ask(ctx, t, at, &chat.Resume{Verb: cards.VerbBind, Data: map[string]string{cards.KeyGoal: string(d.Goal), cards.KeyConnection: string(d.Connection)}})
}

func (s *Subject) pressChooseQuery(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	d, g, list, err := s.bindState(ctx, t, p)
	if err != nil {
		return chat.Reply{}, err
	}
	if p.Data[cards.KeyQuery] == "" {
		return s.bindSearchCard(ctx, t, d, g, list, nil, cards.FieldError{Field: cards.KeyQuery, Message: "Choose a query."})
	}
	return s.chooseQuery(ctx, t, d, g, p.Data[cards.KeyQuery])
}

func (s *Subject) askUnbind(ctx context.Context, t *chat.Turn, arg string) (chat.Reply, error) {
	return s.chat.OneGoal(ctx, t, arg, cards.VerbUnbindAsk, s.askUnbindGoal)
}

func (s *Subject) askUnbindGoal(ctx context.Context, t *chat.Turn, id okr.GoalID) (chat.Reply, error) {
	v, err := s.plan.Goal(ctx, t.Actor, id)
	if err != nil {
		return chat.Reply{}, err
	}
	if !v.MayEdit {
		return chat.Reply{}, okr.MayNot(v.Goal, "unbind")
	}
	if v.Goal.Binding == nil {
		return chat.Reply{}, okr.WithNext(okr.Errorf(okr.Invalid, "%s isn't connected to Azure DevOps.", id), okr.Step{Kind: okr.StepBind, Goal: id})
	}
	return chat.Say(cards.ConfirmUnbind(v.Goal)), v.Goal.RequireOpen()
}

func (s *Subject) unbind(ctx context.Context, t *chat.Turn, id okr.GoalID) (chat.Reply, error) {
	v, err := s.measure.Unbind(ctx, t.Actor, id)
	if err == nil {
		s.chat.Audit(ctx, t, chat.Deed{Did: "binding deleted", Of: string(id)})
		chat.DidLast(ctx, s.chat, t, chat.Done{What: "unbound " + string(id), Goal: id, Instead: "bind " + string(id)}, nil)
	}
	return chat.SayAll(cards.Goal(t.Place, v)).ViewOf(v.Goal, cards.VerbGoal), err
}
