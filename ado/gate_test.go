package ado_test

import (
	"context"
	"net/http"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"okrbot/ado"
)

// TestInFlight: eight callers of one identity get two requests through at a time; another identity is not held up.
func TestInFlight(t *testing.T) {
	t.Parallel()
	c, mux := setup(t)
	var now, over atomic.Int32
	release := make(chan struct{})
	mux.HandleFunc("/fabrikam/", func(w http.ResponseWriter, _ *http.Request) {
		if now.Add(1) > 2 {
			over.Add(1)
		}
		<-release
		now.Add(-1)
		answer(w, 200, `{}`)
	})
	mux.HandleFunc("/contoso/", func(w http.ResponseWriter, _ *http.Request) { answer(w, 200, `{}`) })
	var group errgroup.Group
	for range 8 {
		group.Go(func() error {
			_, err := c.As("amy", fixed(token)).Project(t.Context(), "fabrikam", "Fiber")
			return err
		})
	}
	_, err := c.As("bob", fixed(token)).Project(t.Context(), "contoso", "Fiber")
	require.NoError(t, err)
	close(release)
	require.NoError(t, group.Wait())
	require.Zero(t, over.Load())
}

// TestRetryAfterOnAnswer: a 200 can ask to wait, and then all callers of the identity do, and nobody else.
func TestRetryAfterOnAnswer(t *testing.T) {
	t.Parallel()
	inBubble(t, askToWait(200), func(t *testing.T, c *ado.Client) {
		t.Helper()
		started := time.Now()
		call := func(identity string) time.Duration {
			_, err := c.As(identity, fixed(token)).Project(t.Context(), "fabrikam", "Fiber")
			require.NoError(t, err)
			return time.Since(started)
		}
		require.Zero(t, call("amy"))
		require.Zero(t, call("bob"))
		require.Equal(t, 7*time.Second, call("amy"))
	})
}

// TestRetryAfterIsAFloor: the second attempt comes no earlier than the service allows.
func TestRetryAfterIsAFloor(t *testing.T) {
	t.Parallel()
	for _, status := range []int{429, 503} {
		inBubble(t, askToWait(status), func(t *testing.T, c *ado.Client) {
			t.Helper()
			started := time.Now()
			_, err := c.As("amy", fixed(token)).Project(t.Context(), "fabrikam", "Fiber")
			require.NoError(t, err)
			require.GreaterOrEqual(t, time.Since(started), 7*time.Second)
			require.Less(t, time.Since(started), 8*time.Second)
		})
	}
}

// TestNoTimeToWait: a caller whose deadline is earlier than Retry-After hears so at once, and so does the next one.
func TestNoTimeToWait(t *testing.T) {
	t.Parallel()
	for _, status := range []int{429, 503} {
		inBubble(t, askToWait(status), func(t *testing.T, c *ado.Client) {
			t.Helper()
			for range 2 {
				started := time.Now()
				ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
				_, err := c.As("amy", fixed(token)).Project(ctx, "fabrikam", "Fiber")
				cancel()
				var e *ado.Error
				require.ErrorAs(t, err, &e)
				require.ErrorIs(t, err, ado.ErrThrottled)
				require.Equal(t, 7*time.Second, e.RetryAfter)
				require.Zero(t, time.Since(started))
			}
		})
	}
}

func TestWaitIsCancelled(t *testing.T) {
	t.Parallel()
	inBubble(t, askToWait(200), func(t *testing.T, c *ado.Client) {
		t.Helper()
		s := c.As("amy", fixed(token))
		_, err := s.Project(t.Context(), "fabrikam", "Fiber")
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		failed := make(chan error, 1)
		go func() {
			_, err := s.Project(ctx, "fabrikam", "Fiber")
			failed <- err
		}()
		synctest.Wait()
		cancel()
		require.ErrorIs(t, <-failed, context.Canceled)
	})
}

