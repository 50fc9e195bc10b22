package measure

import (
	"cmp"
	"fmt"

	"okrbot/okr"
)

// noteEmptied tells the owners of goals whose query found something before and
// finds nothing now: all may be done, or the query may have lost what it looks for.
// Whoever could not be told is told after the next sync.
func (y *syncing) noteEmptied(rows []okr.SyncRow) {
	for _, row := range rows {
		g := row.Goal
		if g.Binding.Emptied == "" {
			continue
		}
		owner := g.Owner
		if owner.ID == "" {
			owner = g.Binding.BoundBy
		}
		health := okr.Health{State: okr.HealthOK, Problem: g.Binding.Emptied}
		n := notice(owner, y.Connections[g.Binding.Connection], []okr.Goal{g}, health)
		n.Emptied, n.Binds = true, g.ID
		y.report.Notices = append(y.report.Notices, n)
	}
}

// markEmptied notes on a goal that its query finds nothing any more, until that is told
// or the query finds something again.
func markEmptied(g *okr.Goal, run okr.Run, row okr.SyncRow, c okr.Connection) {
	switch {
	case len(run.Items)+run.Unreadable > 0:
		g.Binding.Emptied = ""
	case row.Found > 0:
		g.Binding.Emptied = emptiedWords(*g, row, c)
	}
}

// emptiedWords say what the query gave before, what counts now, and likely causes.
func emptiedWords(g okr.Goal, row okr.SyncRow, c okr.Connection) string {
	before := "No value before"
	if row.Before != nil {
		before = "Before: " + amount(g, *row.Before)
	}
	now := "there is no data now, because a percentage of nothing cannot be said"
	if v := g.Binding.Last.Value; v != nil {
		now = fmt.Sprintf("it counts %s now", amount(g, *v))
	}
	return fmt.Sprintf("The query “%s” found %s before and finds none now. %s; %s. "+
		"If all of them are done and left the query, this is right. Otherwise the query may name an area, iteration or tag that was renamed, or %s may have lost access to its work items.",
		g.Binding.Query.Name, items(row.Found), before, now, cmp.Or(c.Account, "the account of the connection"))
}

func items(n int) string {
	if n == 1 {
		return "1 work item"
	}
	return fmt.Sprintf("%d work items", n)
}

// amount is a value with the unit of the goal.
func amount(g okr.Goal, v float64) string {
	if g.Metric == nil {
		return okr.FormatNumber(v) + " %"
	}
	if g.Metric.Unit == "" {
		return okr.FormatNumber(v)
	}
	return okr.FormatNumber(v) + " " + g.Metric.Unit
}
