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
	v, err := s.plan.Weighted(ctx, t.Actor, id)
	if err != nil {
		return chat.Reply{}, err
	}
	return chat.Say(cards.Why(t.Place, v)).ViewOf(v.Goal, cards.VerbWhy), nil
}
