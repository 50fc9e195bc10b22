package bot

import (
	"context"
	"slices"
	"strings"

	"okrbot/cards"
	"okrbot/okr"
)

// chooseQuery shows a query's count of work items and asks how to measure it.
func (b *Bot) chooseQuery(ctx context.Context, t *turn, d bindDraft, g okr.Goal, id string) (reply, error) {
	chosen, err := b.Service.Measure.ChooseQuery(ctx, t.actor, d.Connection, id)
	if isAboutQuery(err) {
		return b.bindAgainWith(ctx, t, d, g, err)
	}
	if err != nil {
		return b.signInOr(ctx, t, err, d)
	}
	d.Query, d.Count, d.Types, d.Fields = chosen.Query, chosen.Count, chosen.Types, chosen.Fields
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
	list, err := b.Service.Connect.Connections(ctx, t.actor)
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
		Types: d.Types, Fields: d.Fields, Field: d.Field, Method: string(d.Method), ItemType: d.ItemType, Error: wrong,
	}
	for _, m := range okr.Methods() {
		f.Methods = append(f.Methods, cards.Choice{Title: m.Title(), Value: string(m)})
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
	preview, err := b.Service.Measure.PreviewBinding(ctx, t.actor, d.input())
	if field := okr.FieldOf(err); field != "" {
		return b.bindOptionsCard(ctx, t, d, g, cards.FieldError{Field: field, Message: b.words(ctx, err)})
	}
	if isAboutQuery(err) {
		return b.bindAgainWith(ctx, t, d, g, err)
	}
	if err != nil {
		return b.signInOr(ctx, t, err, d)
	}
	if d.addTypes(preview.Types) {
		if err := b.saveDraft(ctx, t, d.ID, d); err != nil {
			return reply{}, err
		}
	}
	return say(cards.Preview(t.place, cards.BindPreview{
		Draft: d.ID, Goal: preview.View.Goal, Standing: preview.View.Standing,
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
	return d.chooseField(p)
}

// chooseField takes one of the fields that were offered.
func (d *bindDraft) chooseField(p press) cards.FieldError {
	ref, ok := p.data["field"]
	if !ok {
		return cards.FieldError{}
	}
	d.Field = ref
	if ref == cards.ChoiceNoField {
		d.Field = ""
	}
	if d.Field != "" && d.field() == nil {
		d.Field = ""
		return cards.FieldError{Field: "field", Message: "Choose one of the fields of the list."}
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

func isMethod(m okr.Method) bool { return slices.Contains(okr.Methods(), m) }

func (d bindDraft) input() okr.BindInput {
	return okr.BindInput{Goal: d.Goal, Connection: d.Connection, Query: d.Query.ID, Method: d.Method, Field: d.field(), ItemType: d.ItemType}
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
	v, err := b.Service.Measure.Bind(ctx, t.actor, d.input())
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
