package okrtest

import (
	"context"
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
