package cards

import "okrbot/okr"

// EditGoal is the form of an objective, a key result or a project.
func EditGoal(f GoalForm) Card {
	title := "New " + string(f.Kind)
	if f.Editing != "" {
		title = "Edit " + string(f.Kind) + " " + string(f.Editing)
	}
	in := form{err: f.Error}
	if f.Kind != okr.Objective {
		parentInput(&in, f)
	}
	in.add(textInput("title", "Title", f.Title, okr.MaxTitle).hint(titleHint(f.Kind)).required("Give it a title."))
	switch f.Kind {
	case okr.Objective:
		periodInputs(&in, f)
	case okr.KeyResult:
		metricInputs(&in, f)
	case okr.Project:
		in.show(note("A project gets its progress from a shared query. Bind it after saving."))
	}
	ownerInput(&in, f)
	save := run("Save", VerbGoalSave, "kind", string(f.Kind), "goal", string(f.Editing), "draft", f.Draft).positive()
	cancel := run("Cancel", VerbGoals).bare()
	if f.Editing != "" {
		cancel = run("Cancel", VerbGoal, "goal", string(f.Editing)).bare()
	}
	return newCard(title, in.elements(heading(mdf("%s", title))), save, cancel)
}

// ownerInput offers the people of the place; where there are none it names the
// owner.
func ownerInput(in *form, f GoalForm) {
	owner := md("you")
	if f.OwnerName != "" {
		owner = mdf("%s", f.OwnerName)
	}
	if len(f.Owners) < 2 {
		in.show(note("Owner: " + owner))
		return
	}
	chosen := f.Owner
	if chosen == "" {
		chosen = f.Owners[0].Value
	}
	in.add(choiceInput("owner", "Owner", chosen, f.Owners).searchable().hint("Choose or type to search"))
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

func parentInput(in *form, f GoalForm) {
	if len(f.Objectives) == 0 {
		in.show(box("warning", text("There is no objective yet. Make one first: "+mdf("every %s belongs to one.", f.Kind))))
		return
	}
	chosen := f.Parent
	if chosen == "" && len(f.Objectives) == 1 {
		chosen = f.Objectives[0].Value
	}
	in.add(choiceInput("parent", "Objective", chosen, f.Objectives).searchable().
		hint("Choose or type to search").required("Choose the objective that it belongs to."))
}

func periodInputs(in *form, f GoalForm) {
	choices := append([]Choice{}, f.Periods...)
	if !hasChoice(choices, ChoiceCustomPeriod) {
		choices = append(choices, Choice{Title: "Own dates", Value: ChoiceCustomPeriod})
	}
	chosen := f.Period
	if chosen == "" {
		chosen = choices[0].Value
	}
	in.add(choiceInput("period", "Period", chosen, choices).required("Choose the period."),
		dateInput("start", "First day (with own dates only)", f.Start),
		dateInput("end", "Last day (with own dates only)", f.End))
}

func metricInputs(in *form, f GoalForm) {
	in.add(
		textInput("metric", "What is measured", f.Metric, okr.MaxName).hint("for example Bugs closed").required("Say what is measured."),
		textInput("unit", "Unit (optional)", f.Unit, okr.MaxUnit).hint("for example % or bugs"),
		textInput("startValue", "Start value", f.StartValue, maxNumber).hint("for example 0").required("Give the value at the start."),
		textInput("target", "Target value", f.Target, maxNumber).hint("for example 100").required("Give the value to reach."),
	)
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
