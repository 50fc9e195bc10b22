package ado_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
	"pgregory.net/rapid"

	"okrbot/ado"
)

// process is a client of its own, as another process would have.
func process(t require.TestingT, name string, gate ado.Gate, service http.Handler, log *slog.Logger) *ado.Client {
	c, err := ado.New(ado.Options{HTTP: &http.Client{Transport: direct(service.ServeHTTP)}, BaseURL: "http://ado.test/base", UserAgent: name, Gate: gate, Logger: log})
	require.NoError(t, err)
	return c
}

func ask(ctx context.Context, c *ado.Client) error {
	_, err := c.As("tenant/amy", fixed(token)).Project(ctx, "fabrikam", "Fiber")
	return err
}

// TestGateOfProcesses: whatever several processes do with one identity, no more than two requests are under way, none begins
// in a pause that one of them was asked for, all are served, and nothing is claimed afterwards.
func TestGateOfProcesses(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		processes, callers := rapid.IntRange(1, 4).Draw(r, "processes"), rapid.IntRange(1, 3).Draw(r, "callers")
		requests := rapid.IntRange(1, 8).Draw(r, "requests")
		ms := rapid.SliceOfN(rapid.IntRange(0, 3000), 40, 40).Draw(r, "ms")
		pauses := rapid.SliceOfN(rapid.SampledFrom([]int{0, 0, 0, 0, 1, 7}), 40, 40).Draw(r, "pauses")
		synctest.Test(t, func(t *testing.T) {
			n := 0
			next := func(from []int) time.Duration { n++; return time.Duration(from[n%len(from)]) }
			service := &busyService{
				takes: func() time.Duration { return next(ms) * time.Millisecond },
				asks:  func() time.Duration { return next(pauses) * time.Second },
			}
			book := newLedger()
			var group errgroup.Group
			for p := range processes {
				c := process(t, fmt.Sprint(p), book, service, nil)
				for k := range callers {
					group.Go(func() error {
						for i := range requests {
							<-time.After(time.Duration(ms[(p+k+i)%len(ms)]) * time.Millisecond)
							if err := ask(t.Context(), c); err != nil {
								return err
							}
						}
						return nil
					})
				}
			}
			require.NoError(t, group.Wait())
			require.LessOrEqual(t, service.most, 2)
			require.Zero(t, service.tooEarly, "requests in a pause")
			require.Equal(t, processes*callers*requests, service.handled)
			<-time.After(time.Second)
			require.Zero(t, book.claims())
		})
	})
}

// TestRunAsksLittle: a run of many requests asks the others for the first one, each half second, and to give it back, and not
// for each.
func TestRunAsksLittle(t *testing.T) {
	t.Parallel()
	for _, run := range []struct {
		takes time.Duration
		asks  int
	}{
		{time.Millisecond, 2},
		{50 * time.Millisecond, 2},
		{200 * time.Millisecond, 1 + 2 + 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			book, service := newLedger(), &busyService{takes: func() time.Duration { return run.takes }}
			c := process(t, "a", book, service, nil)
			for range 7 {
				require.NoError(t, ask(t.Context(), c))
			}
			<-time.After(time.Second)
			require.Equal(t, run.asks, book.asks(), run.takes)
			require.Zero(t, book.claims())
		})
	}
}

// TestSomebodyComes: a search of a person waits for half a second and a request at most while another process measures with the
// same identity, and goes in between its requests.
func TestSomebodyComes(t *testing.T) {
	t.Parallel()
	for _, runs := range []int{1, 2, 5} {
		synctest.Test(t, func(t *testing.T) {
			const takes = 300 * time.Millisecond
			book, service := newLedger(), &busyService{takes: func() time.Duration { return takes }}
			worker, web := process(t, "worker", book, service, nil), process(t, "web", book, service, nil)
			ctx, cancel := context.WithCancel(t.Context())
			var group errgroup.Group
			for range runs {
				group.Go(func() error {
					var err error
					for err == nil {
						err = ask(ctx, worker)
					}
					return nil //nolint:nilerr // it goes on until it is cancelled
				})
			}
			<-time.After(10*time.Second + 50*time.Millisecond)
			var longest time.Duration
			var failed error
			before := service.started("worker")
			for range 25 {
				started := time.Now()
				failed = errors.Join(failed, ask(t.Context(), web))
				longest = max(longest, time.Since(started))
			}
			during := service.started("worker") - before
			cancel()
			require.NoError(t, errors.Join(failed, group.Wait()))
			require.LessOrEqual(t, longest, 500*time.Millisecond+2*100*time.Millisecond+2*takes, "%d runs", runs)
			require.Greater(t, during, 15, "the run goes on meanwhile")
			require.LessOrEqual(t, service.most, 2)
			<-time.After(time.Second)
		})
	}
}

