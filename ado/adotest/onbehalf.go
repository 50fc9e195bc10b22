package adotest

import (
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Sources of this file: Microsoft Learn, "Microsoft identity platform and OAuth 2.0 On-Behalf-Of
// flow", "Access token claims reference" and "Microsoft Entra authentication and authorization
// error codes"; for what a client of Teams holds, "Add code to enable SSO in your bot app".

// grantOnBehalf is the grant type of the on-behalf-of flow.
const grantOnBehalf = "urn:ietf:params:oauth:grant-type:jwt-bearer"

// teamsWeb is the client of Teams in browsers.
const teamsWeb = "5e3ce6c0-2b1f-4285-8d4b-75ee78787346"

// ErrResourceUnknown means that no registration has the Application ID URI for which a client of
// Teams wants a token. Teams then tells the bot resourcematchfailed.
var ErrResourceUnknown = errors.New("no registration has this Application ID URI")

// ClientTokenKind is what is wrong with a token that a client of Teams hands over.
type ClientTokenKind string

// The kinds. All but the first are refused by the on-behalf-of flow.
const (
	ClientTokenGood     ClientTokenKind = ""
	ClientTokenExpired  ClientTokenKind = "expired"
	ClientTokenAudience ClientTokenKind = "audience" // for another application
	ClientTokenForged   ClientTokenKind = "forged"   // signed with a key that Entra does not have
	ClientTokenApp      ClientTokenKind = "app"      // of an application and not of a person
)

// ClientToken is the token that a client of Teams gets for a person and hands over to the bot: an
// access token for the bot's own API. Version 1.0 tokens name the resource as it was asked for and
// the person in upn; those of version 2.0 the client id, and preferred_username.
func (c *Cloud) ClientToken(user, resource string, kind ClientTokenKind) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	app, ok := c.exposing(resource)
	u := c.user(user)
	switch {
	case !ok:
		return "", ErrResourceUnknown
	case u == nil || u.Disabled:
		return "", fmt.Errorf("no token for the user %q", user)
	}
	if err := c.entra.ensureKey(); err != nil {
		return "", err
	}
	claims := c.clientClaims(app, u, resource)
	key := c.entra.keys[len(c.entra.keys)-1]
	kid := keyID(key)
	switch kind {
	case ClientTokenExpired:
		claims["nbf"], claims["exp"] = c.now().Add(-2*time.Hour).Unix(), c.now().Add(-time.Hour).Unix()
	case ClientTokenAudience:
		claims["aud"] = guidOf("another application")
	case ClientTokenApp:
		claims["idtyp"], claims["scp"] = "app", nil
	case ClientTokenForged:
		var err error
		if key, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
			return "", err
		}
	}
	t := jwt.NewWithClaims(jwt.SigningMethodRS256, claims)
	t.Header["kid"] = kid
	return t.SignedString(key)
}

// exposing finds the registration that exposes a resource; the caller holds the lock.
func (c *Cloud) exposing(resource string) (App, bool) {
	for _, app := range c.apps {
		if resource != "" && slices.ContainsFunc(app.ResourceURIs, func(uri string) bool { return strings.EqualFold(uri, resource) }) {
			return app, true
		}
	}
	return App{}, false
}

func (c *Cloud) clientClaims(app App, u *User, resource string) jwt.MapClaims {
	now := c.now()
	claims := jwt.MapClaims{
		"oid": u.OID, "tid": u.Tenant, "name": u.Name, "sub": guidOf("sub", app.ClientID, u.OID), "scp": "access_as_user",
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(c.entra.lifetime).Unix(),
	}
	if app.TokensV1 {
		claims["ver"], claims["aud"], claims["appid"] = "1.0", resource, teamsWeb
		claims["iss"], claims["upn"], claims["unique_name"] = "https://sts.windows.net/"+u.Tenant+"/", u.UPN, u.UPN
		return claims
	}
	claims["ver"], claims["aud"], claims["azp"] = "2.0", app.ClientID, teamsWeb
	claims["iss"], claims["preferred_username"] = c.public+"/login/"+u.Tenant+"/v2.0", u.UPN
	return claims
}

// FailOnBehalf makes every exchange for a user end in the error until AllowOnBehalf. A missing
// consent ends as in reality too: with a sign-in of the user on the page, which asks for it.
func (c *Cloud) FailOnBehalf(oid string, e EntraError) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.entra.onBehalf[strings.ToLower(oid)] = e
}

// AllowOnBehalf takes FailOnBehalf back, for everybody.
func (c *Cloud) AllowOnBehalf() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.entra.onBehalf)
}

// consented notes that a user signed in on the page and thereby agreed to the application.
func (c *Cloud) consented(oid string) {
	if e, ok := c.entra.onBehalf[strings.ToLower(oid)]; ok && e.AADSTS == 65001 {
		delete(c.entra.onBehalf, strings.ToLower(oid))
	}
}

// assertionClaims are those of a token that is exchanged.
type assertionClaims struct {
	jwt.RegisteredClaims
	ObjectID string `json:"oid"`
	TenantID string `json:"tid"`
	Type     string `json:"idtyp"`
}

