package cards

import (
	"time"

	"okrbot/okr"
)

// Notice is what an owner needs to know of something that fails.
type Notice struct {
	Connection okr.Connection
	Others     []okr.Connection // that fail for the same cause
	Goals      []okr.Goal
	Count      int // of all, also those that are not named
	Problem    string
	Since      time.Time
	Buttons    []Button
	Emptied    bool // nothing fails: a query finds nothing now
	Ends       bool // nothing fails yet: what the application of the connections shows ends soon
	Missed     bool // nothing fails: chosen work items no longer count
}

// OwnerNotice notifies an owner of what fails, since when and what to do.
func OwnerNotice(p Place, n Notice) Card {
	title := "A connection needs you"
	names := connectionNames(append([]okr.Connection{n.Connection}, n.Others...))
	if n.Connection.ID == "" {
		title, names = "An OKR needs you", nil
	}
	if n.Emptied {
		title, names = "A query has no results", nil
	}
	style, color := "attention", attention
	switch {
	case n.Ends:
		title, style, color = "An application expires soon", "warning", warning
	case n.Missed:
		title, names = "Chosen work items no longer count", nil
	}
	items := append([]element{text(mdf("▲ %s", title)).with(bolder, color)}, names...)
	items = append(items, text(mdn(maxMessage, "%s", n.Problem)))
	if !n.Since.IsZero() {
		items = append(items, note("Since "+p.when(n.Since)))
	}
	body := []element{box(style, items...)}
	if total := max(n.Count, len(n.Goals)); total > 0 {
		if n.Emptied || n.Missed {
			body = append(body, section(measuredBy(n)))
		} else {
			body = append(body, section(md("Not updated: "+count(total, "OKR"))), note("They keep their last values, marked stale."))
		}
		shown := rowsWithin(len(n.Goals), PageSize, maxListBytes/2, func(i int) element {
			return bullet(mdf("%s %s", n.Goals[i].ID, n.Goals[i].Title))
		})
		body = append(body, shown...)
		body = append(body, more(total-len(shown), "OKR")...)
	}
	return newCard(title+": "+n.Problem, body, buttonActions(n.Buttons)...)
}

// measuredBy heads the goals of a notice of which nothing fails.
func measuredBy(n Notice) md {
	if n.Missed {
		return "OKRs measured by them"
	}
	return "OKRs measured by it"
}

// connectionNames names connections and where they lead, the first few of many.
func connectionNames(list []okr.Connection) []element {
	const most = 5
	var names []element
	for _, c := range list[:min(len(list), most)] {
		names = append(names, bold(mdn(okr.MaxName, "%s (%s / %s)", c.Name, c.Organization, c.Project.Name)))
	}
	return append(names, more(len(list)-len(names), "connection")...)
}
