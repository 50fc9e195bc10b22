package manifest

import (
	"net/url"
	"strings"
)

// schemaVersion is the newest version that the public repository of schemas holds.
const (
	schemaVersion = "1.29"
	schemaURL     = "https://developer.microsoft.com/json-schemas/teams/v1.29/MicrosoftTeams.schema.json"
)

// document is manifest.json, the part of it that okrbot needs.
type document struct {
	Schema                 string             `json:"$schema"`
	ManifestVersion        string             `json:"manifestVersion"`
	Version                string             `json:"version"`
	ID                     string             `json:"id"`
	Developer              developer          `json:"developer"`
	Name                   shortAndFull       `json:"name"`
	Description            shortAndFull       `json:"description"`
	Icons                  icons              `json:"icons"`
	AccentColor            string             `json:"accentColor"`
	Bots                   []bot              `json:"bots"`
	ComposeExtensions      []composeExtension `json:"composeExtensions"`
	DefaultInstallScope    string             `json:"defaultInstallScope"`
	DefaultGroupCapability groupDefaults      `json:"defaultGroupCapability"`
	ValidDomains           []string           `json:"validDomains"`
	// Without it, the app cannot be added to private and shared channels.
	SupportsChannelFeatures string `json:"supportsChannelFeatures"`
}

type developer struct {
	Name       string `json:"name"`
	WebsiteURL string `json:"websiteUrl"`
	PrivacyURL string `json:"privacyUrl"`
	TermsURL   string `json:"termsOfUseUrl"`
}

type shortAndFull struct {
	Short string `json:"short"`
	Full  string `json:"full"`
}

type icons struct {
	Color   string `json:"color"`
	Outline string `json:"outline"`
}

type bot struct {
	BotID              string   `json:"botId"`
	Scopes             []string `json:"scopes"`
	IsNotificationOnly bool     `json:"isNotificationOnly"`
	SupportsFiles      bool     `json:"supportsFiles"`
	// Without it, people cannot send slash commands.
	SupportsTargetedMessages bool          `json:"supportsTargetedMessages"`
	CommandLists             []commandList `json:"commandLists"`
}

// groupDefaults says what opens when the app is added to a team or a group chat.
type groupDefaults struct {
	Team      string `json:"team"`
	GroupChat string `json:"groupchat"`
}

// At most 80 characters for the short text and 4000 for the full one.
const (
	shortDescription = "OKRs in Teams that measure themselves from Azure DevOps queries."
	fullDescription  = "okrbot keeps a team's objectives and key results true by itself. " +
		"Bind a key result or a project to a shared query in Azure DevOps, and okrbot measures it every hour: " +
		"the share of work items that are completed, a count of them, or the sum of a field.\n\n" +
		"Channels that follow an objective hear what moved, with the reason: what was completed, added, removed or reopened. " +
		"Every number explains itself and links to the query and its work items.\n\n" +
		"To bind a query you sign in to Azure DevOps with your own account; okrbot sees only what you can see, and only reads."
)

func newDocument(o Options) document {
	return document{
		Schema:                 schemaURL,
		ManifestVersion:        schemaVersion,
		Version:                o.Version,
		ID:                     strings.ToLower(o.TeamsAppID),
		Developer:              developer{Name: o.Developer, WebsiteURL: o.WebsiteURL, PrivacyURL: o.PrivacyURL, TermsURL: o.TermsURL},
		Name:                   shortAndFull{Short: o.Name, Full: o.FullName},
		Description:            shortAndFull{Short: shortDescription, Full: fullDescription},
		Icons:                  icons{Color: colorName, Outline: outlineName},
		AccentColor:            o.AccentColor,
		Bots:                   []bot{{BotID: strings.ToLower(o.AppID), Scopes: scopes(), SupportsFiles: true, SupportsTargetedMessages: true, CommandLists: commandLists()}},
		ComposeExtensions:      composeExtensions(strings.ToLower(o.AppID), host(o.PublicURL)),
		DefaultInstallScope:    "personal",
		DefaultGroupCapability: groupDefaults{Team: "bot", GroupChat: "bot"},
		ValidDomains:           []string{host(o.PublicURL)},

		SupportsChannelFeatures: "tier1",
	}
}

// host is the bare host name, as validDomains wants it. The address was checked before.
func host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Hostname())
}
