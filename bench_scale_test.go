package main

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"okrbot/cards"
	"okrbot/okr"
	"okrbot/okr/okrtest"
)

// scaleKeyResults stand below each objective of BenchmarkScale.
const scaleKeyResults = 5

// BenchmarkScale measures turns in a tenant of 50, 1,000 and 10,000 objectives with
// five key results each: what a turn asks of Redis, in commands, trips and bytes, and
// what it takes of memory must grow with what is shown and not with what is stored. The
// memory is that of the whole process, with the client and the connector.
func BenchmarkScale(b *testing.B) {
	for _, objectives := range []int{50, 1000, 10_000} {
		b.Run(fmt.Sprintf("objectives=%d", objectives), func(b *testing.B) {
			w := newBenchWorld(b)
			w.trips = countTrips(w)
			w.grow(b, objectives)
			for _, turn := range []struct {
				name string
				make func() map[string]any
			}{
				{"mine", say("okrs")},
				{"all", say("okrs all")},
				{"search", say("okrs all reliability 49")},
				{"open by title", say("okr improve reliability 49")},
				{"open", pressGoal("O49")},
				{"open key result", pressGoal("KR240")},
				{"of a status", say("okrs status:behind")},
				{"of a status and a team", say("okrs status:behind team:Team 3")},
				{"status", say("status")},
				{"status all", say("status all")},
				{"edit", press(cards.VerbGoalEdit, map[string]string{cards.KeyGoal: "KR240"})},
				{"history", press(cards.VerbHistory, map[string]string{cards.KeyGoal: "O49"})},
				{"message extension", composed("reliability")},
			} {
				b.Run(turn.name, func(b *testing.B) { w.measure(b, turn.make) })
			}
			b.Run("check-in", func(b *testing.B) { w.measureCheckIns(b) })
		})
	}
}

// grow fills the tenant straight in the store, as if it had been filled by hand; a large
// one by many hands at a time.
func (w *benchWorld) grow(tb testing.TB, objectives int) {
	tb.Helper()
	ctx, goals := tb.Context(), w.app.store.Goals()
	_, _, err := w.app.activities.Plan.ListGoals(ctx, w.actor, okr.Filter{}, okr.Page{Limit: 1}) // nothing is left to bring up to date
	require.NoError(tb, err)
	var hands errgroup.Group
	hands.SetLimit(1 + 15*min(1, objectives/10_000))
	for n := 1; n <= objectives; n++ {
		hands.Go(func() error {
			err := goals.Create(ctx, w.actor.Tenant, w.objective(n))
			for k := 0; k < scaleKeyResults && err == nil; k++ {
				err = goals.Create(ctx, w.actor.Tenant, w.keyResult(n, k))
			}
			return err
		})
	}
	require.NoError(tb, hands.Wait())
}

// objective is the n-th objective: the first ten are of who asks.
func (w *benchWorld) objective(n int) okr.Goal {
	owner, start := w.ownerOf(n), time.Now().Add(-24*time.Hour)
	o := okr.Goal{
		ID: okr.GoalID(fmt.Sprintf("O%d", n)), Kind: okr.Objective, Title: fmt.Sprintf("Improve reliability %d", n),
		Owner: owner, Period: okr.Settings{}.Quarter(okr.DateOf(time.Now()), 0).Period, CreatedBy: owner, CreatedAt: start,
	}
	o.Team = fmt.Sprintf("Team %d", n%40)
	o.Rolled = &okr.Rolled{Progress: new(20.0), Counted: scaleKeyResults, Children: scaleKeyResults, Below: scaleKeyResults, Unstarted: 1, Weights: 100, At: start}
	return o
}

func (w *benchWorld) keyResult(n, k int) okr.Goal {
	owner, start, value := w.ownerOf(n), time.Now().Add(-24*time.Hour), float64(10*k)
	return okr.Goal{
		ID: okr.GoalID(fmt.Sprintf("KR%d", (n-1)*scaleKeyResults+k+1)), Kind: okr.KeyResult, Title: fmt.Sprintf("Key result %d of %d", k+1, n),
		Owner: owner, Parent: okr.GoalID(fmt.Sprintf("O%d", n)), CreatedBy: owner, CreatedAt: start, Period: okr.Settings{}.Quarter(okr.DateOf(time.Now()), 0).Period,
		Metric: &okr.Metric{Name: "Incidents", Target: 100, Current: &value, At: &start},
	}
}

func (w *benchWorld) ownerOf(n int) okr.Person {
	if n <= 10 {
		return w.actor.Person
	}
	return okr.Person{ID: okr.UserID(fmt.Sprintf("person-%d", n%200)), Name: fmt.Sprintf("Person %d", n%200)}
}

// measure plays a turn again and again and reports what it asks of Redis.
func (w *benchWorld) measure(b *testing.B, turn func() map[string]any) {
	b.Helper()
	w.run(b, turn, 1, 20)
	before := w.spent(b)
	b.ResetTimer()
	w.run(b, turn, 1, b.N)
	b.StopTimer()
	w.reportSpent(b, before)
}

// measureCheckIns checks key results in, each of which moves its objective.
func (w *benchWorld) measureCheckIns(b *testing.B) {
	b.Helper()
	before := w.spent(b)
	b.ResetTimer()
	for n := range b.N {
		value := float64(n%97) + 0.5
		_, _, err := w.app.activities.Plan.CheckIn(b.Context(), w.actor, okr.CheckInInput{
			Goal: okr.GoalID(fmt.Sprintf("KR%d", n%40+1)), Value: &value, Note: "Going on",
		})
		require.NoError(b, err)
	}
	b.StopTimer()
	w.reportSpent(b, before)
}

// asked is how many commands Redis has taken and how many bytes it has given.
func (w *benchWorld) asked(tb testing.TB) (commands, bytes int64) {
	tb.Helper()
	info := w.app.store.Client().Info(tb.Context(), "stats").Val()
	return okrtest.InfoField(info, "total_commands_processed"), okrtest.InfoField(info, "total_net_output_bytes")
}

// spent is what turns have taken until now.
type spent struct {
	commands, bytes, trips int64
	memory                 uint64
}

func (w *benchWorld) spent(b *testing.B) spent {
	b.Helper()
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	s := spent{trips: w.trips.trips.Load(), memory: mem.TotalAlloc}
	s.commands, s.bytes = w.asked(b)
	return s
}

func (w *benchWorld) reportSpent(b *testing.B, before spent) {
	b.Helper()
	after, n := w.spent(b), float64(b.N)
	b.ReportMetric(float64(after.commands-before.commands)/n, "redis-commands/turn")
	b.ReportMetric(float64(after.trips-before.trips)/n, "trips/turn")
	b.ReportMetric(float64(after.bytes-before.bytes)/n/1024, "redis-KB/turn")
	b.ReportMetric(float64(after.memory-before.memory)/n/1024, "KB/turn")
	b.ReportMetric(float64(b.Elapsed().Microseconds())/n, "µs/turn")
	b.ReportMetric(0, "ns/op")
}
