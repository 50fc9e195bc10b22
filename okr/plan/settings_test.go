package plan_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
)

func TestSettingsAreSavedByAdmins(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	settings, err := w.Access.Settings(t.Context(), okrtest.Contoso)
	require.NoError(t, err)
	in := okr.SettingsOf(settings)
	require.Equal(t, time.January, in.PlanningStart)
	require.Equal(t, 9, in.ReminderDefault.Hour)
	_, err = w.Plan.SaveSettings(t.Context(), okrtest.Megan, in)
	w.RequireRefused(okr.Forbidden, err, "admin")
	for field, change := range map[string]func(*okr.SettingsInput){
		"timeZone":      func(in *okr.SettingsInput) { in.TimeZone = "Mars/Olympus" },
		"planningStart": func(in *okr.SettingsInput) { in.PlanningStart = 13 },
		"bands":         func(in *okr.SettingsInput) { in.Bands = okr.Bands{AtRisk: 5, Behind: 10} },
		"projects":      func(in *okr.SettingsInput) { in.WeightsRule.Projects = "often" },
		"create":        func(in *okr.SettingsInput) { in.CreateRule.Team = "nobody" },
		"export":        func(in *okr.SettingsInput) { in.ExportBy = "nobody" },
		"reminderHour":  func(in *okr.SettingsInput) { in.ReminderDefault.Hour = 24 },
		"reminderEvery": func(in *okr.SettingsInput) { in.ReminderDefault.Every = 5 },
		"digestCadence": func(in *okr.SettingsInput) { in.DigestDefault.Cadence = "yearly" },
	} {
		bad := in
		change(&bad)
		_, err := w.Plan.SaveSettings(t.Context(), okrtest.Alex, bad)
		w.RequireRefused(okr.Invalid, err)
		require.Equal(t, field, okr.FieldOf(err))
	}
	in.TimeZone, in.PlanningStart, in.Bands = "Pacific/Auckland", time.July, okr.Bands{AtRisk: 20, Behind: 5}
	saved, err := w.Plan.SaveSettings(t.Context(), okrtest.Alex, in)
	require.NoError(t, err)
	require.Equal(t, "Q3 2025/26", saved.Quarter("2026-02-02", 0).Name)
}

func TestDaysAreCountedInTheTenantsTimeZone(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t) // noon in UTC on 2 February is the third in Auckland
	o := w.Objective(okrtest.Alex, "Launch")
	require.InDelta(t, 100.0*32/89, w.View(okrtest.Alex, o).Standing.Expected, 1e-9)
	settings, err := w.Access.Settings(t.Context(), okrtest.Contoso)
	require.NoError(t, err)
	in := okr.SettingsOf(settings)
	in.TimeZone = "Pacific/Auckland"
	_, err = w.Plan.SaveSettings(t.Context(), okrtest.Alex, in)
	require.NoError(t, err)
	require.InDelta(t, 100.0*33/89, w.View(okrtest.Alex, o).Standing.Expected, 1e-9)
}

func TestAnotherWeightsRuleAddsUpAnew(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	top := w.Objective(okrtest.Alex, "Company")
	o := w.Detailed(okrtest.Alex, "Launch", top, okr.Details{})
	heavy, light := w.KeyResult(okrtest.Alex, o, 100), w.KeyResult(okrtest.Alex, o, 100)
	p := w.Project(okrtest.Alex, o)
	w.Save(okrtest.Alex, okrtest.Form(w.View(okrtest.Alex, heavy), func(in *okr.GoalInput) { in.Details.Weight = new(80.0) }))
	w.CheckIn(okrtest.Alex, heavy, 100)
	w.CheckIn(okrtest.Alex, light, 0)
	w.CheckIn(okrtest.Alex, p, 50)
	require.InDelta(t, 80, w.Progress(top), 1e-9)
	settings, err := w.Access.Settings(t.Context(), okrtest.Contoso)
	require.NoError(t, err)
	for rule, want := range map[okr.WeightsRule]float64{
		{Equal: true}:                               50,
		{Projects: okr.ProjectsAlways}:              85,
		{Projects: okr.ProjectsNever}:               80,
		{Equal: true, Projects: okr.ProjectsAlways}: 50,
	} {
		in := okr.SettingsOf(settings)
		in.WeightsRule = rule
		_, err := w.Plan.SaveSettings(t.Context(), okrtest.Alex, in)
		require.NoError(t, err)
		listed, _, err := w.Plan.ListGoals(t.Context(), okrtest.Alex, okr.Filter{Kind: okr.Objective, Top: true}, okr.Page{})
		require.NoError(t, err)
		require.InDelta(t, want, *listed[0].Standing.Progress, 1e-9, "%+v", rule)
	}
}
