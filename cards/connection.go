package cards

import (
	"fmt"

	"okrbot/okr"
)

// The verbs of a connection and of the list of them, with the data that comes
// along.
const (
	VerbConnections      = "connection.list"       // offset
	VerbConnection       = "connection.show"       // connection
	VerbConnectionEdit   = "connection.edit"       // connection
	VerbConnectionSignIn = "connection.signin"     // connection: sign in again
	VerbConnectionShare  = "connection.share"      // connection, shared
	VerbConnectionAskDel = "connection.delete.ask" // connection
	VerbConnectionDelete = "connection.delete"     // connection
)

// KeyShared says whether everyone may use a connection: "true" or "false".
const KeyShared = "shared"

// ConnectionView is a connection as a list or its own card shows it.
type ConnectionView struct {
	Connection okr.Connection
	Bound      []okr.Goal // what is measured through it; may be cut
	BoundCount int
	IsOwner    bool
	MayDelete  bool
	MayTake    bool   // the viewer may take it over
	Others     int    // how much others have bound through it, which stops when it is private
	WebURL     string // of the Azure DevOps project
}

// Connection shows one connection with everything that is known of it.
func Connection(p Place, v ConnectionView) Card {
	c := v.Connection
	body := []element{
		columns(col(stretch, heading(mdn(okr.MaxName, "%s", c.Name))), col(auto, healthBlock(c.Health)).middle()),
		facts(
			fact{"Id", mdf("%s", c.ID)}, fact{"Organization", mdf("%s", c.Organization)},
			fact{"Project", link(c.Project.Name, v.WebURL, maxRow)}, fact{"Owner", mdf("%s", c.Owner.Name)},
			fact{"Account", mdf("%s", c.Account)}, fact{"May be used by", sharing(c)},
			fact{"Last sync that worked", p.when(c.Health.LastOK)}, fact{"Offered", offered(c)}, fact{"Created", p.at(c.CreatedAt)},
		),
	}
	if c.Health.Failing() {
		body = append(body, trouble(p, c.Health))
	}
	body = append(body, boundTo(v)...)
	return newCard(fmt.Sprintf("Connection %s: %s", c.Name, healthText(c.Health)), body, connectionActions(v)...)
}

func sharing(c okr.Connection) md {
	if c.Shared {
		return "Everyone here, with the owner's access"
	}
	return "Its owner only"
}

// trouble says what fails since when.
func trouble(p Place, h okr.Health) container {
	items := []element{healthBlock(h)}
	if h.Problem != "" {
		items = append(items, text(mdn(maxMessage, "%s", h.Problem)))
	}
	if !h.Since.IsZero() {
		items = append(items, note("Since "+p.when(h.Since)))
	}
	style := "attention"
	if healthColor(h) == warning {
		style = "warning"
	}
	return box(style, items...)
}

func boundTo(v ConnectionView) []element {
	total := max(v.BoundCount, len(v.Bound))
	if total == 0 {
		return []element{text("Nothing is bound through it yet.")}
	}
	out := rowsWithin(len(v.Bound), 10, maxListBytes/2, func(i int) element {
		g := v.Bound[i]
		return bullet(mdf("%s %s", g.ID, g.Title))
	})
	shown := len(out)
	out = append([]element{section(md(fmt.Sprintf("Measured through it: %d", total)))}, out...)
	return append(out, more(total-shown, "bound OKR")...)
}

// connectionActions are few enough for a row; the rest stands in the overflow menu.
func connectionActions(v ConnectionView) []action {
	id := string(v.Connection.ID)
	out := takeOverActions(v)
	if v.IsOwner {
		again := run("Sign in again", VerbConnectionSignIn, KeyConnection, id)
		if v.Connection.Health.State == okr.HealthNeedsSignIn {
			again = again.positive()
		}
		out = append(out, again, run("Edit", VerbConnectionEdit, KeyConnection, id))
	}
	if v.IsOwner || v.MayDelete {
		if v.Connection.Offer == nil {
			out = append(out, run("Hand over", VerbHandOverAsk, KeyConnection, id))
		}
		if max(v.BoundCount, len(v.Bound)) > 0 {
			out = append(out, run("Move OKRs", VerbMoveAsk, KeyConnection, id))
		}
	}
	if v.IsOwner && v.Connection.Shared {
		title := "Stop sharing"
		if v.Others > 0 {
			title = fmt.Sprintf("Stop sharing (%d of others stop)", v.Others)
		}
		out = append(out, run(title, VerbConnectionShare, KeyConnection, id, KeyShared, "false").secondary())
	} else if v.IsOwner {
		out = append(out, run("Share", VerbConnectionShare, KeyConnection, id, KeyShared, "true").secondary())
	}
	if v.IsOwner || v.MayDelete {
		out = append(out, run("Delete", VerbConnectionAskDel, KeyConnection, id).destructive().secondary())
	}
	if project, ok := open("Open project", v.WebURL); ok {
		out = append(out, project.secondary())
	}
	return append(out, run("Connections", VerbConnections).secondary())
}

