package adotest

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Tokens is what IssueTokens hands out.
type Tokens struct {
	AccessToken  string
	RefreshToken string
	Expires      time.Time // of the access token
}

// DefaultScopes are the granular scopes that an application of this kind asks
// for, with offline_access and OpenID Connect.
func DefaultScopes() []string {
	return []string{adoResource + "/vso.work", adoResource + "/vso.project", adoResource + "/vso.profile", "offline_access", "openid", "profile"}
}

// IssueTokens signs a user in without the page, for tests about something else.
// Nil scopes means DefaultScopes. The client must be registered for the refresh
// token to be usable.
func (c *Cloud) IssueTokens(oid, clientID string, scopes []string) (Tokens, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	u := c.user(oid)
	if u == nil {
		return Tokens{}, fmt.Errorf("unknown user %q", oid)
	}
	if scopes == nil {
		scopes = DefaultScopes()
	}
	g := grant{oid: u.OID, tid: u.Tenant, client: clientID, scopes: slices.Clone(scopes)}
	access, refresh := c.mint(g, g.scopes)
	return Tokens{AccessToken: access, RefreshToken: refresh, Expires: c.now().Add(c.entra.lifetime)}, nil
}

// SignIn does what a person does on the sign-in page at authorizeURL: chooses
// the user (object id or UPN) and returns the URL that the browser is sent back
// to, which carries code and state, or error and error_description. It does not
// fetch that URL.
func SignIn(ctx context.Context, authorizeURL, user string) (callback string, err error) {
	return submit(ctx, authorizeURL, url.Values{"user": {user}})
}

// CancelSignIn presses Cancel on the sign-in page.
func CancelSignIn(ctx context.Context, authorizeURL string) (callback string, err error) {
	return submit(ctx, authorizeURL, url.Values{"outcome": {"cancel"}})
}

func submit(ctx context.Context, authorizeURL string, form url.Values) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, authorizeURL, strings.NewReader(form.Encode()))
	if err != nil {
		return "", fmt.Errorf("sign-in request: %w", err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	transport := &http.Transport{DisableKeepAlives: true}
	resp, err := transport.RoundTrip(req) // follows no redirect
	if err != nil {
		return "", fmt.Errorf("sign-in page: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusFound {
		return "", fmt.Errorf("sign-in page: status %d, no redirect", resp.StatusCode)
	}
	return resp.Header.Get("Location"), nil
}
