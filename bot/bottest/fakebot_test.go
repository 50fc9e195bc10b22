package bottest_test

import (
	"bytes"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"okrbot/bot/bottest"
)

const (
	appID     = "11111111-1111-4111-8111-111111111111"
	appSecret = "s3cret-of-the-app"
)

// fakeBot is the smallest bot that speaks the wire: it checks tokens against the
// published keys, posts a card upon a message and answers invokes from a table.
type fakeBot struct {
	t       *testing.T
	cloud   *bottest.Cloud
	card    string
	answers map[string]string
	status  int

	mu   sync.Mutex
	seen []map[string]any
}

// sharedKeys sign for all clouds of the tests: making keys takes longer than most tests.
var sharedKeys = sync.OnceValues(bottest.NewKeys)

func startCloud(t *testing.T) *bottest.Cloud {
	t.Helper()
	keys, err := sharedKeys()
	require.NoError(t, err)
	cloud, err := bottest.Start(bottest.Options{
		AppID: appID, AppPassword: appSecret, AppTenant: bottest.DefaultTenant, Keys: keys,
		Logger: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, cloud.Close()) })
	return cloud
}

func startBot(t *testing.T, cloud *bottest.Cloud, card string) *fakeBot {
	t.Helper()
	b := &fakeBot{t: t, cloud: cloud, card: card, answers: map[string]string{}, status: http.StatusOK}
	server := httptest.NewServer(b)
	t.Cleanup(server.Close)
	cloud.SetBot(server.URL + "/api/messages")
	return b
}

func (b *fakeBot) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	var activity map[string]any
	if json.Unmarshal(raw, &activity) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if err := b.verify(r.Header.Get("Authorization"), activity); err != nil {
		b.t.Log("refused:", err)
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	b.mu.Lock()
	b.seen = append(b.seen, activity)
	b.mu.Unlock()
	switch activity["type"] {
	case "invoke":
		b.answer(w, activity)
	case "message":
		if activity["text"] != nil {
			b.post(activity)
		}
		w.WriteHeader(b.status)
	default:
		w.WriteHeader(b.status)
	}
}

func (b *fakeBot) answer(w http.ResponseWriter, activity map[string]any) {
	name := activity["name"].(string)
	if value, ok := activity["value"].(map[string]any); ok {
		if action, ok := value["action"].(map[string]any); ok {
			name, _ = action["verb"].(string)
		}
	}
	answer, ok := b.answers[name]
	if !ok {
		w.WriteHeader(http.StatusNotImplemented)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, answer)
}

// post sends the card to where the activity came from.
func (b *fakeBot) post(activity map[string]any) {
	id := activity["conversation"].(map[string]any)["id"].(string)
	base := strings.TrimRight(activity["serviceUrl"].(string), "/")
	body := cardActivity(b.card)
	status, _ := call(b.t, b.cloud.IssueToken(), http.MethodPost, base+"/v3/conversations/"+url.PathEscape(id)+"/activities", body)
	b.t.Log("posted:", status)
}

// last is the newest activity that passed the token check.
func (b *fakeBot) last() map[string]any {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.seen[len(b.seen)-1]
}

func (b *fakeBot) verify(header string, activity map[string]any) error {
	token, ok := strings.CutPrefix(header, "Bearer ")
	if !ok {
		return errors.New("no bearer")
	}
	claims := jwt.MapClaims{}
	_, err := jwt.ParseWithClaims(token, claims, func(t *jwt.Token) (any, error) { return b.key(t.Header["kid"]) },
		jwt.WithValidMethods([]string{"RS256"}), jwt.WithIssuer(bottest.Issuer), jwt.WithAudience(appID), jwt.WithExpirationRequired())
	if err != nil {
		return err
	}
	if claims["serviceurl"] != activity["serviceUrl"] {
		return errors.New("serviceurl")
	}
	return nil
}

func (b *fakeBot) key(kid any) (*rsa.PublicKey, error) {
	var metadata struct {
		Keys string `json:"jwks_uri"`
	}
	get(b.t, b.cloud.MetadataURL(), &metadata)
	var set struct {
		Keys []struct {
			Kid, N, E    string
			Endorsements []string
		}
	}
	get(b.t, metadata.Keys, &set)
	for _, key := range set.Keys {
		if key.Kid != kid || len(key.Endorsements) == 0 {
			continue
		}
		n, _ := base64.RawURLEncoding.DecodeString(key.N)
		e, _ := base64.RawURLEncoding.DecodeString(key.E)
		return &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}, nil
	}
	return nil, errors.New("unknown or unendorsed key")
}

func get(t *testing.T, address string, into any) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		t.Error(err)
		return
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Error(err)
		return
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(into); err != nil {
		t.Error(err)
	}
}

// call does one connector call and decodes the answer.
func call(t *testing.T, token, method, address, body string) (int, map[string]any) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, address, bytes.NewReader([]byte(body)))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/json; charset=utf-8")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	require.NoError(t, err)
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	var out map[string]any
	if len(raw) > 0 && raw[0] == '{' {
		require.NoError(t, json.Unmarshal(raw, &out))
	}
	return response.StatusCode, out
}

func cardActivity(card string) string {
	return `{"type":"message","summary":"A card","attachments":[{"contentType":"` + bottest.ContentAdaptive + `","content":` + card + `}]}`
}

func postForm(t *testing.T, address string, form url.Values) (int, map[string]any) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(form.Encode()))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := http.DefaultTransport.RoundTrip(request)
	require.NoError(t, err)
	defer response.Body.Close()
	var out map[string]any
	require.NoError(t, json.NewDecoder(response.Body).Decode(&out))
	return response.StatusCode, out
}
