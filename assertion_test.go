package main

import (
	"crypto/rand"
	"crypto/rsa"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/bot/bottest"
	"okrbot/bot/bottest/script"
	"okrbot/okr/adosource"
)

// The platform whose tokens a registration trusts.
const (
	platformIssuer  = "https://oidc.example.com/cluster/"
	platformSubject = "system:serviceaccount:okrbot:okrbot"
	tokenExchange   = "api://AzureADTokenExchange"
)

// platform signs tokens for whoever runs on it.
type platform struct{ key *rsa.PrivateKey }

func newPlatform(t *testing.T) platform {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	return platform{key}
}

// token is one for the tokenExchange, as far as change leaves it so.
func (p platform) token(t *testing.T, change func(*jwt.RegisteredClaims)) string {
	t.Helper()
	claims := jwt.RegisteredClaims{
		Issuer: platformIssuer, Subject: platformSubject, Audience: jwt.ClaimStrings{tokenExchange},
		NotBefore: jwt.NewNumericDate(time.Now().Add(-time.Minute)), ExpiresAt: jwt.NewNumericDate(time.Now().Add(time.Hour)),
	}
	if change != nil {
		change(&claims)
	}
	raw, err := jwt.NewWithClaims(jwt.SigningMethodRS256, claims).SignedString(p.key)
	require.NoError(t, err)
	return raw
}

// trust lets the registration in both clouds trust the platform.
func (p platform) trust(w *world) {
	w.Teams.Federate(bottest.Federation{Issuer: platformIssuer, Subject: platformSubject, Audience: tokenExchange, Key: &p.key.PublicKey})
	w.Azure.Federate(script.AppID, adotest.Federation{Issuer: platformIssuer, Subject: platformSubject, Audience: tokenExchange, Key: &p.key.PublicKey})
}

func writeToken(t *testing.T, name, token string) {
	t.Helper()
	require.NoError(t, os.WriteFile(name, []byte(token+"\n"), 0o600))
}

// TestWithoutASecret goes the main path with the token of a file in place of the client secret: the bot's own token, a
// sign-in and its renewal. The platform replaces the token while okrbot runs.
func TestWithoutASecret(t *testing.T) {
	t.Parallel()
	p, file := newPlatform(t), filepath.Join(t.TempDir(), "token")
	writeToken(t, file, p.token(t, nil))
	w := newWorld(t, time.Now(), "MICROSOFT_APP_PASSWORD", "", "AZURE_FEDERATED_TOKEN_FILE", file)
	require.NoError(t, w.Start())
	p.trust(w)
	enableAndBind(t, w)

	play(t, w, "ado expire alex", "ado complete 'Launch bugs' 3")
	writeToken(t, file, p.token(t, func(c *jwt.RegisteredClaims) { c.ID = "another" }))
	w.Teams.RevokeTokens()
	play(t, w, "say sync KR1", "expect '50%'")
}

// TestSingleSignOnWithoutASecret exchanges the token of a person with the token of a file in place of the client secret.
func TestSingleSignOnWithoutASecret(t *testing.T) {
	t.Parallel()
	p, file := newPlatform(t), filepath.Join(t.TempDir(), "token")
	writeToken(t, file, p.token(t, nil))
	w := newWorld(t, time.Now(), "MICROSOFT_APP_PASSWORD", "", "AZURE_FEDERATED_TOKEN_FILE", file, "SSO_CONNECTION", "azure-devops")
	require.NoError(t, w.Start())
	p.trust(w)
	play(t, w, "start enabled", "say connect", "expect 'New connection' 'Signed in as alexw@contoso.example'", "exchanged 200")
}

