package cards

import (
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
	if jsonSize(f.Description) > 3*bytes {
		in.show(note("The description is too long for this card. It stays as it is."))
		keep = append(keep, InputDescription)
	} else {
		in.add(linesInput(InputDescription, "Description", f.Description, okr.MaxDescription))
	}
	in.add(textInput(InputTags, "Tags", f.Tags, okr.MaxTags*(okr.MaxTag+2)).hint("with commas between"))
	in.addPair(textInput(KeyTeam, "Team", f.Team, okr.MaxName).hint(teamHint(f.Teams)), choiceInput(InputLevel, "Belongs to", levelOf(f.Level), levels()))
	if f.Kind == okr.KeyResult {
		metricMore(&in, f)
	}
	weight := textInput(InputWeight, "Weight in percent", f.Weight, maxNumber).hint("empty: an equal share")
	if f.Kind == okr.Objective {
		in.addPair(choiceInput(InputGoalType, "Kind of objective", goalTypeOf(f.GoalType), goalTypes()), weight)
	} else {
		in.add(weight)
	}
	return in, append(keep, accessInputs(&in, f)...)
}

// accessInputs say who works on a goal, who sees it and who may change it.
func accessInputs(in *form, f GoalForm) (keep []string) {
	ask := func(id, label string, p People, many bool) {
		field, ok := peopleInput(id, label, p, f, many)
		if !ok {
			keep = append(keep, id)
			in.show(field)
			return
		}
		in.add(field.(input))
	}
	ask(InputCoOwners, "Co-owners", f.CoOwners, true)
	ask(InputCheckInOwner, "Who is asked for check-ins (empty: the owner)", f.CheckInOwner, false)
	ask(InputDelegate, "Delegate, who may do all but change owners", f.Delegate, false)
	in.add(toggleInput(InputPrivate, "Who may see it", "Private: only its people and the viewers below", f.Private))
	ask(InputViewers, "Viewers", f.Viewers, true)
	in.add(toggleInput(InputOnlyEditors, "Who may change it", "Only owners, delegate and the editors below, not even admins", f.OnlyEditors))
	ask(InputEditors, "Editors", f.Editors, true)
	return keep
}

func aboveInput(f GoalForm, bytes int) input {
	choices := append([]Choice{{Title: "None: it stands at the top", Value: ChoiceNone}}, f.Objectives...)
	chosen := f.Parent
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

func levelOf(level string) string {
	if level == "" {
		return string(okr.LevelTeam)
	}
	return level
}

func levels() []Choice {
	return []Choice{
		{Title: "a team", Value: string(okr.LevelTeam)},
		{Title: "the organization", Value: string(okr.LevelOrganization)},
		{Title: "a person", Value: string(okr.LevelIndividual)},
	}
}

func goalTypeOf(kind string) string {
	if kind == "" {
		return string(okr.Aspirational)
	}
	return kind
}

func goalTypes() []Choice {
	return []Choice{{Title: "aspirational", Value: string(okr.Aspirational)}, {Title: "committed", Value: string(okr.Committed)}}
}
