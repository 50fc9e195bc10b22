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

// KeySyncing says that a sign-in has started the sync of what had stopped.
const KeySyncing = "syncing"

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
	MayEdit    bool   // it reads by an application, and the viewer is an admin
	MaySync    bool   // the viewer may have it read now
	Syncs      bool   // that has just been started
	Others     int    // how much others have bound through it, which stops when it is private
	WebURL     string // of the Azure DevOps project
}

// Connection shows one connection with everything that is known of it.
func Connection(p Place, v ConnectionView) Card {
	c := v.Connection
	body := []element{
		columns(col(stretch, heading(mdn(okr.MaxName, "%s", c.Name))), col(auto, healthOf(c)).middle()),
		facts(append(append([]fact{
			{"ID", mdf("%s", c.ID)},
			{"Organization", mdf("%s", c.Organization)},
			{"Azure DevOps project", link(c.Project.Name, v.WebURL, maxRow)},
		}, readBy(p, v)...), fact{"Last successful sync", p.when(c.Health.LastOK)}, fact{"Offered to", offered(c)}, fact{"Created", p.at(c.CreatedAt)})...),
	}
	if c.Application != nil {
		body = append(body, footer("People who can open an OKR bound through this connection see its work items, even without their own access. Private queries are never read."))
	}
	if c.Health.Failing() {
		body = append(body, trouble(p, healthOf(c), c.Health))
	}
	if v.Syncs {
		body = append(body, box("good", text("You're signed in. I'm refreshing the OKRs that use this connection.")))
	}
	body = append(body, boundTo(v)...)
	return newCard(fmt.Sprintf("Connection %s: %s", c.Name, string(healthOf(c).Text)), body, connectionActions(v)...)
}

// readBy says whose access a connection uses, and who may bind what through it.
func readBy(p Place, v ConnectionView) []fact {
	c, a := v.Connection, v.Connection.Application
	if a == nil {
		return []fact{{"Owner", mdf("%s", c.Owner.Name)}, {"Account", mdf("%s", c.Account)}, {"Sharing", sharing(v)}}
	}
	return []fact{
		{"Application", mdf("%s", a.Name)},
		{md(whatEnds(a.Kind)) + " expires", endsOn(p, a.Ends)},
		{"Sharing", "Everyone"},
		{"Queries", folderWords(c)},
	}
}

func sharing(v ConnectionView) md {
	switch {
	case v.Connection.Shared:
		return "Everyone, with the owner's access"
	case v.IsOwner:
		return "Only you"
	}
	return "Only the owner"
}

// trouble says what fails since when.
func trouble(p Place, head textBlock, h okr.Health) container {
	items := []element{head}
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
		return []element{text("No OKRs use this connection yet.")}
	}
	out := rowsWithin(len(v.Bound), 10, maxListBytes/2, func(i int) element {
		g := v.Bound[i]
		return bullet(mdf("%s %s", g.ID, g.Title))
	})
	shown := len(out)
	out = append([]element{section(md(fmt.Sprintf("OKRs that use it: %d", total)))}, out...)
	return append(out, more(total-shown, "OKR")...)
}

