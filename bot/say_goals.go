package bot

import (
	"context"
	"strings"

	"okrbot/cards"
	"okrbot/okr"
)

// goalPage is how many objectives one card lists.
const goalPage = 5

func (b *Bot) listGoals(ctx context.Context, t *turn, arg string) (reply, error) {
	if strings.TrimSpace(arg) != "" {
		return b.showGoal(ctx, t, arg)
	}
	return b.pressGoals(ctx, t, press{})
}

func (b *Bot) pressGoals(ctx context.Context, t *turn, p press) (reply, error) {
	offset := offsetOf(p)
	views, total, err := b.Service.Goals(ctx, t.actor, okr.Page{Offset: offset, Limit: goalPage})
	if err != nil {
		return reply{}, err
	}
	return say(cards.Goals(t.place, cards.GoalList{Views: views, Total: total, Offset: offset})), nil
}

func (b *Bot) showGoal(ctx context.Context, t *turn, arg string) (reply, error) {
	return b.oneGoal(ctx, t, arg, cards.VerbGoal, b.goalCard)
}

// goalHandler goes on with the goal that was meant.
type goalHandler func(ctx context.Context, t *turn, id okr.GoalID) (reply, error)

// oneGoal finds the goal that a text means, and asks when it could be several.
// The verb is that of the button that goes on with the chosen one.
func (b *Bot) oneGoal(ctx context.Context, t *turn, text, verb string, next goalHandler) (reply, error) {
	found, err := b.Service.FindGoals(ctx, t.actor, text)
	if err != nil {
		return reply{}, err
	}
	switch len(found) {
	case 0:
		return reply{}, okr.Errorf(okr.NotFound, "No title contains \"%s\", and it is no id. `okrs` lists what there is.", okr.Shorten(okr.CleanLine(text), 80))
	case 1:
		return next(ctx, t, found[0].ID)
	default:
		return say(cards.ChooseGoal(okr.CleanLine(text), found, verb)), nil
	}
}

// withGoal makes the handler of a button that carries a goal.
func withGoal(next goalHandler) pressHandler {
	return func(ctx context.Context, t *turn, p press) (reply, error) {
		id, ok := okr.ParseGoalID(p.data["goal"])
		if !ok {
			return reply{}, okr.Errorf(okr.Invalid, "This button does not say which goal it is about. Open the goal again with `okrs`.")
		}
		return next(ctx, t, id)
	}
}

func (b *Bot) goalCard(ctx context.Context, t *turn, id okr.GoalID) (reply, error) {
	v, err := b.Service.Goal(ctx, t.actor, id)
	return say(cards.Goal(t.place, v)), err
}

func (b *Bot) newGoal(kind okr.GoalKind) func(context.Context, *turn, string) (reply, error) {
	return func(ctx context.Context, t *turn, arg string) (reply, error) {
		return b.goalForm(ctx, t, cards.GoalForm{Kind: kind, Title: okr.CleanLine(arg)})
	}
}

func (b *Bot) pressNewGoal(ctx context.Context, t *turn, p press) (reply, error) {
	kind, err := kindOf(p.data["kind"])
	if err != nil {
		return reply{}, err
	}
	return b.goalForm(ctx, t, cards.GoalForm{Kind: kind, Parent: p.data["parent"]})
}

func kindOf(text string) (okr.GoalKind, error) {
	switch k := okr.GoalKind(text); k {
	case okr.Objective, okr.KeyResult, okr.Project:
		return k, nil
	default:
		return "", okr.Errorf(okr.Invalid, "This button does not say what to make. Send `new objective`, `new kr` or `new project`.")
	}
}

// goalForm fills in what can be chosen.
func (b *Bot) goalForm(ctx context.Context, t *turn, f cards.GoalForm) (reply, error) {
	if err := t.membersOnly(); err != nil {
		return reply{}, err
	}
	current, err := b.currentOwner(ctx, t, f.Editing)
	if err != nil {
		return reply{}, err
	}
	if f.Draft, err = b.newGoalTicket(ctx, f.Editing); err != nil {
		return reply{}, err
	}
	f.OwnerName, f.Owners = current.Name, b.owners(ctx, t, current)
	if f.Kind == okr.KeyResult && f.StartValue == "" {
		f.StartValue = "0"
	}
	if f.Kind == okr.Objective {
		f.Periods = periods(t)
		if f.Period == "" {
			f.Period = f.Periods[0].Value
		}
		return say(cards.EditGoal(f)), nil
	}
	f.Objectives, err = b.parents(ctx, t, f.Kind)
	if f.Parent == "" && len(f.Objectives) == 1 {
		f.Parent = f.Objectives[0].Value
	}
	return say(cards.EditGoal(f)), err
}

