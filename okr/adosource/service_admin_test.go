package adosource_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/okr"
)

// enabled is a world in which the integration is on and Alex is signed in.
func enabled(t *testing.T, change ...func(*adotest.Options)) *world {
	t.Helper()
	w := newWorld(t, change...)
	_, err := w.Access.Enable(t.Context(), alex)
	require.NoError(t, err)
	w.signIn(alex)
	return w
}

func TestOnlyAdminsSwitchTheIntegration(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	adminGuest := alex
	adminGuest.Guest = true
	elsewhere := alex
	elsewhere.Tenant = "another-tenant"
	for _, who := range []okr.Actor{megan, guest, adminGuest, elsewhere} {
		_, err := w.Access.Enable(t.Context(), who)
		w.requireRefused(okr.Forbidden, err, "Only an admin")
		_, err = w.Access.Disable(t.Context(), who)
		w.requireRefused(okr.Forbidden, err)
		_, err = w.Access.AddAdmin(t.Context(), who, who.Person)
		w.requireRefused(okr.Forbidden, err)
	}
	in, err := w.Access.Integration(t.Context(), megan)
	require.NoError(t, err)
	require.False(t, in.Tenant.Enabled)
	require.False(t, in.Tenant.Ever)
	require.False(t, in.IsAdmin)
	require.Len(t, in.Admins, 1)
	require.Contains(t, in.Admins[0], adotest.AlexOID, "the configuration knows no names")

	in, err = w.Access.Enable(t.Context(), alex)
	require.NoError(t, err)
	require.True(t, in.Tenant.Enabled)
	require.True(t, in.IsAdmin)
	require.Equal(t, []string{alex.Name}, in.Admins)
	_, err = w.Access.AddAdmin(t.Context(), alex, megan.Person)
	require.NoError(t, err)
	_, err = w.Access.AddAdmin(t.Context(), alex, megan.Person)
	require.NoError(t, err)
	in, err = w.Access.Disable(t.Context(), megan)
	require.NoError(t, err)
	require.Len(t, in.Admins, 2)
	require.Equal(t, megan.Name, in.Admins[0])
	require.True(t, in.Tenant.Ever)
}

func TestTheSecondPressChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first, err := w.Access.Enable(t.Context(), alex)
	require.NoError(t, err)
	_, err = w.Access.AddAdmin(t.Context(), alex, megan.Person)
	require.NoError(t, err)
	w.advance(time.Hour)
	second, err := w.Access.Enable(t.Context(), megan)
	require.NoError(t, err)
	require.Equal(t, first.Tenant.ChangedBy, second.Tenant.ChangedBy)
	require.Equal(t, first.Tenant.ChangedAt, second.Tenant.ChangedAt)
}

func TestNothingWorksWhileDisabled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.signIn(alex)
	try := func(who okr.Actor) []error {
		_, connect := w.Connect.SaveConnection(t.Context(), who, fiberConnection("Fiber"))
		_, preview := w.Measure.PreviewBinding(t.Context(), who, okr.BindInput{Goal: "KR1"})
		_, jobs := w.Measure.SyncJobs(t.Context(), who, "")
		_, subscribe := w.Notify.Subscribe(t.Context(), who, channel("1"), okr.DigestPlan{})
		return []error{connect, preview, jobs, subscribe}
	}
	for _, err := range try(alex) {
		w.requireRefused(okr.Disabled, err)
		require.Equal(t, []okr.Step{{Kind: okr.StepEnable}}, okr.NextOf(err))
	}
	for _, err := range try(megan) {
		w.requireRefused(okr.Disabled, err, "An admin can")
	}
	require.Empty(t, w.cloud.Calls())
}

func TestTheStoreBeingDownIsSaid(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	w.store.down.Store(true)
	_, err := w.Access.Integration(t.Context(), alex)
	w.requireRefused(okr.Unavailable, err)
	_, _, err = w.Plan.Goals(t.Context(), alex, okr.Page{})
	w.requireRefused(okr.Unavailable, err)
	_, err = w.Measure.SyncConnection(t.Context(), tenant, "C1", nil, 0)
	w.requireRefused(okr.Unavailable, err)
}

func fiberConnection(name string) okr.ConnectionInput {
	return okr.ConnectionInput{Name: name, Organization: adotest.OrgContoso, Project: adotest.ProjectFiber}
}

func channel(id string) okr.Conversation {
	return okr.Conversation{Tenant: tenant, ID: "19:" + id, Kind: okr.Channel, Name: "Launch"}
}

func TestAdminsAreTakenBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.Access.AddAdmin(t.Context(), alex, megan.Person)
	require.NoError(t, err)
	_, err = w.Access.RemoveAdmin(t.Context(), adele, megan.Person)
	w.requireRefused(okr.Forbidden, err)
	_, err = w.Access.RemoveAdmin(t.Context(), megan, alex.Person)
	w.requireRefused(okr.Invalid, err, "ADMIN_OBJECT_IDS")
	_, err = w.Access.RemoveAdmin(t.Context(), alex, megan.Person)
	require.NoError(t, err)
	_, err = w.Access.Enable(t.Context(), megan)
	w.requireRefused(okr.Forbidden, err)
}

func TestTheLatestSignInIsUsed(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	w.advance(time.Minute)
	c := w.signIn(alex)
	c.ID, c.Account.UserName, c.SignedInAt = "another account", "alex@fabrikam.example", w.clock()
	w.advance(-30 * time.Second)
	w.signIn(alex)
	_, err := w.Connect.SignedIn(t.Context(), tenant, c)
	require.NoError(t, err)
	accounts, err := w.Connect.Accounts(t.Context(), alex)
	require.NoError(t, err)
	require.Len(t, accounts, 2)
	require.Equal(t, "alex@fabrikam.example", w.connect(alex, "Fiber", false).Account)
}
