package main

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/bot/bottest"
	"okrbot/bot/bottest/script"
	"okrbot/okr"
)

// Wrong, expired, forged and foreign tokens are refused without a word, and
// nothing happens.
func TestInboundRefusesBadTokens(t *testing.T) {
	t.Parallel()
	w := newCheckedWorld(t)
	for _, kind := range bottest.BadTokens() {
		activity := w.Teams.Activity(w.Chat, w.User, "message")
		activity["text"] = "enable"
		d, err := w.Teams.Deliver(t.Context(), activity, bottest.DeliverOptions{Token: kind})
		require.NoError(t, err, kind)
		require.Contains(t, []int{http.StatusUnauthorized, http.StatusForbidden}, d.Status, "%s", kind)
		require.Empty(t, d.Body, "%s", kind)
	}
	require.Empty(t, w.Teams.Posts(w.Chat), "nothing was said")
	play(t, w, "say help", "expect 'What I can do'")
}

// Keys rotate at any time; the next token is signed with one that okrbot has not
// seen yet.
func TestInboundKeysRotate(t *testing.T) {
	t.Parallel()
	w := newCheckedWorld(t)
	play(t, w, "say help", "expect 'What I can do'")
	require.NoError(t, w.Teams.RotateKeys())
	play(t, w, "say help", "expect 'What I can do'")
}

// What is no activity is refused by its form; what is none that okrbot knows is
// taken and ignored, or Teams would send it again.
func TestInboundForms(t *testing.T) {
	t.Parallel()
	w := newCheckedWorld(t)
	header, err := w.Teams.Authorization(w.Teams.ServiceURL())
	require.NoError(t, err)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: script.Patience}
	post := func(body string) int {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+w.Address+"/api/messages", strings.NewReader(body))
		require.NoError(t, err)
		req.Header.Set("Authorization", header)
		req.Header.Set("Content-Type", "application/json")
		resp, err := client.Do(req)
		require.NoError(t, err)
		defer func() { _ = resp.Body.Close() }()
		_, err = io.Copy(io.Discard, resp.Body)
		require.NoError(t, err)
		return resp.StatusCode
	}
	for body, status := range map[string]int{
		"":                       http.StatusBadRequest,
		"hello":                  http.StatusBadRequest,
		"[]":                     http.StatusBadRequest,
		`"text"`:                 http.StatusBadRequest,
		`{"text":"no type"}`:     http.StatusBadRequest,
		`{"type":"message"`:      http.StatusBadRequest,
		`{"type":"message"}`:     http.StatusForbidden, // no service URL for the token to fit
		`{"type":7,"text":"hi"}`: http.StatusBadRequest,
	} {
		require.Equal(t, status, post(body), body)
	}
	// One byte more than fits: all of it is read, so that the answer comes before
	// the end of the connection however slow the machine is.
	require.Equal(t, http.StatusRequestEntityTooLarge, post(strings.Repeat(" ", 256<<10+1)))
	require.Empty(t, w.Teams.Posts(w.Chat))
}

