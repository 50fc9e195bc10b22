package access_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
)

func TestOnlyAdminsSwitchTheIntegration(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	adminGuest := okrtest.Alex
	adminGuest.Guest = true
	elsewhere := okrtest.Alex
	elsewhere.Tenant = "another-tenant"
	for _, who := range []okr.Actor{okrtest.Megan, okrtest.Guest, adminGuest, elsewhere} {
		_, err := w.Access.Enable(t.Context(), who)
		w.RequireRefused(okr.Forbidden, err, "Only an admin")
		_, err = w.Access.Disable(t.Context(), who)
		w.RequireRefused(okr.Forbidden, err)
		_, err = w.Access.AddAdmin(t.Context(), who, who.Person)
		w.RequireRefused(okr.Forbidden, err)
	}
	in, err := w.Access.Integration(t.Context(), okrtest.Megan)
	require.NoError(t, err)
	require.False(t, in.Settings.Enabled)
	require.False(t, in.Settings.Ever)
	require.False(t, in.IsAdmin)
	require.Equal(t, []string{"1 person not seen in okrbot yet"}, in.Admins, "the configuration knows no names")
	require.Equal(t, []okr.UserID{okrtest.Alex.ID}, w.Access.UnmetAdmins(t.Context(), in.Settings))
	require.NoError(t, w.Access.Meet(t.Context(), okrtest.Contoso, okrtest.Alex.Person))
	require.NoError(t, w.Access.Meet(t.Context(), okrtest.Contoso, okrtest.Alex.Person), "twice is no matter")
	require.Equal(t, []string{okrtest.Alex.Name}, w.Access.AdminList(t.Context(), in.Settings))
	require.Empty(t, w.Access.UnmetAdmins(t.Context(), in.Settings))

	in, err = w.Access.Enable(t.Context(), okrtest.Alex)
	require.NoError(t, err)
	require.True(t, in.Settings.Enabled)
	require.True(t, in.IsAdmin)
	require.Equal(t, []string{okrtest.Alex.Name}, in.Admins)
	_, err = w.Access.AddAdmin(t.Context(), okrtest.Alex, okrtest.Megan.Person)
	require.NoError(t, err)
	_, err = w.Access.AddAdmin(t.Context(), okrtest.Alex, okrtest.Megan.Person)
	require.NoError(t, err)
	in, err = w.Access.Disable(t.Context(), okrtest.Megan)
	require.NoError(t, err)
	require.Len(t, in.Admins, 2)
	require.Equal(t, okrtest.Megan.Name, in.Admins[0])
	require.True(t, in.Settings.Ever)
}

func TestTheSecondPressChangesNothing(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	first, err := w.Access.Enable(t.Context(), okrtest.Alex)
	require.NoError(t, err)
	_, err = w.Access.AddAdmin(t.Context(), okrtest.Alex, okrtest.Megan.Person)
	require.NoError(t, err)
	w.Advance(time.Hour)
	second, err := w.Access.Enable(t.Context(), okrtest.Megan)
	require.NoError(t, err)
	require.Equal(t, first.Settings.ChangedBy, second.Settings.ChangedBy)
	require.Equal(t, first.Settings.ChangedAt, second.Settings.ChangedAt)
}

func TestNothingWorksWhileDisabled(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	w.SignIn(okrtest.Alex)
	try := func(who okr.Actor) []error {
		_, connect := w.Connect.SaveConnection(t.Context(), who, okrtest.FiberConnection("Fiber"))
		_, preview := w.Measure.PreviewBinding(t.Context(), who, okr.BindInput{Goal: "KR1"})
		_, jobs := w.Measure.SyncJobs(t.Context(), who, "")
		return []error{connect, preview, jobs}
	}
	for _, err := range try(okrtest.Alex) {
		w.RequireRefused(okr.Disabled, err)
		require.Equal(t, []okr.Step{{Kind: okr.StepEnable}}, okr.NextOf(err))
	}
	for _, err := range try(okrtest.Megan) {
		w.RequireRefused(okr.Disabled, err, "Ask an admin")
	}
	require.Empty(t, w.Cloud.Calls())
}

// TestDigestsNeedNoIntegration: they come before it is ever enabled, and stop once an admin has disabled it.
func TestDigestsNeedNoIntegration(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	subscribe := func() error {
		_, err := w.Notify.Subscribe(t.Context(), okrtest.Megan, okrtest.Channel("1"), okr.DigestPlan{})
		return err
	}
	require.NoError(t, subscribe())
	_, err := w.Access.Enable(t.Context(), okrtest.Alex)
	require.NoError(t, err)
	require.NoError(t, subscribe())
	_, err = w.Access.Disable(t.Context(), okrtest.Alex)
	require.NoError(t, err)
	w.RequireRefused(okr.Disabled, subscribe(), "digests are off", "Ask an admin: "+okrtest.Alex.Name)
}

