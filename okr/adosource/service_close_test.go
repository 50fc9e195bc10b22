package adosource_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
)

func TestClosedGoalsDoNotChange(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	c := w.connect(alex, "Fiber", false)
	o := w.objective(alex, "Launch")
	kr := w.bound(alex, o, c, launchBugs)
	v, err := w.Plan.Close(t.Context(), alex, okr.CloseInput{Goal: kr, State: okr.StatusClosed, Score: new(0.4), Note: " Good enough "})
	require.NoError(t, err)
	require.Equal(t, okr.StatusClosed, v.Standing.Status)
	require.Equal(t, "Good enough", v.Goal.Closed.Note)
	require.Equal(t, okr.StatusClosed, w.view(alex, o).Standing.Status, "all key results are closed")
	require.True(t, w.view(alex, o).Goal.IsOpen(), "but nobody closed the objective")

	_, err = w.Plan.SaveGoal(t.Context(), alex, form(w.view(alex, kr), func(in *okr.GoalInput) { in.Title = "x" }))
	w.requireRefused(okr.Invalid, err, "closed")
	require.Equal(t, []okr.Step{{Kind: okr.StepReopen, Goal: kr}}, okr.NextOf(err))
	_, _, err = w.Plan.CheckIn(t.Context(), alex, okr.CheckInInput{Goal: kr, Value: new(1.0)})
	w.requireRefused(okr.Invalid, err)
	require.Equal(t, []okr.Step{{Kind: okr.StepReopen, Goal: kr}}, okr.NextOf(err))
	_, err = w.Measure.Bind(t.Context(), alex, okr.BindInput{Goal: kr, Connection: c.ID, Query: w.fiberQuery("Launch stories"), Method: okr.PercentCompleted})
	w.requireRefused(okr.Invalid, err)
	require.Equal(t, []okr.Step{{Kind: okr.StepReopen, Goal: kr}}, okr.NextOf(err))
	_, err = w.Plan.DeleteGoal(t.Context(), alex, kr)
	w.requireRefused(okr.Invalid, err)
	require.Equal(t, []okr.Step{{Kind: okr.StepReopen, Goal: kr}}, okr.NextOf(err))
	_, err = w.Plan.Close(t.Context(), alex, okr.CloseInput{Goal: kr, State: okr.StatusClosed})
	w.requireRefused(okr.Invalid, err)
	w.complete(3)
	require.Empty(t, w.sync(c).Rows, "it is not measured any more")
	require.InDelta(t, 40, w.progress(kr), 1e-9)

	_, err = w.Plan.Reopen(t.Context(), lee, kr)
	w.requireRefused(okr.Forbidden, err)
	_, err = w.Plan.Reopen(t.Context(), alex, kr)
	require.NoError(t, err)
	_, err = w.Plan.Reopen(t.Context(), alex, kr)
	w.requireRefused(okr.Invalid, err, "open already")
	w.sync(c)
	require.InDelta(t, 50, w.progress(kr), 1e-9)
	require.Equal(t, okr.OnTrack, w.view(alex, o).Standing.Status)
}

func TestClosingAnObjectiveClosesWhatIsBelow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := w.objective(megan, "Launch")
	below := w.detailed(megan, "Team", o, okr.Details{})
	done, half, others := w.keyResult(megan, o, 100), w.keyResult(megan, below, 100), w.keyResult(megan, below, 100)
	w.checkIn(megan, done, 100)
	w.checkIn(megan, half, 50)
	w.save(lee2(w, others), form(w.view(lee, others), func(in *okr.GoalInput) { in.Details.OnlyEditors = true }))
	p, err := w.Plan.PreviewClose(t.Context(), megan, o)
	require.NoError(t, err)
	require.Equal(t, okr.StatusClosed, p.State)
	require.InDelta(t, 0.8, p.Score, 1e-9, "the mean of 1.0 and 0.5")
	require.Equal(t, []okr.GoalID{done, half, below}, idsOf(p.Also), "the lowest first")
	require.Equal(t, []okr.GoalID{others}, idsOf(p.Kept))
	_, err = w.Plan.PreviewClose(t.Context(), adele, o)
	w.requireRefused(okr.Forbidden, err)

	v, err := w.Plan.Close(t.Context(), megan, okr.CloseInput{Goal: o, State: okr.StatusClosed})
	require.NoError(t, err)
	require.InDelta(t, 0.8, *v.Goal.Closed.Score, 1e-9)
	require.InDelta(t, 1, *w.view(megan, done).Goal.Closed.Score, 1e-9)
	require.False(t, w.view(megan, below).Goal.IsOpen())
	require.True(t, w.view(megan, others).Goal.IsOpen())
	_, err = w.Plan.Close(t.Context(), megan, okr.CloseInput{Goal: o, State: okr.OnTrack})
	w.requireRefused(okr.Invalid, err)
	_, err = w.Plan.Close(t.Context(), megan, okr.CloseInput{Goal: o, State: okr.StatusPostponed, Score: new(1.0)})
	require.Equal(t, "score", okr.FieldOf(err))
}

