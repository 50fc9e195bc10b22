package adotest_test

import (
	"slices"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
)

const resource = "api://botid-" + clientID

// startExposed is a cloud whose application exposes an API.
func startExposed(t *testing.T, change ...func(*adotest.App)) *sim {
	t.Helper()
	s := start(t)
	app := adotest.App{ClientID: clientID, ClientSecret: secret, RedirectURIs: []string{callback}, ResourceURIs: []string{resource}}
	for _, c := range change {
		c(&app)
	}
	s.RegisterApp(app)
	return s
}

func (s *sim) clientToken(kind adotest.ClientTokenKind) string {
	s.t.Helper()
	token, err := s.ClientToken(adotest.AlexOID, resource, kind)
	require.NoError(s.t, err)
	return token
}

// onBehalf exchanges a token; pairs change the request.
func (s *sim) onBehalf(authority, token string, pairs ...string) reply {
	form := []string{
		"grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer", "requested_token_use", "on_behalf_of", "assertion", token,
		"scope", "499b84ac-1321-427f-aa17-267ca6975798/vso.work offline_access openid",
	}
	return s.tokensAt(authority, append(form, pairs...)...)
}

func TestOnBehalfGivesTokensThatAreRenewed(t *testing.T) {
	t.Parallel()
	for _, v1 := range []bool{false, true} {
		s := startExposed(t, func(a *adotest.App) { a.TokensV1 = v1 })
		r := s.onBehalf(adotest.TenantID, s.clientToken(adotest.ClientTokenGood))
		require.Equal(t, 200, r.status, "%s", r.raw)
		require.Equal(t, 200, s.get(r.json["access_token"].(string), fiber+"/queries").status)
		s.clock.Advance(2 * time.Hour)
		renewed := s.refresh(r.json["refresh_token"].(string))
		require.Equal(t, 200, renewed.status, "%s", renewed.raw)
		require.Equal(t, 200, s.get(renewed.json["access_token"].(string), fiber+"/queries").status)
	}
	s := startExposed(t)
	r := s.onBehalf(adotest.TenantID, s.clientToken(adotest.ClientTokenGood), "scope", "499b84ac-1321-427f-aa17-267ca6975798/vso.work")
	require.Equal(t, 200, r.status, "%s", r.raw)
	require.NotContains(t, r.json, "refresh_token", "without offline_access there is none")
	require.NotContains(t, r.json, "id_token")
}

func TestClientTokensNameThePerson(t *testing.T) {
	t.Parallel()
	for v1, want := range map[bool][]string{false: {clientID, "preferred_username"}, true: {resource, "upn"}} {
		s := startExposed(t, func(a *adotest.App) { a.TokensV1 = v1 })
		var claims jwt.MapClaims
		_, _, err := jwt.NewParser().ParseUnverified(s.clientToken(adotest.ClientTokenGood), &claims)
		require.NoError(t, err)
		require.Equal(t, want[0], claims["aud"])
		require.Equal(t, "alexw@contoso.example", claims[want[1]])
		require.Equal(t, []any{adotest.AlexOID, adotest.TenantID}, []any{claims["oid"], claims["tid"]})
	}
	s := startExposed(t)
	_, err := s.ClientToken(adotest.AlexOID, "api://elsewhere", adotest.ClientTokenGood)
	require.ErrorIs(t, err, adotest.ErrResourceUnknown)
}

// Each request that is wrong in one way, and each refusal of the flow itself.
func TestOnBehalfRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		kind        adotest.ClientTokenKind
		pairs       []string
		oauth, code string
	}{
		"no assertion":       {"", []string{"assertion", ""}, "invalid_request", "900144"},
		"no scope":           {"", []string{"scope", ""}, "invalid_request", "900144"},
		"another use":        {"", []string{"requested_token_use", "actor"}, "invalid_request", "70002"},
		"no token":           {"", []string{"assertion", "hello"}, "invalid_request", "50027"},
		"a scope of nothing": {"", []string{"scope", "api://elsewhere/read"}, "invalid_scope", "70011"},
		"a wrong secret":     {"", []string{"client_secret", "another"}, "invalid_client", "7000215"},
		"expired":            {adotest.ClientTokenExpired, nil, "invalid_grant", "500133"},
		"another audience":   {adotest.ClientTokenAudience, nil, "invalid_grant", "500131"},
		"forged":             {adotest.ClientTokenForged, nil, "invalid_grant", "50013"},
		"of an application":  {adotest.ClientTokenApp, nil, "invalid_grant", "7000114"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startExposed(t)
			requireAADSTS(t, s.onBehalf(adotest.TenantID, s.clientToken(test.kind), test.pairs...), test.oauth, test.code)
		})
	}
	s := startExposed(t)
	requireAADSTS(t, s.onBehalf(adotest.ForeignTenantID, s.clientToken(adotest.ClientTokenGood)), "invalid_grant", "50020")
	token := s.clientToken(adotest.ClientTokenGood)
	s.UpdateUser(adotest.AlexOID, func(u *adotest.User) { u.Disabled = true })
	requireAADSTS(t, s.onBehalf(adotest.TenantID, token), "invalid_grant", "50057")
}

// A missing consent ends with a sign-in on the page; a second factor does not end by itself.
func TestOnBehalfNeedsConsent(t *testing.T) {
	t.Parallel()
	s := startExposed(t)
	for _, test := range []struct {
		e        adotest.EntraError
		oauth    string
		code     string
		isMended bool
	}{{adotest.ConsentRequired(), "invalid_grant", "65001", true}, {adotest.MFARequired(), "interaction_required", "50076", false}} {
		s.FailOnBehalf(adotest.AlexOID, test.e)
		requireAADSTS(t, s.onBehalf(adotest.TenantID, s.clientToken(adotest.ClientTokenGood)), test.oauth, test.code)
		require.Equal(t, 200, s.onBehalf(adotest.TenantID, s.mustToken(adotest.MeganOID)).status, "others are not concerned")
		s.signIn(adotest.AlexOID)
		require.Equal(t, test.isMended, s.onBehalf(adotest.TenantID, s.clientToken(adotest.ClientTokenGood)).status == 200)
	}
	s.AllowOnBehalf()
	require.Equal(t, 200, s.onBehalf(adotest.TenantID, s.clientToken(adotest.ClientTokenGood)).status)
}

func (s *sim) mustToken(oid string) string {
	s.t.Helper()
	token, err := s.ClientToken(oid, resource, adotest.ClientTokenGood)
	require.NoError(s.t, err)
	return token
}

// An application asks for its own API, and learns whose an Application ID URI is.
func TestOwnTokenNamesWhoseAnAPIIs(t *testing.T) {
	t.Parallel()
	s := startExposed(t)
	r := s.tokensAt(adotest.TenantID, "grant_type", "client_credentials", "scope", resource+"/.default")
	require.Equal(t, 200, r.status, "%s", r.raw)
	var claims jwt.RegisteredClaims
	_, _, err := jwt.NewParser().ParseUnverified(r.json["access_token"].(string), &claims)
	require.NoError(t, err)
	require.True(t, slices.Equal(claims.Audience, jwt.ClaimStrings{clientID}))
	r = s.tokensAt(adotest.TenantID, "grant_type", "client_credentials", "scope", "api://elsewhere/.default")
	require.Equal(t, "invalid_resource", r.json["error"])
}
