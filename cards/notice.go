package cards

import (
	"fmt"
	"time"

	"okrbot/okr"
)

// Notice tells an owner what fails and what to do.
type Notice struct {
	Connection okr.Connection
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
	name := mdn(okr.MaxName, "%s (%s / %s)", n.Connection.Name, n.Connection.Organization, n.Connection.Project.Name)
	if n.Connection.ID == "" {
		title, name = "An OKR needs you", ""
	}
	if n.Emptied {
		title, name = "A query finds nothing any more", ""
	}
	items := []element{text(mdf("▲ %s", title)).with(bolder, attention)}
	if name != "" {
		items = append(items, bold(name))
	}
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
