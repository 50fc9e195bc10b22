package plan_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
)

func TestCloneIntoTheNextPeriod(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	year := w.Save(okrtest.Alex, okr.GoalInput{Kind: okr.Objective, Title: "Year", PeriodID: okr.Settings{}.Year("2026-02-02", 0).ID}).Goal.ID
	o := w.Detailed(okrtest.Alex, "Launch", year, okr.Details{Tags: []string{"web"}})
	kr := w.Bound(okrtest.Alex, o, c, okrtest.LaunchBugs)
	w.Save(okrtest.Alex, okrtest.Form(w.View(okrtest.Alex, kr), func(in *okr.GoalInput) { in.Details.Weight = new(70.0) }))
	sub := w.Detailed(okrtest.Alex, "Sub", o, okr.Details{})
	low := w.KeyResult(okrtest.Alex, sub, 10)
	w.CheckIn(okrtest.Alex, low, 5)
	next := okr.Settings{}.Quarter("2026-02-02", 1)
	clone := func(with okr.CloneWith, keep, goOn bool) okr.Cloned {
		t.Helper()
		out, err := w.Plan.Clone(t.Context(), okrtest.Alex, okr.CloneInput{Goal: o, PeriodID: next.ID, With: with, KeepBindings: keep, Continue: goOn})
		require.NoError(t, err)
		require.Equal(t, next.Period, out.View.Goal.Period)
		require.Equal(t, year, out.View.Goal.Parent, "the year lasts as long")
		require.Equal(t, []string{"web"}, out.View.Goal.Tags)
		return out
	}
	require.Equal(t, 1, clone(okr.CloneAlone, true, false).Count)
	children := clone(okr.CloneChildren, false, true)
	require.Equal(t, 3, children.Count)
	copied := children.View.Children[0].Goal
	require.Nil(t, copied.Binding)
	require.Nil(t, copied.Metric.Current, "progress is not copied")
	require.InDelta(t, 40, copied.Metric.Start, 1e-9, "it goes on where the old one stands")
	require.InDelta(t, 70, *copied.Weight, 1e-9)
	require.Equal(t, next.Period, copied.Period)
	require.Equal(t, okr.NotStarted, children.View.Standing.Status)

	all := clone(okr.CloneAll, true, false)
	require.Equal(t, 4, all.Count)
	bound := all.View.Children[0].Goal
	require.Equal(t, okrtest.LaunchBugs, bound.Binding.Query.Name)
	require.Nil(t, bound.Binding.Last)
	w.Sync(c)
	require.InDelta(t, 40, w.Progress(bound.ID), 1e-9)

	byMegan, err := w.Plan.Clone(t.Context(), okrtest.Megan, okr.CloneInput{Goal: o, PeriodID: next.ID, With: okr.CloneChildren, KeepBindings: true})
	require.NoError(t, err)
	require.Len(t, byMegan.Unbound, 1, "the connection is not hers")
	_, err = w.Plan.Clone(t.Context(), okrtest.Alex, okr.CloneInput{Goal: kr, PeriodID: next.ID})
	w.RequireRefused(okr.Invalid, err, string(o))
	_, err = w.Plan.Clone(t.Context(), okrtest.Guest, okr.CloneInput{Goal: o, PeriodID: next.ID})
	w.RequireRefused(okr.Forbidden, err)
	_, err = w.Plan.Clone(t.Context(), okrtest.Alex, okr.CloneInput{Goal: o, PeriodID: "T7"})
	w.RequireRefused(okr.Invalid, err, "period")
}

// TestAnObjectiveGoesOn clones what is open and not reached, once for each form, below the
// copy of the objective above.
func TestAnObjectiveGoesOn(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	top := w.Objective(okrtest.Megan, "Top")
	o := w.Detailed(okrtest.Alex, "Launch", top, okr.Details{})
	done, half, ended := w.KeyResult(okrtest.Alex, o, 10), w.KeyResult(okrtest.Alex, o, 10), w.KeyResult(okrtest.Alex, o, 10)
	w.Detailed(okrtest.Alex, "Sub", o, okr.Details{})
	w.CheckIn(okrtest.Alex, done, 10)
	w.CheckIn(okrtest.Alex, half, 5)
	_, err := w.Plan.Close(t.Context(), okrtest.Alex, okr.CloseInput{Goal: ended, State: okr.StatusClosed})
	require.NoError(t, err)
	next := okr.Settings{}.Quarter("2026-02-02", 1)
	clone := func(id okr.GoalID, with okr.CloneWith, form string) okr.GoalView {
		out, err := w.Plan.Clone(t.Context(), okrtest.Alex, okr.CloneInput{Goal: id, PeriodID: next.ID, With: with, Form: form})
		require.NoError(t, err)
		return w.View(okrtest.Alex, out.View.Goal.ID)
	}
	above := clone(top, okr.CloneAlone, "F")
	copied := clone(o, okr.CloneUnfinished, "G")
	require.Equal(t, above.Goal.ID, copied.Goal.Parent)
	require.Len(t, copied.Children, 1)
	require.Equal(t, half, copied.Children[0].Goal.CopyOf)
	again := clone(o, okr.CloneOpen, "G")
	require.Equal(t, copied.Goal.ID, again.Goal.ID, "the same form makes the same copy")
	require.Len(t, again.Children, 2, "and goes on with what is missing")
	require.Len(t, clone(o, okr.CloneOpen, "G").Children, 2)
}
