package bot_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/bot"
)

// TestComposeRefuses leaves other commands to others, and what it cannot read.
func TestComposeRefuses(t *testing.T) {
	t.Parallel()
	b := bot.New(bot.Options{Logger: wireLog(t), Now: time.Now})
	for value, want := range map[string]error{
		`{"commandId":"other"}`: bot.ErrNotImplemented,
		`{}`:                    bot.ErrNotImplemented,
		`{"commandId":7}`:       bot.ErrMalformedValue,
		`"searchOkrs"`:          bot.ErrMalformedValue,
	} {
		a, err := bot.ParseActivity([]byte(`{"type":"invoke","name":"composeExtension/query","value":` + value + `}`))
		require.NoError(t, err)
		_, err = b.OnInvoke(t.Context(), a)
		require.ErrorIs(t, err, want, value)
	}
}

// TestComposeStrangers shows nothing to whom Teams does not name, or who belongs to
// another organization.
func TestComposeStrangers(t *testing.T) {
	t.Parallel()
	b := bot.New(bot.Options{Logger: wireLog(t), Now: time.Now})
	for _, from := range []string{`{"id":"29:x"}`, `{"id":"29:x","aadObjectId":"o","tenantId":"elsewhere"}`} {
		a, err := bot.ParseActivity([]byte(`{"type":"invoke","name":"composeExtension/query","from":` + from + `,
			"channelData":{"tenant":{"id":"here"}},"value":{"commandId":"searchOkrs"}}`))
		require.NoError(t, err)
		r, err := b.OnInvoke(t.Context(), a)
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
