package main

import (
	"bytes"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/bot/bottest/script"
	"okrbot/okr"
	"okrbot/okr/okrtest"
	"okrbot/okr/redisstore"
)

// newPatient is an okrbot that runs on a Redis that keeps its data.
func newPatient(t *testing.T) (*world, *okrtest.Deployment) {
	t.Helper()
	redis := okrtest.StartSingle(t)
	w := newWorld(t, time.Now(), "REDIS_URL", redis.URL)
	require.NoError(t, w.Start())
	redis.Do(t, "x", "CONFIG", "SET", "maxmemory-policy", "noeviction")
	return w, redis
}

func examine(t *testing.T, w *world, changes map[string]string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := runDoctor(t.Context(), func(name string) string {
		if v, ok := changes[name]; ok {
			return v
		}
		return w.Getenv(name)
	}, &out)
	for _, secret := range []string{script.AppSecret, "hunter2", "other-secret", w.Getenv("SEAL_KEYS")} {
		require.True(t, secret == "" || !strings.Contains(out.String(), secret))
	}
	return out.String(), err
}

func TestDoctorFindsNothing(t *testing.T) {
	t.Parallel()
	w, _ := newPatient(t)
	out, err := examine(t, w, nil)
	require.NoError(t, err, out)
	require.NotContains(t, out, "FAIL")
	require.Contains(t, out, "okrbot has everything it needs.")
}

// Each illness is named by its own check, with the next step.
func TestDoctorNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	w, redis := newPatient(t)
	firewall := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusForbidden) }))
	t.Cleanup(firewall.Close)
	nowhere, elsewhere := "http://127.0.0.1:1", "00000000-0000-4000-8000-00000000dead"
	other := map[string]string{"ADO_CLIENT_ID": "33333333-2222-4222-8222-222222222222", "ADO_CLIENT_SECRET": "other-secret"}
	w.Azure.RegisterApp(adotest.App{ClientID: other["ADO_CLIENT_ID"], ClientSecret: other["ADO_CLIENT_SECRET"], RedirectURIs: []string{"https://elsewhere.example/auth/callback"}, Tenant: adotest.TenantID})
	with := func(name, value string) map[string]string {
		set := maps.Clone(other)
		set[name] = value
		return set
	}
	for _, test := range []struct {
		check string
		set   map[string]string
		next  string
	}{
		{"Redis", map[string]string{"REDIS_URL": "redis://:hunter2@127.0.0.1:1"}, "REDIS_URL"},
		{"sealed sign-ins", map[string]string{"SEAL_KEYS": configKey("k1", 32)}, "add the old keys"},
		{"bot token", map[string]string{"MICROSOFT_APP_PASSWORD": "hunter2"}, "MICROSOFT_APP_PASSWORD is not a secret of this registration: .* its Value"},
		{"bot token", map[string]string{"BOT_LOGIN_URL": nowhere}, "reach BOT_LOGIN_URL"},
		{"bot token", map[string]string{"MICROSOFT_APP_ID": elsewhere}, "MICROSOFT_APP_ID is not known"},
		{"bot token", map[string]string{"MICROSOFT_APP_TENANT_ID": elsewhere}, "no tenant with the id in MICROSOFT_APP_TENANT_ID"},
		{"Teams signing keys", map[string]string{"BOT_OPENID_METADATA_URL": nowhere}, "BOT_OPENID_METADATA_URL"},
		{"Azure DevOps", map[string]string{"ADO_BASE_URL": nowhere}, "ADO_BASE_URL"},
		{"Azure DevOps", map[string]string{"ADO_BASE_URL": firewall.URL}, "ADO_BASE_URL"},
		{"Azure DevOps profiles", map[string]string{"ADO_PROFILE_URL": nowhere}, "ADO_PROFILE_URL"},
		{"sign-in page", map[string]string{"ADO_LOGIN_URL": nowhere}, "ADO_LOGIN_URL"},
		{"sign-in page", map[string]string{"ADO_LOGIN_URL": w.Azure.PublicURL() + "/nothing"}, "ADO_LOGIN_URL"},
		{"sign-in page", map[string]string{"ADO_LOGIN_TENANT": "organizations"}, "the registration is for one tenant: set ADO_LOGIN_TENANT"},
		{"sign-in page", map[string]string{"ADO_LOGIN_TENANT": elsewhere}, "no tenant with the id in ADO_LOGIN_TENANT"},
		{"sign-in page", map[string]string{"ADO_LOGIN_TENANT": adotest.ForeignTenantID}, "MICROSOFT_APP_ID is not known in the tenant of ADO_LOGIN_TENANT"},
		{"sign-in page", map[string]string{"PUBLIC_URL": "http://localhost" + w.Address[strings.LastIndex(w.Address, ":"):]}, "add http://localhost:.*/auth/callback to the app registration"},
		{"sign-in page", with("ADO_LOGIN_TENANT", ""), "/auth/callback to the app registration"},
		{"sign-in page", with("ADO_CLIENT_ID", elsewhere), "ADO_CLIENT_ID is not known"},
		{"sign-in secret", with("ADO_CLIENT_SECRET", "hunter2"), "ADO_CLIENT_SECRET is not a secret of this registration"},
		{"sign-in secret", map[string]string{"MICROSOFT_APP_PASSWORD": "hunter2"}, "MICROSOFT_APP_PASSWORD is not a secret"},
		{"sign-in secret", map[string]string{"ADO_LOGIN_URL": w.Azure.PublicURL() + "/nothing"}, "ADO_LOGIN_URL"},
		{"single sign-on", map[string]string{"SSO_CONNECTION": "ado", "SSO_RESOURCE": "api://elsewhere"}, "no app registration of this tenant has the Application ID URI api://elsewhere"},
		{"single sign-on", with("SSO_CONNECTION", "ado"), "compare SSO_RESOURCE with the Application ID URI"},
		{"PUBLIC_URL", map[string]string{"PUBLIC_URL": w.Azure.PublicURL()}, "DNS"},
		{"PUBLIC_URL", map[string]string{"PUBLIC_URL": nowhere}, "start okrbot serve"},
	} {
		out, err := examine(t, w, test.set)
		require.ErrorContains(t, err, "failed", test.check)
		require.Regexp(t, `(?m)^FAIL  `+regexp.QuoteMeta(test.check)+` .*\n      Next: .*`+test.next, out)
	}
	_, err := examine(t, w, map[string]string{"REDIS_URL": ""})
	require.ErrorContains(t, err, "needs a place for its data", "nothing would survive a restart")
	out, err := examine(t, w, map[string]string{"REDIS_URL": "redis://127.0.0.1:1"})
	require.ErrorContains(t, err, "1 check failed", "one cause is one failure")
	require.Contains(t, out, "skip  sealed sign-ins")
	redis.Do(t, "x", "CONFIG", "SET", "appendonly", "no")
	sealed, err := redisstore.Open(t.Context(), redisstore.Options{URL: redis.URL, SealKeys: configKey("old", 32), Inspect: true})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, sealed.Close()) })
	require.NoError(t, sealed.SaveCredential(t.Context(), adotest.TenantID, okr.Credential{ID: "A", Owner: "U"}))
	out, err = examine(t, w, nil)
	require.ErrorContains(t, err, "2 checks failed")
	require.Contains(t, out, "FAIL  Redis durability")
	require.Regexp(t, `FAIL  sealed sign-ins .*1 of 1 .*"old"`, out)
	require.NotContains(t, out, configKey("old", 32))
}