func TestTheStoreBeingDownIsSaid(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	w.Store.Down.Store(true)
	_, err := w.Access.Integration(t.Context(), okrtest.Alex)
	w.RequireRefused(okr.Unavailable, err)
	_, err = w.Plan.Goals(t.Context(), okrtest.Alex)
	w.RequireRefused(okr.Unavailable, err)
	_, err = w.Measure.SyncConnection(t.Context(), okrtest.Contoso, "C1", nil, 0)
	w.RequireRefused(okr.Unavailable, err)
}

func TestAdminsAreTakenBack(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	_, err := w.Access.AddAdmin(t.Context(), okrtest.Alex, okrtest.Megan.Person)
	require.NoError(t, err)
	_, err = w.Access.RemoveAdmin(t.Context(), okrtest.Adele, okrtest.Megan.Person)
	w.RequireRefused(okr.Forbidden, err)
	_, err = w.Access.RemoveAdmin(t.Context(), okrtest.Megan, okrtest.Alex.Person)
	w.RequireRefused(okr.Invalid, err, "ADMIN_OBJECT_IDS")
	_, err = w.Access.RemoveAdmin(t.Context(), okrtest.Alex, okrtest.Megan.Person)
	require.NoError(t, err)
	_, err = w.Access.Enable(t.Context(), okrtest.Megan)
	w.RequireRefused(okr.Forbidden, err)
}

// A turn goes by the settings that it began with, until it changes them; another tenant's
// are none of its own.
func TestATurnGoesByItsSettings(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	settings, err := w.Access.Settings(t.Context(), okrtest.Contoso)
	require.NoError(t, err)
	turn := okr.WithSettings(t.Context(), settings)
	_, err = w.Access.Enable(t.Context(), okrtest.Alex) // somebody else, meanwhile
	require.NoError(t, err)
	w.RequireRefused(okr.Disabled, w.Access.RequireEnabled(turn, okrtest.Alex))
	require.NoError(t, w.Access.RequireEnabled(t.Context(), okrtest.Alex))

	settings, err = w.Access.AddAdmin(turn, okrtest.Alex, okrtest.Megan.Person)
	require.NoError(t, err)
	require.True(t, settings.Enabled, "what is changed is what is stored")
	require.NoError(t, w.Access.RequireEnabled(turn, okrtest.Megan))
	require.NoError(t, w.Access.RequireAdmin(turn, okrtest.Megan))

	other, err := w.Access.Settings(okr.WithSettings(t.Context(), settings), "another-tenant")
	require.NoError(t, err)
	require.Equal(t, okr.DefaultSettings("another-tenant"), other)
}

// A right that was taken away while a turn ran is none in it, where something is written.
func TestATurnHasNoRightThatWasTakenAway(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	g := w.Objective(okrtest.Alex, "Ship it")
	_, err := w.Access.AddAdmin(t.Context(), okrtest.Alex, okrtest.Megan.Person)
	require.NoError(t, err)
	settings, err := w.Access.Settings(t.Context(), okrtest.Contoso)
	require.NoError(t, err)
	tries := map[string]func(turn context.Context) error{
		"add admin": func(turn context.Context) error {
			_, err := w.Access.AddAdmin(turn, okrtest.Megan, okrtest.Adele.Person)
			return err
		},
		"remove admin": func(turn context.Context) error {
			_, err := w.Access.RemoveAdmin(turn, okrtest.Megan, okrtest.Adele.Person)
			return err
		},
		"disable": func(turn context.Context) error { _, err := w.Access.Disable(turn, okrtest.Megan); return err },
		"settings": func(turn context.Context) error {
			_, err := w.Access.SaveSettings(turn, okrtest.Megan, okr.SettingsInput{TimeZone: "UTC", PlanningStart: settings.PlanningStart, Bands: settings.Bands})
			return err
		},
		"edit goal": func(turn context.Context) error {
			_, err := w.Plan.SaveGoal(turn, okrtest.Megan, okr.GoalInput{Editing: g, Kind: okr.Objective, Title: "Ship nothing", Version: 1})
			return err
		},
		"delete goal": func(turn context.Context) error { _, err := w.Plan.DeleteGoal(turn, okrtest.Megan, g); return err },
	}
	_, err = w.Access.RemoveAdmin(t.Context(), okrtest.Alex, okrtest.Megan.Person)
	require.NoError(t, err)
	before, err := w.Access.Settings(t.Context(), okrtest.Contoso)
	require.NoError(t, err)
	for name, try := range tries {
		t.Run(name, func(t *testing.T) { //nolint:paralleltest // they share a store
			okrtest.RequireKind(t, okr.Forbidden, try(okr.WithSettings(t.Context(), settings)))
		})
	}
	after, err := w.Access.Settings(t.Context(), okrtest.Contoso)
	require.NoError(t, err)
	require.Equal(t, before, after)
}
