package okr_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okrbot/okr"
)

// TestMeasuresAreWhole holds that a method is one entry of the list: each says
// everything, is found by its id, and measures.
func TestMeasuresAreWhole(t *testing.T) {
	t.Parallel()
	points := &okr.Field{Ref: "Points", Name: "Story Points"}
	list := items(items(nil, 1, "Bug", okr.Completed), 3, "Bug", okr.InProgress)
	seen := map[string]bool{}
	for _, how := range okr.Measures() {
		entry := reflect.ValueOf(how)
		for i := range entry.NumField() {
			require.False(t, entry.Field(i).IsZero(), "%s has no %s", how.ID, entry.Type().Field(i).Name)
		}
		for _, text := range []string{string(how.ID), how.Title, how.Counts, how.Sums} {
			require.False(t, seen[text], "said of two: %s", text)
			seen[text] = true
		}
		require.Equal(t, 1, strings.Count(how.Sums, "%s"), how.ID)
		found, ok := how.ID.Measure()
		require.True(t, ok)
		require.Equal(t, how.Title, found.Title)
		require.Equal(t, how.Counts, how.ID.Words(nil))
		require.Contains(t, how.ID.Words(points), points.Name)
		_, err := okr.BindInput{Method: how.ID}.Checked(okr.Goal{Kind: okr.KeyResult, Metric: &okr.Metric{Target: 10}})
		require.NoError(t, err)
		m := okr.Binding{Method: how.ID, Field: points}.Measure(okr.Run{Items: list}, okr.KeyResult, nil)
		require.Equal(t, how.Value(m), m.Value)
	}
}

// TestMethodsStay pins what is stored with bindings.
func TestMethodsStay(t *testing.T) {
	t.Parallel()
	for _, stored := range []okr.Method{"percent completed", "count completed", "count total"} {
		_, ok := stored.Measure()
		require.True(t, ok, stored)
	}
}

func TestFieldsThatDoNotSuit(t *testing.T) {
	t.Parallel()
	work := &okr.Field{Ref: "Microsoft.VSTS.Scheduling.RemainingWork", Name: "Remaining Work"}
	hours := okr.Goal{Kind: okr.KeyResult, Metric: &okr.Metric{Unit: "hours", Start: 400}}
	check := func(m okr.Method, f *okr.Field) string {
		_, err := okr.BindInput{Method: m, Field: f}.Checked(okr.Goal{Kind: okr.KeyResult, Metric: &okr.Metric{Target: 100}})
		return okr.FieldOf(err)
	}
	require.Equal(t, "method", check("guess", nil))
	require.Equal(t, "method", check(okr.PercentCompleted, work))
	require.Equal(t, "method", check(okr.CountCompleted, work), "it is 0 on everything that is completed")
	require.Equal(t, "method", check("", work), "none is the usual one")
	require.Empty(t, check(okr.CountTotal, work))
	require.Empty(t, check("", nil))
	in, err := okr.BindInput{Field: work}.Checked(hours)
	require.NoError(t, err, "hours that burn down are what is still there")
	require.Equal(t, okr.CountTotal, in.Method)
	in, err = okr.BindInput{Method: "guess", Field: work}.Checked(okr.Goal{Kind: okr.Project})
	require.NoError(t, err, "a project has no method")
	require.Equal(t, okr.BindInput{}, in)
}

