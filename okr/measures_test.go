package okr_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

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
		require.NoError(t, okr.BindInput{Method: how.ID}.Check(okr.KeyResult))
		m := okr.Binding{Method: how.ID, Field: points}.Measure(okr.Run{Items: list}, okr.KeyResult, nil)
		require.Equal(t, how.Value(m), m.Value)
	}
	require.Equal(t, okr.UsualMethod, okr.Measures()[0].ID, "what is offered first")
}

// TestMethodsStay pins what is stored with bindings.
func TestMethodsStay(t *testing.T) {
	t.Parallel()
	for _, stored := range []okr.Method{"percent completed", "count completed", "count total"} {
		_, ok := stored.Measure()
		require.True(t, ok, stored)
	}
}

func TestMethodsThatDoNotSuit(t *testing.T) {
	t.Parallel()
	work := &okr.Field{Ref: "Microsoft.VSTS.Scheduling.RemainingWork", Name: "Remaining Work"}
	check := func(m okr.Method, f *okr.Field) string {
		return okr.FieldOf(okr.BindInput{Method: m, Field: f}.Check(okr.KeyResult))
	}
	require.Equal(t, "method", check("guess", nil))
	require.Equal(t, "method", check(okr.PercentCompleted, work))
	require.Equal(t, "method", check("", work), "none is the usual one")
	require.Empty(t, check(okr.CountTotal, work))
	require.Empty(t, check("", nil))
	require.NoError(t, okr.BindInput{Method: "guess"}.Check(okr.Project), "a project has no method")
	how, _ := okr.PercentCompleted.Measure()
	require.Contains(t, how.Misfit(okr.Metric{Target: 250}), "0 to 250")
	require.Empty(t, how.Misfit(okr.Metric{Start: 100}))
}
