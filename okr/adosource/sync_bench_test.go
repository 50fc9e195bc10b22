package adosource_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

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
			connection := bindTwenty(b, w)
			syncOnce(b, w, connection) // fills the caches of types and profiles
			w.cloud.ResetCalls()
			commands := okrtest.InfoField(w.store.Client().Info(b.Context(), "stats").Val(), "total_commands_processed")
			took := make([]time.Duration, 0, b.N)
			b.ResetTimer()
			for i := range b.N {
				if moves {
					b.StopTimer()
					move(b, w, i%2 == 0)
					b.StartTimer()
				}
				start := time.Now()
				syncOnce(b, w, connection)
				took = append(took, time.Since(start))
			}
			b.StopTimer()
			slices.Sort(took)
			n := float64(b.N)
			after := okrtest.InfoField(w.store.Client().Info(b.Context(), "stats").Val(), "total_commands_processed")
			b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
			b.ReportMetric(float64(w.cloud.Count(""))/n, "ado-requests/sync")
			b.ReportMetric(float64(after-commands)/n, "redis-commands/sync")
			b.ReportMetric(0, "ns/op")
		})
	}
}

func syncOnce(b *testing.B, w *benchWorld, id okr.ConnectionID) {
	b.Helper()
	report, err := w.Measure.SyncConnection(b.Context(), okrtest.Contoso, id, nil, 0)
	require.NoError(b, err)
	require.NoError(b, report.Failure)
	require.Len(b, report.Rows, 20)
}

// move completes an item of each query, or takes that back.
func move(b *testing.B, w *benchWorld, forward bool) {
	b.Helper()
	for _, query := range syncQueries {
		change := w.cloud.Reopen
		if forward {
			change = w.cloud.Complete
		}
		_, err := change(adotest.OrgContoso, adotest.ProjectFiber, query, 1)
		require.NoError(b, err)
	}
}

// bindTwenty gives Alex a connection and binds 20 key results.
func bindTwenty(b *testing.B, w *benchWorld) okr.ConnectionID {
	b.Helper()
	ctx := b.Context()
	_, err := w.Access.Enable(ctx, okrtest.Alex)
	require.NoError(b, err)
	connection := w.connect(okrtest.Alex, time.Now(), okr.ConnectionInput{Name: "Contoso", Organization: adotest.OrgContoso, Project: adotest.ProjectFiber})
	objective, err := w.Plan.SaveGoal(ctx, okrtest.Alex, okr.GoalInput{Kind: okr.Objective, Title: "Launch", Period: okr.Settings{}.Quarter(okr.DateOf(time.Now()), 0).Period})
	require.NoError(b, err)
	for i := range 20 {
		query, ok := w.cloud.Query(adotest.OrgContoso, adotest.ProjectFiber, syncQueries[i%len(syncQueries)])
		require.True(b, ok)
		g, err := w.Plan.SaveGoal(ctx, okrtest.Alex, okr.GoalInput{
			Kind: okr.KeyResult, Title: fmt.Sprintf("Key result %d", i), Parent: objective.Goal.ID, Metric: &okr.Metric{Name: "Done", Target: 100},
		})
		require.NoError(b, err)
		_, err = w.Measure.Bind(ctx, okrtest.Alex, okr.BindInput{Goal: g.Goal.ID, Connection: connection.ID, Query: query.ID, Method: okr.PercentCompleted})
		require.NoError(b, err)
	}
	return connection.ID
}
