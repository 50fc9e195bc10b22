package cards

import (
	"fmt"
	"time"

	"okrbot/okr"
)

// The verbs of reminders, with the data and inputs that come along.
const (
	VerbCheckInQuick = "checkin.quick" // goal; inputs value.<goal>, status.<goal> and note.<goal> of all goals on the card
	VerbCheckInSame  = "checkin.same"  // goal: nothing has changed; the same inputs, which say what else is asked
	VerbRemindLess   = "reminder.form" // the person's own reminders
	VerbRemindSave   = "reminder.save" // inputs: see [EditReminders]
	VerbNudge        = "nudge"         // goal: remind who is asked for check-ins
)

// The inputs that say when somebody is asked.
const (
	InputReminders       = "reminders"
	InputReminderWeekday = "reminderWeekday"
	InputReminderHour    = "reminderHour"
	InputReminderEvery   = "reminderEvery"
	InputReminderSkip    = "reminderSkip"
)

// ReminderView asks a person for check-ins.
type ReminderView struct {
	Goals []GoalView
	Total int
}

// NudgeView asks a person about one goal, for somebody or by itself.
type NudgeView struct {
	Goal   GoalView
	From   string // who asks; empty: okrbot itself
	Reason string
	Since  time.Time // since when; zero: not said
}

// ReminderForm is the state of a person's own reminders. Values are as typed.
type ReminderForm struct {
	Reminders bool
	Weekday   string // 0 (Sunday) to 6
	Hour      string // 0 to 23
	Every     string // weeks
	Skip      string // days
	Zone      string // the person's time zone, shown; empty: not known
	Error     FieldError
}

// maxAsked is how many goals one reminder asks about.
const maxAsked = 6

// Reminder asks a person for check-ins, to be answered on the card. The ids of
// its inputs are value.<goal>, status.<goal> and note.<goal>.
func Reminder(p Place, r ReminderView) Card {
	title := "Time to check in"
	total := max(r.Total, len(r.Goals))
	head := []element{heading(md(title)), text(md(fmt.Sprintf("How do you see %s? Choose one to answer it here.", count(total, "OKR"))))}
	return fit(func(bytes int) Card {
		body := append([]element{}, head...)
		left, shown := bytes*2, 0
		for i, v := range r.Goals[:min(len(r.Goals), maxAsked)] {
			group := asked(p, v, i == 0)
			if left -= sizeOf(group...); left < 0 && i > 0 {
				break
			}
			body = append(body, group...)
			shown++
		}
		body = append(body, more(total-shown, "OKR")...)
		return newCard(fmt.Sprintf("%s: %s", title, count(total, "OKR")), body,
			run("My OKRs", VerbGoalMine).bare(), run("When I am asked", VerbRemindLess).bare())
	})
}

// asked is one goal with the inputs of a short check-in folded below it.
func asked(p Place, v GoalView, isOpen bool) []element {
	id := "ask-" + string(v.Goal.ID)
	row := goalRow(v, 0).separated().opens(toggle("Answer "+string(v.Goal.ID), id))
	return []element{row, foldable(id, isOpen, quickInputs(p, v)...)}
}

// quickInputs are a check-in in three inputs.
func quickInputs(p Place, v GoalView) []element {
	g := v.Goal
	id := string(g.ID)
	out := lastCheckIn(p, v, maxChoiceBytes)
	if g.IsAutomatic() {
		out = append(out, automaticText(v))
	}
	return append(out,
		columns(col(stretch, valueInput(InputValue+"."+id, g, "")), col(stretch, statusInput(KeyStatus+"."+id, ""))),
		linesInput(InputNote+"."+id, "What happened, and what is next", "", okr.MaxNote),
		actionsOf(run("Check in "+id, VerbCheckInQuick, KeyGoal, id).positive(), run("Nothing new", VerbCheckInSame, KeyGoal, id),
			run("Show", VerbGoal, KeyGoal, id).bare()))
}

// Nudge asks about one goal that has become quiet, to be answered on the card.
// Its inputs are those of [Reminder].
func Nudge(p Place, n NudgeView) Card {
	g := n.Goal.Goal
	title := "How is " + string(g.ID) + "?"
	who := md("")
	if n.From != "" {
		who = mdf("%s asks.", n.From)
	}
	body := []element{heading(mdf("%s", title)), text(joinMD(" ", who, mdn(maxLong, "%s", n.Reason)))}
	if who == "" && n.Reason == "" {
		body = body[:1]
	}
	if !n.Since.IsZero() {
		body = append(body, note("Since "+p.when(n.Since)))
	}
	body = append(append(body, goalHead(p, n.Goal)...), reasonLine(n.Goal)...)
	body = append(body, quickInputs(p, n.Goal)...)
	return newCard(title+" "+okr.Shorten(g.Title, maxRow), body, run("When I am asked", VerbRemindLess).bare())
}

// EditReminders is the form of a person's own reminders. The ids of its inputs
// are reminders, reminderWeekday, reminderHour, reminderEvery and reminderSkip.
func EditReminders(f ReminderForm) Card {
	const title = "When you are asked for check-ins"
	in := form{err: f.Error}
	reminderInputs(&in, "Ask me for check-ins", f)
	head := []element{heading(title)}
	if f.Zone != "" {
		head = append(head, note(mdf("In your time zone, %s.", f.Zone)))
	}
	return newCard(title, in.elements(head...), run("Save", VerbRemindSave).positive(), run("Cancel", VerbGoalMine).bare())
}

// reminderInputs say when somebody is asked.
func reminderInputs(in *form, ask string, f ReminderForm) {
	in.add(toggleInput(InputReminders, "Check-in reminders", ask, f.Reminders))
	in.addPair(choiceInput(InputReminderWeekday, "Day", f.Weekday, weekdays()), choiceInput(InputReminderHour, "Hour, local time", f.Hour, hours()))
	in.addPair(choiceInput(InputReminderEvery, "How often", f.Every, weeks()), textInput(InputReminderSkip, "Not within days of a check-in", f.Skip, 2))
}
