package ado_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"okrbot/ado"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// basePath is not empty on purpose: a path in the code that ignores the base fails loudly.
const basePath = "/base/path"

const token = "eyJ0eXAi.sensitive.token"

// tokens is a TokenSource that counts, and gives a new token after an Invalidate.
type tokens struct {
	mu     sync.Mutex
	values []string
	stale  []string
	err    error
}

func (s *tokens) Token(context.Context) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return "", s.err
	}
	return s.values[min(len(s.stale), len(s.values)-1)], nil
}

func (s *tokens) Invalidate(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stale = append(s.stale, token)
}

// fixed is a TokenSource that cannot refresh.
type fixed string

func (f fixed) Token(context.Context) (string, error) { return string(f), nil }

// setup serves the mux below basePath. Retries are immediate.
func setup(t *testing.T, change ...func(*ado.Options)) (*ado.Client, *http.ServeMux) {
	t.Helper()
	mux := http.NewServeMux()
	outer := http.NewServeMux()
	outer.Handle(basePath+"/", http.StripPrefix(basePath, mux))
	outer.HandleFunc("/", func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("request outside of the base path: %s", r.URL.Path)
	})
	server := httptest.NewServer(outer)
	t.Cleanup(server.Close)
	o := ado.Options{
		HTTP:       server.Client(),
		BaseURL:    server.URL + basePath,
		ProfileURL: server.URL + basePath + "/sps/",
		UserAgent:  "okrbot/test",
		BaseDelay:  time.Nanosecond,
		Logger:     slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, f := range change {
		f(&o)
	}
	c, err := ado.New(o)
	require.NoError(t, err)
	return c, mux
}

// session is setup for the tests that need one identity only.
func session(t *testing.T) (*ado.Session, *http.ServeMux) {
	t.Helper()
	c, mux := setup(t)
	return c.As("amy", fixed(token)), mux
}

// inBubble runs the test with a fake clock. No socket may be used there, so requests go straight to the handler.
func inBubble(t *testing.T, handler http.HandlerFunc, test func(t *testing.T, c *ado.Client)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		c, err := ado.New(ado.Options{HTTP: &http.Client{Transport: direct(handler)}, BaseURL: "http://ado.test/base"})
		require.NoError(t, err)
		test(t, c)
	})
}

type direct http.HandlerFunc

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	w := httptest.NewRecorder()
	d(w, r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	resp := w.Result()
	resp.Request = r
	return resp, nil
}

// answer writes JSON as Azure DevOps does.
func answer(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8; api-version=7.1")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

func page(w http.ResponseWriter, status int, title string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, "<!DOCTYPE html>\n<html><head><title>\r\n  "+title+" </title></head><body>token</body></html>")
}

// checkHeaders holds what every request carries.
func checkHeaders(t *testing.T, r *http.Request) {
	t.Helper()
	same(t, "Bearer "+token, r.Header.Get("Authorization"))
	same(t, acceptOf(r), r.Header.Get("Accept"))
	if r.Method != http.MethodHead {
		same(t, "gzip", r.Header.Get("Accept-Encoding"))
	}
	same(t, "Suppress", r.Header.Get("X-TFS-FedAuthRedirect"))
	same(t, "okrbot/test", r.Header.Get("User-Agent"))
	if r.Method == http.MethodPost {
		same(t, "application/json", r.Header.Get("Content-Type"))
	}
}

// acceptOf is what a request must accept: what makes long answers of work items has no addresses.
func acceptOf(r *http.Request) string {
	_, resource, _ := strings.Cut(r.URL.Path, "/_apis/wit/")
	if resource == "" || strings.HasPrefix(resource, "quer") || r.Method == http.MethodHead {
		return "application/json"
	}
	return "application/json;excludeUrls=true"
}

// same is for handlers, which run on a goroutine that must not end the test.
func same[T comparable](t *testing.T, want, got T) {
	t.Helper()
	if want != got {
		t.Errorf("want %v, got %v", want, got)
	}
}
