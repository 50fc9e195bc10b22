// Package goals is the talk about objectives, key results and projects: making and
// editing them, listing and finding, what a number is made of, how it came about,
// and their ends.
package goals

import (
	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

// Subject is the talk about goals.
type Subject struct {
	chat *chat.Chat
	plan planner
}

// New makes the subject.
func New(c *chat.Chat, plan planner) *Subject { return &Subject{chat: c, plan: plan} }

// Register gives what people can say and press.
func (s *Subject) Register() chat.Subject {
	return chat.Subject{Title: "Objectives and key results", Commands: s.commands(), Presses: s.presses()}
}

func (s *Subject) commands() []chat.Command {
	return []chat.Command{
		{Name: "okrs", Aliases: []string{"list"}, Arg: "[all] [words or team:…]", What: "Your OKRs, or all; narrow them by words, owner:, team:, period:, status: or kind:", Examples: []string{"okrs", "okrs all status:at risk"}, Verb: cards.VerbGoalMine, Run: s.listGoals},
		{Name: "okr", Aliases: []string{"show"}, Arg: "<id or text>", What: "One objective, key result or project, with why its number is what it is", Examples: []string{"okr KR4", "okr launch"}, Run: s.showGoal},
		{Name: "why", Arg: "<id>", What: "What a number is made of, down to query and work items", Examples: []string{"why KR4"}, Run: s.why},
		{Name: "history", Arg: "<id>", What: "Its values, where they lead, and its check-ins", Examples: []string{"history O1"}, Run: s.history},
		{Name: "new objective", What: "Make an objective", Who: chat.Members, Examples: []string{"new objective Win the market"}, Verb: cards.VerbGoalNew, Data: kindData(okr.Objective), Run: s.newGoal(okr.Objective)},
		{Name: "new kr", Aliases: []string{"new key result"}, What: "Make a key result under an objective", Who: chat.Members, Examples: []string{"new kr"}, Verb: cards.VerbGoalNew, Data: kindData(okr.KeyResult), Run: s.newGoal(okr.KeyResult)},
		{Name: "new project", What: "Make a project under an objective", Who: chat.Members, Examples: []string{"new project"}, Verb: cards.VerbGoalNew, Data: kindData(okr.Project), Run: s.newGoal(okr.Project)},
		{Name: "edit", Arg: "<id>", What: "Change anything about it", Who: chat.Editors, Examples: []string{"edit KR4"}, Run: s.editGoal},
		{Name: "delete", Aliases: []string{"remove"}, Arg: "<id>", What: "Delete a goal or connection, after asking", Who: chat.Editors, Examples: []string{"delete P2", "delete C7"}, Run: s.askDelete},
		{Name: "deleted", What: "What was deleted in the last 30 days, to be restored", Who: chat.Editors, Examples: []string{"deleted"}, Verb: cards.VerbGoalDeleted, Run: s.deleted},
		{Name: "undo", Aliases: []string{"restore"}, Arg: "[id]", What: "Restore a deleted goal: the last of yours, or one by its id", Who: chat.Editors, Examples: []string{"undo", "undo KR4"}, Run: s.undo},
		{Name: "close", Arg: "<id>", What: "Close or postpone a goal, with a score and what was learnt", Who: chat.Editors, Examples: []string{"close O1"}, Run: s.closeGoal},
		{Name: "postpone", Arg: "<id>", What: "Put a goal off", Who: chat.Editors, Examples: []string{"postpone KR4"}, Run: s.postponeGoal},
		{Name: "reopen", Arg: "<id>", What: "Open a closed or postponed goal again", Who: chat.Editors, Examples: []string{"reopen KR4"}, Run: s.reopenGoal},
		{Name: "clone", Aliases: []string{"copy"}, Arg: "<id>", What: "Copy an objective into another period", Who: chat.Members, Examples: []string{"clone O1"}, Run: s.cloneGoal},
	}
}

func kindData(kind okr.GoalKind) map[string]string {
	return map[string]string{cards.KeyKind: string(kind)}
}

func (s *Subject) presses() map[string]chat.PressHandler {
	return map[string]chat.PressHandler{
		cards.VerbGoals:         s.pressGoals,
		cards.VerbGoalMine:      s.pressMine,
		cards.VerbGoal:          chat.WithGoal(s.goalCard),
		cards.VerbWhy:           chat.WithGoal(s.whyCard),
		cards.VerbHistory:       s.pressHistory,
		cards.VerbGoalNew:       s.pressNewGoal,
		cards.VerbGoalEdit:      chat.WithGoal(s.editGoalForm),
		cards.VerbGoalSave:      s.saveGoal,
		cards.VerbGoalAskDelete: chat.WithGoal(s.askDeleteGoal),
		cards.VerbGoalDelete:    chat.WithGoal(s.deleteGoal),
		cards.VerbGoalDeleted:   chat.Pressed(s.deleted),
		cards.VerbGoalRestore:   chat.WithGoal(s.restore),
		cards.VerbCloseAsk:      chat.WithGoal(s.askClose),
		cards.VerbClose:         s.saveClose,
		cards.VerbReopenAsk:     chat.WithGoal(s.askReopen),
		cards.VerbReopen:        chat.WithGoal(s.reopen),
		cards.VerbCloneAsk:      chat.WithGoal(s.askClone),
		cards.VerbClone:         s.saveClone,
	}
}
