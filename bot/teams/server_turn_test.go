package teams_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"okrbot/bot/teams"
)

func TestSlowCardAction(t *testing.T) {
	t.Parallel()
	private := teams.CardResponse(json.RawMessage(`{"type":"AdaptiveCard","speak":"private"}`))
	private.Private = true
	group := map[string]any{"id": "a:1chat", "conversationType": "groupChat"}
	for name, test := range map[string]struct {
		response     teams.InvokeResponse
		method, path string
	}{
		"card":    {teams.CardResponse(json.RawMessage(`{"type":"AdaptiveCard","fallbackText":"KR 1: 40 %"}`)), "PUT", "/activities/77"},
		"message": {teams.MessageResponse("done"), "POST", "/activities"},
		"private": {private, "POST", "/activities"},
		"error":   {teams.ErrorResponse(400, "x", "done"), "POST", "/activities"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newWireCloud(t)
			release := make(chan struct{})
			action := wireInvoke(teams.InvokeCardAction, map[string]any{"action": map[string]any{}})
			if test.response.Private {
				action["conversation"] = group
			}
			s := c.newServer(t, wireHandler{invoke: func(ctx context.Context, _ teams.Activity) (teams.InvokeResponse, error) {
				select {
				case <-release:
				case <-ctx.Done():
				}
				return test.response, ctx.Err()
			}}, func(o *teams.ServerOptions) { o.AnswerWithin = 20 * time.Millisecond })
			w := wireDeliver(t, s, c.header(t), c.activity(action))
			require.JSONEq(t, `{"statusCode":200,"type":"application/vnd.microsoft.activity.message","value":"Still working on it. If nothing changes here in a moment, press the same button again to see the result."}`, w.Body.String())
			require.Empty(t, c.got())
			close(release)
			got := <-c.posted
			require.Equal(t, test.method, got.Method)
			require.Equal(t, "/teams/v3/conversations/a%3A1chat"+test.path, got.Path)
			switch name {
			case "card":
				require.Equal(t, "KR 1: 40 %", got.Body["summary"])
			case "private":
				require.Contains(t, got.Body["text"], "Done.")
				require.NotContains(t, got.Body, "attachments")
			default:
				require.Equal(t, "done", got.Body["text"])
			}
		})
	}
}

func TestSlowOthers(t *testing.T) {
	t.Parallel()
	c := newWireCloud(t)
	release := make(chan struct{})
	wait := func(context.Context, teams.Activity) error { <-release; return nil }
	s := c.newServer(t, wireHandler{message: wait, invoke: func(ctx context.Context, a teams.Activity) (teams.InvokeResponse, error) {
		return teams.InvokeResponse{}, wait(ctx, a)
	}}, func(o *teams.ServerOptions) { o.AnswerWithin, o.Deliveries = time.Millisecond, nil })
	require.Empty(t, wireDeliver(t, s, c.header(t), c.activity(nil)).Body.String())
	w := wireDeliver(t, s, c.header(t), c.activity(wireInvoke(teams.InvokeSearch, map[string]any{})))
	require.JSONEq(t, `{"statusCode":200,"type":"application/vnd.microsoft.search.searchResponse","value":{"results":[]}}`, w.Body.String())
	require.Equal(t, http.StatusOK, wireDeliver(t, s, c.header(t), c.activity(wireInvoke(teams.InvokeVerifyState, map[string]any{}))).Code)
	exchange := wireInvoke(teams.InvokeTokenExchange, map[string]any{"id": "1", "token": "x"})
	require.Equal(t, http.StatusPreconditionFailed, wireDeliver(t, s, c.header(t), c.activity(exchange)).Code, "Teams shows the button")
	close(release)
	require.NoError(t, s.Shutdown(t.Context()))
	require.Empty(t, c.got())
}

