package okr_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okrbot/okr"
)

func limit(typ okr.MetricType, target float64, threshold *float64, current float64) okr.Metric {
	return okr.Metric{Name: "m", Type: typ, Target: target, Threshold: threshold, Current: &current}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	risk := func(f float64) *float64 { return &f }
	for _, c := range []struct {
		name     string
		metric   okr.Metric
		progress float64
		status   okr.Status
	}{
		{"below", limit(okr.StayBelow, 2, nil, 1.9), 100, okr.OnTrack},
		{"at the limit", limit(okr.StayBelow, 2, nil, 2), 0, okr.AtRisk},
		{"above the limit", limit(okr.StayBelow, 2, nil, 2.2), 0, okr.AtRisk},
		{"below, with a threshold", limit(okr.StayBelow, 2, risk(2.5), 1.9), 100, okr.OnTrack},
		{"at the limit, with a threshold", limit(okr.StayBelow, 2, risk(2.5), 2), 0, okr.Behind},
		{"between", limit(okr.StayBelow, 2, risk(2.5), 2.2), 0, okr.Behind},
		{"at the threshold", limit(okr.StayBelow, 2, risk(2.5), 2.5), 0, okr.AtRisk},
		{"above the threshold", limit(okr.StayBelow, 2, risk(2.5), 3), 0, okr.AtRisk},
		{"above", limit(okr.StayAbove, 99, nil, 99.5), 100, okr.OnTrack},
		{"at the lower limit", limit(okr.StayAbove, 99, nil, 99), 0, okr.AtRisk},
		{"between, from above", limit(okr.StayAbove, 99, risk(98), 98.5), 0, okr.Behind},
		{"at the lower threshold", limit(okr.StayAbove, 99, risk(98), 98), 0, okr.AtRisk},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, ok := c.metric.Progress()
			require.True(t, ok)
			require.InDelta(t, c.progress, p, 0)
			require.Equal(t, c.status, c.metric.Status(p, 50, okr.DefaultBands()))
			require.InDelta(t, 100, c.metric.Expected(quarterOf2025(), "2025-01-01"), 0, "kept from the first day on")
		})
	}
}

func quarterOf2025() okr.Period { return okr.Period{Start: "2025-01-01", End: "2025-03-31"} }

func TestBaselineHasNoProgress(t *testing.T) {
	t.Parallel()
	m := limit(okr.Baseline, 0, nil, 12)
	_, ok := m.Progress()
	require.False(t, ok)
	require.Equal(t, okr.StatusInProgress, m.Status(0, 0, okr.DefaultBands()))
}

func TestKindFollowsFromStartAndTarget(t *testing.T) {
	t.Parallel()
	require.Equal(t, okr.Reach, okr.Metric{Target: 10}.Kind())
	require.Equal(t, okr.Increase, okr.Metric{Start: 5, Target: 10}.Kind())
	require.Equal(t, okr.Decrease, okr.Metric{Start: 10, Target: 5}.Kind())
	require.Equal(t, okr.StayBelow, okr.Metric{Type: okr.StayBelow, Start: 10, Target: 5}.Kind())
}

// TestMetricFollowsItsTitle: a metric that was named after the title goes with it, one of its
// own name stays.
func TestMetricFollowsItsTitle(t *testing.T) {
	t.Parallel()
	owner := okr.Person{ID: "u", Name: "Megan Bowen"}
	long := strings.Repeat("a long title ", 9)
	for name, c := range map[string]struct{ title, metric, now, typed, want string }{
		"of the title":           {"Close bugs", "Close bugs", "Fix bugs", "Close bugs", "Fix bugs"},
		"left empty":             {"Close bugs", "Close bugs", "Fix bugs", "", "Fix bugs"},
		"of its own name":        {"Close bugs", "Bugs", "Fix bugs", "Bugs", "Bugs"},
		"renamed at once":        {"Close bugs", "Close bugs", "Fix bugs", "Bugs", "Bugs"},
		"of a cut title":         {long, okr.Shorten(long, okr.MaxName), "Fix bugs", okr.Shorten(long, okr.MaxName), "Fix bugs"},
		"of an unchanged title":  {"Close bugs", "Close bugs", "Close bugs", "Close bugs", "Close bugs"},
		"of the title by chance": {"Bugs", "Bugs", long, "Bugs", okr.Shorten(long, okr.MaxName)},
	} {
		g := okr.Goal{ID: "KR1", Kind: okr.KeyResult, Title: strings.TrimSpace(c.title), Owner: owner, Parent: "O1", Metric: &okr.Metric{Name: c.metric, Target: 10}}
		in := okr.InputOf(g)
		in.Title, in.Metric = strings.TrimSpace(c.now), &okr.Metric{Name: c.typed, Target: 10}
		in, err := in.Cleaned(okr.Settings{})
		require.NoError(t, err)
		require.NoError(t, g.Edit(in, okr.Goal{}, okr.Actor{Person: owner}, false, time.Now()), name)
		require.Equal(t, c.want, g.Metric.Name, name)
	}
}

