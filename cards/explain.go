package cards

import (
	"fmt"
	"slices"
	"strings"

	"okrbot/okr"
)

// measured says what the value rests on: numerator and denominator.
func measured(p Place, m okr.Measurement) md {
	switch {
	case m.Total == 0:
		return "no work items to count"
	case m.Sum != nil:
		return mdf("%s of %s %s completed", p.number(m.Sum.Completed), p.number(m.Sum.Total), m.Sum.Field) +
			md(fmt.Sprintf(" (%d of %s)", m.Completed, count(m.Total, "work item")))
	default:
		return md(fmt.Sprintf("%d of %s completed", m.Completed, count(m.Total, "work item")))
	}
}

// leftOut names what does not count and why; empty when everything does.
func leftOut(m okr.Measurement, itemType string) md {
	others := md("of other types")
	if itemType != "" {
		others = mdf("of other types than %s", itemType)
	}
	part := func(n int, why md) md {
		if n == 0 {
			return ""
		}
		return md(fmt.Sprint(n)) + " " + why
	}
	return joinMD(", ",
		part(m.Size.Parents, "parents (counted through their items)"),
		part(m.Removed, "in a Removed state"),
		part(m.OtherTypes, others),
		part(m.Unreadable, "the account can't read"),
		part(m.Lost.Count, "chosen, but moved, deleted or hidden"),
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

// unclear says what counts although Azure DevOps does not list its state.
func unclear(m okr.Measurement) md {
	if m.Unknown == 0 {
		return ""
	}
	return md(count(m.Unknown, "work item") + " (counted as not completed)")
}

// missing says what counts as 0, as it has no value to add up.
func missing(m okr.Measurement) md {
	switch {
	case m.Sum == nil || m.Sum.Without == 0:
		return ""
	case m.Sum.Without == 1:
		return mdf("1 work item has no %s (counted as 0)", m.Sum.Field)
	}
	return mdf("%d work items have no %s (counted as 0)", m.Sum.Without, m.Sum.Field)
}

func counted(itemType string) md {
	if itemType == "" {
		return "All"
	}
	return mdf("%s", itemType)
}

func measurementFacts(p Place, m okr.Measurement, itemType string) []fact {
	return []fact{
		{"Matches", matches(m)},
		{"Counted", measured(p, m)},
		{"Excluded", leftOut(m, itemType)},
		{"Missing", missing(m)},
		{"Unknown state", unclear(m)},
		{"Work item type", counted(itemType)},
		{"Updated", p.when(m.At)},
		{"Account", mdf("%s", m.Account)},
		{"Connection", mdf("%s", m.Connection)},
	}
}

// causeWords name what moved a value besides work, in a list.
func causeWords() map[okr.Cause]md {
	return map[okr.Cause]md{
		okr.CauseQuery: "query changed", okr.CauseChoice: "other work items chosen", okr.CauseMeasure: "measured differently", okr.CauseAccount: "account changed",
		okr.CauseConnection: "connection changed", okr.CauseOverride: "override", okr.CauseResumed: "override ended",
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
		return mdf("The query changed to %s. Its work items can't be compared with earlier ones.", okr.Shorten(b.Query.Name, maxRow))
	case okr.CauseChoice:
		return mdf("Other work items are chosen: %s. They can't be compared with earlier ones.", okr.Shorten(b.Query.Name, maxRow))
	case okr.CauseMeasure:
		if causes := b.Last.Changes.Causes; slices.Contains(causes, okr.CauseQuery) || slices.Contains(causes, okr.CauseChoice) {
			return "It's also measured differently."
		}
		return "It's measured differently now, so work items can't be compared."
	case okr.CauseAccount:
		return mdf("Another account reads the %s: %s. It may see more or fewer work items.", sourceNoun(b.Query), b.Last.Account)
	case okr.CauseConnection:
		return mdf("It's measured through another connection: %s.", connectionName(v))
	case okr.CauseResumed:
		return "The override ended. The automatic value is back."
	case okr.CauseOverride:
		return "The value was set manually."
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
		{c.Cleared, "", "completed (state now known)", "✓ Completed (state now known)"},
		{c.Reopened, "", "reopened", "↺ Reopened"},
		{c.Unclear, "", "in an unknown state", "? In an unknown state"},
		{c.Added, "+", "added to scope", gap + "+ Added"},
		{c.Back, "+", "newly counted", gap + "+ Newly counted"},
		{c.Removed, "−", "not included now", "− Not included now"},
		{c.Discarded, "−", "set to Removed", "− Set to Removed"},
		{c.Retyped, "−", "changed to another type", "− Changed to another type"},
		{c.Lost, "−", "moved, deleted or hidden", "− Moved, deleted or hidden"},
		{c.Hidden, "−", "the account can't read now", "− The account can't read now"},
		{c.Revalued, "", "with a new value", "± New value"},
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

// changesLine is changeText with the scope that it changed, where that is not one of its
// numbers.
func changesLine(p Place, c okr.Changes, b *okr.Binding) md {
	grown := 0
	for _, list := range []okr.ItemList{c.Added, c.Back, c.Removed, c.Discarded, c.Retyped, c.Hidden, c.Lost} {
		grown += min(1, list.Count)
	}
	if isCounted := b == nil || b.Field == nil; isCounted && grown == 1 {
		return changeText(c)
	}
	return joinMD(" · ", changeText(c), scopeText(p, c, b))
}

// scopeText names a scope that grew or shrank, so that a fall or a rise without
// work is understood.
func scopeText(p Place, c okr.Changes, b *okr.Binding) md {
	if b != nil && b.Field != nil {
		return sumScopeText(p, c.Scope, b.Field.Name)
	}
	n := c.Added.Count + c.Back.Count - c.Removed.Count - c.Discarded.Count - c.Retyped.Count - c.Hidden.Count - c.Lost.Count
	switch {
	case n > 0:
		return md(fmt.Sprintf("%s added to scope", count(n, "work item")))
	case n < 0:
		return md(fmt.Sprintf("%s removed from scope", count(-n, "work item")))
	}
	return ""
}

func sumScopeText(p Place, by float64, field string) md {
	switch {
	case by > 0:
		return mdf("%s %s added to scope", p.number(by), field)
	case by < 0:
		return mdf("%s %s removed from scope", p.number(-by), field)
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
