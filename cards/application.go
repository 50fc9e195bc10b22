package cards

import (
	"fmt"
	"strings"
	"time"

	"okrbot/okr"
)

// The verbs of applications that read Azure DevOps, with the data that comes along.
const (
	VerbApplications         = "application.list"       // offset
	VerbApplication          = "application.show"       // application
	VerbApplicationNew       = "application.new"        // sends the link of the page
	VerbApplicationRenew     = "application.renew"      // application: sends the link of the page
	VerbApplicationConnect   = "application.connect"    // application: opens the form of a connection
	VerbApplicationRemoveAsk = "application.remove.ask" // application
	VerbApplicationRemove    = "application.remove"     // application
)

// KeyApplication is the id of an application.
const KeyApplication = "application"

// ApplicationView is an application with what reads through it.
type ApplicationView struct {
	Credential  okr.Credential // of an application
	Connections []okr.Connection
}

// name is what people call the application.
func (v ApplicationView) name() string { return v.Credential.Application.Name }

// Organization is the one in Azure DevOps that all connections lead to; empty: there are
// several, or none.
func (v ApplicationView) Organization() string {
	name := ""
	for _, c := range v.Connections {
		if name != "" && !strings.EqualFold(name, c.Organization) {
			return ""
		}
		name = c.Organization
	}
	return name
}

// failing counts the connections that fail.
func (v ApplicationView) failing() (n int) {
	for _, c := range v.Connections {
		if c.Health.Failing() {
			n++
		}
	}
	return n
}

// ApplicationList is a page of Total applications from Offset on.
type ApplicationList struct {
	Views         []ApplicationView
	Total, Offset int
}

// whatApplicationsAre says what an application is for, to who has none.
const whatApplicationsAre = "An application (a service principal of Microsoft Entra) reads Azure DevOps for your whole organization. " +
	"Its connections keep working when people leave, because they don't use anyone's sign-in."

// Applications lists the applications of an organization.
func Applications(p Place, l ApplicationList) Card {
	add := run("Connect an application", VerbApplicationNew).positive()
	if len(l.Views) == 0 {
		const title = "No applications yet"
		return newCard(title, []element{heading(title), text(whatApplicationsAre)}, add, run("Connections", VerbConnections))
	}
	total := max(l.Total, l.Offset+len(l.Views))
	shown := rows(len(l.Views), func(i int) element { return applicationRow(p, l.Views[i]) })
	body := []element{heading("Applications"), note(joinMD(" ", "Select a row for details.", rangeText(total, l.Offset, len(shown))))}
	actions := append([]action{add}, pages(VerbApplications, total, l.Offset, len(shown))...)
	return newCard("Applications: "+fmt.Sprint(total), append(body, shown...), append(actions, run("Connections", VerbConnections).secondary())...)
}

func applicationRow(p Place, v ApplicationView) element {
	id := string(v.Credential.ID)
	detail := joinMD(" · ", md(kindWords(*v.Credential.Application)), md(count(len(v.Connections), "connection")), mdf("added by %s", v.Credential.Application.AddedBy.Name))
	left := col(stretch, bold(mdn(okr.MaxName, "%s", v.name())), note(detail))
	right := col(auto, applicationHealth(v).right())
	if words := endsShort(p, v.Credential.Application.Ends); words != "" {
		right.Items = append(right.Items, note(words).right())
	}
	return columns(left, right).separated().opens(run("Show "+v.name(), VerbApplication, KeyApplication, id))
}

// applicationHealth says how the connections of an application are.
func applicationHealth(v ApplicationView) textBlock {
	switch n := v.failing(); {
	case len(v.Connections) == 0:
		return text("○ No connections yet").with(bolder, "")
	case n > 0:
		return text(md(fmt.Sprintf("▲ %d of %d failing", n, len(v.Connections)))).with(bolder, attention)
	}
	return text("● Working").with(bolder, good)
}

