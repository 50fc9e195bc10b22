package cards

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"okrbot/okr"
)

// The verbs of a goal's form, with the data and inputs that come along.
const (
	VerbGoalNew  = "goal.new"  // kind; parent where it is known
	VerbGoalEdit = "goal.edit" // goal
	VerbGoalSave = "goal.save" // kind, draft, keep, picker; of a goal that is edited also goal and version; inputs: see [EditGoal]
)

// KeyParent is the id of the objective above.
const KeyParent = "parent"

// The inputs that the forms of all goals show first, beside [KeyOwner], [KeyParent]
// and [KeyPeriod].
const (
	InputTitle = "title"
	InputStart = "start" // first and last day, where they are not the period's
	InputEnd   = "end"
)

// ChoiceCustomPeriod is the value of own dates in a list of periods.
const ChoiceCustomPeriod = "custom"

// GoalForm is the state of the form that makes or edits a goal.
type GoalForm struct {
	Draft   string // id of what the server keeps of the form
	Kind    okr.GoalKind
	Editing okr.GoalID
	Version int // of the goal when the form was opened
	// Values are what stands in the inputs, by the ids of [okr.GoalFields]: as typed,
	// so that a refused form comes back as it was.
	Values map[string]string
	People map[string]People // what stands in the inputs for people, by the same ids

	OwnerName  string   // shown; empty: the person who fills it in
	Owners     []Choice // who can be chosen; fewer than two: the owner is only shown
	Objectives []Choice
	Periods    []Choice
	Teams      []string // names in use, as a hint
	Picker     string   // dataset of the client's people picker: DatasetPeople or DatasetMembers; empty: it has none

	Conflict *Conflict
	Error    FieldError
}

// Conflict says what somebody else saved while a form was open.
type Conflict struct {
	By     string
	At     time.Time
	Fields []ConflictField
}

// ConflictField is one field that both changed.
type ConflictField struct {
	Name   string // as the form calls it
	Before string
	Theirs string
	Yours  string
}

// EditGoal is the form of an objective, a key result or a project: what is
// needed first, the rest behind "More". The ids of its inputs are those of
// [okr.GoalFields].
func EditGoal(f GoalForm) Card {
	return fit(func(bytes int) Card { return goalForm(f, bytes) })
}

func goalForm(f GoalForm, bytes int) Card {
	title := "New " + string(f.Kind)
	if f.Editing != "" {
		title = "Edit " + string(f.Kind) + " " + string(f.Editing)
	}
	in := form{err: f.Error}
	if f.Kind != okr.Objective {
		parentInput(&in, f, bytes)
	}
	in.add(textInput(InputTitle, "Title", f.Values[InputTitle], okr.MaxTitle).hint(titleHint(f.Kind)).required("Give it a title."))
	switch f.Kind {
	case okr.Objective:
		periodInputs(&in, f.Values[KeyPeriod], f.Periods, f.Values[InputStart], f.Values[InputEnd], bytes)
	case okr.KeyResult:
		metricInputs(&in, f)
	case okr.Project:
		in.show(note("A project gets its progress from a shared query or from its tasks. Add either after saving."))
	}
	ownerInput(&in, f, bytes)
	if f.Kind != okr.Objective {
		ownPeriodInputs(&in, f, bytes)
	}
	rest, keep := moreInputs(f, bytes)
	in.addFolded("more", "More", false, rest)
	head := []element{heading(mdf("%s", title))}
	if f.Conflict != nil {
		head = append(head, conflictBox(*f.Conflict, bytes))
	}
	return newCard(title, in.elements(head...), saveGoal(f, keep), cancelGoal(f.Editing))
}

func saveGoal(f GoalForm, keep []string) action {
	version := ""
	if f.Version > 0 {
		version = fmt.Sprint(f.Version)
	}
	return run("Save", VerbGoalSave, KeyKind, string(f.Kind), KeyGoal, string(f.Editing), KeyDraft, f.Draft,
		KeyVersion, version, KeyKeep, strings.Join(keep, ","), KeyPicker, picks(f.Picker)).positive()
}

func cancelGoal(editing okr.GoalID) action {
	if editing == "" {
		return run("Cancel", VerbGoals).bare()
	}
	return run("Cancel", VerbGoal, KeyGoal, string(editing)).bare()
}

