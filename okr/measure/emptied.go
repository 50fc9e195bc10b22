package measure

import (
	"cmp"
	"fmt"
	"strings"

	"okrbot/okr"
)

// noteEmptied tells the owners of goals whose query found something before and
// finds nothing now: all may be done, or the query may have lost what it looks for.
// Whoever could not be told is told after the next sync.
func (y *syncing) noteEmptied(rows []okr.SyncRow) {
	for _, row := range rows {
		if row.Goal.Binding.Emptied != "" {
			n := y.ownerNotice(row.Goal, row.Goal.Binding.Emptied)
			n.Emptied = true
			y.report.Notices = append(y.report.Notices, n)
		}
	}
}

// noteMissed tells the owners of goals of which chosen work items do not count any more.
func (y *syncing) noteMissed(rows []okr.SyncRow) {
	for _, row := range rows {
		if row.Goal.Binding.Missed != "" {
			n := y.ownerNotice(row.Goal, row.Goal.Binding.Missed)
			n.Missed = true
			y.report.Notices = append(y.report.Notices, n)
		}
	}
}

// ownerNotice tells the owner of a goal something of what measures it.
func (y *syncing) ownerNotice(g okr.Goal, what string) okr.Notice {
	owner := g.Owner
	if owner.ID == "" {
		owner = g.Binding.BoundBy
	}
	n := notice(owner, y.Connections[g.Binding.Connection], []okr.Goal{g}, okr.Health{State: okr.HealthOK, Problem: what})
	n.Binds, n.Chosen = g.ID, g.Binding.Query.Chosen != nil
	return n
}

// markEmptied notes on a goal that its query finds nothing any more, until that is told
// or the query finds something again.
func markEmptied(g *okr.Goal, run okr.Run, row okr.SyncRow, c okr.Connection) {
	switch {
	case len(run.Items)+run.Unreadable > 0, run.Query.Chosen != nil: // what was chosen is told by name
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
	now := "no data now, because there is nothing to take a percentage of"
	if v := g.Binding.Last.Value; v != nil {
		now = fmt.Sprintf("now: %s", amount(g, *v))
	}
	return fmt.Sprintf("The query “%s” found %s before, and none now. %s; %s. "+
		"If they are all done, this is right. If not, an area, iteration or tag in the query may have been renamed, or %s may have lost access.",
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
	if g.Metric == nil || g.Metric.Unit == "%" {
		return okr.FormatNumber(v) + "%"
	}
	if g.Metric.Unit == "" {
		return okr.FormatNumber(v)
	}
	return okr.FormatNumber(v) + " " + g.Metric.Unit
}

// markMissed notes on a goal that chosen work items do not count any more, until that is
// told or all of them count again. What did not count when they were chosen is known.
func markMissed(g *okr.Goal, run okr.Run, before *okr.Snapshot) {
	switch b := g.Binding; {
	case len(run.Lost) == 0:
		b.Missed = ""
	case b.Missed != "" || run.NewlyLost(before):
		b.Missed = missedWords(*g, run)
	}
}

// missedWords name what does not count, and what to do.
func missedWords(g okr.Goal, run okr.Run) string {
	var named []string
	for _, l := range run.Lost[:min(len(run.Lost), okr.MaxNamed)] {
		named = append(named, l.Called()+" "+l.Words())
	}
	if n := len(run.Lost) - len(named); n > 0 {
		named = append(named, fmt.Sprintf("and %d more", n))
	}
	rest := "The others still count."
	if g.Binding.Last.Total == 0 {
		rest = "None are left to count, so there's no data."
	}
	count, back := "count", "move them back"
	if len(run.Lost) == 1 {
		count, back = "counts", "move it back"
	}
	return fmt.Sprintf("%s of the %d chosen for %s no longer %s: %s. %s Restore or %s in Azure DevOps, or choose other work items.",
		items(len(run.Lost)), len(run.Query.Chosen.IDs), g.ID, count, strings.Join(named, "; "), rest, back)
}