func TestInboundUnknownActivities(t *testing.T) {
	t.Parallel()
	w := newCheckedWorld(t)
	for _, kind := range []string{"typing", "messageReaction", "messageUpdate", "event", "handoff", "somethingNew"} {
		activity := w.Teams.Activity(w.Chat, w.User, kind)
		activity["value"] = []any{1, "two", nil}
		d, err := w.Teams.Deliver(t.Context(), activity, bottest.DeliverOptions{})
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, d.Status, kind)
		require.Empty(t, bytes.TrimSpace(d.Body), kind)
	}
	for name, want := range map[string]struct {
		value  any
		status int
	}{
		"task/fetch":              {map[string]any{"data": map[string]any{}}, http.StatusNotImplemented},
		"composeExtension/query":  {map[string]any{"commandId": "x"}, http.StatusNotImplemented},
		"fileConsent/invoke":      {nil, http.StatusBadRequest},
		"adaptiveCard/action":     {"no object", http.StatusBadRequest},
		"application/search":      {[]any{}, http.StatusBadRequest},
		"signin/verifyState":      {nil, http.StatusBadRequest},
		"somebody/elses":          {map[string]any{}, http.StatusNotImplemented},
		"message/submitAction":    {map[string]any{}, http.StatusNotImplemented},
		"signin/failure":          {map[string]any{"code": "x"}, http.StatusOK},
		"config/fetch":            {map[string]any{}, http.StatusNotImplemented},
		"composeExtension/submit": {map[string]any{}, http.StatusNotImplemented},
	} {
		d, err := w.Teams.Invoke(t.Context(), w.Chat, w.User, name, want.value)
		require.NoError(t, err)
		require.Equal(t, want.status, d.Status, name)
	}
	play(t, w, "say help", "expect 'What I can do'")
}

// A button of a card that another version of okrbot posted is answered with
// what to do.
func TestInboundUnknownVerb(t *testing.T) {
	t.Parallel()
	w := newCheckedWorld(t)
	d, err := w.Teams.Invoke(t.Context(), w.Chat, w.User, "adaptiveCard/action", map[string]any{
		"action":  map[string]any{"type": "Action.Execute", "verb": "goal.frobnicate", "data": map[string]any{"goal": "KR1"}},
		"trigger": "manual",
	})
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, d.Status)
	require.Contains(t, string(d.Body), "is from another version of okrbot")
	require.Contains(t, string(d.Body), "what you can do now")
	require.Empty(t, w.Teams.Posts(w.Chat), "nothing was done")
}

// A person without an object id cannot be known, and is told so.
func TestInboundWithoutIdentity(t *testing.T) {
	t.Parallel()
	w := newCheckedWorld(t)
	activity := w.Teams.Activity(w.Chat, w.User, "message")
	activity["text"] = "enable"
	activity["from"] = map[string]any{"id": w.User.ID, "name": w.User.Name}
	_, err := w.Teams.Deliver(t.Context(), activity, bottest.DeliverOptions{})
	require.NoError(t, err)
	play(t, w, "expect 'say who you are' 'work account'")
}

// People of a tenant that is not served get no answer, and nothing of theirs is kept:
// the same people are greeted as new where they are served.
func TestInboundOtherTenant(t *testing.T) {
	t.Parallel()
	w := newCheckedWorld(t)
	const other = "99999999-0d0a-4a54-9d3a-1f6c2b7e9a09"
	for _, kind := range []string{"message", "installationUpdate", "conversationUpdate", "messageReaction", "event", "invoke"} {
		activity := w.Teams.Activity(w.Chat, w.User, kind)
		activity["text"], activity["action"] = "enable", "add"
		activity["channelData"] = map[string]any{"tenant": map[string]any{"id": other}}
		d, err := w.Teams.Deliver(t.Context(), activity, bottest.DeliverOptions{})
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, d.Status, "acknowledged, so that it does not come again")
		require.Empty(t, d.Body)
	}
	_, err := w.app.store.Memory().Conversation(t.Context(), other, w.Chat.ID)
	require.Equal(t, okr.NotFound, okr.KindOf(err), "nothing is kept")
	require.Empty(t, w.Teams.Posts(w.Chat), "nothing was said")
	require.Zero(t, w.Teams.Counts().Tokens, "Teams was not asked")
	play(t, w, "say help", "expect 'What I can do'")
}

// The same activity twice is done once.
func TestInboundTwice(t *testing.T) {
	t.Parallel()
	w := newCheckedWorld(t)
	d, err := w.Teams.Say(t.Context(), w.Chat, w.User, "help")
	require.NoError(t, err)
	again, err := w.Teams.Redeliver(t.Context(), d)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, again.Status)
	require.Len(t, w.Teams.Posts(w.Chat), 1)
}
