package manifest

// composeExtension is the search in the message box. Source: "Define message extension search commands".
type composeExtension struct {
	BotID    string           `json:"botId"`
	Commands []composeCommand `json:"commands"`
}

type composeCommand struct {
	ID          string             `json:"id"`
	Type        string             `json:"type"`
	Context     []string           `json:"context"`
	Title       string             `json:"title"`
	Description string             `json:"description"`
	InitialRun  bool               `json:"initialRun"` // asks for what to offer before anything is typed
	Parameters  []composeParameter `json:"parameters"`
}

type composeParameter struct {
	Name        string `json:"name"`
	InputType   string `json:"inputType"`
	Title       string `json:"title"`
	Description string `json:"description"`
}

// composeExtensions lets people search while they write a message in any chat or channel.
func composeExtensions(botID string) []composeExtension {
	search := composeCommand{
		ID: "searchOkrs", Type: "query", Context: []string{"compose"},
		Title: "Find OKRs", Description: "Put the card of an objective, key result or project into a message", InitialRun: true,
		Parameters: []composeParameter{{
			Name: "text", InputType: "text", Title: "Title or id", Description: "Words of the title, or an id such as KR7",
		}},
	}
	return []composeExtension{{BotID: botID, Commands: []composeCommand{search}}}
}
