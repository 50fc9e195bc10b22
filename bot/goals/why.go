package goals

import (
	"context"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

func (s *Subject) why(ctx context.Context, t *chat.Turn, arg string) (chat.Reply, error) {
	return s.chat.OneGoal(ctx, t, arg, cards.VerbWhy, s.whyCard)
}

// whyCard explains a number down to what it is made of.
func (s *Subject) whyCard(ctx context.Context, t *chat.Turn, id okr.GoalID) (chat.Reply, error) {
	v, err := s.weighted(ctx, t, id)
	if err != nil {
		return chat.Reply{}, err
	}
	return chat.Say(cards.Why(t.Place, v)).ViewOf(v.Goal, cards.VerbWhy), nil
}

// mostSiblings is how many goals of one objective are shared out for a weight.
const mostSiblings = 200

// weighted reads a goal with the weight that it has in its objective, where the
// person may see that one.
func (s *Subject) weighted(ctx context.Context, t *chat.Turn, id okr.GoalID) (okr.GoalView, error) {
	v, err := s.plan.Goal(ctx, t.Actor, id)
	if err != nil {
		return v, err
	}
	return s.withWeight(ctx, t, v)
}

// withWeight is weighted for a goal that is at hand.
func (s *Subject) withWeight(ctx context.Context, t *chat.Turn, v okr.GoalView) (okr.GoalView, error) {
	if v.ParentTitle == "" {
		return v, nil
	}
	above, err := s.plan.OpenGoal(ctx, t.Actor, v.Goal.Parent, okr.Page{Limit: mostSiblings})
	if okr.KindOf(err) == okr.NotFound {
		return v, nil
	}
	for _, c := range above.Children {
		if c.Goal.ID == v.Goal.ID {
			v.Weight, v.Taken = c.Weight, c.Taken
		}
	}
	return v, err
}
