package okr_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okrbot/okr"
)

func at(day int) time.Time { return time.Date(2026, 1, day, 12, 0, 0, 0, time.UTC) }

// values makes points, one a day from 1 January on.
func values(list ...float64) []okr.HistoryPoint {
	var points []okr.HistoryPoint
	for i, v := range list {
		points = append(points, okr.HistoryPoint{At: at(i + 1), Value: v})
	}
	return points
}

func goalOf(m okr.Metric) okr.Goal {
	return okr.Goal{Kind: okr.KeyResult, Metric: &m, Period: okr.Period{Start: "2026-01-01", End: "2026-03-31"}}
}

func TestProjection(t *testing.T) {
	t.Parallel()
	g := goalOf(okr.Metric{Start: 0, Target: 100})
	p, ok := g.Project(values(0, 2, 4, 6, 8), at(5), time.UTC)
	require.True(t, ok)
	require.Equal(t, 5, p.Values)
	require.InDelta(t, 8+2*85, p.End, 1e-6)
	require.Equal(t, okr.Date("2026-02-20"), p.MeetsOn, "46 days on")

	p, _ = g.Project(values(0, 0.5, 1, 1.5), at(4), time.UTC)
	require.Equal(t, okr.Date("2026-07-20"), p.MeetsOn)
	p, _ = g.Project(values(8, 6, 4, 2), at(4), time.UTC)
	require.Empty(t, p.MeetsOn, "it falls")
	p, _ = g.Project(values(3, 3, 3, 3), at(4), time.UTC)
	require.Empty(t, p.MeetsOn, "it stands")
	p, _ = g.Project(values(80, 90, 95, 100), at(4), time.UTC)
	require.Equal(t, okr.Date("2026-01-04"), p.MeetsOn, "it is met")

	down := goalOf(okr.Metric{Start: 50, Target: 10})
	p, _ = down.Project(values(50, 49, 48, 47), at(4), time.UTC)
	require.Equal(t, okr.Date("2026-02-10"), p.MeetsOn, "a decrease is met downwards")

	still, _ := g.Project(values(0, 2, 4, 6), at(25), time.UTC)
	require.Less(t, still.End, 6+2*64.0, "the last value holds until now")
}

func TestNoProjection(t *testing.T) {
	t.Parallel()
	g := goalOf(okr.Metric{Start: 0, Target: 100})
	_, ok := g.Project(values(1, 2, 3), at(10), time.UTC)
	require.False(t, ok, "three values are too few")
	four := values(1, 2, 3, 4)
	for i := range four {
		four[i].At = at(1).Add(time.Duration(i) * time.Hour)
	}
	_, ok = g.Project(four, at(1).Add(4*time.Hour), time.UTC)
	require.False(t, ok, "an afternoon says nothing")
	for _, typ := range []okr.MetricType{okr.StayBelow, okr.StayAbove, okr.Baseline} {
		_, ok = goalOf(okr.Metric{Type: typ, Target: 5}).Project(values(1, 2, 3, 4, 5), at(5), time.UTC)
		require.False(t, ok, typ)
	}
}

func TestALineIsProjectedOn(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		slope := rapid.Float64Range(0.1, 50).Draw(t, "slope")
		n := rapid.IntRange(4, 30).Draw(t, "values")
		var list []float64
		for i := range n {
			list = append(list, slope*float64(i))
		}
		g := goalOf(okr.Metric{Start: 0, Target: 1e9})
		p, ok := g.Project(values(list...), at(n), time.UTC)
		require.True(t, ok)
		require.InDelta(t, slope*float64(n-1+g.Period.End.Days()-okr.DateOf(at(n)).Days()), p.End, 1e-3)
	})
}

func TestExpectedLine(t *testing.T) {
	t.Parallel()
	g := goalOf(okr.Metric{Start: 5, Target: 20, Phases: []okr.Phase{{Date: "2026-02-01", Value: 7}}})
	require.Equal(t, []okr.Phase{{Date: "2026-01-01", Value: 5}, {Date: "2026-02-01", Value: 7}, {Date: "2026-03-31", Value: 20}}, g.ExpectedLine())
	require.Equal(t, []okr.Phase{{Date: "2026-01-01", Value: 5}, {Date: "2026-03-31", Value: 5}}, goalOf(okr.Metric{Type: okr.StayBelow, Target: 5}).ExpectedLine())
	require.Nil(t, goalOf(okr.Metric{Type: okr.Baseline}).ExpectedLine())
	o := okr.Goal{Kind: okr.Objective, Period: okr.Period{Start: "2026-01-01", End: "2026-03-31"}}
	require.Equal(t, []okr.Phase{{Date: "2026-01-01", Value: 0}, {Date: "2026-03-31", Value: 100}}, o.ExpectedLine())
}

func TestReminders(t *testing.T) {
	t.Parallel()
	monday := time.Date(2026, 2, 2, 9, 20, 0, 0, time.UTC)
	require.True(t, okr.Reminder{}.IsReminderDue(monday, time.Time{}))
	require.False(t, okr.Reminder{}.IsReminderDue(monday.Add(-time.Hour), time.Time{}), "too early")
	require.True(t, okr.Reminder{}.IsReminderDue(monday.Add(7*time.Hour), time.Time{}), "late, but the same day")
	require.False(t, okr.Reminder{}.IsReminderDue(monday.Add(8*time.Hour), time.Time{}), "too late")
	require.False(t, okr.Reminder{}.IsReminderDue(monday.AddDate(0, 0, 1), time.Time{}), "another day")
	require.False(t, okr.Reminder{}.IsReminderDue(monday, monday.AddDate(0, 0, -1)), "a recent check-in")
	require.True(t, okr.Reminder{}.IsReminderDue(monday, monday.AddDate(0, 0, -3)))
	require.False(t, okr.Reminder{Off: true}.IsReminderDue(monday, time.Time{}))
	second := okr.Reminder{Weekday: time.Monday, Hour: 9, Every: 2}
	due := 0
	for week := range 8 {
		if second.IsReminderDue(monday.AddDate(0, 0, 7*week), time.Time{}) {
			due++
		}
	}
	require.Equal(t, 4, due, "every second week")
}
