package okr_test

import (
	"strings"
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

// TestReadTasks reads lines as people write and paste them.
func TestReadTasks(t *testing.T) {
	t.Parallel()
	known := []okr.Person{ada, grace, {Name: "Wilke, Nestor"}}
	for line, want := range map[string]okr.Task{
		"Sign the lease":                      {Title: "Sign the lease"},
		"Sign the lease, 2026-05-21":          {Title: "Sign the lease", Due: "2026-05-21"},
		"Sign the lease, @Grace, 21 May 2026": {Title: "Sign the lease", Due: "2026-05-21", Owner: grace},
		"Sign, seal and deliver, grace":       {Title: "Sign, seal and deliver", Owner: grace},
		"Apples, pears":                       {Title: "Apples, pears"},
		"Apples, 2026-02-30":                  {Title: "Apples, 2026-02-30"},
		"Two days, 2026-05-20, 2026-05-21":    {Title: "Two days, 2026-05-20", Due: "2026-05-21"},
		"- [x] Sign":                          {Title: "Sign", Done: true},
		"Call, @Home, now":                    {Title: "Call, @Home, now"},
		"[x] Sign, 21.5.2026":                 {Title: "Sign", Due: "2026-05-21", Done: true},
		"☐  Sign":                             {Title: "Sign"},
		"• Sign, @Somebody Else":              {Title: "Sign", Owner: okr.Person{Name: "Somebody Else"}},
		", 2026-05-21":                        {Title: ", 2026-05-21"},
		"Sign, @wilke, Nestor, 2026-05-21":    {Title: "Sign", Due: "2026-05-21", Owner: known[2]},
		"@Grace":                              {Title: "@Grace"},
	} {
		require.Equal(t, []okr.Task{want}, okr.ReadTasks("\n"+line+"\r\n", nil, known, okr.DayStyle{}), line)
	}
	was := []okr.Task{{ID: "1", Title: "A, 2026-01-01", Done: true}, {ID: "2", Title: "B", Owner: okr.Person{Name: "Wilke, Nestor"}}, {ID: "3", Title: "C"}}
	require.Equal(t, was, okr.ReadTasks(okr.TaskLines(was, okr.DayStyle{}), was, nil, okr.DayStyle{}), "what nobody touched is as it was")
	got := okr.ReadTasks("C\nA, 2026-01-01\nD", was, known, okr.DayStyle{})
	require.Equal(t, []string{"3", "1", "2"}, []string{got[0].ID, got[1].ID, got[2].ID}, "another order, and another name")
	require.True(t, got[1].Done)
	got = okr.ReadTasks("C\nD\nE", was[2:], known, okr.DayStyle{})
	require.Equal(t, []string{"3", "", ""}, []string{got[0].ID, got[1].ID, got[2].ID})
}

// TestMergeTasks puts two edits together, whatever both did, in a form of a part of the list.
func TestMergeTasks(t *testing.T) {
	t.Parallel()
	titles := func(list []okr.Task) (out string) {
		for _, task := range list {
			out += task.Title
			if task.Done {
				out += "!"
			}
		}
		return out
	}
	of := func(text string) (out []okr.Task) { // "a" is the task a, "aX" the same renamed to X, "+X" a new one
		for word := range strings.FieldsSeq(text) {
			task := okr.Task{ID: word[:1], Title: word[len(word)-1:]}
			if task.ID == "+" {
				task.ID = ""
			}
			out = append(out, task)
		}
		return out
	}
	now := of("a b c d e")
	now[1].Done = true
	for _, c := range []struct{ base, mine, want string }{
		{"b c", "b c", "ab!cde"},
		{"b c", "bX c", "aX!cde"},
		{"b c", "c", "acde"},
		{"b c", "c b", "acb!de"},
		{"b c", "b +N c", "ab!Ncde"},
		{"b c", "+N b c +M", "aNb!cMde"},
		{"", "+N", "ab!cdeN"},
		{"b z", "b", "ab!cde"}, // gone on both sides
		{"b c", "", "ade"},
	} {
		got, err := okr.MergeTasks(now, of(c.base), of(c.mine))
		require.NoError(t, err, c)
		require.Equal(t, c.want, titles(got), c)
		require.Equal(t, "ab!cde", titles(now))
		again, err := okr.MergeTasks(got, of(c.base), of(c.base))
		require.NoError(t, err, c)
		require.Equal(t, c.want, titles(again), "a form that changes nothing")
	}
	for _, c := range []struct{ base, mine string }{{"bY", "bX"}, {"z", "zX"}, {"bY", ""}} {
		_, err := okr.MergeTasks(now, of(c.base), of(c.mine))
		require.Equal(t, "tasks", okr.FieldOf(err), c)
	}
	once := []okr.Task{{ID: "form.1", Title: "N"}}
	got, err := okr.MergeTasks(now, nil, once)
	require.NoError(t, err)
	got, err = okr.MergeTasks(got, nil, once)
	require.NoError(t, err)
	require.Equal(t, "ab!cdeN", titles(got), "a form that is saved again")
}
