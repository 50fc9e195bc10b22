package cards

import (
	"slices"
	"strings"
)

// VerbHelp lists the commands.
const VerbHelp = "help"

// maxCommands is how many commands a section of help shows.
const maxCommands = 40

// Command is a chat command as help shows it.
type Command struct {
	Usage string // as typed, for example "okr <id or text>"
	What  string // in a few words
	Verb  string // of the button that does the same; empty: none
	Data  map[string]string
}

// HelpSection is the commands of one subject.
type HelpSection struct {
	Title    string
	Commands []Command
}

// Help lists the chat commands, section by section.
func Help(sections []HelpSection) Card {
	body := []element{
		heading("What I can do"),
		text("I tie key results and projects to shared queries in Azure DevOps, measure them every hour and tell your channels what moved. Type a command or press a button."),
	}
	var all []Command
	left, hidden := maxListBytes, 0
	for _, s := range sections {
		part := helpSection(s)
		if left -= sizeOf(part...); left < 0 && len(all) > 0 {
			hidden += len(s.Commands)
			continue
		}
		body, all = append(body, part...), append(all, s.Commands...)
	}
	body = append(body, more(hidden, "command")...)
	isHelp := func(c Command) bool { return c.Verb == VerbHelp } // it is what one reads
	return newCard("What I can do", body, commandActions(slices.DeleteFunc(all, isHelp), maxVisible)...)
}

func helpSection(s HelpSection) []element {
	shown := rowsWithin(len(s.Commands), maxCommands, maxListBytes, func(i int) element {
		c := s.Commands[i]
		return columns(col("2", bold(mdf("%s", c.Usage))), col("3", text(mdn(maxLong, "%s", c.What)))).near()
	})
	return slices.Concat([]element{section(mdf("%s", s.Title))}, shown, more(len(s.Commands)-len(shown), "command"))
}

// Unknown answers a text that is no command with the closest ones.
func Unknown(typed string, closest []Command) Card {
	body := []element{heading("I do not know that command"), text(mdn(maxLong, "You wrote: %s", typed))}
	if len(closest) > 0 {
		body = append(body, section("Did you mean"))
	}
	body = append(body, rowsWithin(len(closest), maxVisible-1, maxListBytes, func(i int) element {
		return text(mdn(maxLong, "**%s**: %s", closest[i].Usage, closest[i].What))
	})...)
	actions := commandActions(closest, maxVisible-1)
	return newCard("I do not know that command", body, append(actions, run("Help", VerbHelp))...)
}

func commandActions(commands []Command, most int) []action {
	var out []action
	for _, c := range commands {
		if c.Verb != "" && len(out) < most {
			out = append(out, runData(buttonTitle(firstWord(c.Usage)), c.Verb, c.Data))
		}
	}
	return out
}

// buttonTitle names what a command's button does, where the command itself is short
// for it.
func buttonTitle(command string) string {
	switch strings.TrimSpace(command) {
	case "okrs":
		return "My OKRs"
	case "new kr":
		return "New key result"
	case "deleted":
		return "Deleted OKRs"
	}
	return capital(command)
}

// firstWord is the command without its arguments.
func firstWord(usage string) string {
	for i, r := range usage {
		if i > 0 && (r == '<' || r == '[') {
			return usage[:i]
		}
	}
	return usage
}

// Welcome greets a place that okrbot was added to.
func Welcome(enabled bool) Card {
	body := []element{
		heading("Hello, I am okrbot"),
		text("I keep your objectives and key results true by themselves: I tie key results and projects to shared queries in Azure DevOps, measure them every hour and tell your channels what moved."),
	}
	if !enabled {
		body = append(body, text("The Azure DevOps integration is not enabled yet for your organization. An admin enables it once; then everyone can connect."))
		return newCard("Hello, I am okrbot", body, run("Enable the integration", VerbEnableAsk).positive(), run("OKRs", VerbGoals), run("Help", VerbHelp))
	}
	body = append(body, text("Begin with your connection to Azure DevOps, then bind a key result to a shared query."))
	return newCard("Hello, I am okrbot", body, run("Connect", VerbConnect).positive(), run("OKRs", VerbGoals), run("Help", VerbHelp))
}

// Problem says what went wrong, who can fix it and how. The reference stands in
// the log; empty where there is nothing to look up.
func Problem(title, message, ref string, buttons []Button) Card {
	head := text(mdn(maxLong, "▲ %s", title)).with(bolder, attention)
	items := []element{head, text(mdn(maxMessage, "%s", message))}
	if ref != "" {
		items = append(items, note(mdf("Reference: %s", ref)))
	}
	return newCard(title+": "+message, []element{box("attention", items...)}, buttonActions(buttons)...)
}

// Done confirms what was done.
func Done(title, message string, buttons []Button) Card {
	items := []element{text(mdn(maxLong, "✓ %s", title)).with(bolder, good)}
	if message != "" {
		items = append(items, text(mdn(maxMessage, "%s", message)))
	}
	return newCard(title, []element{box("good", items...)}, buttonActions(buttons)...)
}
