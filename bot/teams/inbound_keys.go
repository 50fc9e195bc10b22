package teams

import (
	"context"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/MicahParks/jwkset"
)

const (
	// keyFetchTimeout bounds one fetch of metadata and keys together, so that
	// a request that waits for it is still answered in time.
	keyFetchTimeout = 5 * time.Second
	// keyRetryEvery is the least time between two attempts to renew keys that
	// are old but still known.
	keyRetryEvery = time.Minute
	// unknownKeyEvery is the least time between two fetches that unknown key ids
	// start. The key id is read before anything is verified, so
	// strangers can start them at will; what they use up must not keep out the key of
	// a rotation. It cannot: a fetch brings all keys, whoever caused it, so a real new
	// key waits these seconds at most. Microsoft's SDK waits an hour from one unknown
	// key id to the next instead; there one false token blocks a rotation for as long.
	// Six fetches a minute are what an attack costs.
	unknownKeyEvery = 10 * time.Second
	// maxKeyBody bounds a metadata or key document in bytes.
	maxKeyBody = 1 << 20
	// minKeyBits is the least size of an RSA key that is trusted.
	minKeyBits = 2048
)

// signingKey is a key of the Bot Connector with the channels it is endorsed
// for.
type signingKey struct {
	public       *rsa.PublicKey
	endorsements []string
}

// keySet caches the keys by key id. The keys are fetched here and not by a JWKS
// library because those drop the member "endorsements".
type keySet struct {
	metadataURL             string
	client                  *http.Client
	now                     func() time.Time
	refreshEvery, unknownIn time.Duration

	mu          sync.Mutex
	keys        map[string]signingKey // the last good set; nil before the first
	fetched     time.Time             // when keys were fetched
	tried       time.Time             // when a fetch was last started
	unknownTry  time.Time             // when an unknown key id last started one
	inFlight    *keyFetch
	lastFailure error
}

// keyFetch is a fetch under way; done is closed when the set is renewed or the
// fetch has failed.
type keyFetch struct{ done chan struct{} }

func newKeySet(o ValidatorOptions) *keySet {
	return &keySet{
		metadataURL: o.MetadataURL, client: o.Client, now: o.Now,
		refreshEvery: o.RefreshEvery, unknownIn: o.UnknownKeyEvery,
	}
}

// key finds the key kid. It refreshes the set when that is due and waits for a
// refresh under way; the last good set is used when the refresh fails.
func (k *keySet) key(ctx context.Context, kid string) (signingKey, error) {
	key, ok, fetch := k.lookup(ctx, kid)
	if fetch == nil {
		return k.found(key, ok)
	}
	select {
	case <-fetch.done:
	case <-ctx.Done():
		return signingKey{}, ctx.Err()
	}
	k.mu.Lock()
	key, ok = k.keys[kid]
	k.mu.Unlock()
	return k.found(key, ok)
}

func (k *keySet) found(key signingKey, ok bool) (signingKey, error) {
	if ok {
		return key, nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.keys == nil {
		return signingKey{}, fmt.Errorf("no signing keys: %w", k.lastFailure)
	}
	return signingKey{}, errors.New("unknown signing key")
}

// held gives a key that is there already, and says whether it is to be used as it is;
// nothing is fetched for it.
func (k *keySet) held(kid string) (key signingKey, isHeld, isFresh bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	key, isHeld = k.keys[kid]
	return key, isHeld, isHeld && k.now().Sub(k.fetched) < k.refreshEvery
}

// loaded says whether there ever were keys.
func (k *keySet) loaded() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.keys != nil
}

