package cards

import (
	"fmt"

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

// changeText says what moved a value in numbers; empty when nothing did.
func changeText(c okr.Changes) md {
	part := func(sign md, n int, word md) md {
		if n == 0 {
			return ""
		}
		return sign + md(fmt.Sprint(n)) + " " + word
	}
	return joinMD(", ",
		part("", c.Completed.Count, "completed"), part("", c.Reopened.Count, "reopened"),
		part("+", c.Added.Count, "added"), part("−", c.Removed.Count, "no longer in the query"),
		part("", c.Revalued.Count, "with another value"))
}

// scopeText names a scope that grew or shrank, so that a fall or a rise without
// work is understood.
func scopeText(c okr.Changes, b *okr.Binding) md {
	if b != nil && b.Field != nil {
		return sumScopeText(c.Scope, b.Field.Name)
	}
	switch n := c.Added.Count - c.Removed.Count; {
	case n > 0:
		return md(fmt.Sprintf("The scope grew by %s.", count(n, "work item")))
	case n < 0:
		return md(fmt.Sprintf("The scope shrank by %s.", count(-n, "work item")))
	}
	return ""
}

func sumScopeText(by float64, field string) md {
	switch {
	case by > 0:
		return mdf("The scope grew by %s %s.", okr.FormatNumber(by), field)
	case by < 0:
		return mdf("The scope shrank by %s %s.", okr.FormatNumber(-by), field)
	}
	return ""
}

// changeItems names the first items of each sort of change. Of what is long ago there
// are numbers only.
func changeItems(c okr.Changes, most int) []element {
	var out []element
	add := func(word md, l okr.ItemList) {
		if len(l.First) == 0 {
			return
		}
		line := word + ": "
		shown := min(len(l.First), most)
		for i, ref := range l.First[:shown] {
			if i > 0 {
				line += ", "
			}
			line += itemLink(ref)
		}
		if l.Count > shown {
			line += md(fmt.Sprintf(" and %d more", l.Count-shown))
		}
		out = append(out, note(line))
	}
	add("✓ Completed", c.Completed)
	add("↺ Reopened", c.Reopened)
	add(gap+"+ Added", c.Added)
	add("− No longer in the query", c.Removed)
	add("± Another value", c.Revalued)
	return out
}

func itemLink(ref okr.WorkItemRef) md {
	return link(fmt.Sprintf("%d %s", ref.ID, okr.Shorten(okr.CleanLine(ref.Title), 40)), ref.URL, maxRow)
}
