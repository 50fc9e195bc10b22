package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/okr/okrtest"
)

// wireTap stands in front of both clouds and writes down everything secret that
// passes: tokens, codes, PKCE verifiers, states, client secrets.
type wireTap struct {
	mu      sync.Mutex
	secrets map[string]string // to what it is
}

func (w *wireTap) note(what string, values ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, v := range values {
		if len(v) >= 6 {
			w.secrets[v] = what
		}
	}
}

// secretFields are the parameters of OAuth 2.0 and OpenID Connect that nobody
// else may learn.
var secretFields = []string{"code", "state", "nonce", "code_verifier", "client_secret", "refresh_token", "access_token", "id_token"}

func (w *wireTap) noteAll(values url.Values) {
	for _, field := range secretFields {
		w.note(field, values[field]...)
	}
}

func (w *wireTap) before(h http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		_, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		w.note("bearer token", token)
		w.noteAll(r.URL.Query())
		if body, err := io.ReadAll(r.Body); err == nil {
			r.Body = io.NopCloser(bytes.NewReader(body))
			form, _ := url.ParseQuery(string(body))
			w.noteAll(form)
		}
		answer := httptest.NewRecorder()
		h.ServeHTTP(answer, r)
		if to, err := url.Parse(answer.Header().Get("Location")); err == nil {
			w.noteAll(to.Query())
		}
		var fields map[string]any
		_ = json.Unmarshal(answer.Body.Bytes(), &fields) // other answers have no such fields
		for _, name := range secretFields {
			if v, ok := fields[name].(string); ok {
				w.note(name, v)
			}
		}
		maps.Copy(rw.Header(), answer.Header())
		rw.WriteHeader(answer.Code)
		_, _ = rw.Write(answer.Body.Bytes())
	})
}

// newTappedWorld starts okrbot at the log level debug with a Redis that wants a
// password.
func newTappedWorld(t *testing.T) (*scriptWorld, *wireTap) {
	t.Helper()
	redis := okrtest.StartRedisServer(t)
	_, err := redis.Do("CONFIG", "SET", "requirepass", "redis-hunter2")
	require.NoError(t, err)
	w := &scriptWorld{clock: &scriptClock{now: time.Now()}, log: &scriptLog{}, store: "redis://:redis-hunter2@" + redis.Addr()}
	require.NoError(t, w.startClouds())
	tap := &wireTap{secrets: map[string]string{"redis-hunter2": "Redis password", scriptSecret: "app password", w.getenv("SEAL_KEYS"): "seal key"}}
	azure, teams := httptest.NewServer(tap.before(w.azure)), httptest.NewServer(tap.before(w.teams))
	w.azure.SetPublicURL(azure.URL)
	w.teams.SetPublicURL(teams.URL)
	t.Cleanup(func() {
		azure.Close()
		teams.Close()
		w.azureServer.Close()
		require.NoError(t, w.teams.Close())
	})
	listener := listen(t)
	w.address = listener.Addr().String()
	w.register()
	config, err := LoadConfig(w.getenv)
	require.NoError(t, err)
	serveTapped(t, w, config, listener)
	return w, tap
}

func serveTapped(t *testing.T, w *scriptWorld, config Config, listener net.Listener) {
	t.Helper()
	config.LogLevel, config.LogFormat = "debug", "json"
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ready, done := make(chan *app, 1), make(chan error, 1)
	go func() {
		done <- serve(ctx, config, newLogger(config, w.log), &hooks{
			now: w.clock.Now, listener: listener, poll: 10 * time.Millisecond, pace: 1000, ready: func(a *app) { ready <- a },
		})
	}()
	t.Cleanup(func() { stop(); require.NoError(t, <-done) })
	w.running = <-ready
}

// No secret is in the log, even at the level debug, after sign-ins that worked
// and that did not, syncs that worked and that did not, and a Redis that went away.
func TestServeLogsNoSecret(t *testing.T) {
	t.Parallel()
	w, tap := newTappedWorld(t)
	enableAndBind(t, w)
	tap.noteLink(t, w)
	play(t, w, []string{"say", "sync KR1"}, []string{"expect", "Key result · KR1"})

	w.azure.ExpireAccessTokens(adotest.AlexOID) // renewed
	play(t, w, []string{"say", "sync KR1"}, []string{"expect", "Key result · KR1"})
	w.azure.ExpireAccessTokens(adotest.AlexOID)
	w.azure.FailRefresh(adotest.AlexOID, adotest.GrantRevoked()) // refused
	play(t, w, []string{"say", "sync KR1"}, []string{"expect", "1 failed"})
	w.azure.AllowRefresh(adotest.AlexOID)

	signInAgain := []string{"say", "connections"}
	play(t, w, signInAgain, []string{"expect", "C1"}, []string{"press", "Show C1"}, []string{"press", "Sign in again"})
	w.azure.Fail(adotest.Rule{Op: adotest.OpToken, Count: 1, Fault: adotest.Dropped()}) // no answer
	require.NoError(t, w.cmdSignIn(false, nil))
	tap.noteLink(t, w)
	play(t, w, signInAgain, []string{"expect", "C1"}, []string{"press", "Show C1"}, []string{"press", "Sign in again"})
	require.NoError(t, w.cmdSignInCancel(false, nil)) // cancelled
	tap.noteLink(t, w)
	play(t, w, signInAgain, []string{"expect", "C1"}, []string{"press", "Show C1"}, []string{"press", "Sign in again"})
	require.NoError(t, w.cmdSignIn(false, []string{"megan"})) // another account: a code
	tap.noteLink(t, w)
	tap.note("sign-in code", pageCode.FindStringSubmatch(w.page)[1])
	require.NoError(t, w.cmdCode(false, []string{"ok", "typed"}))
	require.NoError(t, w.running.scheduler.Idle(t.Context()))

	log := strings.Join(w.log.lines(), "\n")
	require.Contains(t, log, `"level":"DEBUG"`)
	kinds := map[string]bool{}
	tap.mu.Lock()
	defer tap.mu.Unlock()
	for secret, what := range tap.secrets {
		kinds[what] = true
		// A code of six digits may be a part of a time.
		require.NotRegexp(t, `(^|[^0-9.])`+regexp.QuoteMeta(secret)+`([^0-9]|$)`, log, what)
	}
	for _, what := range append([]string{"ticket", "bearer token", "sign-in code"}, secretFields...) {
		require.True(t, kinds[what], "a %s passed", what)
	}
}

// noteLink writes down the ticket of the link that was used last.
func (w *wireTap) noteLink(t *testing.T, world *scriptWorld) {
	t.Helper()
	link, err := url.Parse(world.link)
	require.NoError(t, err)
	require.NotEmpty(t, link.Query().Get("t"))
	w.note("ticket", link.Query().Get("t"))
}
