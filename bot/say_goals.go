package bot

import (
	"context"

	"okrbot/cards"
	"okrbot/okr"
)

func (b *Bot) showGoal(ctx context.Context, t *turn, arg string) (reply, error) {
	return b.oneGoal(ctx, t, arg, cards.VerbGoal, b.goalCard)
}

// goalHandler goes on with the goal that was meant.
type goalHandler func(ctx context.Context, t *turn, id okr.GoalID) (reply, error)

// oneGoal finds the goal that a text means, and asks when it could be several.
// The verb is that of the button that goes on with the chosen one.
func (b *Bot) oneGoal(ctx context.Context, t *turn, text, verb string, next goalHandler) (reply, error) {
	found, err := b.Service.Plan.FindGoals(ctx, t.actor, text)
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
	v, err := b.weighted(ctx, t, id)
	return say(cards.Goal(t.place, v)), err
}

// askDelete asks before a goal or connection is deleted.
func (b *Bot) askDelete(ctx context.Context, t *turn, arg string) (reply, error) {
	if id, ok := okr.ParseConnectionID(arg); ok {
		return b.askDeleteConnection(ctx, t, press{data: map[string]string{"connection": string(id)}})
	}
	return b.oneGoal(ctx, t, arg, cards.VerbGoalAskDelete, b.askDeleteGoal)
}

func (b *Bot) askDeleteGoal(ctx context.Context, t *turn, id okr.GoalID) (reply, error) {
	v, err := b.Service.Plan.Goal(ctx, t.actor, id)
	if err != nil {
		return reply{}, err
	}
	if !v.MayEdit {
		return reply{}, b.mayNot(v.Goal, "delete")
	}
	if err := ended(v.Goal); err != nil {
		return reply{}, err
	}
	return say(cards.ConfirmDeleteGoal(v.Goal, len(v.Children))), nil
}

func (b *Bot) deleteGoal(ctx context.Context, t *turn, id okr.GoalID) (reply, error) {
	g, err := b.Service.Plan.DeleteGoal(ctx, t.actor, id)
	if err != nil {
		return reply{}, err
	}
	return sayAll(cards.Done("Deleted", string(g.ID)+" "+g.Title+" is gone.", []cards.Button{{Title: "OKRs", Verb: cards.VerbGoals}})), nil
}
