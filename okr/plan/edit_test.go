package plan_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
)

func TestTwoWhoEditAtOnceLoseNothing(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	kr := w.KeyResult(okrtest.Alex, w.Objective(okrtest.Alex, "Launch"), 100)
	opened := w.View(okrtest.Alex, kr)
	w.Save(okrtest.Megan, okrtest.Form(share(w, kr, okrtest.Megan), func(in *okr.GoalInput) { in.Metric.Target = 80; in.Details.Tags = []string{"web"} }))

	merged := w.Save(okrtest.Alex, okrtest.Form(opened, func(in *okr.GoalInput) { in.Title = "Close bugs"; in.Details.Description = "Why" }))
	require.Equal(t, "Close bugs", merged.Goal.Title)
	require.Equal(t, "Why", merged.Goal.Description)
	require.InDelta(t, 80, merged.Goal.Metric.Target, 0, "what the other changed stays")
	require.Equal(t, []string{"web"}, merged.Goal.Tags)

	_, err := w.Plan.SaveGoal(t.Context(), okrtest.Alex, okrtest.Form(opened, func(in *okr.GoalInput) { in.Metric.Target = 90; in.Title = "Mine" }))
	w.RequireRefused(okr.Conflict, err, okrtest.Megan.Name, okrtest.Alex.Name, "target", "title")
	require.Equal(t, []okr.Step{{Kind: okr.StepShow, Goal: kr}}, okr.NextOf(err))
	require.Equal(t, "Close bugs", w.View(okrtest.Alex, kr).Goal.Title, "nothing of it was saved")

	same := w.Save(okrtest.Alex, okrtest.Form(opened, func(in *okr.GoalInput) { in.Metric.Target = 80 }))
	require.InDelta(t, 80, same.Goal.Metric.Target, 0, "both changed it to the same")
	_, err = w.Plan.SaveGoal(t.Context(), okrtest.Alex, okrtest.Form(opened, func(*okr.GoalInput) {}))
	require.NoError(t, err, "a form that changes nothing undoes nothing")
	require.Equal(t, "Close bugs", w.View(okrtest.Alex, kr).Goal.Title)
}

// share makes somebody an editor of a goal and gives it as it then is.
func share(w *okrtest.World, id okr.GoalID, with okr.Actor) okr.GoalView {
	w.T.Helper()
	return w.Save(okrtest.Alex, okrtest.Form(w.View(okrtest.Alex, id), func(in *okr.GoalInput) { in.Details.Editors = append(in.Details.Editors, with.Person) }))
}

func TestAVeryOldFormIsRefusedRatherThanGuessed(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	o := w.Objective(okrtest.Alex, "Launch")
	opened := w.View(okrtest.Alex, o)
	for range 13 {
		for _, title := range []string{"A", "B"} {
			w.Save(okrtest.Alex, okrtest.Form(w.View(okrtest.Alex, o), func(in *okr.GoalInput) { in.Title = title }))
		}
	}
	_, err := w.Plan.SaveGoal(t.Context(), okrtest.Alex, okrtest.Form(opened, func(in *okr.GoalInput) { in.Title = "C" }))
	w.RequireRefused(okr.Conflict, err, "title")
	require.LessOrEqual(t, len(w.View(okrtest.Alex, o).Goal.Edits), 20)
}

func TestASyncIsNoEdit(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	kr := w.Bound(okrtest.Alex, w.Objective(okrtest.Alex, "Launch"), c, okrtest.LaunchBugs)
	before := w.View(okrtest.Alex, kr).Goal.Version
	w.Complete(3)
	w.Sync(c)
	require.Equal(t, before, w.View(okrtest.Alex, kr).Goal.Version)
}

func TestDetailsAreKeptAndCleaned(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	weight := 40.0
	v := w.Save(okrtest.Alex, okr.GoalInput{Kind: okr.Objective, Title: "Launch", Period: okrtest.FirstQuarter(), Details: &okr.Details{
		Description: " One \r\n\r\n\r\n two\u202e ", Tags: []string{"#Web", "web ", "", "Growth"}, Team: " Web  shop ",
		CoOwners: []okr.Person{okrtest.Megan.Person, okrtest.Megan.Person, {}}, GoalType: okr.Committed, Level: okr.LevelTeam, Weight: &weight,
	}})
	require.Equal(t, "One\n\ntwo", v.Goal.Description)
	require.Equal(t, []string{"Web", "Growth"}, v.Goal.Tags)
	require.Equal(t, "Web shop", v.Goal.Team)
	require.Equal(t, []okr.Person{okrtest.Megan.Person}, v.Goal.CoOwners)
	require.True(t, w.View(okrtest.Megan, v.Goal.ID).MayEdit, "a co-owner")
	short := okr.GoalInput{Editing: v.Goal.ID, Kind: okr.Objective, Title: "Launch it", Period: okrtest.FirstQuarter()}
	require.Equal(t, v.Goal.Details, w.Save(okrtest.Alex, short).Goal.Details, "the short form leaves the rest alone")
	settings, err := w.Access.Settings(t.Context(), okrtest.Contoso)
	require.NoError(t, err)
	require.Equal(t, []string{"Web shop"}, settings.Teams)
	for field, d := range map[string]okr.Details{
		"weight": {Weight: new(101.0)}, "goalType": {GoalType: "wild"}, "level": {Level: "world"},
		"tags": {Tags: []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"}},
	} {
		_, err := w.Plan.SaveGoal(t.Context(), okrtest.Alex, okr.GoalInput{Kind: okr.Objective, Title: "x", Period: okrtest.FirstQuarter(), Details: &d})
		w.RequireRefused(okr.Invalid, err)
		require.Equal(t, field, okr.FieldOf(err))
	}
}

func TestKeyResultsOfEveryType(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	o := w.Objective(okrtest.Alex, "Launch")
	create := func(m okr.Metric) error {
		m.Name = "Load time"
		_, err := w.Plan.SaveGoal(t.Context(), okrtest.Alex, okr.GoalInput{Kind: okr.KeyResult, Title: "KR", Parent: o, Metric: &m})
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
			w.RequireRefused(okr.Invalid, err)
			require.Equal(t, c.field, okr.FieldOf(err))
		})
	}
}
