package plan_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
)

func TestGoalsAreValidatedByField(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	o := w.Objective(okrtest.Alex, "Launch")
	kr := w.KeyResult(okrtest.Alex, o, 100)
	metric := func(change func(*okr.Metric)) func(*okr.GoalInput) {
		return func(in *okr.GoalInput) { change(in.Metric) }
	}
	for _, c := range []struct {
		name, field string
		change      func(*okr.GoalInput)
	}{
		{"no title", "title", func(in *okr.GoalInput) { in.Title = " \u202e " }},
		{"a long title", "title", func(in *okr.GoalInput) { in.Title = strings.Repeat("日", 256) }},
		{"no parent", "parent", func(in *okr.GoalInput) { in.Parent = "" }},
		{"a parent that is gone", "parent", func(in *okr.GoalInput) { in.Parent = "O99" }},
		{"a parent that is no objective", "parent", func(in *okr.GoalInput) { in.Parent = kr }},
		{"no such kind", "kind", func(in *okr.GoalInput) { in.Kind = "wish" }},
		{"no kind", "kind", func(in *okr.GoalInput) { in.Kind = "" }},
		{"no metric", "metric", func(in *okr.GoalInput) { in.Metric = nil }},
		{"a long metric's name", "metric", metric(func(m *okr.Metric) { m.Name = strings.Repeat("x", 81) })},
		{"a long unit", "unit", metric(func(m *okr.Metric) { m.Unit = strings.Repeat("x", 21) })},
		{"start is target", "target", metric(func(m *okr.Metric) { m.Start = 100 })},
		{"no number", "target", metric(func(m *okr.Metric) { m.Target = math.NaN() })},
		{"an endless number", "target", metric(func(m *okr.Metric) { m.Start = math.Inf(-1) })},
		{"no first day", "start", func(in *okr.GoalInput) { in.Kind, in.Period.Start = okr.Objective, "soon" }},
		{"no last day", "end", func(in *okr.GoalInput) { in.Kind, in.Period.End = okr.Objective, "2026-02-30" }},
		{"the last day first", "end", func(in *okr.GoalInput) { in.Kind, in.Period.End = okr.Objective, "2025-12-31" }},
		{"one day", "end", func(in *okr.GoalInput) { in.Kind, in.Period.End = okr.Objective, in.Period.Start }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			in := okr.GoalInput{Kind: okr.KeyResult, Title: "T", Parent: o, Period: okrtest.FirstQuarter(), Metric: &okr.Metric{Name: "Bugs", Target: 100}}
			c.change(&in)
			_, err := w.Plan.SaveGoal(t.Context(), okrtest.Alex, in)
			w.RequireRefused(okr.Invalid, err)
			require.Equal(t, c.field, okr.FieldOf(err))
		})
	}
}

func TestGoalsAreMadeAndEdited(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	o := w.Objective(okrtest.Alex, "  Launch\tthe portal ")
	require.Equal(t, okr.GoalID("O1"), o)
	v, err := w.Plan.Goal(t.Context(), okrtest.Megan, o)
	require.NoError(t, err)
	require.Equal(t, "Launch the portal", v.Goal.Title)
	require.Equal(t, okr.NoData, v.Standing.Status)
	require.False(t, v.MayEdit)

	made := 77.0
	metric := &okr.Metric{Name: " Bugs ", Unit: "bugs", Target: 30, Current: &made}
	v, err = w.Plan.SaveGoal(t.Context(), okrtest.Megan, okr.GoalInput{Kind: okr.KeyResult, Title: "Close", Parent: o, Metric: metric})
	require.NoError(t, err)
	require.Equal(t, "Launch the portal", v.ParentTitle)
	require.Nil(t, v.Goal.Metric.Current, "a value is measured, not given")
	require.Equal(t, " Bugs ", metric.Name, "the caller's own is left alone")
	require.Equal(t, okrtest.FirstQuarter(), v.Goal.Period, "its objective's")
	require.True(t, v.MayEdit)

	_, err = w.Plan.SaveGoal(t.Context(), okrtest.Adele, okr.GoalInput{Editing: v.Goal.ID, Kind: okr.KeyResult, Title: "Mine", Parent: o, Metric: metric})
	w.RequireRefused(okr.Forbidden, err, okrtest.Megan.Name)
	_, err = w.Plan.SaveGoal(t.Context(), okrtest.Guest, okr.GoalInput{Kind: okr.Objective, Title: "Mine", Period: okrtest.FirstQuarter()})
	w.RequireRefused(okr.Forbidden, err, "Guests")
	v, err = w.Plan.SaveGoal(t.Context(), okrtest.Alex, okr.GoalInput{Editing: v.Goal.ID, Kind: okr.KeyResult, Title: "Close more", Parent: o, Metric: &okr.Metric{Name: "Bugs", Target: 40}})
	require.NoError(t, err, "an admin may")
	require.Equal(t, "Close more", v.Goal.Title)
	require.Equal(t, okrtest.Megan.Person, v.Goal.Owner)
	v, err = w.Plan.SaveGoal(t.Context(), okrtest.Alex, okr.GoalInput{Editing: v.Goal.ID, Kind: okr.KeyResult, Title: "Close more", Owner: okrtest.Adele.Person, Parent: o, Metric: &okr.Metric{Name: "Bugs", Target: 40}})
	require.NoError(t, err)
	require.Equal(t, okrtest.Adele.Person, v.Goal.Owner)
	v, err = w.Plan.Goal(t.Context(), okrtest.Adele, v.Goal.ID)
	require.NoError(t, err)
	require.True(t, v.MayEdit, "it is hers now")
	_, err = w.Plan.SaveGoal(t.Context(), okrtest.Alex, okr.GoalInput{Editing: "KR99", Kind: okr.KeyResult, Title: "x", Parent: o, Metric: metric})
	w.RequireRefused(okr.NotFound, err)
}

