package connect_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/okr"
	"okrbot/okr/okrtest"
)

func ids(list []okr.Connection) []okr.ConnectionID {
	var out []okr.ConnectionID
	for _, c := range list {
		out = append(out, c.ID)
	}
	return out
}

func TestAConnectionIsMade(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	in := okrtest.FiberConnection("  Fiber \n launch ")
	in.Organization, in.Project = "https://dev.azure.com/contoso/", "Fiber Portal" // pasted, and a former name
	c, err := w.Connect.SaveConnection(t.Context(), okrtest.Alex, in)
	require.NoError(t, err)
	require.Equal(t, "Fiber launch", c.Name)
	require.Equal(t, adotest.OrgContoso, c.Organization)
	want := w.Fiber().Project
	want.URL = w.Cloud.BaseURL() + "/contoso/Fabrikam%20Fiber"
	require.Equal(t, want, c.Project)
	require.Equal(t, okrtest.AccessOf(okrtest.Alex).Credential, c.Credential)
	require.True(t, w.Store.Planned(okr.Due{Kind: okr.DueSync, Tenant: okrtest.Contoso, ID: string(c.ID)}))
	got, err := w.Connect.Connection(t.Context(), okrtest.Alex, c.ID)
	require.NoError(t, err)
	require.Equal(t, c.Name, got.Name)
}

// TestANewConnectionNeedsNoName: it has that of its organization and project, where that is taken
// also its owner's, and then a number. One that is edited keeps a name.
func TestANewConnectionNeedsNoName(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	for _, want := range []string{"contoso / Fabrikam Fiber", "contoso / Fabrikam Fiber (Alex Wilber)", "contoso / Fabrikam Fiber (2)", "contoso / Fabrikam Fiber (3)"} {
		c, err := w.Connect.SaveConnection(t.Context(), okrtest.Alex, okrtest.FiberConnection(" \t"))
		require.NoError(t, err)
		require.Equal(t, want, c.Name)
		in := okrtest.FiberConnection(" ")
		in.Editing = c.ID
		_, err = w.Connect.SaveConnection(t.Context(), okrtest.Alex, in)
		w.RequireRefused(okr.Invalid, err)
		require.Equal(t, "name", okr.FieldOf(err))
	}
}

func TestConnectionsAreChecked(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	w.SignIn(okrtest.Lee)
	for _, c := range []struct {
		name, field string
		who         okr.Actor
		change      func(*okr.ConnectionInput)
		kind        okr.Kind
	}{
		{"a long name", "name", okrtest.Alex, func(in *okr.ConnectionInput) { in.Name = strings.Repeat("ä", 81) }, okr.Invalid},
		{"no project", "project", okrtest.Alex, func(in *okr.ConnectionInput) { in.Project = " " }, okr.Invalid},
		{"no organization", "organization", okrtest.Alex, func(in *okr.ConnectionInput) { in.Organization = "" }, okr.Invalid},
		{"another site", "organization", okrtest.Alex, func(in *okr.ConnectionInput) { in.Organization = "https://example.com/x" }, okr.Invalid},
		{"no such project", "project", okrtest.Alex, func(in *okr.ConnectionInput) { in.Project = "Nope" }, okr.NotFound},
		{"no member", "project", okrtest.Lee, func(*okr.ConnectionInput) {}, okr.NoAccess},
		{"not signed in", "", okrtest.Megan, func(*okr.ConnectionInput) {}, okr.SignIn},
		{"a guest", "", okrtest.Guest, func(*okr.ConnectionInput) {}, okr.Forbidden},
		{"somebody else's sign-in", "", okrtest.Lee, func(in *okr.ConnectionInput) { in.Credential = okrtest.AccessOf(okrtest.Alex).Credential }, okr.Forbidden},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			in := okrtest.FiberConnection("Fiber")
			c.change(&in)
			_, err := w.Connect.SaveConnection(t.Context(), c.who, in)
			w.RequireRefused(c.kind, err)
			require.Equal(t, c.field, okr.FieldOf(err))
		})
	}
}

func TestTwoConnectionsOfANameAreRefused(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	w.SignIn(okrtest.Megan)
	first := w.NewConnection(okrtest.Alex, "Fiber", false)
	_, err := w.Connect.SaveConnection(t.Context(), okrtest.Megan, okrtest.FiberConnection("FIBER"))
	w.RequireRefused(okr.Conflict, err, "already a connection named FIBER")
	require.Equal(t, "name", okr.FieldOf(err))
	second := w.NewConnection(okrtest.Megan, "Other", false)
	in := okrtest.FiberConnection("fiber")
	in.Editing = second.ID
	_, err = w.Connect.SaveConnection(t.Context(), okrtest.Megan, in)
	w.RequireRefused(okr.Conflict, err)
	in = okrtest.FiberConnection("fiber")
	in.Editing = first.ID
	_, err = w.Connect.SaveConnection(t.Context(), okrtest.Alex, in)
	require.NoError(t, err, "its own name")
}

