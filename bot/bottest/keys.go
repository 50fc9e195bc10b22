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

// newKeyring makes an endorsed key, a published key without the endorsement and a
// key that is never published.
func newKeyring() (*keyring, error) {
	k := &keyring{}
	var err error
	if k.current, err = k.make(true); err != nil {
		return nil, err
	}
	if k.unendorsed, err = k.make(false); err != nil {
		return nil, err
	}
	k.stranger, err = k.make(false)
	return k, err
}

func (k *keyring) make(endorsed bool) (*signingKey, error) {
	private, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return nil, fmt.Errorf("signing key: %w", err)
	}
	k.made++
	return &signingKey{kid: fmt.Sprintf("bottest-%d", k.made), private: private, endorsed: endorsed}, nil
}

// RotateKeys replaces the signing key at once: later tokens carry a kid that a bot
// knows only after it has read the key set again, and the earlier key is gone.
func (c *Cloud) RotateKeys() error {
	c.keys.mu.Lock()
	defer c.keys.mu.Unlock()
	key, err := c.keys.make(true)
	if err != nil {
		return fmt.Errorf("bottest: %w", err)
	}
	c.keys.current = key
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