// A code may be looked at before the secret, or the secret before the code: a wrong
// one is found either way.
func TestDoctorFindsAWrongSecretInAnyOrder(t *testing.T) {
	t.Parallel()
	w, _ := newPatient(t)
	require.NoError(t, w.Azure.Switch(adotest.ModeCodeFirst, true))
	out, err := examine(t, w, nil)
	require.NoError(t, err, out)
	out, err = examine(t, w, map[string]string{"ADO_CLIENT_SECRET": "hunter2"})
	require.ErrorContains(t, err, "1 check failed")
	require.Regexp(t, `FAIL  sign-in secret .*AADSTS7000215`, out)
}

// Where accounts of every tenant sign in, a registration for all of them is fine.
func TestDoctorOfARegistrationForAllTenants(t *testing.T) {
	t.Parallel()
	w := newWorld(t, time.Now(), "REDIS_URL", okrtest.StartSingle(t).URL, "ADO_LOGIN_TENANT", "organizations")
	require.NoError(t, w.Start())
	out, err := examine(t, w, nil)
	require.NoError(t, err, out)
	require.Contains(t, out, "ok    sign-in page")
	require.Contains(t, out, "ok    sign-in secret")
}

// A doctor is asked before the first start too, and after a stop: that nobody runs is
// seen, and is no illness. Nor is a slash at the end of PUBLIC_URL.
func TestDoctorBeforeTheFirstStart(t *testing.T) {
	t.Parallel()
	redis := okrtest.StartSingle(t)
	redis.Do(t, "x", "CONFIG", "SET", "maxmemory-policy", "noeviction")
	w := newWorld(t, time.Now(), "REDIS_URL", redis.URL)
	w.Address = freeAddress(t)
	w.Register()
	slash := map[string]string{"PUBLIC_URL": "http://" + w.Address + "/"}
	for range 2 {
		out, err := examine(t, w, slash)
		require.NoError(t, err, out)
		require.Regexp(t, `wait  PUBLIC_URL .*\nwait  processes`, out)
		require.Contains(t, out, "It isn't running yet")
	}
	store, err := redisstore.Open(t.Context(), redisstore.Options{URL: redis.URL, SealKeys: w.Getenv("SEAL_KEYS"), Inspect: true})
	require.NoError(t, err)
	keys, err := store.Client().Keys(t.Context(), "*").Result()
	require.NoError(t, err)
	require.Empty(t, keys, "a doctor changes nothing")
	require.NoError(t, store.Close())

	require.NoError(t, w.Start())
	out, err := examine(t, w, slash)
	require.NoError(t, err, out)
	require.NotContains(t, out, "wait")
	require.NoError(t, w.Stop())

	gateway := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusBadGateway) }))
	t.Cleanup(gateway.Close)
	w.Azure.RegisterApp(adotest.App{ClientID: script.AppID, ClientSecret: script.AppSecret, RedirectURIs: []string{gateway.URL + "/auth/callback"}, Tenant: adotest.TenantID})
	aged, err := redisstore.Open(t.Context(), redisstore.Options{URL: redis.URL, SealKeys: w.Getenv("SEAL_KEYS")})
	require.NoError(t, err)
	require.NoError(t, aged.Client().Set(t.Context(), "okr:ticked", time.Now().Add(-time.Hour).UnixMilli(), 0).Err())
	require.NoError(t, aged.Close())
	out, err = examine(t, w, map[string]string{"PUBLIC_URL": gateway.URL})
	require.NoError(t, err, out)
	require.Contains(t, out, "wait  PUBLIC_URL", "a proxy before it does not matter")
}

