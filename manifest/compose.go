package manifest

// composeExtension is the search in the message box. Source: "Define message extension search commands".
type composeExtension struct {
	BotID           string           `json:"botId"`
	Commands        []composeCommand `json:"commands"`
	MessageHandlers []messageHandler `json:"messageHandlers"`
}

// messageHandler names the hosts whose addresses unfold in messages. Source: "Link unfurling".
type messageHandler struct {
	Type  string       `json:"type"`
	Value linkHandling `json:"value"`
}

type linkHandling struct {
	Domains []string `json:"domains"`
	// SupportsAnonymizedPayloads has Teams ask, too, for people who have not installed the app, and say nothing of them.
	SupportsAnonymizedPayloads bool `json:"supportsAnonymizedPayloads"`
}

// messageHandlers lets addresses of okrbot unfold, and those of Azure DevOps. A wildcard stands for one label of a host.
func messageHandlers(host string) []messageHandler {
	return []messageHandler{{Type: "link", Value: linkHandling{
		Domains: []string{host, "dev.azure.com", "*.visualstudio.com"}, SupportsAnonymizedPayloads: true,
	}}}
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
func composeExtensions(botID, host string) []composeExtension {
	search := composeCommand{
		ID: "searchOkrs", Type: "query", Context: []string{"compose"},
		Title: "Find OKRs", Description: "Put the card of an objective, key result or project into a message", InitialRun: true,
		Parameters: []composeParameter{{
			Name: "text", InputType: "text", Title: "Title or id", Description: "Words of the title, or an id such as KR7",
		}},
	}
	return []composeExtension{{BotID: botID, Commands: []composeCommand{search}, MessageHandlers: messageHandlers(host)}}
}
