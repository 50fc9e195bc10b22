package plan_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
	"okrbot/okr/plan"
)

func TestClosedGoalsDoNotChange(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	o := w.Objective(okrtest.Alex, "Launch")
	kr := w.Bound(okrtest.Alex, o, c, okrtest.LaunchBugs)
	v, err := w.Plan.Close(t.Context(), okrtest.Alex, okr.CloseInput{Goal: kr, State: okr.StatusClosed, Score: new(0.4), Note: " Good enough "})
	require.NoError(t, err)
	require.Equal(t, okr.StatusClosed, v.Standing.Status)
	require.Equal(t, "Good enough", v.Goal.Closed.Note)
	require.Equal(t, okr.StatusClosed, w.View(okrtest.Alex, o).Standing.Status, "all key results are closed")
	require.True(t, w.View(okrtest.Alex, o).Goal.IsOpen(), "but nobody closed the objective")

	_, err = w.Plan.SaveGoal(t.Context(), okrtest.Alex, okrtest.Form(w.View(okrtest.Alex, kr), func(in *okr.GoalInput) { in.Title = "x" }))
	w.RequireRefused(okr.Invalid, err, "closed")
	require.Equal(t, []okr.Step{{Kind: okr.StepReopen, Goal: kr}}, okr.NextOf(err))
	_, _, err = w.Plan.CheckIn(t.Context(), okrtest.Alex, okr.CheckInInput{Goal: kr, Value: new(1.0)})
	w.RequireRefused(okr.Invalid, err)
	require.Equal(t, []okr.Step{{Kind: okr.StepReopen, Goal: kr}}, okr.NextOf(err))
	_, err = w.Measure.Bind(t.Context(), okrtest.Alex, okr.BindInput{Goal: kr, Connection: c.ID, Query: w.FiberQuery("Launch stories"), Method: okr.PercentCompleted})
	w.RequireRefused(okr.Invalid, err)
	require.Equal(t, []okr.Step{{Kind: okr.StepReopen, Goal: kr}}, okr.NextOf(err))
	_, err = w.Plan.DeleteGoal(t.Context(), okrtest.Alex, kr)
	w.RequireRefused(okr.Invalid, err)
	require.Equal(t, []okr.Step{{Kind: okr.StepReopen, Goal: kr}}, okr.NextOf(err))
	_, err = w.Plan.Close(t.Context(), okrtest.Alex, okr.CloseInput{Goal: kr, State: okr.StatusClosed})
	w.RequireRefused(okr.Invalid, err)
	w.Complete(3)
	require.Empty(t, w.Sync(c).Rows, "it is not measured any more")
	require.InDelta(t, 40, w.Progress(kr), 1e-9)

	_, err = w.Plan.Reopen(t.Context(), okrtest.Lee, kr)
	w.RequireRefused(okr.Forbidden, err)
	_, err = w.Plan.Reopen(t.Context(), okrtest.Alex, kr)
	require.NoError(t, err)
	_, err = w.Plan.Reopen(t.Context(), okrtest.Alex, kr)
	w.RequireRefused(okr.Invalid, err, "open already")
	w.Sync(c)
	require.InDelta(t, 50, w.Progress(kr), 1e-9)
	require.Equal(t, okr.OnTrack, w.View(okrtest.Alex, o).Standing.Status)
}

func TestClosingAnObjectiveClosesWhatIsBelow(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	o := w.Objective(okrtest.Megan, "Launch")
	below := w.Detailed(okrtest.Megan, "Team", o, okr.Details{})
	done, half, others := w.KeyResult(okrtest.Megan, o, 100), w.KeyResult(okrtest.Megan, below, 100), w.KeyResult(okrtest.Megan, below, 100)
	w.CheckIn(okrtest.Megan, done, 100)
	w.CheckIn(okrtest.Megan, half, 50)
	w.Save(lee2(w, others), okrtest.Form(w.View(okrtest.Lee, others), func(in *okr.GoalInput) { in.Details.OnlyEditors = true }))
	p, err := w.Plan.PreviewClose(t.Context(), okrtest.Megan, o)
	require.NoError(t, err)
	require.Equal(t, okr.StatusClosed, p.State)
	require.InDelta(t, 0.7, p.Score, 1e-9, "the mean of 1.0 and 0.3: half of what is below stands at its start")
	require.Equal(t, []okr.GoalID{done, half, below}, idsOf(p.Also), "the lowest first")
	require.Equal(t, []okr.GoalID{others}, idsOf(p.Kept))
	_, err = w.Plan.PreviewClose(t.Context(), okrtest.Adele, o)
	w.RequireRefused(okr.Forbidden, err)

	v, err := w.Plan.Close(t.Context(), okrtest.Megan, okr.CloseInput{Goal: o, State: okr.StatusClosed})
	require.NoError(t, err)
	require.InDelta(t, 0.7, *v.Goal.Closed.Score, 1e-9)
	closed, err := w.Plan.OpenGoal(t.Context(), okrtest.Megan, o, okr.Page{})
	require.NoError(t, err)
	require.InDelta(t, 50, closed.Children[0].Weight, 1e-9, "its rows say what they had a say of")
	require.InDelta(t, 1, *w.View(okrtest.Megan, done).Goal.Closed.Score, 1e-9)
	require.False(t, w.View(okrtest.Megan, below).Goal.IsOpen())
	require.True(t, w.View(okrtest.Megan, others).Goal.IsOpen())
	_, err = w.Plan.Close(t.Context(), okrtest.Megan, okr.CloseInput{Goal: o, State: okr.OnTrack})
	w.RequireRefused(okr.Invalid, err)
	_, err = w.Plan.Close(t.Context(), okrtest.Megan, okr.CloseInput{Goal: o, State: okr.StatusPostponed, Score: new(1.0)})
	require.Equal(t, "score", okr.FieldOf(err))
}

