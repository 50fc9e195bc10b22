package goals

import (
	"okrbot/bot/chat"
	"okrbot/okr"
)

// FillGoalForm gives what stands in a form after a press with data on a goal with
// the values now, of which the server kept some.
func FillGoalForm(editing okr.GoalID, version int, data, now, kept map[string]string) map[string]string {
	f := goalForm{current: okr.Goal{ID: editing}, version: version}
	return chat.Press{Data: data}.Filled(goalFields(), kept, now, f.clears)
}

// SplitFilters parts the words after `okrs` from the filters.
var SplitFilters = splitFilters

// PhasesInput reads phased targets, a line each.
var PhasesInput = phasesInput

// Readings gives the ways in which words behind `okrs` can be meant.
func Readings(t *chat.Turn, text string) []map[string]string {
	words, filters := splitFilters(text)
	return readings(t, words, filters)
}
