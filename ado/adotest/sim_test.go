package adotest_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
)

const (
	clientID = "11111111-2222-4333-8444-555555555555"
	secret   = "a secret/with+signs"
	callback = "https://bot.example/auth/callback?from=entra"
)

// sim is a seeded cloud on a real listener with a clock of its own.
type sim struct {
	*adotest.Cloud
	t     *testing.T
	url   string
	http  *http.Client
	clock *clock
}

type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// signingKey signs for all clouds of the tests: making one takes longer than most tests.
var signingKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

func start(t *testing.T) *sim {
	t.Helper()
	// Whole seconds ahead of now, so that id tokens are valid by the real clock.
	ck := &clock{now: time.Now().Truncate(time.Second)}
	key, err := signingKey()
	require.NoError(t, err)
	cloud := adotest.New(adotest.Options{Now: ck.Now, Key: key, Logger: slog.New(slog.NewTextHandler(t.Output(), nil))})
	require.NoError(t, cloud.Seed(adotest.World{}))
	cloud.RegisterApp(adotest.App{ClientID: clientID, ClientSecret: secret, RedirectURIs: []string{callback}})
	srv := httptest.NewServer(cloud)
	t.Cleanup(srv.Close)
	cloud.SetPublicURL(srv.URL)
	hc := srv.Client()
	hc.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &sim{Cloud: cloud, t: t, url: srv.URL, http: hc, clock: ck}
}

func (s *sim) token(oid string, scopes ...string) string {
	s.t.Helper()
	tokens, err := s.IssueTokens(oid, clientID, scopes)
	require.NoError(s.t, err)
	return tokens.AccessToken
}

// reply is a whole response with its JSON, if it is any, without byte order mark.
type reply struct {
	status int
	header http.Header
	raw    []byte
	json   map[string]any
}

// rows are the entries of the "value" list.
func (r reply) rows(t *testing.T) []map[string]any {
	t.Helper()
	list, ok := r.json["value"].([]any)
	require.True(t, ok, "no value list in %s", r.raw)
	var out []map[string]any
	for _, v := range list {
		m, _ := v.(map[string]any)
		out = append(out, m)
	}
	return out
}

func names(rows []map[string]any) []string {
	var out []string
	for _, r := range rows {
		out = append(out, r["name"].(string))
	}
	return out
}

// get sends a GET below the public URL as the holder of the token.
func (s *sim) get(token, path string) reply { return s.do(token, http.MethodGet, path, "", nil) }

// post sends a JSON body.
func (s *sim) post(token, path string, body any) reply {
	b, err := json.Marshal(body)
	require.NoError(s.t, err)
	return s.do(token, http.MethodPost, path, "application/json", b)
}

func (s *sim) do(token, method, path, contentType string, body []byte) reply {
	s.t.Helper()
	header := http.Header{"X-Tfs-Fedauthredirect": {"Suppress"}}
	if token != "" {
		header.Set("Authorization", "Bearer "+token)
	}
	if contentType != "" {
		header.Set("Content-Type", contentType)
	}
	return s.send(s.t.Context(), method, path, header, body)
}

func (s *sim) send(ctx context.Context, method, path string, header http.Header, body []byte) reply {
	s.t.Helper()
	if strings.HasPrefix(path, "/ado") || strings.HasPrefix(path, "/vssps") {
		sep := "?"
		if strings.Contains(path, "?") {
			sep = "&"
		}
		if !strings.Contains(path, "api-version") {
			path += sep + "api-version=7.1"
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, s.url+path, bytes.NewReader(body))
	require.NoError(s.t, err)
	req.Header = header
	resp, err := s.http.Do(req)
	require.NoError(s.t, err)
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	require.NoError(s.t, err)
	r := reply{status: resp.StatusCode, header: resp.Header, raw: raw}
	_ = json.Unmarshal(bytes.TrimPrefix(raw, []byte("\ufeff")), &r.json) // stays nil for pages
	return r
}

// queryID is the id of a query of Fabrikam Fiber by name or folder and name.
func (s *sim) queryID(name string) string {
	s.t.Helper()
	q, ok := s.Query(adotest.OrgContoso, adotest.ProjectFiber, name)
	require.True(s.t, ok, name)
	return q.ID
}

const fiber = "/ado/contoso/Fabrikam%20Fiber/_apis/wit"