// TestUsualMethod holds which measure a key result gets where nobody chose one, and
// that whatever its number is, the usual one suits it or says why none does.
func TestUsualMethod(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		m    okr.Metric
		want okr.Method
	}{
		{"30 stories", okr.Metric{Unit: "stories", Target: 30}, okr.CountCompleted},
		{"30 of something without a unit", okr.Metric{Target: 30}, okr.CountCompleted},
		{"from 10 to 30", okr.Metric{Unit: "stories", Start: 10, Target: 30}, okr.CountCompleted},
		{"100 %", okr.Metric{Unit: "%", Target: 100}, okr.PercentCompleted},
		{"80 %", okr.Metric{Unit: "%", Start: 20, Target: 80}, okr.PercentCompleted},
		{"a percentage by its kind", okr.Metric{UnitKind: okr.UnitPercent, Target: 80}, okr.PercentCompleted},
		{"a percentage in words", okr.Metric{UnitKind: okr.UnitWord, Unit: " Percent", Target: 80}, okr.PercentCompleted},
		{"a percentage of something", okr.Metric{Unit: "% of bugs", Target: 80}, okr.PercentCompleted},
		{"0 to 100 without a unit", okr.Metric{Target: 100}, okr.PercentCompleted},
		{"100 stories", okr.Metric{Unit: "stories", Target: 100}, okr.CountCompleted},
		{"20 bugs down to 0", okr.Metric{Unit: "bugs", Start: 20}, okr.CountTotal},
		{"100 down to 0 without a unit", okr.Metric{Start: 100}, okr.CountTotal},
		{"a limit", okr.Metric{Type: okr.StayBelow, Unit: "bugs", Target: 5}, okr.CountTotal},
		{"a limit of 100", okr.Metric{Type: okr.StayAbove, Target: 100}, okr.CountTotal},
		{"a limit in percent", okr.Metric{Type: okr.StayAbove, Unit: "%", Target: 90}, okr.PercentCompleted},
		{"a baseline", okr.Metric{Type: okr.Baseline, Unit: "bugs"}, okr.CountCompleted},
		{"phases", okr.Metric{Unit: "stories", Target: 30, Phases: []okr.Phase{{Date: "2026-08-01", Value: 100}}}, okr.CountCompleted},
		{"money", okr.Metric{UnitKind: okr.UnitCurrency, Unit: "€", Target: 100}, okr.CountCompleted},
	} {
		require.Equal(t, c.want, okr.UsualMethod(&c.m), c.name)
		how, ok := okr.UsualMethod(&c.m).Measure()
		require.True(t, ok)
		require.Empty(t, how.Misfit(c.m), c.name)
	}
	rapid.Check(t, func(t *rapid.T) {
		m := okr.Metric{
			Unit: rapid.SampledFrom([]string{"", "%", "stories"}).Draw(t, "unit"), Type: rapid.SampledFrom(append(okr.MetricTypes(), "")).Draw(t, "type"),
			Start: float64(rapid.IntRange(0, 100).Draw(t, "start")), Target: float64(rapid.IntRange(0, 100).Draw(t, "target")),
		}
		usual, _ := okr.UsualMethod(&m).Measure()
		if usual.Misfit(m) == "" {
			return
		}
		for _, how := range okr.Measures() {
			require.NotEmpty(t, how.Misfit(m), "%s would suit better", how.ID)
		}
	})
}

// TestMisfits holds that a percentage is not taken for a total nor a total for a
// percentage without a word, nor what rises for what is to fall.
func TestMisfits(t *testing.T) {
	t.Parallel()
	misfit := func(method okr.Method, m okr.Metric) string {
		return okr.Goal{Kind: okr.KeyResult, Metric: &m, Binding: &okr.Binding{Method: method}}.Misfit()
	}
	stories := okr.Metric{Unit: "stories", Target: 30}
	share := okr.Metric{Unit: "%", Target: 100}
	bugs := okr.Metric{Unit: "bugs", Start: 20}
	require.Contains(t, misfit(okr.PercentCompleted, stories), "goes from 0 to 30 stories")
	require.Contains(t, misfit(okr.PercentCompleted, okr.Metric{Target: 30}), "goes from 0 to 30.")
	require.Contains(t, misfit(okr.PercentCompleted, okr.Metric{Unit: "%", Target: 250}), "0% to 250%")
	require.Contains(t, misfit(okr.PercentCompleted, okr.Metric{Unit: "%", Start: 100}), "rises")
	require.Contains(t, misfit(okr.PercentCompleted, okr.Metric{Type: okr.StayBelow, Unit: "bugs", Target: 5}), "should stay below 5 bugs")
	require.Contains(t, misfit(okr.PercentCompleted, okr.Metric{Type: okr.Baseline, Unit: "bugs"}), "is in bugs")
	for _, total := range []okr.Method{okr.CountCompleted, okr.CountTotal} {
		require.Contains(t, misfit(total, share), "The key result is in %, but this measures a total, so 10 would mean 10%.")
		require.Contains(t, misfit(total, okr.Metric{UnitKind: okr.UnitPercent, Target: 80}), "The key result is in %, but this measures a total, so 10 would mean 10%.")
		require.Empty(t, misfit(total, stories))
		require.Empty(t, misfit(total, okr.Metric{Target: 100}), "a hundred of something")
	}
	require.Contains(t, misfit(okr.CountCompleted, bugs), "goes from 20 to 0 bugs")
	require.Contains(t, misfit(okr.PercentCompleted, okr.Metric{Unit: "%", Start: 5, Target: 3}), "goes from 5% to 3%")
	require.Empty(t, misfit(okr.CountTotal, bugs))
	require.Empty(t, misfit(okr.PercentCompleted, share))
	require.Empty(t, misfit("guess", share))
	require.Empty(t, okr.Goal{Kind: okr.Project, Binding: &okr.Binding{}}.Misfit())
	require.Empty(t, okr.Goal{Kind: okr.KeyResult, Metric: &stories}.Misfit(), "it is not bound")
}
