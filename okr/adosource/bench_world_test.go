package adosource_test

import (
	"encoding/base64"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado"
	"okrbot/ado/adotest"
	"okrbot/okr"
	"okrbot/okr/access"
	"okrbot/okr/adosource"
	"okrbot/okr/connect"
	"okrbot/okr/measure"
	"okrbot/okr/okrtest"
	"okrbot/okr/plan"
	"okrbot/okr/redisstore"
)

// benchWorld is the use cases on a real Redis and the stand-in of Azure DevOps over
// HTTP: no chat.
type benchWorld struct {
	b      *testing.B
	cloud  *adotest.Cloud
	store  *redisstore.Store
	client *ado.Client

	Access  *access.Service
	Connect *connect.Service
	Plan    *plan.Service
	Measure *measure.Service
}

// newBenchWorld makes a world with an empty cloud, which one person administers.
func newBenchWorld(b *testing.B, o adotest.Options, admin string) *benchWorld {
	b.Helper()
	o.Key = signingKey()
	w := &benchWorld{b: b, cloud: adotest.New(o)}
	server := httptest.NewServer(w.cloud)
	b.Cleanup(server.Close)
	w.cloud.SetPublicURL(server.URL)
	w.cloud.RegisterApp(adotest.App{ClientID: clientID, ClientSecret: clientSecret})
	var err error
	w.client, err = ado.New(ado.Options{BaseURL: w.cloud.BaseURL(), ProfileURL: w.cloud.ProfileURL()})
	require.NoError(b, err)
	w.store, err = redisstore.Open(b.Context(), redisstore.Options{URL: okrtest.StartRedis(b), SealKeys: "k:" + base64.StdEncoding.EncodeToString(make([]byte, 32))})
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, w.store.Close()) })
	source := adosource.New(adosource.Options{
		Client: w.client, Credentials: w.store, LoginURL: w.cloud.LoginURL(), ClientID: clientID,
		ClientSecret: clientSecret, HTTP: server.Client(), Now: o.Now,
	})
	w.Access = access.New(access.Options{Store: w.store, Now: o.Now, Admins: []string{string(tenant) + "/" + admin}})
	w.Connect = connect.New(connect.Options{
		Store: w.store, Measurements: w.store, Credentials: w.store, Agenda: w.store, Directory: source, Queries: source, Now: o.Now,
	}, w.Access)
	w.Plan = plan.New(plan.Options{Store: w.store, Measurements: w.store, Agenda: w.store, Now: o.Now}, w.Access, w.Connect)
	w.Measure = measure.New(measure.Options{
		Store: w.store, Measurements: w.store, Agenda: w.store, Queries: source, Now: o.Now,
	}, w.Access, w.Connect, w.Plan)
	return w
}

// connect signs a person in without a browser and gives them a connection.
func (w *benchWorld) connect(who okr.Actor, now time.Time, in okr.ConnectionInput) okr.Connection {
	w.b.Helper()
	ctx := w.b.Context()
	tokens, err := w.cloud.IssueTokens(string(who.ID), clientID, nil)
	require.NoError(w.b, err)
	account := okr.Account{ObjectID: string(who.ID), TenantID: string(tenant), UserName: string(who.ID)}
	credential := okr.Credential{
		ID: okr.CredentialIDFor(who.ID, account), Owner: who.ID, Account: account, RenewedAt: now, Expiry: tokens.Expires,
		AccessToken: okr.Secret(tokens.AccessToken), RefreshToken: okr.Secret(tokens.RefreshToken), SignedInAt: now,
	}
	_, err = w.Connect.SignedIn(ctx, tenant, credential)
	require.NoError(w.b, err)
	in.Credential = credential.ID
	connection, err := w.Connect.SaveConnection(ctx, who, in)
	require.NoError(w.b, err)
	return connection
}
