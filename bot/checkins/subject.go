// Package checkins is the talk about updating goals: check-ins, what needs attention, and
// reminders and nudges.
package checkins

import (
	"context"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

// Options is what the subject needs of the domain.
type Options struct {
	Access  accessor
	Connect connector
	Plan    planner
	Undo    undoer
	Notify  notifier
}

// Subject is the talk about updating goals.
type Subject struct {
	chat    *chat.Chat
	access  accessor
	connect connector
	plan    planner
	undo    undoer
	notify  notifier
}

// New makes the subject.
func New(c *chat.Chat, o Options) *Subject {
	return &Subject{chat: c, access: o.Access, connect: o.Connect, plan: o.Plan, undo: o.Undo, notify: o.Notify}
}

// Register gives what people can say and press.
func (s *Subject) Register() chat.Subject {
	return chat.Subject{Title: "Check-ins and status", Commands: s.commands(), Presses: s.presses(), Ahead: s.ahead(), Views: []string{cards.VerbAttention}, Steps: steps(), Undoes: s.undoes()}
}

// ahead is what presses read first.
func (s *Subject) ahead() chat.Aheads {
	preview := chat.AheadGoal(s.aheadForm)
	said := func(ctx context.Context, actor okr.Actor, p chat.Press) {
		_, _ = s.plan.GetCheckIn(ctx, actor, okr.CheckInID(p.Data[cards.KeyCheckIn]))
	}
	open := chat.AheadGoal(func(ctx context.Context, actor okr.Actor, id okr.GoalID) { _, _ = s.plan.Goal(ctx, actor, id) })
	record := chat.AheadGoal(func(ctx context.Context, actor okr.Actor, id okr.GoalID) {
		_, _ = s.chat.Plan.FindGoals(ctx, actor, string(id))
	})
	edit := chat.AheadAll(said, record, open)
	due := func(ctx context.Context, actor okr.Actor, _ chat.Press) { _, _ = s.notify.CheckInsDue(ctx, actor) }
	return chat.Aheads{}.
		On(preview, cards.VerbCheckIn, cards.VerbCheckInQuick, cards.VerbCheckInSame).
		On(chat.AheadForm(s.chat, formKind), cards.VerbCheckInSave).
		On(edit, cards.VerbCheckInEdit, cards.VerbCheckInAskDel).
		On(chat.AheadAll(said, record), cards.VerbCheckInDelete, cards.VerbWalkUndo).
		On(record, cards.VerbResume).
		On(due, cards.VerbWalk, cards.VerbCheckInSkip, cards.VerbCheckInStop)
}

func (s *Subject) aheadForm(ctx context.Context, actor okr.Actor, id okr.GoalID) {
	_, _ = s.plan.PreviewCheckIn(ctx, actor, id)
}

func (s *Subject) commands() []chat.Command {
	return []chat.Command{
		{Name: "check-in", Aliases: []string{"checkin", "check in", "check-ins", "checkins", "check ins"}, Sentences: checkInSentences(), Verbatim: true, Arg: "[id]", What: "Update a goal, or everything that's due", Who: chat.Members, Examples: []string{"check-in", "check-in KR4 45 two more teams"}, Verb: cards.VerbWalk, Run: s.checkIn, Ahead: chat.AheadID(s.aheadForm), Own: chat.Always},
		{Name: "set", Aliases: []string{"update"}, Sentences: valueSentences(), Arg: "<id> to <value>", What: "Check in a value, with the form filled in", Who: chat.Members, Examples: []string{"set KR4 to 45%"}, Run: s.setValue, Ahead: chat.AheadID(s.aheadForm), Own: chat.Always},
		{Name: "resume", Arg: "<id>", What: "Resume automatic updates after an override", Who: chat.Members, Examples: []string{"resume KR4"}, Run: s.resumeGoal},
		{Name: "status", Aliases: []string{"attention"}, Sentences: statusSentences(), Arg: "[all]", What: "What needs attention, with the next step for each", Examples: []string{"status", "status all"}, Verb: cards.VerbAttention, Run: s.status, Own: isOwnStatus},
		{Name: "nudge", Aliases: []string{"remind"}, Arg: "<id>", What: "Remind the person responsible for updating a goal", Who: chat.Members, Examples: []string{"nudge KR4"}, Run: s.nudge},
		{Name: "reminders", What: "Reminder settings", Who: chat.Members, Examples: []string{"reminders"}, Verb: cards.VerbRemindLess, Run: s.reminders, Own: chat.Always},
	}
}

func checkInSentences() []chat.Sentence {
	return []chat.Sentence{
		{Says: "check[ -]?in (?:on|for|with|to) <id>", Arg: "<id>"},
		{Says: "check <id> in", Arg: "<id>"},
		{Says: "(?:what|which)(?: check[ -]?ins?| updates?)? (?:is|are) due(?: today| now)?", Arg: ""},
		{Says: "what (?:do i (?:need|have)|should i) (?:to )?(?:update|check[ -]?in)", Arg: ""},
	}
}

// valueSentences say that a goal has a value.
func valueSentences() []chat.Sentence {
	return []chat.Sentence{
		{Says: `(?:the )?(?:(?:value|progress) of )?<id>(?:\s*[:=]\s*|\s*->\s*|\s+[-–—]\s+|\s+)(?:(?:is|was|has|now|reached|stands|went|up|down|dropped|rose|currently|at|to) )*<value>(?: now| today)?`, Arg: "<id> to <value>"},
		{Says: "(?:change|put|bump|raise|lower|increase|decrease) <id> to <value>", Arg: "<id> to <value>"},
	}
}

func statusSentences() []chat.Sentence {
	return []chat.Sentence{
		{Says: "(?:status|state) (?:of|on|for)(?: all)? my (?:okrs|goals)", Arg: "mine"},
		{Says: "(?:status|state) (?:of|on|for)(?: the| our)? <goal>", Arg: "<goal>"},
		{Says: "what needs (?:(?:my|our) )?attention", Arg: ""},
		{Says: "(?:how (?:is|are) (?:everything|everyone|we|things)(?: doing| going)?|overview)", Arg: "all"},
	}
}

func (s *Subject) presses() map[string]chat.PressHandler {
	return map[string]chat.PressHandler{
		cards.VerbCheckIn:       chat.WithGoal(s.checkInForm),
		cards.VerbCheckInSave:   s.saveCheckIn,
		cards.VerbCheckInQuick:  s.quickCheckIn,
		cards.VerbCheckInSame:   s.sameAsBefore,
		cards.VerbCheckInSkip:   s.skip,
		cards.VerbCheckInStop:   s.stop,
		cards.VerbWalk:          chat.Pressed(s.begin),
		cards.VerbWalkUndo:      s.undoWalked,
		cards.VerbCheckInEdit:   s.editCheckIn,
		cards.VerbCheckInAskDel: s.askDeleteCheckIn,
		cards.VerbCheckInDelete: s.deleteCheckIn,
		cards.VerbResume:        chat.WithGoal(s.resumeAutomatic),
		cards.VerbRemindLess:    chat.Pressed(s.reminders),
		cards.VerbRemindSave:    s.saveReminders,
		cards.VerbAttention:     s.pressStatus,
		cards.VerbNudge:         chat.WithGoal(s.nudgeAsked),
	}
}

func steps() []chat.NextStep {
	return []chat.NextStep{
		{Kind: okr.StepCheckIn, Command: "check-in <id>", Says: "To check in, send: %s.", Title: "Check in", Verb: cards.VerbCheckIn},
	}
}
