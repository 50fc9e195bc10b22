package adotest_test

import (
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
)

const verifier = "dBjftJeZ4CVP-mBUxn4cKK1Hxjhk3kKvY0Ge5wRZz1abc"

// authorize is the URL that an application would send the browser to.
func (s *sim) authorize(change ...string) string {
	sum := sha256.Sum256([]byte(verifier))
	q := url.Values{
		"client_id": {clientID}, "redirect_uri": {callback}, "response_type": {"code"}, "state": {"st&te"}, "nonce": {"n1"},
		"scope":          {strings.Join(adotest.DefaultScopes(), " ")},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"},
	}
	for i := 0; i < len(change); i += 2 {
		q.Set(change[i], change[i+1])
	}
	return s.url + "/login/organizations/oauth2/v2.0/authorize?" + q.Encode()
}

func (s *sim) signIn(oid string) url.Values {
	s.t.Helper()
	back, err := adotest.SignIn(s.t.Context(), s.authorize(), oid)
	require.NoError(s.t, err)
	u, err := url.Parse(back)
	require.NoError(s.t, err)
	return u.Query()
}

// form posts to the token endpoint with the client's secret.
func (s *sim) form(pairs ...string) reply { return s.tokensAt("organizations", pairs...) }

func (s *sim) tokensAt(authority string, pairs ...string) reply {
	v := url.Values{"client_id": {clientID}, "client_secret": {secret}}
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return s.do("", http.MethodPost, "/login/"+authority+"/oauth2/v2.0/token", "application/x-www-form-urlencoded", []byte(v.Encode()))
}

func (s *sim) redeem(code string, pairs ...string) reply {
	return s.form(append([]string{"grant_type", "authorization_code", "code", code, "redirect_uri", callback, "code_verifier", verifier}, pairs...)...)
}

func (s *sim) refresh(token string) reply {
	return s.form("grant_type", "refresh_token", "refresh_token", token)
}

func requireAADSTS(t *testing.T, r reply, oauth, code string) {
	t.Helper()
	require.Equal(t, oauth, r.json["error"], "%s", r.raw)
	require.True(t, strings.HasPrefix(r.json["error_description"].(string), "AADSTS"+code+":"), "%s", r.raw)
	require.Len(t, r.json["error_codes"], 1)
	require.Equal(t, "no-store", r.header.Get("Cache-Control"))
}

func TestSignInHandsOutTokensThatWork(t *testing.T) {
	t.Parallel()
	s := start(t)
	back := s.signIn(adotest.AlexOID)
	require.Equal(t, "st&te", back.Get("state"))
	require.Equal(t, "entra", back.Get("from"))
	r := s.redeem(back.Get("code"))
	require.Equal(t, 200, r.status, "%s", r.raw)
	require.InDelta(t, 3599, r.json["expires_in"], 0)
	require.NotContains(t, r.json["scope"], "offline_access")
	require.Equal(t, 200, s.get(r.json["access_token"].(string), "/vssps/_apis/profile/profiles/me").status)
	claims := s.verify(r.json["id_token"].(string))
	require.Equal(t, adotest.AlexOID, claims["oid"])
	require.Equal(t, adotest.TenantID, claims["tid"])
	require.Equal(t, "n1", claims["nonce"])
	require.Equal(t, "Alex Wilber", claims["name"])
	require.Equal(t, s.url+"/login/"+adotest.TenantID+"/v2.0", claims["iss"])
	require.Equal(t, clientID, claims["aud"])
}

// verify checks the signature with the published keys.
func (s *sim) verify(token string) jwt.MapClaims {
	s.t.Helper()
	var set struct{ Keys []struct{ Kid, N, E string } }
	meta := s.get("", "/login/"+adotest.TenantID+"/v2.0/.well-known/openid-configuration")
	keys := s.get("", strings.TrimPrefix(meta.json["jwks_uri"].(string), s.url))
	require.NoError(s.t, json.Unmarshal(keys.raw, &set))
	claims := jwt.MapClaims{}
	_, err := jwt.ParseWithClaims(token, claims, func(tok *jwt.Token) (any, error) {
		for _, k := range set.Keys {
			if k.Kid == tok.Header["kid"] {
				n, err := base64.RawURLEncoding.DecodeString(k.N)
				return &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: 65537}, err
			}
		}
		return nil, jwt.ErrTokenUnverifiable
	}, jwt.WithValidMethods([]string{"RS256"}))
	require.NoError(s.t, err)
	return claims
}

