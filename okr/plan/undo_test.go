package plan_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
	"okrbot/okr/plan"
)

func TestUndoACheckIn(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	undo := plan.NewUndo(w.Plan)
	o := w.Objective(okrtest.Alex, "Launch")
	kr := w.KeyResult(okrtest.Megan, o, 100)
	_, _, err := w.Plan.CheckIn(t.Context(), okrtest.Megan, okr.CheckInInput{Goal: kr, Value: new(20.0)})
	require.NoError(t, err)
	w.Advance(time.Hour)
	_, c, err := w.Plan.CheckIn(t.Context(), okrtest.Megan, okr.CheckInInput{Goal: kr, Value: new(60.0), Status: okr.AtRisk})
	require.NoError(t, err)
	require.InDelta(t, 60, w.Progress(o), 1e-9)

	for _, who := range []okr.Actor{okrtest.Alex, okrtest.Lee, okrtest.Guest} {
		_, err = undo.CheckIn(t.Context(), who, c.ID)
		w.RequireRefused(okr.Forbidden, err)
	}
	v, err := undo.CheckIn(t.Context(), okrtest.Megan, c.ID)
	require.NoError(t, err)
	require.InDelta(t, 20, *v.Standing.Progress, 1e-9)
	require.False(t, v.Standing.Manual, "its status went with it")
	require.InDelta(t, 20, w.Progress(o), 1e-9, "and it is carried up")

	list, _, err := w.Plan.CheckIns(t.Context(), okrtest.Lee, kr, okr.Page{})
	require.NoError(t, err)
	require.Len(t, list, 2, "the history does not lie")
	require.True(t, list[0].IsUndone())
	h, err := w.Plan.History(t.Context(), okrtest.Lee, kr, time.Time{})
	require.NoError(t, err)
	require.Len(t, h.Points, 1, "but it is no value any more")

	_, err = undo.CheckIn(t.Context(), okrtest.Megan, c.ID)
	w.RequireRefused(okr.Conflict, err, "undone already")
	_, _, err = w.Plan.EditCheckIn(t.Context(), okrtest.Megan, okr.CheckInInput{Editing: c.ID, Value: new(70.0)})
	w.RequireRefused(okr.Invalid, err, "undone")
	_, err = w.Plan.DeleteCheckIn(t.Context(), okrtest.Megan, c.ID)
	w.RequireRefused(okr.Invalid, err, "undone")
	require.InDelta(t, 20, w.Progress(kr), 1e-9)
}

// TestUndoLooksAtWhatOthersDid: nothing is undone of what others changed since, of what
// is closed, and where the right is gone.
func TestUndoLooksAtWhatOthersDid(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	undo := plan.NewUndo(w.Plan)
	kr := w.KeyResult(okrtest.Megan, w.Objective(okrtest.Megan, "Launch"), 100)
	say := func(who okr.Actor, value float64) okr.CheckIn {
		w.Advance(time.Minute)
		_, c, err := w.Plan.CheckIn(t.Context(), who, okr.CheckInInput{Goal: kr, Value: &value})
		require.NoError(t, err)
		return c
	}
	c := say(okrtest.Megan, 20)
	_, edited, err := w.Plan.EditCheckIn(t.Context(), okrtest.Alex, okr.CheckInInput{Editing: c.ID, Value: new(21.0)})
	require.NoError(t, err)
	_, err = undo.CheckIn(t.Context(), okrtest.Megan, c.ID)
	w.RequireRefused(okr.Conflict, err, "Alex Wilber changed your check-in")
	_, err = undo.CheckInEdit(t.Context(), okrtest.Megan, c, c.EditedAt)
	w.RequireRefused(okr.Conflict, err, "Alex Wilber changed this check-in")
	_, err = undo.CheckInEdit(t.Context(), okrtest.Alex, c, edited.EditedAt)
	require.NoError(t, err)
	require.InDelta(t, 20, w.Progress(kr), 1e-9)

	c = say(okrtest.Megan, 30)
	say(okrtest.Alex, 40)
	_, err = undo.CheckIn(t.Context(), okrtest.Megan, c.ID)
	w.RequireRefused(okr.Conflict, err, "Alex Wilber checked in "+string(kr))
	require.InDelta(t, 40, w.Progress(kr), 1e-9)

	c = say(okrtest.Megan, 50)
	_, err = w.Plan.DeleteCheckIn(t.Context(), okrtest.Megan, c.ID)
	require.NoError(t, err)
	_, err = undo.CheckIn(t.Context(), okrtest.Megan, c.ID)
	w.RequireRefused(okr.NotFound, err)
	_, err = undo.CheckInDeletion(t.Context(), okrtest.Lee, c)
	w.RequireRefused(okr.Forbidden, err)
	_, err = undo.CheckInDeletion(t.Context(), okrtest.Megan, c)
	require.NoError(t, err)
	require.InDelta(t, 50, w.Progress(kr), 1e-9)
	_, err = undo.CheckInDeletion(t.Context(), okrtest.Megan, c)
	w.RequireRefused(okr.Conflict, err, "back already")

	c = say(okrtest.Megan, 60)
	_, err = w.Plan.Close(t.Context(), okrtest.Megan, okr.CloseInput{Goal: kr, State: okr.StatusClosed})
	require.NoError(t, err)
	_, err = undo.CheckIn(t.Context(), okrtest.Megan, c.ID)
	w.RequireRefused(okr.Invalid, err, "closed")
}

// TestUndoAnEdit: the goal is what it was, all of it, and whoever may not edit it now does
// not undo.
func TestUndoAnEdit(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	undo := plan.NewUndo(w.Plan)
	o, other := w.Objective(okrtest.Alex, "Launch"), w.Objective(okrtest.Alex, "Sell")
	kr := w.KeyResult(okrtest.Megan, o, 100)
	was, err := w.Plan.Goal(t.Context(), okrtest.Megan, kr)
	require.NoError(t, err)
	in := okr.InputOf(was.Goal)
	in.Title, in.Parent, in.Owner = "Another", other, okrtest.Lee.Person
	details := was.Goal.Details
	details.Private, details.Viewers, in.Details = true, []okr.Person{okrtest.Alex.Person}, &details
	v, err := w.Plan.SaveGoal(t.Context(), okrtest.Alex, in)
	require.NoError(t, err)

	_, _, err = undo.Edit(t.Context(), okrtest.Adele, kr, v.Goal.Version)
	w.RequireRefused(okr.NotFound, err)
	before, after, err := undo.Edit(t.Context(), okrtest.Alex, kr, v.Goal.Version)
	require.NoError(t, err)
	require.Equal(t, "Another", before.Title)
	require.Equal(t, was.Goal.Title, after.Goal.Title)
	require.Equal(t, o, after.Goal.Parent)
	require.Equal(t, okrtest.Megan.ID, after.Goal.Owner.ID)
	require.False(t, after.Goal.Private)
	require.Equal(t, was.Goal.Audience, after.Goal.Audience)
	require.Equal(t, v.Goal.Version+1, after.Goal.Version, "it is an edit that is remembered")

	_, _, err = undo.Edit(t.Context(), okrtest.Alex, kr, v.Goal.Version)
	w.RequireRefused(okr.Conflict, err, "Nothing was undone")
}
