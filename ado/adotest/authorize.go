package adotest

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// authRequest is a checked request of the authorization endpoint (Microsoft
// Learn, "Microsoft identity platform and OAuth 2.0 authorization code flow").
type authRequest struct {
	client, redirect, state, nonce, challenge string
	scopes                                    []string
}

// serveAuthorize shows the user list; a choice or a cancellation comes back as
// POST (or the Cancel link as GET) with the original query.
func (c *Cloud) serveAuthorize(x *exchange) answer {
	q := x.r.URL.Query()
	app, problem := c.knownApp(x.tenant, q.Get("client_id"))
	if problem == nil && !slices.Contains(app.RedirectURIs, q.Get("redirect_uri")) {
		problem = new(RedirectUnknown(q.Get("redirect_uri"), app.ClientID))
	}
	if problem != nil {
		return c.errorPage(*problem) // nobody to send back to
	}
	req := authRequest{
		client: app.ClientID, redirect: q.Get("redirect_uri"), state: q.Get("state"), nonce: q.Get("nonce"),
		challenge: q.Get("code_challenge"), scopes: strings.Fields(q.Get("scope")),
	}
	if e, bad := checkAuthRequest(q, req); bad {
		return c.redirectError(req, e)
	}
	return c.decide(x, req, q)
}

func (c *Cloud) decide(x *exchange, req authRequest, q url.Values) answer {
	if x.r.Method == http.MethodPost {
		form, err := url.ParseQuery(string(x.body))
		if err != nil {
			return c.errorPage(entraError("invalid_request", 90014, "The form could not be read."))
		}
		return c.choose(x, req, form)
	}
	switch {
	case q.Get("outcome") != "":
		return c.choose(x, req, url.Values{"outcome": q["outcome"]})
	case q.Get("prompt") == "none":
		return c.redirectError(req, entraError("login_required", 50058, "A silent sign-in request was sent but no user is signed in."))
	}
	return htmlAnswer(http.StatusOK, c.signInForm(x, req, q))
}

// choose ends the sign-in for the chosen user or with the chosen outcome.
func (c *Cloud) choose(x *exchange, req authRequest, form url.Values) answer {
	outcomes := map[string]EntraError{"cancel": SignInCancelled(), "consent": ConsentRequired(), "admin": AdminConsentRequired(), "unavailable": SignInUnavailable()}
	if e, ok := outcomes[form.Get("outcome")]; ok {
		return c.redirectError(req, e)
	}
	u := c.user(form.Get("user"))
	switch {
	case u == nil || u.Client != "":
		return c.errorPage(entraError("invalid_request", 50034, "The user account does not exist in the directory."))
	case u.Disabled:
		return c.errorPage(AccountDisabled())
	case !signsIn(u, x.tenant):
		return c.errorPage(entraError("invalid_request", 50020, "User account '"+u.UPN+"' from identity provider does not exist in tenant '"+x.tenant+"' and cannot access the application."))
	}
	if len(c.entra.signIn) > 0 {
		e := c.entra.signIn[0]
		c.entra.signIn = c.entra.signIn[1:]
		return c.redirectError(req, e)
	}
	c.consented(u.OID)
	code := randomText("1.A")
	c.entra.codes[code] = &codeGrant{
		grant:    grant{oid: u.OID, tid: tenantFor(u, x.tenant), client: req.client, scopes: req.scopes, nonce: req.nonce},
		redirect: req.redirect, authority: x.tenant, challenge: req.challenge, expires: c.now().Add(codeLifetime),
	}
	return redirect(req, url.Values{"code": {code}, "session_state": {randomGUID()}})
}

// signsIn says whether a user has an account at an authority: everybody has one at organizations, the own one.
func signsIn(u *User, authority string) bool {
	_, ok := u.in(authority)
	return ok || !isGUID(authority)
}

// tenantFor is the tenant that an authority signs a user in to: organizations means the home tenant, however many
// others the user is a guest of.
func tenantFor(u *User, authority string) string {
	if isGUID(authority) {
		return authority
	}
	return u.Tenant
}

// checkAuthRequest finds what Entra would send back as an error.
func checkAuthRequest(q url.Values, req authRequest) (EntraError, bool) {
	invalid := func(aadsts int, text string) (EntraError, bool) {
		return entraError("invalid_request", aadsts, text), true
	}
	mode := q.Get("response_mode")
	switch {
	case q.Get("response_type") != "code":
		return entraError("unsupported_response_type", 700054, "response_type '"+q.Get("response_type")+"' is not enabled for the application."), true
	case mode != "" && mode != "query":
		return invalid(90014, "The simulator serves response_mode 'query' only.")
	case len(req.scopes) == 0:
		return invalid(900144, "The request body must contain the following parameter: 'scope'.")
	case req.challenge == "" && q.Get("code_challenge_method") != "":
		return invalid(90014, "The required field 'code_challenge' is missing.")
	case req.challenge != "" && q.Get("code_challenge_method") != "S256":
		return invalid(501491, "Invalid code challenge method.")
	case req.challenge != "" && len(req.challenge) != 43:
		return invalid(501491, "Invalid size of Code_Challenge parameter.")
	}
	return checkScopes(req.scopes)
}

// checkScopes wants known OpenID Connect scopes or scopes of Azure DevOps.
func checkScopes(scopes []string) (EntraError, bool) {
	openID := []string{"openid", "profile", "email", "offline_access"}
	for _, s := range scopes {
		p := permission(s)
		switch {
		case slices.Contains(openID, strings.ToLower(s)), p == ".default", p == "user_impersonation", strings.HasPrefix(p, "vso."):
		case p != "":
			return entraError("invalid_client", 650053, "The application asked for scope '"+p+"' that doesn't exist on the resource '"+adoResource+"'."), true
		default:
			return entraError("invalid_scope", 70011, "The provided value for the input parameter 'scope' is not valid. The scope "+s+" is not valid."), true
		}
	}
	return EntraError{}, false
}

func (c *Cloud) knownTenant(t string) bool {
	if t == "organizations" || t == "common" {
		return true
	}
	return slices.ContainsFunc(c.users, func(u *User) bool { _, ok := u.in(t); return ok })
}

// knownApp is the registration that an authority knows. A single-tenant one is
// known to its home tenant alone, and refused where accounts of all tenants sign in.
func (c *Cloud) knownApp(tenant, client string) (App, *EntraError) {
	app, ok := c.apps[strings.ToLower(client)]
	switch {
	case !c.knownTenant(tenant):
		return App{}, new(TenantUnknown(tenant))
	case !ok:
		return App{}, new(AppUnknown(client, tenant))
	case app.Tenant == "" || strings.EqualFold(app.Tenant, tenant):
		return app, nil
	case isGUID(tenant):
		return App{}, new(AppUnknown(client, tenant))
	}
	return App{}, new(SingleTenantOnly(client))
}

func redirect(req authRequest, params url.Values) answer {
	if req.state != "" {
		params.Set("state", req.state)
	}
	sep := "?"
	if strings.Contains(req.redirect, "?") {
		sep = "&"
	}
	return answer{status: http.StatusFound}.with("Location", req.redirect+sep+params.Encode()).with("Cache-Control", "no-store")
}

func (c *Cloud) redirectError(req authRequest, e EntraError) answer {
	return redirect(req, url.Values{"error": {e.Code}, "error_description": {e.text(c.now())}})
}
