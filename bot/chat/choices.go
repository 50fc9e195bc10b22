package chat

import (
	"slices"

	"okrbot/cards"
	"okrbot/okr"
)

// PeriodChoices offers the periods of today, and the one that is chosen.
func PeriodChoices(t *Turn, chosen string) []cards.Choice {
	all := t.Settings.PeriodChoices(t.Today())
	known := slices.ContainsFunc(all, func(p okr.TimePeriod) bool { return p.ID == chosen })
	if p, ok := t.Settings.PeriodByID(chosen); ok && !known {
		all = append(all, p)
	}
	var out []cards.Choice
	for _, p := range all {
		out = append(out, cards.Choice{Title: p.String(), Value: p.ID})
	}
	return out
}

// ObjectiveChoices offers objectives by id and title.
func ObjectiveChoices(objectives []okr.Goal) []cards.Choice {
	choices := make([]cards.Choice, 0, len(objectives))
	for _, o := range objectives {
		choices = append(choices, cards.Choice{Title: string(o.ID) + " " + o.Title, Value: string(o.ID)})
	}
	return choices
}
