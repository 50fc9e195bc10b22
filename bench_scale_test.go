package main

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
)

// scaleKeyResults stand below each objective of BenchmarkScale.
const scaleKeyResults = 5

// BenchmarkScale measures turns in a tenant of 50 and of 1,000 objectives with
// five key results each: what a turn asks of Redis, in commands and bytes, must
// grow with what is shown and not with what is stored.
func BenchmarkScale(b *testing.B) {
	for _, objectives := range []int{50, 1000} {
		b.Run(fmt.Sprintf("objectives=%d", objectives), func(b *testing.B) {
			w := newBenchWorld(b)
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
				{"status", say("status")},
			} {
				b.Run(turn.name, func(b *testing.B) { w.measure(b, turn.make) })
			}
			b.Run("check-in", func(b *testing.B) { w.measureCheckIns(b) })
		})
	}
}

// grow fills the tenant straight in the store, as if it had been filled by hand.
func (w *benchWorld) grow(b testing.TB, objectives int) {
	b.Helper()
	ctx, goals := b.Context(), w.app.store.Goals()
	period := okr.Settings{}.Quarter(okr.DateOf(time.Now()), 0).Period
	start := time.Now().Add(-24 * time.Hour)
	for n := 1; n <= objectives; n++ {
		owner := w.actor.Person
		if n > 10 {
			owner = okr.Person{ID: okr.UserID(fmt.Sprintf("person-%d", n%200)), Name: fmt.Sprintf("Person %d", n%200)}
		}
		o := okr.Goal{
			ID: okr.GoalID(fmt.Sprintf("O%d", n)), Kind: okr.Objective, Title: fmt.Sprintf("Improve reliability %d", n),
			Owner: owner, Period: period, CreatedBy: owner, CreatedAt: start,
		}
		o.Team = fmt.Sprintf("Team %d", n%40)
		require.NoError(b, goals.Create(ctx, w.actor.Tenant, o))
		for k := range scaleKeyResults {
			value := float64(10 * k)
			require.NoError(b, goals.Create(ctx, w.actor.Tenant, okr.Goal{
				ID: okr.GoalID(fmt.Sprintf("KR%d", (n-1)*scaleKeyResults+k+1)), Kind: okr.KeyResult, Title: fmt.Sprintf("Key result %d of %d", k+1, n),
				Owner: owner, Parent: o.ID, CreatedBy: owner, CreatedAt: start,
				Metric: &okr.Metric{Name: "Incidents", Target: 100, Current: &value, At: &start},
			}))
		}
	}
}

// measure plays a turn again and again and reports what it asks of Redis.
func (w *benchWorld) measure(b *testing.B, turn func() map[string]any) {
	b.Helper()
	w.run(b, turn, 1, 20)
	commands, bytes := w.asked(b)
	b.ResetTimer()
	w.run(b, turn, 1, b.N)
	b.StopTimer()
	w.reportAsked(b, commands, bytes)
}

// measureCheckIns checks key results in, each of which moves its objective.
func (w *benchWorld) measureCheckIns(b *testing.B) {
	b.Helper()
	commands, bytes := w.asked(b)
	b.ResetTimer()
	for n := range b.N {
		value := float64(n%97) + 0.5
		_, _, err := w.app.activities.Plan.CheckIn(b.Context(), w.actor, okr.CheckInInput{
			Goal: okr.GoalID(fmt.Sprintf("KR%d", n%40+1)), Value: &value, Note: "Going on",
		})
		require.NoError(b, err)
	}
	b.StopTimer()
	w.reportAsked(b, commands, bytes)
}

// asked is how many commands Redis has taken and how many bytes it has given.
func (w *benchWorld) asked(b testing.TB) (commands, bytes int64) {
	b.Helper()
	info := w.app.store.Client().Info(b.Context(), "stats").Val()
	return okrtest.InfoField(info, "total_commands_processed"), okrtest.InfoField(info, "total_net_output_bytes")
}

func (w *benchWorld) reportAsked(b *testing.B, commands, bytes int64) {
	b.Helper()
	nowCommands, nowBytes := w.asked(b)
	n := float64(b.N)
	b.ReportMetric(float64(nowCommands-commands)/n, "redis-commands/turn")
	b.ReportMetric(float64(nowBytes-bytes)/n/1024, "redis-KB/turn")
	b.ReportMetric(float64(b.Elapsed().Microseconds())/n, "µs/turn")
	b.ReportMetric(0, "ns/op")
}
