package goals

import (
	"context"
	"slices"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

func (e ends) cloneGoal(ctx context.Context, t *chat.Turn, arg string) (chat.Reply, error) {
	return e.chat.OneGoal(ctx, t, arg, cards.VerbCloneAsk, e.askClone)
}

func (e ends) askClone(ctx context.Context, t *chat.Turn, id okr.GoalID) (chat.Reply, error) {
	if err := t.MembersOnly(); err != nil {
		return chat.Reply{}, err
	}
	return e.cloneForm(ctx, t, cards.CloneForm{Scope: cards.CloneChildren}, id)
}

func (e ends) cloneForm(ctx context.Context, t *chat.Turn, f cards.CloneForm, id okr.GoalID) (chat.Reply, error) {
	v, err := e.plan.Goal(ctx, t.Actor, id)
	if err != nil {
		return chat.Reply{}, err
	}
	if v.Goal.Kind != okr.Objective {
		return chat.Reply{}, okr.Errorf(okr.Invalid, "%s is a %s. Clone its objective %s, with what is below it.", id, v.Goal.Kind, v.Goal.Parent)
	}
	if f.Draft == "" {
		if f.Draft, err = e.chat.OpenForm(ctx, t, cloneKind, struct{}{}); err != nil {
			return chat.Reply{}, err
		}
	}
	f.Goal = v.Goal
	next := t.Settings.PeriodAfter(v.Goal.Period, t.Today())
	if f.Period == "" {
		f.Period = next.ID
	}
	periods := t.Settings.PeriodChoices(t.Today())
	if !slices.ContainsFunc(periods, func(p okr.TimePeriod) bool { return p.ID == next.ID }) {
		periods = append(periods, next)
	}
	for _, p := range periods {
		f.Periods = append(f.Periods, cards.Choice{Title: t.Place.Period(p.Period), Value: p.ID})
	}
	f.Periods = append(f.Periods, cards.Choice{Title: "Custom dates", Value: cards.ChoiceCustomPeriod})
	return chat.Say(cards.Clone(f)), nil
}

// saveClone makes the copies once; a refused form comes back as it was.
func (e ends) saveClone(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	id, err := p.Goal()
	if err != nil {
		return chat.Reply{}, err
	}
	f := cards.CloneForm{
		Draft: p.Data[cards.KeyDraft], Period: p.Data[cards.KeyPeriod], Start: p.Data[cards.InputStart], End: p.Data[cards.InputEnd], Scope: p.Data[cards.InputScope],
		Bindings: p.Data[cards.InputBindings] == "true", Continue: p.Data[cards.InputContinue] == "true",
	}
	in, err := cloneInput(t, id, f)
	var out okr.Cloned
	if err == nil {
		err = e.chat.SaveForm(ctx, t, cloneKind, f.Draft, func() (err error) {
			out, err = e.plan.Clone(ctx, t.Actor, in)
			return err
		})
	}
	if okr.FieldOf(err) != "" {
		f.Error, _ = e.chat.FieldError(ctx, err)
		return e.cloneForm(ctx, t, f, id)
	}
	if err != nil {
		return chat.Reply{}, err
	}
	chat.DidLast(ctx, e.chat, t, chat.Done{What: "cloned " + string(id), Goal: out.View.Goal.ID, Instead: "delete " + string(out.View.Goal.ID)}, nil)
	source, err := e.plan.Goal(ctx, t.Actor, id)
	return chat.SayAll(cards.Cloned(t.Place, source.Goal, out.View, out.Count, len(out.Unbound))).ViewOf(out.View.Goal, cards.VerbGoal), err
}

func cloneInput(t *chat.Turn, id okr.GoalID, f cards.CloneForm) (okr.CloneInput, error) {
	in := okr.CloneInput{Goal: id, PeriodID: f.Period, KeepBindings: f.Bindings, Form: f.Draft, Continue: f.Continue}
	switch f.Scope {
	case cards.CloneOne:
		in.With = okr.CloneAlone
	case cards.CloneAll:
		in.With = okr.CloneAll
	default:
		in.With = okr.CloneChildren
	}
	if f.Period != cards.ChoiceCustomPeriod {
		return in, nil
	}
	p, err := typedPeriod(t, f.Start, f.End)
	in.PeriodID = p.SpanID()
	switch {
	case err != nil:
		return in, err
	case p.Start == "":
		return in, okr.FieldErrorf(cards.InputStart, "Enter the first day.")
	case p.End == "":
		return in, okr.FieldErrorf(cards.InputEnd, "Enter the last day.")
	case p.End.Days() <= p.Start.Days():
		return in, okr.FieldErrorf(cards.InputEnd, "The last day must be after the first day.")
	}
	return in, nil
}
