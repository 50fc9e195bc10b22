package connect_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
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

// TestForeignOrganizationsSayWhereToSignIn: in whichever way an organization of another
// tenant refuses the account, the person is sent to that tenant; what is refused for
// another reason, or by an organization that does not say, is said as it is.
func TestForeignOrganizationsSayWhereToSignIn(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	there := []okr.Step{{Kind: okr.StepSignIn, SignIn: okr.SignInAt{Tenant: adotest.ForeignTenantID, Organization: adotest.OrgForeign}}}
	for _, mode := range []adotest.Mode{adotest.ModeNameForeignUser, adotest.ModeOmitTenantHeader} {
		require.NoError(t, w.Cloud.Switch(mode, true))
		_, err := w.Connect.RemoteProjects(t.Context(), okrtest.Alex, "", adotest.OrgForeign)
		w.RequireRefused(okr.SignIn, err, "northwind", "another Microsoft Entra tenant")
		require.Equal(t, there, okr.NextOf(err))
		_, err = w.Connect.SaveConnection(t.Context(), okrtest.Alex, okr.ConnectionInput{Name: "Traders", Organization: adotest.OrgForeign, Project: "Traders"})
		w.RequireRefused(okr.SignIn, err)
		require.Equal(t, there, okr.NextOf(err))
		_, err = w.Connect.RemoteProjects(t.Context(), okrtest.Megan, "", adotest.OrgForeign) // not signed in at all
		require.Equal(t, there, okr.NextOf(err))
	}
	_, err := w.Connect.RemoteProjects(t.Context(), okrtest.Megan, "", adotest.OrgContoso)
	require.Equal(t, []okr.Step{{Kind: okr.StepSignIn}}, okr.NextOf(err), "the usual sign-in leads home")

	w.SignIn(okrtest.Adele)
	require.True(t, w.Cloud.Revoke(adotest.AdeleOID, adotest.OrgContoso))
	_, err = w.Connect.RemoteProjects(t.Context(), okrtest.Adele, "", adotest.OrgContoso)
	w.RequireRefused(okr.NoAccess, err, "may not be a member")
}

// TestSignInLeavesAProjectThatIsGone: signing in brings back what had ended with the
// sign-in, and no project.
func TestSignInLeavesAProjectThatIsGone(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	for state, healed := range map[okr.HealthState]bool{okr.HealthNeedsSignIn: true, okr.HealthProjectGone: false} {
		c := w.NewConnection(okrtest.Alex, string(state), false)
		_, err := w.Store.Connections().Update(t.Context(), okrtest.Contoso, c.ID, func(c *okr.Connection) error {
			c.Health = okr.Health{State: state, NoticeAt: w.Now()}
			return nil
		})
		require.NoError(t, err)
		_, err = w.Connect.SignedIn(t.Context(), okrtest.Contoso, w.Credential(okrtest.Alex))
		require.NoError(t, err)
		c, err = w.Store.Connections().Get(t.Context(), okrtest.Contoso, c.ID)
		require.NoError(t, err)
		require.Equal(t, healed, !c.Health.Failing(), state)
	}
}
