package adotest_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
)

const adoScope = "499b84ac-1321-427f-aa17-267ca6975798/.default"

// readerForm is a good request of okr-reader with its secret.
func readerForm() url.Values {
	return url.Values{
		"grant_type": {"client_credentials"}, "client_id": {adotest.ReaderClientID}, "client_secret": {adotest.ReaderSecret}, "scope": {adoScope},
	}
}

// ask asks the token endpoint of a tenant.
func (s *sim) ask(tenant string, form url.Values) reply {
	s.t.Helper()
	return s.do("", http.MethodPost, "/login/"+tenant+"/oauth2/v2.0/token", "application/x-www-form-urlencoded", []byte(form.Encode()))
}

func (s *sim) asReader() string {
	s.t.Helper()
	r := s.ask(adotest.TenantID, readerForm())
	require.Equal(s.t, http.StatusOK, r.status, "%s", r.raw)
	require.NotContains(s.t, r.json, "refresh_token", "an application has none")
	return r.json["access_token"].(string)
}

func code(r reply) int {
	list, _ := r.json["error_codes"].([]any)
	if len(list) == 0 {
		return 0
	}
	return int(list[0].(float64))
}

func TestRefusalsOfAServicePrincipal(t *testing.T) {
	t.Parallel()
	update := func(change func(*adotest.Principal)) func(*sim) {
		return func(s *sim) { require.True(s.t, s.UpdatePrincipal(adotest.ReaderName, change)) }
	}
	for name, c := range map[string]struct {
		tenant, field, value string
		prepare              func(*sim)
		code                 int
	}{
		"wrong secret":     {field: "client_secret", value: "another", code: 7000215},
		"no secret":        {field: "client_secret", value: "", code: 7000218},
		"unknown":          {field: "client_id", value: "99999999-2222-4333-8444-555555555555", code: 700016},
		"wrong tenant":     {tenant: adotest.ForeignTenantID, code: 700016},
		"no tenant":        {tenant: "99999999-2222-4333-8444-555555555555", code: 90002},
		"organizations":    {tenant: "organizations", code: 50194},
		"permission":       {field: "scope", value: "499b84ac-1321-427f-aa17-267ca6975798/vso.work", code: 1002012},
		"another resource": {field: "scope", value: "https://graph.microsoft.com/.default", code: 1002012},
		"removed":          {prepare: func(s *sim) { require.True(s.t, s.RemovePrincipal(adotest.ReaderName)) }, code: 700016},
		"disabled":         {prepare: update(func(p *adotest.Principal) { p.Disabled = true }), code: 7000112},
		"blocked":          {prepare: update(func(p *adotest.Principal) { p.Blocked = true }), code: 53003},
		"expired": {prepare: func(s *sim) {
			s.UpdatePrincipal(adotest.ReaderName, func(p *adotest.Principal) { p.Secrets[0].Ends = s.clock.Now() })
		}, code: 7000222},
		"killed": {prepare: func(s *sim) {
			require.True(s.t, s.FailApplication(adotest.ReaderName, adotest.ResourceMissing(adotest.TenantID)))
		}, code: 500011},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t)
			if c.prepare != nil {
				c.prepare(s)
			}
			form, tenant := readerForm(), adotest.TenantID
			if c.field != "" {
				form.Set(c.field, c.value)
			}
			if c.tenant != "" {
				tenant = c.tenant
			}
			r := s.ask(tenant, form)
			require.Equal(t, c.code, code(r), "%s", r.raw)
			require.GreaterOrEqual(t, r.status, 400)
		})
	}
}

func TestAServicePrincipalInSeveralTenants(t *testing.T) {
	t.Parallel()
	s := start(t)
	p, ok := s.Principal(adotest.ReaderClientID)
	require.True(t, ok)
	p.Tenant, p.OID, p.Access = adotest.ForeignTenantID, "", []adotest.Access{{Organization: adotest.OrgForeign}}
	s.AddPrincipal(p)
	require.Equal(t, http.StatusOK, s.ask(adotest.ForeignTenantID, readerForm()).status)
	s.AddUser(adotest.User{OID: "0a1b2c3d-0000-4000-8000-0000000000ff", Tenant: "c7d3f1a8-52b4-4f0e-8a6b-0e9d4b7a1cff", UPN: "third@third.example"})
	require.Equal(t, 7000229, code(s.ask("c7d3f1a8-52b4-4f0e-8a6b-0e9d4b7a1cff", readerForm())))
}