func TestSignInPageListsUsersAndLetsCancel(t *testing.T) {
	t.Parallel()
	s := start(t)
	page := s.get("", strings.TrimPrefix(s.authorize("login_hint", "meganb@contoso.example"), s.url))
	require.Equal(t, 200, page.status)
	text := string(page.raw)
	require.Less(t, strings.Index(text, "Megan Bowen"), strings.Index(text, "Alex Wilber"), "the hinted user comes first")
	require.Contains(t, text, "Isaiah Langer")
	back, err := adotest.CancelSignIn(t.Context(), s.authorize())
	require.NoError(t, err)
	require.Contains(t, back, "error=access_denied")
	require.Contains(t, back, "AADSTS65004")
	require.Contains(t, back, "state=st%26te")
	link := s.get("", strings.TrimPrefix(s.authorize("outcome", "cancel"), s.url))
	require.Equal(t, http.StatusFound, link.status)
}

func TestAuthorizeRefusesBadRequests(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		key, value string
		status     int
		want       string
	}{
		"unknown client":     {"client_id", "nobody", 200, "AADSTS700016"},
		"foreign redirect":   {"redirect_uri", "https://evil.example/", 200, "AADSTS50011"},
		"implicit flow":      {"response_type", "token", 302, "unsupported_response_type"},
		"no scope":           {"scope", "", 302, "AADSTS900144"},
		"unknown permission": {"scope", "499b84ac-1321-427f-aa17-267ca6975798/work.read", 302, "AADSTS650053"},
		"other resource":     {"scope", "https://graph.microsoft.com/User.Read", 302, "AADSTS70011"},
		"plain challenge":    {"code_challenge_method", "plain", 302, "AADSTS501491"},
		"silent":             {"prompt", "none", 302, "login_required"},
		"fragment":           {"response_mode", "fragment", 302, "invalid_request"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t)
			r := s.get("", strings.TrimPrefix(s.authorize(tc.key, tc.value), s.url))
			require.Equal(t, tc.status, r.status)
			require.Contains(t, string(r.raw)+r.header.Get("Location"), tc.want)
		})
	}
}

func TestCodesAreSingleUseShortAndBound(t *testing.T) {
	t.Parallel()
	s := start(t)
	code := func() string { return s.signIn(adotest.AlexOID).Get("code") }
	used := code()
	require.Equal(t, 200, s.redeem(used).status)
	requireAADSTS(t, s.redeem(used), "invalid_grant", "54005")
	requireAADSTS(t, s.redeem(code(), "code_verifier", "wrong"), "invalid_grant", "50148")
	requireAADSTS(t, s.redeem(code(), "code_verifier", ""), "invalid_grant", "501481")
	requireAADSTS(t, s.redeem(code(), "redirect_uri", "https://bot.example/"), "invalid_grant", "50011")
	requireAADSTS(t, s.redeem("made up"), "invalid_grant", "9002313")
	wrong := s.redeem(code(), "client_secret", "guess")
	require.Equal(t, http.StatusUnauthorized, wrong.status)
	requireAADSTS(t, wrong, "invalid_client", "7000215")
	requireAADSTS(t, s.redeem(code(), "client_secret", ""), "invalid_client", "7000218")
	requireAADSTS(t, s.redeem(code(), "grant_type", "password"), "unsupported_grant_type", "70003")
	late := code()
	s.clock.Advance(5 * time.Minute)
	requireAADSTS(t, s.redeem(late), "invalid_grant", "70008")
}

func TestClientMayAuthenticateByBasic(t *testing.T) {
	t.Parallel()
	s := start(t)
	code := s.signIn(adotest.AlexOID).Get("code")
	body := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {callback}, "code_verifier": {verifier}}
	basic := base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(clientID) + ":" + url.QueryEscape(secret)))
	header := http.Header{"Authorization": {"Basic " + basic}, "Content-Type": {"application/x-www-form-urlencoded"}}
	r := s.send(t.Context(), http.MethodPost, "/login/organizations/oauth2/v2.0/token", header, []byte(body.Encode()))
	require.Equal(t, 200, r.status, "%s", r.raw)
}

func TestRefreshTokensRotate(t *testing.T) {
	t.Parallel()
	s := start(t)
	first := s.redeem(s.signIn(adotest.AlexOID).Get("code")).json["refresh_token"].(string)
	second := s.refresh(first)
	require.Equal(t, 200, second.status, "%s", second.raw)
	next := second.json["refresh_token"].(string)
	require.NotEqual(t, first, next)
	require.NotEmpty(t, second.json["id_token"])
	requireAADSTS(t, s.refresh(first), "invalid_grant", "70000")
	require.Equal(t, 200, s.refresh(next).status)
}

