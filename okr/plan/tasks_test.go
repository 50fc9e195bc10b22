package plan_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
	"okrbot/okr/plan"
)

// withTasks makes a project of somebody with tasks of the IDs A, B, C, D and E.
func withTasks(w *okrtest.World, who okr.Actor, o okr.GoalID) okr.GoalID {
	w.T.Helper()
	var tasks []okr.Task
	for _, id := range []string{"A", "B", "C", "D", "E"} {
		tasks = append(tasks, okr.Task{ID: id, Title: "Task " + id, Due: "2026-02-01", Owner: okrtest.Megan.Person})
	}
	v, err := w.Plan.SaveGoal(w.T.Context(), who, okr.GoalInput{Kind: okr.Project, Title: "Depot", Parent: o, Tasks: &tasks})
	require.NoError(w.T, err)
	return v.Goal.ID
}

func history(w *okrtest.World, id okr.GoalID) []okr.Measurement {
	w.T.Helper()
	list, err := w.Store.History(w.T.Context(), okrtest.Contoso, id, time.Time{}, 50)
	require.NoError(w.T, err)
	return list
}

func TestTasksGiveAProjectsProgress(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	o := w.Objective(okrtest.Alex, "Launch")
	p := withTasks(w, okrtest.Alex, o)
	tasks := plan.NewTasks(w.Plan)
	require.InDelta(t, 0, w.Progress(o), 1e-9)
	require.Empty(t, history(w, p), "making it moves nothing")
	w.Advance(time.Hour)
	v, moved, err := tasks.Tick(t.Context(), okrtest.Alex, p, "B", true)
	require.NoError(t, err)
	require.True(t, moved)
	require.InDelta(t, 20, *v.Standing.Progress, 1e-9)
	require.Equal(t, w.Now(), v.Goal.MovedAt)
	require.Equal(t, 1, v.Goal.Version, "a tick is no edit")
	require.InDelta(t, 20, w.Progress(o), 1e-9)
	require.Len(t, history(w, p), 1)
	m := history(w, p)[0]
	require.InDelta(t, 20, *m.Value, 1e-9)
	require.Equal(t, []int{1, 5}, []int{m.Completed, m.Total})
	require.Equal(t, "Task B", m.Changes.Completed.First[0].Title)
	w.Advance(time.Hour)
	_, moved, err = tasks.Tick(t.Context(), okrtest.Alex, p, "B", true)
	require.NoError(t, err)
	require.False(t, moved, "the second press")
	require.Len(t, history(w, p), 1)
	_, moved, err = tasks.Tick(t.Context(), okrtest.Alex, p, "B", false)
	require.NoError(t, err)
	require.True(t, moved)
	require.Equal(t, 1, history(w, p)[1].Changes.Reopened.Count)
	require.InDelta(t, 0, w.Progress(o), 1e-9)
}

// TestWhatAPersonSetsOverTasks: once until the next tick, or until it is resumed.
func TestWhatAPersonSetsOverTasks(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	o := w.Objective(okrtest.Alex, "Launch")
	p := withTasks(w, okrtest.Alex, o)
	tasks := plan.NewTasks(w.Plan)
	say := func(value float64, lasting bool) okr.CheckInID {
		w.Advance(time.Hour)
		_, c, err := w.Plan.CheckIn(t.Context(), okrtest.Alex, okr.CheckInInput{Goal: p, Value: &value, Lasting: lasting})
		require.NoError(t, err)
		return c.ID
	}
	tick := func(task string) okr.GoalView {
		w.Advance(time.Hour)
		v, _, err := tasks.Tick(t.Context(), okrtest.Alex, p, task, true)
		require.NoError(t, err)
		return v
	}
	say(90, false)
	require.InDelta(t, 90, w.Progress(o), 1e-9)
	require.InDelta(t, 20, *tick("A").Standing.Progress, 1e-9)
	lasting := say(70, true)
	v := tick("B")
	require.InDelta(t, 70, *v.Standing.Progress, 1e-9)
	require.InDelta(t, 40, *v.Standing.Automatic, 1e-9)
	require.Len(t, history(w, p), 1, "what is not shown is no history")
	v, err := w.Plan.Resume(t.Context(), okrtest.Alex, p)
	require.NoError(t, err)
	require.InDelta(t, 40, *v.Standing.Progress, 1e-9)
	_, err = w.Plan.DeleteCheckIn(t.Context(), okrtest.Alex, lasting)
	require.NoError(t, err)
	require.InDelta(t, 40, w.Progress(p), 1e-9)
	once := say(10, false)
	_, err = w.Plan.DeleteCheckIn(t.Context(), okrtest.Alex, once)
	require.NoError(t, err)
	require.InDelta(t, 40, w.Progress(o), 1e-9, "without it the tasks again")
	// The first tasks of a project leave alone what a person said before.
	q := w.Project(okrtest.Alex, o)
	w.CheckIn(okrtest.Alex, q, 30)
	_, v, err = tasks.Edit(t.Context(), okrtest.Alex, q, nil, []okr.Task{{Title: "First"}})
	require.NoError(t, err)
	require.InDelta(t, 30, *v.Standing.Progress, 1e-9)
	v, _, err = tasks.Tick(t.Context(), okrtest.Alex, q, v.Goal.Tasks[0].ID, true)
	require.NoError(t, err)
	require.InDelta(t, 100, *v.Standing.Progress, 1e-9)
}

func TestTicksAreRefused(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	o := w.Objective(okrtest.Alex, "Launch")
	p := withTasks(w, okrtest.Alex, o)
	tasks := plan.NewTasks(w.Plan)
	tick := func(who okr.Actor, id okr.GoalID, task string) error {
		_, _, err := tasks.Tick(t.Context(), who, id, task, true)
		return err
	}
	w.RequireRefused(okr.Forbidden, tick(okrtest.Lee, p, "A"))
	w.RequireRefused(okr.Forbidden, tick(okrtest.Megan, p, "A"), "owner")
	w.RequireRefused(okr.Forbidden, tick(okrtest.Guest, p, "A"))
	w.RequireRefused(okr.Invalid, tick(okrtest.Alex, p, "Z"), "removed")
	w.RequireRefused(okr.NotFound, tick(okrtest.Alex, "P99", "A"))
	elsewhere := okrtest.Alex
	elsewhere.Tenant = "another"
	w.RequireRefused(okr.NotFound, tick(elsewhere, p, "A"))
	_, _, err := tasks.Edit(t.Context(), okrtest.Lee, p, nil, []okr.Task{{Title: "Mine"}})
	w.RequireRefused(okr.Forbidden, err)
	_, _, err = tasks.Edit(t.Context(), okrtest.Alex, o, nil, []okr.Task{{Title: "Mine"}})
	w.RequireRefused(okr.Invalid, err)
	_, _, err = tasks.Edit(t.Context(), okrtest.Alex, p, nil, make([]okr.Task, 0))
	require.NoError(t, err)
	many := make([]okr.Task, okr.MaxTasks)
	for i := range many {
		many[i].Title = "More"
	}
	_, _, err = tasks.Edit(t.Context(), okrtest.Alex, p, nil, many)
	w.RequireRefused(okr.Invalid, err, "205 of 200")
	_, err = w.Plan.Close(t.Context(), okrtest.Alex, okr.CloseInput{Goal: p, State: okr.StatusClosed})
	require.NoError(t, err)
	w.RequireRefused(okr.Invalid, tick(okrtest.Alex, p, "A"))
	require.Empty(t, history(w, p))
}