// TestAServicePrincipalOpensWhatItWasAddedTo: each level of access, and each way in which
// it is missing.
func TestAServicePrincipalOpensWhatItWasAddedTo(t *testing.T) {
	t.Parallel()
	s := start(t)
	token := s.asReader()
	require.Equal(t, 200, s.get(token, listProjects).status)
	require.Equal(t, 200, s.get(token, fiber+"/queries/"+s.queryID("Launch bugs")).status)

	r := s.get(token, "/ado/fabrikam/_apis/projects")
	require.Equal(t, 401, r.status)
	p, _ := s.Principal(adotest.ReaderName)
	require.Contains(t, r.json["message"], `TF401444: Please sign-in at least once as `+p.Tenant+`\`+p.Tenant+`\`+p.OID)
	require.Equal(t, 401, s.get(token, "/ado/northwind/_apis/projects").status)
	require.Equal(t, 401, s.get(token, "/vssps/_apis/profile/profiles/me").status)

	access := func(a ...adotest.Access) {
		s.UpdatePrincipal(adotest.ReaderName, func(p *adotest.Principal) { p.Access = a })
	}
	access(adotest.Access{Organization: adotest.OrgContoso, Licence: adotest.Stakeholder})
	require.Equal(t, 200, s.get(token, listProjects).status)
	access(adotest.Access{Organization: adotest.OrgContoso, Licence: adotest.Unlicensed})
	r = s.get(token, listProjects)
	require.Equal(t, 401, r.status)
	require.Contains(t, r.json["message"], "TF400813: The user '")
	access(adotest.Access{Organization: adotest.OrgContoso, Projects: []string{adotest.ProjectPay}})
	require.Equal(t, []string{adotest.ProjectPay}, names(s.get(token, listProjects).rows(t)))
	require.Equal(t, 404, s.get(token, fiber+"/workitemtypes").status)
	s.UpdatePrincipal(adotest.ReaderName, func(p *adotest.Principal) { p.Disabled = true })
	require.Equal(t, 401, s.get(token, listProjects).status)
}

func TestNobodySignsInAsAServicePrincipal(t *testing.T) {
	t.Parallel()
	s := start(t)
	p, _ := s.Principal(adotest.ReaderName)
	for _, u := range s.Users() {
		require.NotEqual(t, p.OID, u.OID)
	}
	_, err := adotest.SignIn(t.Context(), s.authorize(), p.OID)
	require.ErrorContains(t, err, "no redirect")
}

// certificate is one for okr-reader, with its key.
func certificate(t *testing.T, from, until time.Time) (*x509.Certificate, *rsa.PrivateKey) {
	t.Helper()
	key, err := signingKey()
	require.NoError(t, err)
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	require.NoError(t, err)
	raw, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: "okr-reader"}, NotBefore: from, NotAfter: until},
		&x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: "okr-reader"}}, &key.PublicKey, key)
	require.NoError(t, err)
	cert, err := x509.ParseCertificate(raw)
	require.NoError(t, err)
	return cert, key
}

func TestAssertionsOfACertificate(t *testing.T) {
	t.Parallel()
	s := start(t)
	now := s.clock.Now()
	cert, key := certificate(t, now.Add(-time.Hour), now.Add(time.Hour))
	other, _ := certificate(t, now.Add(-time.Hour), now.Add(time.Hour))
	over, _ := certificate(t, now.Add(-2*time.Hour), now.Add(-time.Hour))
	stranger, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	s.UpdatePrincipal(adotest.ReaderName, func(p *adotest.Principal) { p.Certificates = []*x509.Certificate{over, cert} })
	for name, c := range map[string]struct {
		change func(claims jwt.MapClaims, header map[string]any)
		method jwt.SigningMethod
		key    *rsa.PrivateKey
		code   int
	}{
		"good":         {code: 0},
		"RS256":        {method: jwt.SigningMethodRS256, code: 0},
		"stranger":     {key: stranger, code: 700027},
		"thumbprint":   {change: func(_ jwt.MapClaims, h map[string]any) { h["x5t#S256"] = thumbprint(other) }, code: 700027},
		"over":         {change: func(_ jwt.MapClaims, h map[string]any) { h["x5t#S256"] = thumbprint(over) }, code: 700027},
		"none":         {change: func(_ jwt.MapClaims, h map[string]any) { delete(h, "x5t#S256") }, code: 50027},
		"audience":     {change: func(c jwt.MapClaims, _ map[string]any) { c["aud"] = "https://elsewhere.example" }, code: 700023},
		"subject":      {change: func(c jwt.MapClaims, _ map[string]any) { c["sub"] = clientID }, code: 700021},
		"issuer":       {change: func(c jwt.MapClaims, _ map[string]any) { c["iss"] = clientID }, code: 70021},
		"ended":        {change: func(c jwt.MapClaims, _ map[string]any) { c["exp"] = now.Add(-time.Hour).Unix() }, code: 700024},
		"early":        {change: func(c jwt.MapClaims, _ map[string]any) { c["nbf"] = now.Add(time.Hour).Unix() }, code: 700024},
		"for too long": {change: func(c jwt.MapClaims, _ map[string]any) { c["exp"] = now.Add(100 * time.Hour).Unix() }, code: 700024},
		"without id":   {change: func(c jwt.MapClaims, _ map[string]any) { delete(c, "jti") }, code: 700024},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			method, signer := jwt.SigningMethod(jwt.SigningMethodPS256), key
			if c.method != nil {
				method = c.method
			}
			if c.key != nil {
				signer = c.key
			}
			claims := jwt.MapClaims{
				"aud": s.url + "/login/" + adotest.TenantID + "/oauth2/v2.0/token", "iss": adotest.ReaderClientID, "sub": adotest.ReaderClientID,
				"jti": "1", "nbf": now.Unix(), "exp": now.Add(10 * time.Minute).Unix(),
			}
			token := jwt.NewWithClaims(method, claims)
			token.Header["x5t#S256"] = thumbprint(cert)
			if c.change != nil {
				c.change(claims, token.Header)
			}
			raw, err := token.SignedString(signer)
			require.NoError(t, err)
			form := readerForm()
			form.Del("client_secret")
			form.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
			form.Set("client_assertion", raw)
			r := s.ask(adotest.TenantID, form)
			require.Equal(t, c.code, code(r), "%s", r.raw)
		})
	}
}

func thumbprint(cert *x509.Certificate) string {
	sum := sha256.Sum256(cert.Raw)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// TestTheMachineHasIdentities in both forms of the endpoint.
func TestTheMachineHasIdentities(t *testing.T) {
	t.Parallel()
	s := start(t)
	const identity, own = "77777777-2222-4333-8444-000000000001", "77777777-2222-4333-8444-000000000002"
	s.AddPrincipal(adotest.Principal{ClientID: identity, Tenant: adotest.TenantID, Name: "okrbot-identity", Access: []adotest.Access{{Organization: adotest.OrgContoso}}})
	s.AddPrincipal(adotest.Principal{ClientID: own, Tenant: adotest.TenantID, Name: "okrbot-vm"})
	ask := func(path, client, resource string, header http.Header) reply {
		q := url.Values{"resource": {resource}}
		if client != "" {
			q.Set("client_id", client)
		}
		return s.send(t.Context(), http.MethodGet, path+"&"+q.Encode(), header, nil)
	}
	service := func(client, resource string) reply {
		return ask("/msi/token?api-version=2019-08-01", client, resource, http.Header{"X-Identity-Header": {"header"}})
	}
	vm := func(client, resource string) reply {
		return ask("/metadata/identity/oauth2/token?api-version=2018-02-01", client, resource, http.Header{"Metadata": {"true"}})
	}
	const azure = "499b84ac-1321-427f-aa17-267ca6975798"
	require.Equal(t, 401, service("", azure).status, "no identity endpoint yet")
	s.SetMachine(adotest.Machine{Own: own, Assigned: []string{identity}, Header: "header"})
	for name, get := range map[string]func(client, resource string) reply{"App Service": service, "virtual machine": vm} {
		r := get(identity, azure)
		require.Equal(t, 200, r.status, name)
		require.Equal(t, identity, r.json["client_id"])
		require.NotEmpty(t, r.json["expires_on"])
		require.Equal(t, 200, s.get(r.json["access_token"].(string), listProjects).status)
		r = get("", azure)
		require.Equal(t, own, r.json["client_id"], "the machine's own")
		require.Equal(t, 401, s.get(r.json["access_token"].(string), listProjects).status, "was not added")
		require.Equal(t, 400, get("99999999-2222-4333-8444-000000000001", azure).status)
		require.Equal(t, 400, get("", "https://graph.microsoft.com").status)

		require.True(t, s.TrustMachine(adotest.ReaderName, "okrbot-identity"))
		form := readerForm()
		form.Del("client_secret")
		form.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
		form.Set("client_assertion", get(identity, adotest.TokenExchange).json["access_token"].(string))
		require.Equal(t, 200, s.ask(adotest.TenantID, form).status, name)
		form.Set("client_assertion", get(own, adotest.TokenExchange).json["access_token"].(string))
		require.Equal(t, 700213, code(s.ask(adotest.TenantID, form)), name)
	}
	require.Equal(t, 400, ask("/metadata/identity/oauth2/token?api-version=2018-02-01", "", azure, http.Header{}).status)
	require.Equal(t, 401, ask("/msi/token?api-version=2019-08-01", "", azure, http.Header{}).status)
}

func TestControlOfApplications(t *testing.T) {
	t.Parallel()
	s := start(t)
	order := fmt.Sprintf(`{"clientId":"%s","name":"okr-reader","secrets":[{"value":"new~secret"}],"access":[{"organization":"contoso","licence":"stakeholder","projects":["Payments"]}]}`, adotest.ReaderClientID)
	for _, tt := range []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"GET", "/applications", "", 200, `"okr-reader"`},
		{"PUT", "/applications", order, 200, `"stakeholder"`},
		{"PUT", "/applications", `{"clientId":"x","name":"y"}`, 400, "GUID"},
		{"PUT", "/applications", strings.ReplaceAll(order, "stakeholder", "golden"), 400, "licence"},
		{"PUT", "/applications", strings.ReplaceAll(order, "okr-reader", " "), 400, "name"},
		{"PUT", "/applications", strings.ReplaceAll(order, `"access"`, `"certificates":["x"],"access"`), 400, "PEM"},
		{"PUT", "/machine", `{"own":"` + adotest.ReaderClientID + `","header":"h"}`, 200, "{}"},
		{"PUT", "/machine", `{"colour":"red"}`, 400, "colour"},
		{"POST", "/faults", `{"fault":"not-added","user":"okr-reader"}`, 200, "not-added"},
	} {
		w := httptest.NewRecorder()
		s.Control().ServeHTTP(w, httptest.NewRequest(tt.method, tt.path, strings.NewReader(tt.body)))
		require.Equal(t, tt.status, w.Code, tt.path+tt.body)
		require.Contains(t, w.Body.String(), tt.want, tt.path)
		require.NotContains(t, w.Body.String(), "new~secret")
		require.NotContains(t, w.Body.String(), adotest.ReaderSecret)
	}
	require.Equal(t, 7000215, code(s.ask(adotest.TenantID, readerForm())), "the old secret")
	form := readerForm()
	form.Set("client_secret", "new~secret")
	token := s.ask(adotest.TenantID, form).json["access_token"].(string)
	require.Equal(t, 401, s.get(token, listProjects).status, "the fault")
	s.ClearFaults()
	require.Equal(t, []string{"Payments"}, names(s.get(token, listProjects).rows(t)))
	w := httptest.NewRecorder()
	s.Control().ServeHTTP(w, httptest.NewRequest("DELETE", "/applications/okr-reader", http.NoBody))
	require.Equal(t, 200, w.Code)
	require.Equal(t, 700016, code(s.ask(adotest.TenantID, form)))
}