func TestRefreshEndsForManyReasons(t *testing.T) {
	t.Parallel()
	s := start(t)
	fresh := func() string {
		tokens, err := s.IssueTokens(adotest.MeganOID, clientID, nil)
		require.NoError(t, err)
		return tokens.RefreshToken
	}
	revoked := fresh()
	s.RevokeSessions(adotest.MeganOID)
	requireAADSTS(t, s.refresh(revoked), "invalid_grant", "50173")
	idle := fresh()
	s.ExpireRefreshTokens(adotest.MeganOID)
	requireAADSTS(t, s.refresh(idle), "invalid_grant", "700082")
	old := fresh()
	s.clock.Advance(91 * 24 * time.Hour)
	requireAADSTS(t, s.refresh(old), "invalid_grant", "700082")
	live := fresh()
	s.FailRefresh(adotest.MeganOID, adotest.MFARequired())
	requireAADSTS(t, s.refresh(live), "interaction_required", "50076")
	s.AllowRefresh(adotest.MeganOID)
	s.UpdateUser(adotest.MeganOID, func(u *adotest.User) { u.Disabled = true })
	requireAADSTS(t, s.refresh(live), "invalid_grant", "50057")
	s.UpdateUser(adotest.MeganOID, func(u *adotest.User) { u.Disabled = false })
	require.Equal(t, 200, s.refresh(live).status)
}

func TestNoRefreshTokenWithoutOfflineAccess(t *testing.T) {
	t.Parallel()
	s := start(t)
	back, err := adotest.SignIn(t.Context(), s.authorize("scope", "499b84ac-1321-427f-aa17-267ca6975798/.default"), adotest.AlexOID)
	require.NoError(t, err)
	u, err := url.Parse(back)
	require.NoError(t, err)
	r := s.redeem(u.Query().Get("code"))
	require.Equal(t, 200, r.status)
	require.NotContains(t, r.json, "refresh_token")
	require.NotContains(t, r.json, "id_token")
	require.Equal(t, 200, s.get(r.json["access_token"].(string), "/ado/contoso/_apis/projects").status)
}

func TestSignInFailsBySwitchAndByTenant(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.FailSignIn(adotest.AdminConsentRequired(), 1)
	require.Contains(t, s.signIn(adotest.AlexOID).Get("error_description"), "AADSTS90094")
	require.NotEmpty(t, s.signIn(adotest.AlexOID).Get("code"))
	single := strings.Replace(s.authorize(), "/organizations/", "/"+adotest.TenantID+"/", 1)
	_, err := adotest.SignIn(t.Context(), single, adotest.ForeignOID)
	require.ErrorContains(t, err, "status 200, no redirect")
	require.NotContains(t, string(s.get("", strings.TrimPrefix(single, s.url)).raw), "Isaiah Langer")
}

// A guest has another object id in the other tenant, and tokens that are good there only.
func TestGuestsSignInAtTheOtherTenant(t *testing.T) {
	t.Parallel()
	s := start(t)
	const guest = "0a1b2c3d-0000-4000-8000-0000000000aa"
	require.True(t, s.UpdateUser(adotest.AlexOID, func(u *adotest.User) {
		u.Guest = []adotest.Guest{{Tenant: adotest.ForeignTenantID, OID: guest}}
	}))
	require.True(t, s.Grant(adotest.AlexOID, adotest.OrgForeign))
	there := strings.Replace(s.authorize(), "/organizations/", "/"+adotest.ForeignTenantID+"/", 1)
	require.Contains(t, string(s.get("", strings.TrimPrefix(there, s.url)).raw), "Alex Wilber")
	back, err := adotest.SignIn(t.Context(), there, adotest.AlexOID)
	require.NoError(t, err)
	u, err := url.Parse(back)
	require.NoError(t, err)
	require.Contains(t, s.redeem(u.Query().Get("code")).json["error_description"], "AADSTS700005", "a code is good where it was given")
	tokens := s.tokensAt(adotest.ForeignTenantID, "grant_type", "authorization_code", "code", u.Query().Get("code"), "redirect_uri", callback, "code_verifier", verifier)
	require.Equal(t, 200, tokens.status)
	claims := s.verify(tokens.json["id_token"].(string))
	require.Equal(t, guest, claims["oid"])
	require.Equal(t, adotest.ForeignTenantID, claims["tid"])
	require.Equal(t, 200, s.get(tokens.json["access_token"].(string), "/ado/northwind/_apis/projects").status)
	require.Equal(t, 401, s.get(tokens.json["access_token"].(string), "/ado/contoso/_apis/projects").status)
	// Renewed at home it is a token of home.
	home := s.refresh(tokens.json["refresh_token"].(string))
	require.Equal(t, 401, s.get(home.json["access_token"].(string), "/ado/northwind/_apis/projects").status)
	again := s.tokensAt(adotest.ForeignTenantID, "grant_type", "refresh_token", "refresh_token", home.json["refresh_token"].(string))
	require.Equal(t, 200, s.get(again.json["access_token"].(string), "/ado/northwind/_apis/projects").status)
}