// TestOthersWait: what one process was told, another one obeys: it waits, or says so at once where there is no time.
func TestOthersWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		first := true
		service := &busyService{takes: func() time.Duration { return time.Millisecond }}
		service.asks = func() time.Duration {
			if first {
				first = false
				return 7 * time.Second
			}
			return 0
		}
		book := newLedger()
		a, b := process(t, "a", book, service, nil), process(t, "b", book, service, nil)
		require.NoError(t, ask(t.Context(), a))
		started := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		var e *ado.Error
		require.ErrorAs(t, ask(ctx, b), &e)
		require.ErrorIs(t, e, ado.ErrThrottled)
		require.Equal(t, 7*time.Second, e.RetryAfter)
		require.Zero(t, time.Since(started))
		require.NoError(t, ask(t.Context(), b))
		require.Equal(t, 7*time.Second+time.Millisecond, time.Since(started))
		<-time.After(time.Second)
	})
}

// TestDeadProcess: the requests of a process that died count for five seconds.
func TestDeadProcess(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		book, service := newLedger(), &busyService{takes: func() time.Duration { return time.Millisecond }}
		_, err := book.Ask(t.Context(), "tenant/amy", ado.Claim{Process: "dead", Number: 1, More: true, Limit: 2, Alone: time.Second, Lease: 5 * time.Second, Wait: time.Second})
		require.NoError(t, err)
		started := time.Now()
		require.NoError(t, ask(t.Context(), process(t, "b", book, service, nil)))
		require.InDelta(t, 5*time.Second, time.Since(started), float64(200*time.Millisecond))
		<-time.After(time.Second)
	})
}

// TestGateAway: where what processes share is down or hangs, work goes on at once, in this process two at a time, and the
// log says so once, and once that it is over.
func TestGateAway(t *testing.T) {
	t.Parallel()
	for _, ill := range []struct {
		name string
		slow time.Duration
		err  error
	}{
		{"down", 0, errors.New("down")},
		{"hangs", time.Hour, nil},
	} {
		t.Run(ill.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var log bytes.Buffer
				book, service := newLedger(), &busyService{takes: func() time.Duration { return time.Second }}
				book.ail(ill.slow, ill.err)
				c := process(t, "a", book, service, slog.New(slog.NewTextHandler(&log, nil)))
				started := time.Now()
				var group errgroup.Group
				for range 20 {
					group.Go(func() error { return ask(t.Context(), c) })
				}
				require.NoError(t, group.Wait())
				require.Equal(t, 2, service.most)
				require.LessOrEqual(t, time.Since(started), 10*time.Second+2500*time.Millisecond)
				require.Equal(t, 1, strings.Count(log.String(), "\n"), log.String())
				require.Contains(t, log.String(), "level=WARN")

				book.ail(0, nil)
				<-time.After(10 * time.Second)
				require.NoError(t, ask(t.Context(), c))
				require.Equal(t, 2, strings.Count(log.String(), "\n"), log.String())
				require.Contains(t, log.String(), "together again")
				<-time.After(time.Second)
				require.Zero(t, book.claims())
			})
		})
	}
}

// TestGateSlow: where it answers slowly, a run takes little longer.
func TestGateSlow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		book, service := newLedger(), &busyService{takes: func() time.Duration { return 200 * time.Millisecond }}
		book.ail(50*time.Millisecond, nil)
		c := process(t, "a", book, service, nil)
		started := time.Now()
		for range 10 {
			require.NoError(t, ask(t.Context(), c))
		}
		require.LessOrEqual(t, time.Since(started), 2*time.Second+500*time.Millisecond)
		<-time.After(time.Second)
	})
}

// TestWaitingIsSeen: how long requests wait can be measured.
func TestWaitingIsSeen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var waited []time.Duration
		service := &busyService{takes: func() time.Duration { return time.Second }}
		c, err := ado.New(ado.Options{
			HTTP: &http.Client{Transport: direct(service.ServeHTTP)}, BaseURL: "http://ado.test", InFlight: 1,
			Waited: func(d time.Duration) { mu.Lock(); defer mu.Unlock(); waited = append(waited, d) },
		})
		require.NoError(t, err)
		var group errgroup.Group
		for range 3 {
			group.Go(func() error { return ask(t.Context(), c) })
		}
		require.NoError(t, group.Wait())
		require.Equal(t, []time.Duration{0, time.Second, 2 * time.Second}, waited)
	})
}
