package bot

import (
	"context"

	"okrbot/cards"
	"okrbot/okr"
)

func (b *Bot) why(ctx context.Context, t *turn, arg string) (reply, error) {
	return b.oneGoal(ctx, t, arg, cards.VerbWhy, b.whyCard)
}

// whyCard explains a number down to what it is made of.
func (b *Bot) whyCard(ctx context.Context, t *turn, id okr.GoalID) (reply, error) {
	v, err := b.weighted(ctx, t, id)
	if err != nil {
		return reply{}, err
	}
	return say(cards.Why(t.place, v)), nil
}

// mostSiblings is how many goals of one objective are shared out for a weight.
const mostSiblings = 200

// weighted reads a goal with the weight that it has in its objective, where the
// person may see that one.
func (b *Bot) weighted(ctx context.Context, t *turn, id okr.GoalID) (okr.GoalView, error) {
	v, err := b.Service.Plan.Goal(ctx, t.actor, id)
	if err != nil || v.ParentTitle == "" {
		return v, err
	}
	above, err := b.Service.Plan.OpenGoal(ctx, t.actor, v.Goal.Parent, okr.Page{Limit: mostSiblings})
	if okr.KindOf(err) == okr.NotFound {
		return v, nil
	}
	for _, c := range above.Children {
		if c.Goal.ID == id {
			v.Weight = c.Weight
		}
	}
	return v, err
}
