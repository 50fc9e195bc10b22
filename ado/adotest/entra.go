package adotest

import (
	"crypto/x509"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// adoResource is the application id of Azure DevOps in every tenant, and
// adoResourceURI its other name (Microsoft Learn, "Authenticate with Microsoft
// Entra ID").
const (
	adoResource    = "499b84ac-1321-427f-aa17-267ca6975798"
	adoResourceURI = "https://app.vssps.visualstudio.com"
)

const (
	codeLifetime    = 5 * time.Minute
	refreshLifetime = 90 * 24 * time.Hour
	tokenLifetime   = 3599 * time.Second
)

// App is a registration: the confidential client that signs users in.
type App struct {
	ClientID     string
	ClientSecret string
	Name         string
	Secrets      []ClientSecret      // beside ClientSecret
	Certificates []*x509.Certificate // whose keys may sign assertions
	RedirectURIs []string            // compared exactly
	Federations  []Federation
	// Tenant is the home tenant of a single-tenant registration, the only authority
	// that knows it. Empty: a multi-tenant one, which every authority knows.
	Tenant string
	// ResourceURIs are the Application ID URIs of the API that it exposes. TokensV1: clients get
	// tokens of version 1.0 for it (accessTokenAcceptedVersion is not 2).
	ResourceURIs []string
	TokensV1     bool
}

// RegisterApp adds or replaces a registration.
func (c *Cloud) RegisterApp(a App) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.apps[strings.ToLower(a.ClientID)] = a
}

// EntraError is an error of the sign-in page or the token endpoint.
type EntraError struct {
	Code        string // OAuth error, such as "invalid_grant"
	AADSTS      int
	Description string
	Status      int // of the token endpoint; 0 means 400
}

// Errors of Entra that an application meets (Microsoft Learn, "Microsoft Entra
// authentication and authorization error codes").
func entraError(code string, aadsts int, description string) EntraError {
	return EntraError{Code: code, AADSTS: aadsts, Description: description}
}

// TenantUnknown is what every authority answers that does not exist.
func TenantUnknown(tenant string) EntraError {
	return entraError("invalid_request", 90002, "Tenant '"+tenant+"' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. "+
		"Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.")
}

// AppUnknown means that the authority's directory has no such application.
func AppUnknown(client, directory string) EntraError {
	return entraError("unauthorized_client", 700016, "Application with identifier '"+client+"' was not found in the directory '"+directory+"'. "+
		"This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. "+
		"You may have sent your authentication request to the wrong tenant.")
}

// SingleTenantOnly is what "organizations" and "common" answer to an application
// that has a home tenant.
func SingleTenantOnly(client string) EntraError {
	return entraError("invalid_request", 50194, "Application '"+client+"'(okrbot) is not configured as a multi-tenant application. "+
		"Usage of the /common endpoint is not supported for such apps created after '10/15/2018'. "+
		"Use a tenant-specific endpoint or configure the application to be multi-tenant.")
}

// RedirectUnknown means that the address to come back to is not registered.
func RedirectUnknown(redirect, client string) EntraError {
	return entraError("invalid_request", 50011, "The redirect URI '"+redirect+"' specified in the request does not match the redirect URIs configured for the application '"+client+"'. "+
		"Make sure the redirect URI sent in the request matches one added to your application in the Azure portal. "+
		"Navigate to https://aka.ms/redirectUriMismatchError to learn more about how to troubleshoot this error.")
}

// SecretWrong means that the client secret is another one, or its id.
func SecretWrong(client string) EntraError {
	e := entraError("invalid_client", 7000215, "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, "+
		"not the client secret ID, for a secret added to app '"+client+"'.")
	e.Status = http.StatusUnauthorized
	return e
}

// SecretExpired means that the client secret had a last day.
func SecretExpired(client string) EntraError {
	e := entraError("invalid_client", 7000222, "The provided client secret keys for app '"+client+"' are expired. "+
		"Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds.")
	e.Status = http.StatusUnauthorized
	return e
}

// SignInCancelled is what Cancel on the page sends back.
func SignInCancelled() EntraError {
	return entraError("access_denied", 65004, "User declined to consent to access the app.")
}

// ConsentRequired means that nobody has consented to the application yet.
func ConsentRequired() EntraError {
	return entraError("consent_required", 65001, "The user or administrator has not consented to use the application.")
}

// AdminConsentRequired means that the tenant lets only administrators consent.
func AdminConsentRequired() EntraError {
	return entraError("access_denied", 90094, "The grant requires admin permission.")
}

