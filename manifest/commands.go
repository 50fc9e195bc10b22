package manifest

// command is a line of the menu that Teams shows beside the message box. The schema allows 12 a list; older clients cut
// titles at 32 and descriptions at 128 characters.
type command struct {
	Title       string `json:"title"`
	Description string `json:"description"`
	// Type is "prompt" for a prompt starter, which sends Prompt; empty: a command. Source: "Create prompt starters".
	Type   string `json:"type,omitempty"`
	Prompt string `json:"prompt,omitempty"`
}

// commandList is the menu of the scopes that it names. Triggers say how it is reached: by "mention" (the default), or
// as "slash" commands, which nobody but okrbot sees. The schema allows three lists. Source: "Expose slash commands from
// agents and apps".
type commandList struct {
	Triggers []string  `json:"triggers,omitempty"`
	Scopes   []string  `json:"scopes"`
	Commands []command `json:"commands"`
}

// scopes are the places where okrbot can be added.
func scopes() []string { return []string{"personal", "team", "groupChat"} }

// commandLists are the menu of all places, the slash commands of those where others read, and the prompt starters.
func commandLists() []commandList {
	return []commandList{
		{Scopes: scopes(), Commands: commands()},
		{Triggers: []string{"slash"}, Scopes: []string{"team", "groupChat"}, Commands: slashCommands()},
		{Scopes: scopes(), Commands: starters()},
	}
}

// slashCommands are those whose answer other people most likely don't need to read.
func slashCommands() []command {
	return described("okrs", "okr", "why", "history", "status", "check-in", "set", "new objective", "new kr", "bind", "connections", "help")
}

// starters are what a person new to okrbot can begin with, as in the greeting, and what they need most often after that.
func starters() []command {
	return []command{
		{Title: "What can I do now?", Description: "The next steps for you, and the most used commands", Type: "prompt", Prompt: "help"},
		{Title: "Show team OKRs", Description: "Everyone's objectives and key results", Type: "prompt", Prompt: "okrs all"},
		{Title: "New objective", Description: "Create an objective and its key results", Type: "prompt", Prompt: "new objective"},
		{Title: "Connect to Azure DevOps", Description: "Sign in with your own account", Type: "prompt", Prompt: "connect"},
		{Title: "Check in", Description: "Update the OKRs that are due", Type: "prompt", Prompt: "check-in"},
		{Title: "What needs my attention?", Description: "Your OKRs that need something, with the next step", Type: "prompt", Prompt: "status mine"},
	}
}

// commands are the most used ones.
func commands() []command {
	return described("help", "okrs", "new objective", "check-in", "status", "connect", "connections", "bind", "sync", "digest", "enable", "manage")
}

// described are commands by their names.
func described(names ...string) []command {
	out := make([]command, 0, len(names))
	for _, name := range names {
		out = append(out, command{Title: name, Description: words()[name]})
	}
	return out
}

// words are those of okrbot's own help: a test of package main compares them.
func words() map[string]string {
	return map[string]string{
		"okrs":          "Your OKRs, or everyone's. Filter by words, owner:, team:, period:, status:, kind: or tag:",
		"okr":           "One objective, key result or project, and why it has its status",
		"why":           "How a number is calculated, down to the work items",
		"history":       "Values over time, a forecast, and check-ins",
		"status":        "What needs attention, with the next step for each",
		"check-in":      "Update a goal, or everything that's due",
		"set":           "Check in a value, with the form filled in",
		"new objective": "Create an objective",
		"new kr":        "Create a key result",
		"bind":          "Connect a key result or project to a query or work items",
		"connections":   "Your connections, and those shared with everyone",
		"help":          "What I can do for you, or how one command works",
		"connect":       "Sign in to Azure DevOps and add a connection",
		"sync":          "Refresh from Azure DevOps now: one, or everything",
		"digest":        "Post changes here: hourly, daily or weekly",
		"enable":        "Enable Azure DevOps for your organization",
		"manage":        "See how Azure DevOps is set up, or disable it",
	}
}
