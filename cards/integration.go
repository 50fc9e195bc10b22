package cards

import (
	"fmt"
	"strings"

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
	Admins        []string // names or ids of who can change it
	Connections   int
	Bindings      int
	Subscriptions int
	Failing       int              // connections that fail
	Health        []ConnectionView // of the connections that the viewer may see, those that fail first; may be cut
}

// Enable says what enabling the integration does, to admins with the button.
func Enable(v IntegrationView) Card {
	const title = "Enable the Azure DevOps integration"
	body := append([]element{heading(title), text("Once it is enabled for your organization:")}, bullets(
		"Everyone can connect to Azure DevOps with their own sign-in and see only what their account may see.",
		"Key results and projects can be bound to shared queries; they are measured every hour.",
		"Channels and chats can subscribe to digests of what moved.",
		"okrbot only reads work items and queries. It changes nothing in Azure DevOps.",
	)...)
	if !v.IsAdmin {
		body = append(body, box("warning", text("Only an admin can enable it."), text(whoCan(v.Admins))))
		return newCard(title, body, run("Help", VerbHelp))
	}
	if v.Tenant.Ever {
		body = append(body, note("It was enabled before: connections and bindings are still there and go on from where they stopped."))
	}
	return newCard(title, body, run("Enable", VerbEnable).positive(), run("Help", VerbHelp))
}

// maxAdmins is how many admins are named.
const maxAdmins = 10

func whoCan(admins []string) md {
	if len(admins) == 0 {
		return "No admin is named in the configuration yet. Ask whoever runs okrbot to name one."
	}
	var names []md
	for _, a := range admins[:min(len(admins), maxAdmins)] {
		names = append(names, mdf("%s", a))
	}
	list := joinMD(", ", names...)
	if n := len(admins) - maxAdmins; n > 0 {
		list += md(fmt.Sprintf(" and %d more", n))
	}
	return "Ask one of them: " + list
}

// Manage shows the enabled integration; Disable stands behind Change.
func Manage(p Place, v IntegrationView) Card {
	const title = "Azure DevOps integration"
	failing := md("none")
	if v.Failing > 0 {
		failing = md(fmt.Sprintf("▲ %d", v.Failing))
	}
	body := []element{
		columns(col(stretch, heading(title)), col(auto, text("● Enabled").with(bolder, good)).middle()),
		facts(
			fact{"Changed by", mdf("%s", v.Tenant.ChangedBy.Name)}, fact{"Changed", p.when(v.Tenant.ChangedAt)},
			fact{"Connections", md(fmt.Sprint(v.Connections))}, fact{"Failing connections", failing},
			fact{"Bound OKRs", md(fmt.Sprint(v.Bindings))}, fact{"Digests", md(fmt.Sprint(v.Subscriptions))},
			fact{"Time zone", mdf("%s", v.Tenant.Location().String())}, fact{"Admins", adminList(v.Admins)},
		),
	}
	shown := rowsWithin(len(v.Health), 8, maxListBytes/2, func(i int) element { return healthRow(p, v.Health[i]) })
	if len(shown) > 0 {
		body = append(append(append(body, section("Connections")), shown...), more(max(v.Connections, len(v.Health))-len(shown), "connection")...)
	}
	actions := []action{run("New connection", VerbConnect).positive(), run("Connections", VerbConnections)}
	if v.IsAdmin {
		actions = append(actions, unfold("Change",
			[]element{text("Disabling stops measuring and digests for everyone. You will be asked before anything stops.")},
			run("Disable", VerbDisableAsk).destructive()))
	}
	return newCard(title+": enabled", body, actions...)
}

func adminList(admins []string) md {
	if len(admins) == 0 {
		return ""
	}
	return md(strings.TrimPrefix(string(whoCan(admins)), "Ask one of them: "))
}

// ConfirmDisable asks before the integration is disabled.
func ConfirmDisable(v IntegrationView) Card {
	const title = "Disable the Azure DevOps integration?"
	body := append([]element{heading(title), section("What stops")}, bullets(
		md(fmt.Sprintf("Measuring of %s through %s.", count(v.Bindings, "bound OKR"), count(v.Connections, "connection"))),
		md(fmt.Sprintf("Posts of %s.", count(v.Subscriptions, "digest"))),
		"New connections and bindings.",
	)...)
	body = append(append(body, section("What is kept")), bullets(
		"Objectives, key results and projects with their last values.",
		"Connections and bindings: they go on when it is enabled again.",
		"Sign-ins, until their owners sign out.",
	)...)
	return newCard(title, body, run("Disable", VerbDisable).destructive(), run("Keep it", VerbManage))
}

// Disabled says that the integration is off.
func Disabled(v IntegrationView) Card {
	const title = "The Azure DevOps integration is disabled"
	body := []element{heading(title), text("Nothing is measured and no digest is posted. OKRs, connections and bindings are kept.")}
	if by := v.Tenant.ChangedBy; by != (okr.Person{}) {
		body = append(body, note(mdf("Disabled by %s", by.Name)))
	}
	if !v.IsAdmin {
		return newCard(title, append(body, text("Only an admin can enable it again."), text(whoCan(v.Admins))), run("OKRs", VerbGoals), run("Help", VerbHelp))
	}
	return newCard(title, body, run("Enable again", VerbEnableAsk).positive(), run("OKRs", VerbGoals))
}
