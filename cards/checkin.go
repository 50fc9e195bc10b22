package cards

import (
	"fmt"

	"okrbot/okr"
)

// The verbs of check-ins, with the data and inputs that come along.
const (
	VerbCheckIn       = "checkin.form"       // goal
	VerbCheckInSave   = "checkin.save"       // goal, checkin (when editing), draft (else); inputs value, status, note, on and, where something automatic gives the value, override
	VerbCheckInEdit   = "checkin.edit"       // goal, checkin
	VerbCheckInAskDel = "checkin.delete.ask" // goal, checkin
	VerbCheckInDelete = "checkin.delete"     // goal, checkin
)

// KeyCheckIn is the id of a check-in.
const KeyCheckIn = "checkin"

// The inputs of a check-in, beside [KeyStatus].
const (
	InputValue    = "value"
	InputNote     = "note"
	InputOn       = "on" // the day that it tells of
	InputOverride = "override"
)

// The values of [InputOverride].
const (
	OverrideOnce    = "once"    // a value by hand until the next automatic one
	OverrideLasting = "lasting" // a value by hand until it is resumed
)

// CheckInForm is the state of the form of a check-in. Values are as typed.
type CheckInForm struct {
	Draft    string
	Editing  okr.CheckInID
	Goal     GoalView
	Value    string
	Status   string // an okr.Status, or ChoiceNone: from progress
	Note     string
	Date     string // a day, for backdating; empty: now
	Override string // OverrideOnce or OverrideLasting, where something automatic gives the value
	Error    FieldError
}

// CheckIn is the form of a check-in, new or edited. The ids of its inputs are
// value, status, note and, where something automatic gives the value, override;
// behind "Backdate" on.
func CheckIn(p Place, f CheckInForm) Card {
	g := f.Goal.Goal
	title := "Check in " + string(g.ID)
	if f.Editing != "" {
		title = "Edit a check-in of " + string(g.ID)
	}
	head := []element{heading(mdf("%s", title)), note(mdn(maxLong, "%s %s", kindWord(g.Kind), g.Title)), nowText(p, f.Goal)}
	in := form{err: f.Error}
	checkInInputs(p, &in, f)
	rest := form{err: f.Error}
	rest.add(dateInput(InputOn, "Date (leave empty for today)", f.Date))
	in.addFolded("another", "Backdate", f.Date != "", rest)
	save := run("Save", VerbCheckInSave, KeyGoal, string(g.ID), KeyCheckIn, string(f.Editing), KeyDraft, f.Draft).positive()
	back := run("Cancel", VerbGoal, KeyGoal, string(g.ID)).bare()
	if f.Editing != "" {
		back = run("Cancel", VerbHistory, KeyGoal, string(g.ID)).bare()
	}
	return newCard(title, in.elements(head...), save, back)
}

// nowText says where the goal stands before a check-in.
func nowText(p Place, v GoalView) element {
	list := []fact{{"Now", nowValue(p, v)}}
	if m := v.Goal.Metric; m != nil && m.IsScaled() {
		list = append(list, fact{"Range", mdf("from %s to %s", p.value(m, &m.Start), p.value(m, &m.Target))})
	}
	if v.Goal.Metric == nil || v.Goal.Metric.IsScaled() {
		list = append(list, fact{"Expected by now", md(p.percent(v.Standing.Expected))})
	}
	if c := v.Goal.LastCheckIn; c != nil {
		list = append(list, fact{"Last check-in", joinMD(" · ", p.when(c.At), personText(c.By))})
	}
	return facts(list...)
}

func nowValue(p Place, v GoalView) md {
	value := md("")
	if m := v.Goal.MetricNow(); m != nil {
		value = mdf("%s", p.value(m, m.Current))
	}
	progress := md(p.progress(v.Standing.Progress))
	if v.Standing.Progress == nil || progress == value || v.Goal.Metric != nil && !v.Goal.Metric.IsScaled() {
		progress = ""
	}
	return joinMD(" · ", value, progress, md(statusText(v.Standing.Status)))
}

func checkInInputs(p Place, in *form, f CheckInForm) {
	in.add(valueInput(InputValue, f.Goal.Goal, f.Value))
	if f.Goal.Goal.IsAutomatic() {
		in.show(automaticText(p, f.Goal))
		override := f.Override
		if override == "" {
			override = OverrideOnce
		}
		in.add(choiceInput(InputOverride, "Keep my value until", override, []Choice{
			{Title: "The next automatic update", Value: OverrideOnce},
			{Title: "I resume automatic updates", Value: OverrideLasting},
		}))
	}
	in.add(statusInput(KeyStatus, f.Status), linesInput(InputNote, "What happened, and what's next", f.Note, okr.MaxNote))
}

// valueInput asks for a number of the metric, else for percent.
func valueInput(id string, g okr.Goal, value string) input {
	label := "Progress (%)"
	if m := g.Metric; m != nil {
		label = m.Name
		if m.Unit != "" {
			label += " (" + okr.Shorten(m.Unit, okr.MaxUnit) + ")"
		}
	}
	return textInput(id, label, value, maxNumber).hint("Leave empty to keep it")
}