// connectionActions begin with what mends the connection, if it fails. What is rare is in the
// overflow menu.
func connectionActions(v ConnectionView) []action {
	id := string(v.Connection.ID)
	if v.Connection.Application != nil {
		return applicationActions(v)
	}
	out := takeOverActions(v)
	mend, mends := mendAction(v)
	if mends {
		out = append(out, mend.positive())
	}
	out = append(out, syncAction(v)...)
	if v.IsOwner {
		out = append(out, run("Edit", VerbConnectionEdit, KeyConnection, id))
	}
	if v.IsOwner || v.MayDelete {
		if v.Connection.Offer == nil {
			out = append(out, run("Hand over", VerbHandOverAsk, KeyConnection, id))
		}
		if max(v.BoundCount, len(v.Bound)) > 0 && mend.Verb != VerbMoveAsk {
			out = append(out, run("Move OKRs", VerbMoveAsk, KeyConnection, id))
		}
	}
	if v.IsOwner && mend.Verb != VerbConnectionSignIn {
		out = append(out, run("Sign in again", VerbConnectionSignIn, KeyConnection, id).secondary())
	}
	if v.IsOwner && v.Connection.Shared {
		title := "Stop sharing"
		if v.Others > 0 {
			title = fmt.Sprintf("Stop sharing (stops %s)", count(v.Others, "OKR"))
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

// syncAction reads all that is measured through a connection now, where that can help.
func syncAction(v ConnectionView) []action {
	if !v.MaySync || v.Syncs || max(v.BoundCount, len(v.Bound)) == 0 || v.Connection.Health.State == okr.HealthNeedsSignIn {
		return nil
	}
	return []action{run("Sync now", VerbSync, KeyConnection, string(v.Connection.ID))}
}

// mendAction is what ends the failure of a connection, where the viewer can end it.
func mendAction(v ConnectionView) (action, bool) {
	c, id := v.Connection, string(v.Connection.ID)
	switch state := c.Health.State; {
	case c.Application != nil:
		renews := v.MayEdit && state == okr.HealthNeedsSignIn && !c.Application.Removed
		return run("Renew application", VerbApplicationRenew, KeyApplication, string(c.Credential)), renews
	case !v.IsOwner:
		return &actionBody{}, false
	case state == okr.HealthNeedsSignIn, state == okr.HealthNoAccess:
		return run("Sign in again", VerbConnectionSignIn, KeyConnection, id), true
	case (state == okr.HealthPolicy || state == okr.HealthProjectGone) && max(v.BoundCount, len(v.Bound)) > 0:
		return run("Move OKRs", VerbMoveAsk, KeyConnection, id), true
	}
	return &actionBody{}, false
}

// applicationActions are those of a connection that reads by an application, which any
// admin sees to.
func applicationActions(v ConnectionView) []action {
	id := string(v.Connection.ID)
	var out []action
	isRemoved := v.Connection.Application.Removed
	if v.MayEdit && isRemoved {
		out = append(out, run("Take over", VerbTakeOverAsk, KeyConnection, id).positive())
	} else if v.MayEdit {
		mend, mends := mendAction(v)
		if mends {
			out = append(out, mend.positive())
		}
		out = append(out, syncAction(v)...)
		out = append(out, run("Edit", VerbConnectionEdit, KeyConnection, id), run("Change folders", VerbFoldersEdit, KeyConnection, id))
		if !mends {
			out = append(out, mend.secondary())
		}
	}
	if v.MayEdit {
		if max(v.BoundCount, len(v.Bound)) > 0 {
			out = append(out, run("Move OKRs", VerbMoveAsk, KeyConnection, id))
		}
		show := run("Show application", VerbApplication, KeyApplication, string(v.Connection.Credential))
		if isRemoved {
			show = run("Applications", VerbApplications)
		}
		out = append(out, run("Delete", VerbConnectionAskDel, KeyConnection, id).destructive().secondary(), show.secondary())
	}
	project, hasPage := open("Open project", v.WebURL)
	if !v.MayEdit {
		return append(append(append(out, syncAction(v)...), run("Connections", VerbConnections)), projectPage(project, hasPage)...)
	}
	return append(append(out, projectPage(project.secondary(), hasPage)...), run("Connections", VerbConnections).secondary())
}

func projectPage(project action, has bool) []action {
	if !has {
		return nil
	}
	return []action{project}
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
		return append(out, run("Withdraw offer", VerbHandOverDrop, KeyConnection, id))
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
	return mdf("%s", c.Offer.To.Name)
}

// ConnectionList is a page of Total connections from Offset on.
type ConnectionList struct {
	Views         []ConnectionView
	Total, Offset int
	Shared        bool // others read along, so that the private ones are not among them
	IsAdmin       bool // the reader may connect applications
}

// notListed says where the private connections are.
const notListed = "Private connections aren't shown here. To see yours, send: connections. Only you see the answer."

// Connections lists connections, the viewer's own before the shared ones.
func Connections(p Place, l ConnectionList) Card {
	views, total, offset := l.Views, l.Total, l.Offset
	if len(views) == 0 && l.Shared {
		return newCard("No shared connections", []element{
			heading("No shared connections"),
			text("Nobody has shared a connection yet. " + notListed),
		}, run("Connect", VerbConnect).positive(), run("Help", VerbHelp))
	}
	if len(views) == 0 {
		return newCard("No connections yet", []element{
			heading("No connections yet"),
			text("A connection links OKRs to one Azure DevOps project, with your own sign-in. Connect to keep key results up to date automatically."),
		}, append(forAdmins(l), run("Help", VerbHelp))...)
	}
	total = max(total, offset+len(views))
	shown := rows(len(views), func(i int) element { return connectionRow(p, views, i) })
	hint := joinMD(" ", "Select a row for details.", rangeText(total, offset, len(shown)))
	if l.Shared {
		hint = joinMD(" ", hint, notListed)
	}
	body := []element{heading("Connections"), note(hint)}
	body = append(body, shown...)
	actions := append(forAdmins(l), pages(VerbConnections, total, offset, len(shown))...)
	return newCard("Connections: "+fmt.Sprint(total), body, actions...)
}

// forAdmins are the buttons to new connections, with an application too for who may.
func forAdmins(l ConnectionList) []action {
	if len(l.Views) == 0 {
		out := []action{run("Connect", VerbConnect).positive()}
		if l.IsAdmin {
			out = append(out, run("Connect an application", VerbApplicationNew))
		}
		return out
	}
	out := []action{run("New connection", VerbConnect).positive()}
	if l.IsAdmin {
		out = append(out, run("Applications", VerbApplications))
	}
	return out
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
		return "Yours"
	case v.Connection.Shared:
		return "Shared with you"
	default:
		return "Other people's"
	}
}

// healthRow is a connection on two lines or, where it fails, with what is wrong.
func healthRow(p Place, v ConnectionView) element {
	c := v.Connection
	detail := joinMD(" · ", mdf("%s", c.ID), leadsTo(c), ownership(v), usage(v))
	left := col(stretch, bold(mdf("%s", c.Name)), note(detail))
	right := col(auto, healthOf(c).right())
	switch {
	case c.Health.Failing() && !c.Health.Since.IsZero():
		right.Items = append(right.Items, note("since "+p.at(c.Health.Since)).right())
	case !c.Health.Failing() && !c.Health.LastOK.IsZero():
		right.Items = append(right.Items, note(md(ago(p.Now.Sub(c.Health.LastOK)))).right())
	}
	if a := c.Application; a != nil && !a.Ends.IsZero() && a.Ends.Sub(p.Now) <= endSoon {
		left.Items = append(left.Items, note(md(whatEnds(a.Kind))+": "+endsShort(p, a.Ends)))
	}
	if c.Health.Failing() {
		left.Items = append(left.Items, note(mdn(maxMessage, "%s", c.Health.Problem)))
		if !c.Health.LastOK.IsZero() {
			left.Items = append(left.Items, note("Last successful sync: "+p.when(c.Health.LastOK)))
		}
	}
	row := columns(left, right).separated().opens(run("Show "+string(c.ID), VerbConnection, KeyConnection, string(c.ID)))
	if mend, mends := mendAction(v); mends {
		return box("", row, actionsOf(mend))
	}
	return row
}

func ownership(v ConnectionView) md {
	switch {
	case v.Connection.Application != nil:
		return mdf("application %s", v.Connection.Application.Name)
	case v.IsOwner && v.Connection.Shared:
		return "shared by you"
	case v.IsOwner:
		return "only you"
	case v.Connection.Shared:
		return mdf("shared by %s", v.Connection.Owner.Name)
	default:
		return mdf("owned by %s", v.Connection.Owner.Name)
	}
}

func usage(v ConnectionView) md {
	n := max(v.BoundCount, len(v.Bound))
	if n == 0 {
		return "no OKRs"
	}
	return md(count(n, "OKR"))
}

// ConfirmDeleteConnection asks before a connection is deleted.
func ConfirmDeleteConnection(v ConnectionView) Card {
	title := "Delete the connection " + v.Connection.Name + "?"
	body := []element{heading(mdn(maxLong, "%s", title))}
	if n := max(v.BoundCount, len(v.Bound)); n > 0 {
		body = append(body, box("warning", text(md(fmt.Sprintf("%s will stop updating. Their last values stay, marked stale, until you bind them again.", count(n, "OKR"))))))
		body = append(body, boundTo(v)...)
	} else {
		body = append(body, text("No OKRs use it."))
	}
	id := string(v.Connection.ID)
	return newCard(title, body, run("Delete", VerbConnectionDelete, KeyConnection, id).destructive(), run("Cancel", VerbConnection, KeyConnection, id))
}