// lee2 is Lee, who owns a goal from now on.
func lee2(w *world, id okr.GoalID) okr.Actor {
	w.t.Helper()
	w.save(alex, form(w.view(alex, id), func(in *okr.GoalInput) { in.Owner = lee.Person }))
	return lee
}

func idsOf(goals []okr.Goal) []okr.GoalID {
	var out []okr.GoalID
	for _, g := range goals {
		out = append(out, g.ID)
	}
	return out
}

func TestPostponedGoalsHaveNoSay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := w.objective(alex, "Launch")
	a, b := w.keyResult(alex, o, 100), w.keyResult(alex, o, 100)
	w.checkIn(alex, a, 80)
	w.checkIn(alex, b, 20)
	p, err := w.Plan.PreviewClose(t.Context(), alex, w.keyResult(alex, w.objective(alex, "Other"), 1))
	require.NoError(t, err)
	require.Equal(t, okr.StatusPostponed, p.State, "nothing was done")
	postpone := func(id okr.GoalID) {
		t.Helper()
		_, err := w.Plan.Close(t.Context(), alex, okr.CloseInput{Goal: id, State: okr.StatusPostponed})
		require.NoError(t, err)
	}
	postpone(b)
	require.InDelta(t, 80, w.progress(o), 1e-9)
	postpone(a)
	v := w.view(alex, o)
	require.Equal(t, okr.StatusPostponed, v.Standing.Status)
	_, err = w.Plan.Reopen(t.Context(), alex, a)
	require.NoError(t, err)
	_, err = w.Plan.Close(t.Context(), alex, okr.CloseInput{Goal: a, State: okr.StatusClosed})
	require.NoError(t, err)
	require.Equal(t, okr.StatusClosed, w.view(alex, o).Standing.Status, "all have ended, one of them done")
}

func TestCloneIntoTheNextPeriod(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	c := w.connect(alex, "Fiber", false)
	year := w.save(alex, okr.GoalInput{Kind: okr.Objective, Title: "Year", PeriodID: okr.Tenant{}.Year("2026-02-02", 0).ID}).Goal.ID
	o := w.detailed(alex, "Launch", year, okr.Details{Tags: []string{"web"}})
	kr := w.bound(alex, o, c, launchBugs)
	w.save(alex, form(w.view(alex, kr), func(in *okr.GoalInput) { in.Details.Weight = new(70.0) }))
	sub := w.detailed(alex, "Sub", o, okr.Details{})
	low := w.keyResult(alex, sub, 10)
	w.checkIn(alex, low, 5)
	next := okr.Tenant{}.Quarter("2026-02-02", 1)
	clone := func(with okr.CloneWith, keep, goOn bool) okr.Cloned {
		t.Helper()
		out, err := w.Plan.Clone(t.Context(), alex, okr.CloneInput{Goal: o, PeriodID: next.ID, With: with, KeepBindings: keep, Continue: goOn})
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
	require.Equal(t, okr.NoData, children.View.Standing.Status)

	all := clone(okr.CloneAll, true, false)
	require.Equal(t, 4, all.Count)
	bound := all.View.Children[0].Goal
	require.Equal(t, launchBugs, bound.Binding.Query.Name)
	require.Nil(t, bound.Binding.Last)
	w.sync(c)
	require.InDelta(t, 40, w.progress(bound.ID), 1e-9)

	byMegan, err := w.Plan.Clone(t.Context(), megan, okr.CloneInput{Goal: o, PeriodID: next.ID, With: okr.CloneChildren, KeepBindings: true})
	require.NoError(t, err)
	require.Len(t, byMegan.Unbound, 1, "the connection is not hers")
	_, err = w.Plan.Clone(t.Context(), alex, okr.CloneInput{Goal: kr, PeriodID: next.ID})
	w.requireRefused(okr.Invalid, err, string(o))
	_, err = w.Plan.Clone(t.Context(), guest, okr.CloneInput{Goal: o, PeriodID: next.ID})
	w.requireRefused(okr.Forbidden, err)
	_, err = w.Plan.Clone(t.Context(), alex, okr.CloneInput{Goal: o, PeriodID: "T7"})
	w.requireRefused(okr.Invalid, err, "period")
}