// TestDoctorKnowsAssertions: each way in which an assertion is refused has its next step.
func TestDoctorKnowsAssertions(t *testing.T) {
	t.Parallel()
	w, _ := newPatient(t)
	p, stranger := newPlatform(t), newPlatform(t)
	file := filepath.Join(t.TempDir(), "token")
	federated := map[string]string{"MICROSOFT_APP_PASSWORD": "", "AZURE_FEDERATED_TOKEN_FILE": file}

	writeToken(t, file, p.token(t, nil))
	out, err := examine(t, w, federated)
	require.Error(t, err)
	require.Contains(t, out, "AADSTS70021")
	require.Contains(t, out, "add a federated identity credential to the app registration")
	p.trust(w)
	out, err = examine(t, w, federated)
	require.NoError(t, err, out)

	for name, test := range map[string]struct {
		token string
		want  []string
	}{
		"issuer":    {p.token(t, func(c *jwt.RegisteredClaims) { c.Issuer = "https://elsewhere.example.com/" }), []string{"AADSTS700211", "Issuer"}},
		"subject":   {p.token(t, func(c *jwt.RegisteredClaims) { c.Subject = "system:serviceaccount:other:okrbot" }), []string{"AADSTS700213", "Subject"}},
		"audience":  {p.token(t, func(c *jwt.RegisteredClaims) { c.Audience = jwt.ClaimStrings{"sts.example.com"} }), []string{"AADSTS700212", "Audience"}},
		"over":      {p.token(t, func(c *jwt.RegisteredClaims) { c.ExpiresAt = jwt.NewNumericDate(time.Now().Add(-time.Minute)) }), []string{"AADSTS700024", "clock"}},
		"early":     {p.token(t, func(c *jwt.RegisteredClaims) { c.NotBefore = jwt.NewNumericDate(time.Now().Add(time.Hour)) }), []string{"AADSTS700024"}},
		"signature": {stranger.token(t, nil), []string{"AADSTS700027"}},
		"no token":  {"hello", []string{"AZURE_FEDERATED_TOKEN_FILE: holds no token"}},
		"nonsense":  {"a.b.c", []string{"AADSTS50027"}},
	} {
		writeToken(t, file, test.token)
		out, err := examine(t, w, federated)
		require.Error(t, err, name)
		for _, want := range test.want {
			require.Contains(t, out, want, name)
		}
		require.NotContains(t, out, test.token, "%s: what is shown holds no token", name)
	}
	require.NoError(t, os.Remove(file))
	out, err = examine(t, w, federated)
	require.Error(t, err)
	require.Contains(t, out, "AZURE_FEDERATED_TOKEN_FILE: no such file or directory")
}

// TestAManagedIdentityIsTrusted asks the endpoint of the platform for the token of the tokenExchange.
func TestAManagedIdentityIsTrusted(t *testing.T) {
	t.Parallel()
	p := newPlatform(t)
	const identity = "44444444-2222-4222-8222-222222222222"
	for name, id := range map[string]string{"an identity of its own": identity, "that of the machine": "system"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			endpoint := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				q := r.URL.Query()
				isRight := q.Get("resource") == tokenExchange && r.Header.Get("X-IDENTITY-HEADER") == "header" &&
					(id == "system" && !q.Has("client_id") || q.Get("client_id") == id)
				if !isRight {
					rw.WriteHeader(http.StatusBadRequest)
					return
				}
				_, _ = rw.Write([]byte(`{"access_token":"` + p.token(t, nil) + `","expires_in":"86000"}`))
			}))
			t.Cleanup(endpoint.Close)
			w := newWorld(t, time.Now(), "MICROSOFT_APP_PASSWORD", "", "MANAGED_IDENTITY_CLIENT_ID", id, "IDENTITY_ENDPOINT", endpoint.URL, "IDENTITY_HEADER", "header")
			require.NoError(t, w.Start())
			p.trust(w)
			play(t, w, "say help", "expect 'What I can do'")
		})
	}
}

// TestOneWayToShowWhoOneIs: what of the credentials does not go together is named, and what is not used is noted.
func TestOneWayToShowWhoOneIs(t *testing.T) {
	t.Parallel()
	const name = "AZURE_FEDERATED_TOKEN_FILE"
	for said, set := range map[string]map[string]string{
		"MICROSOFT_APP_PASSWORD: required, but not set; to run without a secret": {"MICROSOFT_APP_PASSWORD": ""},
		"set this or AZURE_FEDERATED_TOKEN_FILE, not both":                       {"MICROSOFT_APP_PASSWORD": "", name: "/t", "MANAGED_IDENTITY_CLIENT_ID": "system"},
		"must differ from MICROSOFT_APP_ID":                                      {"MICROSOFT_APP_PASSWORD": "", "MANAGED_IDENTITY_CLIENT_ID": configApp},
		"must be an absolute path":                                               {"MICROSOFT_APP_PASSWORD": "", name: "token"},
		"ADO_CLIENT_SECRET: required":                                            {"MICROSOFT_APP_PASSWORD": "", name: "/t", "ADO_CLIENT_ID": configOther},
	} {
		_, err := LoadConfig(configEnv(set))
		require.ErrorContains(t, err, said)
	}
	c, err := LoadConfig(configEnv(map[string]string{name: "/t"}))
	require.NoError(t, err)
	require.False(t, c.isFederated())
	require.Contains(t, strings.Join(c.notes(), "\n"), "not used for the bot, because MICROSOFT_APP_PASSWORD is set")
	for login, want := range map[string]string{
		"https://login.microsoftonline.com": tokenExchange, "https://login.microsoftonline.us": tokenExchange + "USGov", "https://login.partner.microsoftonline.cn": tokenExchange + "China",
	} {
		require.Equal(t, want, exchangeAudience(login))
	}
}

