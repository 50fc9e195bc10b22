package bottest

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"fmt"
	"math/big"
	"net/http"
	"sync"
	"time"
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
	good       map[string]signedToken // the newest good token, by service URL
}

// signedToken is a token that is used again, as the real service uses its tokens for many activities.
type signedToken struct {
	text string
	key  *signingKey
	made time.Time
}

// reuse is how long a good token is used. It is valid for an hour.
const reuse = 5 * time.Minute

// again gives the good token for a service URL, if there is one of the current key that is young enough.
func (k *keyring) again(serviceURL string, now time.Time) (string, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	t, ok := k.good[serviceURL]
	age := now.Sub(t.made)
	return t.text, ok && t.key == k.current && age >= 0 && age < reuse
}

// keep remembers a good token that was signed by the key.
func (k *keyring) keep(serviceURL, text string, key *signingKey, now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.good == nil {
		k.good = map[string]signedToken{}
	}
	k.good[serviceURL] = signedToken{text, key, now}
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
