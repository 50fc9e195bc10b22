package okr_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okrbot/okr"
)

func metric(start, target, current float64) okr.Metric {
	return okr.Metric{Name: "m", Start: start, Target: target, Current: &current}
}

// free makes children that share the weight equally.
func free(progress ...float64) []okr.Contribution {
	var out []okr.Contribution
	for _, p := range progress {
		out = append(out, okr.Contribution{Progress: &p})
	}
	return out
}

func TestExpected(t *testing.T) {
	t.Parallel()
	quarter := okr.Period{Start: "2025-01-01", End: "2025-03-31"}
	for day, want := range map[okr.Date]float64{
		"2024-12-31": 0, "2025-01-01": 0, "2025-02-15": 50.56, "2025-03-31": 100, "2025-04-01": 100, "2031-01-01": 100,
	} {
		require.InDelta(t, want, quarter.Expected(day), 0.005, day)
	}
	oneDay := okr.Period{Start: "2025-01-01", End: "2025-01-01"}
	require.InDelta(t, 100, oneDay.Expected("2025-01-01"), 0, "no division by zero")
}

func TestScaledProgress(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name                         string
		start, target, current, want float64
	}{
		{"the documentation's example", 30, 50, 40, 50},
		{"its other example", 15, 35, 20, 25},
		{"a fraction", 25, 100, 30, 6.67},
		{"a decrease", 50, 10, 30, 50},
		{"beyond the target", 0, 10, 12, 120},
		{"before the start", 10, 20, 5, -50},
		{"a decrease that went up", 50, 10, 60, -25},
		{"a count on a key result of 30", 0, 30, 12, 40},
		{"a percentage between 20 and 80", 20, 80, 50, 50},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, ok := metric(c.start, c.target, c.current).ScaledProgress()
			require.True(t, ok)
			require.InDelta(t, c.want, got, 0.005)
		})
	}
	_, ok := metric(5, 5, 5).ScaledProgress()
	require.False(t, ok, "start = target")
	_, ok = okr.Metric{Target: 10}.ScaledProgress()
	require.False(t, ok, "no value yet")
}

func TestRollUp(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		children []float64
		want     float64
	}{
		{[]float64{0, 25, 20}, 15},
		{[]float64{80, 40, 0, 60}, 45},
		{[]float64{100}, 100},
	} {
		require.InDelta(t, c.want, *okr.RollUp(free(c.children...)).Progress, 1e-9)
	}
	require.Nil(t, okr.RollUp(nil).Progress, "no children are no data")
}

func TestStatusOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		expected, actual float64
		want             okr.Status
	}{
		{52, 47, okr.Behind},
		{82, 56, okr.AtRisk}, // the vendor's page prints Behind, against its own table
		{75, 50, okr.Behind}, // 25 points exactly
		{75.06, 50, okr.AtRisk},
		{50, 50, okr.OnTrack},
		{50, 49.99, okr.Behind},
		{0.1 + 0.2, 0.3, okr.OnTrack}, // not a true difference
		{0, 100, okr.OnTrack},
		{100, 0, okr.AtRisk},
	} {
		require.Equal(t, c.want, okr.DefaultBands().StatusOf(c.actual, c.expected), "expected %v, actual %v", c.expected, c.actual)
	}
	require.Equal(t, okr.OnTrack, okr.Bands{AtRisk: 20, Behind: 10}.StatusOf(40, 50), "a tenant's own bands")
	require.Equal(t, okr.AtRisk, okr.Bands{AtRisk: 20, Behind: 10}.StatusOf(40, 60.5))
}

func drawPeriod(t *rapid.T) (okr.Period, int) {
	base := rapid.IntRange(0, 30_000).Draw(t, "first day")
	length := rapid.IntRange(1, 4000).Draw(t, "days")
	return okr.Period{Start: dayNumber(base), End: dayNumber(base + length)}, length
}

func TestExpectedIsALine(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p, length := drawPeriod(t)
		a := rapid.IntRange(-10, length+10).Draw(t, "a")
		b := rapid.IntRange(a, length+10).Draw(t, "b")
		ea, eb := p.Expected(dayNumber(p.Start.Days()+a)), p.Expected(dayNumber(p.Start.Days()+b))
		require.GreaterOrEqual(t, ea, 0.0)
		require.LessOrEqual(t, ea, eb, "it never falls")
		require.LessOrEqual(t, eb, 100.0)
		require.Zero(t, p.Expected(p.Start))
		require.InDelta(t, 100, p.Expected(p.End), 0)
	})
}

func TestScaledProgressIsMonotonous(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.Float64Range(-1e9, 1e9)
		start, target := number.Draw(t, "start"), number.Draw(t, "target")
		if math.Abs(start-target) < 1e-6 {
			t.Skip()
		}
		near := rapid.Float64Range(0, 1).Draw(t, "near")
		far := rapid.Float64Range(near, 1).Draw(t, "far")
		p, ok := metric(start, target, start+near*(target-start)).ScaledProgress()
		require.True(t, ok)
		q, _ := metric(start, target, start+far*(target-start)).ScaledProgress()
		require.LessOrEqual(t, p, q+1e-6*math.Abs(start/(target-start))+1e-6, "nearer to the target is no less")
		at, _ := metric(start, target, target).ScaledProgress()
		require.InDelta(t, 100, at, 1e-9)
		at, _ = metric(start, target, start).ScaledProgress()
		require.Zero(t, at)
	})
}

func TestRollUpStaysBetweenItsChildren(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		children := rapid.SliceOfN(rapid.Float64Range(0, 100), 1, 50).Draw(t, "children")
		got := *okr.RollUp(free(children...)).Progress
		least, most := 100.0, 0.0
		for _, c := range children {
			least, most = min(least, c), max(most, c)
		}
		require.GreaterOrEqual(t, got, least-1e-9)
		require.LessOrEqual(t, got, most+1e-9)
	})
}
