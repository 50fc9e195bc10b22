// Package goals is the talk about objectives, key results and projects: making and
// editing them, listing and finding, what a number is made of, how it came about,
// and their ends.
package goals

import (
	"context"
	"maps"
	"strings"

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
	several    several
	owners     owner
}

// Options is what a [Subject] works with.
type Options struct {
	Plan    planner
	Past    undoer
	Tasks   tasker
	Several several
	Owners  owner
}

// New makes the subject.
func New(c *chat.Chat, o Options) *Subject {
	return &Subject{chat: c, plan: o.Plan, past: o.Past, checklists: checklists{c, o.Plan, o.Tasks}, several: o.Several, owners: o.Owners}
}

// Register gives what people can say and press.
func (s *Subject) Register() chat.Subject {
	return chat.Subject{Title: "Objectives and key results", Commands: s.commands(), Presses: s.presses(), Ahead: s.ahead(), Views: views(), Steps: steps(), Undoes: undoes(s)}
}

// ahead is what presses read first.
func (s *Subject) ahead() chat.Aheads {
	goal, edit := chat.AheadGoal(s.aheadOpen), chat.AheadGoal(s.aheadEdit)
	record := chat.AheadGoal(func(ctx context.Context, actor okr.Actor, id okr.GoalID) {
		_, _ = s.chat.Plan.FindGoals(ctx, actor, string(id))
	})
	tasks := chat.AheadGoal(func(ctx context.Context, actor okr.Actor, id okr.GoalID) {
		_, _ = s.plan.OpenGoal(ctx, actor, id, okr.Page{Limit: 1})
	})
	e := ends{s.chat, s.plan}
	return chat.Aheads{}.
		On(e.aheadClosing, cards.VerbClosePeriodAsk, cards.VerbClosePeriodPage, cards.VerbClosePeriod).
		On(func(ctx context.Context, actor okr.Actor, _ chat.Press) { _, _ = s.plan.Offered(ctx, actor) }, cards.VerbGoalNew).
		On(edit, cards.VerbGoalEdit).
		On(chat.AheadForm(s.chat, formKind), cards.VerbGoalSave).
		On(chat.AheadAll(chat.AheadForm(s.chat, cloneKind), record), cards.VerbClone).
		On(goal, cards.VerbCloneAsk, cards.VerbCoOwner, cards.VerbGoalHandOver).
		On(tasks, cards.VerbTasksEdit).
		On(chat.AheadAll(chat.AheadForm(s.chat, tasksKind), tasks), cards.VerbTasksSave).
		On(record, cards.VerbKeyResults, cards.VerbGoalDelete, cards.VerbReopen, cards.VerbGoalRestore, cards.VerbTask).
		On(chat.AheadForm(s.chat, listKind), cards.VerbKeyResultsCheck, cards.VerbKeyResultsSave)
}

func (s *Subject) aheadOpen(ctx context.Context, actor okr.Actor, id okr.GoalID) {
	_, _ = s.plan.Goal(ctx, actor, id)
}

func (s *Subject) aheadEdit(ctx context.Context, actor okr.Actor, id okr.GoalID) {
	_, _, _ = s.plan.EditForm(ctx, actor, id)
}

// aheadNew reads what the form of a new goal offers.
func (s *Subject) aheadNew(ctx context.Context, actor okr.Actor, _ string) {
	_, _ = s.plan.Offered(ctx, actor)
}

// aheadList reads the objective of new key results, or what can be chosen.
func (s *Subject) aheadList(ctx context.Context, actor okr.Actor, arg string) {
	word, _, _ := strings.Cut(strings.TrimSpace(arg), " ")
	if id, ok := okr.ParseGoalID(strings.Trim(word, ":,")); ok {
		_, _ = s.chat.Plan.FindGoals(ctx, actor, string(id))
	} else if arg == "" {
		_, _ = s.plan.Offered(ctx, actor)
	}
}

