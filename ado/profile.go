package ado

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"strings"
)

// Profile is the signed-in person, across organizations.
type Profile struct {
	ID           string `json:"id"` // the memberID of Accounts
	DisplayName  string `json:"displayName"`
	EmailAddress string `json:"emailAddress"`
	PublicAlias  string `json:"publicAlias"`
	TimeStamp    Time   `json:"timeStamp"`
}

// MyProfile gives the token's owner; it needs no organization, so it proves a token by itself.
// https://learn.microsoft.com/rest/api/azure/devops/profile/profiles/get
func (s *Session) MyProfile(ctx context.Context) (Profile, error) {
	c := get("my profile", under(s.c.profile, "_apis", "profile", "profiles", "me"))
	p, _, err := fetch[Profile](ctx, s, c)
	return p, err
}

// Account is an organization that a person belongs to.
type Account struct {
	ID     string `json:"accountId"`
	Name   string `json:"accountName"`
	URI    string `json:"accountUri"`
	Status Status `json:"accountStatus"` // mostly absent
}

// Status is the state of an account: none, enabled, disabled, deleted or moved; empty when not said.
type Status string

// UnmarshalJSON takes the name or the number of the value (page "Accounts - List", AccountStatus).
func (s *Status) UnmarshalJSON(data []byte) error {
	var name string
	if json.Unmarshal(data, &name) == nil {
		*s = Status(strings.ToLower(name))
		return nil
	}
	var number int
	if err := json.Unmarshal(data, &number); err != nil {
		return err
	}
	names := []Status{"none", "enabled", "disabled", "deleted", "moved"}
	*s = "unknown"
	if number >= 0 && number < len(names) {
		*s = names[number]
	}
	return nil
}

// Accounts lists the organizations of a member (Profile.ID) that can be used: those not disabled, deleted or moved.
// https://learn.microsoft.com/rest/api/azure/devops/account/accounts/list
func (s *Session) Accounts(ctx context.Context, memberID string) ([]Account, error) {
	c := get("accounts", under(s.c.profile, "_apis", "accounts"), "memberId", memberID)
	page, _, err := fetch[list[Account]](ctx, s, c)
	usable := make([]Account, 0, len(page.Value))
	for _, a := range page.Value {
		if a.Status == "" || a.Status == "enabled" {
			usable = append(usable, a)
		}
	}
	return usable, err
}

// resourceAreaCore is the id of the "Core" area, whose location is the organization's address.
const resourceAreaCore = "79134C72-4A58-4B42-976C-04E7115F32BF"

// OrganizationExists asks without credentials, so it also tells about organizations that the identity cannot enter. A
// refusal means no, as in the sample of the page; when the service cannot answer, or somebody else answers with a page of
// their own, that is ErrUnavailable.
// https://learn.microsoft.com/azure/devops/extend/develop/work-with-urls
func (s *Session) OrganizationExists(ctx context.Context, organization string) (bool, error) {
	c := get("organization", under(s.c.base, "_apis", "resourceAreas", resourceAreaCore),
		"accountName", organization, "api-version", "5.0-preview.1")
	c.anonymous = true
	area, _, err := fetch[struct {
		LocationURL string `json:"locationUrl"`
	}](ctx, s, c)
	failure, ok := errors.AsType[*Error](err)
	if ok && failure.Status == http.StatusOK { // nobody was asked to sign in
		failure.Kind = ErrUnavailable
	}
	if ok && failure.Kind != ErrThrottled && failure.Kind != ErrUnavailable {
		err = nil // a refusal
	}
	return area.LocationURL != "", err
}

// OrganizationTenant names the Microsoft Entra tenant that an organization is connected to, where alone its members and
// guests can sign in: an id in lower case, empty when the answer does not say. It asks without credentials, by the
// address of the organization and then, as Microsoft's build agent does, by its connection data. Its error is the refusal
// that names no tenant.
func (s *Session) OrganizationTenant(ctx context.Context, organization string) (string, error) {
	home := call{op: "organization tenant", method: http.MethodHead, anonymous: true}
	at := s.org(organization)
	home.url, home.err = at.url, at.err
	data := get("organization tenant", s.org(organization, "_apis", "connectionData"), "api-version", "7.1-preview.1")
	data.anonymous = true
	var header http.Header
	var err error
	for _, c := range []call{home, data} {
		header, err = s.do(ctx, c, func(body []byte) error { return json.Unmarshal(body, &struct{}{}) })
		if failure, refused := errors.AsType[*Error](err); refused && failure.Tenant != "" {
			return failure.Tenant, nil
		}
		if tenant := tenantOf(header); tenant != "" {
			return tenant, nil
		}
	}
	return "", err
}

// authorizationURI is where a challenge sends to; what counts of it is the tenant, never the host.
var authorizationURI = regexp.MustCompile(`(?i)authorization_uri="?https?://[^\s",]+?/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b`)

// noTenant stands for organizations of Microsoft accounts, which belong to no tenant.
const noTenant = "00000000-0000-0000-0000-000000000000"

// tenantOf reads the tenant that an answer names for the sign-in: X-VSS-ResourceTenant, or the address of the challenge.
// Several are none, for it is not said which is meant.
func tenantOf(h http.Header) string {
	named := strings.Split(strings.Join(h.Values("X-VSS-ResourceTenant"), ","), ",")
	if id := strings.ToLower(strings.TrimSpace(named[0])); len(named) == 1 && IsGUID(id) && id != noTenant {
		return id
	}
	for _, challenge := range h.Values("WWW-Authenticate") {
		if m := authorizationURI.FindStringSubmatch(challenge); m != nil && m[1] != noTenant {
			return strings.ToLower(m[1])
		}
	}
	return ""
}

// ConnectionData says who the token is in one organization.
type ConnectionData struct {
	AuthenticatedUser ConnectionUser `json:"authenticatedUser"`
	AuthorizedUser    ConnectionUser `json:"authorizedUser"`
	InstanceID        string         `json:"instanceId"` // the organization's id
	DeploymentType    string         `json:"deploymentType"`
}

// ConnectionUser is an identity as one organization knows it.
type ConnectionUser struct {
	ID                  string `json:"id"`
	SubjectDescriptor   string `json:"subjectDescriptor"`
	ProviderDisplayName string `json:"providerDisplayName"`
	IsActive            bool   `json:"isActive"`
	Properties          struct {
		Account struct {
			Value string `json:"$value"` // the sign-in address
		} `json:"Account"`
	} `json:"properties"`
}

// ConnectionData is a preview of the API, which every Microsoft client calls first.
func (s *Session) ConnectionData(ctx context.Context, organization string) (ConnectionData, error) {
	c := get("connection data", s.org(organization, "_apis", "connectionData"), "api-version", "7.1-preview.1")
	d, _, err := fetch[ConnectionData](ctx, s, c)
	return d, err
}
