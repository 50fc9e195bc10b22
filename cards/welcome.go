package cards

import (
	"fmt"
	"time"

	"okrbot/okr"
)

// Audience is who reads the greeting or help: what they may do, and what there is for them
// to do now. Of one audience both are always the same.
type Audience struct {
	Shared  bool // everybody in a channel or group chat; what follows about a person is then not known
	Guest   bool
	Admin   bool
	Enabled bool   // Azure DevOps is, for the organization
	Admins  string // their names, for who has to ask one; empty: nobody is one

	NoGoals      bool // there is no open OKR to see
	NoConnection bool // of the person, nor a shared one
	Due          int  // OKRs that wait for a check-in of the person
	Broken       int  // connections that the person can repair
}

// About is what the greeting and help say of okrbot itself.
type About struct {
	Every   time.Duration // how often it measures
	Version string
}

// Every says how often, in words: "every hour", "every 30 minutes".
func Every(d time.Duration) string {
	unit, n := "minute", int(d/time.Minute)
	switch {
	case n >= 24*60 && n%(24*60) == 0:
		unit, n = "day", n/(24*60)
	case n >= 60 && n%60 == 0:
		unit, n = "hour", n/60
	}
	if n <= 1 {
		return "every " + unit
	}
	return fmt.Sprintf("every %d %ss", n, unit)
}

// thing is something to do now: a sentence about it, and the button that does it.
type thing struct {
	says md
	do   action // without a title: there is none
}

func (t thing) hasButton() bool { return t.do.Title != "" }

// The buttons of the greeting and of help.
func enableAzure() action  { return run("Enable Azure DevOps", VerbEnableAsk) }
func connectAzure() action { return run("Connect to Azure DevOps", VerbConnect) }
func newObjective() action {
	return run("New objective", VerbGoalNew, KeyKind, string(okr.Objective))
}
func teamOKRs() action    { return run("Show team OKRs", VerbGoals, KeyScope, "all") }
func myOKRs() action      { return run("Show my OKRs", VerbGoalMine) }
func setUpDigest() action { return run("Set up a digest", VerbDigest) }
func allCommands() action { return run("All commands", VerbHelp, KeyScope, "all") }
func moreHelp() action    { return run("Show help", VerbHelp) }

// Welcome greets a place that okrbot was added to, with three things to do there.
func Welcome(a Audience, about About) Card {
	const title = "Hi, I'm okrbot"
	body := []element{
		heading(title),
		text(md("I keep your OKRs up to date. I link key results and projects to work items in Azure DevOps, refresh them " + Every(about.Every) + ", and post what changed.")),
		section("Start here"),
	}
	var actions []action
	for _, t := range beginnings(a) {
		body = append(body, bullet(t.says))
		if t.hasButton() {
			actions = append(actions, t.do)
		}
	}
	if line := whoAdministers(a); line != "" {
		body = append(body, text(line))
	}
	body = append(body, footer(md("okrbot "+Escape(about.Version, maxRow))))
	return newCard(title, body, firstOf(actions)...)
}

// footer is a quiet line at the end of a card.
func footer(s md) textBlock {
	t := note(s)
	t.Spacing = "Medium"
	return t
}

// firstOf makes the first of some buttons the one that stands out.
func firstOf(actions []action) []action {
	if len(actions) > 0 {
		actions[0] = actions[0].positive()
	}
	return actions
}

// beginnings are the three things to begin with.
func beginnings(a Audience) []thing {
	look := thing{"**See the OKRs** of your team.", teamOKRs()}
	create := thing{"**Create an objective**, and give it key results.", newObjective()}
	if a.NoGoals {
		create.says = "**Create the first objective**, and give it key results."
	}
	learn := thing{"**Get help** with what I can do.", moreHelp()}
	switch {
	case a.Shared:
		return []thing{look, {"**Set up a digest**: I post here what changed.", setUpDigest()}, {"**Get help**: mention me and send help.", moreHelp()}}
	case a.Guest:
		return []thing{look, {"**See what needs attention**, and why.", run("Show status", VerbAttention, KeyScope, "all")}, learn}
	case a.Admin && !a.Enabled:
		return []thing{{"**Enable Azure DevOps** once, for everyone.", enableAzure()}, create, learn}
	case !a.Enabled && a.NoGoals:
		return []thing{create, {"**Choose your reminders** for check-ins.", run("Reminder settings", VerbRemindLess)}, learn}
	case !a.Enabled:
		return []thing{look, create, learn}
	case a.NoGoals:
		return []thing{create, {"**Connect to Azure DevOps** with your own account.", connectAzure()}, learn}
	}
	return []thing{look, create, {"**Connect to Azure DevOps** with your own account.", connectAzure()}}
}

// whoAdministers says who is an admin, and what only that one can do now.
func whoAdministers(a Audience) md {
	switch {
	case a.Guest:
		return "You're a guest here: you can read OKRs, but not change them."
	case a.Admin && a.Enabled:
		return "You're an admin of okrbot."
	case a.Admin:
		return "You're an admin, so you can enable Azure DevOps. Until then, OKRs can be updated by hand."
	case a.Enabled && a.Admins == "":
		return ""
	case a.Enabled:
		return mdn(maxLong, "Admins: %s.", a.Admins)
	}
	return notEnabled(a.Admins)
}

// notEnabled says who can enable Azure DevOps.
func notEnabled(admins string) md {
	if admins == "" {
		return "Azure DevOps isn't enabled yet, and no admin is set up. The person who runs okrbot can name one. Until then, you can update OKRs by hand."
	}
	return mdn(maxLong, "Azure DevOps isn't enabled yet. Ask an admin: %s. Until then, you can update OKRs by hand.", admins)
}

// now is what there is to do, the most useful first; at least one line.
func (a Audience) now() []thing {
	var out []thing
	add := func(is bool, says md, do action) {
		if is {
			out = append(out, thing{says, do})
		}
	}
	member := !a.Guest && !a.Shared
	add(a.Guest && !a.Shared, "You're a guest here: you can read OKRs, but not change them.", &actionBody{})
	add(member && a.Admin && !a.Enabled, "Azure DevOps isn't enabled yet. You're an admin: enable it for everyone.", enableAzure())
	add(a.Broken > 0, md(count(a.Broken, "connection")+" to Azure DevOps "+needs(a.Broken)+" your attention."), run("Fix connections", VerbConnections))
	add(a.Due > 0, md(count(a.Due, "OKR")+" "+needs(a.Due)+" your check-in."), run("Check in", VerbWalk))
	add(member && a.NoGoals, "There are no OKRs yet. Start with an objective.", newObjective())
	add(member && a.Enabled && a.NoConnection, "Connect to Azure DevOps to update key results automatically.", connectAzure())
	add(member && !a.Admin && !a.Enabled, notEnabled(a.Admins), &actionBody{})
	add(member && len(out) == 0, "You're all caught up.", &actionBody{})
	return out
}

func needs(n int) string {
	if n == 1 {
		return "needs"
	}
	return "need"
}