func TestDeletingAnObjectiveTakesAllBelow(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	o, other := w.Objective(okrtest.Alex, "Launch"), w.Objective(okrtest.Alex, "Other")
	kr, p := w.Bound(okrtest.Alex, o, c, okrtest.LaunchBugs), w.Project(okrtest.Alex, o)
	kept := w.KeyResult(okrtest.Alex, other, 10)
	_, err := w.Plan.DeleteGoal(t.Context(), okrtest.Megan, o)
	w.RequireRefused(okr.Forbidden, err, okrtest.Alex.Name)
	gone, err := w.Plan.DeleteGoal(t.Context(), okrtest.Alex, o)
	require.NoError(t, err)
	require.Equal(t, o, gone.ID)
	for _, id := range []okr.GoalID{o, kr, p} {
		_, err := w.Plan.Goal(t.Context(), okrtest.Alex, id)
		w.RequireRefused(okr.NotFound, err, string(id))
		require.Equal(t, []okr.Step{{Kind: okr.StepList}}, okr.NextOf(err))
	}
	_, err = w.Plan.Goal(t.Context(), okrtest.Alex, kept)
	require.NoError(t, err)

	_, err = w.Plan.Restore(t.Context(), okrtest.Megan, o)
	w.RequireRefused(okr.Forbidden, err)
	_, err = w.Plan.Restore(t.Context(), okrtest.Alex, kr)
	w.RequireRefused(okr.Invalid, err, "Restore that one first")
	asked := okr.Due{Kind: okr.DueReminder, Tenant: okrtest.Contoso, ID: string(okrtest.Alex.ID)}
	require.NoError(t, w.Store.Drop(t.Context(), asked))
	_, err = w.Plan.Restore(t.Context(), okrtest.Alex, o)
	require.NoError(t, err)
	require.True(t, w.Store.Planned(asked), "whoever was asked for nothing meanwhile is asked again")
	for _, id := range []okr.GoalID{o, kr, p} {
		require.Equal(t, id, w.View(okrtest.Alex, id).Goal.ID)
	}

	_, err = w.Plan.DeleteGoal(t.Context(), okrtest.Alex, o)
	require.NoError(t, err)
	list, err := w.Plan.DeletedGoals(t.Context(), okrtest.Alex)
	require.NoError(t, err)
	require.Len(t, list, 1)
	w.Advance(okr.RestoreLife)
	_, err = w.Plan.Restore(t.Context(), okrtest.Alex, o)
	w.RequireRefused(okr.NotFound, err)
	list, err = w.Plan.DeletedGoals(t.Context(), okrtest.Alex)
	require.NoError(t, err)
	require.Empty(t, list)
	history, err := w.Store.History(t.Context(), okrtest.Contoso, kr, time.Time{}, 0)
	require.NoError(t, err)
	require.Empty(t, history, "gone for good")
	_, err = w.Plan.DeleteGoal(t.Context(), okrtest.Alex, o)
	w.RequireRefused(okr.NotFound, err)
}

func TestObjectivesRollUp(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	o := w.Objective(okrtest.Alex, "Launch")
	p := w.Project(okrtest.Alex, o)
	_, err := w.Measure.Bind(t.Context(), okrtest.Alex, okr.BindInput{Goal: p, Connection: c.ID, Query: w.FiberQuery("Launch scope"), Method: okr.CountTotal})
	require.NoError(t, err)
	v, err := w.Plan.Goal(t.Context(), okrtest.Alex, o)
	require.NoError(t, err)
	require.Equal(t, []int{1, 1}, []int{v.Standing.Counted, v.Standing.Children}, "projects count where there is no key result")
	require.Empty(t, v.Children[0].Goal.Binding.Method, "a project has no method")

	w.Bound(okrtest.Alex, o, c, okrtest.LaunchBugs)
	w.KeyResult(okrtest.Alex, o, 5)
	v, err = w.Plan.Goal(t.Context(), okrtest.Alex, o)
	require.NoError(t, err)
	require.InDelta(t, 20, *v.Standing.Progress, 1e-9, "40 % and one at its start; work is not outcome")
	require.Equal(t, []int{2, 2}, []int{v.Standing.Counted, v.Standing.Children})
	require.InDelta(t, 100.0*32/89, v.Standing.Expected, 1e-9, "2 February is the 33rd day")
	require.Equal(t, okr.Behind, v.Standing.Status)
	w.Advance(40 * 24 * time.Hour)
	v, err = w.Plan.Goal(t.Context(), okrtest.Alex, o)
	require.NoError(t, err)
	require.Equal(t, okr.AtRisk, v.Standing.Status)
	list, err := w.Plan.Goals(t.Context(), okrtest.Alex)
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.Len(t, list[0].Children, 3)
}