// lee2 is Lee, who owns a goal from now on.
func lee2(w *okrtest.World, id okr.GoalID) okr.Actor {
	w.T.Helper()
	w.Save(okrtest.Alex, okrtest.Form(w.View(okrtest.Alex, id), func(in *okr.GoalInput) { in.Owner = okrtest.Lee.Person }))
	return okrtest.Lee
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
	w := okrtest.NewWorld(t)
	o := w.Objective(okrtest.Alex, "Launch")
	a, b := w.KeyResult(okrtest.Alex, o, 100), w.KeyResult(okrtest.Alex, o, 100)
	w.CheckIn(okrtest.Alex, a, 80)
	w.CheckIn(okrtest.Alex, b, 20)
	p, err := w.Plan.PreviewClose(t.Context(), okrtest.Alex, w.KeyResult(okrtest.Alex, w.Objective(okrtest.Alex, "Other"), 1))
	require.NoError(t, err)
	require.Equal(t, okr.StatusPostponed, p.State, "nothing was done")
	postpone := func(id okr.GoalID) {
		t.Helper()
		_, err := w.Plan.Close(t.Context(), okrtest.Alex, okr.CloseInput{Goal: id, State: okr.StatusPostponed})
		require.NoError(t, err)
	}
	postpone(b)
	require.InDelta(t, 80, w.Progress(o), 1e-9)
	postpone(a)
	v := w.View(okrtest.Alex, o)
	require.Equal(t, okr.StatusPostponed, v.Standing.Status)
	_, err = w.Plan.Reopen(t.Context(), okrtest.Alex, a)
	require.NoError(t, err)
	_, err = w.Plan.Close(t.Context(), okrtest.Alex, okr.CloseInput{Goal: a, State: okr.StatusClosed})
	require.NoError(t, err)
	require.Equal(t, okr.StatusClosed, w.View(okrtest.Alex, o).Standing.Status, "all have ended, one of them done")
}

// TestClosingAlone leaves objectives below a goal open, goes on where it broke off, and is
// taken back whole.
func TestClosingAlone(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	o := w.Objective(okrtest.Megan, "Launch")
	below := w.Detailed(okrtest.Megan, "Team", o, okr.Details{})
	own, lower := w.KeyResult(okrtest.Megan, o, 100), w.KeyResult(okrtest.Megan, below, 100)
	before := w.KeyResult(okrtest.Megan, o, 100)
	_, err := w.Plan.Close(t.Context(), okrtest.Megan, okr.CloseInput{Goal: before, State: okr.StatusClosed})
	require.NoError(t, err)
	w.Advance(time.Hour)
	began := w.Now()
	_, err = w.Plan.Close(t.Context(), okrtest.Megan, okr.CloseInput{Goal: own, State: okr.StatusClosed}) // and then it broke off
	require.NoError(t, err)
	_, err = w.Plan.Close(t.Context(), okrtest.Megan, okr.CloseInput{Goal: o, State: okr.StatusClosed, Alone: true})
	require.NoError(t, err)
	for id, isOpen := range map[okr.GoalID]bool{o: false, own: false, below: true, lower: true} {
		require.Equal(t, isOpen, w.View(okrtest.Megan, id).Goal.IsOpen(), id)
	}
	undo := plan.NewUndo(w.Plan)
	n, err := undo.Closing(t.Context(), okrtest.Alex, []okr.GoalID{o}, began)
	require.NoError(t, err)
	require.Zero(t, n, "Alex did not close it")
	n, err = undo.Closing(t.Context(), okrtest.Megan, []okr.GoalID{o, below, "O99"}, began)
	require.NoError(t, err)
	require.Equal(t, 1, n)
	for id, isOpen := range map[okr.GoalID]bool{o: true, own: true, before: false} {
		require.Equal(t, isOpen, w.View(okrtest.Megan, id).Goal.IsOpen(), id)
	}
}
