package access_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
)

func TestPrivateGoalsExistForTheirPeopleOnly(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	secret := w.Detailed(okrtest.Megan, "Secret plan", "", okr.Details{Private: true, Viewers: []okr.Person{okrtest.Adele.Person}})
	kr := w.KeyResult(okrtest.Megan, secret, 10)
	shared := okrtest.Megan
	shared.Shared = true
	for _, who := range []okr.Actor{okrtest.Alex, okrtest.Lee, okrtest.Guest, shared} {
		for _, id := range []okr.GoalID{secret, kr} {
			_, err := w.Plan.Goal(t.Context(), who, id)
			w.RequireRefused(okr.NotFound, err)
			_, err = w.Plan.History(t.Context(), who, id, time.Time{})
			w.RequireRefused(okr.NotFound, err)
			_, err = w.Plan.DeleteGoal(t.Context(), who, id)
			w.RequireRefused(okr.NotFound, err)
		}
		_, n, err := w.Plan.Search(t.Context(), who, "secret", okr.Page{}, 0)
		require.NoError(t, err)
		require.Zero(t, n, "not even counted")
		_, n, err = w.Plan.ListGoals(t.Context(), who, okr.Filter{}, okr.Page{Limit: 1})
		require.NoError(t, err)
		require.Zero(t, n)
		_, err = w.Plan.SaveGoal(t.Context(), who, okr.GoalInput{Kind: okr.KeyResult, Title: "x", Parent: secret, Metric: &okr.Metric{Name: "m", Target: 1}})
		require.Error(t, err)
	}
	v := w.View(okrtest.Adele, secret)
	require.False(t, v.MayEdit, "a viewer")
	require.Len(t, v.Children, 1, "what is below is private with it")
	_, n, err := w.Plan.Search(t.Context(), okrtest.Adele, "secret", okr.Page{}, 0)
	require.NoError(t, err)
	require.Equal(t, 1, n)

	w.Save(okrtest.Megan, okrtest.Form(w.View(okrtest.Megan, secret), func(in *okr.GoalInput) { in.Details.Private = false }))
	require.Equal(t, secret, w.View(okrtest.Lee, secret).Goal.ID)
	require.Equal(t, kr, w.View(okrtest.Lee, kr).Goal.ID, "what is below it too")
}

func TestPrivateGoalsComeAfterTheOthersInPages(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	var want []okr.GoalID
	for range 3 {
		w.Detailed(okrtest.Megan, "Private", "", okr.Details{Private: true})
		want = append(want, w.Objective(okrtest.Megan, "Public"))
	}
	want = append(want, "O1", "O3", "O5")
	for offset := range 7 {
		views, n, err := w.Plan.ListGoals(t.Context(), okrtest.Megan, okr.Filter{Kind: okr.Objective}, okr.Page{Offset: offset, Limit: 2})
		require.NoError(t, err)
		require.Equal(t, 6, n)
		var got []okr.GoalID
		for _, v := range views {
			got = append(got, v.Goal.ID)
		}
		require.ElementsMatch(t, want[min(offset, 6):min(offset+2, 6)], got, "page at %d", offset)
	}
	_, n, err := w.Plan.ListGoals(t.Context(), okrtest.Alex, okr.Filter{Kind: okr.Objective}, okr.Page{Limit: 2})
	require.NoError(t, err)
	require.Equal(t, 3, n)
}

