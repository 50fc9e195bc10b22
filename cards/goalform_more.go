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
	if f.Kind == okr.Objective && len(f.Objectives) > 0 {
		in.add(aboveInput(f, bytes))
	}
	if jsonSize(appendText(nil, f.Values[InputDescription])) > 3*bytes {
		in.show(note("The description is too long for this card. It stays as it is."))
		keep = append(keep, InputDescription)
	} else {
		in.add(linesInput(InputDescription, "Description", f.Values[InputDescription], okr.MaxDescription))
	}
	in.add(textInput(InputTags, "Tags", f.Values[InputTags], maxTags).hint("separated by commas"))
	in.addPair(textInput(KeyTeam, "Team", f.Values[KeyTeam], okr.MaxName).hint(teamHint(f.Teams)), choiceInput(InputLevel, "Belongs to", cmp.Or(f.Values[InputLevel], string(okr.LevelTeam)), levels()))
	if f.Kind == okr.KeyResult {
		metricMore(&in, f)
	}
	weight := textInput(InputWeight, "Weight in percent", f.Values[InputWeight], maxNumber).hint("empty: an equal share")
	if f.Kind == okr.Objective {
		in.addPair(choiceInput(InputGoalType, "Kind of objective", cmp.Or(f.Values[InputGoalType], string(okr.Aspirational)), goalTypes()), weight)
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
	ask(InputCheckInOwner, "Who is asked for check-ins (empty: the owner)", false)
	ask(InputDelegate, "Delegate, who may do all but change owners", false)
	in.add(toggleInput(InputPrivate, "Who may see it", "Private: only its people and the viewers below", f.isOn(InputPrivate)))
	ask(InputViewers, "Viewers", true)
	in.add(toggleInput(InputOnlyEditors, "Who may change it", "Only owners, delegate and the editors below, not even admins", f.isOn(InputOnlyEditors)))
	ask(InputEditors, "Editors", true)
	return keep
}

func (f GoalForm) isOn(id string) bool { return strings.EqualFold(f.Values[id], "true") }

func aboveInput(f GoalForm, bytes int) input {
	choices := append([]Choice{{Title: "None: it is at the top", Value: ChoiceNone}}, f.Objectives...)
	chosen := f.Values[KeyParent]
	if chosen == "" {
		chosen = ChoiceNone
	}
	return limitedChoice(KeyParent, "Objective above", chosen, choices, bytes).searchable()
}

func teamHint(teams []string) string {
	if len(teams) == 0 {
		return "for example Growth"
	}
	return "for example " + strings.Join(teams[:min(len(teams), 3)], ", ")
}

func levels() []Choice {
	return []Choice{
		{Title: "a team", Value: string(okr.LevelTeam)},
		{Title: "the organization", Value: string(okr.LevelOrganization)},
		{Title: "a person", Value: string(okr.LevelIndividual)},
	}
}

func goalTypes() []Choice {
	return []Choice{{Title: "aspirational", Value: string(okr.Aspirational)}, {Title: "committed", Value: string(okr.Committed)}}
}
