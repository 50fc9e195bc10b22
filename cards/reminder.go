package cards

import (
	"slices"
	"strings"
	"time"

	"okrbot/okr"
)

// The verbs of reminders, with the data and inputs that come along.
const (
	VerbRemindLess = "reminder.form" // the person's own reminders
	VerbRemindSave = "reminder.save" // inputs: see [EditReminders]
	VerbNudge      = "nudge"         // goal: remind the person responsible for updating it
)

// The inputs that say when somebody is reminded.
const (
	InputReminders       = "reminders"
	InputReminderWeekday = "reminderWeekday"
	InputReminderHour    = "reminderHour"
	InputReminderEvery   = "reminderEvery"
	InputReminderSkip    = "reminderSkip"
)

// NudgeView asks a person about one goal, for somebody or for okrbot.
type NudgeView struct {
	ID     string // of the walk of this one goal
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

// Nudge asks about one goal that has become quiet, to be answered on the card.
// Its inputs are those of [CheckInStep].
func Nudge(p Place, n NudgeView) Card {
	g := n.Goal.Goal
	title := "Update " + string(g.ID)
	who := md("")
	if n.From != "" {
		who = mdf("%s asks for an update.", n.From)
	}
	head := []element{heading(mdf("%s", title))}
	if said := joinMD(" ", who, mdn(maxLong, "%s", n.Reason)); said != "" {
		head = append(head, text(said))
	}
	if !n.Since.IsZero() {
		head = append(head, note("Since "+p.when(n.Since)))
	}
	head = append(append(head, goalHead(p, n.Goal)...), reasonLine(p, n.Goal)...)
	step := WalkStep{Walk: Walk{ID: n.ID}, Goal: n.Goal}
	var in form
	quickInputs(p, &in, step)
	return newCard(title+" "+okr.Shorten(g.Title, maxRow), in.elements(head...), walkActions(p, step, string(g.ID))...)
}

// shownEnds is how many periods a notice of ends shows, and shownOwn how many objectives of
// each.
const (
	shownEnds = 3
	shownOwn  = 4
)

// PeriodEnds says that periods end or have ended, which objectives are open in each, and leads
// to a last check-in and to closing.
func PeriodEnds(p Place, a okr.Asking) Card {
	ends := a.Ends[:min(len(a.Ends), shownEnds)]
	title := endsTitle(p, a)
	return fit(func(bytes int) Card {
		body := []element{heading(mdf("%s", title)), text(endsAdvice(a))}
		for _, e := range ends {
			body = append(body, endRows(p, a, e, bytes*3/2/len(ends))...)
		}
		body = append(body, more(len(a.Ends)-len(ends), "period")...)
		return newCard(title, body, endsActions(a, ends)...)
	})
}

// endsTitle names the period, or all that end on one day.
func endsTitle(p Place, a okr.Asking) string {
	var names []string
	for _, e := range a.Ends {
		if e.End != a.Ends[0].End {
			return "Time to close your OKRs"
		}
		names = append(names, okr.Shorten(string(p.periodName(e.Period)), maxRow))
	}
	word := string(endsWord(a.Ends[0].End, a.Today))
	switch n := len(names); {
	case n == 1:
		return names[0] + " " + word
	case n > 1:
		names = []string{okr.JoinSome(names[:n-1]), names[n-1]}
	}
	return strings.Join(names, " and ") + " " + strings.Replace(word, "ends ", "end ", 1)
}

func endsAdvice(a okr.Asking) md {
	due, own := 0, 0
	for _, e := range a.Ends {
		due, own = due+e.Due, own+len(e.Own)
	}
	switch {
	case due > 0 && own > 0:
		return "Check in one last time. Then close each objective with a score, and continue in the next period what isn't done."
	case due > 0:
		return "Check in one last time, so that the final values are right."
	case own > 0:
		return "Close each objective with a score, and continue in the next period what isn't done."
	}
	return "Some objectives are still open. Close them, or remind their owners."
}

// endRows are the objectives that are open in a period.
func endRows(p Place, a okr.Asking, e okr.PeriodEnd, bytes int) []element {
	said := joinMD(" · ", endsCount(len(e.Own), "open objective", " of yours"), endsCount(e.Others, "open objective", " of other owners"), endsCount(e.Due, "OKR", " to update"))
	var out []element
	if len(a.Ends) > 1 {
		out = append(out, section(p.periodName(e.Period)))
		said = joinMD(" · ", endsWord(e.End, a.Today), said)
	}
	out = append(out, note(said))
	shown := rowsWithin(len(e.Own), shownOwn, bytes, func(i int) element { return goalLine(p, e.Own[i], 0).separated() })
	return append(append(out, shown...), more(len(e.Own)-len(shown), "objective")...)
}

func endsCount(n int, noun, whose string) md {
	if n == 0 {
		return ""
	}
	return md(count(n, noun) + whose)
}

func endsActions(a okr.Asking, ends []okr.PeriodEnd) []action {
	var out []action
	for _, e := range ends {
		if len(e.Own)+e.Others > 0 {
			b := ClosePeriodButton(e.Period, e.ID)
			if e.Others > 0 {
				b.Data[KeyScope] = "all"
			}
			out = append(out, buttonActions([]Button{b})...)
		}
	}
	if slices.ContainsFunc(a.Ends, func(e okr.PeriodEnd) bool { return e.Due > 0 }) {
		out = append([]action{run("Check in", VerbWalk)}, out...)
	}
	if len(out) > 0 {
		out[0] = out[0].positive()
	}
	return append(out, run("My OKRs", VerbGoalMine).bare().secondary(), run("Reminder settings", VerbRemindLess).bare().secondary())
}

// EditReminders is the form of a person's own reminders. The ids of its inputs
// are reminders, reminderWeekday, reminderHour, reminderEvery and reminderSkip.
func EditReminders(f ReminderForm) Card {
	const title = "Reminder settings"
	in := form{err: f.Error}
	reminderInputs(&in, "Remind me to check in", f)
	head := []element{heading(title)}
	if f.Zone != "" {
		head = append(head, note(mdf("Times are in your time zone, %s.", f.Zone)))
	}
	return newCard(title, in.elements(head...), run("Save", VerbRemindSave).positive(), run("Cancel", VerbGoalMine).bare())
}

// reminderInputs say when somebody is reminded.
func reminderInputs(in *form, ask string, f ReminderForm) {
	in.add(toggleInput(InputReminders, "Check-in reminders", ask, f.Reminders))
	in.addPair(choiceInput(InputReminderWeekday, "Day", f.Weekday, weekdays()), choiceInput(InputReminderHour, "Time", f.Hour, hours()))
	in.addPair(choiceInput(InputReminderEvery, "How often", f.Every, weeks()), textInput(InputReminderSkip, "Skip if checked in within (days)", f.Skip, 2))
}