// takeOverActions are what an offer, or a connection that an admin may take over,
// asks for.
func takeOverActions(v ConnectionView) []action {
	id := string(v.Connection.ID)
	var out []action
	if v.MayTake {
		out = append(out, run("Take over", VerbTakeOverAsk, KeyConnection, id).positive())
	}
	if v.Connection.Offer == nil {
		return out
	}
	if v.IsOwner {
		return append(out, run("Take the offer back", VerbHandOverDrop, KeyConnection, id))
	}
	if v.MayTake {
		out = append(out, run("Decline", VerbHandOverDrop, KeyConnection, id))
	}
	return out
}

func offered(c okr.Connection) md {
	if c.Offer == nil {
		return ""
	}
	return mdf("to %s", c.Offer.To.Name)
}

// ConnectionList is a page of Total connections from Offset on.
type ConnectionList struct {
	Views         []ConnectionView
	Total, Offset int
	Shared        bool // others read along, so that the private ones are not among them
}

// notListed says where the private connections are.
const notListed = "Private ones are not listed here, where others can read along. Send connections to see yours: only you see the answer."

// Connections lists connections, the viewer's own before the shared ones.
func Connections(p Place, l ConnectionList) Card {
	views, total, offset := l.Views, l.Total, l.Offset
	if len(views) == 0 && l.Shared {
		return newCard("No shared connections", []element{
			heading("No shared connections"),
			text("No connection is shared with everyone yet. " + notListed),
		}, run("Connect", VerbConnect).positive(), run("Help", VerbHelp))
	}
	if len(views) == 0 {
		return newCard("No connections yet", []element{
			heading("No connections yet"),
			text("A connection leads to one Azure DevOps project with your own sign-in. Key results and projects are bound through it."),
		}, run("Connect", VerbConnect).positive(), run("Help", VerbHelp))
	}
	total = max(total, offset+len(views))
	shown := rows(len(views), func(i int) element { return connectionRow(p, views, i) })
	hint := "Choose a row to see all of it. " + rangeText(total, offset, len(shown))
	if l.Shared {
		hint += " " + notListed
	}
	body := []element{heading("Connections"), note(hint)}
	body = append(body, shown...)
	actions := append([]action{run("New connection", VerbConnect).positive()}, pages(VerbConnections, total, offset, len(shown))...)
	return newCard("Connections: "+fmt.Sprint(total), body, actions...)
}

// connectionRow stands below a title where its group begins.
func connectionRow(p Place, views []ConnectionView, i int) element {
	v := views[i]
	row := healthRow(p, v)
	if i > 0 && connectionGroup(views[i-1]) == connectionGroup(v) {
		return row
	}
	return box("", section(connectionGroup(v)), row)
}

func connectionGroup(v ConnectionView) md {
	switch {
	case v.IsOwner:
		return "Your own"
	case v.Connection.Shared:
		return "Shared with you"
	default:
		return "Of others"
	}
}

// healthRow is a connection on two lines or, where it fails, with what is wrong.
func healthRow(p Place, v ConnectionView) element {
	c := v.Connection
	detail := joinMD(" · ", mdf("%s", c.ID), mdf("%s / %s", c.Organization, c.Project.Name), ownership(v), usage(v))
	left := col(stretch, bold(mdf("%s", c.Name)), note(detail))
	right := col(auto, healthBlock(c.Health).right())
	switch {
	case c.Health.Failing() && !c.Health.Since.IsZero():
		right.Items = append(right.Items, note("since "+p.at(c.Health.Since)).right())
	case !c.Health.Failing() && !c.Health.LastOK.IsZero():
		right.Items = append(right.Items, note(md(ago(p.Now.Sub(c.Health.LastOK)))).right())
	}
	if c.Health.Failing() {
		left.Items = append(left.Items, note(mdn(maxLong, "%s", c.Health.Problem)))
		if !c.Health.LastOK.IsZero() {
			left.Items = append(left.Items, note("Last worked "+p.when(c.Health.LastOK)))
		}
	}
	return columns(left, right).separated().opens(run("Show "+string(c.ID), VerbConnection, KeyConnection, string(c.ID)))
}

func ownership(v ConnectionView) md {
	switch {
	case v.IsOwner && v.Connection.Shared:
		return "shared by you"
	case v.IsOwner:
		return "only you"
	case v.Connection.Shared:
		return mdf("shared by %s", v.Connection.Owner.Name)
	default:
		return mdf("of %s", v.Connection.Owner.Name)
	}
}

func usage(v ConnectionView) md {
	n := max(v.BoundCount, len(v.Bound))
	if n == 0 {
		return "nothing bound"
	}
	return md(count(n, "bound OKR"))
}

// ConfirmDeleteConnection asks before a connection is deleted.
func ConfirmDeleteConnection(v ConnectionView) Card {
	title := "Delete the connection " + v.Connection.Name + "?"
	body := []element{heading(mdn(maxLong, "%s", title))}
	if n := max(v.BoundCount, len(v.Bound)); n > 0 {
		body = append(body, box("warning", text(md(fmt.Sprintf("%s will no longer be measured. The last values stay and are marked stale until each is bound again.", count(n, "bound OKR"))))))
		body = append(body, boundTo(v)...)
	} else {
		body = append(body, text("Nothing is bound through it."))
	}
	id := string(v.Connection.ID)
	return newCard(title, body, run("Delete", VerbConnectionDelete, KeyConnection, id).destructive(), run("Keep it", VerbConnection, KeyConnection, id))
}