func TestWhoMayEdit(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	o := w.Detailed(okrtest.Megan, "Launch", "", okr.Details{Delegate: okrtest.Adele.Person, CheckInOwner: okrtest.Lee.Person})
	kr := w.KeyResult(okrtest.Lee, o, 10)
	require.True(t, w.View(okrtest.Alex, o).MayEdit, "an admin")
	require.True(t, w.View(okrtest.Adele, o).MayEdit, "the delegate")
	require.False(t, w.View(okrtest.Lee, o).MayEdit)
	require.True(t, w.View(okrtest.Lee, o).MayCheckIn, "who is asked for check-ins")
	require.True(t, w.View(okrtest.Megan, kr).MayEdit, "who owns the objective above")
	require.False(t, w.View(okrtest.Adele, kr).MayEdit)

	_, err := w.Plan.SaveGoal(t.Context(), okrtest.Adele, okrtest.Form(w.View(okrtest.Adele, o), func(in *okr.GoalInput) { in.Owner = okrtest.Adele.Person }))
	w.RequireRefused(okr.Forbidden, err, "Delegates can't change owners", okrtest.Megan.Name)
	w.Save(okrtest.Adele, okrtest.Form(w.View(okrtest.Adele, o), func(in *okr.GoalInput) { in.Title = "Launch it" }))

	only := w.Save(okrtest.Megan, okrtest.Form(w.View(okrtest.Megan, o), func(in *okr.GoalInput) {
		in.Details.OnlyEditors = true
		in.Details.Editors = []okr.Person{okrtest.Lee.Person}
	}))
	require.True(t, only.MayEdit)
	require.True(t, w.View(okrtest.Lee, o).MayEdit, "a chosen editor")
	require.False(t, w.View(okrtest.Alex, o).MayEdit, "not even an admin")
	_, err = w.Plan.SaveGoal(t.Context(), okrtest.Alex, okrtest.Form(w.View(okrtest.Alex, o), func(in *okr.GoalInput) { in.Title = "Mine" }))
	w.RequireRefused(okr.Forbidden, err, okrtest.Megan.Name, "editors")
}

func TestWhoMayCreate(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	create := func(who okr.Actor, level okr.Level) error {
		_, err := w.Plan.SaveGoal(t.Context(), who, okr.GoalInput{Kind: okr.Objective, Title: "x", Period: okrtest.FirstQuarter(), Details: &okr.Details{Level: level}})
		return err
	}
	require.NoError(t, create(okrtest.Megan, okr.LevelTeam))
	require.NoError(t, create(okrtest.Megan, okr.LevelIndividual))
	w.RequireRefused(okr.Forbidden, create(okrtest.Megan, okr.LevelOrganization), "organization", "An admin")
	require.NoError(t, create(okrtest.Alex, okr.LevelOrganization))
	in := okr.SettingsOf(okr.Settings{Bands: okr.DefaultBands()})
	in.CreateRule = okr.CreateRule{Organization: okr.CreateByChosen, Team: okr.CreateByAdmins, People: []okr.Person{okrtest.Megan.Person}}
	_, err := w.Plan.SaveSettings(t.Context(), okrtest.Alex, in)
	require.NoError(t, err)
	require.NoError(t, create(okrtest.Megan, okr.LevelOrganization))
	w.RequireRefused(okr.Forbidden, create(okrtest.Megan, okr.LevelTeam), "team")
	w.RequireRefused(okr.Forbidden, create(okrtest.Adele, okr.LevelOrganization))
}

func TestWhoMayExport(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	may := func(who okr.Actor, scope okr.ExportScope) error {
		settings, err := w.Access.Settings(t.Context(), who.Tenant)
		require.NoError(t, err)
		return w.Access.MayExport(t.Context(), settings, who, scope)
	}
	require.NoError(t, may(okrtest.Alex, okr.ExportAll))
	require.NoError(t, may(okrtest.Megan, okr.ExportVisible))
	w.RequireRefused(okr.Forbidden, may(okrtest.Megan, okr.ExportAll), "Only an admin", "that you see")
	w.RequireRefused(okr.Forbidden, may(okrtest.Megan, "everything"), "Only an admin")
	w.RequireRefused(okr.Forbidden, may(okrtest.Guest, okr.ExportVisible), "Guests")
	settings, err := w.Access.Settings(t.Context(), okrtest.Contoso)
	require.NoError(t, err)
	in := okr.SettingsOf(settings)
	in.ExportBy = okr.ExportByAdmins
	_, err = w.Plan.SaveSettings(t.Context(), okrtest.Alex, in)
	require.NoError(t, err)
	require.NoError(t, may(okrtest.Alex, okr.ExportVisible))
	w.RequireRefused(okr.Forbidden, may(okrtest.Megan, okr.ExportVisible), "Only admins can export")
}