// A role that no process has is named.
func TestDoctorNamesTheRoleThatIsMissing(t *testing.T) {
	t.Parallel()
	for roles, wrong := range map[string]string{
		"web,worker":   `FAIL  processes .*role clock.*last: never\)\n      Next: start a process with this role`,
		"web,clock":    `FAIL  processes .*role worker`,
		"web":          `FAIL  processes .*role worker.*; .*role clock`,
		"worker,clock": `FAIL  PUBLIC_URL .*without the role web`,
	} {
		redis := okrtest.StartSingle(t)
		redis.Do(t, "x", "CONFIG", "SET", "maxmemory-policy", "noeviction")
		w := newWorld(t, time.Now(), "REDIS_URL", redis.URL, "ROLES", roles)
		require.NoError(t, w.Start())
		out, err := examine(t, w, nil)
		require.ErrorContains(t, err, "1 check failed", out)
		require.Regexp(t, wrong, out)
		require.NoError(t, w.Stop())
	}
}

func TestParkedCommand(t *testing.T) {
	t.Parallel()
	redis := okrtest.StartRedis(t)
	env := configEnv(map[string]string{"REDIS_URL": redis, "SEAL_KEYS": configKey("k", 32)})
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"parked"}, env, &out))
	require.Equal(t, "Nothing is parked.\n", out.String())
	require.ErrorContains(t, run(t.Context(), []string{"parked", "retry", "sync:t:C1:1"}, env, &out), "No parked task has the id")
	require.ErrorContains(t, run(t.Context(), []string{"parked", "retry"}, env, &out), "usage")
	require.ErrorContains(t, run(t.Context(), []string{"parked"}, configEnv(nil), &out), "okrbot was never started with it")
	require.ErrorContains(t, run(t.Context(), []string{"accept-keys"}, configEnv(nil), &out), "okrbot was never started with it")
}

// TestDoctorListsWhatEndsSoon: an application whose secret or certificate ends within 30 days
// is named, and one of which it has ended is an illness.
func TestDoctorListsWhatEndsSoon(t *testing.T) {
	t.Parallel()
	w, redis := newPatient(t)
	store, err := redisstore.Open(t.Context(), redisstore.Options{URL: redis.URL, SealKeys: w.Getenv("SEAL_KEYS"), Inspect: true})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	keep := func(name string, kind okr.ApplicationKind, days int) {
		account := okr.Account{TenantID: adotest.TenantID, ObjectID: name}
		owner := okr.TheOrganization().ID
		a := okr.Application{Name: name, Kind: kind, Proof: "hunter2"}
		if days != 0 {
			a.Ends = time.Now().Add(time.Duration(days) * 24 * time.Hour)
		}
		require.NoError(t, store.SaveCredential(t.Context(), adotest.TenantID, okr.Credential{ID: okr.CredentialIDFor(owner, account), Owner: owner, Account: account, Application: &a}))
	}
	keep("okr-later", okr.BySecret, 31)
	keep("okr-machine", okr.ByMachine, 0)
	keep("okr-soon", okr.ByCertificate, 29)
	out, err := examine(t, w, nil)
	require.NoError(t, err, out)
	require.Regexp(t, `ok    applications +3 read Azure DevOps; expiring within 30 days: certificate of okr-soon in tenant `+adotest.TenantID, out)
	require.NotContains(t, out, "okr-later")
	keep("okr-ended", okr.BySecret, -1)
	out, err = examine(t, w, nil)
	require.ErrorContains(t, err, "1 check failed")
	require.Regexp(t, `(?m)^FAIL  applications .*client secret of okr-ended.*okr-soon.*\n      Next: .*renews it`, out)
}
