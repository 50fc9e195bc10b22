package bot

import (
	"context"
	"strings"

	"okrbot/cards"
	"okrbot/okr"
)

func (b *Bot) closeGoal(ctx context.Context, t *turn, arg string) (reply, error) {
	return b.oneGoal(ctx, t, arg, cards.VerbCloseAsk, b.askClose)
}

func (b *Bot) askClose(ctx context.Context, t *turn, id okr.GoalID) (reply, error) {
	return b.closeForm(ctx, t, cards.CloseForm{}, id)
}

func (b *Bot) postponeGoal(ctx context.Context, t *turn, arg string) (reply, error) {
	return b.oneGoal(ctx, t, arg, cards.VerbCloseAsk, func(ctx context.Context, t *turn, id okr.GoalID) (reply, error) {
		return b.closeForm(ctx, t, cards.CloseForm{State: string(okr.StatusPostponed)}, id)
	})
}

// closeForm says what ends with the goal. The score stays empty: what is suggested
// is then taken, and nothing where the goal is postponed.
func (b *Bot) closeForm(ctx context.Context, t *turn, f cards.CloseForm, id okr.GoalID) (reply, error) {
	p, err := b.Service.Plan.PreviewClose(ctx, t.actor, id)
	if err != nil {
		return reply{}, err
	}
	f.Goal, f.Children = p.View, len(p.Also)
	if f.State == "" {
		f.State = string(p.State)
	}
	return say(cards.Close(f)), nil
}

// saveClose closes or postpones; a refused form comes back as it was.
func (b *Bot) saveClose(ctx context.Context, t *turn, p press) (reply, error) {
	id, ok := okr.ParseGoalID(p.data["goal"])
	if !ok {
		return reply{}, okr.Errorf(okr.Invalid, "This button does not say which goal it is about. Open the goal again with `okrs`.")
	}
	in := okr.CloseInput{Goal: id, State: okr.Status(p.data["state"]), Note: p.data["note"]}
	before, err := b.Service.Plan.PreviewClose(ctx, t.actor, id)
	if err != nil {
		return reply{}, err
	}
	if text := strings.TrimSpace(p.data["score"]); text != "" {
		var n float64
		n, err = number("score", "score", text, "")
		in.Score = &n
	}
	var v okr.GoalView
	if err == nil {
		v, err = b.Service.Plan.Close(ctx, t.actor, in)
	}
	if okr.FieldOf(err) != "" {
		f := cards.CloseForm{State: p.data["state"], Score: p.data["score"], Note: p.data["note"]}
		f.Error, _ = b.fieldError(ctx, err)
		return b.closeForm(ctx, t, f, id)
	}
	return sayAll(cards.Closed(t.place, v, len(before.Also))), err
}

// ended is the refusal of what a closed or postponed goal cannot have; nil for an
// open one.
func ended(g okr.Goal) error {
	if g.IsOpen() {
		return nil
	}
	return okr.Errorf(okr.Invalid, "%s is %s, so nothing about it changes. `reopen %s` opens it again.", g.ID, g.Closed.State, g.ID)
}

func (b *Bot) reopenGoal(ctx context.Context, t *turn, arg string) (reply, error) {
	return b.oneGoal(ctx, t, arg, cards.VerbReopenAsk, b.askReopen)
}

func (b *Bot) askReopen(ctx context.Context, t *turn, id okr.GoalID) (reply, error) {
	v, err := b.Service.Plan.Goal(ctx, t.actor, id)
	switch {
	case err != nil:
		return reply{}, err
	case v.Goal.IsOpen():
		return reply{}, okr.Errorf(okr.Invalid, "%s is open already. `okr %s` shows it.", id, id)
	case !v.MayEdit:
		return reply{}, okr.Errorf(okr.Forbidden, "Only its owner %s or an admin can reopen %s.", v.Goal.Owner.Name, id)
	}
	return say(cards.ConfirmReopen(t.place, v)), nil
}

