package teams_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/bot/teams"
)

// TestRetries is the table of what is repeated: four tries, or one.
func TestRetries(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		status     int
		retryAfter string
		post, put  int
	}{
		{400, "", 1, 1},
		{401, "", 2, 2},
		{402, "", 1, 1},
		{403, "", 1, 1},
		{404, "", 1, 1},
		{405, "", 1, 1},
		{408, "", 1, 1},
		{409, "", 1, 1},
		{412, "", 4, 4},
		{413, "", 1, 1},
		{422, "", 1, 1},
		{429, "", 4, 4},
		{429, "0", 4, 4},
		{429, "3600", 1, 1},
		{500, "", 1, 4},
		{501, "", 1, 1},
		{502, "", 1, 4},
		{503, "", 1, 4},
		{503, "1", 4, 4},
		{504, "", 1, 4},
	} {
		t.Run(fmt.Sprintf("%d after %q", test.status, test.retryAfter), func(t *testing.T) {
			t.Parallel()
			cloud := newWireCloud(t)
			cloud.connector = func(w http.ResponseWriter, _ *http.Request) {
				if test.retryAfter != "" {
					w.Header().Set("Retry-After", test.retryAfter)
				}
				w.WriteHeader(test.status)
			}
			c := cloud.newConnector(t)
			_, err := c.Send(t.Context(), cloud.ref(), teams.Message{Text: "private words"})
			require.Len(t, cloud.got(), test.post)
			requireConnectorError(t, err, test.status)
			err = c.Update(t.Context(), cloud.ref().WithActivity("9"), teams.Message{Text: "private words"})
			require.Len(t, cloud.got(), test.post+test.put)
			requireConnectorError(t, err, test.status)
		})
	}
}

func requireConnectorError(t *testing.T, err error, status int) {
	t.Helper()
	var failure *teams.ConnectorError
	require.ErrorAs(t, err, &failure)
	require.Equal(t, status, failure.Status)
	for _, secret := range []string{wireBearer, "private words", "127.0.0.1", "19:delivery"} {
		require.NotContains(t, err.Error(), secret)
	}
}

func TestConnectorErrors(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		status int
		code   string
		want   error
	}{
		{403, "BotNotInConversationRoster", teams.ErrUnreachable},
		{403, "ConversationBlockedByUser", teams.ErrUnreachable},
		{403, "BotDisabledByAdmin", teams.ErrUnreachable},
		{403, "BadArgument", teams.ErrRefused},
		{400, "BadSyntax", teams.ErrRefused},
		{404, "ConversationNotFound", teams.ErrGone},
		{413, "MessageSizeTooBig", teams.ErrTooBig},
		{429, "Throttled", teams.ErrThrottled},
	} {
		cloud := newWireCloud(t)
		cloud.connector = func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "77")
			w.WriteHeader(test.status)
			_, _ = fmt.Fprintf(w, `{"error":{"code":"%s","message":"m"}}`, test.code)
		}
		_, err := cloud.newConnector(t).Send(t.Context(), cloud.ref(), teams.Message{Text: "x"})
		require.ErrorIs(t, err, test.want)
		var failure *teams.ConnectorError
		require.ErrorAs(t, err, &failure)
		require.Equal(t, test.code, failure.Code)
		require.Equal(t, 77*time.Second, failure.RetryAfter)
		for _, other := range []error{teams.ErrUnreachable, teams.ErrGone, teams.ErrPerhapsShown, teams.ErrThrottled} {
			require.Equal(t, errors.Is(other, test.want), failure.Is(other))
		}
	}
	require.NotErrorIs(t, &teams.ConnectorError{Status: http.StatusForbidden}, teams.ErrUnreachable)
}

