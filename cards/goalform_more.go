package cards

import (
	"cmp"
	"strings"

	"okrbot/okr"
)

// The inputs behind "More", beside [KeyTeam].
const (
	InputDescription  = "description"
	InputTags         = "tags"
	InputLevel        = "level"    // an okr.Level
	InputGoalType     = "goalType" // an okr.GoalType
	InputWeight       = "weight"
	InputCoOwners     = "coOwners"
	InputCheckInOwner = "checkInOwner"
	InputDelegate     = "delegate"
	InputPrivate      = "private"
	InputViewers      = "viewers"
	InputOnlyEditors  = "onlyEditors"
	InputEditors      = "editors"
)

// moreInputs is what the form has behind "More", and the ids of the fields that
// did not fit the card and stay as they are.
func moreInputs(f GoalForm, bytes int) (in form, keep []string) {
	in.err = f.Error
	if f.Kind == okr.KeyResult {
		metricMore(&in, f)
	}
	if f.Kind != okr.Objective {
		ownPeriodInputs(&in, f, bytes)
	} else if len(f.Objectives) > 0 {
		in.add(aboveInput(f, bytes))
	}
	if jsonSize(appendText(nil, f.Values[InputDescription])) > 3*bytes {
		in.show(note("The description is too long to edit here. It stays unchanged."))
		keep = append(keep, InputDescription)
	} else {
		in.add(linesInput(InputDescription, "Description", f.Values[InputDescription], okr.MaxDescription))
	}
	in.add(textInput(InputTags, "Tags", f.Values[InputTags], maxTags).hint("Separated by commas"))
	in.addPair(textInput(KeyTeam, "Team", f.Values[KeyTeam], okr.MaxName).hint(teamHint(f.Teams)), choiceInput(InputLevel, "Level", cmp.Or(f.Values[InputLevel], string(okr.LevelTeam)), levels()))
	weight := textInput(InputWeight, "Weight in percent", f.Values[InputWeight], maxNumber).hint("Leave empty for an equal share")
	if f.Kind == okr.Objective {
		in.addPair(choiceInput(InputGoalType, "Objective type", cmp.Or(f.Values[InputGoalType], string(okr.Aspirational)), goalTypes()), weight)
	} else {
		in.add(weight)
	}
	return in, append(keep, accessInputs(&in, f)...)
}

// accessInputs say who works on a goal, who sees it and who may change it.
func accessInputs(in *form, f GoalForm) (keep []string) {
	ask := func(id, label string, many bool) {
		field, ok := peopleInput(id, label, f.People[id], f.Picker, many)
		if !ok {
			keep = append(keep, id)
			in.show(field)
			return
		}
		in.add(field.(input))
	}
	ask(InputCoOwners, "Co-owners", true)
	ask(InputCheckInOwner, "Check-in owner (leave empty for the owner)", false)
	ask(InputDelegate, "Delegate (can do everything except change owners)", false)
	in.add(toggleInput(InputPrivate, "Visibility", "Private: only its owners and the viewers below can see it", f.isOn(InputPrivate)))
	ask(InputViewers, "Viewers", true)
	in.add(toggleInput(InputOnlyEditors, "Editing", "Only owners, the delegate and the editors below can edit (admins can't)", f.isOn(InputOnlyEditors)))
	ask(InputEditors, "Editors", true)
	return keep
}

func (f GoalForm) isOn(id string) bool { return strings.EqualFold(f.Values[id], "true") }

func aboveInput(f GoalForm, bytes int) input {
	choices := append([]Choice{{Title: "None (top level)", Value: ChoiceNone}}, f.Objectives...)
	chosen := f.Values[KeyParent]
	if chosen == "" {
		chosen = ChoiceNone
	}
	return limitedChoice(KeyParent, "Parent objective", chosen, choices, bytes).searchable()
}

func teamHint(teams []string) string {
	if len(teams) == 0 {
		return "for example Growth"
	}
	return "for example " + strings.Join(teams[:min(len(teams), 3)], ", ")
}

func levels() []Choice {
	return []Choice{
		{Title: "Team", Value: string(okr.LevelTeam)},
		{Title: "Organization", Value: string(okr.LevelOrganization)},
		{Title: "Individual", Value: string(okr.LevelIndividual)},
	}
}

func goalTypes() []Choice {
	return []Choice{{Title: "Aspirational", Value: string(okr.Aspirational)}, {Title: "Committed", Value: string(okr.Committed)}}
}
