package cards

import "strings"

// VerbHelp says what can be done now. With [KeyScope] "all" it lists all commands, with
// [KeyCommand] it explains one.
const VerbHelp = "help"

// KeyCommand is the name of a command.
const KeyCommand = "command"

// maxCommands is how many commands a section of help shows.
const maxCommands = 40

// Command is a chat command as help shows it.
type Command struct {
	Usage   string // as typed, for example "okr <id or text>"
	What    string // in a few words
	Example string // the whole text of one, for example "okr KR4"
	Verb    string // of the button that does the same; empty: none
	Data    map[string]string
}

// HelpSection is the commands of one subject.
type HelpSection struct {
	Title    string
	Commands []Command
}

// Help says what an audience can do now, and shows the commonest commands.
func Help(a Audience, about About, commonest []Command) Card {
	const title = "What I can do for you"
	body := []element{heading(title)}
	var actions []action
	for i, t := range a.now() {
		line := text(t.says)
		if i > 0 {
			line.Spacing = small
		}
		body = append(body, line)
		if t.hasButton() {
			actions = append(actions, t.do)
		}
	}
	if a.Shared {
		body = append(body, text(md("Mention me with one of these. I keep OKRs up to date from Azure DevOps "+Every(about.Every)+".")))
	}
	body = append(body, section("Try one of these"))
	for _, c := range commonest {
		body = append(body, columns(col("2", bold(mdf("%s", c.Example))), col("3", text(mdn(maxLong, "%s", c.What)))).near())
	}
	body = append(body, footer(mdf("To see how a command works, send for example: help digest. okrbot %s", about.Version)))
	return newCard(title, body, helpActions(a, actions)...)
}

// helpActions are at most three in a row: the first thing to do, the OKRs, and all commands.
// The others are in the overflow menu.
func helpActions(a Audience, do []action) []action {
	usual := []action{myOKRs(), allCommands()}
	switch {
	case a.Shared:
		usual = []action{teamOKRs(), setUpDigest(), allCommands()}
	case a.Guest:
		usual[0] = teamOKRs()
	}
	if len(do) == 0 {
		return firstOf(usual)
	}
	if len(do) == 1 || a.Shared {
		return append([]action{do[0].positive()}, usual...)
	}
	out := []action{do[0].positive(), do[1], allCommands()}
	for _, more := range append(do[2:], usual[0]) {
		out = append(out, more.secondary())
	}
	return out
}

// AllCommands lists all commands in sections that unfold.
func AllCommands(sections []HelpSection) Card {
	return fit(func(bytes int) Card { return allCommandsCard(sections, bytes*3) })
}

func allCommandsCard(sections []HelpSection, left int) Card {
	const title = "All commands"
	body := []element{heading(title), note("To see how a command works, send for example: help digest.")}
	hidden := 0
	for i, s := range sections {
		part := helpSection("commands."+string(rune('a'+i)), s)
		if left -= sizeOf(part...); left < 0 && i > 0 {
			hidden += len(s.Commands)
			continue
		}
		body = append(body, part...)
	}
	return newCard(title, append(body, more(hidden, "command")...), run("Show less", VerbHelp))
}

func helpSection(id string, s HelpSection) []element {
	shown := rowsWithin(len(s.Commands), maxCommands, maxListBytes, func(i int) element {
		c := s.Commands[i]
		return columns(col("2", bold(mdf("%s", c.Usage))), col("3", text(mdn(maxLong, "%s", c.What)))).near()
	})
	shown = append(shown, more(len(s.Commands)-len(shown), "command")...)
	return append(foldRow(id, 0, mdf("%s", s.Title), false), foldable(id, false, shown...))
}

// Unknown answers a text that is no command with the likeliest ones, as buttons.
func Unknown(typed string, likeliest []Command) Card {
	const title = "I don't know that command."
	body := []element{heading(title), text(mdn(maxLong, "You wrote: %s", typed))}
	likeliest = likeliest[:min(len(likeliest), maxLikely)]
	if len(likeliest) > 0 {
		body = append(body, section("Did you mean one of these?"))
	}
	for _, c := range likeliest {
		body = append(body, text(mdn(maxLong, "**%s**: %s", c.Usage, c.What)).near())
	}
	return newCard(title, body, append(commandActions(likeliest), moreHelp().secondary())...)
}

// maxLikely is how many commands are offered for a text that is none.
const maxLikely = 3

// commandActions are a button for each command: it does the same, or where that takes an
// argument explains the command.
func commandActions(commands []Command) []action {
	var out []action
	for _, c := range commands {
		name := strings.TrimSpace(firstWord(c.Usage))
		if c.Verb == "" {
			out = append(out, run("Help with “"+name+"”", VerbHelp, KeyCommand, name))
			continue
		}
		out = append(out, runData(buttonTitle(name), c.Verb, c.Data))
	}
	return out
}

// buttonTitle is what the button of a command is called: a verb and an object. A test of
// package main wants one for every command that has a button.
func buttonTitle(command string) string {
	titles := map[string]string{
		"okrs": "Show my OKRs", "new objective": "New objective", "new kr": "New key result", "new project": "New project", "deleted": "Show deleted OKRs",
		"check-in": "Check in on my OKRs", "status": "Show status", "reminders": "Change my reminders",
		"connect": "Connect to Azure DevOps", "connections": "Show connections", "connect application": "Connect an application", "applications": "Show applications",
		"sync": "Refresh everything now", "digest": "Set up a digest", "sign out": "Sign out of Azure DevOps",
		"enable": "Enable Azure DevOps", "manage": "Manage Azure DevOps", "disable": "Disable Azure DevOps", "settings": "Open settings", "help": "Show help",
		"export": "Export OKRs", "import": "Import OKRs",
	}
	if title, ok := titles[command]; ok {
		return title
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