func (b *Bot) reopen(ctx context.Context, t *turn, id okr.GoalID) (reply, error) {
	v, err := b.Service.Plan.Reopen(ctx, t.actor, id)
	return sayAll(cards.Goal(t.place, v)), err
}

func (b *Bot) cloneGoal(ctx context.Context, t *turn, arg string) (reply, error) {
	return b.oneGoal(ctx, t, arg, cards.VerbCloneAsk, b.askClone)
}

func (b *Bot) askClone(ctx context.Context, t *turn, id okr.GoalID) (reply, error) {
	if err := t.membersOnly(); err != nil {
		return reply{}, err
	}
	ticket, err := b.newTicket(ctx, ticketClone)
	if err != nil {
		return reply{}, err
	}
	next := t.settings.Quarter(t.today(), 1).ID
	return b.cloneForm(ctx, t, cards.CloneForm{Draft: ticket, Period: next, Scope: cards.CloneChildren}, id)
}

func (b *Bot) cloneForm(ctx context.Context, t *turn, f cards.CloneForm, id okr.GoalID) (reply, error) {
	v, err := b.Service.Plan.Goal(ctx, t.actor, id)
	if err != nil {
		return reply{}, err
	}
	if v.Goal.Kind != okr.Objective {
		return reply{}, okr.Errorf(okr.Invalid, "%s is a %s. Clone its objective %s, with what stands below it.", id, v.Goal.Kind, v.Goal.Parent)
	}
	f.Goal = v.Goal
	for _, p := range t.settings.PeriodChoices(t.today()) {
		f.Periods = append(f.Periods, cards.Choice{Title: p.String(), Value: p.ID})
	}
	f.Periods = append(f.Periods, cards.Choice{Title: "Own dates", Value: cards.ChoiceCustomPeriod})
	return say(cards.Clone(f)), nil
}

// saveClone makes the copies once; a refused form comes back as it was.
func (b *Bot) saveClone(ctx context.Context, t *turn, p press) (reply, error) {
	id, ok := okr.ParseGoalID(p.data["goal"])
	if !ok {
		return reply{}, okr.Errorf(okr.Invalid, "This button does not say which goal it is about. Open the goal again with `okrs`.")
	}
	f := cards.CloneForm{
		Draft: p.data["draft"], Period: p.data["period"], Start: p.data["start"], End: p.data["end"], Scope: p.data["scope"],
		Bindings: p.data["bindings"] == "true", Continue: p.data["continue"] == "true",
	}
	in, err := cloneInput(id, f)
	var out okr.Cloned
	if err == nil {
		err = b.once(ctx, ticketClone, f.Draft, func() (err error) {
			out, err = b.Service.Plan.Clone(ctx, t.actor, in)
			return err
		})
	}
	if okr.FieldOf(err) != "" {
		f.Error, _ = b.fieldError(ctx, err)
		return b.cloneForm(ctx, t, f, id)
	}
	if err != nil {
		return reply{}, err
	}
	source, err := b.Service.Plan.Goal(ctx, t.actor, id)
	return sayAll(cards.Cloned(source.Goal, out.View, out.Count, len(out.Unbound))), err
}

func cloneInput(id okr.GoalID, f cards.CloneForm) (okr.CloneInput, error) {
	in := okr.CloneInput{Goal: id, PeriodID: f.Period, KeepBindings: f.Bindings, Continue: f.Continue}
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
	p := okr.Period{Start: okr.Date(strings.TrimSpace(f.Start)), End: okr.Date(strings.TrimSpace(f.End))}
	in.PeriodID = p.SpanID()
	switch {
	case !p.Start.Valid():
		return in, okr.FieldErrorf("start", "Give the first day as a date, for example 2026-01-01.")
	case !p.End.Valid() || p.End.Days() <= p.Start.Days():
		return in, okr.FieldErrorf("end", "Give a last day that comes after the first one, for example 2026-03-31.")
	}
	return in, nil
}
