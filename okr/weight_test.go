package okr_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okrbot/okr"
)

func fixed(weights ...float64) []*float64 {
	var out []*float64
	for _, w := range weights {
		if w < 0 {
			out = append(out, nil) // a free one
		} else {
			out = append(out, &w)
		}
	}
	return out
}

func TestWeights(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		fixed []float64 // negative: free
		want  []float64
		sum   float64
	}{
		{"three equal ones", []float64{-1, -1, -1}, []float64{100. / 3, 100. / 3, 100. / 3}, 100},
		{"the first set to 50", []float64{50, -1, -1}, []float64{50, 25, 25}, 100},
		{"a fourth comes", []float64{50, -1, -1, -1}, []float64{50, 50. / 3, 50. / 3, 50. / 3}, 100},
		{"one does not contribute", []float64{0, -1, -1}, []float64{0, 50, 50}, 100},
		{"all fixed, to less", []float64{20, 20}, []float64{20, 20}, 40},
		{"all fixed, to more", []float64{80, 60}, []float64{80, 60}, 140},
		{"nothing left for the free one", []float64{80, 60, -1}, []float64{80, 60, 0}, 140},
		{"none", nil, []float64{}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, sum := okr.Weights(fixed(c.fixed...))
			require.InDeltaSlice(t, c.want, got, 1e-9)
			require.InDelta(t, c.sum, sum, 1e-9)
		})
	}
}

func contribution(weight, progress float64) okr.Contribution {
	c := okr.Contribution{Progress: &progress}
	if weight >= 0 {
		c.Weight = &weight
	}
	return c
}

func TestWeightedRollUp(t *testing.T) {
	t.Parallel()
	three := []okr.Contribution{contribution(50, 80), contribution(-1, 40), contribution(-1, 0)}
	require.InDelta(t, 50, *okr.RollUp(three).Progress, 1e-9)
	require.InDelta(t, 56.67, *okr.RollUp(append(three, contribution(-1, 60))).Progress, 0.005)

	noData := okr.RollUp(append(three, okr.Contribution{}))
	require.Equal(t, []int{3, 4}, []int{noData.Counted, noData.Children}, "left out, and said so")
	require.InDelta(t, (50*80+50./3*40)/(50+2*50./3), *noData.Progress, 1e-9, "its weight is shared in proportion")

	all := okr.RollUp([]okr.Contribution{contribution(20, 100), contribution(20, 0)})
	require.InDelta(t, 50, *all.Progress, 1e-9, "in proportion")
	require.InDelta(t, 40, all.Weights, 1e-9, "and said so")

	none := okr.RollUp([]okr.Contribution{contribution(0, 100), contribution(-1, 30)})
	require.InDelta(t, 30, *none.Progress, 1e-9)
	require.Equal(t, 1, none.Children, "what has no weight does not contribute")
	require.Nil(t, okr.RollUp([]okr.Contribution{contribution(0, 100)}).Progress)
}

func drawContributions(t *rapid.T) []okr.Contribution {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) okr.Contribution {
		c := okr.Contribution{}
		if rapid.Bool().Draw(t, "fixed") {
			w := rapid.Float64Range(0, 100).Draw(t, "weight")
			c.Weight = &w
		}
		if rapid.Bool().Draw(t, "data") {
			p := rapid.Float64Range(0, 100).Draw(t, "progress")
			c.Progress = &p
		}
		return c
	}), 0, 12).Draw(t, "children")
}

func TestWeightsSumTo100(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var weights []*float64
		anyFree, sumFixed := false, 0.0
		for _, c := range drawContributions(t) {
			weights = append(weights, c.Weight)
			if c.Weight == nil {
				anyFree = true
			} else {
				sumFixed += *c.Weight
			}
		}
		got, sum := okr.Weights(weights)
		want := sumFixed
		if anyFree {
			want = max(100, sumFixed)
		}
		require.InDelta(t, want, sum, 1e-6)
		for i, w := range weights {
			require.GreaterOrEqual(t, got[i], 0.0)
			if w != nil {
				require.InDelta(t, *w, got[i], 0, "a fixed one is kept")
			}
		}
	})
}

func TestRollUpIsBoundAndWithoutOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		children := drawContributions(t)
		other := rapid.Permutation(children).Draw(t, "order")
		a, b := okr.RollUp(children), okr.RollUp(other)
		require.Equal(t, []int{a.Counted, a.Children}, []int{b.Counted, b.Children})
		if a.Progress == nil {
			require.Nil(t, b.Progress)
			return
		}
		require.InDelta(t, *a.Progress, *b.Progress, 1e-6)
		least, most := 100.0, 0.0
		for _, c := range children {
			if c.Progress != nil {
				least, most = min(least, *c.Progress), max(most, *c.Progress)
			}
		}
		require.GreaterOrEqual(t, *a.Progress, least-1e-6)
		require.LessOrEqual(t, *a.Progress, most+1e-6)
	})
}
