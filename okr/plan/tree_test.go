package plan_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
)

func TestProgressIsCarriedUp(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	top := w.Objective(okrtest.Alex, "Company")
	middle := w.Detailed(okrtest.Alex, "Team", top, okr.Details{Weight: new(50.0)})
	other := w.KeyResult(okrtest.Alex, top, 100)
	kr := w.KeyResult(okrtest.Alex, middle, 100)
	w.CheckIn(okrtest.Alex, kr, 80)
	require.InDelta(t, 80, w.Progress(middle), 1e-9)
	require.InDelta(t, 40, w.Progress(top), 1e-9, "the other stands at its start")
	v := w.View(okrtest.Alex, top)
	require.Equal(t, []int{2, 2}, []int{v.Standing.Counted, v.Standing.Children}, "and counts")
	w.CheckIn(okrtest.Alex, other, 20)
	require.InDelta(t, 50, w.Progress(top), 1e-9)
	require.InDelta(t, 50, w.View(okrtest.Alex, top).Children[0].Weight, 1e-9)

	listed, _, err := w.Plan.ListGoals(t.Context(), okrtest.Alex, okr.Filter{Kind: okr.Objective, Top: true}, okr.Page{})
	require.NoError(t, err)
	require.Len(t, listed, 1)
	require.Empty(t, listed[0].Children, "none were asked for")
	require.InDelta(t, 50, *listed[0].Standing.Progress, 1e-9, "what is stored says the same")

	w.Save(okrtest.Alex, okrtest.Form(w.View(okrtest.Alex, kr), func(in *okr.GoalInput) { in.Metric.Target = 160 }))
	require.InDelta(t, 35, w.Progress(top), 1e-9, "an edit is carried up")
	w.Save(okrtest.Alex, okrtest.Form(w.View(okrtest.Alex, kr), func(in *okr.GoalInput) { in.Parent = top }))
	require.InDelta(t, 35, w.Progress(top), 1e-9)
	require.Equal(t, okr.NoData, w.View(okrtest.Alex, middle).Standing.Status, "it moved away")
	_, err = w.Plan.DeleteGoal(t.Context(), okrtest.Alex, other)
	require.NoError(t, err)
	require.InDelta(t, 50, w.Progress(top), 1e-9)
}

func TestTreesHaveNoCirclesAndTenLevels(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	ids := []okr.GoalID{w.Objective(okrtest.Alex, "1")}
	for n := range okr.MaxDepth - 1 {
		ids = append(ids, w.Detailed(okrtest.Alex, fmt.Sprint(n+2), ids[n], okr.Details{}))
	}
	_, err := w.Plan.SaveGoal(t.Context(), okrtest.Alex, okr.GoalInput{Kind: okr.Objective, Title: "11", Parent: ids[9], Period: okrtest.FirstQuarter()})
	w.RequireRefused(okr.Invalid, err, "10 levels")
	for _, below := range []okr.GoalID{ids[0], ids[1], ids[9]} {
		_, err := w.Plan.SaveGoal(t.Context(), okrtest.Alex, okrtest.Form(w.View(okrtest.Alex, ids[0]), func(in *okr.GoalInput) { in.Parent = below }))
		w.RequireRefused(okr.Invalid, err, "below itself")
		require.Equal(t, "parent", okr.FieldOf(err))
	}
	other := w.Objective(okrtest.Alex, "Above all")
	_, err = w.Plan.SaveGoal(t.Context(), okrtest.Alex, okrtest.Form(w.View(okrtest.Alex, ids[0]), func(in *okr.GoalInput) { in.Parent = other }))
	w.RequireRefused(okr.Invalid, err, "10 levels")
	kr := w.KeyResult(okrtest.Alex, ids[9], 10)
	w.CheckIn(okrtest.Alex, kr, 5)
	require.InDelta(t, 50, w.Progress(ids[0]), 1e-9, "through all levels")
}

