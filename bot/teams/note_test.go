package teams_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"okrbot/bot/teams"
)

// What a handler says of its turn stands in its one line, and its outcome counts even
// though the person was answered.
func TestNoteIsInTheTurnsLine(t *testing.T) {
	t.Parallel()
	for outcome, level := range map[string]string{
		teams.OutcomeRefused: "INFO", teams.OutcomeUnavailable: "WARN", teams.OutcomeStore: "WARN", teams.OutcomeFault: "ERROR",
	} {
		var log bytes.Buffer
		c, registry := newWireCloud(t), prometheus.NewRegistry()
		s := c.newServer(t, wireHandler{message: func(ctx context.Context, _ teams.Activity) error {
			n := teams.NoteFrom(ctx)
			n.Did("okrs")
			n.Missed("place", errors.New("the first"))
			require.True(t, n.Refuse(outcome, "why", errors.New("the cause")))
			n.Refuse(teams.OutcomeRefused, "less", errors.New("another"))
			return nil
		}}, func(o *teams.ServerOptions) {
			o.Registerer, o.Logger = registry, slog.New(slog.NewTextHandler(&log, nil))
		})
		wireDeliver(t, s, c.header(t), c.activity(nil))
		require.NoError(t, s.Shutdown(t.Context()))
		require.InDelta(t, 1, wireCounted(t, registry, outcome), 0)
		require.Zero(t, wireCounted(t, registry, "ok"))
		lines := strings.Split(strings.TrimSpace(log.String()), "\n")
		require.Len(t, lines, 1)
		for _, part := range []string{"level=" + level, "outcome=" + outcome, "verb=okrs", "missed=place"} {
			require.Contains(t, lines[0], part)
		}
		if outcome != teams.OutcomeRefused {
			require.Contains(t, lines[0], "failure=why")
			require.Contains(t, lines[0], `err="the cause"`)
		}
	}
}

func TestNothingIsNotedOutsideATurn(t *testing.T) {
	t.Parallel()
	n := teams.NoteFrom(t.Context())
	n.Did("okrs")
	require.False(t, n.Refuse(teams.OutcomeStore, "", nil))
	require.False(t, n.Missed("place", nil))
}

// Anybody can send what is unauthorized; only a token that Microsoft signed is
// misdirected.
func TestMisdirectedTokens(t *testing.T) {
	t.Parallel()
	c, registry := newWireCloud(t), prometheus.NewRegistry()
	s := c.newServer(t, wireHandler{}, func(o *teams.ServerOptions) { o.Registerer = registry })
	other := c.claims()
	other["aud"] = "11111111-2222-4222-8222-222222222222"
	signed := func(key any) string { return c.sign(t, "k1", key, jwt.SigningMethodRS256, other) }
	send := func(header string) {
		require.Equal(t, http.StatusUnauthorized, wireDeliver(t, s, header, c.activity(nil)).Code)
	}
	send(signed(c.key)) // no keys are fetched for what is not for this bot
	require.InDelta(t, 1, wireCounted(t, registry, "unauthorized"), 0)
	wireDeliver(t, s, c.header(t), c.activity(nil))
	send(signed(c.key))
	require.InDelta(t, 1, wireCounted(t, registry, "misdirected"), 0)
	send(signed(newRSAKey()))
	send("")
	send("Bearer nothing")
	require.InDelta(t, 4, wireCounted(t, registry, "unauthorized"), 0)
	require.InDelta(t, 1, wireCounted(t, registry, "misdirected"), 0)
}

// Probes are asked by HEAD, too; what a person opens is not.
func TestProbesAnswerHead(t *testing.T) {
	t.Parallel()
	c := newWireCloud(t)
	page := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) })
	s := c.newServer(t, wireHandler{}, func(o *teams.ServerOptions) {
		o.Pages, o.Probes = map[string]http.Handler{"/page": page}, map[string]http.Handler{"/probe": page}
	})
	for path, want := range map[string]map[string]int{
		"/page":  {http.MethodGet: http.StatusAccepted, http.MethodHead: http.StatusNotFound},
		"/probe": {http.MethodGet: http.StatusAccepted, http.MethodHead: http.StatusAccepted},
	} {
		for method, status := range want {
			w := httptest.NewRecorder()
			s.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, path, http.NoBody))
			require.Equal(t, status, w.Code, "%s %s", method, path)
		}
	}
}
