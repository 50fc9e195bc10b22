package cards

import (
	"fmt"
	"slices"
	"strings"

	"okrbot/okr"
)

// measured says what the value rests on: numerator and denominator.
func measured(m okr.Measurement) md {
	switch {
	case m.Total == 0:
		return "no work items to count"
	case m.Sum != nil:
		return mdf("%s of %s %s completed", okr.FormatNumber(m.Sum.Completed), okr.FormatNumber(m.Sum.Total), m.Sum.Field) +
			md(fmt.Sprintf(" (%d of %s)", m.Completed, count(m.Total, "work item")))
	default:
		return md(fmt.Sprintf("%d of %s completed", m.Completed, count(m.Total, "work item")))
	}
}

// leftOut names what does not count and why; empty when everything does.
func leftOut(m okr.Measurement, itemType string) md {
	others := md("of other types")
	if itemType != "" {
		others = mdf("of another type than %s", itemType)
	}
	part := func(n int, why md) md {
		if n == 0 {
			return ""
		}
		return md(fmt.Sprint(n)) + " " + why
	}
	return joinMD(", ",
		part(m.Size.Parents, "that count through the items below them"),
		part(m.Removed, "removed (state category Removed)"),
		part(m.OtherTypes, others),
		part(m.Unreadable, "that the account may not read"),
	)
}

// matches is what the query found, where that is more than what counts: the sum of what
// is counted and left out.
func matches(m okr.Measurement) md {
	if m.Found() == m.Total {
		return ""
	}
	return md(count(m.Found(), "work item"))
}

// unclear says what counts although its state or its value is not known.
func unclear(m okr.Measurement) md {
	var state, value md
	if m.Unknown > 0 {
		state = md(fmt.Sprintf("%s with a state that Azure DevOps does not list: counted as not completed", count(m.Unknown, "work item")))
	}
	if m.Sum != nil && m.Sum.Without > 0 {
		value = md(count(m.Sum.Without, "work item")) + mdf(" without a value for %s: counted as 0", m.Sum.Field)
	}
	return joinMD("; ", state, value)
}

func counted(itemType string) md {
	if itemType == "" {
		return "all work item types"
	}
	return mdf("%s only", itemType)
}

func measurementFacts(p Place, m okr.Measurement, itemType string) []fact {
	return []fact{
		{"Matches", matches(m)},
		{"Counted", measured(m)},
		{"Left out", leftOut(m, itemType)},
		{"Unclear", unclear(m)},
		{"Types", counted(itemType)},
		{"Measured", p.when(m.At)},
		{"Access of", mdf("%s", m.Account)},
		{"Connection", mdf("%s", m.Connection)},
	}
}

// causeWords name what moved a value besides work, in a list.
func causeWords() map[okr.Cause]md {
	return map[okr.Cause]md{
		okr.CauseQuery: "another query", okr.CauseMeasure: "measured another way", okr.CauseAccount: "another account",
		okr.CauseConnection: "another connection", okr.CauseOverride: "override", okr.CauseResumed: "override ended",
	}
}

// causeText names what moved a value besides work; empty when nothing did.
func causeText(causes []okr.Cause) md {
	var out []md
	for _, c := range causes {
		out = append(out, causeWords()[c])
	}
	return joinMD(", ", out...)
}

// causeNotes say in sentences what the last measurement cannot be compared with.
func causeNotes(v GoalView) []element {
	m := v.Goal.LastMeasurement()
	if m == nil {
		return nil
	}
	var out []element
	for _, c := range m.Changes.Causes {
		out = append(out, text(causeSentence(v, c)).near())
	}
	return out
}

