package connect_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/okr"
	"okrbot/okr/okrtest"
)

// TestAnApplicationIsCheckedBeforeItIsKept: whatever is wrong with what an admin enters is
// said at its field, and nothing is kept.
func TestAnApplicationIsCheckedBeforeItIsKept(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	for name, c := range map[string]struct {
		change func(*okr.ApplicationInput)
		field  string
	}{
		"no name":                   {func(in *okr.ApplicationInput) { in.Name = " " }, "name"},
		"tenant by name":            {func(in *okr.ApplicationInput) { in.Tenant = "contoso.example" }, "tenant"},
		"unknown tenant":            {func(in *okr.ApplicationInput) { in.Tenant = "00000000-0000-4000-8000-00000000dead" }, "tenant"},
		"no client":                 {func(in *okr.ApplicationInput) { in.ClientID = "" }, "client"},
		"unknown client":            {func(in *okr.ApplicationInput) { in.ClientID = "00000000-0000-4000-8000-00000000dead" }, "client"},
		"no secret":                 {func(in *okr.ApplicationInput) { in.Secret = "" }, "secret"},
		"wrong secret":              {func(in *okr.ApplicationInput) { in.Secret = "wrong" }, "secret"},
		"ended by its own day":      {func(in *okr.ApplicationInput) { in.Ends = w.Now().Add(-time.Hour) }, "ends"},
		"no certificate":            {func(in *okr.ApplicationInput) { in.Kind = okr.ByCertificate }, "certificate"},
		"no such kind":              {func(in *okr.ApplicationInput) { in.Kind = "password" }, "kind"},
		"the machine has no token":  {func(in *okr.ApplicationInput) { in.Kind = okr.ByFederation }, "kind"},
		"the machine has no tenant": {func(in *okr.ApplicationInput) { in.Kind, in.ClientID, in.Tenant = okr.ByMachine, "", "" }, "kind"},
	} {
		in := okrtest.ReaderInput()
		c.change(&in)
		_, _, err := w.Applications.SaveApplication(t.Context(), okrtest.Alex, in)
		require.Error(t, err, name)
		w.RequireRefused(okr.KindOf(err), err)
		require.Equal(t, c.field, okr.FieldOf(err), "%s: %v", name, err)
		list, err := w.Applications.Applications(t.Context(), okrtest.Alex)
		require.NoError(t, err)
		require.Empty(t, list, name)
	}
}

// TestApplicationsAreKeptOnce: by id and name; a renewal keeps what is left empty, who added
// it and its ids, and nothing secret is ever given.
func TestApplicationsAreKeptOnce(t *testing.T) {
	t.Parallel()
	w := newReadWorld(t).World
	in := okrtest.ReaderInput()
	_, _, err := w.Applications.SaveApplication(t.Context(), okrtest.Alex, in)
	w.RequireRefused(okr.Conflict, err, "already connected as okr-reader")
	in.Name = "Another name"
	_, _, err = w.Applications.SaveApplication(t.Context(), okrtest.Alex, in)
	w.RequireRefused(okr.Conflict, err, "okr-reader")
	list, err := w.Applications.Applications(t.Context(), okrtest.Alex)
	require.NoError(t, err)
	require.Len(t, list, 2)
	reader := list[1]
	require.Equal(t, "okr-reader", reader.Application.Name)
	for _, a := range list {
		require.Empty(t, a.AccessToken.Reveal()+a.RefreshToken.Reveal()+a.Application.Proof.Reveal())
	}
	in = okrtest.ReaderInput()
	in.Editing, in.Name = reader.ID, "OKR-Other"
	_, _, err = w.Applications.SaveApplication(t.Context(), okrtest.Alex, in)
	w.RequireRefused(okr.Conflict, err, "okr-other")
	in.Name, in.ClientID = "renamed", otherClientID
	_, _, err = w.Applications.SaveApplication(t.Context(), okrtest.Alex, in)
	w.RequireRefused(okr.Invalid, err, "can't be changed")
	in.ClientID, in.Secret, in.Ends = adotest.ReaderClientID, "", w.Now().Add(100*24*time.Hour)
	_, err = w.Access.AddAdmin(t.Context(), okrtest.Alex, okrtest.Megan.Person)
	require.NoError(t, err)
	got, healed, err := w.Applications.SaveApplication(t.Context(), okrtest.Megan, in)
	require.NoError(t, err)
	require.Empty(t, healed)
	require.Equal(t, []any{"renamed", okrtest.Alex.Person, in.Ends}, []any{got.Application.Name, got.Application.AddedBy, got.Application.Ends})
	until := in.Ends
	in.Ends = time.Time{}
	got, _, err = w.Applications.SaveApplication(t.Context(), okrtest.Megan, in)
	require.NoError(t, err)
	require.Equal(t, until, got.Application.Ends, "a secret that is kept ends when it did: the form is empty at first")
	in.Ends = until
	connections, err := w.Applications.ApplicationConnections(t.Context(), okrtest.Alex, got.ID)
	require.NoError(t, err)
	require.Equal(t, []any{"the application renamed", in.Ends}, []any{connections[0].Account, connections[0].Application.Ends}, "its connections are called so, too")
	for _, id := range []okr.CredentialID{okrtest.AccessOf(okrtest.Alex).Credential, "organization.none.none", ""} {
		_, err = w.Applications.RemoveApplication(t.Context(), okrtest.Alex, id)
		w.RequireRefused(okr.NotFound, err)
	}
	w.Credential(okrtest.Alex) // nobody's sign-in is removed as an application
}