// kindWords says how an application shows who it is.
func kindWords(a okr.Application) string {
	switch a.Kind {
	case okr.ByCertificate:
		return "certificate"
	case okr.ByFederation:
		return "federated credential"
	case okr.ByMachine:
		return "managed identity"
	}
	return "client secret"
}

// whatEnds is what of an application ends, in a word.
func whatEnds(kind okr.ApplicationKind) string {
	if kind == okr.ByCertificate {
		return "Certificate"
	}
	return "Secret"
}

// endSoon is how long before its end a secret or certificate is marked.
const endSoon = 30 * 24 * time.Hour

// endsOn says when a secret or certificate ends; empty: it has no end, or it is not known.
func endsOn(p Place, ends time.Time) md {
	if ends.IsZero() {
		return ""
	}
	day := md(p.date(okr.DateOf(p.local(ends))))
	switch left := ends.Sub(p.Now); {
	case left <= 0:
		return "▲ " + day + ": expired"
	case left <= endSoon:
		return "▲ " + day + ": expires " + leftWords(left)
	}
	return day
}

// leftWords say how long something still lasts, as [okr.ConnectedApplication.EndWords] does.
func leftWords(left time.Duration) md {
	const day = 24 * time.Hour
	if left <= day {
		return "within a day"
	}
	return md("in " + count(int((left+day-1)/day), "day"))
}

// endsShort is endsOn for the end of a row.
func endsShort(p Place, ends time.Time) md {
	if ends.IsZero() {
		return ""
	}
	switch left := ends.Sub(p.Now); {
	case left <= 0:
		return "▲ expired"
	case left <= endSoon:
		return "▲ expires " + leftWords(left)
	}
	return "until " + md(p.date(okr.DateOf(p.local(ends))))
}

// Application shows one application and what reads through it.
func Application(p Place, v ApplicationView) Card {
	a, account, id := v.Credential.Application, v.Credential.Account, string(v.Credential.ID)
	end := endsOn(p, a.Ends)
	if end == "" && !a.Kind.IsOfMachine() {
		end = "unknown"
	}
	body := []element{
		columns(col(stretch, heading(mdn(okr.MaxName, "%s", a.Name))), col(auto, applicationHealth(v)).middle()),
		facts(
			fact{"Client ID", mdf("%s", account.ObjectID)}, fact{"Microsoft Entra tenant", mdf("%s", account.TenantID)},
			fact{"Signs in with", md(kindWords(*a))}, fact{"Thumbprint", mdf("%s", a.Thumbprint)},
			fact{md(whatEnds(a.Kind)) + " expires", end}, fact{"Added by", mdf("%s", a.AddedBy.Name)}, fact{"Last renewed", p.at(v.Credential.SignedInAt)},
		),
	}
	if a.Kind.IsOfMachine() {
		body = append(body, note("It uses the identity of okrbot's machine, so nothing expires and okrbot keeps no secret."))
	}
	body = append(body, readThrough(v)...)
	return newCard("Application "+a.Name, body,
		run("New connection", VerbApplicationConnect, KeyApplication, id).positive(), run("Renew", VerbApplicationRenew, KeyApplication, id),
		run("Remove", VerbApplicationRemoveAsk, KeyApplication, id).destructive().secondary(), run("Applications", VerbApplications).secondary())
}

// readThrough lists the connections of an application with their health.
func readThrough(v ApplicationView) []element {
	if len(v.Connections) == 0 {
		return []element{text("No connection uses it yet.")}
	}
	shown := rowsWithin(len(v.Connections), PageSize, maxListBytes/2, func(i int) element {
		c := v.Connections[i]
		left := col(stretch, text(mdn(okr.MaxName, "%s", c.Name)), note(joinMD(" · ", mdf("%s", c.ID), leadsTo(c))))
		return columns(left, col(auto, healthOf(c).right())).separated().opens(run("Show "+string(c.ID), VerbConnection, KeyConnection, string(c.ID)))
	})
	out := append([]element{section(md(fmt.Sprintf("Connections: %d", len(v.Connections))))}, shown...)
	return append(out, more(len(v.Connections)-len(shown), "connection")...)
}