// TestQueueWaitsToo: a caller that queues for a slot when the service asks to wait does not slip through.
func TestQueueWaitsToo(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	handler := func(w http.ResponseWriter, _ *http.Request) {
		if calls.Add(1) <= 2 {
			<-time.After(time.Second)
			w.Header().Set("Retry-After", "7")
		}
		answer(w, 200, `{}`)
	}
	inBubble(t, handler, func(t *testing.T, c *ado.Client) {
		t.Helper()
		started := time.Now()
		var group errgroup.Group
		for range 3 {
			group.Go(func() error {
				_, err := c.As("amy", fixed(token)).Project(t.Context(), "fabrikam", "Fiber")
				return err
			})
		}
		require.NoError(t, group.Wait())
		require.Equal(t, 8*time.Second, time.Since(started))
	})
}

// TestQueueIsCancelled: the wait for a slot ends with the context, as an error of the context.
func TestQueueIsCancelled(t *testing.T) {
	t.Parallel()
	hold := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	inBubble(t, hold, func(t *testing.T, c *ado.Client) {
		t.Helper()
		ctx, cancel := context.WithCancel(t.Context())
		failed := make(chan error, 3)
		for range 3 {
			go func() {
				_, err := c.As("amy", fixed(token)).Project(ctx, "fabrikam", "Fiber")
				failed <- err
			}()
		}
		synctest.Wait()
		cancel()
		for range 3 {
			require.ErrorIs(t, <-failed, context.Canceled)
		}
	})
}

// askToWait answers the first request of each test with the status and a Retry-After of 7 s, further ones with 200.
func askToWait(status int) http.HandlerFunc {
	var asked atomic.Bool
	return func(w http.ResponseWriter, _ *http.Request) {
		if asked.CompareAndSwap(false, true) {
			w.Header().Set("Retry-After", "7")
			answer(w, status, `{}`)
			return
		}
		answer(w, 200, `{}`)
	}
}

// TestPace: while a quarter of the budget is left nobody waits; below it requests are spread over the time that is left,
// and what makes no sense changes nothing.
func TestPace(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name                    string
		limit, remaining, reset string // reset: seconds from now
		want                    time.Duration
	}{
		{"no headers", "", "", "", 0},
		{"plenty left", "200", "50", "300", 0},
		{"half of the quarter", "200", "25", "300", 6 * time.Second},
		{"decimal", "200", "25.0", "100", 2 * time.Second},
		{"nothing left", "200", "0", "300", 10 * time.Second},
		{"counted anew in a second", "200", "0", "1", time.Second},
		{"counted anew already", "200", "0", "-60", 0},
		{"no end named", "200", "20", "", 9 * time.Second},
		{"no number", "200", "many", "300", 0},
		{"not a number", "NaN", "0", "300", 0},
		{"no limit", "0", "0", "300", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, budget(tt.limit, tt.remaining, tt.reset), func(t *testing.T, c *ado.Client) {
				t.Helper()
				started := time.Now()
				for range 2 {
					_, err := c.As("amy", fixed(token)).Project(t.Context(), "fabrikam", "Fiber")
					require.NoError(t, err)
				}
				require.Equal(t, tt.want, time.Since(started).Round(time.Second))
			})
		})
	}
}

func budget(limit, remaining, reset string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for name, value := range map[string]string{"Limit": limit, "Remaining": remaining} {
			if value != "" {
				w.Header().Set("X-RateLimit-"+name, value)
			}
		}
		if seconds, err := strconv.Atoi(reset); err == nil {
			at := time.Now().Add(time.Duration(seconds) * time.Second)
			w.Header().Set("X-RateLimit-Reset", strconv.FormatInt(at.Unix(), 10))
		}
		answer(w, 200, `{}`)
	}
}

// TestClosedGatesAreForgotten: an identity that was told to wait and does not come back leaves nothing once others come.
func TestClosedGatesAreForgotten(t *testing.T) {
	t.Parallel()
	wait := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "7")
		answer(w, 200, `{}`)
	}
	inBubble(t, wait, func(t *testing.T, c *ado.Client) {
		t.Helper()
		for n := range 5 {
			_, err := c.As("gone"+strconv.Itoa(n), fixed(token)).Project(t.Context(), "fabrikam", "Fiber")
			require.NoError(t, err)
		}
		require.Equal(t, 5, c.Gates())
		<-time.After(time.Minute)
		_, err := c.As("bob", fixed(token)).Project(t.Context(), "fabrikam", "Fiber")
		require.NoError(t, err)
		require.Equal(t, 1, c.Gates(), "bob's, which is closed")
	})
}