// lookup finds the key and decides, in the same critical section, whether to
// wait for a fetch: otherwise a request with a new key could look before, and
// decide after, the fetch of another one, and be refused during a rotation.
func (k *keySet) lookup(ctx context.Context, kid string) (signingKey, bool, *keyFetch) {
	k.mu.Lock()
	defer k.mu.Unlock()
	key, ok := k.keys[kid]
	now := k.now()
	stale := now.Sub(k.fetched) >= k.refreshEvery
	switch {
	case ok && !stale:
		return key, true, nil
	case k.inFlight != nil:
		return key, ok, k.inFlight
	case k.keys == nil, stale && now.Sub(k.tried) >= keyRetryEvery:
	case !ok && (k.unknownTry.IsZero() || now.Sub(k.unknownTry) >= k.unknownIn):
		k.unknownTry = now
	default:
		return key, ok, nil
	}
	k.tried = now
	k.inFlight = &keyFetch{done: make(chan struct{})}
	go k.refresh(context.WithoutCancel(ctx), k.inFlight)
	return key, ok, k.inFlight
}

// refresh ends within keyFetchTimeout, whatever becomes of the request that
// started it: others wait for it too.
func (k *keySet) refresh(ctx context.Context, fetch *keyFetch) {
	ctx, cancel := context.WithTimeout(ctx, keyFetchTimeout)
	defer cancel()
	keys, err := k.fetch(ctx)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.lastFailure = err
	if err == nil {
		k.keys, k.fetched = keys, k.now()
	}
	k.inFlight = nil
	close(fetch.done)
}

// fetch reads the OpenID metadata and the keys that it names. Source:
// "Authenticate requests from the Bot Connector service to your bot", steps 2-3.
func (k *keySet) fetch(ctx context.Context) (map[string]signingKey, error) {
	var metadata struct {
		JWKSURI string `json:"jwks_uri"`
	}
	if err := k.get(ctx, k.metadataURL, &metadata); err != nil {
		return nil, fmt.Errorf("OpenID metadata: %w", err)
	}
	if !secureURL(metadata.JWKSURI) {
		return nil, errors.New("OpenID metadata: jwks_uri is not https")
	}
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := k.get(ctx, metadata.JWKSURI, &set); err != nil {
		return nil, fmt.Errorf("signing keys: %w", err)
	}
	keys := map[string]signingKey{}
	for _, raw := range set.Keys {
		if kid, key, err := parseKey(raw); err == nil {
			keys[kid] = key
		}
	}
	if len(keys) == 0 {
		return nil, errors.New("signing keys: none usable")
	}
	return keys, nil
}

func (k *keySet) get(ctx context.Context, target string, out any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return err
	}
	resp, err := k.client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", resp.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxKeyBody))
	if err != nil {
		return err
	}
	return json.Unmarshal(body, out)
}

// parseKey reads one RSA signing key. Certificate members (x5c, x5t) are left
// aside: trust comes from the https metadata document.
func parseKey(raw json.RawMessage) (string, signingKey, error) {
	var k struct {
		KTY          string   `json:"kty"`
		Use          string   `json:"use"`
		KID          string   `json:"kid"`
		N            string   `json:"n"`
		E            string   `json:"e"`
		Endorsements []string `json:"endorsements"`
	}
	if err := json.Unmarshal(raw, &k); err != nil {
		return "", signingKey{}, err
	}
	if k.KTY != "RSA" || k.KID == "" || k.Use != "" && k.Use != "sig" {
		return "", signingKey{}, errors.New("not an RSA signing key")
	}
	key, err := jwkset.NewJWKFromMarshal(
		jwkset.JWKMarshal{KTY: jwkset.KtyRSA, KID: k.KID, N: k.N, E: k.E},
		jwkset.JWKMarshalOptions{}, jwkset.JWKValidateOptions{},
	)
	if err != nil {
		return "", signingKey{}, err
	}
	public, ok := key.Key().(*rsa.PublicKey)
	if !ok || public.N.BitLen() < minKeyBits {
		return "", signingKey{}, errors.New("RSA key too small")
	}
	return k.KID, signingKey{public: public, endorsements: k.Endorsements}, nil
}
