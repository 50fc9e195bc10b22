package adotest

import (
	"crypto/sha1" //nolint:gosec // the thumbprint that the portal shows
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// PrincipalMissing means that a multi-tenant application has no service principal in the
// tenant.
func PrincipalMissing(client, tenant string) EntraError {
	return entraError("unauthorized_client", 7000229, "The client application "+client+" is missing service principal in the tenant "+tenant+". "+
		"See instructions here: https://go.microsoft.com/fwlink/?linkid=2225119")
}

// ApplicationDisabled means that sign-in is switched off for the enterprise application.
func ApplicationDisabled(client, name string) EntraError {
	return entraError("unauthorized_client", 7000112, "Application '"+client+"'("+name+") is disabled.")
}

// WorkloadBlocked means that a conditional access policy for workload identities refuses
// the application. That its OAuth error is access_denied is inferred.
func WorkloadBlocked() EntraError {
	return AccessBlocked().as("access_denied")
}

// ResourceMissing means that nobody of the tenant has used Azure DevOps yet.
func ResourceMissing(tenant string) EntraError {
	return entraError("invalid_resource", 500011, "The resource principal named "+adoResource+" was not found in the tenant named "+tenant+". "+
		"This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant.")
}

// CertificateUnknown means that no certificate with the thumbprint is registered.
func CertificateUnknown(client, thumbprint string) EntraError {
	return refusedAssertion(700027, "The certificate with identifier used to sign the client assertion is not registered on application. "+
		"[Reason - The key was not found., Thumbprint of key used by client: '"+thumbprint+"', Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id '"+client+"'.]")
}

// refusedAssertion is the answer of the token endpoint to an assertion that is not good.
func refusedAssertion(code int, text string) EntraError {
	e := entraError("invalid_client", code, text)
	e.Status = http.StatusUnauthorized
	return e
}

// appToken is a token of the application itself. Only a tenant gives one. That of a
// service principal opens the organizations that it was added to; any other opens nothing.
func (c *Cloud) appToken(x *exchange, app App, form url.Values) answer {
	switch {
	case !isGUID(x.tenant):
		return c.tokenError(entraError("invalid_request", 50059, "No tenant-identifying information found in either the request or implied by any provided credentials."))
	case permission(form.Get("scope")) != ".default":
		return c.tokenError(entraError("invalid_scope", 1002012, "The provided value for scope "+form.Get("scope")+" is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI)."))
	}
	p := c.principal(app.ClientID, x.tenant)
	if problem := c.principalProblem(p, app, x.tenant); problem != nil {
		return c.tokenError(*problem)
	}
	access := randomText("EwB4A8l6BAAU")
	if p != nil {
		access, _ = c.mint(grant{oid: p.OID, tid: p.Tenant, client: app.ClientID}, []string{form.Get("scope")})
	}
	secs := int(c.entra.lifetime.Seconds())
	return jsonAnswer(http.StatusOK, object{"token_type": "Bearer", "expires_in": secs, "ext_expires_in": secs, "access_token": access}).
		with("Content-Type", "application/json; charset=utf-8").with("Cache-Control", "no-store")
}

func (c *Cloud) principalProblem(p *User, app App, tenant string) *EntraError {
	if p == nil {
		if c.findPrincipal(app.ClientID) != nil {
			return new(PrincipalMissing(app.ClientID, tenant))
		}
		return nil
	}
	if e, on := c.entra.kill[strings.ToLower(p.OID)]; on {
		return &e
	}
	switch {
	case p.Disabled:
		return new(ApplicationDisabled(app.ClientID, p.Name))
	case p.Blocked:
		return new(WorkloadBlocked())
	}
	return nil
}

// checkSecret compares a secret with all of a registration.
func (c *Cloud) checkSecret(app App, secret string) *EntraError {
	if app.ClientSecret != "" && same(secret, app.ClientSecret) {
		return nil
	}
	for _, s := range app.Secrets {
		switch {
		case !same(secret, s.Value):
		case s.Ends.IsZero() || c.now().Before(s.Ends):
			return nil
		default:
			return new(SecretExpired(app.ClientID))
		}
	}
	return new(SecretWrong(app.ClientID))
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// isOwnAssertion says whether an application signed an assertion itself.
func (a App) isOwnAssertion(claims jwt.RegisteredClaims) bool {
	return strings.EqualFold(claims.Issuer, a.ClientID)
}

// checkCertificate authenticates an application by an assertion that is signed with the
// key of a registered certificate (Microsoft Learn, "Microsoft identity platform
// application authentication certificate credentials").
func (c *Cloud) checkCertificate(x *exchange, app App, raw string, claims jwt.RegisteredClaims) *EntraError {
	header := assertionHeader(raw)
	sha256Of, isNew := header["x5t#S256"].(string)
	sha1Of, isOld := header["x5t"].(string)
	switch {
	case !isNew && !isOld:
		return new(refusedAssertion(50027, "JWT token is invalid or malformed. No certificate thumbprint specified in token header."))
	case header["alg"] != "PS256" && header["alg"] != "RS256":
		return new(refusedAssertion(50027, "JWT token is invalid or malformed."))
	case !strings.EqualFold(claims.Subject, app.ClientID):
		return new(refusedAssertion(700021, "Client assertion application identifier doesn't match 'client_id' parameter."))
	case !c.isEndpoint(x, raw, claims.Audience):
		return new(refusedAssertion(700023, "Client assertion audience claim does not match Realm issuer."))
	}
	registered := app.certificate(sha256Of, sha1Of)
	if registered == nil {
		return new(CertificateUnknown(app.ClientID, hexOf(sha256Of+sha1Of)))
	}
	reason := func(text string) *EntraError {
		return new(refusedAssertion(700027, fmt.Sprintf("Client assertion contains an invalid signature. [Reason - %s, Thumbprint of key used by client: '%s', Found key 'Start=%s, End=%s']",
			text, hexOf(sha256Of+sha1Of), registered.NotBefore.Format(time.DateTime), registered.NotAfter.Format(time.DateTime))))
	}
	_, err := jwt.NewParser(jwt.WithValidMethods([]string{"PS256", "RS256"}), jwt.WithoutClaimsValidation()).Parse(raw, func(*jwt.Token) (any, error) { return registered.PublicKey, nil })
	switch {
	case err != nil:
		return reason("The provided signature value did not match the expected signature value.")
	case !c.now().Before(registered.NotAfter):
		return reason("The key used is expired.")
	case !c.isCurrent(claims):
		return new(refusedAssertion(700024, "Client assertion is not within its valid time range."))
	}
	return nil
}

// isCurrent wants times of an assertion, as the page does: nbf, exp, and an id. Harsher
// than documented: exp is within a day of now.
func (c *Cloud) isCurrent(claims jwt.RegisteredClaims) bool {
	const skew = 5 * time.Minute
	err := jwt.NewValidator(jwt.WithExpirationRequired(), jwt.WithNotBeforeRequired(), jwt.WithLeeway(skew), jwt.WithTimeFunc(c.now)).Validate(claims)
	return err == nil && claims.ID != "" && claims.ExpiresAt.Sub(c.now()) <= 24*time.Hour
}

// isEndpoint compares the audience with the token endpoint of the tenant. Harsher than
// documented: it is a text, as on the page, and no list.
func (c *Cloud) isEndpoint(x *exchange, raw string, audience jwt.ClaimStrings) bool {
	claims := jwt.MapClaims{}
	_, _, err := jwt.NewParser().ParseUnverified(raw, claims)
	_, isText := claims["aud"].(string)
	return err == nil && isText && len(audience) == 1 && strings.EqualFold(audience[0], x.base+"/login/"+x.tenant+"/oauth2/v2.0/token")
}

func (a App) certificate(sha256Of, sha1Of string) *x509.Certificate {
	for _, cert := range a.Certificates {
		long, short := sha256.Sum256(cert.Raw), sha1.Sum(cert.Raw) //nolint:gosec // see above
		if sha256Of == base64.RawURLEncoding.EncodeToString(long[:]) || sha1Of == base64.RawURLEncoding.EncodeToString(short[:]) {
			return cert
		}
	}
	return nil
}

func hexOf(text string) string {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return ""
	}
	return strings.ToUpper(hex.EncodeToString(raw))
}

func assertionHeader(raw string) map[string]any {
	token, _, err := jwt.NewParser().ParseUnverified(raw, jwt.MapClaims{})
	if err != nil {
		return nil
	}
	return token.Header
}
