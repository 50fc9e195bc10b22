package teams_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"okrbot/bot/teams"
)

const (
	wireAppID  = "11111111-1111-4111-8111-111111111111"
	wireTenant = "6f1b6a3e-0d0a-4a54-9d3a-1f6c2b7e9a01"
	wireSecret = "s3cr3t-of-the-bot"
	wireBearer = "bearer-of-the-bot"
)

// wireCloud serves OpenID metadata, keys and a connector, as far as the tests of
// the wire need it.
type wireCloud struct {
	*httptest.Server
	key     *rsa.PrivateKey
	fetches atomic.Int32 // of the keys
	down    atomic.Bool  // the metadata

	mu        sync.Mutex
	keys      map[string]*rsa.PrivateKey
	endorsed  []string
	requests  []wireRequest
	connector http.HandlerFunc
	posted    chan wireRequest
}

// wireRequest is a request that the connector got.
type wireRequest struct {
	Method, Path, Query, Authorization string
	Body                               map[string]any
}

var wireKey = sync.OnceValue(func() *rsa.PrivateKey { return newRSAKey() })

func newRSAKey() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
}

func newWireCloud(t *testing.T) *wireCloud {
	t.Helper()
	c := &wireCloud{key: wireKey(), endorsed: []string{"msteams", "webchat"}, posted: make(chan wireRequest, 100)}
	c.keys = map[string]*rsa.PrivateKey{"k1": c.key}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /openid", c.metadata)
	mux.HandleFunc("GET /keys", c.jwks)
	mux.HandleFunc("/teams/v3/", c.connect)
	c.Server = httptest.NewServer(mux)
	t.Cleanup(c.Close)
	return c
}

func (c *wireCloud) metadata(w http.ResponseWriter, _ *http.Request) {
	if c.down.Load() {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"issuer": "https://api.botframework.com", "jwks_uri": c.URL + "/keys"})
}

func (c *wireCloud) jwks(w http.ResponseWriter, _ *http.Request) {
	c.fetches.Add(1)
	c.mu.Lock()
	defer c.mu.Unlock()
	keys := []map[string]any{}
	for kid, key := range c.keys {
		keys = append(keys, map[string]any{
			"kty": "RSA", "use": "sig", "kid": kid, "x5t": kid, "endorsements": c.endorsed,
			"n": base64.RawURLEncoding.EncodeToString(key.N.Bytes()),
			"e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(key.E)).Bytes()),
		})
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"keys": keys})
}

func (c *wireCloud) connect(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	got := wireRequest{Method: r.Method, Path: r.URL.EscapedPath(), Query: r.URL.RawQuery, Authorization: r.Header.Get("Authorization")}
	_ = json.Unmarshal(body, &got.Body)
	c.mu.Lock()
	c.requests = append(c.requests, got)
	answer := c.connector
	c.mu.Unlock()
	c.posted <- got
	if answer != nil {
		answer(w, r)
		return
	}
	w.WriteHeader(http.StatusCreated)
	_, _ = w.Write([]byte(`{"id":"1795415329332"}`))
}

// got are the connector's requests so far.
func (c *wireCloud) got() []wireRequest {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]wireRequest(nil), c.requests...)
}

func (c *wireCloud) rotate(kid string, key *rsa.PrivateKey) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keys = map[string]*rsa.PrivateKey{kid: key}
}

func (c *wireCloud) serviceURL() string { return c.URL + "/teams/" }

// claims are those of a good token.
func (c *wireCloud) claims() jwt.MapClaims {
	now := time.Now()
	return jwt.MapClaims{
		"iss": "https://api.botframework.com", "aud": wireAppID, "serviceurl": c.serviceURL(),
		"nbf": now.Add(-time.Minute).Unix(), "exp": now.Add(time.Hour).Unix(),
	}
}

func (c *wireCloud) sign(t *testing.T, kid string, key any, method jwt.SigningMethod, claims jwt.MapClaims) string {
	t.Helper()
	token := jwt.NewWithClaims(method, claims)
	if kid != "" {
		token.Header["kid"] = kid
	}
	signed, err := token.SignedString(key)
	require.NoError(t, err)
	return "Bearer " + signed
}

func (c *wireCloud) header(t *testing.T) string {
	t.Helper()
	return c.sign(t, "k1", c.key, jwt.SigningMethodRS256, c.claims())
}

func (c *wireCloud) validatorOptions() teams.ValidatorOptions {
	return teams.ValidatorOptions{
		MetadataURL: c.URL + "/openid", AppID: wireAppID, ServiceHosts: []string{"127.0.0.1"}, Client: c.Client(),
	}
}

func (c *wireCloud) validator(t *testing.T) *teams.Validator {
	t.Helper()
	v, err := teams.NewValidator(c.validatorOptions())
	require.NoError(t, err)
	return v
}

func (c *wireCloud) connectorOptions(t *testing.T) teams.ConnectorOptions {
	t.Helper()
	return teams.ConnectorOptions{
		Tokens: &wireTokens{}, AppID: wireAppID, ServiceHosts: []string{"127.0.0.1"}, Client: c.Client(),
		Backoff: time.Millisecond, MaxWait: 2 * time.Second, PerSecond: 1000, Burst: 1000, Logger: wireLog(t),
	}
}

func (c *wireCloud) newConnector(t *testing.T) *teams.Connector {
	t.Helper()
	connector, err := teams.NewConnector(c.connectorOptions(t))
	require.NoError(t, err)
	return connector
}

func (c *wireCloud) ref() teams.Ref {
	return teams.Ref{
		ServiceURL: c.serviceURL(), ConversationID: "19:delivery@thread.tacv2;messageid=17", TenantID: wireTenant,
	}
}

// activity is a personal message with the members of change set over it.
func (c *wireCloud) activity(change map[string]any) []byte {
	a := map[string]any{
		"type": "message", "id": "1", "serviceUrl": c.serviceURL(), "channelId": "msteams", "text": "help",
		"from":         map[string]any{"id": "29:1alex", "aadObjectId": "0a1b2c3d-0000-4000-8000-000000000020"},
		"recipient":    map[string]any{"id": "28:" + wireAppID},
		"conversation": map[string]any{"id": "a:1chat", "conversationType": "personal", "tenantId": wireTenant},
		"channelData":  map[string]any{"tenant": map[string]any{"id": wireTenant}},
	}
	maps.Copy(a, change)
	raw, _ := json.Marshal(a)
	return raw
}

// wireTokens gives one token and counts how often it was refused.
type wireTokens struct{ refused atomic.Int32 }

func (f *wireTokens) Token(context.Context) (string, error) { return wireBearer, nil }

func (f *wireTokens) Invalidate(string) { f.refused.Add(1) }

func wireLog(t *testing.T) *slog.Logger {
	t.Helper()
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// wireDeliver posts an activity to the server.
func wireDeliver(t *testing.T, server http.Handler, header string, body []byte) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/messages", strings.NewReader(string(body)))
	if header != "" {
		r.Header.Set("Authorization", header)
	}
	w := httptest.NewRecorder()
	server.ServeHTTP(w, r)
	return w
}
