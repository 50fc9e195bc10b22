package adosource_test

import (
	"context"
	"encoding/base64"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado"
	"okrbot/ado/adotest"
	"okrbot/okr"
	"okrbot/okr/adosource"
	"okrbot/okr/okrtest"
	"okrbot/okr/redisstore"
)

// benchWorld is the use cases on a real Redis and the stand-in of Azure DevOps over
// HTTP: no chat.
type benchWorld struct {
	b      testing.TB
	cloud  *adotest.Cloud
	store  *redisstore.Store
	client *ado.Client
	trips  *roundTrips

	okrtest.Activities
}

// newBenchWorld makes a world with an empty cloud, which one person administers.
func newBenchWorld(tb testing.TB, o adotest.Options, admin string) *benchWorld {
	tb.Helper()
	return newGatedWorld(tb, o, admin, func(s *redisstore.Store) ado.Gate { return sharedGate{redisstore.GateOf(s)} })
}

// newGatedWorld is the same with a gate, or with none.
func newGatedWorld(tb testing.TB, o adotest.Options, admin string, gateOf func(*redisstore.Store) ado.Gate) *benchWorld {
	tb.Helper()
	o.Key = okrtest.SigningKey()
	w := &benchWorld{b: tb, cloud: adotest.New(o), trips: newRoundTrips()}
	server := httptest.NewServer(w.cloud)
	tb.Cleanup(server.Close)
	w.cloud.SetPublicURL(server.URL)
	w.cloud.RegisterApp(adotest.App{ClientID: okrtest.ClientID, ClientSecret: okrtest.ClientSecret})
	var err error
	w.store, err = redisstore.Open(tb.Context(), redisstore.Options{URL: okrtest.StartRedis(tb), SealKeys: "k:" + base64.StdEncoding.EncodeToString(make([]byte, 32))})
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, w.store.Close()) })
	w.store.Client().AddHook(w.trips)
	w.client, err = ado.New(ado.Options{BaseURL: w.cloud.BaseURL(), ProfileURL: w.cloud.ProfileURL(), Gate: gateOf(w.store)})
	require.NoError(tb, err)
	source := adosource.New(adosource.Options{
		Client: w.client, Credentials: w.store, LoginURL: w.cloud.LoginURL(), ClientID: okrtest.ClientID,
		ClientSecret: okrtest.ClientSecret, HTTP: server.Client(), Now: o.Now,
	})
	w.Activities = okrtest.NewActivities(w.store, source, o.Now, string(okrtest.Contoso)+"/"+admin)
	return w
}

// sharedGate is the gate of okrbot.
type sharedGate struct{ redisstore.Gate }

// Ask implements ado.Gate.
func (s sharedGate) Ask(ctx context.Context, identity string, c ado.Claim) (ado.Grant, error) {
	tenant, access, _ := strings.Cut(identity, "/")
	grant, err := s.Gate.Ask(ctx, okr.TenantID(tenant), access, redisstore.GateClaim(c))
	return ado.Grant(grant), err
}

// connect signs a person in without a browser and gives them a connection.
func (w *benchWorld) connect(who okr.Actor, now time.Time, in okr.ConnectionInput) okr.Connection {
	w.b.Helper()
	ctx := w.b.Context()
	tokens, err := w.cloud.IssueTokens(string(who.ID), okrtest.ClientID, nil)
	require.NoError(w.b, err)
	account := okr.Account{ObjectID: string(who.ID), TenantID: string(okrtest.Contoso), UserName: string(who.ID)}
	credential := okr.Credential{
		ID: okr.CredentialIDFor(who.ID, account), Owner: who.ID, Account: account, RenewedAt: now, Expiry: tokens.Expires,
		AccessToken: okr.Secret(tokens.AccessToken), RefreshToken: okr.Secret(tokens.RefreshToken), SignedInAt: now,
	}
	_, err = w.Connect.SignedIn(ctx, okrtest.Contoso, credential)
	require.NoError(w.b, err)
	in.Credential = credential.ID
	connection, err := w.Connect.SaveConnection(ctx, who, in)
	require.NoError(w.b, err)
	return connection
}
