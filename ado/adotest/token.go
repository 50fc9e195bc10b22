package adotest

import (
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// maxTokens are kept before expired ones are forgotten.
const maxTokens = 10_000

// tokenError is the error body of the token endpoint.
func (c *Cloud) tokenError(e EntraError) answer {
	status := e.Status
	if status == 0 {
		status = http.StatusBadRequest
	}
	body := object{
		"error": e.Code, "error_description": e.text(c.now()), "error_codes": []int{e.AADSTS},
		"timestamp": c.now().UTC().Format("2006-01-02 15:04:05Z"), "trace_id": randomGUID(), "correlation_id": randomGUID(),
		"error_uri": "https://login.microsoftonline.com/error?code=" + strconv.Itoa(e.AADSTS),
	}
	if e.Code == "interaction_required" {
		body["suberror"] = "basic_action"
	}
	return jsonAnswer(status, body).with("Content-Type", "application/json; charset=utf-8").with("Cache-Control", "no-store")
}

// serveToken exchanges a code or a refresh token.
func (c *Cloud) serveToken(x *exchange) answer {
	form, err := url.ParseQuery(string(x.body))
	if err != nil || x.r.Method != http.MethodPost || !strings.HasPrefix(x.r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return c.tokenError(entraError("invalid_request", 900144, "The request body must contain the following parameter: 'grant_type'."))
	}
	if c.modes[ModeCodeFirst] && form.Get("grant_type") == "authorization_code" && c.entra.codes[form.Get("code")] == nil {
		return c.tokenError(entraError("invalid_grant", 9002313, "Invalid request. Request is malformed or invalid."))
	}
	app, problem := c.client(x, form)
	if problem != nil {
		return c.tokenError(*problem)
	}
	switch form.Get("grant_type") {
	case "authorization_code":
		return c.redeemCode(x, app, form)
	case "refresh_token":
		return c.redeemRefresh(x, app, form)
	case grantOnBehalf:
		return c.redeemOnBehalf(x, app, form)
	case "client_credentials":
		if a, ok := c.ownToken(x, app, form); ok {
			return a
		}
		return c.appToken(x, app, form)
	}
	return c.tokenError(entraError("unsupported_grant_type", 70003, "The app requested an unsupported grant type '"+form.Get("grant_type")+"'."))
}

// client authenticates the application, by form or by Basic header.
func (c *Cloud) client(x *exchange, form url.Values) (App, *EntraError) {
	id, secret := form.Get("client_id"), form.Get("client_secret")
	if u, p, ok := x.r.BasicAuth(); ok {
		id, secret = unescape(u), unescape(p)
	}
	app, problem := c.knownApp(x.tenant, id)
	if problem != nil {
		return app, problem
	}
	if form.Has("client_assertion") {
		return app, c.checkAssertion(x, app, form)
	}
	if secret == "" {
		return app, new(refusedAssertion(7000218, "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."))
	}
	return app, c.checkSecret(app, secret)
}

func unescape(s string) string {
	if d, err := url.QueryUnescape(s); err == nil {
		return d
	}
	return s
}

func (c *Cloud) redeemCode(x *exchange, app App, form url.Values) answer {
	g := c.entra.codes[form.Get("code")]
	bad := func(aadsts int, text string) answer { return c.tokenError(entraError("invalid_grant", aadsts, text)) }
	switch {
	case g == nil || g.client != app.ClientID:
		return bad(9002313, "Invalid request. Request is malformed or invalid.")
	case g.used:
		return bad(54005, "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.")
	case !strings.EqualFold(x.tenant, g.authority):
		return bad(700005, "Provided Authorization Code is intended to use against other tenant, thus rejected.")
	case !c.now().Before(g.expires):
		return bad(70008, "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.")
	case form.Get("redirect_uri") != g.redirect:
		return bad(50011, "The redirect URI specified in the request does not match the one the code was issued for.")
	case g.challenge != "" && form.Get("code_verifier") == "":
		return bad(501481, "The Code_Verifier does not match the code_challenge supplied in the authorization request.")
	case g.challenge != "" && challenge(form.Get("code_verifier")) != g.challenge:
		return bad(50148, "The code_verifier does not match the code_challenge supplied in the authorization request for PKCE.")
	}
	g.used = true
	return c.issue(x, g.grant, g.scopes)
}

func challenge(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func (c *Cloud) redeemRefresh(x *exchange, app App, form url.Values) answer {
	g := c.entra.refresh[form.Get("refresh_token")]
	if g == nil || g.client != app.ClientID {
		return c.tokenError(entraError("invalid_grant", 9002313, "Invalid request. Request is malformed or invalid."))
	}
	if e, dead := c.refreshProblem(g); dead {
		return c.tokenError(e)
	}
	scopes := g.scopes
	if asked := strings.Fields(form.Get("scope")); len(asked) > 0 {
		if e, bad := checkScopes(asked); bad {
			return c.tokenError(e)
		}
		scopes = asked
	}
	for _, s := range scopes { // more than was granted needs the user
		if permission(s) != "" && !slices.Contains(g.scopes, s) {
			return c.tokenError(ConsentRequired().as("invalid_grant"))
		}
	}
	if u := c.user(g.oid); !signsIn(u, x.tenant) {
		return c.tokenError(entraError("invalid_grant", 50020, "User account '"+u.UPN+"' from identity provider does not exist in tenant '"+x.tenant+"' and cannot access the application."))
	}
	if !c.modes[ModeTolerateReuse] {
		g.dead = new(GrantReused())
	}
	renewed := g.grant
	renewed.tid = tenantFor(c.user(g.oid), x.tenant) // a refresh token is good for every tenant of the person
	return c.issue(x, renewed, scopes)
}

func (e EntraError) as(code string) EntraError {
	e.Code = code
	return e
}

func (c *Cloud) refreshProblem(g *refreshGrant) (EntraError, bool) {
	if e, on := c.entra.kill[strings.ToLower(g.oid)]; on {
		return e, true
	}
	switch u := c.user(g.oid); {
	case g.dead != nil:
		return *g.dead, true
	case u == nil || u.Disabled:
		return AccountDisabled(), true
	case !c.now().Before(g.expires):
		return GrantExpired(), true
	}
	return EntraError{}, false
}

// issue writes the token response. The granted scope leaves offline_access out,
// as Entra does; its sign is the refresh token.
func (c *Cloud) issue(x *exchange, g grant, scopes []string) answer {
	secs := int(c.entra.lifetime.Seconds())
	access, refresh := c.mint(g, scopes)
	body := object{"token_type": "Bearer", "expires_in": secs, "ext_expires_in": secs, "access_token": access}
	granted := slices.DeleteFunc(slices.Clone(scopes), func(s string) bool { return s == "offline_access" })
	body["scope"] = strings.Join(granted, " ")
	if refresh != "" {
		body["refresh_token"] = refresh
	}
	if u := c.user(g.oid); u != nil && slices.Contains(scopes, "openid") {
		id, err := c.idToken(x, g, u)
		if err != nil {
			return c.tokenError(SignInUnavailable())
		}
		body["id_token"] = id
	}
	return jsonAnswer(http.StatusOK, body).with("Content-Type", "application/json; charset=utf-8").with("Cache-Control", "no-store")
}

// mint makes an opaque access token and, if offline_access was granted, a
// refresh token.
func (c *Cloud) mint(g grant, scopes []string) (access, refresh string) {
	if len(c.entra.access) > maxTokens {
		maps.DeleteFunc(c.entra.access, func(_ string, g *accessGrant) bool { return !c.now().Before(g.expires) })
	}
	access = randomText("EwB4A8l6BAAU")
	narrowed := g
	narrowed.scopes = scopes
	c.entra.access[access] = &accessGrant{
		grant: narrowed, expires: c.now().Add(c.entra.lifetime),
		resource: slices.ContainsFunc(scopes, func(s string) bool { return permission(s) != "" }),
	}
	if slices.Contains(g.scopes, "offline_access") {
		refresh = randomText("1.AXkA")
		c.entra.refresh[refresh] = &refreshGrant{grant: g, expires: c.now().Add(refreshLifetime)}
	}
	return access, refresh
}
