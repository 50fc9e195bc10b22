package adosource_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
)

// form is a key result's form as it was opened, to be changed and saved.
func form(v okr.GoalView, change func(*okr.GoalInput)) okr.GoalInput {
	g := v.Goal
	in := okr.GoalInput{
		Editing: g.ID, Kind: g.Kind, Title: g.Title, Owner: g.Owner, Parent: g.Parent, Period: g.Period,
		PeriodID: g.PeriodID, Details: &g.Details, Version: g.Version,
	}
	if g.Metric != nil {
		metric := *g.Metric
		in.Metric = &metric
	}
	change(&in)
	return in
}

func (w *world) view(who okr.Actor, id okr.GoalID) okr.GoalView {
	w.t.Helper()
	v, err := w.Plan.Goal(w.t.Context(), who, id)
	require.NoError(w.t, err)
	return v
}

func (w *world) save(who okr.Actor, in okr.GoalInput) okr.GoalView {
	w.t.Helper()
	v, err := w.Plan.SaveGoal(w.t.Context(), who, in)
	require.NoError(w.t, err)
	return v
}

func TestTwoWhoEditAtOnceLoseNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	kr := w.keyResult(alex, w.objective(alex, "Launch"), 100)
	opened := w.view(alex, kr)
	w.save(megan, form(w.share(kr, megan), func(in *okr.GoalInput) { in.Metric.Target = 80; in.Details.Tags = []string{"web"} }))

	merged := w.save(alex, form(opened, func(in *okr.GoalInput) { in.Title = "Close bugs"; in.Details.Description = "Why" }))
	require.Equal(t, "Close bugs", merged.Goal.Title)
	require.Equal(t, "Why", merged.Goal.Description)
	require.InDelta(t, 80, merged.Goal.Metric.Target, 0, "what the other changed stays")
	require.Equal(t, []string{"web"}, merged.Goal.Tags)

	_, err := w.Plan.SaveGoal(t.Context(), alex, form(opened, func(in *okr.GoalInput) { in.Metric.Target = 90; in.Title = "Mine" }))
	w.requireRefused(okr.Conflict, err, megan.Name, alex.Name, "target", "title")
	require.Equal(t, []okr.Step{{Kind: okr.StepShow, Goal: kr}}, okr.NextOf(err))
	require.Equal(t, "Close bugs", w.view(alex, kr).Goal.Title, "nothing of it was saved")

	same := w.save(alex, form(opened, func(in *okr.GoalInput) { in.Metric.Target = 80 }))
	require.InDelta(t, 80, same.Goal.Metric.Target, 0, "both changed it to the same")
	_, err = w.Plan.SaveGoal(t.Context(), alex, form(opened, func(*okr.GoalInput) {}))
	require.NoError(t, err, "a form that changes nothing undoes nothing")
	require.Equal(t, "Close bugs", w.view(alex, kr).Goal.Title)
}

// share makes somebody an editor of a goal and gives it as it then is.
func (w *world) share(id okr.GoalID, with okr.Actor) okr.GoalView {
	w.t.Helper()
	return w.save(alex, form(w.view(alex, id), func(in *okr.GoalInput) { in.Details.Editors = append(in.Details.Editors, with.Person) }))
}

func TestAVeryOldFormIsRefusedRatherThanGuessed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := w.objective(alex, "Launch")
	opened := w.view(alex, o)
	for range 13 {
		for _, title := range []string{"A", "B"} {
			w.save(alex, form(w.view(alex, o), func(in *okr.GoalInput) { in.Title = title }))
		}
	}
	_, err := w.Plan.SaveGoal(t.Context(), alex, form(opened, func(in *okr.GoalInput) { in.Title = "C" }))
	w.requireRefused(okr.Conflict, err, "title")
	require.LessOrEqual(t, len(w.view(alex, o).Goal.Edits), 20)
}

func TestASyncIsNoEdit(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	c := w.connect(alex, "Fiber", false)
	kr := w.bound(alex, w.objective(alex, "Launch"), c, launchBugs)
	before := w.view(alex, kr).Goal.Version
	w.complete(3)
	w.sync(c)
	require.Equal(t, before, w.view(alex, kr).Goal.Version)
}

