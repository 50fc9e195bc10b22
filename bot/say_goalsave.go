package bot

import (
	"context"
	"errors"
	"strings"

	"okrbot/cards"
	"okrbot/okr"
)

// saveGoal saves a form; a refused one comes back as it was, with what is wrong.
func (b *Bot) saveGoal(ctx context.Context, t *turn, p press) (reply, error) {
	kind, err := kindOf(p.data["kind"])
	if err != nil {
		return reply{}, err
	}
	f := cards.GoalForm{
		Kind: kind, Title: p.data["title"], Parent: p.data["parent"], Period: p.data["period"],
		Start: p.data["start"], End: p.data["end"], Metric: p.data["metric"], Unit: p.data["unit"],
		StartValue: p.data["startValue"], Target: p.data["target"], Owner: p.data["owner"],
	}
	f.Editing, _ = okr.ParseGoalID(p.data["goal"])
	current, err := b.currentOwner(ctx, t, f.Editing)
	if err != nil {
		return reply{}, err
	}
	in, err := goalInput(t, f)
	if err == nil {
		in.Owner, err = b.owner(ctx, t, f.Owner, current)
	}
	var v okr.GoalView
	if err == nil {
		v, err = b.saveGoalOnce(ctx, t, in, p.data["draft"])
	}
	if okr.KindOf(err) == okr.Invalid {
		f.Error, _ = b.fieldError(ctx, err)
		return b.goalFormAgain(ctx, t, f, p.data["draft"])
	}
	return sayAll(cards.Goal(t.place, v)), err
}

// goalFormAgain brings a refused form back. Where it cannot be made any more, the
// old one stays and must go on working.
func (b *Bot) goalFormAgain(ctx context.Context, t *turn, f cards.GoalForm, ticket string) (reply, error) {
	r, err := b.goalForm(ctx, t, f)
	if err != nil && f.Editing == "" && ticket != "" {
		err = errors.Join(err, b.Memory.PutTicket(ctx, "goal:"+ticket, []byte("{}"), draftLife))
	}
	return r, err
}

// newGoalTicket lets the form of a new goal be saved once: a button pressed twice
// would make two goals. The form of an existing goal needs none.
func (b *Bot) newGoalTicket(ctx context.Context, editing okr.GoalID) (string, error) {
	if editing != "" {
		return "", nil
	}
	id := newDraftID()
	return id, b.Memory.PutTicket(ctx, "goal:"+id, []byte("{}"), draftLife)
}

func (b *Bot) saveGoalOnce(ctx context.Context, t *turn, in okr.GoalInput, ticket string) (okr.GoalView, error) {
	if in.Editing != "" {
		return b.Service.SaveGoal(ctx, t.actor, in)
	}
	_, err := b.Memory.TakeTicket(ctx, "goal:"+ticket)
	if okr.KindOf(err) == okr.NotFound {
		return okr.GoalView{}, okr.Errorf(okr.NotFound, "This form was saved already or is older than a day. `okrs` shows what there is; `new %s` opens a new form.", in.Kind)
	}
	if err != nil {
		return okr.GoalView{}, err
	}
	v, err := b.Service.SaveGoal(ctx, t.actor, in)
	if err != nil && okr.KindOf(err) != okr.Invalid { // an invalid one gets a new form
		err = errors.Join(err, b.Memory.PutTicket(ctx, "goal:"+ticket, []byte("{}"), draftLife))
	}
	return v, err
}

func goalInput(t *turn, f cards.GoalForm) (okr.GoalInput, error) {
	in := okr.GoalInput{Editing: f.Editing, Kind: f.Kind, Title: f.Title, Parent: okr.GoalID(f.Parent)}
	if f.Kind == okr.Objective {
		in.Period = periodOf(t, f)
	}
	if f.Kind != okr.KeyResult {
		return in, nil
	}
	m := okr.Metric{Name: f.Metric, Unit: f.Unit}
	var err error
	if m.Start, err = number("startValue", "start", f.StartValue, "0"); err != nil {
		return in, err
	}
	m.Target, err = number("target", "target", f.Target, "")
	in.Metric = &m
	return in, err
}

func number(field, name, text, fallback string) (float64, error) {
	if strings.TrimSpace(text) == "" {
		text = fallback
	}
	n, ok := okr.ParseNumber(text)
	if !ok {
		return 0, okr.FieldErrorf(field, "The %s must be a number, for example 80 or 12.5.", name)
	}
	return n, nil
}

func periodOf(t *turn, f cards.GoalForm) okr.Period {
	for _, p := range knownPeriods(t) {
		if p.Name == f.Period {
			return p
		}
	}
	return okr.Period{Start: okr.Date(strings.TrimSpace(f.Start)), End: okr.Date(strings.TrimSpace(f.End))}
}
