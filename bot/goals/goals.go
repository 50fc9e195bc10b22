package goals

import (
	"context"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

func (s *Subject) showGoal(ctx context.Context, t *chat.Turn, arg string) (chat.Reply, error) {
	return s.chat.OneGoal(ctx, t, arg, cards.VerbGoal, s.goalCard)
}

func (s *Subject) goalCard(ctx context.Context, t *chat.Turn, id okr.GoalID) (chat.Reply, error) {
	v, err := s.weighted(ctx, t, id)
	return chat.Say(cards.Goal(t.Place, v)), err
}

// askDelete asks before a goal or connection is deleted.
func (s *Subject) askDelete(ctx context.Context, t *chat.Turn, arg string) (chat.Reply, error) {
	if id, ok := okr.ParseConnectionID(arg); ok {
		return s.chat.Act(ctx, t, chat.Press{Verb: cards.VerbConnectionAskDel, Data: chat.ConnectionData(id)})
	}
	return s.chat.OneGoal(ctx, t, arg, cards.VerbGoalAskDelete, s.askDeleteGoal)
}

func (s *Subject) askDeleteGoal(ctx context.Context, t *chat.Turn, id okr.GoalID) (chat.Reply, error) {
	v, err := s.plan.Goal(ctx, t.Actor, id)
	if err != nil {
		return chat.Reply{}, err
	}
	if !v.MayEdit {
		return chat.Reply{}, s.mayNot(v.Goal, "delete")
	}
	if err := v.Goal.RequireOpen(); err != nil {
		return chat.Reply{}, err
	}
	return chat.Say(cards.ConfirmDeleteGoal(v.Goal, len(v.Children))), nil
}

func (s *Subject) deleteGoal(ctx context.Context, t *chat.Turn, id okr.GoalID) (chat.Reply, error) {
	g, err := s.plan.DeleteGoal(ctx, t.Actor, id)
	if err != nil {
		return chat.Reply{}, err
	}
	return chat.SayAll(cards.Done("Deleted", string(g.ID)+" "+g.Title+" is gone.", []cards.Button{{Title: "OKRs", Verb: cards.VerbGoals}})), nil
}
