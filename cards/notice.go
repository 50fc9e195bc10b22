package cards

import (
	"fmt"
	"time"

	"okrbot/okr"
)

// Notice tells an owner what fails and what to do.
type Notice struct {
	Connection okr.Connection
	Others     []okr.Connection // that fail for the same cause
	Goals      []okr.Goal
	Count      int // of all, also those that are not named
	Problem    string
	Since      time.Time
	Buttons    []Button
	Emptied    bool // nothing fails: a query finds nothing any more
}

// OwnerNotice tells an owner what fails, since when and what to do.
func OwnerNotice(p Place, n Notice) Card {
	title := "A connection needs you"
	names := connectionNames(append([]okr.Connection{n.Connection}, n.Others...))
	if n.Connection.ID == "" {
		title, names = "An OKR needs you", nil
	}
	if n.Emptied {
		title, names = "A query finds nothing any more", nil
	}
	items := append([]element{text(mdf("▲ %s", title)).with(bolder, attention)}, names...)
	items = append(items, text(mdn(maxMessage, "%s", n.Problem)))
	if !n.Since.IsZero() {
		items = append(items, note("Since "+p.when(n.Since)))
	}
	body := []element{box("attention", items...)}
	if total := max(n.Count, len(n.Goals)); total > 0 {
		if n.Emptied {
			body = append(body, section("Measured by it"))
		} else {
			body = append(body, section(md(fmt.Sprintf("Not measured meanwhile: %d", total))), note("Their last values stay and are marked stale."))
		}
		shown := rowsWithin(len(n.Goals), PageSize, maxListBytes/2, func(i int) element {
			return bullet(mdf("%s %s", n.Goals[i].ID, n.Goals[i].Title))
		})
		body = append(body, shown...)
		body = append(body, more(total-len(shown), "OKR")...)
	}
	return newCard(title+": "+n.Problem, body, buttonActions(n.Buttons)...)
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
