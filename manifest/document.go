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
	WebApplicationInfo     *webApplication    `json:"webApplicationInfo,omitempty"`
	// Without it, the app cannot be added to private and shared channels.
	SupportsChannelFeatures string `json:"supportsChannelFeatures"`
}

// webApplication is the registration whose API Teams asks for tokens of people.
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/authentication/bot-sso-manifest
type webApplication struct {
	ID       string `json:"id"`
	Resource string `json:"resource"`
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
	shortDescription = "OKRs in Teams that update themselves from Azure DevOps."
	fullDescription  = "okrbot keeps your team's objectives and key results up to date. " +
		"Bind a key result or a project to a shared query in Azure DevOps, and okrbot updates it automatically: " +
		"the percentage of completed work items, a count, or the total of a field.\n\n" +
		"Channels that follow an objective get a post when it changes, with the reason: what was completed, added, removed or reopened. " +
		"Every number shows how it is calculated, and links to the query and its work items.\n\n" +
		"To bind a query, you sign in to Azure DevOps with your own account. okrbot sees only what you can see, and only reads."
)

func newDocument(o Options) document {
	return document{
		Schema:                 schemaURL,
		ManifestVersion:        schemaVersion,
		Version:                o.Version,
		ID:                     strings.ToLower(o.TeamsAppID),
		Developer:              developer{Name: o.Developer, WebsiteURL: o.WebsiteURL, PrivacyURL: o.PrivacyURL, TermsURL: o.TermsURL},
		Name:                   shortAndFull{Short: o.Name, Full: o.FullName},
		Description:            shortAndFull{Short: shortDescription, Full: strings.TrimSpace(fullDescription + "\n\n" + o.Release)},
		Icons:                  icons{Color: colorName, Outline: outlineName},
		AccentColor:            o.AccentColor,
		Bots:                   []bot{{BotID: strings.ToLower(o.AppID), Scopes: scopes(), SupportsFiles: true, SupportsTargetedMessages: true, CommandLists: commandLists()}},
		ComposeExtensions:      composeExtensions(strings.ToLower(o.AppID), host(o.PublicURL)),
		DefaultInstallScope:    "personal",
		DefaultGroupCapability: groupDefaults{Team: "bot", GroupChat: "bot"},
		ValidDomains:           validDomains(o),
		WebApplicationInfo:     webApplicationOf(o),

		SupportsChannelFeatures: "tier1",
	}
}

// tokenService is the host of Azure Bot's OAuth connections, as the page about single sign-on has it.
const tokenService = "token.botframework.com" //nolint:gosec // a host

func validDomains(o Options) []string {
	if o.SSOResource == "" {
		return []string{host(o.PublicURL)}
	}
	return []string{host(o.PublicURL), tokenService}
}

func webApplicationOf(o Options) *webApplication {
	if o.SSOResource == "" {
		return nil
	}
	return &webApplication{ID: strings.ToLower(o.SSOAppID), Resource: o.SSOResource}
}

// host is the bare host name, as validDomains wants it. The address was checked before.
func host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Hostname())
}
