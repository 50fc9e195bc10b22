package okrtest

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/okr"
)

// Enabled is a world in which the integration is on and Alex is signed in.
func Enabled(t *testing.T, change ...func(*adotest.Options)) *World {
	t.Helper()
	w := NewWorld(t, change...)
	_, err := w.Access.Enable(t.Context(), Alex)
	require.NoError(t, err)
	w.SignIn(Alex)
	return w
}

// FiberConnection is the input of a connection to the project Fabrikam Fiber.
func FiberConnection(name string) okr.ConnectionInput {
	return okr.ConnectionInput{Name: name, Organization: adotest.OrgContoso, Project: adotest.ProjectFiber}
}

// ReaderInput is the application okr-reader as an admin enters it.
func ReaderInput() okr.ApplicationInput {
	return okr.ApplicationInput{Name: adotest.ReaderName, Tenant: adotest.TenantID, ClientID: adotest.ReaderClientID, Kind: okr.BySecret, Secret: adotest.ReaderSecret}
}

// Reader adds the application okr-reader.
func (w *World) Reader() okr.Credential {
	w.T.Helper()
	c, _, err := w.Applications.SaveApplication(w.T.Context(), Alex, ReaderInput())
	require.NoError(w.T, err)
	return c
}

// ReadBy makes a connection to Fabrikam Fiber that an application reads for, limited to
// folders below the shared queries ("Launch/Q3"); none: all of them.
func (w *World) ReadBy(a okr.Credential, name string, folders ...string) okr.Connection {
	w.T.Helper()
	in := FiberConnection(name)
	in.Credential = a.ID
	for _, path := range folders {
		in.Folders = append(in.Folders, w.Folder(a, path))
	}
	c, err := w.Connect.SaveConnection(w.T.Context(), Alex, in)
	require.NoError(w.T, err)
	return c
}

// Folder is a folder of shared queries of Fabrikam Fiber as an application sees it.
func (w *World) Folder(a okr.Credential, path string) okr.QueryFolder {
	w.T.Helper()
	list, err := w.Applications.Folders(w.T.Context(), Alex, a.ID, adotest.OrgContoso, adotest.ProjectFiber)
	require.NoError(w.T, err)
	for _, f := range list {
		if f.Path == strings.TrimSuffix("Shared Queries/"+path, "/") {
			return f
		}
	}
	require.Fail(w.T, "no such folder", path)
	return okr.QueryFolder{}
}

// NewConnection makes a connection to Fabrikam Fiber for somebody who is signed in.
func (w *World) NewConnection(who okr.Actor, name string, shared bool) okr.Connection {
	w.T.Helper()
	in := FiberConnection(name)
	in.Shared = shared
	c, err := w.Connect.SaveConnection(w.T.Context(), who, in)
	require.NoError(w.T, err)
	return c
}

// Sync measures what is bound through a connection, an hour later.
func (w *World) Sync(c okr.Connection, queries ...string) okr.SyncReport {
	w.T.Helper()
	w.Advance(time.Hour)
	w.SignIn(Alex)
	report, err := w.Measure.SyncConnection(w.T.Context(), Contoso, c.ID, queries, 0)
	require.NoError(w.T, err)
	return report
}

// Complete completes so many more of the launch bugs.
func (w *World) Complete(n int) {
	w.T.Helper()
	_, err := w.Cloud.Complete(adotest.OrgContoso, adotest.ProjectFiber, LaunchBugs, n)
	require.NoError(w.T, err)
}

// Credential is somebody's sign-in as it is kept.
func (w *World) Credential(who okr.Actor) okr.Credential {
	w.T.Helper()
	c, err := w.Store.Credential(w.T.Context(), Contoso, AccessOf(who).Credential)
	require.NoError(w.T, err)
	return c
}

// SignIn keeps a sign-in of a person with their own account.
func (w *World) SignIn(who okr.Actor) okr.Credential {
	w.T.Helper()
	tokens, err := w.Cloud.IssueTokens(string(who.ID), ClientID, nil)
	require.NoError(w.T, err)
	account := okr.Account{ObjectID: string(who.ID), TenantID: string(Contoso), Name: who.Name, UserName: string(who.ID) + "@contoso.example"}
	c := okr.Credential{
		ID: okr.CredentialIDFor(who.ID, account), Owner: who.ID, Account: account,
		AccessToken: okr.Secret(tokens.AccessToken), RefreshToken: okr.Secret(tokens.RefreshToken),
		Expiry: tokens.Expires, SignedInAt: w.Now(),
	}
	_, err = w.Connect.SignedIn(w.T.Context(), Contoso, c)
	require.NoError(w.T, err)
	return c
}

// AccessOf is the access with somebody's own account.
func AccessOf(who okr.Actor) okr.Access {
	account := okr.Account{ObjectID: string(who.ID), TenantID: string(Contoso)}
	return okr.Access{Tenant: Contoso, Credential: okr.CredentialIDFor(who.ID, account)}
}

// ProjectRef is a project by its names.
func (w *World) ProjectRef(org, project string) okr.ProjectRef {
	w.T.Helper()
	p, err := w.Cloud.Project(org, project)
	require.NoError(w.T, err)
	return okr.ProjectRef{Organization: org, Project: okr.RemoteProject{ID: p.ID, Name: p.Name}}
}

// Fiber is the project Fabrikam Fiber of Contoso.
func (w *World) Fiber() okr.ProjectRef { return w.ProjectRef(adotest.OrgContoso, adotest.ProjectFiber) }

// QueryID is the id of a query by its name.
func (w *World) QueryID(org, project, name string) string {
	w.T.Helper()
	q, ok := w.Cloud.Query(org, project, name)
	require.True(w.T, ok, name)
	return q.ID
}

// FiberQuery is the id of a query of Fabrikam Fiber.
func (w *World) FiberQuery(name string) string {
	w.T.Helper()
	return w.QueryID(adotest.OrgContoso, adotest.ProjectFiber, name)
}

// Run runs one query from nothing.
func (w *World) Run(ctx context.Context, access okr.Access, project okr.ProjectRef, id string, fields ...string) (okr.Run, error) {
	w.T.Helper()
	ask := okr.QueryAsk{ID: id, Fields: fields}
	out := w.Source.RunQueries(ctx, okr.RunInput{Access: access, Project: project, Asks: []okr.QueryAsk{ask}})
	require.Len(w.T, out, 1)
	return out[0].Run, out[0].Err
}
