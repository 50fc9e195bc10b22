package adotest

import (
	"crypto/rsa"
	"net/http"
	"net/url"
	"strings"

	"github.com/golang-jwt/jwt/v5"
)

// Federation is a federated identity credential of a registration: whose tokens it
// trusts instead of a secret. All three are compared exactly (Microsoft Learn,
// "Workload identity federation", important considerations).
type Federation struct {
	Issuer, Subject, Audience string
	Key                       *rsa.PublicKey // of the issuer
}

// Federate adds a federated identity credential to a registration.
func (c *Cloud) Federate(client string, f Federation) {
	c.mu.Lock()
	defer c.mu.Unlock()
	app := c.apps[strings.ToLower(client)]
	app.Federations = append(app.Federations, f)
	c.apps[strings.ToLower(client)] = app
}

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// checkAssertion authenticates an application by an assertion. The codes are those of
// "Microsoft Entra authentication and authorization error codes" and of the
// troubleshooting of workload identity federation.
func (c *Cloud) checkAssertion(x *exchange, app App, form url.Values) *EntraError {
	refuse := func(name string, code int, text string) *EntraError {
		return new(refusedAssertion(code, text).as(name))
	}
	if form.Get("client_assertion_type") != assertionType {
		return refuse("invalid_client", 7000218, "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.")
	}
	var claims jwt.RegisteredClaims
	if _, _, err := jwt.NewParser().ParseUnverified(form.Get("client_assertion"), &claims); err != nil {
		return refuse("invalid_request", 50027, "JWT token is invalid or malformed.")
	}
	if app.isOwnAssertion(claims) {
		return c.checkCertificate(x, app, form.Get("client_assertion"), claims)
	}
	f, problem := app.trusting(claims)
	switch {
	case problem != nil:
		problem.Status = http.StatusUnauthorized
		return problem
	case !isSigned(form.Get("client_assertion"), f.Key):
		return refuse("invalid_client", 700027, "Client assertion failed signature validation.")
	case jwt.NewValidator(jwt.WithExpirationRequired(), jwt.WithTimeFunc(c.now)).Validate(claims) != nil:
		return refuse("invalid_client", 700024, "Client assertion is not within its valid time range.")
	}
	return nil
}

// trusting finds the credential that fits, and says what does not where none does.
func (a App) trusting(claims jwt.RegisteredClaims) (Federation, *EntraError) {
	if len(a.Federations) == 0 {
		return Federation{}, new(entraError("invalid_client", 70021, "No matching federated identity record found for presented assertion."))
	}
	worst := entraError("invalid_client", 700211, "No matching federated identity record found for presented assertion issuer '"+claims.Issuer+"'.")
	for _, f := range a.Federations {
		switch {
		case f.Issuer != claims.Issuer:
		case f.Subject != claims.Subject:
			worst = entraError("invalid_client", 700213, "No matching federated identity record found for presented assertion subject '"+claims.Subject+"'.")
		case len(claims.Audience) != 1 || f.Audience != claims.Audience[0]:
			worst = entraError("invalid_client", 700212, "No matching federated identity record found for presented assertion audience '"+strings.Join(claims.Audience, " ")+"'.")
		default:
			return f, nil
		}
	}
	return Federation{}, &worst
}

// isSigned looks at the signature only.
func isSigned(raw string, key *rsa.PublicKey) bool {
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"RS256"}), jwt.WithoutClaimsValidation())
	_, err := parser.Parse(raw, func(*jwt.Token) (any, error) { return key, nil })
	return err == nil
}