func TestDeletingKeepsTheObjectivesBelow(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	top := w.Objective(okrtest.Alex, "Company")
	middle := w.Detailed(okrtest.Alex, "Team", top, okr.Details{Private: true})
	low := w.Detailed(megan2(w, middle), "Squad", middle, okr.Details{})
	kr := w.KeyResult(okrtest.Alex, middle, 10)
	_, err := w.Plan.DeleteGoal(t.Context(), okrtest.Alex, middle)
	require.NoError(t, err)
	v := w.View(okrtest.Alex, low)
	require.Equal(t, top, v.Goal.Parent)
	require.Equal(t, low, w.View(okrtest.Megan, low).Goal.ID)
	_, err = w.Plan.Goal(t.Context(), okrtest.Lee, low)
	w.RequireRefused(okr.NotFound, err)
	_, err = w.Plan.Goal(t.Context(), okrtest.Alex, kr)
	w.RequireRefused(okr.NotFound, err)

	// Restored, it has its objectives back, unless they were moved since.
	_, err = w.Plan.Restore(t.Context(), okrtest.Alex, middle)
	require.NoError(t, err)
	require.Equal(t, middle, w.View(okrtest.Alex, low).Goal.Parent)
	_, err = w.Plan.DeleteGoal(t.Context(), okrtest.Alex, middle)
	require.NoError(t, err)
	_, err = w.Plan.SaveGoal(t.Context(), okrtest.Alex, okrtest.Form(w.View(okrtest.Alex, low), func(in *okr.GoalInput) { in.Parent = "" }))
	require.NoError(t, err)
	_, err = w.Plan.Restore(t.Context(), okrtest.Alex, middle)
	require.NoError(t, err)
	require.Empty(t, w.View(okrtest.Alex, low).Goal.Parent)
}

// megan2 is Megan, who may see a goal.
func megan2(w *okrtest.World, id okr.GoalID) okr.Actor {
	w.T.Helper()
	share(w, id, okrtest.Megan)
	return okrtest.Megan
}

func TestManyChangesAtOnceAreAllCarriedUp(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	top := w.Objective(okrtest.Alex, "Company")
	var krs []okr.GoalID
	for range 3 {
		o := w.Detailed(okrtest.Alex, "Team", top, okr.Details{})
		for range 3 {
			krs = append(krs, w.KeyResult(okrtest.Alex, o, 100))
		}
	}
	var wait sync.WaitGroup
	for i, kr := range krs {
		wait.Go(func() {
			value := float64(10 * (i + 1))
			_, _, err := w.Plan.CheckIn(t.Context(), okrtest.Alex, okr.CheckInInput{Goal: kr, Value: &value})
			require.NoError(t, err) //nolint:testifylint // the test ends with it either way
		})
	}
	wait.Wait()
	listed, _, err := w.Plan.ListGoals(t.Context(), okrtest.Alex, okr.Filter{Kind: okr.Objective, Top: true}, okr.Page{})
	require.NoError(t, err)
	require.InDelta(t, 50, *listed[0].Standing.Progress, 1e-9)
}

func TestChildrenTakePeriodAndItsChanges(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	o := w.Objective(okrtest.Alex, "Launch")
	kr := w.KeyResult(okrtest.Alex, o, 10)
	next := okr.Settings{}.Quarter("2026-02-02", 1)
	w.Save(okrtest.Alex, okrtest.Form(w.View(okrtest.Alex, o), func(in *okr.GoalInput) { in.Period, in.PeriodID = okr.Period{}, next.ID }))
	require.Equal(t, next.Period, w.View(okrtest.Alex, kr).Goal.Period)
	views, n, err := w.Plan.ListGoals(t.Context(), okrtest.Alex, okr.Filter{Period: next.ID}, okr.Page{})
	require.NoError(t, err)
	require.Equal(t, 2, n)
	require.Equal(t, "Launch", views[1].ParentTitle)
	require.Equal(t, okr.NotStarted, views[0].Standing.Status)
	_, err = w.Plan.SaveGoal(t.Context(), okrtest.Alex, okr.GoalInput{Kind: okr.Objective, Title: "x", PeriodID: "T9"})
	w.RequireRefused(okr.Invalid, err, "period")
}
