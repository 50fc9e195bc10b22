package adosource_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/okr"
)

func (w *world) connect(who okr.Actor, name string, shared bool) okr.Connection {
	w.t.Helper()
	in := fiberConnection(name)
	in.Shared = shared
	c, err := w.Connect.SaveConnection(w.t.Context(), who, in)
	require.NoError(w.t, err)
	return c
}

func ids(list []okr.Connection) []okr.ConnectionID {
	var out []okr.ConnectionID
	for _, c := range list {
		out = append(out, c.ID)
	}
	return out
}

func TestAConnectionIsMade(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	in := fiberConnection("  Fiber \n launch ")
	in.Organization, in.Project = "https://dev.azure.com/contoso/", "Fiber Portal" // pasted, and a former name
	c, err := w.Connect.SaveConnection(t.Context(), alex, in)
	require.NoError(t, err)
	require.Equal(t, "Fiber launch", c.Name)
	require.Equal(t, adotest.OrgContoso, c.Organization)
	want := w.fiber().Project
	want.URL = w.cloud.BaseURL() + "/contoso/Fabrikam%20Fiber"
	require.Equal(t, want, c.Project)
	require.Equal(t, accessOf(alex).Credential, c.Credential)
	require.True(t, w.store.planned(okr.Due{Kind: okr.DueSync, Tenant: tenant, ID: string(c.ID)}))
	got, err := w.Connect.Connection(t.Context(), alex, c.ID)
	require.NoError(t, err)
	require.Equal(t, c.Name, got.Name)
}

func TestConnectionsAreChecked(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	w.signIn(lee)
	for _, c := range []struct {
		name, field string
		who         okr.Actor
		change      func(*okr.ConnectionInput)
		kind        okr.Kind
	}{
		{"no name", "name", alex, func(in *okr.ConnectionInput) { in.Name = " \t" }, okr.Invalid},
		{"a long name", "name", alex, func(in *okr.ConnectionInput) { in.Name = strings.Repeat("ä", 81) }, okr.Invalid},
		{"no project", "project", alex, func(in *okr.ConnectionInput) { in.Project = " " }, okr.Invalid},
		{"no organization", "organization", alex, func(in *okr.ConnectionInput) { in.Organization = "" }, okr.Invalid},
		{"another site", "organization", alex, func(in *okr.ConnectionInput) { in.Organization = "https://example.com/x" }, okr.Invalid},
		{"no such project", "project", alex, func(in *okr.ConnectionInput) { in.Project = "Nope" }, okr.NotFound},
		{"no member", "project", lee, func(*okr.ConnectionInput) {}, okr.NoAccess},
		{"not signed in", "", megan, func(*okr.ConnectionInput) {}, okr.SignIn},
		{"a guest", "", guest, func(*okr.ConnectionInput) {}, okr.Forbidden},
		{"somebody else's sign-in", "", lee, func(in *okr.ConnectionInput) { in.Credential = accessOf(alex).Credential }, okr.Forbidden},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			in := fiberConnection("Fiber")
			c.change(&in)
			_, err := w.Connect.SaveConnection(t.Context(), c.who, in)
			w.requireRefused(c.kind, err)
			require.Equal(t, c.field, okr.FieldOf(err))
		})
	}
}

func TestTwoConnectionsOfANameAreRefused(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	w.signIn(megan)
	first := w.connect(alex, "Fiber", false)
	_, err := w.Connect.SaveConnection(t.Context(), megan, fiberConnection("FIBER"))
	w.requireRefused(okr.Conflict, err, "already a connection named FIBER")
	require.Equal(t, "name", okr.FieldOf(err))
	second := w.connect(megan, "Other", false)
	in := fiberConnection("fiber")
	in.Editing = second.ID
	_, err = w.Connect.SaveConnection(t.Context(), megan, in)
	w.requireRefused(okr.Conflict, err)
	in = fiberConnection("fiber")
	in.Editing = first.ID
	_, err = w.Connect.SaveConnection(t.Context(), alex, in)
	require.NoError(t, err, "its own name")
}

func TestOneOfManyTakesAName(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	errs := make([]error, 8)
	var wait sync.WaitGroup
	for n := range errs {
		wait.Go(func() { _, errs[n] = w.Connect.SaveConnection(t.Context(), alex, fiberConnection("The one")) })
	}
	wait.Wait()
	made := 0
	for _, err := range errs {
		if err == nil {
			made++
		} else {
			w.requireRefused(okr.Conflict, err)
		}
	}
	require.Equal(t, 1, made)
	list, err := w.Connect.OwnConnections(t.Context(), alex)
	require.NoError(t, err)
	require.Len(t, list, 1)
}