// ownerInput offers the people of the place; where there are none it names the
// owner.
func ownerInput(in *form, f GoalForm, bytes int) {
	owner := md("you")
	if f.OwnerName != "" {
		owner = mdf("%s", f.OwnerName)
	}
	if len(f.Owners) < 2 && f.Picker == "" {
		in.show(text("Owner: " + owner))
		return
	}
	chosen := f.Values[KeyOwner]
	if chosen == "" && len(f.Owners) > 0 {
		chosen = f.Owners[0].Value
	}
	in.add(limitedChoice(KeyOwner, "Owner", chosen, f.Owners, bytes).searchable().hint("Choose or type to search").asks(f.Picker))
}

func titleHint(kind okr.GoalKind) string {
	switch kind {
	case okr.KeyResult:
		return "for example Close the launch bugs"
	case okr.Project:
		return "for example New checkout"
	default:
		return "for example Launch without surprises"
	}
}

func parentInput(in *form, f GoalForm, bytes int) {
	if len(f.Objectives) == 0 {
		in.show(box("warning", text("There is no objective yet. Make one first: "+mdf("every %s belongs to one.", f.Kind))))
		return
	}
	chosen := f.Values[KeyParent]
	if chosen == "" && len(f.Objectives) == 1 {
		chosen = f.Objectives[0].Value
	}
	in.add(limitedChoice(KeyParent, "Objective", chosen, f.Objectives, bytes).searchable().
		hint("Choose or type to search").required("Choose the objective that it belongs to."))
}

// periodInputs offers periods and own dates. The dates of their own stand below,
// since a card cannot show them only then.
func periodInputs(in *form, period string, periods []Choice, start, end string, bytes int) {
	choices := withOwnDates(periods)
	chosen := cmp.Or(period, choices[0].Value)
	in.add(limitedChoice(KeyPeriod, "Period", chosen, choices, bytes).required("Choose the period."))
	dates := form{err: in.err}
	dates.addPair(dateInput(InputStart, "First day", start), dateInput(InputEnd, "Last day", end))
	in.addFolded("dates", "Own dates", chosen == ChoiceCustomPeriod, dates)
}

// ownPeriodInputs offer a key result or project another period than its objective's.
func ownPeriodInputs(in *form, f GoalForm, bytes int) {
	choices := append([]Choice{{Title: "The same as its objective", Value: ChoiceNone}}, withOwnDates(f.Periods)...)
	chosen := cmp.Or(f.Values[KeyPeriod], ChoiceNone)
	part := form{err: in.err}
	part.add(limitedChoice(KeyPeriod, "Period", chosen, choices, bytes).required("Choose the period."))
	part.addPair(dateInput(InputStart, "First day, with own dates", f.Values[InputStart]), dateInput(InputEnd, "Last day", f.Values[InputEnd]))
	in.addFolded("dates", "Period", chosen != ChoiceNone, part)
}

// withOwnDates are the periods, and own dates besides.
func withOwnDates(periods []Choice) []Choice {
	choices := append([]Choice{}, periods...)
	if !hasChoice(choices, ChoiceCustomPeriod) {
		choices = append(choices, Choice{Title: "Own dates", Value: ChoiceCustomPeriod})
	}
	return choices
}

// maxNumber is how long a typed number may be, in characters.
const maxNumber = 30

func hasChoice(choices []Choice, value string) bool {
	for _, c := range choices {
		if c.Value == value {
			return true
		}
	}
	return false
}

// conflictBox says what somebody else saved while the form was open.
func conflictBox(c Conflict, bytes int) container {
	items := []element{text(mdf("▲ %s changed it while this form was open", c.By)).with(bolder, attention)}
	shown := rowsWithin(len(c.Fields), 6, bytes, func(i int) element {
		f := c.Fields[i]
		return text(mdn(maxRow, "**%s**: was %s, now %s; you wrote %s", f.Name, orNothing(f.Before), orNothing(f.Theirs), orNothing(f.Yours))).near()
	})
	items = append(append(items, shown...), more(len(c.Fields)-len(shown), "field")...)
	items = append(items, note("Nothing is saved yet. Save keeps what stands in the form; what only they changed is in it already."))
	return box("warning", items...)
}

func orNothing(value string) md {
	if value == "" {
		return "nothing"
	}
	return mdf("“%s”", value)
}
