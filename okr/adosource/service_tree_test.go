package adosource_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
)

func (w *world) checkIn(who okr.Actor, id okr.GoalID, value float64) okr.CheckIn {
	w.t.Helper()
	_, c, err := w.Plan.CheckIn(w.t.Context(), who, okr.CheckInInput{Goal: id, Value: &value})
	require.NoError(w.t, err)
	return c
}

func (w *world) progress(id okr.GoalID) float64 {
	w.t.Helper()
	v := w.view(alex, id)
	require.NotNil(w.t, v.Standing.Progress, id)
	return *v.Standing.Progress
}

func TestProgressIsCarriedUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	top := w.objective(alex, "Company")
	middle := w.detailed(alex, "Team", top, okr.Details{Weight: new(50.0)})
	other := w.keyResult(alex, top, 100)
	kr := w.keyResult(alex, middle, 100)
	w.checkIn(alex, kr, 80)
	require.InDelta(t, 80, w.progress(middle), 1e-9)
	require.InDelta(t, 80, w.progress(top), 1e-9, "the one without data is left out")
	v := w.view(alex, top)
	require.Equal(t, []int{1, 2}, []int{v.Standing.Counted, v.Standing.Children}, "and said so")
	w.checkIn(alex, other, 20)
	require.InDelta(t, 50, w.progress(top), 1e-9)
	require.InDelta(t, 50, w.view(alex, top).Children[0].Weight, 1e-9)

	listed, _, err := w.Plan.ListGoals(t.Context(), alex, okr.Filter{Kind: okr.Objective, Top: true}, okr.Page{})
	require.NoError(t, err)
	require.Len(t, listed, 1)
	require.Empty(t, listed[0].Children, "none were asked for")
	require.InDelta(t, 50, *listed[0].Standing.Progress, 1e-9, "what is stored says the same")

	w.save(alex, form(w.view(alex, kr), func(in *okr.GoalInput) { in.Metric.Target = 160 }))
	require.InDelta(t, 35, w.progress(top), 1e-9, "an edit is carried up")
	w.save(alex, form(w.view(alex, kr), func(in *okr.GoalInput) { in.Parent = top }))
	require.InDelta(t, 35, w.progress(top), 1e-9)
	require.Equal(t, okr.NoData, w.view(alex, middle).Standing.Status, "it moved away")
	_, err = w.Plan.DeleteGoal(t.Context(), alex, other)
	require.NoError(t, err)
	require.InDelta(t, 50, w.progress(top), 1e-9)
}

func TestTreesHaveNoCirclesAndTenLevels(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ids := []okr.GoalID{w.objective(alex, "1")}
	for n := range okr.MaxDepth - 1 {
		ids = append(ids, w.detailed(alex, fmt.Sprint(n+2), ids[n], okr.Details{}))
	}
	_, err := w.Plan.SaveGoal(t.Context(), alex, okr.GoalInput{Kind: okr.Objective, Title: "11", Parent: ids[9], Period: quarter()})
	w.requireRefused(okr.Invalid, err, "10 levels")
	for _, below := range []okr.GoalID{ids[0], ids[1], ids[9]} {
		_, err := w.Plan.SaveGoal(t.Context(), alex, form(w.view(alex, ids[0]), func(in *okr.GoalInput) { in.Parent = below }))
		w.requireRefused(okr.Invalid, err, "circle")
		require.Equal(t, "parent", okr.FieldOf(err))
	}
	other := w.objective(alex, "Above all")
	_, err = w.Plan.SaveGoal(t.Context(), alex, form(w.view(alex, ids[0]), func(in *okr.GoalInput) { in.Parent = other }))
	w.requireRefused(okr.Invalid, err, "10 levels")
	kr := w.keyResult(alex, ids[9], 10)
	w.checkIn(alex, kr, 5)
	require.InDelta(t, 50, w.progress(ids[0]), 1e-9, "through all levels")
}

func TestDeletingKeepsTheObjectivesBelow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	top := w.objective(alex, "Company")
	middle := w.detailed(alex, "Team", top, okr.Details{Private: true})
	low := w.detailed(megan2(w, middle), "Squad", middle, okr.Details{})
	kr := w.keyResult(alex, middle, 10)
	_, err := w.Plan.DeleteGoal(t.Context(), alex, middle)
	require.NoError(t, err)
	v := w.view(alex, low)
	require.Equal(t, top, v.Goal.Parent)
	require.Equal(t, low, w.view(lee, low).Goal.ID, "the privacy was the other's")
	_, err = w.Plan.Goal(t.Context(), alex, kr)
	w.requireRefused(okr.NotFound, err)
}

// megan2 is Megan, who may see a goal.
func megan2(w *world, id okr.GoalID) okr.Actor {
	w.t.Helper()
	w.share(id, megan)
	return megan
}

func TestManyChangesAtOnceAreAllCarriedUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	top := w.objective(alex, "Company")
	var krs []okr.GoalID
	for range 3 {
		o := w.detailed(alex, "Team", top, okr.Details{})
		for range 3 {
			krs = append(krs, w.keyResult(alex, o, 100))
		}
	}
	var wait sync.WaitGroup
	for i, kr := range krs {
		wait.Go(func() {
			value := float64(10 * (i + 1))
			_, _, err := w.Plan.CheckIn(t.Context(), alex, okr.CheckInInput{Goal: kr, Value: &value})
			require.NoError(t, err) //nolint:testifylint // the test ends with it either way
		})
	}
	wait.Wait()
	listed, _, err := w.Plan.ListGoals(t.Context(), alex, okr.Filter{Kind: okr.Objective, Top: true}, okr.Page{})
	require.NoError(t, err)
	require.InDelta(t, 50, *listed[0].Standing.Progress, 1e-9)
}

func TestChildrenTakePeriodAndItsChanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := w.objective(alex, "Launch")
	kr := w.keyResult(alex, o, 10)
	next := okr.Tenant{}.Quarter("2026-02-02", 1)
	w.save(alex, form(w.view(alex, o), func(in *okr.GoalInput) { in.Period, in.PeriodID = okr.Period{}, next.ID }))
	require.Equal(t, next.Period, w.view(alex, kr).Goal.Period)
	views, n, err := w.Plan.ListGoals(t.Context(), alex, okr.Filter{Period: next.ID}, okr.Page{})
	require.NoError(t, err)
	require.Equal(t, 2, n)
	require.Equal(t, "Launch", views[1].ParentTitle)
	require.Equal(t, okr.NoData, views[0].Standing.Status)
	_, err = w.Plan.SaveGoal(t.Context(), alex, okr.GoalInput{Kind: okr.Objective, Title: "x", PeriodID: "T9"})
	w.requireRefused(okr.Invalid, err, "period")
}