func TestWhoSeesWhichConnections(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	w.signIn(megan)
	private, shared := w.connect(megan, "Private", false), w.connect(megan, "Shared", true)
	own := w.connect(alex, "Own", false)
	list, err := w.Connect.Connections(t.Context(), alex)
	require.NoError(t, err)
	require.Equal(t, []okr.ConnectionID{own.ID, shared.ID}, ids(list), "own first; an admin cannot bind through private ones")
	list, err = w.Connect.AllConnections(t.Context(), alex)
	require.NoError(t, err)
	require.Equal(t, []okr.ConnectionID{own.ID, shared.ID, private.ID}, ids(list), "an admin sees all")
	list, err = w.Connect.AllConnections(t.Context(), adele)
	require.NoError(t, err)
	require.Equal(t, []okr.ConnectionID{shared.ID}, ids(list))

	_, err = w.Connect.Connection(t.Context(), adele, private.ID)
	w.requireRefused(okr.Forbidden, err, megan.Name)
	require.Equal(t, []okr.Step{{Kind: okr.StepConnect}}, okr.NextOf(err))
	_, err = w.Connect.Connection(t.Context(), alex, private.ID)
	require.NoError(t, err)
	_, err = w.Measure.SearchQueries(t.Context(), alex, private.ID, "launch")
	w.requireRefused(okr.Forbidden, err, "private")
	_, err = w.Measure.ChooseQuery(t.Context(), adele, private.ID, w.fiberQuery(launchBugs))
	w.requireRefused(okr.Forbidden, err)
	_, err = w.Connect.Connection(t.Context(), alex, "C99")
	w.requireRefused(okr.NotFound, err, "C99")
	require.Equal(t, []okr.Step{{Kind: okr.StepConnections}}, okr.NextOf(err))
	chosen, err := w.Measure.ChooseQuery(t.Context(), adele, shared.ID, w.fiberQuery(launchBugs))
	require.NoError(t, err, "through the shared one, with its owner's access")
	require.Equal(t, 32, chosen.Count)
	require.Contains(t, chosen.Types, "Bug")
}

func TestOnlyTheOwnerEdits(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	w.signIn(megan)
	c := w.connect(megan, "Hers", true)
	in := fiberConnection("Mine now")
	in.Editing = c.ID
	_, err := w.Connect.SaveConnection(t.Context(), alex, in)
	w.requireRefused(okr.Forbidden, err, megan.Name)
	_, err = w.Connect.ShareConnection(t.Context(), alex, c.ID, false)
	w.requireRefused(okr.Forbidden, err, megan.Name)
	_, err = w.Connect.DeleteConnection(t.Context(), adele, c.ID)
	w.requireRefused(okr.Forbidden, err, "admin")
	c, err = w.Connect.ShareConnection(t.Context(), megan, c.ID, false)
	require.NoError(t, err)
	require.False(t, c.Shared)
	in.Project, in.Shared = adotest.ProjectPay, true
	c, err = w.Connect.SaveConnection(t.Context(), megan, in)
	require.NoError(t, err)
	require.Equal(t, "Mine now", c.Name)
	require.Equal(t, adotest.ProjectPay, c.Project.Name)
	require.Equal(t, megan.Person, c.Owner)
	in.Editing = "C99"
	_, err = w.Connect.SaveConnection(t.Context(), megan, in)
	w.requireRefused(okr.NotFound, err)
}

func TestDeletingAConnectionKeepsTheValues(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	c := w.connect(alex, "Fiber", false)
	o := w.objective(alex, "Launch")
	kr := w.bound(alex, o, c, launchBugs)
	deleted, err := w.Connect.DeleteConnection(t.Context(), alex, c.ID)
	require.NoError(t, err)
	require.Equal(t, c.ID, deleted.ID)
	v, err := w.Plan.Goal(t.Context(), alex, kr)
	require.NoError(t, err)
	require.InDelta(t, 40, *v.Goal.Metric.Current, 1e-9)
	require.Equal(t, okr.HealthUnbound, v.Goal.Binding.Health.State)
	require.Contains(t, v.Goal.Binding.Health.Problem, "deleted by Alex Wilber")
	require.True(t, v.Stale)
	require.False(t, w.store.planned(okr.Due{Kind: okr.DueSync, Tenant: tenant, ID: string(c.ID)}))
	s, err := w.store.Snapshot(t.Context(), tenant, c.Credential, w.fiberQuery(launchBugs))
	require.NoError(t, err)
	require.Nil(t, s, "what nobody needs is forgotten")
	_, err = w.Measure.SyncJobs(t.Context(), alex, kr)
	w.requireRefused(okr.Invalid, err)
	_, err = w.Connect.DeleteConnection(t.Context(), alex, c.ID)
	w.requireRefused(okr.NotFound, err)

	report, err := w.Measure.SyncConnection(t.Context(), tenant, c.ID, nil, 0)
	require.NoError(t, err, "a task that is left over does nothing")
	require.Empty(t, report.Rows)
}

