package bindings

import (
	"context"
	"slices"
	"strings"

	"okrbot/bot/chat"
	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

// picker is the choosing of work items, a part of the subject.
type picker struct{ *Subject }

// pressChosen begins to choose work items with those that a button names.
func (s picker) pressChosen(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	return chat.WithGoal(func(ctx context.Context, t *chat.Turn, id okr.GoalID) (chat.Reply, error) {
		return s.startChoosing(ctx, t, id, p.Connection(), begun{text: okr.Shorten(p.Data[cards.KeyItems], cards.MaxItemsText), adds: true})
	})(ctx, t, p)
}

// begun is what the choosing begins with.
type begun struct {
	text  string // that names work items
	below bool   // with all that is below them
	adds  bool   // to those that the goal has; else they are instead of them
}

// startChoosing opens the choice of work items for a goal. With no connection the sign-in
// starts right there and comes back here.
func (s picker) startChoosing(ctx context.Context, t *chat.Turn, id okr.GoalID, connection okr.ConnectionID, with begun) (chat.Reply, error) {
	g, list, err := bindable(ctx, s.Subject, t.Actor, id)
	if err != nil {
		return chat.Reply{}, err
	}
	if len(list) == 0 {
		data := chat.GoalData(id)
		data[cards.KeyItems] = with.text
		return s.chat.Act(ctx, t, chat.Resume{Verb: cards.VerbChosen, Data: data}.Connect())
	}
	d := newDraft(t, g, preselected(list, g, connection))
	d.Choice = newChoice(g)
	c, had := &choosing{d: d, g: g, list: list}, len(d.Choice.Items)
	if g.Binding != nil && g.Binding.Connection != d.Connection {
		was, err := s.connect.Connection(ctx, t.Actor, g.Binding.Connection)
		if okr.IgnoreNotFound(err) != nil && okr.KindOf(err) != okr.Forbidden {
			return chat.Reply{}, err
		}
		d.Choice.leave(was.Organization, c.organization())
	}
	if had > 0 && !with.adds {
		d.Choice.Items, d.Choice.Text, d.Choice.Below = nil, "", g.Kind == okr.Project
		c.notice = "These replace the " + g.Binding.Query.Chosen.Few() + " of " + string(id) + " when you save."
	}
	d.Choice.Below, d.Choice.Text = d.Choice.Below || with.below, strings.TrimSpace(with.text+" "+d.Choice.Text)
	return s.openChoice(ctx, t, c)
}

func newChoice(g okr.Goal) *choice {
	c := &choice{Below: g.Kind == okr.Project}
	c.begin(g)
	if len(c.WasIDs) > 0 {
		c.Below = c.WasBelow
		for _, id := range c.WasIDs {
			c.put(chosenItem{ID: id})
		}
	}
	return c
}

// choosing is one turn of choosing work items.
type choosing struct {
	d      bindDraft
	g      okr.Goal
	list   []okr.Connection
	notice string
	wrong  cards.FieldError
}

// openChoice shows the choice for the first time: with what is chosen as it is now, and
// what was typed taken.
func (s picker) openChoice(ctx context.Context, t *chat.Turn, c *choosing) (chat.Reply, error) {
	if err := s.chat.Spend(ctx, t, askLimit()); err != nil {
		return chat.Reply{}, err
	}
	err := s.refresh(ctx, t, c)
	if err == nil {
		err = s.take(ctx, t, c)
	}
	return s.choiceCard(ctx, t, c, err)
}

// choiceCard keeps the draft and shows the choice, with what went wrong. Nothing that was
// typed or chosen is lost by that; a sign-in that is missing begins, and comes back here.
func (s picker) choiceCard(ctx context.Context, t *chat.Turn, c *choosing, err error) (chat.Reply, error) {
	c.d.ByItems = true
	c.d.Choice.turnTo(c.d.Choice.Offset)
	if keep := s.chat.KeepForm(ctx, t, formKind, c.d.ID, c.d); keep != nil {
		return chat.Reply{}, keep
	}
	if wrong, ok := s.chat.FieldError(ctx, err); ok {
		c.wrong = wrong
	} else if err != nil {
		return s.signInOr(ctx, t, err, c.d)
	}
	s.offerChoices(ctx, t, c)
	if c.wrong.Message == "" {
		c.wrong = s.limited(ctx, c)
	}
	return chat.Say(cards.ChooseItems(c.form(t))), nil
}

// limited says at once that a connection with folders takes no chosen work items.
func (s picker) limited(ctx context.Context, c *choosing) (wrong cards.FieldError) {
	for _, connection := range c.list {
		if connection.ID != c.d.Connection {
			continue
		}
		if err := connection.Allows(okr.Query{Chosen: &okr.Chosen{}}); err != nil {
			wrong = cards.FieldError{Field: cards.KeyConnection, Message: s.chat.Words(ctx, err)}
		}
	}
	return wrong
}

func (c *choosing) form(t *chat.Turn) cards.ChosenForm {
	m := c.d.Choice
	f := cards.ChosenForm{
		Draft: c.d.ID, Goal: c.g, Connection: string(c.d.Connection), Offset: m.Offset, Below: m.Below, Text: m.Text,
		Words: m.Words, Type: m.Type, Area: m.Area, Types: m.Types, Areas: m.Areas, Searched: m.HasFound, More: m.More,
		Notice: c.notice, Error: c.wrong,
	}
	for _, connection := range c.list {
		f.Connections = append(f.Connections, cards.Choice{Title: connectionTitle(t, connection), Value: string(connection.ID)})
	}
	for _, i := range m.Items {
		f.Items = append(f.Items, cards.ChosenItem{WorkItemRef: m.ref(i), State: i.State, Why: i.Why})
	}
	for _, i := range m.Found {
		if !m.has(i.ID) {
			f.Found = append(f.Found, okr.WorkItem{ID: i.ID, Type: i.Type, Title: i.Title, State: i.State})
		}
	}
	return f
}

func (c *choice) ref(i chosenItem) okr.WorkItemRef {
	ref := okr.WorkItemRef{ID: i.ID, Type: i.Type, Title: i.Title}
	if c.LinkPrefix != "" {
		ref.URL = c.LinkPrefix + numbers([]int{i.ID})[0]
	}
	return ref
}

// offerChoices reads the types and areas that a search can be narrowed to. Best effort: the
// search works without.
func (s picker) offerChoices(ctx context.Context, t *chat.Turn, c *choosing) {
	m := c.d.Choice
	if m.ChoicesOf == string(c.d.Connection) {
		return
	}
	types, areas, err := s.measure.ItemChoices(ctx, t.Actor, c.d.Connection)
	if err != nil {
		s.chat.Logger.InfoContext(ctx, "no types and areas to choose from", "ref", teams.RefFrom(ctx), "err", okr.CauseOf(err))
	}
	if len(areas) > maxKeptAreas {
		areas = nil
	}
	m.Types, m.Areas = types, areas
	if err != nil {
		return
	}
	m.ChoicesOf = string(c.d.Connection)
	if err := s.chat.KeepForm(ctx, t, formKind, c.d.ID, c.d); err != nil {
		s.chat.Logger.InfoContext(ctx, "types and areas not kept", "ref", teams.RefFrom(ctx), "err", okr.CauseOf(err))
	}
}

// chosenState reads a choice under way.
func (s picker) chosenState(ctx context.Context, t *chat.Turn, p chat.Press) (*choosing, error) {
	d, g, list, err := s.bindState(ctx, t, p)
	if err != nil {
		return nil, err
	}
	if d.Choice == nil {
		d.Choice = newChoice(g)
	}
	return &choosing{d: d, g: g, list: list}, nil
}

// withChoice handles a press on the card of a choice, once what was filled in there is read.
func (s picker) withChoice(then func(ctx context.Context, t *chat.Turn, c *choosing, p chat.Press) (chat.Reply, error)) chat.PressHandler {
	return func(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
		c, err := s.chosenState(ctx, t, p)
		if err != nil {
			return chat.Reply{}, err
		}
		ticked := c.d.Choice.fill(p)
		if id := p.Connection(); id != "" && id != c.d.Connection && p.Data[cards.KeyFilled] != "" {
			return s.throughConnection(ctx, t, c, p)
		}
		n, err := c.d.Choice.tick(ticked)
		if err != nil {
			c.wrong = cards.FieldError{Field: cards.InputFound, Message: s.chat.Words(ctx, err)}
		} else {
			c.notice = added(n, len(ticked)-n)
		}
		return then(ctx, t, c, p)
	}
}

// chosenOpen goes from the search for a query to the choice of work items, and on after a
// sign-in. That card has none of the inputs of the choice.
func (s picker) chosenOpen(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	c, err := s.chosenState(ctx, t, p)
	if err != nil {
		return chat.Reply{}, err
	}
	return s.throughConnection(ctx, t, c, p)
}

// throughConnection goes on with the connection that was chosen, or makes a new one. What was
// chosen is read anew through it.
func (s picker) throughConnection(ctx context.Context, t *chat.Turn, c *choosing, p chat.Press) (chat.Reply, error) {
	if p.Data[cards.KeyConnection] == cards.ChoiceNewConnection {
		if err := s.chat.KeepForm(ctx, t, formKind, c.d.ID, c.d); err != nil {
			return chat.Reply{}, err
		}
		return s.chat.Act(ctx, t, chat.Resume{Verb: cards.VerbChosenOpen, Data: map[string]string{cards.KeyDraft: c.d.ID}}.Connect())
	}
	if id := p.Connection(); id != "" && id != c.d.Connection {
		was := c.organization()
		c.d.Connection = preselected(c.list, c.g, id)
		c.d.Choice.leave(was, c.organization())
		c.d.Choice.Found, c.d.Choice.HasFound, c.d.Choice.Type, c.d.Choice.Area, c.d.Choice.LinkPrefix = nil, false, "", "", ""
	}
	return s.openChoice(ctx, t, c)
}

// chosenAdd takes what was typed and ticked.
func (s picker) chosenAdd(ctx context.Context, t *chat.Turn, c *choosing, _ chat.Press) (chat.Reply, error) {
	if strings.TrimSpace(c.d.Choice.Text) == "" && c.notice == "" && c.wrong.Message == "" {
		c.wrong = cards.FieldError{Field: cards.KeyItems, Message: "Enter numbers or addresses of work items, or search and select some."}
		return s.choiceCard(ctx, t, c, nil)
	}
	if err := s.spendFor(ctx, t, c); err != nil {
		return chat.Reply{}, err
	}
	return s.choiceCard(ctx, t, c, s.take(ctx, t, c))
}

// spendFor counts a question to Azure DevOps, where there is something to ask.
func (s picker) spendFor(ctx context.Context, t *chat.Turn, c *choosing) error {
	if strings.TrimSpace(c.d.Choice.Text) == "" {
		return nil
	}
	return s.chat.Spend(ctx, t, askLimit())
}

// chosenSearch looks for work items.
func (s picker) chosenSearch(ctx context.Context, t *chat.Turn, c *choosing, _ chat.Press) (chat.Reply, error) {
	if err := s.chat.Spend(ctx, t, askLimit()); err != nil {
		return chat.Reply{}, err
	}
	m := c.d.Choice
	m.Found, m.HasFound, m.More = nil, false, false
	page, err := s.measure.SearchItems(ctx, t.Actor, c.d.Connection, okr.ItemSearch{Words: m.Words, Type: m.Type, Area: m.Area})
	if err != nil {
		return s.choiceCard(ctx, t, c, atInput(err))
	}
	m.HasFound, m.More = true, page.More || len(page.Items) > shownFound
	for _, i := range page.Items[:min(len(page.Items), shownFound)] {
		m.Found = append(m.Found, m.keep(i))
	}
	return s.choiceCard(ctx, t, c, nil)
}

// shownFound is how many work items of a search one card offers.
const shownFound = 20

// atInput is the error at the input of the search that it belongs to.
func atInput(err error) error {
	inputs := map[string]string{"words": cards.InputItemWords, "type": cards.InputFindType, "area": cards.InputArea}
	if words, ok := okr.MessageOf(err); ok && inputs[okr.FieldOf(err)] != "" {
		return okr.FieldErrorf(inputs[okr.FieldOf(err)], "%s", words)
	}
	return err
}

func (s picker) chosenRemove(ctx context.Context, t *chat.Turn, c *choosing, p chat.Press) (chat.Reply, error) {
	c.d.Choice.remove(p.Data[cards.KeyItem])
	return s.choiceCard(ctx, t, c, nil)
}

func (s picker) chosenPage(ctx context.Context, t *chat.Turn, c *choosing, p chat.Press) (chat.Reply, error) {
	c.d.Choice.turnTo(p.Offset())
	return s.choiceCard(ctx, t, c, nil)
}

// chosenQuery goes to the search for a query. What was chosen stays in the draft.
func (s picker) chosenQuery(ctx context.Context, t *chat.Turn, c *choosing, _ chat.Press) (chat.Reply, error) {
	c.d.ByItems = false
	return s.bindSearchCard(ctx, t, c.d, c.g, c.list, nil, cards.FieldError{})
}

// chosenNext previews the chosen work items.
func (s picker) chosenNext(ctx context.Context, t *chat.Turn, c *choosing, _ chat.Press) (chat.Reply, error) {
	if err := s.chat.Spend(ctx, t, askLimit()); err != nil {
		return chat.Reply{}, err
	}
	err := s.take(ctx, t, c)
	chosen, few := c.d.Choice.chosen()
	if err == nil {
		err = few
	}
	if err != nil || c.wrong.Message != "" {
		return s.choiceCard(ctx, t, c, err)
	}
	asked, err := s.measure.ChooseItems(ctx, t.Actor, c.d.Connection, chosen)
	if err != nil {
		return s.choiceCard(ctx, t, c, aboutChoice(err))
	}
	d := c.d
	d.ByItems, d.Lost = true, okr.LostWords(asked.Lost)
	return s.measureBy(ctx, t, d, c.g, asked)
}

// aboutChoice puts what says something of the chosen work items on the card on which they
// can be changed.
func aboutChoice(err error) error {
	words, ok := okr.MessageOf(err)
	if kind := okr.KindOf(err); ok && slices.Contains([]okr.Kind{okr.QueryGone, okr.QueryBroken, okr.QueryTooLarge}, kind) {
		return okr.Errorf(okr.Invalid, "%s", words)
	}
	return err
}
