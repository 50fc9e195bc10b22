package bottest

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// botScope is the scope of the public cloud ("Authentication with the Bot Connector API").
const botScope = "https://api.botframework.com/.default"

// tokenLifetime is what Entra grants an app token, one hour less a second.
const tokenLifetime = 3599 * time.Second

// entraError is one refusal of the token endpoint. The codes and texts follow the
// page "Microsoft Entra authentication and authorization error codes".
type entraError struct {
	status int
	name   string
	code   int
	text   string
}

// serveToken is /login/{authority}/oauth2/v2.0/token for client credentials.
func (c *Cloud) serveToken(w http.ResponseWriter, r *http.Request) {
	authority, ok := strings.CutSuffix(strings.TrimPrefix(r.URL.Path, "/login/"), "/oauth2/v2.0/token")
	if !ok || r.Method != http.MethodPost {
		http.NotFound(w, r)
		return
	}
	if c.enter(w, r, OpToken) {
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if refusal := c.checkTokenRequest(r, authority); refusal != nil {
		c.mu.Lock()
		c.counts.TokenErrors++
		c.mu.Unlock()
		refusal.write(w)
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"token_type": "Bearer", "expires_in": int(tokenLifetime.Seconds()),
		"ext_expires_in": int(tokenLifetime.Seconds()), "access_token": c.IssueToken(),
	})
}

func (c *Cloud) checkTokenRequest(r *http.Request, authority string) *entraError {
	if err := r.ParseForm(); err != nil {
		return &entraError{http.StatusBadRequest, "invalid_request", 900144, "AADSTS900144: The request body must contain the required parameters."}
	}
	id, secret, basic := r.BasicAuth()
	if !basic {
		id, secret = r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	}
	home, directory := c.opts.AppTenant, authority
	if home == "" {
		home = "botframework.com"
	}
	if authority == "botframework.com" {
		directory = "Bot Framework"
	}
	switch {
	case r.PostForm.Get("grant_type") != "client_credentials":
		return &entraError{http.StatusBadRequest, "unsupported_grant_type", 70003, "AADSTS70003: The app requested an unsupported grant type."}
	case authority != "botframework.com" && !strings.EqualFold(authority, DefaultTenant) && !strings.EqualFold(authority, home):
		return &entraError{
			http.StatusBadRequest, "invalid_request", 90002,
			"AADSTS90002: Tenant '" + authority + "' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.",
		}
	case id != c.opts.AppID || !strings.EqualFold(authority, home):
		return &entraError{
			http.StatusBadRequest, "unauthorized_client", 700016,
			"AADSTS700016: Application with identifier '" + id + "' was not found in the directory '" + directory + "'.",
		}
	case r.PostForm.Get("scope") != botScope:
		return &entraError{http.StatusBadRequest, "invalid_scope", 1002012, "AADSTS1002012: The provided value for scope is not valid."}
	case r.PostForm.Has("client_assertion"):
		return c.checkAssertion(r.PostForm)
	case secret != c.opts.AppPassword:
		return &entraError{
			http.StatusUnauthorized, "invalid_client", 7000215,
			"AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '" + id + "'.",
		}
	}
	return nil
}

func (e *entraError) write(w http.ResponseWriter) {
	writeJSON(w, e.status, map[string]any{
		"error": e.name, "error_description": e.text, "error_codes": []int{e.code},
		"trace_id": "00000000-0000-4000-8000-000000000001", "correlation_id": "00000000-0000-4000-8000-000000000002",
	})
}

// IssueToken returns a bearer token that the connector accepts, for tests that call
// it directly; a bot draws its own at the token endpoint.
func (c *Cloud) IssueToken() string {
	token := "bottest." + rand.Text()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counts.Tokens++
	c.tokens[token] = c.opts.Now().Add(tokenLifetime)
	return token
}

// RevokeTokens makes the connector refuse every token issued so far with 401.
func (c *Cloud) RevokeTokens() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.tokens)
}

// authorized reports whether the request carries a live token of this Cloud and
// counts those that do not.
func (c *Cloud) authorized(r *http.Request) bool {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	c.mu.Lock()
	defer c.mu.Unlock()
	expiry, known := c.tokens[token]
	if !strings.EqualFold(scheme, "Bearer") || !known || !c.opts.Now().Before(expiry) {
		c.counts.Unauthorized++
		return false
	}
	return true
}

// denyBearer answers as the connector does to a token it does not accept.
func denyBearer(w http.ResponseWriter) {
	writeJSON(w, http.StatusUnauthorized, map[string]any{"message": "Authorization has been denied for this request."})
}

// writeJSON answers with a JSON body; a broken connection is the caller's to notice.
func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
