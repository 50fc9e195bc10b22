package adosource_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
)

func TestSettingsAreSavedByAdmins(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	settings, err := w.Access.Settings(t.Context(), tenant)
	require.NoError(t, err)
	in := okr.SettingsOf(settings)
	require.Equal(t, time.January, in.PlanningStart)
	require.Equal(t, 9, in.ReminderDefault.Hour)
	_, err = w.Plan.SaveSettings(t.Context(), megan, in)
	w.requireRefused(okr.Forbidden, err, "admin")
	for field, change := range map[string]func(*okr.SettingsInput){
		"timeZone":      func(in *okr.SettingsInput) { in.TimeZone = "Mars/Olympus" },
		"planningStart": func(in *okr.SettingsInput) { in.PlanningStart = 13 },
		"bands":         func(in *okr.SettingsInput) { in.Bands = okr.Bands{AtRisk: 5, Behind: 10} },
		"projects":      func(in *okr.SettingsInput) { in.WeightsRule.Projects = "often" },
		"create":        func(in *okr.SettingsInput) { in.CreateRule.Team = "nobody" },
		"reminderHour":  func(in *okr.SettingsInput) { in.ReminderDefault.Hour = 24 },
		"reminderEvery": func(in *okr.SettingsInput) { in.ReminderDefault.Every = 5 },
		"digestCadence": func(in *okr.SettingsInput) { in.DigestDefault.Cadence = "yearly" },
	} {
		bad := in
		change(&bad)
		_, err := w.Plan.SaveSettings(t.Context(), alex, bad)
		w.requireRefused(okr.Invalid, err)
		require.Equal(t, field, okr.FieldOf(err))
	}
	in.TimeZone, in.PlanningStart, in.Bands = "Pacific/Auckland", time.July, okr.Bands{AtRisk: 20, Behind: 5}
	saved, err := w.Plan.SaveSettings(t.Context(), alex, in)
	require.NoError(t, err)
	require.Equal(t, "Q3 2025/26", saved.Quarter("2026-02-02", 0).Name)
}

func TestDaysAreCountedInTheTenantsTimeZone(t *testing.T) {
	t.Parallel()
	w := newWorld(t) // noon in UTC on 2 February is the third in Auckland
	o := w.objective(alex, "Launch")
	require.InDelta(t, 100.0*32/89, w.view(alex, o).Standing.Expected, 1e-9)
	settings, err := w.Access.Settings(t.Context(), tenant)
	require.NoError(t, err)
	in := okr.SettingsOf(settings)
	in.TimeZone = "Pacific/Auckland"
	_, err = w.Plan.SaveSettings(t.Context(), alex, in)
	require.NoError(t, err)
	require.InDelta(t, 100.0*33/89, w.view(alex, o).Standing.Expected, 1e-9)
}

func TestAnotherWeightsRuleAddsUpAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	top := w.objective(alex, "Company")
	o := w.detailed(alex, "Launch", top, okr.Details{})
	heavy, light := w.keyResult(alex, o, 100), w.keyResult(alex, o, 100)
	p := w.project(alex, o)
	w.save(alex, form(w.view(alex, heavy), func(in *okr.GoalInput) { in.Details.Weight = new(80.0) }))
	w.checkIn(alex, heavy, 100)
	w.checkIn(alex, light, 0)
	w.checkIn(alex, p, 50)
	require.InDelta(t, 80, w.progress(top), 1e-9)
	settings, err := w.Access.Settings(t.Context(), tenant)
	require.NoError(t, err)
	for rule, want := range map[okr.WeightsRule]float64{
		{Equal: true}:                               50,
		{Projects: okr.ProjectsAlways}:              85,
		{Projects: okr.ProjectsNever}:               80,
		{Equal: true, Projects: okr.ProjectsAlways}: 50,
	} {
		in := okr.SettingsOf(settings)
		in.WeightsRule = rule
		_, err := w.Plan.SaveSettings(t.Context(), alex, in)
		require.NoError(t, err)
		listed, _, err := w.Plan.ListGoals(t.Context(), alex, okr.Filter{Kind: okr.Objective, Top: true}, okr.Page{})
		require.NoError(t, err)
		require.InDelta(t, want, *listed[0].Standing.Progress, 1e-9, "%+v", rule)
	}
}

func TestCustomPeriods(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	push := okr.TimePeriod{Period: okr.Period{Name: " Spring push ", Start: "2026-02-01", End: "2026-04-15"}}
	_, err := w.Access.SavePeriod(t.Context(), megan, push, false)
	w.requireRefused(okr.Forbidden, err)
	settings, err := w.Access.SavePeriod(t.Context(), alex, push, true)
	require.NoError(t, err)
	saved := settings.Periods[0]
	require.Equal(t, "Spring push", settings.CurrentPeriod("2026-02-02").Name)
	require.Equal(t, "Q2 2026", settings.CurrentPeriod("2026-04-16").Name)
	_, err = w.Access.SavePeriod(t.Context(), alex, push, false)
	w.requireRefused(okr.Invalid, err, "name")
	_, err = w.Access.SavePeriod(t.Context(), alex, okr.TimePeriod{Period: okr.Period{Name: "x", Start: "2026-02-01", End: "2026-01-01"}}, false)
	w.requireRefused(okr.Invalid, err)

	v := w.save(alex, okr.GoalInput{Kind: okr.Objective, Title: "Push", PeriodID: saved.ID})
	require.Equal(t, saved.Period, v.Goal.Period)
	own := w.save(alex, okr.GoalInput{Kind: okr.Objective, Title: "Push", PeriodID: saved.ID, Period: okr.Period{Start: "2026-02-10", End: "2026-03-10"}})
	require.Equal(t, saved.ID, own.Goal.FiledUnder(), "own dates, filed under the period")
	_, err = w.Access.DeletePeriod(t.Context(), alex, saved.ID)
	w.requireRefused(okr.Invalid, err, "2 of them")
	for _, id := range []okr.GoalID{v.Goal.ID, own.Goal.ID} {
		_, err := w.Plan.DeleteGoal(t.Context(), alex, id)
		require.NoError(t, err)
	}
	settings, err = w.Access.DeletePeriod(t.Context(), alex, saved.ID)
	require.NoError(t, err)
	require.Empty(t, settings.Periods)
	_, err = w.Access.DeletePeriod(t.Context(), alex, saved.ID)
	w.requireRefused(okr.NotFound, err)
}