func TestProgressIsMappedBack(t *testing.T) {
	t.Parallel()
	require.InDelta(t, 34.5, okr.Metric{Start: 30, Target: 60}.ValueAt(15), 1e-9, "the documentation's example")
}

func TestPhasesReplaceTheStraightLine(t *testing.T) {
	t.Parallel()
	m := okr.Metric{Name: "m", Start: 0, Target: 100, Phases: []okr.Phase{{Date: "2025-03-01", Value: 30}, {Date: "2025-01-31", Value: 20}}}
	for day, want := range map[okr.Date]float64{
		"2024-12-01": 0, "2025-01-01": 0, "2025-01-16": 10, "2025-01-31": 20, "2025-03-01": 30, "2025-03-16": 65, "2025-03-31": 100, "2025-05-01": 100,
	} {
		require.InDelta(t, want, m.Expected(quarterOf2025(), day), 1e-9, day)
	}
	down := okr.Metric{Start: 50, Target: 10, Phases: []okr.Phase{{Date: "2025-02-15", Value: 40}}}
	require.InDelta(t, 25, down.Expected(quarterOf2025(), "2025-02-15"), 1e-9)
	ends := okr.Metric{Start: 0, Target: 100, Phases: []okr.Phase{{Date: "2025-03-31", Value: 80}}}
	require.InDelta(t, 80, ends.Expected(quarterOf2025(), "2025-03-31"), 1e-9, "a phase on the last day stands for the target")
}

// drawPhases gives phases on days of their own that lead from start to target.
func drawPhases(t *rapid.T, p okr.Period, start, target float64) []okr.Phase {
	n := rapid.IntRange(0, 6).Draw(t, "phases")
	length := p.End.Days() - p.Start.Days()
	days := rapid.SliceOfNDistinct(rapid.IntRange(1, length), 0, min(n, length), rapid.ID[int]).Draw(t, "days")
	var phases []okr.Phase
	way := 0.0
	for i := range length + 1 {
		for _, d := range days {
			if d == i {
				way = rapid.Float64Range(way, 1).Draw(t, "way")
				phases = append(phases, okr.Phase{Date: p.Start.Add(d), Value: start + way*(target-start)})
			}
		}
	}
	return phases
}

func TestExpectedNeverFalls(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p, length := drawPeriod(t)
		number := rapid.Float64Range(-1e6, 1e6)
		m := okr.Metric{Start: number.Draw(t, "start"), Target: number.Draw(t, "target")}
		if math.Abs(m.Start-m.Target) < 1e-3 {
			t.Skip()
		}
		m.Phases = drawPhases(t, p, m.Start, m.Target)
		a := rapid.IntRange(-10, length+10).Draw(t, "a")
		b := rapid.IntRange(a, length+10).Draw(t, "b")
		ea, eb := m.Expected(p, p.Start.Add(a)), m.Expected(p, p.Start.Add(b))
		require.GreaterOrEqual(t, ea, 0.0)
		require.LessOrEqual(t, ea, eb+1e-6)
		require.LessOrEqual(t, eb, 100.0)
		for _, phase := range m.Phases {
			require.InDelta(t, phase.Value, m.ValueAt(m.Expected(p, phase.Date)), 1e-6*math.Max(1, math.Abs(phase.Value)), "a phase is met on its day")
		}
	})
}

func TestProgressRisesWithTheValue(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		typ := rapid.SampledFrom([]okr.MetricType{okr.Reach, okr.Increase, okr.StayAbove}).Draw(t, "type")
		m := okr.Metric{Type: typ, Target: rapid.Float64Range(1, 1e6).Draw(t, "target")}
		a := rapid.Float64Range(-1e6, 1e6).Draw(t, "a")
		b := rapid.Float64Range(a, 1e6).Draw(t, "b")
		m.Current = &a
		pa, _ := m.Progress()
		m.Current = &b
		pb, _ := m.Progress()
		require.LessOrEqual(t, pa, pb+1e-6)
	})
}
