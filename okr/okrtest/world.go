package okrtest

import (
	"crypto/rand"
	"crypto/rsa"
	"log/slog"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado"
	"okrbot/ado/adotest"
	"okrbot/okr"
	"okrbot/okr/adosource"
)

// Contoso is the tenant of the world.
const Contoso okr.TenantID = adotest.TenantID

// LaunchBugs is a flat query of the project Fabrikam Fiber.
const LaunchBugs = "Launch bugs"

// The world's registration with Microsoft Entra.
const (
	ClientID     = "8f2c1c3e-1111-4222-8333-444455556666"
	ClientSecret = "s3cret~of.the.registration"
)

// The people of the demo world. Alex administers okrbot.
var (
	Alex  = okr.Actor{Tenant: Contoso, Person: okr.Person{ID: adotest.AlexOID, Name: "Alex Wilber"}}
	Megan = okr.Actor{Tenant: Contoso, Person: okr.Person{ID: adotest.MeganOID, Name: "Megan Bowen"}}
	Adele = okr.Actor{Tenant: Contoso, Person: okr.Person{ID: adotest.AdeleOID, Name: "Adele Vance"}}
	Lee   = okr.Actor{Tenant: Contoso, Person: okr.Person{ID: adotest.LeeOID, Name: "Lee Gu"}}
	Guest = okr.Actor{Tenant: Contoso, Person: okr.Person{ID: "guest", Name: "Gil Guest"}, Guest: true}
)

// SigningKey is one for all clouds: making one takes longer than most tests.
var SigningKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// World is all activities over the real source, against the stand-in of Azure
// DevOps over HTTP, with a store in memory and a clock that only the test moves.
type World struct {
	Activities

	T      *testing.T // the test that it was made for, and fails
	Cloud  *adotest.Cloud
	Server *httptest.Server
	Store  *Memory
	Source *adosource.Source

	mu  sync.Mutex
	now time.Time
}

// NewWorld is a world in which nothing has been done yet. Change is for what the
// stand-in of Azure DevOps is to do otherwise.
func NewWorld(t *testing.T, change ...func(*adotest.Options)) *World {
	t.Helper()
	w := &World{T: t, Store: NewMemory(), now: time.Date(2026, 2, 2, 12, 0, 0, 0, time.UTC)}
	o := adotest.Options{Now: w.Now, Key: SigningKey()}
	for _, c := range change {
		c(&o)
	}
	w.Cloud = adotest.New(o)
	require.NoError(t, w.Cloud.Seed(adotest.World{}))
	w.Server = httptest.NewServer(w.Cloud)
	t.Cleanup(w.Server.Close)
	w.Cloud.SetPublicURL(w.Server.URL)
	w.Cloud.RegisterApp(adotest.App{ClientID: ClientID, ClientSecret: ClientSecret})
	w.Source = w.NewSource(ClientSecret)
	w.Activities = NewActivities(w.Store, w.Source, w.Now, string(Contoso)+"/"+adotest.AlexOID)
	return w
}

// NewSource makes a way to Azure DevOps that shows a secret of its own.
func (w *World) NewSource(secret okr.Secret) *adosource.Source {
	w.T.Helper()
	logger := slog.New(slog.NewTextHandler(w.T.Output(), nil))
	client, err := ado.New(ado.Options{
		HTTP: w.Server.Client(), BaseURL: w.Cloud.BaseURL(), ProfileURL: w.Cloud.ProfileURL(),
		BaseDelay: time.Nanosecond, Timeout: 10 * time.Second, Logger: logger,
	})
	require.NoError(w.T, err)
	return adosource.New(adosource.Options{
		Client: client, Credentials: w.Store, LoginURL: w.Cloud.LoginURL(), ClientID: ClientID, ClientSecret: secret,
		HTTP: w.Server.Client(), Now: w.Now, Logger: logger,
	})
}

// Now is the world's time.
func (w *World) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

// Advance lets time pass.
func (w *World) Advance(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// RequireRefused fails the test unless err is of a kind, tells people something
// with a next step, and says nothing secret.
func (w *World) RequireRefused(kind okr.Kind, err error, words ...string) {
	w.T.Helper()
	require.Error(w.T, err)
	require.Equal(w.T, kind, okr.KindOf(err), "kind of: %v", err)
	msg, ok := okr.MessageOf(err)
	require.True(w.T, ok, "words for people")
	require.NotEmpty(w.T, msg)
	for _, word := range words {
		require.Contains(w.T, msg, word)
	}
	require.NotContains(w.T, msg, w.Server.URL)
	w.requireNoSecret(err.Error())
}

// requireNoSecret fails the test where a text has a token or the secret.
func (w *World) requireNoSecret(text string) {
	w.T.Helper()
	require.NotContains(w.T, text, ClientSecret)
	w.Store.mu.Lock()
	defer w.Store.mu.Unlock()
	for _, c := range w.Store.credentials {
		secrets := []okr.Secret{c.AccessToken, c.RefreshToken, adotest.ReaderSecret}
		if c.Application != nil {
			secrets = append(secrets, c.Application.Proof)
		}
		for _, s := range secrets {
			require.False(w.T, s != "" && strings.Contains(text, s.Reveal()), "a secret in %q", text)
		}
	}
}