func TestPanicInHandler(t *testing.T) {
	t.Parallel()
	c := newWireCloud(t)
	var log bytes.Buffer
	s := c.newServer(t, wireHandler{
		message: func(context.Context, teams.Activity) error { panic("boom") },
		invoke:  func(context.Context, teams.Activity) (teams.InvokeResponse, error) { panic("boom") },
	}, func(o *teams.ServerOptions) { o.Deliveries, o.Logger = nil, slog.New(slog.NewTextHandler(&log, nil)) })
	require.Equal(t, http.StatusOK, wireDeliver(t, s, c.header(t), c.activity(nil)).Code)
	apology := <-c.posted
	text, _ := apology.Body["text"].(string)
	require.Contains(t, text, "reference")
	w := wireDeliver(t, s, c.header(t), c.activity(wireInvoke(teams.InvokeCardAction, map[string]any{"action": map[string]any{}})))
	require.Equal(t, http.StatusOK, w.Code)
	require.Contains(t, w.Body.String(), `"statusCode":500`)
	require.NotContains(t, w.Body.String(), "boom")
	require.NoError(t, s.Shutdown(t.Context()))
	ref := text[strings.LastIndex(text, " ")+1 : len(text)-1]
	require.Contains(t, log.String(), "ref="+ref)
	require.Contains(t, log.String(), "boom")
}

func TestLogHoldsNoToken(t *testing.T) {
	t.Parallel()
	c := newWireCloud(t)
	var log bytes.Buffer
	s := c.newServer(t, wireHandler{}, func(o *teams.ServerOptions) {
		o.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	expired := c.claims()
	expired["exp"] = time.Now().Add(-time.Hour).Unix()
	header := c.sign(t, "k1", c.key, jwt.SigningMethodRS256, expired)
	require.Equal(t, http.StatusUnauthorized, wireDeliver(t, s, header, c.activity(nil)).Code)
	require.Equal(t, http.StatusOK, wireDeliver(t, s, c.header(t), c.activity(nil)).Code)
	require.NoError(t, s.Shutdown(t.Context()))
	require.Contains(t, log.String(), "expired")
	for part := range strings.SplitSeq(strings.TrimPrefix(header, "Bearer "), ".") {
		require.NotContains(t, log.String(), part)
	}
}

func TestShutdownWaits(t *testing.T) {
	t.Parallel()
	c := newWireCloud(t)
	started, release := make(chan struct{}), make(chan struct{})
	s := c.newServer(t, wireHandler{message: func(context.Context, teams.Activity) error {
		close(started)
		<-release
		return nil
	}}, func(o *teams.ServerOptions) { o.AnswerWithin = time.Millisecond })
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, listener) }()
	client := &http.Client{Timeout: 10 * time.Second}
	defer client.CloseIdleConnections()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+listener.Addr().String()+"/api/messages", bytes.NewReader(c.activity(nil)))
	require.NoError(t, err)
	r.Header.Set("Authorization", c.header(t))
	resp, err := client.Do(r)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	<-started
	stop()
	for { // until the server takes no new turns
		w := wireDeliver(t, s, c.header(t), c.activity(map[string]any{"type": "event"}))
		if w.Code == http.StatusServiceUnavailable {
			break
		}
	}
	require.Empty(t, done, "the turn in the background is waited for")
	close(release)
	require.NoError(t, <-done)
}

func TestShutdownGivesUp(t *testing.T) {
	t.Parallel()
	c := newWireCloud(t)
	s := c.newServer(t, wireHandler{message: func(ctx context.Context, _ teams.Activity) error {
		<-ctx.Done()
		return nil
	}}, func(o *teams.ServerOptions) { o.AnswerWithin = time.Millisecond })
	wireDeliver(t, s, c.header(t), c.activity(nil))
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, s.Shutdown(ctx), context.DeadlineExceeded)
	require.NoError(t, s.Shutdown(t.Context()), "its context was cancelled")
}

func TestUnreachablePlaceGetsNoApology(t *testing.T) {
	t.Parallel()
	c := newWireCloud(t)
	s := c.newServer(t, wireHandler{message: func(context.Context, teams.Activity) error {
		return &teams.ConnectorError{Op: "send", Status: http.StatusForbidden, Code: "BotNotInConversationRoster"}
	}}, nil)
	require.Equal(t, http.StatusOK, wireDeliver(t, s, c.header(t), c.activity(nil)).Code)
	require.NoError(t, s.Shutdown(t.Context()))
	require.Empty(t, c.got())
}

