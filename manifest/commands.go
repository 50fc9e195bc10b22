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

// slashCommands are those that people most likely want an answer to that others need not read.
func slashCommands() []command {
	return described("okrs", "okr", "why", "history", "status", "check-in", "set", "new objective", "new kr", "bind", "connections", "help")
}

// starters are what somebody who does not know okrbot may begin with.
func starters() []command {
	return []command{
		{Title: "What needs my attention?", Description: "What needs attention, each with its next step", Type: "prompt", Prompt: "status mine"},
		{Title: "Show my OKRs", Description: "Objectives and key results that you own", Type: "prompt", Prompt: "okrs mine"},
		{Title: "Check in", Description: "Everything that waits for an update by you", Type: "prompt", Prompt: "check-in"},
		{Title: "What can okrbot do?", Description: "All commands, and what they are for", Type: "prompt", Prompt: "help"},
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
		"okrs":          "Your OKRs, or all; narrow them by words, owner:, team:, period:, status:, kind: or tag:",
		"okr":           "One objective, key result or project, with why its number is what it is",
		"why":           "What a number is made of, down to query and work items",
		"history":       "Its values, where they lead, and its check-ins",
		"status":        "What needs attention, each with its next step",
		"check-in":      "Say how a goal stands; without an id, all that waits for you",
		"set":           "Check in a value: the form, filled in",
		"new objective": "Make an objective",
		"new kr":        "Make a key result under an objective",
		"bind":          "Measure a key result or project by a shared query",
		"connections":   "Your connections, and those shared with everyone",
		"help":          "What okrbot can do, or all about one command",
		"connect":       "Sign in to Azure DevOps and make a connection",
		"sync":          "Measure now: one, or everything",
		"digest":        "Tell this place what moved: hourly, daily or weekly",
		"enable":        "Turn the Azure DevOps integration on",
		"manage":        "See and change the integration",
	}
}
