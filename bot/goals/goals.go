package goals

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

// showGoal shows a goal, or a connection.
func (s *Subject) showGoal(ctx context.Context, t *chat.Turn, arg string) (chat.Reply, error) {
	if id, ok := okr.ParseConnectionID(arg); ok {
		return s.chat.Act(ctx, t, chat.Press{Verb: cards.VerbConnection, Data: chat.ConnectionData(id)})
	}
	if r, ok, err := chat.OpenAddress(ctx, s.chat, t, arg); ok {
		return r, err
	}
	return s.chat.OneGoal(ctx, t, arg, cards.VerbGoal, s.goalCard)
}

func (s *Subject) goalCard(ctx context.Context, t *chat.Turn, id okr.GoalID) (chat.Reply, error) {
	v, err := s.plan.Weighted(ctx, t.Actor, id)
	return chat.Say(cards.Goal(t.Place, v)).ViewOf(v.Goal, cards.VerbGoal), err
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
		return chat.Reply{}, okr.MayNot(v.Goal, "delete")
	}
	if err := v.Goal.RequireOpen(); err != nil {
		return chat.Reply{}, err
	}
	objectives := 0
	for _, c := range v.Children {
		if c.Goal.Kind == okr.Objective {
			objectives++
		}
	}
	return chat.Say(cards.ConfirmDeleteGoal(v.Goal, len(v.Children)-objectives, objectives)), nil
}

func (s *Subject) deleteGoal(ctx context.Context, t *chat.Turn, id okr.GoalID) (chat.Reply, error) {
	g, err := s.plan.DeleteGoal(ctx, t.Actor, id)
	if err != nil {
		return chat.Reply{}, err
	}
	s.chat.Audit(ctx, t, chat.Deed{Did: "goal deleted", Of: string(g.ID)})
	chat.DidLast(ctx, s.chat, t, chat.Done{What: "deleted " + string(g.ID), Goal: g.ID, By: undoDeletion}, nil)
	return chat.SayAll(cards.Done("Deleted", string(g.ID)+" "+g.Title+" is deleted. You can restore it for 30 days.", []cards.Button{
		{Title: "Undo", Verb: cards.VerbGoalRestore, Data: chat.GoalData(g.ID)}, {Title: "Show all OKRs", Verb: cards.VerbGoals},
	})), nil
}

// shownDeleted is how much of what was deleted one card lists.
const shownDeleted = 5

// deleted lists what was deleted and the person may restore.
func (s *Subject) deleted(ctx context.Context, t *chat.Turn, _ string) (chat.Reply, error) {
	list, err := s.plan.DeletedGoals(ctx, t.Actor)
	if err != nil {
		return chat.Reply{}, err
	}
	if len(list) == 0 {
		return chat.Say(cards.Done("Nothing to restore", "Nothing that you can restore was deleted in the last 30 days.", []cards.Button{{Title: "Show all OKRs", Verb: cards.VerbGoals}})), nil
	}
	var lines []string
	var buttons []cards.Button
	for _, g := range list[:min(len(list), shownDeleted)] {
		until := t.Place.Day(g.Deleted.At.Add(okr.RestoreLife))
		lines = append(lines, fmt.Sprintf("%s %s, deleted by %s, can be restored until %s", g.ID, okr.Shorten(g.Title, 80), g.Deleted.By.Name, until))
		buttons = append(buttons, cards.Button{Title: "Restore " + string(g.ID), Verb: cards.VerbGoalRestore, Data: chat.GoalData(g.ID)})
	}
	words := strings.Join(lines, "; ") + "."
	if more := len(list) - shownDeleted; more > 0 {
		words += fmt.Sprintf(" %d more were deleted earlier. To restore one of them, send undo and its id.", more)
	}
	return chat.Say(cards.Done("Deleted in the last 30 days", words, buttons)), nil
}

// undo restores what was named, else takes back what the person did last. A deletion of
// longer ago is offered: nobody says that it was meant.
func (s *Subject) undo(ctx context.Context, t *chat.Turn, arg string) (chat.Reply, error) {
	if id, ok := okr.ParseGoalID(arg); ok {
		return s.restore(ctx, t, id)
	}
	if strings.TrimSpace(arg) == "" {
		if r, ok, err := chat.UndoLast(ctx, s.chat, t); ok || err != nil {
			return r, err
		}
	}
	list, err := s.plan.DeletedGoals(ctx, t.Actor)
	if err != nil {
		return chat.Reply{}, err
	}
	i := slices.IndexFunc(list, func(g okr.Goal) bool { return t.Actor.Is(g.Deleted.By) })
	if i < 0 || strings.TrimSpace(arg) != "" {
		return chat.Reply{}, okr.Errorf(okr.Invalid, "There's nothing to undo: you changed nothing here in the last 10 minutes. To see what can be restored, send: deleted. To restore something, send its id, for example: undo KR4.")
	}
	g := list[i]
	return chat.Say(cards.Done("Nothing to undo", "You changed nothing in the last 10 minutes. Before that, on "+t.Place.Day(g.Deleted.At)+", you deleted "+string(g.ID)+" "+okr.Shorten(g.Title, 80)+".", []cards.Button{
		{Title: "Restore " + string(g.ID), Verb: cards.VerbGoalRestore, Data: chat.GoalData(g.ID)},
	})), nil
}

func (s *Subject) restore(ctx context.Context, t *chat.Turn, id okr.GoalID) (chat.Reply, error) {
	v, err := s.plan.Restore(ctx, t.Actor, id)
	if err == nil {
		s.chat.Audit(ctx, t, chat.Deed{Did: "goal restored", Of: string(id)})
		chat.DidLast(ctx, s.chat, t, chat.Done{What: "restored " + string(id), Goal: id, Instead: "delete " + string(id)}, nil)
	}
	return chat.SayAll(cards.Goal(t.Place, v)).ViewOf(v.Goal, cards.VerbGoal), err
}
