package compose_test

import (
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/bot/chat"
	"okrbot/bot/compose"
	"okrbot/bot/teams"
)

// TestComposeRefuses leaves other commands to others, and what it cannot read.
func TestComposeRefuses(t *testing.T) {
	t.Parallel()
	s := compose.New(chat.New(chat.Options{Logger: slog.New(slog.NewTextHandler(t.Output(), nil)), Now: time.Now}), compose.Parts{}, compose.Options{})
	for value, want := range map[string]error{
		`{"commandId":"other"}`: teams.ErrNotImplemented,
		`{}`:                    teams.ErrNotImplemented,
		`{"commandId":7}`:       teams.ErrMalformedValue,
		`"searchOkrs"`:          teams.ErrMalformedValue,
	} {
		a, err := teams.ParseActivity([]byte(`{"type":"invoke","name":"composeExtension/query","value":` + value + `}`))
		require.NoError(t, err)
		_, err = s.OnCompose(t.Context(), a)
		require.ErrorIs(t, err, want, value)
	}
}

// TestComposeStrangers shows nothing to whom Teams does not name, or who belongs to
// another organization.
func TestComposeStrangers(t *testing.T) {
	t.Parallel()
	s := compose.New(chat.New(chat.Options{Logger: slog.New(slog.NewTextHandler(t.Output(), nil)), Now: time.Now}), compose.Parts{}, compose.Options{})
	for _, from := range []string{`{"id":"29:x"}`, `{"id":"29:x","aadObjectId":"o","tenantId":"elsewhere"}`} {
		a, err := teams.ParseActivity([]byte(`{"type":"invoke","name":"composeExtension/query","from":` + from + `,
			"channelData":{"tenant":{"id":"here"}},"value":{"commandId":"searchOkrs"}}`))
		require.NoError(t, err)
		r, err := s.OnCompose(t.Context(), a)
		require.NoError(t, err)
		require.Equal(t, 200, r.Status)
		require.Contains(t, mustJSON(t, r.Body), `"type":"message"`)
	}
}

func mustJSON(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	require.NoError(t, err)
	return string(raw)
}
