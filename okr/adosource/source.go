// Package adosource is the bridge from okr to Azure DevOps: a binding becomes a
// query run, and what Azure DevOps answers becomes work items with state
// categories. Its errors are translated here, once, into okr's with words for
// people.
package adosource

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"okrbot/ado"
	"okrbot/okr"
)

// Credentials reads and renews sign-ins.
type Credentials interface {
	// Credential reads a sign-in. SignIn: there is none.
	Credential(ctx context.Context, tenant okr.TenantID, id okr.CredentialID) (okr.Credential, error)
	// Refresh renews a sign-in, one at a time across replicas: a stored one that
	// isFresh accepts is returned as it is, else renew makes a new one, which is
	// stored before anybody sees it. An error of renew is returned as it is.
	Refresh(ctx context.Context, tenant okr.TenantID, id okr.CredentialID,
		isFresh func(okr.Credential) bool,
		renew func(context.Context, okr.Credential) (okr.Credential, error)) (okr.Credential, error)
}

// Options is what a [Source] works with.
type Options struct {
	Client      *ado.Client
	Credentials Credentials
	// LoginURL is Microsoft Entra's base URL; tokens are renewed at
	// <LoginURL>/<tenant of the account>/oauth2/v2.0/token.
	LoginURL     string
	ClientID     string
	ClientSecret okr.Secret
	// Assertion shows who the application is instead of a secret. Nil: the secret does.
	Assertion func(context.Context) (string, error)
	// HomeTenant is that of okrbot's own registration: what the machine proves is for its
	// people alone. Empty: for nobody.
	HomeTenant okr.TenantID
	// Federation gives the token of okrbot's machine that applications trust. Nil: it has none.
	Federation func(context.Context) (string, error)
	// Identity gives a token for a resource of the machine's managed identity with a client
	// id; empty: the one that okrbot is set up with. [ErrNoIdentity]: there is none such. Nil:
	// the machine has none.
	Identity func(ctx context.Context, clientID, resource string) (IdentityToken, error)
	HTTP     *http.Client
	Now      func() time.Time
	Logger   *slog.Logger
}

// Source implements okr.Directory, okr.Queries, okr.QueryFolders, okr.Items and okr.Prover.
type Source struct {
	Options
	types   *typeCache
	names   *nameCache
	choices *choiceCache
	ended   *endedCache
}

var (
	_ okr.Directory    = (*Source)(nil)
	_ okr.Queries      = (*Source)(nil)
	_ okr.Prover       = (*Source)(nil)
	_ okr.QueryFolders = (*Source)(nil)
	_ okr.Items        = (*Source)(nil)
)

// New makes a source.
func New(o Options) *Source {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return &Source{Options: o, types: newTypeCache(o.Now), names: newNameCache(o.Now), choices: newChoiceCache(o.Now), ended: newEndedCache(o.Now)}
}

// session is the client with one person's access. The identity that shares a
// budget of requests is the credential.
func (s *Source) session(access okr.Access) *ado.Session {
	identity := string(access.Tenant) + "/" + access.Credential.Budget()
	return s.Client.As(identity, &tokenSource{source: s, access: access})
}

// project gives the segment that names a project on the wire: its id, which
// survives renames, else its name.
func project(ref okr.ProjectRef) string {
	if ref.Project.ID != "" {
		return ref.Project.ID
	}
	return ref.Project.Name
}
