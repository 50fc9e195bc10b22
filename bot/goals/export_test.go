package goals

import (
	"context"

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

// ReadBack gives a goal as the form reads it that was opened at current and then
// filled in with what edited has.
func ReadBack(ctx context.Context, settings okr.Settings, current, edited okr.Goal) (okr.Goal, error) {
	t := &chat.Turn{Actor: okr.Actor{Person: current.Owner}, Settings: settings}
	f := goalForm{kind: current.Kind, current: current, people: current.People(), base: goalValues(t, current), values: goalValues(t, edited)}
	return New(&chat.Chat{}, Options{}).typedGoal(ctx, t, f)
}

// Readings gives the ways in which words behind `okrs` can be meant.
func Readings(t *chat.Turn, text string) []map[string]string {
	words, filters := splitFilters(text)
	return readings(t, words, filters)
}
