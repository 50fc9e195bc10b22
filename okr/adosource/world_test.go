package adosource_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"log/slog"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"okrbot/ado"
	"okrbot/ado/adotest"
	"okrbot/okr"
	"okrbot/okr/access"
	"okrbot/okr/adosource"
	"okrbot/okr/connect"
	"okrbot/okr/measure"
	"okrbot/okr/notify"
	"okrbot/okr/plan"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	tenant       okr.TenantID = adotest.TenantID
	clientID                  = "8f2c1c3e-1111-4222-8333-444455556666"
	clientSecret              = "s3cret~of.the.registration"
	launchBugs                = "Launch bugs"
)

// The people of the demo world. Alex administers okrbot.
var (
	alex  = okr.Actor{Tenant: tenant, Person: okr.Person{ID: adotest.AlexOID, Name: "Alex Wilber"}}
	megan = okr.Actor{Tenant: tenant, Person: okr.Person{ID: adotest.MeganOID, Name: "Megan Bowen"}}
	adele = okr.Actor{Tenant: tenant, Person: okr.Person{ID: adotest.AdeleOID, Name: "Adele Vance"}}
	lee   = okr.Actor{Tenant: tenant, Person: okr.Person{ID: adotest.LeeOID, Name: "Lee Gu"}}
	guest = okr.Actor{Tenant: tenant, Person: okr.Person{ID: "guest", Name: "Gil Guest"}, Guest: true}
)

// signingKey is one for all clouds: making one takes longer than most tests.
var signingKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// world is the use cases over the real source, against the stand-in of Azure
// DevOps over HTTP, with a clock that only the test moves.
type world struct {
	Access  *access.Service
	Connect *connect.Service
	Plan    *plan.Service
	Measure *measure.Service
	Notify  *notify.Service

	t      *testing.T
	cloud  *adotest.Cloud
	server *httptest.Server
	store  *memory
	source *adosource.Source

	mu  sync.Mutex
	now time.Time
}

func newWorld(t *testing.T, change ...func(*adotest.Options)) *world {
	t.Helper()
	w := &world{t: t, store: newMemory(), now: time.Date(2026, 2, 2, 12, 0, 0, 0, time.UTC)}
	o := adotest.Options{Now: w.clock, Key: signingKey()}
	for _, c := range change {
		c(&o)
	}
	w.cloud = adotest.New(o)
	require.NoError(t, w.cloud.Seed(adotest.World{}))
	w.server = httptest.NewServer(w.cloud)
	t.Cleanup(w.server.Close)
	w.cloud.SetPublicURL(w.server.URL)
	w.cloud.RegisterApp(adotest.App{ClientID: clientID, ClientSecret: clientSecret})
	w.source = w.newSource(clientSecret)
	w.Access = access.New(access.Options{Store: w.store, Now: w.clock, Admins: []string{string(tenant) + "/" + adotest.AlexOID}})
	w.Connect = connect.New(connect.Options{
		Store: w.store, Measurements: w.store, Credentials: w.store, Agenda: w.store, Directory: w.source, Queries: w.source, Now: w.clock,
	}, w.Access)
	w.Plan = plan.New(plan.Options{Store: w.store, Measurements: w.store, Agenda: w.store, Now: w.clock}, w.Access, w.Connect)
	w.Measure = measure.New(measure.Options{
		Store: w.store, Measurements: w.store, Agenda: w.store, Queries: w.source, Now: w.clock,
	}, w.Access, w.Connect, w.Plan)
	w.Notify = notify.New(notify.Options{Store: w.store, Measurements: w.store, Agenda: w.store, Now: w.clock}, w.Access, w.Plan)
	return w
}

