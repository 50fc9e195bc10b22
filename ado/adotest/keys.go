package adotest

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"math/big"
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// entraState is everything that the login host remembers.
type entraState struct {
	codes    map[string]*codeGrant
	refresh  map[string]*refreshGrant
	access   map[string]*accessGrant
	kill     map[string]EntraError
	onBehalf map[string]EntraError // of the on-behalf-of flow
	signIn   []EntraError
	keys     []*rsa.PrivateKey // the last one signs
	lifetime time.Duration
}

func newEntraState(o Options) entraState {
	s := entraState{
		codes: map[string]*codeGrant{}, refresh: map[string]*refreshGrant{}, access: map[string]*accessGrant{},
		kill: map[string]EntraError{}, onBehalf: map[string]EntraError{}, lifetime: o.TokenLifetime,
	}
	if s.lifetime == 0 {
		s.lifetime = tokenLifetime
	}
	if o.Key != nil {
		s.keys = []*rsa.PrivateKey{o.Key}
	}
	return s
}

// RotateKeys lets a new key sign from now on; the old ones stay published.
func (c *Cloud) RotateKeys() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.entra.addKey()
}

func (s *entraState) addKey() error {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err == nil {
		s.keys = append(s.keys, k)
	}
	return err
}

func (s *entraState) ensureKey() error {
	if len(s.keys) > 0 {
		return nil
	}
	return s.addKey()
}

func keyID(k *rsa.PrivateKey) string { return guidOf("key", k.N.String())[:18] }

// idToken signs the claims that Entra puts into a v2.0 id token (Microsoft
// Learn, "ID token claims reference").
func (c *Cloud) idToken(x *exchange, g grant, u *User) (string, error) {
	if err := c.entra.ensureKey(); err != nil {
		return "", err
	}
	now := c.now()
	oid, _ := u.in(g.tid)
	claims := jwt.MapClaims{
		"ver": "2.0", "iss": x.base + "/login/" + g.tid + "/v2.0", "aud": g.client,
		"sub": guidOf("sub", g.client, oid), "oid": oid, "tid": g.tid,
		"name": u.Name, "preferred_username": u.UPN,
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(time.Hour).Unix(),
	}
	if !strings.EqualFold(g.tid, u.Tenant) {
		claims["idp"] = "https://sts.windows.net/" + u.Tenant + "/"
	}
	if g.nonce != "" {
		claims["nonce"] = g.nonce
	}
	key := c.entra.keys[len(c.entra.keys)-1]
	t := jwt.NewWithClaims(jwt.SigningMethodRS256, claims)
	t.Header["kid"] = keyID(key)
	return t.SignedString(key)
}

func (c *Cloud) serveKeys(x *exchange) answer {
	if err := c.entra.ensureKey(); err != nil {
		return answer{status: http.StatusInternalServerError}
	}
	enc := base64.RawURLEncoding
	keys := []object{}
	for _, k := range c.entra.keys {
		keys = append(keys, object{
			"kty": "RSA", "use": "sig", "alg": "RS256", "kid": keyID(k),
			"n": enc.EncodeToString(k.N.Bytes()), "e": enc.EncodeToString(big.NewInt(int64(k.E)).Bytes()),
			"issuer": x.base + "/login/{tenantid}/v2.0",
		})
	}
	return jsonAnswer(http.StatusOK, object{"keys": keys})
}

// serveOpenID is the discovery document. For "organizations" and "common" the
// issuer holds the literal placeholder {tenantid}, as Entra's does.
func (c *Cloud) serveOpenID(x *exchange) answer {
	if !c.knownTenant(x.tenant) {
		return c.tokenError(entraError("invalid_tenant", 90002, "Tenant '"+x.tenant+"' not found."))
	}
	root, issuer := x.base+"/login/"+x.tenant, x.tenant
	if !isGUID(issuer) {
		issuer = "{tenantid}"
	}
	return jsonAnswer(http.StatusOK, object{
		"issuer":                                x.base + "/login/" + issuer + "/v2.0",
		"authorization_endpoint":                root + "/oauth2/v2.0/authorize",
		"token_endpoint":                        root + "/oauth2/v2.0/token",
		"end_session_endpoint":                  root + "/oauth2/v2.0/logout",
		"jwks_uri":                              root + "/discovery/v2.0/keys",
		"response_types_supported":              []string{"code", "id_token", "code id_token", "id_token token"},
		"response_modes_supported":              []string{"query", "fragment", "form_post"},
		"subject_types_supported":               []string{"pairwise"},
		"id_token_signing_alg_values_supported": []string{"RS256"},
		"scopes_supported":                      []string{"openid", "profile", "email", "offline_access"},
		"token_endpoint_auth_methods_supported": []string{"client_secret_post", "client_secret_basic"},
	})
}

func (c *Cloud) serveLogout(*exchange) answer {
	return htmlAnswer(http.StatusOK, page("Signed out", "<p>You signed out of your account.</p>"))
}
