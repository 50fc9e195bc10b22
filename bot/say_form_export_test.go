package bot

import (
	"okrbot/bot/teams"
	"okrbot/okr"
)

// FillGoalForm gives what stands in a form after a press with data on a goal with
// the values now, of which the server kept some.
func FillGoalForm(editing okr.GoalID, version int, data, now, kept map[string]string) map[string]string {
	f := goalForm{current: okr.Goal{ID: editing}, version: version, values: values{}}
	f.fill(press{data: data}, now, kept)
	return f.values
}

// MergeValues merges what two people made of a form.
func MergeValues(opened, mine, now map[string]string) (merged map[string]string, conflicts []string) {
	return mergeValues(opened, mine, now)
}

// SplitFilters parts the words after `okrs` from the filters.
var SplitFilters = splitFilters

// SplitPeople parts a list of names.
var SplitPeople = splitPeople

// Named lists the people whom a text means.
var Named = named

// PhasesInput reads phased targets, a line each.
var PhasesInput = phasesInput

// Picker is the people picker of the client that sent an activity.
func Picker(a teams.Activity) string { return (&turn{activity: a}).picker() }