func (w *world) newSource(secret okr.Secret) *adosource.Source {
	w.t.Helper()
	logger := slog.New(slog.NewTextHandler(w.t.Output(), nil))
	client, err := ado.New(ado.Options{
		HTTP: w.server.Client(), BaseURL: w.cloud.BaseURL(), ProfileURL: w.cloud.ProfileURL(),
		BaseDelay: time.Nanosecond, Timeout: 10 * time.Second, Logger: logger,
	})
	require.NoError(w.t, err)
	return adosource.New(adosource.Options{
		Client: client, Credentials: w.store, LoginURL: w.cloud.LoginURL(), ClientID: clientID, ClientSecret: secret,
		HTTP: w.server.Client(), Now: w.clock, Logger: logger,
	})
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) advance(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// signIn keeps a sign-in of a person with their own account.
func (w *world) signIn(who okr.Actor) okr.Credential {
	w.t.Helper()
	tokens, err := w.cloud.IssueTokens(string(who.ID), clientID, nil)
	require.NoError(w.t, err)
	account := okr.Account{ObjectID: string(who.ID), TenantID: string(tenant), Name: who.Name, UserName: string(who.ID) + "@contoso.example"}
	c := okr.Credential{
		ID: okr.CredentialIDFor(who.ID, account), Owner: who.ID, Account: account,
		AccessToken: okr.Secret(tokens.AccessToken), RefreshToken: okr.Secret(tokens.RefreshToken),
		Expiry: tokens.Expires, SignedInAt: w.clock(),
	}
	_, err = w.Connect.SignedIn(w.t.Context(), tenant, c)
	require.NoError(w.t, err)
	return c
}

func accessOf(who okr.Actor) okr.Access {
	account := okr.Account{ObjectID: string(who.ID), TenantID: string(tenant)}
	return okr.Access{Tenant: tenant, Credential: okr.CredentialIDFor(who.ID, account)}
}

func (w *world) place(org, project string) okr.ProjectRef {
	w.t.Helper()
	p, err := w.cloud.Project(org, project)
	require.NoError(w.t, err)
	return okr.ProjectRef{Organization: org, Project: okr.RemoteProject{ID: p.ID, Name: p.Name}}
}

func (w *world) fiber() okr.ProjectRef { return w.place(adotest.OrgContoso, adotest.ProjectFiber) }

func (w *world) queryID(org, project, name string) string {
	w.t.Helper()
	q, ok := w.cloud.Query(org, project, name)
	require.True(w.t, ok, name)
	return q.ID
}

func (w *world) fiberQuery(name string) string {
	w.t.Helper()
	return w.queryID(adotest.OrgContoso, adotest.ProjectFiber, name)
}

// run runs one query from nothing.
func (w *world) run(ctx context.Context, access okr.Access, place okr.ProjectRef, id string, fields ...string) (okr.Run, error) {
	w.t.Helper()
	ask := okr.QueryAsk{ID: id, Fields: fields}
	out := w.source.RunQueries(ctx, okr.RunInput{Access: access, Project: place, Asks: []okr.QueryAsk{ask}})
	require.Len(w.t, out, 1)
	return out[0].Run, out[0].Err
}

// requireRefused fails the test unless err is of a kind, tells people something
// with a next step, and says nothing secret.
func (w *world) requireRefused(kind okr.Kind, err error, words ...string) {
	w.t.Helper()
	require.Error(w.t, err)
	require.Equal(w.t, kind, okr.KindOf(err), "kind of: %v", err)
	msg, ok := okr.MessageOf(err)
	require.True(w.t, ok, "words for people")
	require.NotEmpty(w.t, msg)
	for _, word := range words {
		require.Contains(w.t, msg, word)
	}
	require.NotContains(w.t, msg, w.server.URL)
	w.requireNoSecret(err.Error())
}

func (w *world) requireNoSecret(text string) {
	w.t.Helper()
	require.NotContains(w.t, text, clientSecret)
	w.store.mu.Lock()
	defer w.store.mu.Unlock()
	for _, c := range w.store.credentials {
		require.NotContains(w.t, text, c.AccessToken.Reveal())
		require.NotContains(w.t, text, c.RefreshToken.Reveal())
	}
}
