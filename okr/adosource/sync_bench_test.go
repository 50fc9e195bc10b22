package adosource_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9" //nolint:depguard // a hook counts what goes to Redis
	"github.com/stretchr/testify/require"

	"okrbot/ado"
	"okrbot/ado/adotest"
	"okrbot/okr"
	"okrbot/okr/okrtest"
	"okrbot/okr/redisstore"
)

// syncQueries are the four queries of the benchmark, a tree among them.
var syncQueries = []string{"Launch bugs", "Launch scope", "Launch stories", "Launch/Q3/Q3 launch work"}

// BenchmarkSync measures the hourly sync of one connection with 20 key results
// on 4 queries: with nothing changed, and with an item of each query completed
// or reopened before each sync. What a sync holds of its sign-in's gate is given back
// before the next one, as between hours. The stand-in for Azure DevOps runs in the same
// process and counts as CPU.
func BenchmarkSync(b *testing.B) {
	for _, moves := range []bool{false, true} {
		b.Run(map[bool]string{false: "nothing moved", true: "all moved"}[moves], func(b *testing.B) {
			w := newBenchWorld(b, adotest.Options{Now: time.Now}, adotest.AlexOID)
			require.NoError(b, w.cloud.Seed(adotest.World{}))
			connection := bindMany(b, w, 20)
			syncOnce(b, w, connection, 20) // fills the caches of types and profiles
			w.cloud.ResetCalls()
			count := countRedis(w)
			took := make([]time.Duration, 0, b.N)
			b.ResetTimer()
			for i := range b.N {
				if moves {
					b.StopTimer()
					move(b, w, i%2 == 0)
					b.StartTimer()
				}
				start := time.Now()
				syncOnce(b, w, connection, 20)
				took = append(took, time.Since(start))
				b.StopTimer()
				w.trips.untilGivenBack()
				b.StartTimer()
			}
			b.StopTimer()
			slices.Sort(took)
			n := float64(b.N)
			got := count()
			b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
			b.ReportMetric(float64(w.cloud.Count(""))/n, "ado-requests/sync")
			b.ReportMetric(float64(got.commands)/n, "redis-commands/sync")
			b.ReportMetric(float64(got.trips)/n, "redis-round-trips/sync")
			b.ReportMetric(float64(got.asks)/n, "gate-asks/sync")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// What a sync asks of Redis does not grow with its key results where nothing moved, and
// by their measurements only where something did. How often the gate of its sign-in is asked depends on how long the sync
// takes, so here is none: TestRunAsksLittle of package ado counts that in a time of its own, and TestGateCosts of package
// redisstore what an ask costs.
func TestSyncAsksRedisLittle(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ goals, commands, moved int }{
		{20, 24, 105},
		{60, 24, 225},
	} {
		t.Run(fmt.Sprintf("%d key results", c.goals), func(t *testing.T) {
			t.Parallel()
			w := newGatedWorld(t, adotest.Options{Now: time.Now}, adotest.AlexOID, func(*redisstore.Store) ado.Gate { return nil })
			require.NoError(t, w.cloud.Seed(adotest.World{}))
			connection := bindMany(t, w, c.goals)
			syncOnce(t, w, connection, c.goals)
			requireLittle(t, w, func() { syncOnce(t, w, connection, c.goals) }, c.commands, 16)

			move(t, w, true)
			requireLittle(t, w, func() { syncOnce(t, w, connection, c.goals) }, c.moved, 27)
		})
	}
}

// requireLittle bounds what a sync asks of Redis.
func requireLittle(t *testing.T, w *benchWorld, run func(), most, mostTrips int) {
	t.Helper()
	count := countRedis(w)
	run()
	got := count()
	t.Logf("%+v", got)
	require.LessOrEqual(t, got.commands, most)
	require.LessOrEqual(t, got.trips, mostTrips, "round trips")
}

// counted is what went to Redis so far.
type counted struct{ commands, trips, asks int }

// countRedis says, when asked, what went to Redis since, the commands of scripts included. What is held of a gate is given
// back before, both times.
func countRedis(w *benchWorld) func() counted {
	look := func() counted {
		w.trips.untilGivenBack()
		return counted{commandsOf(w.store.Client().Info(w.b.Context(), "commandstats").Val()), int(w.trips.n.Load()), int(w.trips.asks.Load())}
	}
	before := look()
	return func() counted {
		now := look()
		return counted{now.commands - before.commands, now.trips - before.trips - 1, now.asks - before.asks} // without the look itself
	}
}

// commandsOf adds up what a server ran, but for the look itself and for what a client says first on each of its connections:
// how many of those there are depends on the machine.
func commandsOf(info string) (n int) {
	for line := range strings.Lines(info) {
		name, rest, _ := strings.Cut(strings.TrimPrefix(line, "cmdstat_"), ":calls=")
		calls, _, _ := strings.Cut(rest, ",")
		if some, err := strconv.Atoi(calls); err == nil && name != "info" && name != "hello" && !strings.HasPrefix(name, "client") {
			n += some
		}
	}
	return n
}

// roundTrips counts them.
type roundTrips struct {
	n, asks atomic.Int64 // all, and those to gates
	mu      sync.Mutex
	held    bool
	changed sync.Cond
}

func newRoundTrips() *roundTrips {
	r := &roundTrips{}
	r.changed.L = &r.mu
	return r
}

// untilGivenBack waits until nothing is held of a gate.
func (r *roundTrips) untilGivenBack() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.held {
		r.changed.Wait()
	}
}

func (r *roundTrips) DialHook(next redis.DialHook) redis.DialHook { return next }

func (r *roundTrips) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		r.n.Add(1)
		err := next(ctx, cmd)
		if args := cmd.Args(); len(args) > 7 && strings.Contains(fmt.Sprint(args[3]), "}:gate:") {
			r.asks.Add(1)
			r.mu.Lock()
			defer r.mu.Unlock()
			r.held = args[6] != 0 || args[7] != 0 // requests under way, or one more
			r.changed.Broadcast()
		}
		return err
	}
}