func TestOneOfManyTakesAName(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	errs := make([]error, 8)
	var wait sync.WaitGroup
	for n := range errs {
		wait.Go(func() {
			_, errs[n] = w.Connect.SaveConnection(t.Context(), okrtest.Alex, okrtest.FiberConnection("The one"))
		})
	}
	wait.Wait()
	made := 0
	for _, err := range errs {
		if err == nil {
			made++
		} else {
			w.RequireRefused(okr.Conflict, err)
		}
	}
	require.Equal(t, 1, made)
	list, err := w.Connect.OwnConnections(t.Context(), okrtest.Alex)
	require.NoError(t, err)
	require.Len(t, list, 1)
}

func TestWhoSeesWhichConnections(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	w.SignIn(okrtest.Megan)
	private, shared := w.NewConnection(okrtest.Megan, "Private", false), w.NewConnection(okrtest.Megan, "Shared", true)
	own := w.NewConnection(okrtest.Alex, "Own", false)
	list, err := w.Connect.Connections(t.Context(), okrtest.Alex)
	require.NoError(t, err)
	require.Equal(t, []okr.ConnectionID{own.ID, shared.ID}, ids(list), "own first; an admin cannot bind through private ones")
	list, err = w.Connect.AllConnections(t.Context(), okrtest.Alex)
	require.NoError(t, err)
	require.Equal(t, []okr.ConnectionID{own.ID, shared.ID, private.ID}, ids(list), "an admin sees all")
	list, err = w.Connect.AllConnections(t.Context(), okrtest.Adele)
	require.NoError(t, err)
	require.Equal(t, []okr.ConnectionID{shared.ID}, ids(list))

	_, err = w.Connect.Connection(t.Context(), okrtest.Adele, private.ID)
	w.RequireRefused(okr.Forbidden, err, okrtest.Megan.Name)
	require.Equal(t, []okr.Step{{Kind: okr.StepConnect}}, okr.NextOf(err))
	_, err = w.Connect.Connection(t.Context(), okrtest.Alex, private.ID)
	require.NoError(t, err)
	_, err = w.Measure.SearchQueries(t.Context(), okrtest.Alex, private.ID, "launch")
	w.RequireRefused(okr.Forbidden, err, "private")
	_, err = w.Measure.ChooseQuery(t.Context(), okrtest.Adele, private.ID, w.FiberQuery(okrtest.LaunchBugs))
	w.RequireRefused(okr.Forbidden, err)
	_, err = w.Connect.Connection(t.Context(), okrtest.Alex, "C99")
	w.RequireRefused(okr.NotFound, err, "C99")
	require.Equal(t, []okr.Step{{Kind: okr.StepConnections}}, okr.NextOf(err))
	chosen, err := w.Measure.ChooseQuery(t.Context(), okrtest.Adele, shared.ID, w.FiberQuery(okrtest.LaunchBugs))
	require.NoError(t, err, "through the shared one, with its owner's access")
	require.Contains(t, chosen.Types, "Bug")
}

func TestOnlyTheOwnerEdits(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	w.SignIn(okrtest.Megan)
	c := w.NewConnection(okrtest.Megan, "Hers", true)
	in := okrtest.FiberConnection("Mine now")
	in.Editing = c.ID
	_, err := w.Connect.SaveConnection(t.Context(), okrtest.Alex, in)
	w.RequireRefused(okr.Forbidden, err, okrtest.Megan.Name)
	_, _, err = w.Connect.ShareConnection(t.Context(), okrtest.Alex, c.ID, false)
	w.RequireRefused(okr.Forbidden, err, okrtest.Megan.Name)
	_, err = w.Connect.DeleteConnection(t.Context(), okrtest.Adele, c.ID)
	w.RequireRefused(okr.Forbidden, err, "admin")
	c, _, err = w.Connect.ShareConnection(t.Context(), okrtest.Megan, c.ID, false)
	require.NoError(t, err)
	require.False(t, c.Shared)
	in.Project, in.Shared = adotest.ProjectPay, true
	c, err = w.Connect.SaveConnection(t.Context(), okrtest.Megan, in)
	require.NoError(t, err)
	require.Equal(t, "Mine now", c.Name)
	require.Equal(t, adotest.ProjectPay, c.Project.Name)
	require.Equal(t, okrtest.Megan.Person, c.Owner)
	in.Editing = "C99"
	_, err = w.Connect.SaveConnection(t.Context(), okrtest.Megan, in)
	w.RequireRefused(okr.NotFound, err)
}