func TestDetailsAreKeptAndCleaned(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	weight := 40.0
	v := w.save(alex, okr.GoalInput{Kind: okr.Objective, Title: "Launch", Period: quarter(), Details: &okr.Details{
		Description: " One \r\n\r\n\r\n two\u202e ", Tags: []string{"#Web", "web ", "", "Growth"}, Team: " Web  shop ",
		CoOwners: []okr.Person{megan.Person, megan.Person, {}}, GoalType: okr.Committed, Level: okr.LevelTeam, Weight: &weight,
	}})
	require.Equal(t, "One\n\ntwo", v.Goal.Description)
	require.Equal(t, []string{"Web", "Growth"}, v.Goal.Tags)
	require.Equal(t, "Web shop", v.Goal.Team)
	require.Equal(t, []okr.Person{megan.Person}, v.Goal.CoOwners)
	require.True(t, w.view(megan, v.Goal.ID).MayEdit, "a co-owner")
	short := okr.GoalInput{Editing: v.Goal.ID, Kind: okr.Objective, Title: "Launch it", Period: quarter()}
	require.Equal(t, v.Goal.Details, w.save(alex, short).Goal.Details, "the short form leaves the rest alone")
	settings, err := w.Access.Settings(t.Context(), tenant)
	require.NoError(t, err)
	require.Equal(t, []string{"Web shop"}, settings.Teams)
	for field, d := range map[string]okr.Details{
		"weight": {Weight: new(101.0)}, "goalType": {GoalType: "wild"}, "level": {Level: "world"},
		"tags": {Tags: []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"}},
	} {
		_, err := w.Plan.SaveGoal(t.Context(), alex, okr.GoalInput{Kind: okr.Objective, Title: "x", Period: quarter(), Details: &d})
		w.requireRefused(okr.Invalid, err)
		require.Equal(t, field, okr.FieldOf(err))
	}
}

func TestKeyResultsOfEveryType(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := w.objective(alex, "Launch")
	create := func(m okr.Metric) error {
		m.Name = "Load time"
		_, err := w.Plan.SaveGoal(t.Context(), alex, okr.GoalInput{Kind: okr.KeyResult, Title: "KR", Parent: o, Metric: &m})
		return err
	}
	require.NoError(t, create(okr.Metric{Type: okr.StayBelow, Target: 2, Threshold: new(2.5), UnitKind: okr.UnitWord, Unit: "s"}))
	require.NoError(t, create(okr.Metric{Type: okr.StayAbove, Target: 0}))
	require.NoError(t, create(okr.Metric{Type: okr.Baseline}))
	require.NoError(t, create(okr.Metric{Type: okr.Increase, Start: 5, Target: 10, Phases: []okr.Phase{{Date: "2026-02-01", Value: 6}}}))
	for name, c := range map[string]struct {
		field  string
		metric okr.Metric
	}{
		"a threshold on the wrong side":   {"threshold", okr.Metric{Type: okr.StayBelow, Target: 2, Threshold: new(1.0)}},
		"the other wrong side":            {"threshold", okr.Metric{Type: okr.StayAbove, Target: 2, Threshold: new(3.0)}},
		"a threshold without a limit":     {"threshold", okr.Metric{Target: 2, Threshold: new(3.0)}},
		"an increase that falls":          {"target", okr.Metric{Type: okr.Increase, Start: 3, Target: 2}},
		"a decrease that rises":           {"target", okr.Metric{Type: okr.Decrease, Start: 1, Target: 2}},
		"no such type":                    {"type", okr.Metric{Type: "hover", Target: 2}},
		"no such unit":                    {"unitKind", okr.Metric{Target: 2, UnitKind: "stone"}},
		"a phase outside the period":      {"phases", okr.Metric{Target: 10, Phases: []okr.Phase{{Date: "2026-05-01", Value: 6}}}},
		"a phase that goes back":          {"phases", okr.Metric{Target: 10, Phases: []okr.Phase{{Date: "2026-02-01", Value: 6}, {Date: "2026-03-01", Value: 5}}}},
		"two phases on a day":             {"phases", okr.Metric{Target: 10, Phases: []okr.Phase{{Date: "2026-02-01", Value: 6}, {Date: "2026-02-01", Value: 7}}}},
		"phases of what only stays there": {"phases", okr.Metric{Type: okr.StayBelow, Target: 10, Phases: []okr.Phase{{Date: "2026-02-01", Value: 6}}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := create(c.metric)
			w.requireRefused(okr.Invalid, err)
			require.Equal(t, c.field, okr.FieldOf(err))
		})
	}
}
