package adotest

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Machine is that on which the client runs: its managed identities, and the secret that
// App Service gives with the endpoint.
type Machine struct {
	Own      string   `json:"own"`      // client id of the system-assigned identity; empty: none
	Assigned []string `json:"assigned"` // client ids of user-assigned identities
	Header   string   `json:"header"`   // X-IDENTITY-HEADER of the App Service form
}

// TokenExchange is the audience of the tokens that federated identity credentials trust.
const TokenExchange = "api://AzureADTokenExchange"

// SetMachine says what the identity endpoints answer for. Each client id is that of a
// service principal, see [Cloud.AddPrincipal]. None is known at first.
func (c *Cloud) SetMachine(m Machine) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.machine = m
}

// IdentityEndpoint stands for the address that App Service sets as IDENTITY_ENDPOINT. It
// needs a public URL. The metadata service of a virtual machine is at /metadata/identity.
func (c *Cloud) IdentityEndpoint() string { return c.PublicURL() + "/msi/token" }

// TrustMachine adds a federated identity credential for a managed identity of the
// machine to the registration of an application.
func (c *Cloud) TrustMachine(application, identity string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	app, trusted := c.findPrincipal(application), c.findPrincipal(identity)
	if app == nil || trusted == nil || c.entra.ensureKey() != nil {
		return false
	}
	key := strings.ToLower(app.Client)
	registered := c.apps[key]
	registered.Federations = append(registered.Federations, Federation{
		Issuer: c.public + "/login/" + trusted.Tenant + "/v2.0", Subject: trusted.OID, Audience: TokenExchange,
		Key: &c.entra.keys[len(c.entra.keys)-1].PublicKey,
	})
	c.apps[key] = registered
	return true
}

// serveAppService is the endpoint of App Service (Microsoft Learn, "Use managed
// identities for App Service", REST endpoint reference). The texts of refusals are
// inferred.
func (c *Cloud) serveAppService(x *exchange) answer {
	refuse := func(text string) answer {
		return jsonAnswer(http.StatusBadRequest, object{"statusCode": http.StatusBadRequest, "message": text})
	}
	switch {
	case x.r.Method != http.MethodGet || x.param("api-version") != "2019-08-01":
		return refuse("The api-version is not supported.")
	case c.machine.Header == "" || x.r.Header.Get("X-Identity-Header") != c.machine.Header:
		return jsonAnswer(http.StatusUnauthorized, object{"statusCode": http.StatusUnauthorized, "message": "Unauthorized"})
	}
	id := c.identity(x)
	if id == nil {
		return refuse("No Managed Identity found for specified ClientId/ResourceId/PrincipalId.")
	}
	a, body := c.identityToken(x, id)
	if body == nil {
		return a
	}
	delete(body, "expires_in")
	return jsonAnswer(http.StatusOK, body)
}

// serveMetadata is the instance metadata service of a virtual machine (Microsoft Learn,
// "Use managed identities on a virtual machine to acquire an access token").
func (c *Cloud) serveMetadata(x *exchange) answer {
	refuse := func(code, text string) answer {
		return jsonAnswer(http.StatusBadRequest, object{"error": code, "error_description": text})
	}
	switch {
	case !strings.EqualFold(x.r.Header.Get("Metadata"), "true") || x.r.Header.Get("X-Forwarded-For") != "":
		return refuse("bad_request_102", "Required metadata header not specified")
	case x.r.Method != http.MethodGet || x.param("api-version") != "2018-02-01":
		return refuse("invalid_request", "The api-version is not supported.")
	}
	id := c.identity(x)
	if id == nil {
		return refuse("invalid_request", "Identity not found")
	}
	a, body := c.identityToken(x, id)
	if body == nil {
		return a
	}
	return jsonAnswer(http.StatusOK, body)
}

// identity is the managed identity that is asked for. Without a client id that is the
// machine's own, or the only one that is assigned.
func (c *Cloud) identity(x *exchange) *User {
	asked, m := x.param("client_id"), c.machine
	if asked == "" && m.Own == "" && len(m.Assigned) == 1 {
		asked = m.Assigned[0]
	}
	if asked == "" {
		asked = m.Own
	}
	for _, id := range append([]string{m.Own}, m.Assigned...) {
		if id != "" && strings.EqualFold(id, asked) {
			return c.findPrincipal(id)
		}
	}
	return nil
}

// identityToken is a token of a managed identity, with the numbers as text; without a
// body it is refused.
func (c *Cloud) identityToken(x *exchange, id *User) (answer, object) {
	app := c.apps[strings.ToLower(id.Client)]
	if problem := c.principalProblem(id, app, id.Tenant); problem != nil {
		return c.tokenError(*problem), nil
	}
	resource := strings.TrimSuffix(x.param("resource"), "/")
	body := object{"client_id": id.Client, "resource": resource, "token_type": "Bearer"}
	life := c.entra.lifetime
	switch resource {
	case adoResource, adoResourceURI:
		body["access_token"], _ = c.mint(grant{oid: id.OID, tid: id.Tenant, client: id.Client}, []string{adoResource + "/.default"})
	case TokenExchange:
		body["access_token"] = c.exchangeToken(x, id)
	default:
		return c.tokenError(entraError("invalid_resource", 500011, "The resource principal named "+resource+" was not found in the tenant.")), nil
	}
	body["expires_in"] = strconv.Itoa(int(life.Seconds()))
	body["expires_on"] = strconv.FormatInt(c.now().Add(life).Unix(), 10)
	body["not_before"] = strconv.FormatInt(c.now().Add(-5*time.Minute).Unix(), 10)
	return answer{}, body
}

// exchangeToken says who a managed identity is, for those who trust it.
func (c *Cloud) exchangeToken(x *exchange, id *User) string {
	if c.entra.ensureKey() != nil {
		return ""
	}
	key := c.entra.keys[len(c.entra.keys)-1]
	t := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{
		"iss": x.base + "/login/" + id.Tenant + "/v2.0", "sub": id.OID, "aud": TokenExchange, "oid": id.OID, "tid": id.Tenant, "azp": id.Client,
		"iat": c.now().Unix(), "nbf": c.now().Unix(), "exp": c.now().Add(24 * time.Hour).Unix(),
	})
	t.Header["kid"] = keyID(key)
	signed, err := t.SignedString(key)
	if err != nil {
		return ""
	}
	return signed
}