func TestDeletingAConnectionKeepsTheValues(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	o := w.Objective(okrtest.Alex, "Launch")
	kr := w.Bound(okrtest.Alex, o, c, okrtest.LaunchBugs)
	deleted, err := w.Connect.DeleteConnection(t.Context(), okrtest.Alex, c.ID)
	require.NoError(t, err)
	require.Equal(t, c.ID, deleted.ID)
	v, err := w.Plan.Goal(t.Context(), okrtest.Alex, kr)
	require.NoError(t, err)
	require.InDelta(t, 40, *v.Goal.Metric.Current, 1e-9)
	require.Equal(t, okr.HealthUnbound, v.Goal.Binding.Health.State)
	require.Contains(t, v.Goal.Binding.Health.Problem, "Alex Wilber deleted the connection")
	require.True(t, v.Stale)
	require.False(t, w.Store.Planned(okr.Due{Kind: okr.DueSync, Tenant: okrtest.Contoso, ID: string(c.ID)}))
	s, err := w.Store.Snapshot(t.Context(), okrtest.Contoso, c.Credential, w.FiberQuery(okrtest.LaunchBugs))
	require.NoError(t, err)
	require.Nil(t, s, "what nobody needs is forgotten")
	_, err = w.Measure.SyncJobs(t.Context(), okrtest.Alex, kr)
	w.RequireRefused(okr.Invalid, err)
	_, err = w.Connect.DeleteConnection(t.Context(), okrtest.Alex, c.ID)
	w.RequireRefused(okr.NotFound, err)

	report, err := w.Measure.SyncConnection(t.Context(), okrtest.Contoso, c.ID, nil, 0)
	require.NoError(t, err, "a task that is left over does nothing")
	require.Empty(t, report.Rows)
}

func TestFindingTheWayToAProject(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	names, err := w.Connect.Organizations(t.Context(), okrtest.Alex, "")
	require.NoError(t, err)
	require.Equal(t, []string{adotest.OrgContoso, adotest.OrgFabrikam}, names)
	v, err := w.Connect.RemoteProjects(t.Context(), okrtest.Alex, "", "https://dev.azure.com/contoso/Payments/_boards")
	require.NoError(t, err)
	require.Equal(t, []string{"contoso", "Payments"}, []string{v.Name, v.Project})
	require.Len(t, v.Projects, 2)
	_, err = w.Connect.RemoteProjects(t.Context(), okrtest.Alex, "", "https://example.com")
	w.RequireRefused(okr.Invalid, err)
	_, err = w.Connect.Organizations(t.Context(), okrtest.Megan, "")
	w.RequireRefused(okr.SignIn, err)
	require.Equal(t, []okr.Step{{Kind: okr.StepSignIn}}, okr.NextOf(err))
	_, err = w.Connect.Organizations(t.Context(), okrtest.Megan, okrtest.AccessOf(okrtest.Alex).Credential)
	w.RequireRefused(okr.Forbidden, err)

	w.SignIn(okrtest.Adele)
	require.True(t, w.Cloud.UpdateUser(adotest.AdeleOID, func(u *adotest.User) { u.Access[0].Projects = []string{"none of these"} }))
	_, err = w.Connect.RemoteProjects(t.Context(), okrtest.Adele, "", adotest.OrgContoso)
	w.RequireRefused(okr.NoAccess, err, "sees no project", "administrator")
	require.Equal(t, "organization", okr.FieldOf(err))
}

func TestTenantsAreApart(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", true)
	o := w.Objective(okrtest.Alex, "Launch")
	stranger := okrtest.Alex
	stranger.Tenant = "another-tenant"
	_, err := w.Plan.Goal(t.Context(), stranger, o)
	w.RequireRefused(okr.NotFound, err)
	_, err = w.Connect.Connection(t.Context(), stranger, c.ID)
	w.RequireRefused(okr.NotFound, err)
	list, err := w.Connect.AllConnections(t.Context(), stranger)
	require.NoError(t, err)
	require.Empty(t, list)
	goals, err := w.Plan.Goals(t.Context(), stranger)
	require.NoError(t, err)
	require.Empty(t, goals)
	accounts, err := w.Connect.Accounts(t.Context(), stranger)
	require.NoError(t, err)
	require.Empty(t, accounts)
}
