package main

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
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
	"okrbot/bot/bottest/script"
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
		r.Header.Del("Accept-Encoding") // so that answers can be read
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
func newTappedWorld(t *testing.T) (*world, *wireTap) {
	t.Helper()
	redis := okrtest.StartRedisServer(t)
	_, err := redis.Do("CONFIG", "SET", "requirepass", "redis-hunter2")
	require.NoError(t, err)
	w := newWorld(t, time.Now(), "REDIS_URL", "redis://:redis-hunter2@"+redis.Addr(), "LOG_LEVEL", "debug", "LOG_FORMAT", "json")
	tap := &wireTap{secrets: map[string]string{"redis-hunter2": "Redis password", script.AppSecret: "app password", w.Getenv("SEAL_KEYS"): "seal key"}}
	azure, teams := httptest.NewServer(tap.before(w.Azure)), httptest.NewServer(tap.before(w.Teams))
	w.Azure.SetPublicURL(azure.URL)
	w.Teams.SetPublicURL(teams.URL)
	t.Cleanup(func() {
		azure.Close()
		teams.Close()
	})
	require.NoError(t, w.Start())
	t.Cleanup(func() { require.NoError(t, w.Stop()) })
	return w, tap
}

// No secret is in the log, even at the level debug, after sign-ins that worked
// and that did not, syncs that worked and that did not, and a Redis that went away.
func TestServeLogsNoSecret(t *testing.T) {
	t.Parallel()
	w, tap := newTappedWorld(t)
	enableAndBind(t, w)
	tap.noteLink(t, w)
	play(t, w, "say sync KR1", "expect 'Key result · KR1'")

	w.Azure.ExpireAccessTokens(adotest.AlexOID) // renewed
	play(t, w, "say sync KR1", "expect 'Key result · KR1'")
	w.Azure.ExpireAccessTokens(adotest.AlexOID)
	w.Azure.FailRefresh(adotest.AlexOID, adotest.GrantRevoked()) // refused
	play(t, w, "say sync KR1", "expect '1 failed'")
	w.Azure.AllowRefresh(adotest.AlexOID)

	signInAgain := []string{"say connections", "expect C1", "press 'Show C1'", "press 'Sign in again'"}
	play(t, w, signInAgain...)
	w.Azure.Fail(adotest.Rule{Op: adotest.OpToken, Count: 1, Fault: adotest.Dropped()}) // no answer
	play(t, w, "signin")
	tap.noteLink(t, w)
	play(t, w, signInAgain...)
	play(t, w, "signin-cancel")
	tap.noteLink(t, w)
	play(t, w, signInAgain...)
	play(t, w, "signin megan") // another account: a code
	tap.noteLink(t, w)
	tap.note("sign-in code", w.SignInCode())
	play(t, w, "code ok typed")
	require.NoError(t, w.app.scheduler.Idle(t.Context()))

	log := strings.Join(w.Log.Lines(), "\n")
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
func (w *wireTap) noteLink(t *testing.T, in *world) {
	t.Helper()
	link, err := url.Parse(in.SignInLink())
	require.NoError(t, err)
	require.NotEmpty(t, link.Query().Get("t"))
	w.note("ticket", link.Query().Get("t"))
}