// redeemOnBehalf exchanges the token that a client handed over to an application for one for Azure
// DevOps. The refresh token comes with offline_access only.
func (c *Cloud) redeemOnBehalf(x *exchange, app App, form url.Values) answer {
	claims, problem := c.checkOnBehalf(x, app, form)
	if problem != nil {
		return c.tokenError(*problem)
	}
	scopes := strings.Fields(form.Get("scope"))
	if e, bad := checkScopes(scopes); bad {
		return c.tokenError(e)
	}
	u := c.user(claims.ObjectID)
	switch e, failed := c.entra.onBehalf[strings.ToLower(claims.ObjectID)]; {
	case u == nil || u.Disabled:
		return c.tokenError(AccountDisabled())
	case failed && e.AADSTS == 65001:
		return c.tokenError(e.as("invalid_grant"))
	case failed:
		return c.tokenError(e)
	}
	return c.issue(x, grant{oid: u.OID, tid: claims.TenantID, client: app.ClientID, scopes: scopes}, scopes)
}

func (c *Cloud) checkOnBehalf(x *exchange, app App, form url.Values) (assertionClaims, *EntraError) {
	var claims assertionClaims
	missing := func(name string) *EntraError {
		return new(entraError("invalid_request", 900144, "The request body must contain the following parameter: '"+name+"'."))
	}
	grantError := func(aadsts int, text string) *EntraError { return new(entraError("invalid_grant", aadsts, text)) }
	raw := form.Get("assertion")
	switch {
	case raw == "":
		return claims, missing("assertion")
	case form.Get("scope") == "":
		return claims, missing("scope")
	case form.Get("requested_token_use") != "on_behalf_of":
		return claims, new(entraError("invalid_request", 70002, "The required parameter 'requested_token_use' is missing or is not 'on_behalf_of'."))
	}
	if _, _, err := jwt.NewParser().ParseUnverified(raw, &claims); err != nil {
		return claims, new(entraError("invalid_request", 50027, "JWT token is invalid or malformed."))
	}
	switch {
	case !slices.ContainsFunc(c.entra.keys, func(k *rsa.PrivateKey) bool { return isSigned(raw, &k.PublicKey) }):
		return claims, grantError(50013, "Assertion failed signature validation. [Reason - The key was not found.]")
	case !app.isAudience(claims.Audience):
		return claims, grantError(500131, "Assertion audience does not match the Client app presenting the assertion. The audience in the assertion was '"+strings.Join(claims.Audience, " ")+
			"' and the expected audience is '"+app.ClientID+"' or one of the Application Uris of this application with App ID '"+app.ClientID+"'.")
	case jwt.NewValidator(jwt.WithExpirationRequired(), jwt.WithTimeFunc(c.now)).Validate(claims) != nil:
		return claims, grantError(500133, "Assertion is not within its valid time range. Ensure that the access token is not expired before using it for user assertion, or request a new token.")
	case claims.Type == "app":
		return claims, grantError(7000114, "Application '"+app.ClientID+"' is not allowed to make application on-behalf-of calls.")
	case !strings.EqualFold(x.tenant, claims.TenantID):
		return claims, grantError(50020, "User account from identity provider does not exist in tenant '"+x.tenant+"' and cannot access the application.")
	}
	return claims, nil
}

// isAudience says whether a token is for the application: by its id, or by one of its URIs.
func (a App) isAudience(audience []string) bool {
	return len(audience) == 1 && slices.ContainsFunc(append([]string{a.ClientID}, a.ResourceURIs...), func(name string) bool { return strings.EqualFold(name, audience[0]) })
}

// ownToken is a token of the application itself for an API that a registration exposes; false: it
// is asked for something else.
func (c *Cloud) ownToken(x *exchange, app App, form url.Values) (answer, bool) {
	resource, isDefault := strings.CutSuffix(form.Get("scope"), "/.default")
	if !isDefault || !strings.HasPrefix(resource, "api://") || !isGUID(x.tenant) {
		return answer{}, false
	}
	api, ok := c.exposing(resource)
	if !ok {
		return c.tokenError(entraError("invalid_resource", 500011, "The resource principal named "+resource+" was not found in the tenant named Contoso. "+
			"This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant.")), true
	}
	if err := c.entra.ensureKey(); err != nil {
		return answer{status: http.StatusInternalServerError}, true
	}
	now := c.now()
	raw, err := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{
		"ver": "2.0", "aud": api.ClientID, "azp": app.ClientID, "tid": x.tenant, "idtyp": "app",
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(c.entra.lifetime).Unix(),
	}).SignedString(c.entra.keys[len(c.entra.keys)-1])
	if err != nil {
		return answer{status: http.StatusInternalServerError}, true
	}
	secs := int(c.entra.lifetime.Seconds())
	return jsonAnswer(http.StatusOK, object{"token_type": "Bearer", "expires_in": secs, "ext_expires_in": secs, "access_token": raw}), true
}
