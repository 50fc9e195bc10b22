package bindings

import (
	"context"
	"strconv"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

// pressTree opens a branch of a project's tree, for whoever pressed only. Anything that
// is not the id of a work item is the top.
func (s *Subject) pressTree(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	item, err := strconv.Atoi(p.Data[cards.KeyItem])
	if err != nil {
		item = 0
	}
	return chat.WithGoal(func(ctx context.Context, t *chat.Turn, id okr.GoalID) (chat.Reply, error) {
		v, b, err := s.measure.Branch(ctx, t.Actor, id, item, p.Offset())
		if err != nil {
			return chat.Reply{}, err
		}
		return chat.Say(cards.Tree(t.Place, v, b)).ViewOf(v.Goal, cards.VerbGoal), nil
	})(ctx, t, p)
}
