package cards

import (
	"fmt"
	"strings"
	"time"

	"okrbot/okr"
)

// The verbs of the integration's cards; none has data.
const (
	VerbEnableAsk  = "integration.enable.ask" // shows the enable card
	VerbEnable     = "integration.enable"
	VerbManage     = "integration.manage"
	VerbDisableAsk = "integration.disable.ask"
	VerbDisable    = "integration.disable"
)

// IntegrationView is the state of the integration for the enable and manage
// cards.
type IntegrationView struct {
	Tenant        okr.Settings
	IsAdmin       bool
	Admins        []string      // names of who can change it
	Every         time.Duration // how often OKRs are measured
	Connections   int
	Bindings      int
	Subscriptions int
	Failing       int              // connections with problems
	Health        []ConnectionView // of the connections that the viewer may see, those that fail first; may be cut
}

// Enable says what enabling Azure DevOps does, to admins with the button.
func Enable(v IntegrationView) Card {
	const title = "Enable Azure DevOps"
	body := append([]element{heading(title), text("When it is enabled for your organization:")}, bullets(
		"Everyone can connect with their own account, and sees only what that account can see.",
		md("Key results and projects can be linked to shared queries, and are refreshed "+Every(v.Every)+"."),
		"I only read work items and queries. I change nothing in Azure DevOps.",
	)...)
	if !v.IsAdmin {
		body = append(body, box("warning", text("Only an admin can enable it. "+whoCan(v.Admins))))
		return newCard(title, body, teamOKRs(), moreHelp())
	}
	if v.Tenant.Ever {
		body = append(body, note("It was enabled before. Existing connections and bindings will work again."))
	}
	return newCard(title, body, run("Enable", VerbEnable).positive(), moreHelp())
}

// maxAdmins is how many admins are named.
const maxAdmins = 10

// askAdmin comes before the names of admins.
const askAdmin = "Ask an admin: "

func whoCan(admins []string) md {
	if len(admins) == 0 {
		return "No admin is set up yet. Ask the person who runs okrbot to name one."
	}
	var names []md
	for _, a := range admins[:min(len(admins), maxAdmins)] {
		names = append(names, mdf("%s", a))
	}
	list := joinMD(", ", names...)
	if n := len(admins) - maxAdmins; n > 0 {
		list += md(fmt.Sprintf(" and %d more", n))
	}
	return askAdmin + list
}

// Manage shows the enabled integration; Disable is behind a further press.
func Manage(p Place, v IntegrationView) Card {
	const title = "Azure DevOps"
	failing := md("none")
	if v.Failing > 0 {
		failing = md(fmt.Sprintf("▲ %d", v.Failing))
	}
	body := []element{
		columns(col(stretch, heading(title)), col(auto, text("● Enabled").with(bolder, good)).middle()),
		facts(
			fact{"Enabled by", mdf("%s", v.Tenant.ChangedBy.Name)}, fact{"Enabled", p.when(v.Tenant.ChangedAt)},
			fact{"Connections", md(fmt.Sprint(v.Connections))}, fact{"Connections to fix", failing},
			fact{"Bound OKRs", md(fmt.Sprint(v.Bindings))}, fact{"Digests", md(fmt.Sprint(v.Subscriptions))},
			fact{"Time zone", mdf("%s", v.Tenant.Location().String())}, fact{"Admins", adminList(v.Admins)},
		),
	}
	shown := rowsWithin(len(v.Health), 8, maxListBytes/2, func(i int) element { return healthRow(p, v.Health[i]) })
	if len(shown) > 0 {
		body = append(append(append(body, section("Connections")), shown...), more(max(v.Connections, len(v.Health))-len(shown), "connection")...)
	}
	actions := []action{run("New connection", VerbConnect).positive(), run("Show connections", VerbConnections)}
	if v.IsAdmin {
		actions = append(actions, run("Show applications", VerbApplications), unfold("Change",
			[]element{text("This stops updates and digests for everyone. I'll ask you to confirm first.")},
			run("Disable", VerbDisableAsk).destructive()))
	}
	return newCard(title+": enabled", body, actions...)
}

func adminList(admins []string) md {
	if len(admins) == 0 {
		return ""
	}
	return md(strings.TrimPrefix(string(whoCan(admins)), askAdmin))
}

// ConfirmDisable asks before the integration is disabled.
func ConfirmDisable(v IntegrationView) Card {
	const title = "Disable Azure DevOps?"
	body := append([]element{heading(title), section("What stops")}, bullets(
		md(fmt.Sprintf("Updates of %s through %s.", count(v.Bindings, "bound OKR"), count(v.Connections, "connection"))),
		md(fmt.Sprintf("Posts of %s.", count(v.Subscriptions, "digest"))),
		"New connections and bindings.",
	)...)
	body = append(append(body, section("What is kept")), bullets(
		"Objectives, key results and projects with their last values.",
		"Connections and bindings: they work again after you enable it.",
		"Sign-ins, until people sign out.",
	)...)
	return newCard(title, body, run("Disable", VerbDisable).destructive(), run("Cancel", VerbManage))
}

// Disabled says that the integration is off.
func Disabled(v IntegrationView) Card {
	const title = "Azure DevOps is disabled"
	body := []element{heading(title), text("OKRs are no longer updated from Azure DevOps. OKRs, connections and bindings are kept.")}
	if by := v.Tenant.ChangedBy; by != (okr.Person{}) {
		body = append(body, note(mdf("Disabled by %s", by.Name)))
	}
	if !v.IsAdmin {
		return newCard(title, append(body, text("Only an admin can enable it again. "+whoCan(v.Admins))), teamOKRs(), moreHelp())
	}
	return newCard(title, body, run("Enable Azure DevOps", VerbEnableAsk).positive(), teamOKRs())
}