func statusInput(id, status string) input {
	chosen := status
	if chosen == "" {
		chosen = ChoiceNone
	}
	choices := []Choice{{Title: "From progress", Value: ChoiceNone}}
	for _, s := range []okr.Status{okr.OnTrack, okr.Behind, okr.AtRisk, okr.NotStarted} {
		choices = append(choices, Choice{Title: statusText(s), Value: string(s)})
	}
	return choiceInput(id, "Status", chosen, choices)
}

// automaticText says what the value is without a person.
func automaticText(p Place, v GoalView) element {
	from := md("The query")
	switch {
	case v.Goal.Kind == okr.Objective:
		from = "The average of its key results and projects"
	case okr.CountsTasks(v.Goal):
		from = "Its checklist"
	}
	auto := v.Standing.Automatic
	if auto == nil {
		auto = v.Goal.Automatic()
	}
	if auto == nil {
		return note(from + " gives no value now.")
	}
	out := from + mdf(" gives %s", amount(p, v.Goal, auto)) + autoStatus(v.Standing.Auto)
	if v.Goal.Paused() {
		out += " Automatic updates wait."
	}
	return note(out)
}

// CheckedIn confirms a check-in.
func CheckedIn(p Place, v GoalView, c okr.CheckIn) Card {
	g := v.Goal
	title := "Checked in " + string(g.ID)
	items := []element{text(mdf("✓ %s", title)).with(bolder, good), note(mdn(maxLong, "%s %s", kindWord(g.Kind), g.Title))}
	body := []element{box("good", items...), bar(p, v.Standing.Progress, v.Standing.Status), checkInBlock(p, g, c)}
	if why := reason(p, v); why != "" {
		body = append(body, note(why))
	}
	body = append(body, manual(p, v)...)
	id := string(g.ID)
	actions := []action{run("Show "+id, VerbGoal, KeyGoal, id)}
	if v.MayCheckIn {
		actions = append(actions, run("Edit", VerbCheckInEdit, KeyGoal, id, KeyCheckIn, string(c.ID)))
	}
	return newCard(fmt.Sprintf("%s: %s, %s", title, p.progress(v.Standing.Progress), v.Standing.Status), body,
		append(actions, run("History", VerbHistory, KeyGoal, id))...)
}

// checkInBlock is a check-in in a few lines, or what somebody wrote as a comment.
func checkInBlock(p Place, g okr.Goal, c okr.CheckIn) container {
	if c.Comment {
		return box("", note(joinMD(" · ", "Comment", personText(c.By), p.at(c.At))), text(lines(c.Note, maxShort)).near())
	}
	value := md("")
	if c.Value != nil {
		value = mdf("%s", amount(p, g, c.Value))
	}
	status := c.Shown
	if c.Status != "" {
		status = c.Status
	}
	sign := md("")
	if status != "" {
		sign = md(statusText(status))
	}
	items := []element{bold(joinMD(" · ", value, sign)), note(joinMD(" · ", personText(c.By), p.at(c.At), remarks(p, g, c)))}
	if value == "" && sign == "" {
		items = items[1:]
	}
	if c.Note != "" {
		items = append(items, text(lines(c.Note, maxShort)).near())
	}
	return box("", items...)
}

// remarks is what else is to know of a check-in.
func remarks(p Place, g okr.Goal, c okr.CheckIn) md {
	var undone, auto, back, edited, lasting md
	if c.Auto != nil {
		auto = mdf("automatic was %s", amount(p, g, c.Auto))
	}
	if c.Lasting {
		lasting = "kept until automatic updates are resumed"
	}
	if c.Backdated {
		back = "entered on " + md(p.date(okr.DateOf(p.local(c.MadeAt))))
	}
	if !c.EditedAt.IsZero() {
		edited = "edited by " + personText(c.EditedBy)
	}
	if c.IsUndone() {
		undone = "undone " + p.at(c.UndoneAt)
	}
	return joinMD(" · ", undone, auto, lasting, back, edited)
}

// ConfirmDeleteCheckIn asks before a check-in is deleted.
func ConfirmDeleteCheckIn(p Place, g okr.Goal, c okr.CheckIn) Card {
	title := "Delete this check-in of " + string(g.ID) + "?"
	effect := md("Its value goes too, and the one before it counts again. You can undo this for 10 minutes: send undo.")
	if c.Comment {
		title, effect = "Delete this comment on "+string(g.ID)+"?", "You can undo this for 10 minutes: send undo."
	}
	body := []element{heading(mdf("%s", title)), checkInBlock(p, g, c), text(effect)}
	return newCard(title, body,
		run("Delete", VerbCheckInDelete, KeyGoal, string(g.ID), KeyCheckIn, string(c.ID)).destructive(),
		run("Keep it", VerbHistory, KeyGoal, string(g.ID)))
}
