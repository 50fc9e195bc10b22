package bottest

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"fmt"
	"math/big"
	"net/http"
	"sync"
)

// keyBits is what Microsoft uses, and the least that okrbot accepts.
const keyBits = 2048

// signingKey is one key of the published set.
type signingKey struct {
	kid      string
	private  *rsa.PrivateKey
	endorsed bool
}

// keyring holds the keys that sign tokens for the bot.
type keyring struct {
	mu         sync.Mutex
	made       int
	current    *signingKey
	unendorsed *signingKey
	stranger   *signingKey
}

// Keys are what Clouds sign with. Making them is slow, so that many Clouds may share them.
type Keys struct{ endorsed, unendorsed, stranger *rsa.PrivateKey }

// NewKeys makes the key that signs, a published one without the endorsement and one
// that is never published.
func NewKeys() (*Keys, error) {
	k := &Keys{}
	for _, key := range []**rsa.PrivateKey{&k.endorsed, &k.unendorsed, &k.stranger} {
		var err error
		if *key, err = rsa.GenerateKey(rand.Reader, keyBits); err != nil {
			return nil, fmt.Errorf("signing key: %w", err)
		}
	}
	return k, nil
}

func newKeyring(keys *Keys) (*keyring, error) {
	if keys == nil {
		var err error
		if keys, err = NewKeys(); err != nil {
			return nil, err
		}
	}
	k := &keyring{}
	k.current = k.name(keys.endorsed, true)
	k.unendorsed = k.name(keys.unendorsed, false)
	k.stranger = k.name(keys.stranger, false)
	return k, nil
}

func (k *keyring) name(private *rsa.PrivateKey, endorsed bool) *signingKey {
	k.made++
	return &signingKey{kid: fmt.Sprintf("bottest-%d", k.made), private: private, endorsed: endorsed}
}

// RotateKeys replaces the signing key at once: later tokens carry a kid that a bot
// knows only after it has read the key set again, and the earlier key is gone.
func (c *Cloud) RotateKeys() error {
	c.keys.mu.Lock()
	defer c.keys.mu.Unlock()
	private, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return fmt.Errorf("bottest: signing key: %w", err)
	}
	c.keys.current = c.keys.name(private, true)
	return nil
}

func (c *Cloud) serveMetadata(w http.ResponseWriter, r *http.Request) {
	if c.enter(w, r, OpMetadata) {
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"issuer":                                Issuer,
		"authorization_endpoint":                "https://invalid.botframework.com",
		"jwks_uri":                              c.PublicURL() + "/openid/keys",
		"id_token_signing_alg_values_supported": []string{"RS256"},
		"token_endpoint_auth_methods_supported": []string{"private_key_jwt"},
	})
}

func (c *Cloud) serveKeys(w http.ResponseWriter, r *http.Request) {
	if c.enter(w, r, OpKeys) {
		return
	}
	c.keys.mu.Lock()
	published := []*signingKey{c.keys.current, c.keys.unendorsed}
	c.keys.mu.Unlock()
	set := make([]map[string]any, 0, len(published))
	for _, key := range published {
		set = append(set, key.jwk())
	}
	writeJSON(w, http.StatusOK, map[string]any{"keys": set})
}

// jwk renders the public half in the shape that login.botframework.com publishes.
func (k *signingKey) jwk() map[string]any {
	encode := base64.RawURLEncoding.EncodeToString
	jwk := map[string]any{
		"kty": "RSA", "use": "sig", "kid": k.kid, "x5t": k.kid,
		"n": encode(k.private.N.Bytes()), "e": encode(big.NewInt(int64(k.private.E)).Bytes()),
	}
	if k.endorsed {
		jwk["endorsements"] = []string{"msteams"}
	}
	return jwk
}
