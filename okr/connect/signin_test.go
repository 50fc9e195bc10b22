package connect_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
)

func TestTheLatestSignInIsUsed(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	w.Advance(time.Minute)
	c := w.SignIn(okrtest.Alex)
	c.ID, c.Account.UserName, c.SignedInAt = "another account", "alex@fabrikam.example", w.Now()
	w.Advance(-30 * time.Second)
	w.SignIn(okrtest.Alex)
	_, err := w.Connect.SignedIn(t.Context(), okrtest.Contoso, c)
	require.NoError(t, err)
	accounts, err := w.Connect.Accounts(t.Context(), okrtest.Alex)
	require.NoError(t, err)
	require.Len(t, accounts, 2)
	require.Equal(t, "alex@fabrikam.example", w.NewConnection(okrtest.Alex, "Fiber", false).Account)
}

func TestSignOutStopsAndSignInHeals(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	kr := w.Bound(okrtest.Alex, w.Objective(okrtest.Alex, "Launch"), c, okrtest.LaunchBugs)
	stopped, err := w.Connect.SignOut(t.Context(), okrtest.Alex)
	require.NoError(t, err)
	require.Equal(t, []okr.ConnectionID{c.ID}, ids(stopped))
	require.Equal(t, okr.HealthNeedsSignIn, stopped[0].Health.State)
	accounts, err := w.Connect.Accounts(t.Context(), okrtest.Alex)
	require.NoError(t, err)
	require.Empty(t, accounts)

	w.Cloud.ResetCalls()
	report, err := w.Measure.SyncConnection(t.Context(), okrtest.Contoso, c.ID, nil, 0)
	require.NoError(t, err, "trying again soon would not help")
	w.RequireRefused(okr.SignIn, report.Failure)
	require.Empty(t, w.Cloud.Calls())
	require.Empty(t, report.Notices, "who signed out knows it")
	require.Equal(t, kr, report.Rows[0].Goal.ID)
	require.True(t, report.Rows[0].Goal.Binding.Health.Failing(), "the row shows the goal as it stands after")

	w.SignIn(okrtest.Alex)
	got, err := w.Connect.Connection(t.Context(), okrtest.Alex, c.ID)
	require.NoError(t, err)
	require.False(t, got.Health.Failing())
	report, err = w.Measure.SyncConnection(t.Context(), okrtest.Contoso, c.ID, nil, 0)
	require.NoError(t, err)
	require.NoError(t, report.Failure)
	v, err := w.Plan.Goal(t.Context(), okrtest.Alex, kr)
	require.NoError(t, err)
	require.False(t, v.Stale)
	healed, err := w.Connect.SignedIn(t.Context(), okrtest.Contoso, w.Credential(okrtest.Alex))
	require.NoError(t, err)
	require.Empty(t, healed, "what works need not be healed")
}