// SignInUnavailable is a passing failure of Entra itself.
func SignInUnavailable() EntraError {
	return EntraError{Code: "temporarily_unavailable", AADSTS: 90033, Description: "A transient error has occurred. Please try again.", Status: 503}
}

// GrantRevoked means a changed password or an administrator's revocation.
func GrantRevoked() EntraError {
	return entraError("invalid_grant", 50173, "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password.")
}

// GrantExpired means 90 days without use.
func GrantExpired() EntraError {
	return entraError("invalid_grant", 700082, "The refresh token has expired due to inactivity.")
}

// GrantReused means that a refresh token was shown that had already been
// exchanged for its successor. Harsher than documented: Entra tolerates it.
func GrantReused() EntraError {
	return entraError("invalid_grant", 70000, "The provided value for the input parameter 'refresh_token' or 'assertion' is not valid: it was already redeemed.")
}

// MFARequired means that a policy now asks for a second factor.
func MFARequired() EntraError {
	return entraError("interaction_required", 50076, "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access '"+adoResource+"'.")
}

// AccessBlocked means that conditional access blocks the sign-in.
func AccessBlocked() EntraError {
	return entraError("interaction_required", 53003, "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.")
}

// AccountDisabled means that the account was switched off.
func AccountDisabled() EntraError {
	return entraError("invalid_grant", 50057, "The user account is disabled.")
}

// text is the description as Entra writes it, trace lines and all.
func (e EntraError) text(now time.Time) string {
	return fmt.Sprintf("AADSTS%d: %s Trace ID: %s Correlation ID: %s Timestamp: %s",
		e.AADSTS, e.Description, randomGUID(), randomGUID(), now.UTC().Format("2006-01-02 15:04:05Z"))
}

// FailSignIn makes the next n sign-ins, whoever is chosen, end in the error.
func (c *Cloud) FailSignIn(e EntraError, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for range n {
		c.entra.signIn = append(c.entra.signIn, e)
	}
}

// FailRefresh is the kill switch of a user: every refresh ends in the error
// until AllowRefresh.
func (c *Cloud) FailRefresh(oid string, e EntraError) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.entra.kill[strings.ToLower(oid)] = e
}

// AllowRefresh takes FailRefresh back.
func (c *Cloud) AllowRefresh(oid string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.entra.kill, strings.ToLower(oid))
}

// RevokeSessions makes the user's present refresh tokens answer AADSTS50173;
// a new sign-in works. Access tokens live on until they expire, as in reality.
func (c *Cloud) RevokeSessions(oid string) { c.endGrants(oid, GrantRevoked()) }

// ExpireRefreshTokens makes the user's present refresh tokens answer
// AADSTS700082.
func (c *Cloud) ExpireRefreshTokens(oid string) { c.endGrants(oid, GrantExpired()) }

func (c *Cloud) endGrants(oid string, e EntraError) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, g := range c.entra.refresh {
		if strings.EqualFold(g.oid, oid) && g.dead == nil {
			g.dead = &e
		}
	}
}

// ExpireAccessTokens ends the user's present access tokens now.
func (c *Cloud) ExpireAccessTokens(oid string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, g := range c.entra.access {
		if strings.EqualFold(g.oid, oid) {
			g.expires = c.now()
		}
	}
}

// grant is what a user allowed an application.
type grant struct {
	oid, tid, client string
	scopes           []string // as asked
	nonce            string
}

type codeGrant struct {
	grant
	redirect, challenge string
	authority           string // of the sign-in: a tenant, or organizations
	expires             time.Time
	used                bool
}

type refreshGrant struct {
	grant
	expires time.Time
	dead    *EntraError
}

type accessGrant struct {
	grant
	expires  time.Time
	resource bool // is for Azure DevOps
}

// allows reports whether one of the scopes was granted. ".default" and
// user_impersonation stand for all.
func (g *accessGrant) allows(scopes []string) bool {
	if len(scopes) == 0 {
		return true
	}
	return slices.ContainsFunc(g.scopes, func(s string) bool {
		name := permission(s)
		return name == ".default" || name == "user_impersonation" || slices.Contains(scopes, name)
	})
}

// permission is the part of a scope after the resource, empty for scopes of
// another resource or of OpenID Connect.
func permission(scope string) string {
	for _, r := range []string{adoResource, adoResourceURI} {
		if p, ok := strings.CutPrefix(strings.ToLower(scope), r+"/"); ok {
			return strings.TrimPrefix(p, "/")
		}
	}
	return ""
}
