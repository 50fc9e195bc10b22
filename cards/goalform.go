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
	VerbGoalSave = "goal.save" // kind, draft, keep, picker, then; of a goal that is edited also goal and version; inputs: see [EditGoal]
)

// KeyParent is the id of the objective above.
const KeyParent = "parent"

// KeyThen is what follows where a new key result is saved: ThenAnother opens the form of
// the next one in the same card, ThenDone ends with their objective.
const (
	KeyThen     = "then"
	ThenAnother = "another"
	ThenDone    = "done"
)

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

	// Added are the key results that the same card made before; none: it made none.
	Added []okr.Goal
	// KeyResults is what stands in the input for those of a new objective.
	KeyResults string
	// Phase is an example of a phased target, as the person types it.
	Phase string

	Conflict *Conflict
	Error    FieldError
}

// isNew says whether the form makes a goal of a kind.
func (f GoalForm) isNew(kind okr.GoalKind) bool { return f.Editing == "" && f.Kind == kind }

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
	name := textInput(InputTitle, "Title", f.Values[InputTitle], okr.MaxTitle).hint(titleHint(f.Kind))
	if len(f.Added) == 0 { // else Done needs none
		name = name.required("Enter a title.")
	}
	in.add(name)
	switch f.Kind {
	case okr.Objective:
		periodInputs(&in, f.Values[KeyPeriod], f.Periods, f.Values[InputStart], f.Values[InputEnd], bytes)
	case okr.KeyResult:
		metricInputs(&in, f)
	case okr.Project:
		in.show(note("Progress comes from a shared query or from tasks. Add either one after saving."))
	}
	ownerInput(&in, f, bytes)
	if f.isNew(okr.Objective) {
		in.add(linesInput(InputKeyResults, "Key results, one per line (optional)", f.KeyResults, MaxKeyResults).hint(exampleLine))
	}
	rest, keep := moreInputs(f, bytes)
	in.addMore(rest)
	head := append([]element{heading(mdf("%s", title))}, added(f, bytes)...)
	if f.Conflict != nil {
		head = append(head, conflictBox(*f.Conflict, bytes))
	}
	return newCard(title, in.elements(head...), goalFormActions(f, keep)...)
}

// addMore puts the rest of a form behind "More". It is open where something in it is wrong.
func (f *form) addMore(rest form) {
	f.placed = f.placed || rest.placed
	f.body = append(f.body, foldsOf(fold{id: "more", show: "More", hide: "Less", isOpen: rest.placed, items: rest.body})...)
}

// added lists what the same card made before.
func added(f GoalForm, bytes int) []element {
	if len(f.Added) == 0 {
		return nil
	}
	shown := rowsWithin(len(f.Added), okr.MaxTyped, bytes, func(i int) element {
		g := f.Added[len(f.Added)-1-i] // the last one first
		return text(mdn(maxRow, "✓ **%s** %s", string(g.ID), g.Title)).near()
	})
	return []element{box("good", append(shown, more(len(f.Added)-len(shown), "key result")...)...)}
}

// goalFormActions save a form. That of a new key result goes on with the next one, in the
// same card, until it is done.
func goalFormActions(f GoalForm, keep []string) []action {
	if !f.isNew(okr.KeyResult) {
		return []action{saveGoal("Save", "", f, keep).positive(), cancelGoal(f.Editing)}
	}
	next := saveGoal("Save and add another", ThenAnother, f, keep)
	list := run("Paste a list", VerbKeyResults, KeyGoal, f.Values[KeyParent]).bare()
	if len(f.Added) > 0 {
		return []action{next.positive(), saveGoal("Done", ThenDone, f, keep), list.secondary()}
	}
	return []action{saveGoal("Save", "", f, keep).positive(), next, list, cancelGoal("")}
}

func saveGoal(title, then string, f GoalForm, keep []string) action {
	version := ""
	if f.Version > 0 {
		version = fmt.Sprint(f.Version)
	}
	return run(title, VerbGoalSave, KeyKind, string(f.Kind), KeyGoal, string(f.Editing), KeyDraft, f.Draft,
		KeyVersion, version, KeyKeep, strings.Join(keep, ","), KeyPicker, picks(f.Picker), KeyThen, then)
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
		in.show(box("warning", text(mdf("There are no objectives yet. Create one first: every %s belongs to an objective.", f.Kind))))
		return
	}
	chosen := f.Values[KeyParent]
	if chosen == "" && len(f.Objectives) == 1 {
		chosen = f.Objectives[0].Value
	}
	in.add(limitedChoice(KeyParent, "Objective", chosen, f.Objectives, bytes).searchable().
		hint("Choose or type to search").required("Choose an objective."))
}

// periodInputs offers periods and custom dates. The dates are folded below, since a card
// cannot show them only then.
func periodInputs(in *form, period string, periods []Choice, start, end string, bytes int) {
	choices := withOwnDates(periods)
	chosen := cmp.Or(period, choices[0].Value)
	in.add(limitedChoice(KeyPeriod, "Period", chosen, choices, bytes).required("Choose a period."))
	dates := form{err: in.err}
	dates.addPair(dateInput(InputStart, "First day", start), dateInput(InputEnd, "Last day", end))
	in.addFolded("dates", "Custom dates", chosen == ChoiceCustomPeriod, dates)
}

// ownPeriodInputs offer a key result or project another period than its objective's.
func ownPeriodInputs(in *form, f GoalForm, bytes int) {
	choices := append([]Choice{{Title: "Same as its objective", Value: ChoiceNone}}, withOwnDates(f.Periods)...)
	chosen := cmp.Or(f.Values[KeyPeriod], ChoiceNone)
	in.add(limitedChoice(KeyPeriod, "Period", chosen, choices, bytes).required("Choose a period."))
	in.addPair(dateInput(InputStart, "First day (custom dates)", f.Values[InputStart]), dateInput(InputEnd, "Last day (custom dates)", f.Values[InputEnd]))
}

// withOwnDates are the periods, and own dates besides.
func withOwnDates(periods []Choice) []Choice {
	choices := append([]Choice{}, periods...)
	if !hasChoice(choices, ChoiceCustomPeriod) {
		choices = append(choices, Choice{Title: "Custom dates", Value: ChoiceCustomPeriod})
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
		return text(mdn(maxRow, "**%s**: was %s, now %s, you entered %s", f.Name, orNothing(f.Before), orNothing(f.Theirs), orNothing(f.Yours))).near()
	})
	items = append(append(items, shown...), more(len(c.Fields)-len(shown), "field")...)
	items = append(items, note("Nothing is saved yet. Save keeps what you see in this form. Their other changes are already in it."))
	return box("warning", items...)
}

func orNothing(value string) md {
	if value == "" {
		return "empty"
	}
	return mdf("“%s”", value)
}
