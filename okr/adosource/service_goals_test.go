package adosource_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
)

func quarter() okr.Period {
	return okr.Period{Name: "Q1 2026", Start: "2026-01-01", End: "2026-03-31"}
}

func (w *world) objective(who okr.Actor, title string) okr.GoalID {
	w.t.Helper()
	v, err := w.Plan.SaveGoal(w.t.Context(), who, okr.GoalInput{Kind: okr.Objective, Title: title, Period: quarter()})
	require.NoError(w.t, err)
	return v.Goal.ID
}

func (w *world) keyResult(who okr.Actor, parent okr.GoalID, target float64) okr.GoalID {
	w.t.Helper()
	v, err := w.Plan.SaveGoal(w.t.Context(), who, okr.GoalInput{
		Kind: okr.KeyResult, Title: "Key result", Parent: parent, Metric: &okr.Metric{Name: "Bugs", Target: target},
	})
	require.NoError(w.t, err)
	return v.Goal.ID
}

func (w *world) project(who okr.Actor, parent okr.GoalID) okr.GoalID {
	w.t.Helper()
	v, err := w.Plan.SaveGoal(w.t.Context(), who, okr.GoalInput{Kind: okr.Project, Title: "Project", Parent: parent})
	require.NoError(w.t, err)
	return v.Goal.ID
}

// bound makes a key result to 100 % and binds it to a query of the project
// Fabrikam Fiber.
func (w *world) bound(who okr.Actor, parent okr.GoalID, c okr.Connection, query string) okr.GoalID {
	w.t.Helper()
	kr := w.keyResult(who, parent, 100)
	_, err := w.Measure.Bind(w.t.Context(), who, okr.BindInput{Goal: kr, Connection: c.ID, Query: w.fiberQuery(query), Method: okr.PercentCompleted})
	require.NoError(w.t, err)
	return kr
}

func TestGoalsAreValidatedByField(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := w.objective(alex, "Launch")
	kr := w.keyResult(alex, o, 100)
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
		{"no metric's name", "metric", metric(func(m *okr.Metric) { m.Name = " " })},
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
			in := okr.GoalInput{Kind: okr.KeyResult, Title: "T", Parent: o, Period: quarter(), Metric: &okr.Metric{Name: "Bugs", Target: 100}}
			c.change(&in)
			_, err := w.Plan.SaveGoal(t.Context(), alex, in)
			w.requireRefused(okr.Invalid, err)
			require.Equal(t, c.field, okr.FieldOf(err))
		})
	}
}

func TestGoalsAreMadeAndEdited(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := w.objective(alex, "  Launch\tthe portal ")
	require.Equal(t, okr.GoalID("O1"), o)
	v, err := w.Plan.Goal(t.Context(), megan, o)
	require.NoError(t, err)
	require.Equal(t, "Launch the portal", v.Goal.Title)
	require.Equal(t, okr.NoData, v.Standing.Status)
	require.False(t, v.MayEdit)

	made := 77.0
	metric := &okr.Metric{Name: " Bugs ", Unit: "bugs", Target: 30, Current: &made}
	v, err = w.Plan.SaveGoal(t.Context(), megan, okr.GoalInput{Kind: okr.KeyResult, Title: "Close", Parent: o, Metric: metric})
	require.NoError(t, err)
	require.Equal(t, "Launch the portal", v.ParentTitle)
	require.Nil(t, v.Goal.Metric.Current, "a value is measured, not given")
	require.Equal(t, " Bugs ", metric.Name, "the caller's own is left alone")
	require.Equal(t, quarter(), v.Goal.Period, "its objective's")
	require.True(t, v.MayEdit)

	_, err = w.Plan.SaveGoal(t.Context(), adele, okr.GoalInput{Editing: v.Goal.ID, Kind: okr.KeyResult, Title: "Mine", Parent: o, Metric: metric})
	w.requireRefused(okr.Forbidden, err, megan.Name)
	_, err = w.Plan.SaveGoal(t.Context(), guest, okr.GoalInput{Kind: okr.Objective, Title: "Mine", Period: quarter()})
	w.requireRefused(okr.Forbidden, err, "Guests")
	v, err = w.Plan.SaveGoal(t.Context(), alex, okr.GoalInput{Editing: v.Goal.ID, Kind: okr.KeyResult, Title: "Close more", Parent: o, Metric: &okr.Metric{Name: "Bugs", Target: 40}})
	require.NoError(t, err, "an admin may")
	require.Equal(t, "Close more", v.Goal.Title)
	require.Equal(t, megan.Person, v.Goal.Owner)
	v, err = w.Plan.SaveGoal(t.Context(), alex, okr.GoalInput{Editing: v.Goal.ID, Kind: okr.KeyResult, Title: "Close more", Owner: adele.Person, Parent: o, Metric: &okr.Metric{Name: "Bugs", Target: 40}})
	require.NoError(t, err)
	require.Equal(t, adele.Person, v.Goal.Owner)
	v, err = w.Plan.Goal(t.Context(), adele, v.Goal.ID)
	require.NoError(t, err)
	require.True(t, v.MayEdit, "it is hers now")
	_, err = w.Plan.SaveGoal(t.Context(), alex, okr.GoalInput{Editing: "KR99", Kind: okr.KeyResult, Title: "x", Parent: o, Metric: metric})
	w.requireRefused(okr.NotFound, err)
}

