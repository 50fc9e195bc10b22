package ado_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado"
)

// TestAttempts counts how often a refusal is tried before it is believed.
func TestAttempts(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		status int
		body   string
		want   int32
	}{
		{"throttled", 429, ``, 3},
		{"bad gateway", 502, ``, 3},
		{"unavailable", 503, ``, 3},
		{"gateway timeout", 504, ``, 3},
		{"request timeout", 408, ``, 3},
		{"cut answer", 200, `{"id":`, 3},
		{"busy", 400, vss("X", "VS402491: busy"), 3},
		{"many at once", 400, vss("X", "VS402490: busy"), 3},
		{"server error", 500, ``, 2},
		{"slow query", 400, vss("X", "VS402335: slow"), 2},
		{"team", 500, vss("TeamNotFoundException", "no"), 1},
		{"not implemented", 501, ``, 1},
		{"bad request", 400, ``, 1},
		{"sign in", 401, ``, 1},
		{"forbidden", 403, ``, 1},
		{"not found", 404, ``, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, mux := session(t)
			var calls atomic.Int32
			mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
				calls.Add(1)
				sent, err := io.ReadAll(r.Body) // the body is there on every attempt
				if err != nil || !strings.Contains(string(sent), "SELECT") {
					t.Errorf("body %q, %v", sent, err)
				}
				answer(w, tt.status, tt.body)
			})
			_, err := s.Wiql(t.Context(), "fabrikam", "Fiber", "SELECT")
			require.Error(t, err)
			require.Equal(t, tt.want, calls.Load())
		})
	}
}

func TestRetrySucceeds(t *testing.T) {
	t.Parallel()
	var seen []string
	c, mux := setup(t, func(o *ado.Options) {
		o.Observer = func(op, outcome string, took time.Duration) {
			seen = append(seen, op+" "+outcome)
			require.GreaterOrEqual(t, took, time.Duration(0))
		}
	})
	answers := []string{`{"name":"cut`, `{"name":"whole"}`}
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, 200, answers[0])
		answers = answers[1:]
	})
	p, err := c.As("amy", fixed(token)).Project(t.Context(), "fabrikam", "Fiber")
	require.NoError(t, err)
	require.Equal(t, "whole", p.Name)
	require.Equal(t, []string{"project unavailable", "project ok"}, seen)
}

func TestDroppedConnection(t *testing.T) {
	t.Parallel()
	s, mux := session(t)
	var calls atomic.Int32
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		if calls.Add(1) == 1 {
			w.Header().Set("Content-Length", "1000") // promised, and not kept
		}
		answer(w, 200, `{"name":"P"}`)
	})
	p, err := s.Project(t.Context(), "fabrikam", "Fiber")
	require.NoError(t, err)
	require.Equal(t, "P", p.Name)
	require.Equal(t, int32(2), calls.Load())
}

func TestRefresh(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		deny  func(w http.ResponseWriter)
		good  string // the token that is accepted
		stale []string
		want  error
	}{
		{"401 then good", func(w http.ResponseWriter) { answer(w, 401, ``) }, "second", []string{"first"}, nil},
		{"page then good", func(w http.ResponseWriter) { page(w, 203, "Sign In") }, "second", []string{"first"}, nil},
		{
			"refreshed only once", func(w http.ResponseWriter) { answer(w, 401, ``) }, "third",
			[]string{"first"},
			ado.ErrSignIn,
		},
		{
			"no member: the token is fine", func(w http.ResponseWriter) {
				answer(w, 401, vss("UnauthorizedRequestException", user))
			}, "second", nil, ado.ErrNoAccessToOrg,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, mux := setup(t)
			mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Authorization") != "Bearer "+tt.good {
					tt.deny(w)
					return
				}
				answer(w, 200, `{}`)
			})
			source := &tokens{values: []string{"first", "second", "third"}}
			_, err := c.As("amy", source).Project(t.Context(), "fabrikam", "Fiber")
			require.ErrorIs(t, err, tt.want)
			require.Equal(t, tt.stale, source.stale)
		})
	}
}

func TestTokenSourceFails(t *testing.T) {
	t.Parallel()
	c, mux := setup(t)
	mux.HandleFunc("/", func(http.ResponseWriter, *http.Request) { t.Error("sent without a token") })
	revoked := errors.New("grant revoked")
	_, err := c.As("amy", &tokens{err: revoked}).MyProfile(t.Context())
	require.ErrorIs(t, err, revoked)
	require.NotErrorIs(t, err, ado.ErrUnavailable)
}

func TestRedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	s, mux := session(t)
	mux.HandleFunc("/followed", func(http.ResponseWriter, *http.Request) { t.Error("followed") })
	mux.HandleFunc("/fabrikam/", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, basePath+"/followed", http.StatusFound)
	})
	_, err := s.Project(t.Context(), "fabrikam", "Fiber")
	require.ErrorIs(t, err, ado.ErrSignIn)
}

// echo is a transport that puts the whole request into its error.
type echo struct{}

func (echo) RoundTrip(r *http.Request) (*http.Response, error) {
	return nil, fmt.Errorf("cannot send %v %v", r.URL, r.Header)
}

func TestNoSecretInErrors(t *testing.T) {
	t.Parallel()
	c, mux := setup(t)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-TFS-ServiceError", "bad "+r.Header.Get("Authorization"))
		w.Header().Set("ActivityId", token)
		answer(w, 401, vss(token, token))
	})
	broken, err := ado.New(ado.Options{HTTP: &http.Client{Transport: echo{}}, BaseDelay: 1})
	require.NoError(t, err)
	unreachable, err := ado.New(ado.Options{BaseURL: "http://127.0.0.1:1", BaseDelay: 1})
	require.NoError(t, err)
	for _, client := range []*ado.Client{c, broken, unreachable} {
		_, _, err := client.As("amy", fixed(token)).SearchQueries(t.Context(), "fabrikam", "Fiber", "private words", 5)
		require.Error(t, err)
		require.NotContains(t, fmt.Sprintf("%v %+v %#v", err, err, errors.Unwrap(err)), token)
		if client != broken {
			require.NotContains(t, err.Error(), "private")
		}
	}
}

func TestNetworkFailureIsUnavailable(t *testing.T) {
	t.Parallel()
	c, err := ado.New(ado.Options{BaseURL: "http://127.0.0.1:1", BaseDelay: 1})
	require.NoError(t, err)
	_, err = c.As("amy", fixed(token)).Project(t.Context(), "fabrikam", "Fiber")
	require.ErrorIs(t, err, ado.ErrUnavailable)
}

// TestContextWins: the caller's own deadline or cancellation is never dressed up as trouble of the service.
func TestContextWins(t *testing.T) {
	t.Parallel()
	c, mux := setup(t)
	arrived := make(chan struct{}, 1)
	mux.HandleFunc("/", func(_ http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		<-r.Context().Done()
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-arrived; cancel() }()
	_, err := c.As("amy", fixed(token)).Project(ctx, "fabrikam", "Fiber")
	require.ErrorIs(t, err, context.Canceled)
	require.NotErrorIs(t, err, ado.ErrUnavailable)
}

// TestRequestTimeout: our own bound on one request is the service's trouble.
func TestRequestTimeout(t *testing.T) {
	t.Parallel()
	c, mux := setup(t, func(o *ado.Options) { o.Timeout = 20 * time.Millisecond })
	mux.HandleFunc("/", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	_, err := c.As("amy", fixed(token)).Project(t.Context(), "fabrikam", "Fiber")
	require.ErrorIs(t, err, ado.ErrUnavailable)
	require.NoError(t, t.Context().Err())
}

// TestBackoff: with the default delay, three attempts take at most 4 s + 8 s, and a slow query rests 30 s.
func TestBackoff(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		status   int
		body     string
		min, max time.Duration
	}{
		{503, ``, 0, 12 * time.Second},
		{400, vss("X", "VS402335: slow"), 30 * time.Second, 34 * time.Second},
	} {
		inBubble(t, func(w http.ResponseWriter, _ *http.Request) { answer(w, tt.status, tt.body) },
			func(t *testing.T, c *ado.Client) {
				t.Helper()
				started := time.Now()
				_, err := c.As("amy", fixed(token)).Project(t.Context(), "fabrikam", "Fiber")
				require.Error(t, err)
				require.GreaterOrEqual(t, time.Since(started), tt.min)
				require.LessOrEqual(t, time.Since(started), tt.max)
			})
	}
}

// TestSlowQueryAnswersInTime: a turn of the bot has no 30 s, so it learns at once.
func TestSlowQueryAnswersInTime(t *testing.T) {
	t.Parallel()
	inBubble(t, func(w http.ResponseWriter, _ *http.Request) { answer(w, 400, vss("X", "VS402335: slow")) },
		func(t *testing.T, c *ado.Client) {
			t.Helper()
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			started := time.Now()
			_, err := c.As("amy", fixed(token)).Project(ctx, "fabrikam", "Fiber")
			require.ErrorIs(t, err, ado.ErrQueryTooSlow)
			require.Zero(t, time.Since(started))
		})
}