func causeSentence(v GoalView, c okr.Cause) md {
	b := v.Goal.Binding
	switch c {
	case okr.CauseQuery:
		return mdf("Another query is measured now: %s. Work items of the former one are not compared.", okr.Shorten(b.Query.Name, maxRow))
	case okr.CauseMeasure:
		if slices.Contains(b.Last.Changes.Causes, okr.CauseQuery) {
			return "It is measured another way, too."
		}
		return "It is measured another way now, so work items are not compared."
	case okr.CauseAccount:
		return mdf("Another account reads the query now: %s. It may see more or fewer work items.", b.Last.Account)
	case okr.CauseConnection:
		return mdf("It is measured through another connection now: %s.", connectionName(v))
	case okr.CauseResumed:
		return "The override ended. The automatic value is shown again."
	case okr.CauseOverride:
		return "A person set the value."
	}
	return ""
}

// sortOfChange is one sort of change to work items: its list, how it is counted in a
// line, and how its items are headed.
type sortOfChange struct {
	list              okr.ItemList
	sign, words, head md
}

func sortsOf(c okr.Changes) []sortOfChange {
	return []sortOfChange{
		{c.Completed, "", "completed", "✓ Completed"},
		{c.Cleared, "", "completed in a state that is known now", "✓ Completed in a state that is known now"},
		{c.Reopened, "", "reopened", "↺ Reopened"},
		{c.Unclear, "", "in an unknown state now", "? In an unknown state now"},
		{c.Added, "+", "added", gap + "+ Added"},
		{c.Back, "+", "that did not count before", gap + "+ Did not count before"},
		{c.Removed, "−", "no longer in the query", "− No longer in the query"},
		{c.Discarded, "−", "set to Removed", "− Set to Removed"},
		{c.Retyped, "−", "of another type now", "− Of another type now"},
		{c.Hidden, "−", "that the account can no longer read", "− The account can no longer read"},
		{c.Revalued, "", "with another value", "± Another value"},
	}
}

// changeText says what moved a value in numbers; empty when nothing did.
func changeText(c okr.Changes) md {
	out := []md{causeText(c.Causes)}
	for _, s := range sortsOf(c) {
		if n := s.list.Count; n > 0 {
			out = append(out, s.sign+md(fmt.Sprint(n))+" "+s.words)
		}
	}
	return joinMD(", ", out...)
}

// scopeText names a scope that grew or shrank, so that a fall or a rise without
// work is understood.
func scopeText(c okr.Changes, b *okr.Binding) md {
	if b != nil && b.Field != nil {
		return sumScopeText(c.Scope, b.Field.Name)
	}
	n := c.Added.Count + c.Back.Count - c.Removed.Count - c.Discarded.Count - c.Retyped.Count - c.Hidden.Count
	switch {
	case n > 0:
		return md(fmt.Sprintf("%s added to scope", count(n, "work item")))
	case n < 0:
		return md(fmt.Sprintf("%s removed from scope", count(-n, "work item")))
	}
	return ""
}

func sumScopeText(by float64, field string) md {
	switch {
	case by > 0:
		return mdf("%s %s added to scope", okr.FormatNumber(by), field)
	case by < 0:
		return mdf("%s %s removed from scope", okr.FormatNumber(-by), field)
	}
	return ""
}

// changeItems names the first items of each sort of change. Of what is long ago there
// are numbers only.
func changeItems(c okr.Changes, most int) []element {
	var out []element
	for _, s := range sortsOf(c) {
		if len(s.list.First) == 0 {
			continue
		}
		line := s.head + ": "
		shown := min(len(s.list.First), most)
		for i, ref := range s.list.First[:shown] {
			if i > 0 {
				line += ", "
			}
			line += itemLink(ref)
		}
		if s.list.Count > shown {
			line += md(fmt.Sprintf(" and %d more", s.list.Count-shown))
		}
		out = append(out, note(line))
	}
	return out
}

// itemLink is a work item with its number; a task of a checklist has none.
func itemLink(ref okr.WorkItemRef) md {
	if ref.ID == 0 {
		return mdn(40, "%s", ref.Title)
	}
	return link(strings.TrimSpace(fmt.Sprintf("%d %s", ref.ID, okr.Shorten(okr.CleanLine(ref.Title), 40))), ref.URL, maxRow)
}
