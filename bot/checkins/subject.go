// Package checkins is the talk about how goals stand: check-ins and what is said by
// hand, what needs attention, and asking people, by reminders and nudges.
package checkins

import (
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

// Subject is the talk about how goals stand.
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
	return chat.Subject{Title: "Check-ins and attention", Commands: s.commands(), Presses: s.presses(), Views: []string{cards.VerbAttention}, Steps: steps(), Undoes: s.undoes()}
}

func (s *Subject) commands() []chat.Command {
	return []chat.Command{
		{Name: "check-in", Aliases: []string{"checkin", "check in", "check-ins", "checkins", "check ins"}, Sentences: checkInSentences(), Verbatim: true, Arg: "[id]", What: "Say how a goal stands; without an id, all that waits for you", Who: chat.Members, Examples: []string{"check-in", "check-in KR4 45 two more teams"}, Run: s.checkIn, Own: chat.Always},
		{Name: "set", Aliases: []string{"update"}, Sentences: valueSentences(), Arg: "<id> to <value>", What: "Check in a value: the form, filled in", Who: chat.Members, Examples: []string{"set KR4 to 45%"}, Run: s.setValue, Own: chat.Always},
		{Name: "resume", Arg: "<id>", What: "Take the automatic value again after an override", Who: chat.Members, Examples: []string{"resume KR4"}, Run: s.resumeGoal},
		{Name: "status", Aliases: []string{"attention"}, Sentences: statusSentences(), Arg: "[all]", What: "What needs attention, each with its next step", Examples: []string{"status", "status all"}, Verb: cards.VerbAttention, Run: s.status, Own: isOwnStatus},
		{Name: "nudge", Aliases: []string{"remind"}, Arg: "<id>", What: "Remind whoever is asked about a goal", Who: chat.Members, Examples: []string{"nudge KR4"}, Run: s.nudge},
		{Name: "reminders", What: "When you are asked for check-ins", Who: chat.Members, Examples: []string{"reminders"}, Verb: cards.VerbRemindLess, Run: s.reminders, Own: chat.Always},
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
