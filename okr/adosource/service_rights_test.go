package adosource_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
)

func (w *world) detailed(who okr.Actor, title string, parent okr.GoalID, d okr.Details) okr.GoalID {
	w.t.Helper()
	return w.save(who, okr.GoalInput{Kind: okr.Objective, Title: title, Parent: parent, Period: quarter(), Details: &d}).Goal.ID
}

func TestPrivateGoalsExistForTheirPeopleOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	secret := w.detailed(megan, "Secret plan", "", okr.Details{Private: true, Viewers: []okr.Person{adele.Person}})
	kr := w.keyResult(megan, secret, 10)
	shared := megan
	shared.Shared = true
	for _, who := range []okr.Actor{alex, lee, guest, shared} {
		for _, id := range []okr.GoalID{secret, kr} {
			_, err := w.Plan.Goal(t.Context(), who, id)
			w.requireRefused(okr.NotFound, err)
			_, err = w.Plan.History(t.Context(), who, id, noTime)
			w.requireRefused(okr.NotFound, err)
			_, err = w.Plan.DeleteGoal(t.Context(), who, id)
			w.requireRefused(okr.NotFound, err)
		}
		_, n, err := w.Plan.Search(t.Context(), who, "secret", okr.Page{})
		require.NoError(t, err)
		require.Zero(t, n, "not even counted")
		_, n, err = w.Plan.ListGoals(t.Context(), who, okr.Filter{}, okr.Page{Limit: 1})
		require.NoError(t, err)
		require.Zero(t, n)
		_, err = w.Plan.SaveGoal(t.Context(), who, okr.GoalInput{Kind: okr.KeyResult, Title: "x", Parent: secret, Metric: &okr.Metric{Name: "m", Target: 1}})
		require.Error(t, err)
	}
	v := w.view(adele, secret)
	require.False(t, v.MayEdit, "a viewer")
	require.Len(t, v.Children, 1, "what is below is private with it")
	_, n, err := w.Plan.Search(t.Context(), adele, "secret", okr.Page{})
	require.NoError(t, err)
	require.Equal(t, 1, n)

	w.save(megan, form(w.view(megan, secret), func(in *okr.GoalInput) { in.Details.Private = false }))
	require.Equal(t, secret, w.view(lee, secret).Goal.ID)
	require.Equal(t, kr, w.view(lee, kr).Goal.ID, "what is below it too")
}

func TestPrivateGoalsComeAfterTheOthersInPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var want []okr.GoalID
	for range 3 {
		w.detailed(megan, "Private", "", okr.Details{Private: true})
		want = append(want, w.objective(megan, "Public"))
	}
	want = append(want, "O1", "O3", "O5")
	for offset := range 7 {
		views, n, err := w.Plan.ListGoals(t.Context(), megan, okr.Filter{Kind: okr.Objective}, okr.Page{Offset: offset, Limit: 2})
		require.NoError(t, err)
		require.Equal(t, 6, n)
		var got []okr.GoalID
		for _, v := range views {
			got = append(got, v.Goal.ID)
		}
		require.ElementsMatch(t, want[min(offset, 6):min(offset+2, 6)], got, "page at %d", offset)
	}
	_, n, err := w.Plan.ListGoals(t.Context(), alex, okr.Filter{Kind: okr.Objective}, okr.Page{Limit: 2})
	require.NoError(t, err)
	require.Equal(t, 3, n)
}

func TestWhoMayEdit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := w.detailed(megan, "Launch", "", okr.Details{Delegate: adele.Person, CheckInOwner: lee.Person})
	kr := w.keyResult(lee, o, 10)
	require.True(t, w.view(alex, o).MayEdit, "an admin")
	require.True(t, w.view(adele, o).MayEdit, "the delegate")
	require.False(t, w.view(lee, o).MayEdit)
	require.True(t, w.view(lee, o).MayCheckIn, "who is asked for check-ins")
	require.True(t, w.view(megan, kr).MayEdit, "who owns the objective above")
	require.False(t, w.view(adele, kr).MayEdit)

	_, err := w.Plan.SaveGoal(t.Context(), adele, form(w.view(adele, o), func(in *okr.GoalInput) { in.Owner = adele.Person }))
	w.requireRefused(okr.Forbidden, err, "delegate", megan.Name)
	w.save(adele, form(w.view(adele, o), func(in *okr.GoalInput) { in.Title = "Launch it" }))

	only := w.save(megan, form(w.view(megan, o), func(in *okr.GoalInput) { in.Details.OnlyEditors = true; in.Details.Editors = []okr.Person{lee.Person} }))
	require.True(t, only.MayEdit)
	require.True(t, w.view(lee, o).MayEdit, "a chosen editor")
	require.False(t, w.view(alex, o).MayEdit, "not even an admin")
	_, err = w.Plan.SaveGoal(t.Context(), alex, form(w.view(alex, o), func(in *okr.GoalInput) { in.Title = "Mine" }))
	w.requireRefused(okr.Forbidden, err, megan.Name, "editors")
}

func TestWhoMayCreate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	create := func(who okr.Actor, level okr.Level) error {
		_, err := w.Plan.SaveGoal(t.Context(), who, okr.GoalInput{Kind: okr.Objective, Title: "x", Period: quarter(), Details: &okr.Details{Level: level}})
		return err
	}
	require.NoError(t, create(megan, okr.LevelTeam))
	require.NoError(t, create(megan, okr.LevelIndividual))
	w.requireRefused(okr.Forbidden, create(megan, okr.LevelOrganization), "organization", "An admin")
	require.NoError(t, create(alex, okr.LevelOrganization))
	in := okr.SettingsOf(okr.Tenant{Bands: okr.DefaultBands()})
	in.CreateRule = okr.CreateRule{Organization: okr.CreateByChosen, Team: okr.CreateByAdmins, People: []okr.Person{megan.Person}}
	_, err := w.Plan.SaveSettings(t.Context(), alex, in)
	require.NoError(t, err)
	require.NoError(t, create(megan, okr.LevelOrganization))
	w.requireRefused(okr.Forbidden, create(megan, okr.LevelTeam), "team")
	w.requireRefused(okr.Forbidden, create(adele, okr.LevelOrganization))
}