// parents offers the objectives that a key result or project can belong to.
func (b *Bot) parents(ctx context.Context, t *turn, kind okr.GoalKind) ([]cards.Choice, error) {
	objectives, err := b.Service.Objectives(ctx, t.actor)
	if err != nil {
		return nil, err
	}
	if len(objectives) == 0 {
		return nil, okr.Errorf(okr.Invalid, "A %s belongs below an objective, and there is none yet. Make one with `new objective` first.", kind)
	}
	return objectiveChoices(objectives), nil
}

func objectiveChoices(objectives []okr.Goal) []cards.Choice {
	choices := make([]cards.Choice, 0, len(objectives))
	for _, o := range objectives {
		choices = append(choices, cards.Choice{Title: string(o.ID) + " " + o.Title, Value: string(o.ID)})
	}
	return choices
}

// currentOwner is who owns the goal that a form is about; a new one is the
// person's own.
func (b *Bot) currentOwner(ctx context.Context, t *turn, editing okr.GoalID) (okr.Person, error) {
	if editing == "" {
		return t.actor.Person, nil
	}
	v, err := b.Service.Goal(ctx, t.actor, editing)
	return v.Goal.Owner, err
}

// periods offers this and the next quarters and the year, by name; own dates are
// the card's own choice.
func periods(t *turn) []cards.Choice {
	var out []cards.Choice
	for _, p := range knownPeriods(t) {
		out = append(out, cards.Choice{Title: p.String(), Value: p.Name})
	}
	return append(out, cards.Choice{Title: "Own dates", Value: cards.ChoiceCustomPeriod})
}

func knownPeriods(t *turn) []okr.Period {
	today := t.place.Now.In(t.settings.Location())
	return []okr.Period{okr.Quarter(today, 0), okr.Quarter(today, 1), okr.Quarter(today, 2), okr.Year(today), okr.Year(today.AddDate(1, 0, 0))}
}

func (b *Bot) editGoal(ctx context.Context, t *turn, arg string) (reply, error) {
	return b.oneGoal(ctx, t, arg, cards.VerbGoalEdit, b.editGoalForm)
}

func (b *Bot) editGoalForm(ctx context.Context, t *turn, id okr.GoalID) (reply, error) {
	v, err := b.Service.Goal(ctx, t.actor, id)
	if err != nil {
		return reply{}, err
	}
	if !v.MayEdit {
		return reply{}, okr.Errorf(okr.Forbidden, "Only its owner %s or an admin can change %s.", v.Goal.Owner.Name, id)
	}
	g := v.Goal
	f := cards.GoalForm{Kind: g.Kind, Editing: g.ID, Title: g.Title, Parent: string(g.Parent)}
	if g.Kind == okr.Objective {
		f.Period, f.Start, f.End = cards.ChoiceCustomPeriod, string(g.Period.Start), string(g.Period.End)
		for _, p := range knownPeriods(t) {
			if p.Start == g.Period.Start && p.End == g.Period.End {
				f.Period = p.Name
			}
		}
	}
	if m := g.Metric; m != nil {
		f.Metric, f.Unit, f.StartValue, f.Target = m.Name, m.Unit, okr.FormatNumber(m.Start), okr.FormatNumber(m.Target)
	}
	return b.goalForm(ctx, t, f)
}

// askDelete asks before a goal or connection is deleted.
func (b *Bot) askDelete(ctx context.Context, t *turn, arg string) (reply, error) {
	if id, ok := okr.ParseConnectionID(arg); ok {
		return b.askDeleteConnection(ctx, t, press{data: map[string]string{"connection": string(id)}})
	}
	return b.oneGoal(ctx, t, arg, cards.VerbGoalAskDelete, b.askDeleteGoal)
}

func (b *Bot) askDeleteGoal(ctx context.Context, t *turn, id okr.GoalID) (reply, error) {
	v, err := b.Service.Goal(ctx, t.actor, id)
	if err != nil {
		return reply{}, err
	}
	if !v.MayEdit {
		return reply{}, okr.Errorf(okr.Forbidden, "Only its owner %s or an admin can delete %s.", v.Goal.Owner.Name, id)
	}
	return say(cards.ConfirmDeleteGoal(v.Goal, len(v.Children))), nil
}

func (b *Bot) deleteGoal(ctx context.Context, t *turn, id okr.GoalID) (reply, error) {
	g, err := b.Service.DeleteGoal(ctx, t.actor, id)
	if err != nil {
		return reply{}, err
	}
	return sayAll(cards.Done("Deleted", string(g.ID)+" "+g.Title+" is gone.", []cards.Button{{Title: "OKRs", Verb: cards.VerbGoals}})), nil
}