// An application of one tenant is not known to others, and not offered at organizations.
func TestApplicationOfOneTenant(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.RegisterApp(adotest.App{ClientID: clientID, ClientSecret: secret, RedirectURIs: []string{callback}, Tenant: adotest.TenantID})
	at := func(authority string) string {
		return string(s.get("", strings.TrimPrefix(strings.Replace(s.authorize(), "/organizations/", "/"+authority+"/", 1), s.url)).raw)
	}
	require.Contains(t, at("organizations"), "AADSTS50194")
	require.Contains(t, at(adotest.ForeignTenantID), "AADSTS700016")
	require.Contains(t, at(adotest.TenantID), "Pick an account")
}

func TestRotatedKeysStayPublished(t *testing.T) {
	t.Parallel()
	s := start(t)
	old := s.redeem(s.signIn(adotest.AlexOID).Get("code")).json["id_token"].(string)
	require.NoError(t, s.RotateKeys())
	s.verify(old)
	s.verify(s.redeem(s.signIn(adotest.AlexOID).Get("code")).json["id_token"].(string))
}

// A single-tenant registration is known to its own tenant alone, on the page and at
// the token endpoint, as Entra's is.
func TestSingleTenantRegistration(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.RegisterApp(adotest.App{ClientID: clientID, ClientSecret: secret, RedirectURIs: []string{callback}, Tenant: adotest.TenantID})
	for authority, want := range map[string]string{
		"organizations":                        "50194",
		"common":                               "50194",
		adotest.ForeignTenantID:                "700016",
		"00000000-0000-4000-8000-00000000dead": "90002",
		strings.ToUpper(adotest.TenantID):      "",
	} {
		at := func(path string) string { return strings.Replace(path, "/organizations/", "/"+authority+"/", 1) }
		page := s.get("", strings.TrimPrefix(at(s.authorize("prompt", "none")), s.url))
		body := url.Values{"client_id": {clientID}, "client_secret": {secret}, "grant_type": {"authorization_code"}, "code": {"none"}}
		token := s.do("", http.MethodPost, at("/login/organizations/oauth2/v2.0/token"), "application/x-www-form-urlencoded", []byte(body.Encode()))
		if want == "" {
			require.Contains(t, page.header.Get("Location"), callback+"&error=login_required")
			requireAADSTS(t, token, "invalid_grant", "9002313")
			continue
		}
		require.Equal(t, 200, page.status)
		require.Contains(t, string(page.raw), `"strServiceExceptionMessage":"AADSTS`+want+":", authority)
		require.True(t, strings.HasPrefix(token.json["error_description"].(string), "AADSTS"+want+":"), "%s", token.raw)
		require.Equal(t, "https://login.microsoftonline.com/error?code="+want, token.json["error_uri"])
	}
}

// The application gets a token of its own from a tenant, and only with its secret.
func TestTokenOfTheApplication(t *testing.T) {
	t.Parallel()
	s := start(t)
	const scope = "499b84ac-1321-427f-aa17-267ca6975798/.default"
	requireAADSTS(t, s.form("grant_type", "client_credentials", "scope", scope), "invalid_request", "50059")
	ask := func(secret, scope string) reply {
		body := url.Values{"client_id": {clientID}, "client_secret": {secret}, "grant_type": {"client_credentials"}, "scope": {scope}}
		return s.do("", http.MethodPost, "/login/"+adotest.TenantID+"/oauth2/v2.0/token", "application/x-www-form-urlencoded", []byte(body.Encode()))
	}
	good := ask(secret, scope)
	require.Equal(t, 200, good.status, "%s", good.raw)
	require.NotEqual(t, 200, s.get(good.json["access_token"].(string), "/ado/contoso/_apis/projects").status, "it is in no organization")
	requireAADSTS(t, ask("guess", scope), "invalid_client", "7000215")
	requireAADSTS(t, ask(secret, "openid"), "invalid_scope", "1002012")
}