// In a group chat only the sender sees that something failed, unless Teams takes no such
// message there. What comes late of a button that only one person sees takes the place of
// its card for that person.
func TestFaultsAndLateCardsOfOnePerson(t *testing.T) {
	t.Parallel()
	group := map[string]any{"id": "19:x@thread.v2", "conversationType": "groupChat", "isGroup": true, "tenantId": wireTenant}
	const only = "isTargetedActivity=true"
	t.Run("fault", func(t *testing.T) {
		t.Parallel()
		c := newWireCloud(t)
		s := c.newServer(t, wireHandler{message: func(context.Context, teams.Activity) error { return errors.New("inner secret") }}, nil)
		wireDeliver(t, s, c.header(t), c.activity(map[string]any{"conversation": group}))
		got := c.got()
		require.Len(t, got, 1)
		require.Equal(t, only, got[0].Query)
		require.Equal(t, map[string]any{"id": "29:1alex", "isTargeted": true}, got[0].Body["recipient"])
	})
	t.Run("fault where there are none", func(t *testing.T) {
		t.Parallel()
		c := newWireCloud(t)
		c.connector = func(w http.ResponseWriter, r *http.Request) {
			if r.URL.RawQuery != "" {
				w.WriteHeader(http.StatusBadRequest)
				return
			}
			w.WriteHeader(http.StatusCreated)
		}
		s := c.newServer(t, wireHandler{message: func(context.Context, teams.Activity) error { return errors.New("inner secret") }}, nil)
		wireDeliver(t, s, c.header(t), c.activity(map[string]any{"conversation": group}))
		got := c.got()
		require.Len(t, got, 2)
		require.Empty(t, got[1].Query)
		require.NotContains(t, got[1].Body, "recipient")
		require.NotContains(t, got[1].Body["text"], "secret")
	})
	t.Run("late", func(t *testing.T) {
		t.Parallel()
		c := newWireCloud(t)
		release := make(chan struct{})
		s := c.newServer(t, wireHandler{invoke: func(context.Context, teams.Activity) (teams.InvokeResponse, error) {
			<-release
			r := teams.CardResponse(json.RawMessage(`{"type":"AdaptiveCard","speak":"private","actions":[{"type":"Action.Execute"}]}`))
			r.Private = true
			return r, nil
		}}, func(o *teams.ServerOptions) { o.AnswerWithin = 20 * time.Millisecond })
		action := wireInvoke(teams.InvokeCardAction, map[string]any{"action": map[string]any{"data": map[string]any{teams.KeyTargeted: "1"}}})
		action["conversation"] = group
		wireDeliver(t, s, c.header(t), c.activity(action))
		close(release)
		got := <-c.posted
		require.Equal(t, "PUT", got.Method)
		require.Equal(t, only, got.Query)
		require.NotContains(t, got.Body, "recipient")
	})
}

func TestServerDuplicates(t *testing.T) {
	t.Parallel()
	c := newWireCloud(t)
	calls := make(chan string, 10)
	s := c.newServer(t, wireHandler{
		message: func(context.Context, teams.Activity) error { calls <- "message"; return nil },
		invoke: func(context.Context, teams.Activity) (teams.InvokeResponse, error) {
			calls <- "invoke"
			return teams.MessageResponse("done"), nil
		},
	}, nil)
	action := wireInvoke(teams.InvokeCardAction, map[string]any{"action": map[string]any{}})
	action["id"] = "2"
	for range 2 {
		require.Equal(t, http.StatusOK, wireDeliver(t, s, c.header(t), c.activity(nil)).Code)
	}
	require.Contains(t, wireDeliver(t, s, c.header(t), c.activity(action)).Body.String(), "done")
	require.Contains(t, wireDeliver(t, s, c.header(t), c.activity(action)).Body.String(), "Already handled")
	search := wireInvoke(teams.InvokeSearch, map[string]any{"queryText": "x"})
	search["id"] = "3"
	for range 2 {
		require.Contains(t, wireDeliver(t, s, c.header(t), c.activity(search)).Body.String(), "done")
	}
	require.Len(t, calls, 4, "searches are answered anew")
}