// TestARemovedApplicationStopsItsConnections: they keep their values, say who removed it, and
// go on when another application takes them over.
func TestARemovedApplicationStopsItsConnections(t *testing.T) {
	t.Parallel()
	w := newReadWorld(t)
	before := w.View(okrtest.Adele, w.kr).Goal.Value()
	stopped, err := w.Applications.RemoveApplication(t.Context(), okrtest.Alex, w.app.ID)
	require.NoError(t, err)
	require.Equal(t, []okr.ConnectionID{w.c.ID}, ids(stopped))
	require.Contains(t, stopped[0].Health.Problem, "Alex Wilber removed the application okr-reader")
	w.Advance(time.Hour)
	report, err := w.Measure.SyncConnection(t.Context(), okrtest.Contoso, w.c.ID, nil, 0)
	require.NoError(t, err)
	w.RequireRefused(okr.SignIn, report.Failure)
	require.Equal(t, before, w.View(okrtest.Adele, w.kr).Goal.Value())
	there, readers, err := w.Applications.OfferedApplications(t.Context(), okrtest.Alex, stopped[0])
	require.NoError(t, err)
	require.Empty(t, there)
	require.Equal(t, w.other.ID, readers[0].ID)
	_, err = w.Hands.TakeOverBy(t.Context(), okrtest.Alex, w.c.ID, w.other.ID)
	require.NoError(t, err)
	report, err = w.Measure.SyncConnection(t.Context(), okrtest.Contoso, w.c.ID, nil, 0)
	require.NoError(t, err)
	require.NoError(t, report.Failure)
	require.False(t, w.View(okrtest.Adele, w.kr).Stale)
}

// TestWhatAnOrganizationHasAgainstAnApplication is said before anything is saved, with what
// an administrator of it does.
func TestWhatAnOrganizationHasAgainstAnApplication(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		organization string
		access       []adotest.Access
		words        []string
	}{
		"not added":          {adotest.OrgContoso, nil, []string{"okr-reader", "Organization settings", "Users"}},
		"no licence":         {adotest.OrgContoso, []adotest.Access{{Organization: adotest.OrgContoso, Licence: adotest.Unlicensed}}, []string{"okr-reader"}},
		"no project":         {adotest.OrgContoso, []adotest.Access{{Organization: adotest.OrgContoso, Projects: []string{"none"}}}, []string{"okr-reader", "read access"}},
		"of another tenant":  {adotest.OrgForeign, nil, []string{adotest.ForeignTenantID, "okr-reader", adotest.TenantID}},
		"no such one":        {"nowhere", nil, []string{"nowhere"}},
		"of another project": {adotest.OrgContoso, []adotest.Access{{Organization: adotest.OrgContoso, Projects: []string{adotest.ProjectPay}}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := okrtest.Enabled(t)
			a := w.Reader()
			require.True(t, w.Cloud.UpdatePrincipal(adotest.ReaderName, func(p *adotest.Principal) { p.Access = c.access }))
			v, err := w.Connect.RemoteProjects(t.Context(), okrtest.Alex, a.ID, c.organization)
			if c.words != nil {
				require.Error(t, err)
				w.RequireRefused(okr.KindOf(err), err, c.words...)
				require.NotContains(t, []okr.Kind{okr.Internal, okr.SignIn}, okr.KindOf(err), "no person is asked to sign in")
			} else {
				require.NoError(t, err)
				require.Equal(t, adotest.ProjectPay, v.Projects[0].Name)
			}
			in := okr.ConnectionInput{Name: "Fiber", Organization: c.organization, Project: adotest.ProjectFiber, Credential: a.ID}
			_, err = w.Connect.SaveConnection(t.Context(), okrtest.Alex, in)
			require.Error(t, err)
			w.RequireRefused(okr.KindOf(err), err)
			list, err := w.Applications.ApplicationConnections(t.Context(), okrtest.Alex, a.ID)
			require.NoError(t, err)
			require.Empty(t, list)
		})
	}
}