func (r *roundTrips) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		r.n.Add(1)
		return next(ctx, cmds)
	}
}

func syncOnce(tb testing.TB, w *benchWorld, id okr.ConnectionID, rows int) {
	tb.Helper()
	report, err := w.Measure.SyncConnection(tb.Context(), okrtest.Contoso, id, nil, 0)
	require.NoError(tb, err)
	require.NoError(tb, report.Failure)
	require.Len(tb, report.Rows, rows)
}

// move completes an item of each query, or takes that back.
func move(tb testing.TB, w *benchWorld, forward bool) {
	tb.Helper()
	for _, query := range syncQueries {
		change := w.cloud.Reopen
		if forward {
			change = w.cloud.Complete
		}
		_, err := change(adotest.OrgContoso, adotest.ProjectFiber, query, 1)
		require.NoError(tb, err)
	}
}

// bindMany gives Alex a connection and binds key results of one objective.
func bindMany(tb testing.TB, w *benchWorld, n int) okr.ConnectionID {
	tb.Helper()
	ctx := tb.Context()
	_, err := w.Access.Enable(ctx, okrtest.Alex)
	require.NoError(tb, err)
	connection := w.connect(okrtest.Alex, time.Now(), okr.ConnectionInput{Name: "Contoso", Organization: adotest.OrgContoso, Project: adotest.ProjectFiber})
	objective, err := w.Plan.SaveGoal(ctx, okrtest.Alex, okr.GoalInput{Kind: okr.Objective, Title: "Launch", Period: okr.Settings{}.Quarter(okr.DateOf(time.Now()), 0).Period})
	require.NoError(tb, err)
	for i := range n {
		query, ok := w.cloud.Query(adotest.OrgContoso, adotest.ProjectFiber, syncQueries[i%len(syncQueries)])
		require.True(tb, ok)
		g, err := w.Plan.SaveGoal(ctx, okrtest.Alex, okr.GoalInput{
			Kind: okr.KeyResult, Title: fmt.Sprintf("Key result %d", i), Parent: objective.Goal.ID, Metric: &okr.Metric{Name: "Done", Target: 100},
		})
		require.NoError(tb, err)
		_, err = w.Measure.Bind(ctx, okrtest.Alex, okr.BindInput{Goal: g.Goal.ID, Connection: connection.ID, Query: query.ID, Method: okr.PercentCompleted})
		require.NoError(tb, err)
	}
	return connection.ID
}