func TestDeletingAnObjectiveTakesAllBelow(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	c := w.connect(alex, "Fiber", false)
	o, other := w.objective(alex, "Launch"), w.objective(alex, "Other")
	kr, p := w.bound(alex, o, c, launchBugs), w.project(alex, o)
	kept := w.keyResult(alex, other, 10)
	_, err := w.Plan.DeleteGoal(t.Context(), megan, o)
	w.requireRefused(okr.Forbidden, err, alex.Name)
	gone, err := w.Plan.DeleteGoal(t.Context(), alex, o)
	require.NoError(t, err)
	require.Equal(t, o, gone.ID)
	for _, id := range []okr.GoalID{o, kr, p} {
		_, err := w.Plan.Goal(t.Context(), alex, id)
		w.requireRefused(okr.NotFound, err, string(id))
		require.Equal(t, []okr.Step{{Kind: okr.StepList}}, okr.NextOf(err))
	}
	history, err := w.store.History(t.Context(), tenant, kr, time.Time{}, 0)
	require.NoError(t, err)
	require.Empty(t, history)
	_, err = w.Plan.Goal(t.Context(), alex, kept)
	require.NoError(t, err)
	_, err = w.Plan.DeleteGoal(t.Context(), alex, o)
	w.requireRefused(okr.NotFound, err)
}

func TestFindGoals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	launch, relaunch := w.objective(alex, "Launch"), w.objective(alex, "Relaunch the shop")
	twins := []okr.GoalID{w.keyResult(alex, launch, 1), w.keyResult(alex, relaunch, 1)}
	find := func(text string, kinds ...okr.GoalKind) []okr.GoalID {
		t.Helper()
		list, err := w.Plan.FindGoals(t.Context(), alex, text, kinds...)
		require.NoError(t, err)
		var out []okr.GoalID
		for _, g := range list {
			out = append(out, g.ID)
		}
		return out
	}
	require.Equal(t, []okr.GoalID{launch}, find(" o1 "))
	require.Equal(t, []okr.GoalID{relaunch}, find("shop RELAUN"), "words and beginnings, in any order")
	require.Equal(t, []okr.GoalID{launch}, find("launch"), "a whole title comes alone")
	require.Equal(t, twins, find("key result"), "two of one title both come")
	require.Equal(t, twins, find("", okr.KeyResult))
	require.Empty(t, find("launch", okr.KeyResult))
	require.Empty(t, find("nothing like it"))
	_, err := w.Plan.FindGoals(t.Context(), alex, "KR99")
	w.requireRefused(okr.NotFound, err)
}

func TestObjectivesRollUp(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	c := w.connect(alex, "Fiber", false)
	o := w.objective(alex, "Launch")
	p := w.project(alex, o)
	_, err := w.Measure.Bind(t.Context(), alex, okr.BindInput{Goal: p, Connection: c.ID, Query: w.fiberQuery("Launch scope"), Method: okr.CountTotal})
	require.NoError(t, err)
	v, err := w.Plan.Goal(t.Context(), alex, o)
	require.NoError(t, err)
	require.Equal(t, []int{1, 1}, []int{v.Standing.Counted, v.Standing.Children}, "projects count where there is no key result")
	require.Empty(t, v.Children[0].Goal.Binding.Method, "a project has no method")

	w.bound(alex, o, c, launchBugs)
	w.keyResult(alex, o, 5)
	v, err = w.Plan.Goal(t.Context(), alex, o)
	require.NoError(t, err)
	require.InDelta(t, 40, *v.Standing.Progress, 1e-9, "the one with data; work is not outcome")
	require.Equal(t, []int{1, 2}, []int{v.Standing.Counted, v.Standing.Children})
	require.InDelta(t, 100.0*32/89, v.Standing.Expected, 1e-9, "2 February is the 33rd day")
	require.Equal(t, okr.OnTrack, v.Standing.Status)
	w.advance(40 * 24 * time.Hour)
	v, err = w.Plan.Goal(t.Context(), alex, o)
	require.NoError(t, err)
	require.Equal(t, okr.AtRisk, v.Standing.Status)
	list, total, err := w.Plan.Goals(t.Context(), alex, okr.Page{Limit: 1})
	require.NoError(t, err)
	require.Equal(t, 1, total)
	require.Len(t, list[0].Children, 3)
}