// TestPerhapsShown: what is known of a post by its answer. One that may have been shown is
// not repeated.
func TestPerhapsShown(t *testing.T) {
	t.Parallel()
	status := func(code int, retryAfter string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", retryAfter)
			w.WriteHeader(code)
		}
	}
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		unsure bool
		tries  int
	}{
		"500":           {status(500, ""), true, 1},
		"502":           {status(502, ""), true, 1},
		"504":           {status(504, ""), true, 1},
		"408":           {status(408, ""), true, 1},
		"503":           {status(503, ""), true, 1},
		"503 with when": {status(503, "0"), true, 1},
		"429":           {status(429, ""), false, 4},
		"412":           {status(412, ""), false, 4},
		"403":           {status(403, ""), false, 1},
		"404":           {status(404, ""), false, 1},
		"broken off":    {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, true, 1},
		"late":          {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, true, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := newWireCloud(t)
			cloud.connector = test.answer
			o := cloud.connectorOptions(t)
			o.PostTimeout = 300 * time.Millisecond
			c, err := teams.NewConnector(o)
			require.NoError(t, err)
			_, err = c.Send(t.Context(), cloud.ref(), teams.Message{Text: "x"})
			require.Error(t, err)
			require.Equal(t, test.unsure, errors.Is(err, teams.ErrPerhapsShown), "%v", err)
			require.Len(t, cloud.got(), test.tries)
			if name != "late" { // an update waits longer
				require.NotErrorIs(t, c.Update(t.Context(), cloud.ref().WithActivity("1"), teams.Message{Text: "x"}), teams.ErrPerhapsShown, "it can be repeated")
			}
		})
	}
	cloud := newWireCloud(t)
	cloud.Close()
	_, err := cloud.newConnector(t).Send(t.Context(), cloud.ref(), teams.Message{Text: "x"})
	require.Error(t, err)
	require.NotErrorIs(t, err, teams.ErrPerhapsShown, "nothing was sent")
}

func TestRefusedTokenIsRenewedOnce(t *testing.T) {
	t.Parallel()
	cloud := newWireCloud(t)
	cloud.connector = func(w http.ResponseWriter, _ *http.Request) {
		if len(cloud.got()) == 1 {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = w.Write([]byte(`{"id":"5"}`))
	}
	tokens := &wireTokens{}
	o := cloud.connectorOptions(t)
	o.Tokens = tokens
	c, err := teams.NewConnector(o)
	require.NoError(t, err)
	id, err := c.Send(t.Context(), cloud.ref(), teams.Message{Text: "x"})
	require.NoError(t, err)
	require.Equal(t, "5", id)
	require.EqualValues(t, 1, tokens.refused.Load())
}

func TestBrokenConnection(t *testing.T) {
	t.Parallel()
	cloud := newWireCloud(t)
	cloud.connector = func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	c := cloud.newConnector(t)
	_, err := c.Send(t.Context(), cloud.ref(), teams.Message{Text: "x"})
	requireConnectorError(t, err, 0)
	require.Len(t, cloud.got(), 1, "a post that may have arrived is not repeated")
	requireConnectorError(t, c.Update(t.Context(), cloud.ref().WithActivity("1"), teams.Message{Text: "x"}), 0)
	require.GreaterOrEqual(t, len(cloud.got()), 5)
}

func TestPacing(t *testing.T) {
	t.Parallel()
	cloud := newWireCloud(t)
	o := cloud.connectorOptions(t)
	o.PerSecond, o.Burst = 0.001, 3
	c, err := teams.NewConnector(o)
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for range 3 {
		_, err = c.Send(ctx, cloud.ref(), teams.Message{Text: "x"})
		require.NoError(t, err)
	}
	_, err = c.Send(ctx, cloud.ref(), teams.Message{Text: "x"})
	require.ErrorIs(t, err, teams.ErrThrottled, "does not wait for what the deadline rules out")
	require.Len(t, cloud.got(), 3)
	_, err = c.Send(ctx, cloud.ref().Root(), teams.Message{Text: "x"})
	require.NoError(t, err, "another conversation has its own pace")
}

func TestCancelledCall(t *testing.T) {
	t.Parallel()
	cloud := newWireCloud(t)
	ctx, cancel := context.WithCancel(t.Context())
	cloud.connector = func(w http.ResponseWriter, _ *http.Request) {
		cancel()
		w.WriteHeader(http.StatusBadGateway)
	}
	err := cloud.newConnector(t).Update(ctx, cloud.ref().WithActivity("1"), teams.Message{Text: "private words"})
	require.Error(t, err)
	require.NotContains(t, err.Error(), wireBearer)
	require.LessOrEqual(t, len(cloud.got()), 1)
}
