package manifest

// command is a line of the menu that Teams shows beside the message box. The schema allows 12 a list; older clients cut
// titles at 32 and descriptions at 128 characters.
type command struct {
	Title       string `json:"title"`
	Description string `json:"description"`
}

// commandList is the menu of the scopes that it names.
type commandList struct {
	Scopes   []string  `json:"scopes"`
	Commands []command `json:"commands"`
}

// scopes are the places where okrbot can be added.
func scopes() []string { return []string{"personal", "team", "groupChat"} }

// commandLists gives each scope a list of its own, as the schema asks. The commands are the same everywhere.
func commandLists() []commandList {
	lists := make([]commandList, 0, len(scopes()))
	for _, scope := range scopes() {
		lists = append(lists, commandList{Scopes: []string{scope}, Commands: commands()})
	}
	return lists
}

// commands are some of those that okrbot knows, in their own words: a test of package main compares them.
func commands() []command {
	return []command{
		{"help", "What okrbot can do, or all about one command"},
		{"okrs", "Your OKRs, or all; narrow them by words, owner:, team:, period:, status: or kind:"},
		{"new objective", "Make an objective"},
		{"check-in", "Say how a goal stands; without an id, all that waits for you"},
		{"status", "What needs attention, each with its next step"},
		{"connect", "Sign in to Azure DevOps and make a connection"},
		{"connections", "Your connections, and those shared with everyone"},
		{"bind", "Measure a key result or project by a shared query"},
		{"sync", "Measure now: one, or everything"},
		{"digest", "Tell this place what moved: hourly, daily or weekly"},
		{"enable", "Turn the Azure DevOps integration on"},
		{"manage", "See and change the integration"},
	}
}
