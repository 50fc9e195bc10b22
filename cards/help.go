package cards

// VerbHelp lists the commands.
const VerbHelp = "help"

// Command is a chat command as help shows it.
type Command struct {
	Usage string // as typed, for example "okr <id or text>"
	What  string // in a few words
	Verb  string // of the button that does the same; empty: none
	Data  map[string]string
}

// Help lists the chat commands.
func Help(commands []Command) Card {
	row := func(i int) element {
		return columns(
			col("2", bold(mdf("%s", commands[i].Usage))), col("3", text(mdn(maxLong, "%s", commands[i].What))),
		).near()
	}
	shown := rowsWithin(len(commands), 40, maxListBytes, row)
	body := []element{
		heading("What I can do"),
		text("I tie key results and projects to shared queries in Azure DevOps, measure them every hour and tell your channels what moved. Type a command or press a button."),
	}
	body = append(body, shown...)
	body = append(body, more(len(commands)-len(shown), "command")...)
	return newCard("What I can do", body, commandActions(commands, maxVisible)...)
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
			out = append(out, runData(capital(firstWord(c.Usage)), c.Verb, c.Data))
		}
	}
	return out
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