// BeforeApplication are the steps that an administrator takes before an application can
// read a project, in the order in which they are taken.
func BeforeApplication() []string {
	return []string{
		"In Microsoft Entra, register an application (App registrations > New registration) and add a client secret or certificate. Managed identities and federated credentials need neither.",
		"In Azure DevOps, under Organization settings > Users > Add users, add the application by name with access level Basic. The organization must use the same Microsoft Entra tenant.",
		"In each Azure DevOps project to read, under Project settings > Permissions > Readers, add the application.",
	}
}

// ApplicationLink is the way to the page on which an application is entered. Renewing is
// the application that is renewed; nil: it is a new one.
func ApplicationLink(address string, renewing *ApplicationView) Card {
	title := "Connect an application"
	if renewing != nil {
		title = "Renew " + renewing.name()
	}
	body := []element{
		heading(mdn(maxLong, "%s", title)),
		text("Enter its details on okrbot's own page, so that secrets and certificates never go through this chat. The link works once, for 10 minutes, and only for you. Don't share it."),
	}
	if renewing == nil {
		body = append(body, section("Before you start"))
		for _, step := range BeforeApplication() {
			body = append(body, bullet(mdn(maxMessage, "%s", step)))
		}
		body = append(body, note("I check the application when you submit the page, and its access before I save a connection."))
	}
	return newCard(title, body, append(withLink(nil, "Open the page", address), run("Cancel", VerbApplications))...)
}

// ApplicationRenewed says that an application works with a new proof, and what goes on
// with it.
func ApplicationRenewed(p Place, v ApplicationView, healed []okr.Connection) Card {
	title := "Renewed: " + v.name()
	body := []element{box("good", text(mdn(maxLong, "✓ %s was renewed", v.name())).with(bolder, good), text("Microsoft Entra accepts it."))}
	if end := endsOn(p, v.Credential.Application.Ends); end != "" {
		body = append(body, facts(fact{md(whatEnds(v.Credential.Application.Kind)) + " expires", end}))
	}
	if len(healed) > 0 {
		body = append(append(body, section("Working again, and being refreshed now")), connectionLines(healed)...)
	}
	return newCard(title, body, run("Show application", VerbApplication, KeyApplication, string(v.Credential.ID)), run("Applications", VerbApplications))
}

// ConfirmRemoveApplication asks before an application is forgotten, and names what stops.
func ConfirmRemoveApplication(v ApplicationView) Card {
	title := "Remove the application " + v.name() + "?"
	body := []element{heading(mdn(maxLong, "%s", title))}
	if n := len(v.Connections); n > 0 {
		body = append(body, box("warning", text(md(fmt.Sprintf("%s will stop working. Their OKRs keep their last values. You can move them to another connection, before or after.", count(n, "connection"))))))
		body = append(body, readThrough(v)...)
	} else {
		body = append(body, text("No connection uses it."))
	}
	body = append(body, note("okrbot deletes its copy of the secret or certificate. An administrator can remove the registration in Microsoft Entra and the user in Azure DevOps."))
	id := string(v.Credential.ID)
	return newCard(title, body, run("Remove", VerbApplicationRemove, KeyApplication, id).destructive(), run("Cancel", VerbApplication, KeyApplication, id))
}

// ApplicationRemoved says that an application was forgotten and which connections fail now.
func ApplicationRemoved(name string, stopped []okr.Connection) Card {
	title := "Removed: " + name
	body := []element{heading(mdn(maxLong, "%s", title)), text("okrbot deleted its copy of the secret or certificate. To finish, delete it in Microsoft Entra and remove the application from the users of the Azure DevOps organization.")}
	if len(stopped) > 0 {
		body = append(append(body, section("Connections that stopped working")), connectionLines(stopped)...)
	}
	return newCard(title, body, run("Connections", VerbConnections), run("Applications", VerbApplications))
}