// A process that dies has its deliveries in hand and not handled: whoever gets one
// again handles it, and not before.
func TestADeliveryInHandIsWaitedFor(t *testing.T) {
	t.Parallel()
	for _, dies := range []bool{false, true} {
		t.Run(fmt.Sprint("dies ", dies), func(t *testing.T) {
			t.Parallel()
			c := newWireCloud(t)
			began, goOn := make(chan bool, 2), make(chan bool)
			deliveries := &wireDeliveries{seen: map[string]bool{}}
			s := c.newServer(t, wireHandler{message: func(context.Context, teams.Activity) error {
				began <- true
				<-goOn
				return nil
			}}, func(o *teams.ServerOptions) { o.Deliveries = deliveries })
			var both sync.WaitGroup
			deliver := func() {
				both.Go(func() { wireDeliver(t, s, c.header(t), c.activity(nil)) })
			}
			deliver()
			<-began
			deliver()
			if dies {
				deliveries.lose()
				<-began
			}
			close(goOn)
			both.Wait()
			require.Empty(t, began, "handled twice")
		})
	}
}

// What was read for a turn is in its context, up to its end, also for what is answered each
// time and where it is not known whether it is in hand.
func TestATurnHasWhatWasReadForIt(t *testing.T) {
	t.Parallel()
	c := newWireCloud(t)
	search := wireInvoke(teams.InvokeSearch, map[string]any{"queryText": "x"})
	search["id"] = "3"
	for _, down := range []error{nil, errors.New("takes no writes")} {
		deliveries, read := &wireDeliveries{seen: map[string]bool{}, err: down}, make(chan any, 2)
		h := wireHandler{
			message: func(ctx context.Context, _ teams.Activity) error { read <- ctx.Value(wireRead{}); return nil },
			invoke: func(ctx context.Context, _ teams.Activity) (teams.InvokeResponse, error) {
				read <- ctx.Value(wireRead{})
				return teams.MessageResponse("done"), nil
			},
		}
		s := c.newServer(t, h, func(o *teams.ServerOptions) { o.Deliveries = deliveries })
		wireDeliver(t, s, c.header(t), c.activity(map[string]any{"id": "2"}))
		wireDeliver(t, s, c.header(t), c.activity(search))
		require.NoError(t, s.Shutdown(t.Context()))
		require.Equal(t, []any{"2", "3"}, []any{<-read, <-read})
		require.ElementsMatch(t, []any{"2", "3"}, deliveries.closed)
	}
}

// Whoever delivers an activity may be gone before its turn has begun.
func TestATurnIsBegunWithoutWhoeverDeliveredIt(t *testing.T) {
	t.Parallel()
	c, opened := newWireCloud(t), make(chan error, 1)
	deliveries := &wireDeliveries{seen: map[string]bool{}, began: func(ctx context.Context) { opened <- ctx.Err() }}
	s := c.newServer(t, wireHandler{}, func(o *teams.ServerOptions) { o.Deliveries = deliveries })
	ctx, gone := context.WithCancel(t.Context())
	request := httptest.NewRequestWithContext(ctx, http.MethodPost, "/api/messages", bytes.NewReader(c.activity(nil)))
	request.Header.Set("Authorization", c.header(t))
	wireDeliver(t, s, c.header(t), c.activity(map[string]any{"id": "first"})) // the keys are there now
	require.NoError(t, <-opened)
	gone()
	s.ServeHTTP(httptest.NewRecorder(), request)
	require.NoError(t, <-opened)
}

func TestDeliveriesFail(t *testing.T) {
	t.Parallel()
	c := newWireCloud(t)
	calls := make(chan bool, 10)
	s := c.newServer(t, wireHandler{message: func(context.Context, teams.Activity) error { calls <- true; return nil }},
		func(o *teams.ServerOptions) {
			o.Deliveries = &wireDeliveries{seen: map[string]bool{}, err: errors.New("store down")}
		})
	require.Equal(t, http.StatusOK, wireDeliver(t, s, c.header(t), c.activity(nil)).Code)
	require.Len(t, calls, 1)
}

// Teams says after about 10 seconds that a file could not be saved, be it on its way.
func TestFileConsentIsAnsweredSoon(t *testing.T) {
	t.Parallel()
	s := newWireCloud(t).newServer(t, wireHandler{}, nil)
	require.Equal(t, 5*time.Second, s.AnswerWithin(teams.Activity{Type: teams.TypeInvoke, Name: teams.InvokeFileConsent}))
	require.Equal(t, 10*time.Second, s.AnswerWithin(teams.Activity{Type: teams.TypeInvoke, Name: teams.InvokeCardAction}))
}
