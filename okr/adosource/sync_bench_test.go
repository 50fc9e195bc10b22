package adosource_test

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9" //nolint:depguard // a hook counts what goes to Redis
	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/okr"
	"okrbot/okr/okrtest"
)

// syncQueries are the four queries of the benchmark, a tree among them.
var syncQueries = []string{"Launch bugs", "Launch scope", "Launch stories", "Launch/Q3/Q3 launch work"}

// BenchmarkSync measures the hourly sync of one connection with 20 key results
// on 4 queries: with nothing changed, and with an item of each query completed
// or reopened before each sync. The stand-in for Azure DevOps runs in the same
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
			}
			b.StopTimer()
			slices.Sort(took)
			n := float64(b.N)
			commands, trips := count()
			b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
			b.ReportMetric(float64(w.cloud.Count(""))/n, "ado-requests/sync")
			b.ReportMetric(float64(commands)/n, "redis-commands/sync")
			b.ReportMetric(float64(trips)/n, "redis-round-trips/sync")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// What a sync asks of Redis does not grow with its key results where nothing moved, and
// by their measurements only where something did.
func TestSyncAsksRedisLittle(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ goals, commands, moved int }{
		{20, 26, 104},
		{60, 26, 224},
	} {
		t.Run(fmt.Sprintf("%d key results", c.goals), func(t *testing.T) {
			t.Parallel()
			w := newBenchWorld(t, adotest.Options{Now: time.Now}, adotest.AlexOID)
			require.NoError(t, w.cloud.Seed(adotest.World{}))
			connection := bindMany(t, w, c.goals)
			syncOnce(t, w, connection, c.goals)
			count := countRedis(w)
			syncOnce(t, w, connection, c.goals)
			commands, trips := count()
			require.LessOrEqual(t, commands, c.commands)
			require.LessOrEqual(t, trips, 16, "round trips")

			move(t, w, true)
			count = countRedis(w)
			syncOnce(t, w, connection, c.goals)
			commands, trips = count()
			require.LessOrEqual(t, commands, c.moved)
			require.LessOrEqual(t, trips, 27, "round trips")
		})
	}
}

// countRedis gives, when asked, how many commands Redis processed since, those of
// scripts included, and how many round trips they took.
func countRedis(w *benchWorld) func() (commands, trips int) {
	trips := &roundTrips{}
	processed := func() int {
		return int(okrtest.InfoField(w.store.Client().Info(w.b.Context(), "stats").Val(), "total_commands_processed"))
	}
	before := processed()
	w.store.Client().AddHook(trips)
	return func() (int, int) {
		n := int(trips.n.Load())
		return processed() - before - 1, n // without the look itself
	}
}

// roundTrips counts them.
type roundTrips struct{ n atomic.Int64 }

func (r *roundTrips) DialHook(next redis.DialHook) redis.DialHook { return next }

func (r *roundTrips) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		r.n.Add(1)
		return next(ctx, cmd)
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