func (s *Subject) commands() []chat.Command {
	e := ends{s.chat, s.plan}
	return []chat.Command{
		{Name: "okrs", Aliases: []string{"list", "goals", "show okrs", "list okrs", "show all okrs"}, Phrases: listPhrases(), Sentences: statusSentences(), Arg: "[all] [words or team:…]", What: "Your OKRs, or everyone's. Filter by words, owner:, team:, period:, status:, kind: or tag:", Examples: []string{"okrs", "okrs all status:at risk", "okrs tag:growth"}, Verb: cards.VerbGoalMine, Run: s.listGoals, Own: isOwnList},
		{Name: "okr", Aliases: []string{"show", "show me", "open"}, Sentences: showSentences(), Arg: "<id or text>", What: "One objective, key result or project, and why it has its status", Examples: []string{"okr KR4", "okr launch"}, Run: s.showGoal},
		{Name: "why", Sentences: whySentences(), Arg: "<id>", What: "How a number is calculated, down to the work items", Examples: []string{"why KR4"}, Run: s.why},
		{Name: "history", Sentences: historySentences(), Arg: "<id>", What: "Values over time, a forecast, and check-ins", Examples: []string{"history O1"}, Run: s.history},
		{Name: "tasks", Aliases: []string{"checklist", "tasks of"}, Arg: "<id>", What: "The checklist of a project, to tick and edit", Examples: []string{"tasks P4"}, Run: s.checklists.list},
		{Name: "new objective", Aliases: newNames("objective"), Arg: "[title]", Verbatim: true, Lines: true, What: "Create an objective", Who: chat.Members, Examples: []string{"new objective Win the market"}, Verb: cards.VerbGoalNew, Data: kindData(okr.Objective), Run: s.newGoal(okr.Objective), Ahead: s.aheadNew, Own: chat.Always},
		{Name: "new kr", Aliases: append(newNames("kr", "key result"), "new key result"), Arg: "[title]", Verbatim: true, What: "Create a key result", Who: chat.Members, Examples: []string{"new kr"}, Verb: cards.VerbGoalNew, Data: kindData(okr.KeyResult), Run: s.newGoal(okr.KeyResult), Ahead: s.aheadNew, Own: chat.Always},
		{Name: "new krs", Aliases: append(newNames("krs", "key results"), "new key results"), Arg: "<objective, then one key result per line>", Verbatim: true, Lines: true, What: "Create several key results from a list", Who: chat.Members, Examples: []string{"new krs O1"}, Verb: cards.VerbKeyResults, Run: lists{s}.newKeyResults, Ahead: s.aheadList, Own: chat.Always},
		{Name: "new project", Aliases: newNames("project"), Arg: "[title]", Verbatim: true, What: "Create a project", Who: chat.Members, Examples: []string{"new project"}, Verb: cards.VerbGoalNew, Data: kindData(okr.Project), Run: s.newGoal(okr.Project), Ahead: s.aheadNew, Own: chat.Always},
		{Name: "add co-owner", Aliases: []string{"add coowner", "add owner"}, Sentences: addSentences(), Arg: "<person> to <id>", What: "Add a colleague as a co-owner", Who: chat.Editors, Examples: []string{"add Megan Bowen to O1"}, Run: ownership{s}.add, Own: opensForm},
		{Name: "edit", Arg: "<id>", What: "Change anything about a goal or connection", Who: chat.Editors, Examples: []string{"edit KR4", "edit C7"}, Run: s.editGoal, Ahead: chat.AheadID(s.aheadEdit), Own: chat.Always},
		{Name: "delete", Aliases: []string{"remove"}, Exact: true, Arg: "<id>", What: "Delete a goal or connection. I ask before I do it", Who: chat.Editors, Examples: []string{"delete P2", "delete C7"}, Run: s.askDelete, Own: chat.Always},
		{Name: "deleted", What: "What was deleted in the last 30 days and can be restored", Who: chat.Editors, Examples: []string{"deleted"}, Verb: cards.VerbGoalDeleted, Run: s.deleted, Own: chat.Always},
		{Name: "undo", Aliases: []string{"restore"}, Sentences: undoSentences(), Arg: "[id]", What: "Undo your last check-in, edit or deletion, for 10 minutes. With an id: restore a deleted goal", Who: chat.Editors, Examples: []string{"undo", "undo KR4"}, Run: s.undo},
		{Name: "close", Exact: true, Arg: "<id or period>", What: "Close or postpone a goal, or all objectives of a period", Who: chat.Editors, Examples: []string{"close O1", "close Q3", "close quarter"}, Run: e.closeGoal, Own: chat.Always},
		{Name: "postpone", Exact: true, Arg: "<id>", What: "Postpone a goal", Who: chat.Editors, Examples: []string{"postpone KR4"}, Run: e.postponeGoal, Own: chat.Always},
		{Name: "reopen", Arg: "<id>", What: "Reopen a closed or postponed goal", Who: chat.Editors, Examples: []string{"reopen KR4"}, Run: e.reopenGoal, Own: chat.Always},
		{Name: "clone", Aliases: []string{"copy"}, Arg: "<id>", What: "Copy an objective into another period", Who: chat.Members, Examples: []string{"clone O1"}, Run: e.cloneGoal, Ahead: chat.AheadID(s.aheadOpen), Own: chat.Always},
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

		cards.VerbClosePeriodAsk:  e.askClosePeriod,
		cards.VerbClosePeriodPage: e.turnClosing,
		cards.VerbClosePeriod:     e.closePeriod,

		cards.VerbReopenAsk: chat.WithGoal(e.askReopen),
		cards.VerbReopen:    chat.WithGoal(e.reopen),
		cards.VerbCloneAsk:  chat.WithGoal(e.askClone),
		cards.VerbClone:     e.saveClone,
	}
	l, o := lists{s}, ownership{s}
	maps.Copy(presses, map[string]chat.PressHandler{
		cards.VerbKeyResults: l.press, cards.VerbKeyResultsCheck: l.check, cards.VerbKeyResultsSave: l.saveList,
		cards.VerbCoOwnerAsk: chat.WithGoal(o.askAdd), cards.VerbCoOwner: o.pressAdd, cards.VerbGoalHandOverAsk: o.askHandOver, cards.VerbGoalHandOver: o.handOver,
	})
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
		{Kind: okr.StepList, Command: "okrs", Says: "To see the OKRs, send: %s.", Title: "Show all OKRs", Verb: cards.VerbGoals},
		{Kind: okr.StepHistory, Command: "history <id>", Says: "To see the check-ins of a goal, send: %s.", Title: "History", Verb: cards.VerbHistory},
		{Kind: okr.StepNewObjective, Command: "new objective", Says: "To make one, send: %s.", Title: "New objective", Verb: cards.VerbGoalNew, Data: kindData(okr.Objective)},
		{Kind: okr.StepNewKeyResult, Command: "new kr", Says: "To give it a key result, send: %s.", Title: "Add key result", Verb: cards.VerbGoalNew, Data: kindData(okr.KeyResult), Key: cards.KeyParent},
		{Kind: okr.StepEdit, Command: "edit <id>", Says: "To change it, send: %s.", Title: "Edit", Verb: cards.VerbGoalEdit},
		{Kind: okr.StepClose, Command: "close <id>", Says: "To end it, send: %s.", Title: "Close", Verb: cards.VerbCloseAsk},
		{Kind: okr.StepReopen, Command: "reopen <id>", Says: "To open it again, send: %s.", Title: "Reopen", Verb: cards.VerbReopenAsk},
		{Kind: okr.StepDeleted, Command: "deleted", Says: "To see that, send: %s.", Title: "Deleted", Verb: cards.VerbGoalDeleted},
		{Kind: okr.StepRestore, Command: "undo <id>", Says: "To bring it back, send: %s.", Title: "Restore", Verb: cards.VerbGoalRestore},
	}
}
