package ado

import (
	"net/url"
	"slices"
	"strings"
)

// Place is what an address of Azure DevOps points at. Project and QueryID are empty when it does not say.
type Place struct {
	Organization string
	Project      string // name or id
	QueryID      string // GUID of a saved query
}

const (
	maxAddress = 2048 // bytes; Azure DevOps' own addresses are far shorter
	// pasted is what copying leaves around an address: brackets, quotes, and characters without width.
	pasted = "<>\"'` \u00a0\u200b\u200c\u200d\u2060\ufeff"
)

// ParseOrganization reads what people type or paste where an organization is asked for: a name, "organization/project",
// or any address of Azure DevOps: dev.azure.com (with a user or below it, such as vssps.dev.azure.com), the older
// *.visualstudio.com, a page of a query, a clone address, the same below the configured base URL, and each of them as
// Outlook and Teams wrap it (Safe Links).
//
// Only names are taken from the text, never the host: requests always go to the configured base URL. The error is an
// *InputError.
func (c *Client) ParseOrganization(text string) (Place, error) {
	text = strings.Trim(strings.TrimSpace(unwrap(text)), pasted)
	if len(text) > maxAddress {
		return Place{}, inputError("This address is too long.")
	}
	var place Place
	var err error
	switch {
	case strings.Contains(text, ":v3/"):
		place, err = fromSSH(text)
	case c.looksLikeURL(text):
		place, err = c.fromURL(text)
	default:
		name, project, _ := strings.Cut(text, "/")
		place = Place{Organization: strings.TrimSpace(name), Project: strings.Trim(project, "/ ")}
	}
	if err == nil {
		err = place.validate()
	}
	if err != nil {
		return Place{}, err
	}
	return place, nil
}

// unwrap gives the address inside of a Safe Link (page "Safe Links in Microsoft Defender for Office 365").
func unwrap(text string) string {
	u, err := url.Parse(strings.Trim(strings.TrimSpace(text), pasted))
	if err != nil || len(text) > 2*maxAddress {
		return text
	}
	host := strings.ToLower(u.Hostname())
	inTeams := host == "statics.teams.cdn.office.net" && strings.Contains(u.Path, "/safelinks/")
	if inner := u.Query().Get("url"); inner != "" && (inTeams || strings.HasSuffix(host, ".safelinks.protection.outlook.com")) {
		return inner
	}
	return text
}

func (p Place) validate() error {
	if err := ValidateOrganization(p.Organization); err != nil {
		return err
	}
	if p.Project != "" {
		return ValidateProject(p.Project)
	}
	return nil
}

// looksLikeURL: an organization's name has no dot, so a dot or colon before the first slash makes a host.
func (c *Client) looksLikeURL(text string) bool {
	host, _, _ := strings.Cut(text, "/")
	return strings.ContainsAny(host, ".:@") || strings.EqualFold(host, c.base.Host)
}

// fromSSH reads git@ssh.dev.azure.com:v3/{organization}/{project}/{repository} and the older form of it.
func fromSSH(text string) (Place, error) {
	host, path, _ := strings.Cut(strings.TrimPrefix(text, "ssh://"), ":v3/")
	if !strings.HasSuffix(host, "@ssh.dev.azure.com") && !strings.HasSuffix(host, "@vs-ssh.visualstudio.com") {
		return Place{}, notAzureDevOps(host)
	}
	segments, err := split(path)
	if err != nil {
		return Place{}, err
	}
	return fromSegments(segments, nil), nil
}

func (c *Client) fromURL(text string) (Place, error) {
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return Place{}, inputError("%s is no address that can be read.", quote(text))
	}
	segments, err := split(u.EscapedPath())
	if err != nil {
		return Place{}, err
	}
	host := strings.ToLower(u.Hostname())
	switch {
	case strings.EqualFold(u.Host, c.base.Host):
		segments = dropBase(segments, c.base)
	case host == "dev.azure.com" || strings.HasSuffix(host, ".dev.azure.com"):
	case strings.HasSuffix(host, ".visualstudio.com"):
		segments = fromLegacyHost(host, segments)
	default:
		return Place{}, notAzureDevOps(u.Hostname())
	}
	if len(segments) == 0 {
		return Place{}, inputError("This address names no organization. It looks like https://dev.azure.com/<organization>.")
	}
	return fromSegments(segments, u.Query()), nil
}

func notAzureDevOps(host string) error {
	return inputError("%s is not an address of Azure DevOps. It looks like https://dev.azure.com/<organization>.", quote(host))
}

// split gives the unescaped, non-empty segments of an escaped path.
func split(escaped string) ([]string, error) {
	var segments []string
	for part := range strings.SplitSeq(escaped, "/") {
		s, err := url.PathUnescape(part)
		if err != nil {
			return nil, inputError("%s is no address that can be read.", quote(escaped))
		}
		if s = strings.TrimSpace(s); s != "" {
			segments = append(segments, s)
		}
	}
	return segments, nil
}

func dropBase(segments []string, base *url.URL) []string {
	prefix, err := split(base.EscapedPath())
	if err == nil && len(segments) >= len(prefix) && slices.Equal(segments[:len(prefix)], prefix) {
		return segments[len(prefix):]
	}
	return segments
}

// fromLegacyHost puts the organization of {organization}[.service].visualstudio.com in front, as dev.azure.com has it.
// Hosts that serve all organizations name none.
func fromLegacyHost(host string, segments []string) []string {
	organization, _, _ := strings.Cut(host, ".")
	switch organization {
	case "app", "www", "my", "marketplace", "vs-ssh":
		return nil
	}
	if len(segments) > 0 && strings.EqualFold(segments[0], "DefaultCollection") {
		segments = segments[1:]
	}
	return append([]string{organization}, segments...)
}

// fromSegments reads {organization}/{project}/…; a second segment with an underscore is a page of the organization.
// The link that the service gives for a query is {organization}/web/qr.aspx?pguid={project}&qid={query}.
func fromSegments(segments []string, query url.Values) Place {
	place := Place{}
	if len(segments) > 0 {
		place.Organization = segments[0]
	}
	if len(segments) < 2 {
		return place
	}
	switch second := segments[1]; {
	case strings.EqualFold(second, "web"):
		place.Project, place.QueryID = guidOf(query, "pguid"), guidOf(query, "qid")
		return place
	case !strings.HasPrefix(second, "_"):
		place.Project = second
		place.QueryID = queryID(segments[2:], query)
	default:
		place.QueryID = queryID(segments[1:], query)
	}
	return place
}

// queryID finds the GUID in …/_queries/query/{id}/, …/_queries?id={id}, …/_apis/wit/queries/{id} and …/wiql/{id}.
func queryID(segments []string, query url.Values) string {
	for i, s := range segments {
		switch strings.ToLower(s) {
		case "_queries", "queries", "wiql":
		default:
			continue
		}
		for _, rest := range segments[i+1:] {
			if strings.EqualFold(rest, "folder") {
				return "" // a page of a folder, which cannot run
			}
			if guid.MatchString(rest) {
				return strings.ToLower(rest)
			}
		}
		if id := guidOf(query, "id"); id != "" {
			return id
		}
	}
	return ""
}

func guidOf(query url.Values, name string) string {
	if id := query.Get(name); guid.MatchString(id) {
		return strings.ToLower(id)
	}
	return ""
}

// IsGUID says whether a text is the id of a query or project.
func IsGUID(text string) bool { return guid.MatchString(text) }