func TestSignOutStopsAndSignInHeals(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	c := w.connect(alex, "Fiber", false)
	kr := w.bound(alex, w.objective(alex, "Launch"), c, launchBugs)
	stopped, err := w.Connect.SignOut(t.Context(), alex)
	require.NoError(t, err)
	require.Equal(t, []okr.ConnectionID{c.ID}, ids(stopped))
	require.Equal(t, okr.HealthNeedsSignIn, stopped[0].Health.State)
	accounts, err := w.Connect.Accounts(t.Context(), alex)
	require.NoError(t, err)
	require.Empty(t, accounts)

	w.cloud.ResetCalls()
	report, err := w.Measure.SyncConnection(t.Context(), tenant, c.ID, nil, 0)
	require.NoError(t, err, "trying again soon would not help")
	w.requireRefused(okr.SignIn, report.Failure)
	require.Empty(t, w.cloud.Calls())
	require.Empty(t, report.Notices, "who signed out knows it")
	require.Equal(t, kr, report.Rows[0].Goal.ID)
	require.True(t, report.Rows[0].Goal.Binding.Health.Failing(), "the row shows the goal as it stands after")

	w.signIn(alex)
	got, err := w.Connect.Connection(t.Context(), alex, c.ID)
	require.NoError(t, err)
	require.False(t, got.Health.Failing())
	report, err = w.Measure.SyncConnection(t.Context(), tenant, c.ID, nil, 0)
	require.NoError(t, err)
	require.NoError(t, report.Failure)
	v, err := w.Plan.Goal(t.Context(), alex, kr)
	require.NoError(t, err)
	require.False(t, v.Stale)
	healed, err := w.Connect.SignedIn(t.Context(), tenant, w.credential(alex))
	require.NoError(t, err)
	require.Empty(t, healed, "what works need not be healed")
}

func TestFindingTheWayToAProject(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	names, err := w.Connect.Organizations(t.Context(), alex, "")
	require.NoError(t, err)
	require.Equal(t, []string{adotest.OrgContoso, adotest.OrgFabrikam}, names)
	org, project, list, err := w.Connect.RemoteProjects(t.Context(), alex, "", "https://dev.azure.com/contoso/Payments/_boards")
	require.NoError(t, err)
	require.Equal(t, []string{"contoso", "Payments"}, []string{org, project})
	require.Len(t, list, 2)
	_, _, _, err = w.Connect.RemoteProjects(t.Context(), alex, "", "https://example.com")
	w.requireRefused(okr.Invalid, err)
	_, err = w.Connect.Organizations(t.Context(), megan, "")
	w.requireRefused(okr.SignIn, err)
	require.Equal(t, []okr.Step{{Kind: okr.StepSignIn}}, okr.NextOf(err))
	_, err = w.Connect.Organizations(t.Context(), megan, accessOf(alex).Credential)
	w.requireRefused(okr.Forbidden, err)

	w.signIn(adele)
	require.True(t, w.cloud.UpdateUser(adotest.AdeleOID, func(u *adotest.User) { u.Access[0].Projects = []string{"none of these"} }))
	_, _, _, err = w.Connect.RemoteProjects(t.Context(), adele, "", adotest.OrgContoso)
	w.requireRefused(okr.Invalid, err, "sees no project", "administrator")
	require.Equal(t, "organization", okr.FieldOf(err))
}

func TestTenantsAreApart(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	c := w.connect(alex, "Fiber", true)
	o := w.objective(alex, "Launch")
	stranger := alex
	stranger.Tenant = "another-tenant"
	_, err := w.Plan.Goal(t.Context(), stranger, o)
	w.requireRefused(okr.NotFound, err)
	_, err = w.Connect.Connection(t.Context(), stranger, c.ID)
	w.requireRefused(okr.NotFound, err)
	list, err := w.Connect.AllConnections(t.Context(), stranger)
	require.NoError(t, err)
	require.Empty(t, list)
	goals, total, err := w.Plan.Goals(t.Context(), stranger, okr.Page{})
	require.NoError(t, err)
	require.Empty(t, goals)
	require.Zero(t, total)
	accounts, err := w.Connect.Accounts(t.Context(), stranger)
	require.NoError(t, err)
	require.Empty(t, accounts)
}
