// Package goals is the talk about objectives, key results and projects: making and
// editing them, listing and finding, what a number is made of, how it came about,
// and their ends.
package goals

import (
	"maps"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

// Subject is the talk about goals.
type Subject struct {
	chat *chat.Chat
	plan planner
	past undoer

	checklists checklists
}

// New makes the subject.
func New(c *chat.Chat, plan planner, past undoer, tasks tasker) *Subject {
	return &Subject{chat: c, plan: plan, past: past, checklists: checklists{c, plan, tasks}}
}

// Register gives what people can say and press.
func (s *Subject) Register() chat.Subject {
	return chat.Subject{Title: "Objectives and key results", Commands: s.commands(), Presses: s.presses(), Views: views(), Steps: steps(), Undoes: undoes(s)}
}

func (s *Subject) commands() []chat.Command {
	e := ends{s.chat, s.plan}
	return []chat.Command{
		{Name: "okrs", Aliases: []string{"list", "goals", "show okrs", "list okrs", "show all okrs"}, Phrases: listPhrases(), Sentences: statusSentences(), Arg: "[all] [words or team:…]", What: "Your OKRs, or all; narrow them by words, owner:, team:, period:, status:, kind: or tag:", Examples: []string{"okrs", "okrs all status:at risk", "okrs tag:growth"}, Verb: cards.VerbGoalMine, Run: s.listGoals, Own: isOwnList},
		{Name: "okr", Aliases: []string{"show", "show me", "open"}, Sentences: showSentences(), Arg: "<id or text>", What: "One objective, key result or project, with why its number is what it is", Examples: []string{"okr KR4", "okr launch"}, Run: s.showGoal},
		{Name: "why", Sentences: whySentences(), Arg: "<id>", What: "What a number is made of, down to query and work items", Examples: []string{"why KR4"}, Run: s.why},
		{Name: "history", Sentences: historySentences(), Arg: "<id>", What: "Its values, where they lead, and its check-ins", Examples: []string{"history O1"}, Run: s.history},
		{Name: "tasks", Aliases: []string{"checklist", "tasks of"}, Arg: "<id>", What: "The checklist of a project, to tick and edit", Examples: []string{"tasks P4"}, Run: s.checklists.list},
		{Name: "new objective", Aliases: newNames("objective"), Arg: "[title]", Verbatim: true, What: "Make an objective", Who: chat.Members, Examples: []string{"new objective Win the market"}, Verb: cards.VerbGoalNew, Data: kindData(okr.Objective), Run: s.newGoal(okr.Objective), Own: chat.Always},
		{Name: "new kr", Aliases: append(newNames("kr", "key result"), "new key result"), Arg: "[title]", Verbatim: true, What: "Make a key result under an objective", Who: chat.Members, Examples: []string{"new kr"}, Verb: cards.VerbGoalNew, Data: kindData(okr.KeyResult), Run: s.newGoal(okr.KeyResult), Own: chat.Always},
		{Name: "new project", Aliases: newNames("project"), Arg: "[title]", Verbatim: true, What: "Make a project under an objective", Who: chat.Members, Examples: []string{"new project"}, Verb: cards.VerbGoalNew, Data: kindData(okr.Project), Run: s.newGoal(okr.Project), Own: chat.Always},
		{Name: "edit", Arg: "<id>", What: "Change anything about a goal or connection", Who: chat.Editors, Examples: []string{"edit KR4", "edit C7"}, Run: s.editGoal, Own: chat.Always},
		{Name: "delete", Aliases: []string{"remove"}, Exact: true, Arg: "<id>", What: "Delete a goal or connection, after asking", Who: chat.Editors, Examples: []string{"delete P2", "delete C7"}, Run: s.askDelete, Own: chat.Always},
		{Name: "deleted", What: "What was deleted in the last 30 days, to be restored", Who: chat.Editors, Examples: []string{"deleted"}, Verb: cards.VerbGoalDeleted, Run: s.deleted, Own: chat.Always},
		{Name: "undo", Aliases: []string{"restore"}, Sentences: undoSentences(), Arg: "[id]", What: "Undo your last check-in, edit or deletion (for 10 minutes), or restore a deleted goal by its id", Who: chat.Editors, Examples: []string{"undo", "undo KR4"}, Run: s.undo},
		{Name: "close", Exact: true, Arg: "<id>", What: "Close or postpone a goal, with a score and what was learnt", Who: chat.Editors, Examples: []string{"close O1"}, Run: e.closeGoal, Own: chat.Always},
		{Name: "postpone", Exact: true, Arg: "<id>", What: "Put a goal off", Who: chat.Editors, Examples: []string{"postpone KR4"}, Run: e.postponeGoal, Own: chat.Always},
		{Name: "reopen", Arg: "<id>", What: "Open a closed or postponed goal again", Who: chat.Editors, Examples: []string{"reopen KR4"}, Run: e.reopenGoal, Own: chat.Always},
		{Name: "clone", Aliases: []string{"copy"}, Arg: "<id>", What: "Copy an objective into another period", Who: chat.Members, Examples: []string{"clone O1"}, Run: e.cloneGoal, Own: chat.Always},
	}
}

// newNames are the other ways to say that something is to be made.
func newNames(things ...string) []string {
	var out []string
	for _, thing := range things {
		for _, verb := range []string{"create", "add", "make", "create new", "create an", "create a", "add an", "add a", "a new"} {
			out = append(out, verb+" "+thing)
		}
	}
	return out
}

func kindData(kind okr.GoalKind) map[string]string {
	return map[string]string{cards.KeyKind: string(kind)}
}

func (s *Subject) presses() map[string]chat.PressHandler {
	e := ends{s.chat, s.plan}
	presses := map[string]chat.PressHandler{
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
		cards.VerbCloseAsk:      chat.WithGoal(e.askClose),
		cards.VerbClose:         e.saveClose,
		cards.VerbReopenAsk:     chat.WithGoal(e.askReopen),
		cards.VerbReopen:        chat.WithGoal(e.reopen),
		cards.VerbCloneAsk:      chat.WithGoal(e.askClone),
		cards.VerbClone:         e.saveClone,
	}
	maps.Copy(presses, s.checklists.presses())
	return presses
}

// views only show something.
func views() []string {
	return []string{cards.VerbGoals, cards.VerbGoal, cards.VerbWhy, cards.VerbHistory, cards.VerbTasks}
}

func steps() []chat.NextStep {
	return []chat.NextStep{
		{Kind: okr.StepShow, Command: "okr <id>", Says: "To see it, send: %s.", Title: "Show", Verb: cards.VerbGoal},
		{Kind: okr.StepList, Command: "okrs", Says: "To see what there is, send: %s.", Title: "Show the OKRs", Verb: cards.VerbGoals},
		{Kind: okr.StepHistory, Command: "history <id>", Says: "To see those of a goal, send: %s.", Title: "History", Verb: cards.VerbHistory},
		{Kind: okr.StepNewObjective, Command: "new objective", Says: "To make one, send: %s.", Title: "New objective", Verb: cards.VerbGoalNew, Data: kindData(okr.Objective)},
		{Kind: okr.StepNewKeyResult, Command: "new kr", Says: "To give it a key result, send: %s.", Title: "Add key result", Verb: cards.VerbGoalNew, Data: kindData(okr.KeyResult), Key: cards.KeyParent},
		{Kind: okr.StepEdit, Command: "edit <id>", Says: "To change it, send: %s.", Title: "Edit", Verb: cards.VerbGoalEdit},
		{Kind: okr.StepClose, Command: "close <id>", Says: "To end it, send: %s.", Title: "Close", Verb: cards.VerbCloseAsk},
		{Kind: okr.StepReopen, Command: "reopen <id>", Says: "To open it again, send: %s.", Title: "Reopen", Verb: cards.VerbReopenAsk},
		{Kind: okr.StepDeleted, Command: "deleted", Says: "To see that, send: %s.", Title: "Deleted", Verb: cards.VerbGoalDeleted},
		{Kind: okr.StepRestore, Command: "undo <id>", Says: "To bring it back, send: %s.", Title: "Restore", Verb: cards.VerbGoalRestore},
	}
}
