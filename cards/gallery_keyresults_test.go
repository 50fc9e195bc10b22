package cards_test

import (
	"okrbot/cards"
	"okrbot/okr"
)

func typedLines() []okr.TypedKeyResult {
	return []okr.TypedKeyResult{
		{Line: 1, Text: "Close 30 bugs: 0 -> 30 bugs", Title: "Close 30 bugs", Metric: okr.Metric{Unit: "bugs", Target: 30}},
		{Line: 2, Text: "Response time: < 200 ms", Title: "Response time", Metric: okr.Metric{Unit: "ms", Target: 200, Type: okr.StayBelow}},
		{Line: 4, Text: "Revenue: €1.2M -> €1.5M", Title: "Revenue " + nasty, Metric: okr.Metric{Unit: "€", UnitKind: okr.UnitCurrency, Start: 1.2e6, Target: 1.5e6}},
	}
}

// keyResultCards are the forms of key results that are created one after the other, or all
// in one go, and of who owns a goal.
func keyResultCards() []exhibit {
	o := objectiveView()
	empty := cards.KeyResultList{Draft: "d-93", Objective: o.Goal}
	good := empty
	good.IsNew, good.Text, good.Lines = true, "Close 30 bugs: 0 -> 30 bugs\nResponse time: < 200 ms\n\nRevenue: €1.2M -> €1.5M", typedLines()
	changed := good
	changed.IsNew, changed.Note = false, "You changed the list. Check it, then create the key results."
	wrong := empty
	wrong.Text = good.Text + "\nMake everybody happy"
	wrong.Lines = append(typedLines(), okr.TypedKeyResult{Line: 5, Text: "Make everybody " + nasty, Problem: "There is no target. Write the numbers after a colon, for example: Close 30 bugs: 0 -> 30 bugs"})
	choose := cards.KeyResultList{
		Draft: "d-93", Objectives: objectiveChoices(), Text: good.Text, Error: cards.FieldError{Field: "parent", Message: "O9 doesn't exist or was deleted. Choose another objective."},
	}
	another := cards.GoalForm{
		Phase: place.PhaseExample(),
		Draft: "d-93", Kind: okr.KeyResult, Objectives: objectiveChoices(), Values: map[string]string{"parent": "O1", "startValue": "0"},
		Added: []okr.Goal{{ID: "KR7", Title: "Close 30 bugs"}, {ID: "KR8", Title: "Answers " + nasty}},
	}
	first := another
	first.Added = nil
	listed := cards.GoalForm{Draft: "d-93", Kind: okr.Objective, Periods: periodChoices(), KeyResults: good.Text, Values: map[string]string{"title": "Calm operations"}}
	var ids []okr.GoalID
	for _, c := range o.Children {
		ids = append(ids, c.Goal.ID)
	}
	owners := cards.OwnersForm{Goal: o.Goal, Below: 3, With: true, Person: cards.People{Names: "Adele Vance"}}
	unknown := cards.OwnersForm{
		Goal: o.Goal, Picker: cards.DatasetPeople, Person: cards.People{Chosen: []cards.Choice{personChoice(adele)}},
		Error: cards.FieldError{Field: "person", Message: "That person is not a member here, or no longer. Choose somebody else."},
	}
	return []exhibit{
		{"key-results-empty", cards.EditKeyResults(place, empty)},
		{"key-results-good", cards.EditKeyResults(place, good)},
		{"key-results-changed", cards.EditKeyResults(place, changed)},
		{"key-results-wrong", cards.EditKeyResults(place, wrong)},
		{"key-results-choose", cards.EditKeyResults(place, choose)},
		{"key-results-created", cards.KeyResultsCreated(place, o, ids)},
		{"goal-form-key-result-new", cards.EditGoal(first)},
		{"goal-form-key-result-another", cards.EditGoal(another)},
		{"goal-form-objective-list", cards.EditGoal(listed)},
		{"owners-add", cards.AddCoOwner(cards.OwnersForm{Goal: o.Goal})},
		{"owners-add-unknown", cards.AddCoOwner(unknown)},
		{"owners-hand-over", cards.HandOverGoal(owners)},
	}
}

// worstKeyResults is each card of key results that come in lists with the longest of texts.
func worstKeyResults(title string) []exhibit {
	line := okr.TypedKeyResult{Line: 999, Text: title, Title: title, Metric: okr.Metric{Unit: title, Start: 1234.5678, Target: 9876.54321}}
	bad := line
	bad.Problem = title + title
	lines := append(hundred(line)[:okr.MaxTyped], hundred(bad)[:okr.MaxTyped]...)
	o := cards.GoalView{Goal: okr.Goal{ID: "O999999", Kind: okr.Objective, Title: title, Owner: okr.Person{ID: "u", Name: title}}}
	var ids []okr.GoalID
	for _, l := range lines {
		o.Children = append(o.Children, cards.GoalView{Goal: okr.Goal{ID: "KR999999", Kind: okr.KeyResult, Title: title, Metric: &l.Metric}})
		ids = append(ids, "KR999999")
	}
	wrong := cards.FieldError{Field: "keyResults", Message: title + title + title}
	choices := hundred(cards.Choice{Title: title, Value: "O1"})
	text := ""
	for range 20 {
		text += okr.Shorten(title, 249) + "\n"
	}
	return []exhibit{
		{"key results", cards.EditKeyResults(place, cards.KeyResultList{Draft: title, Objective: o.Goal, IsNew: true, Text: text, Lines: lines, Note: title, Error: wrong})},
		{"key results, good", cards.EditKeyResults(place, cards.KeyResultList{Draft: title, Objective: o.Goal, Text: text, Lines: lines[:okr.MaxTyped]})},
		{"key results, chosen", cards.EditKeyResults(place, cards.KeyResultList{Draft: title, Objectives: choices, Text: text, Lines: lines})},
		{"key results created", cards.KeyResultsCreated(place, o, ids)},
		{"co-owner", cards.AddCoOwner(cards.OwnersForm{Goal: o.Goal, Person: cards.People{Names: title}, Error: wrong})},
		{"hand over", cards.HandOverGoal(cards.OwnersForm{Goal: o.Goal, Below: 999, Person: cards.People{Names: title}, Error: wrong})},
	}
}