// TestTheMachineProvesForApplications: what okrbot is set up with can be shown for applications, whether or not the bot has a
// secret, and each identity is asked for by its id.
func TestTheMachineProvesForApplications(t *testing.T) {
	t.Parallel()
	const assigned, own, header = "44444444-2222-4222-8222-222222222222", "44444444-2222-4222-8222-333333333333", "header"
	const azure = "499b84ac-1321-427f-aa17-267ca6975798"
	cloud := adotest.New(adotest.Options{})
	server := httptest.NewServer(cloud)
	t.Cleanup(server.Close)
	cloud.SetPublicURL(server.URL)
	for client, name := range map[string]string{assigned: "assigned", own: "own", configApp: "the bot"} {
		cloud.AddPrincipal(adotest.Principal{ClientID: client, Tenant: adotest.TenantID, Name: name})
	}
	cloud.SetMachine(adotest.Machine{Own: own, Assigned: []string{assigned, configApp}, Header: header})
	for name, c := range map[string]struct {
		set   map[string]string
		usual string // client id of the identity; empty: there is none
	}{
		"nothing":          {nil, ""},
		"App Service":      {map[string]string{"IDENTITY_ENDPOINT": cloud.IdentityEndpoint()}, own},
		"the machine's":    {map[string]string{"IDENTITY_ENDPOINT": cloud.IdentityEndpoint(), "MANAGED_IDENTITY_CLIENT_ID": "system"}, own},
		"assigned":         {map[string]string{"IDENTITY_ENDPOINT": cloud.IdentityEndpoint(), "MANAGED_IDENTITY_CLIENT_ID": assigned}, assigned},
		"without a secret": {map[string]string{"IDENTITY_ENDPOINT": cloud.IdentityEndpoint(), "MANAGED_IDENTITY_CLIENT_ID": assigned, "MICROSOFT_APP_PASSWORD": ""}, assigned},
		"the bot's own": {map[string]string{
			"IDENTITY_ENDPOINT": cloud.IdentityEndpoint(), "MICROSOFT_APP_TYPE": "UserAssignedMSI", "MICROSOFT_APP_PASSWORD": "", "ADO_CLIENT_ID": configOther, "ADO_CLIENT_SECRET": "s",
		}, configApp},
	} {
		set := map[string]string{"IDENTITY_HEADER": header}
		maps.Copy(set, c.set)
		config, err := LoadConfig(configEnv(set))
		require.NoError(t, err, name)
		identity, trusted := machineIdentity(config), machineAssertion(config)
		if c.usual == "" {
			require.Nil(t, identity, name)
			require.Nil(t, trusted, name)
			continue
		}
		given, err := identity(t.Context(), "", azure)
		require.NoError(t, err, name)
		require.Equal(t, c.usual, given.ClientID, name)
		require.NotEmpty(t, given.Token.Reveal())
		require.Greater(t, given.Life, time.Minute)
		given, err = identity(t.Context(), assigned, azure)
		require.NoError(t, err, name)
		require.Equal(t, assigned, given.ClientID, "by its id")
		_, err = identity(t.Context(), configTenant, azure)
		require.ErrorIs(t, err, adosource.ErrNoIdentity, name)
		token, err := trusted(t.Context())
		require.NoError(t, err, name)
		require.Equal(t, 2, strings.Count(token, "."), name)
	}
	file := filepath.Join(t.TempDir(), "token")
	writeToken(t, file, "a.b.c")
	config, err := LoadConfig(configEnv(map[string]string{"AZURE_FEDERATED_TOKEN_FILE": file}))
	require.NoError(t, err)
	require.Nil(t, machineIdentity(config))
	token, err := machineAssertion(config)(t.Context())
	require.NoError(t, err)
	require.Equal(t, "a.b.c", token)
}

// TestTheMachineOfNobodysTenant is noted: a bot of all tenants has none of its own.
func TestTheMachineOfNobodysTenant(t *testing.T) {
	t.Parallel()
	c, err := LoadConfig(configEnv(map[string]string{
		"MICROSOFT_APP_TYPE": "MultiTenant", "MICROSOFT_APP_TENANT_ID": "", "MANAGED_IDENTITY_CLIENT_ID": "system", "ALLOWED_TENANTS": "*",
	}))
	require.NoError(t, err)
	require.Contains(t, strings.Join(c.notes(), "\n"), "no application can read Azure DevOps with the identity of this machine")
}
