package bindings

import (
	"context"
	"slices"
	"strings"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

// chooseQuery shows what a query would measure, with a suggested measure where none was chosen.
func (s *Subject) chooseQuery(ctx context.Context, t *chat.Turn, d bindDraft, g okr.Goal, id string) (chat.Reply, error) {
	if err := s.chat.Spend(ctx, t, askLimit()); err != nil {
		return chat.Reply{}, err
	}
	chosen, err := s.measure.ChooseQuery(ctx, t.Actor, d.Connection, id)
	if isAboutQuery(err) {
		return s.bindAgainWith(ctx, t, d, g, err)
	}
	if err != nil {
		return s.signInOr(ctx, t, err, d)
	}
	d.ByItems, d.Lost = false, ""
	return s.measureBy(ctx, t, d, g, chosen)
}

// measureBy previews what was chosen, with the measure that the goal has or a suggested one.
func (s *Subject) measureBy(ctx context.Context, t *chat.Turn, d bindDraft, g okr.Goal, chosen okr.ChosenQuery) (chat.Reply, error) {
	d.Query, d.Count, d.Types, d.Fields = chosen.Query, chosen.Count, chosen.Types, chosen.Fields
	d.suggest(g)
	return s.previewCard(ctx, t, d, g)
}

// suggest chooses a measure where nobody has.
func (d *bindDraft) suggest(g okr.Goal) {
	if g.Kind != okr.KeyResult || d.Method != "" && d.Why == "" {
		return
	}
	usual := okr.Suggest(g.Metric, d.Fields)
	d.Method, d.Field, d.Why = usual.Method, "", usual.Why
	if usual.Field != nil {
		d.Field = usual.Field.Ref
	}
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
func (s *Subject) bindAgainWith(ctx context.Context, t *chat.Turn, d bindDraft, g okr.Goal, cause error) (chat.Reply, error) {
	list, err := s.connect.Connections(ctx, t.Actor)
	if err != nil {
		return chat.Reply{}, err
	}
	wrong := cards.FieldError{Message: s.chat.Words(ctx, cause)}
	if d.ByItems && d.Choice != nil {
		return picker{s}.choiceCard(ctx, t, &choosing{d: d, g: g, list: list, wrong: wrong}, nil)
	}
	return s.bindSearchCard(ctx, t, d, g, list, nil, wrong)
}

func (s *Subject) bindOptionsCard(ctx context.Context, t *chat.Turn, d bindDraft, g okr.Goal, wrong cards.FieldError) (chat.Reply, error) {
	d.suggest(g)
	if err := s.chat.KeepForm(ctx, t, formKind, d.ID, d); err != nil {
		return chat.Reply{}, err
	}
	f := cards.BindForm{
		Draft: d.ID, Goal: g, Connection: string(d.Connection), Query: d.Query, Count: d.Count, Lost: d.Lost,
		Types: d.Types, Fields: d.Fields, Field: d.Field, Method: string(d.Method), ItemType: d.ItemType, Why: d.Why, Error: wrong,
	}
	for _, m := range okr.Measures() {
		f.Methods = append(f.Methods, cards.Choice{Title: m.Title, Value: string(m.ID)})
	}
	return chat.Say(cards.BindOptions(f)), nil
}

func (s *Subject) bindBack(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	d, g, _, err := s.bindState(ctx, t, p)
	if err != nil {
		return chat.Reply{}, err
	}
	return s.bindOptionsCard(ctx, t, d, g, cards.FieldError{})
}

func (s *Subject) bindAgain(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	d, g, list, err := s.bindState(ctx, t, p)
	if err != nil {
		return chat.Reply{}, err
	}
	if d.ByItems && d.Choice != nil {
		return picker{s}.choiceCard(ctx, t, &choosing{d: d, g: g, list: list}, nil)
	}
	return s.bindSearchCard(ctx, t, d, g, list, nil, cards.FieldError{})
}

// bindPreview measures without saving.
func (s *Subject) bindPreview(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	d, g, _, err := s.bindState(ctx, t, p)
	if err != nil {
		return chat.Reply{}, err
	}
	if wrong := d.choose(g, p); wrong.Message != "" {
		return s.bindOptionsCard(ctx, t, d, g, wrong)
	}
	if err := s.chat.Spend(ctx, t, askLimit()); err != nil {
		return chat.Reply{}, err
	}
	return s.previewCard(ctx, t, d, g)
}

// previewCard measures by the draft and shows what saving it would give.
func (s *Subject) previewCard(ctx context.Context, t *chat.Turn, d bindDraft, g okr.Goal) (chat.Reply, error) {
	if err := s.chat.KeepForm(ctx, t, formKind, d.ID, d); err != nil {
		return chat.Reply{}, err
	}
	preview, err := s.measure.PreviewBinding(ctx, t.Actor, d.input())
	if field := okr.FieldOf(err); field != "" {
		return s.bindOptionsCard(ctx, t, d, g, cards.FieldError{Field: field, Message: s.chat.Words(ctx, err)})
	}
	if isAboutQuery(err) {
		return s.bindAgainWith(ctx, t, d, g, err)
	}
	if err != nil {
		return s.signInOr(ctx, t, err, d)
	}
	if n := preview.Measurement.Found(); d.addTypes(preview.Types) || n != d.Count {
		d.Count = n
		if err := s.chat.KeepForm(ctx, t, formKind, d.ID, d); err != nil {
			return chat.Reply{}, err
		}
	}
	return chat.Say(cards.Preview(t.Place, cards.BindPreview{
		Draft: d.ID, Why: d.Why, Goal: preview.View.Goal, Standing: preview.View.Standing,
		Measurement: preview.Measurement, Warnings: preview.Warnings,
	})), nil
}

// addTypes offers what the query holds beside the types of its own project: it
// may reach into others.
func (d *bindDraft) addTypes(seen []string) (added bool) {
	for _, typ := range seen {
		if !slices.ContainsFunc(d.Types, func(known string) bool { return strings.EqualFold(known, typ) }) {
			d.Types, added = append(d.Types, typ), true
		}
	}
	return added
}

// choose takes the measure and type from a form. A suggestion that is changed is none any more.
func (d *bindDraft) choose(g okr.Goal, p chat.Press) cards.FieldError {
	if m := p.Data[cards.InputMethod]; m != "" && okr.Method(m) != d.Method {
		d.Method, d.Why = okr.Method(m), ""
	}
	if typ := p.Data[cards.InputItemType]; typ != "" {
		d.ItemType = okr.Shorten(okr.CleanLine(typ), okr.MaxTitle)
	}
	if d.ItemType == cards.ChoiceAllTypes {
		d.ItemType = ""
	}
	if wrong := d.incomplete(g); wrong.Message != "" {
		return wrong
	}
	return d.chooseField(p)
}

// incomplete says what is missing before anything can be measured.
func (d bindDraft) incomplete(g okr.Goal) cards.FieldError {
	switch {
	case d.Query.ID == "":
		return cards.FieldError{Field: cards.KeyQuery, Message: "Choose a query first."}
	case g.Kind == okr.KeyResult && !isMethod(d.Method):
		return cards.FieldError{Field: cards.InputMethod, Message: "Choose which value to use."}
	}
	return cards.FieldError{}
}

// chooseField takes one of the fields that were offered.
func (d *bindDraft) chooseField(p chat.Press) cards.FieldError {
	ref := p.Data[cards.InputField]
	if ref == "" {
		return cards.FieldError{}
	}
	if ref == cards.ChoiceNoField {
		ref = ""
	}
	if ref != d.Field {
		d.Field, d.Why = ref, ""
	}
	if d.Field != "" && d.field() == nil {
		d.Field = ""
		return cards.FieldError{Field: cards.InputField, Message: "Choose a field from the list."}
	}
	return cards.FieldError{}
}

// field is the chosen one; nil where work items are counted.
func (d bindDraft) field() *okr.Field {
	for _, f := range d.Fields {
		if f.Ref == d.Field {
			return &f
		}
	}
	return nil
}

func isMethod(m okr.Method) bool {
	_, ok := m.Measure()
	return ok
}

func (d bindDraft) input() okr.BindInput {
	in := okr.BindInput{Goal: d.Goal, Connection: d.Connection, Query: d.Query.ID, Method: d.Method, Field: d.field(), ItemType: d.ItemType}
	if d.ByItems && d.Choice != nil {
		in.Chosen, in.Was = d.Query.Chosen, &d.Choice.Was
	}
	return in
}

// saveBinding saves what was previewed.
func (s *Subject) saveBinding(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	d, g, _, err := s.bindState(ctx, t, p)
	if err != nil {
		return chat.Reply{}, err
	}
	if wrong := d.incomplete(g); wrong.Message != "" {
		return s.bindOptionsCard(ctx, t, d, g, wrong)
	}
	v, err := s.measure.Bind(ctx, t.Actor, d.input())
	if isAboutQuery(err) {
		return s.bindAgainWith(ctx, t, d, g, err)
	}
	if okr.KindOf(err) == okr.Conflict && d.ByItems && d.Choice != nil {
		return picker{s}.changedMeanwhile(ctx, t, d, err)
	}
	if err != nil {
		return s.signInOr(ctx, t, err, d)
	}
	if g.Binding != nil && g.Binding.Connection != d.Connection {
		s.chat.Audit(ctx, t, chat.Deed{Did: "binding moved", Of: string(d.Goal), To: string(d.Connection)})
	}
	chat.DidLast(ctx, s.chat, t, chat.Done{What: "bound " + string(d.Goal), Goal: d.Goal, Instead: "unbind " + string(d.Goal)}, nil)
	if err := s.chat.DropForm(ctx, t, formKind, d.ID); err != nil {
		return chat.Reply{}, err
	}
	return chat.SayAll(cards.Goal(t.Place, v)).ViewOf(v.Goal, cards.VerbGoal), nil
}
