package adotest_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
)

func requireVSS(t *testing.T, r reply, status int, typeKey, code string) {
	t.Helper()
	require.Equal(t, status, r.status, "%s", r.raw)
	require.Equal(t, typeKey, r.json["typeKey"], "%s", r.raw)
	require.Contains(t, r.json["message"], code)
	require.True(t, bytes.HasPrefix(r.raw, []byte("\ufeff")), "error bodies begin with a byte order mark")
}

func TestWithoutCredentialThereIsASignInPage(t *testing.T) {
	t.Parallel()
	s := start(t)
	page := s.send(t.Context(), http.MethodGet, "/ado/contoso/_apis/projects", http.Header{}, nil)
	require.Equal(t, http.StatusNonAuthoritativeInfo, page.status)
	require.Contains(t, string(page.raw), "<title>Azure DevOps Services | Sign In</title>")
	require.Equal(t, "text/html; charset=utf-8", page.header.Get("Content-Type"))
	anonymous := s.get("", "/ado/contoso/_apis/connectionData?api-version=7.1-preview.1")
	requireVSS(t, anonymous, 401, "UnauthorizedRequestException", "TF400813")
	require.Contains(t, anonymous.header.Get("WWW-Authenticate"), "/login/"+adotest.TenantID)
	require.Equal(t, adotest.TenantID, anonymous.header.Get("X-Vss-Resourcetenant"))
	require.Empty(t, anonymous.header.Get("X-Vss-Userdata"))
	basic := s.send(t.Context(), http.MethodGet, "/ado/contoso/_apis/projects", http.Header{"Authorization": {"Basic OnBhdA=="}}, nil)
	require.Equal(t, 401, basic.status)
	require.Empty(t, basic.raw)
	require.Contains(t, basic.header.Get("WWW-Authenticate"), "Basic realm=")
}

func TestTokensAreChecked(t *testing.T) {
	t.Parallel()
	s := start(t)
	const where = "/ado/contoso/_apis/projects"
	requireVSS(t, s.get("made up", where), 401, "InvalidIdentityException", "TF400813")
	token := s.token(adotest.AlexOID)
	ok := s.get(token, where)
	require.Equal(t, 200, ok.status)
	require.True(t, strings.HasSuffix(ok.header.Get("X-Vss-Userdata"), ":alexw@contoso.example"))
	require.NotEmpty(t, ok.header.Get("Activityid"))
	require.Equal(t, "application/json; charset=utf-8; api-version=7.1", ok.header.Get("Content-Type"))
	s.clock.Advance(time.Hour)
	expired := s.get(token, where)
	requireVSS(t, expired, 401, "InvalidIdentityException", "TF400813")
	require.Contains(t, expired.header.Get("X-Tfs-Serviceerror"), "TF400813%3A%20The%20user")
	header := http.Header{"Authorization": {"Bearer " + token}}
	require.Equal(t, 203, s.send(t.Context(), http.MethodGet, where, header, nil).status)
	require.Equal(t, 401, s.get(s.token(adotest.AlexOID, "openid"), where).status, "not a token for Azure DevOps")
	again := s.token(adotest.AlexOID)
	s.ExpireAccessTokens(adotest.AlexOID)
	require.Equal(t, 401, s.get(again, where).status)
}

func TestScopesLimitATokenToItsArea(t *testing.T) {
	t.Parallel()
	s := start(t)
	work := s.token(adotest.AlexOID, "499b84ac-1321-427f-aa17-267ca6975798/vso.work")
	require.Equal(t, 200, s.get(work, fiber+"/queries").status)
	requireVSS(t, s.get(work, "/ado/contoso/_apis/projects"), 401, "InvalidIdentityException", "TF400813")
	require.Equal(t, 401, s.get(work, "/vssps/_apis/profile/profiles/me").status)
	profile := s.token(adotest.AlexOID, "https://app.vssps.visualstudio.com/vso.profile")
	require.Equal(t, 200, s.get(profile, "/ado/contoso/_apis/projects").status)
	require.Equal(t, 401, s.get(profile, fiber+"/queries").status)
}

func TestMembershipAndTenantDecide(t *testing.T) {
	t.Parallel()
	s := start(t)
	r := s.get(s.token(adotest.LeeOID), "/ado/contoso/_apis/projects")
	requireVSS(t, r, 401, "UnauthorizedRequestException", "TF400813: The user '")
	require.Equal(t, "TFS-Federated, Bearer", r.header.Get("WWW-Authenticate"))
	require.NotEmpty(t, r.header.Get("X-Vss-Userdata"))
	foreign := s.get(s.token(adotest.ForeignOID), "/ado/contoso/_apis/projects")
	requireVSS(t, foreign, 401, "InvalidIdentityException", "TF400813: The user is not")
	require.Equal(t, adotest.TenantID, foreign.header.Get("X-Vss-Resourcetenant"), "the organization's tenant is named")
	require.NoError(t, s.Switch(adotest.ModeNameForeignUser, true))
	requireVSS(t, s.get(s.token(adotest.ForeignOID), "/ado/contoso/_apis/projects"), 401, "UnauthorizedRequestException", "TF400813: The user '")
	require.Equal(t, 200, s.get(s.token(adotest.ForeignOID), "/ado/northwind/_apis/projects").status)
	require.Equal(t, 401, s.get(s.token(adotest.AlexOID), "/ado/contoso-archive/_apis/projects").status)
	require.Equal(t, 404, s.get(s.token(adotest.AlexOID), "/ado/no-such-organization/_apis/projects").status)
	alex := s.token(adotest.AlexOID)
	s.Revoke(adotest.AlexOID, "contoso")
	require.Equal(t, 401, s.get(alex, fiber+"/queries").status)
	s.Grant(adotest.AlexOID, "contoso", "Payments")
	requireVSS(t, s.get(alex, fiber+"/queries"), 404, "ProjectDoesNotExistWithNameException", "TF200016")
}

func TestVersionAndPathAreChecked(t *testing.T) {
	t.Parallel()
	s := start(t)
	alex := s.token(adotest.AlexOID)
	requireVSS(t, s.get(alex, "/ado/contoso/_apis/projects?api-version="), 400, "VssVersionNotSpecifiedException", "No api-version")
	requireVSS(t, s.get(alex, "/ado/contoso/_apis/projects?api-version=9.0"), 400, "VssVersionOutOfRangeException", "9.0")
	requireVSS(t, s.get(alex, "/ado/contoso/_apis/connectionData"), 400, "VssInvalidPreviewVersionException", "-preview")
	header := http.Header{"Authorization": {"Bearer " + alex}, "Accept": {"application/json;api-version=7.1"}}
	require.Equal(t, 200, s.send(t.Context(), http.MethodGet, "/ado/contoso/_apis/projects?api-version=", header, nil).status)
	requireVSS(t, s.get(alex, "/ado/contoso/a:b/_apis/wit/queries"), 400, "HttpException", "dangerous Request.Path value was detected from the client (:)")
	require.Equal(t, 415, s.do(alex, http.MethodPost, fiber+"/workitemsbatch", "text/plain", []byte("{}")).status)
	require.Equal(t, 404, s.get(alex, "/ado/contoso/_apis/no/such/thing").status)
}

func TestProfileAccountsAndAreas(t *testing.T) {
	t.Parallel()
	s := start(t)
	alex := s.token(adotest.AlexOID)
	me := s.get(alex, "/vssps/_apis/profile/profiles/me")
	require.Equal(t, "Alex Wilber", me.json["displayName"])
	require.NotEqual(t, adotest.AlexOID, me.json["id"])
	rows := s.get(alex, "/vssps/_apis/accounts?memberId="+me.json["id"].(string)).rows(t)
	status := map[string]any{}
	for _, r := range rows {
		status[r["accountName"].(string)] = r["accountStatus"]
	}
	require.Equal(t, map[string]any{"contoso": "enabled", "fabrikam": "enabled", "contoso-archive": "disabled"}, status)
	require.Equal(t, 400, s.get(alex, "/vssps/_apis/accounts").status)
	data := s.get(alex, "/ado/contoso/_apis/connectionData?api-version=7.1-preview.1")
	require.Equal(t, me.json["id"], data.json["authenticatedUser"].(map[string]any)["id"])
	area := s.get("", "/ado/_apis/resourceAreas/79134C72-4A58-4B42-976C-04E7115F32BF?accountName=Contoso")
	require.Equal(t, s.url+"/ado/contoso/", area.json["locationUrl"])
	require.Equal(t, 404, s.get("", "/ado/_apis/resourceAreas/79134C72-4A58-4B42-976C-04E7115F32BF?accountName=nobody").status)
}

func TestProjectsComeInPagesAndByAnyName(t *testing.T) {
	t.Parallel()
	s := start(t)
	alex := s.token(adotest.AlexOID)
	first := s.get(alex, "/ado/contoso/_apis/projects?$top=1")
	require.Equal(t, []string{adotest.ProjectFiber}, names(first.rows(t)))
	require.Equal(t, "1", first.header.Get("X-Ms-Continuationtoken"))
	second := s.get(alex, "/ado/contoso/_apis/projects?$top=1&continuationToken=1")
	require.Equal(t, []string{adotest.ProjectPay}, names(second.rows(t)))
	require.Empty(t, second.header.Get("X-Ms-Continuationtoken"))
	require.Equal(t, []string{adotest.ProjectPay}, names(s.get(s.token(adotest.AdeleOID), "/ado/contoso/_apis/projects").rows(t)))

	one := s.get(alex, "/ado/CONTOSO/_APIS/Projects/fabrikam%20fiber")
	require.Equal(t, "Fabrikam Fiber Team", one.json["defaultTeam"].(map[string]any)["name"])
	require.Equal(t, 200, s.get(alex, "/ado/contoso/_apis/projects/"+one.json["id"].(string)).status)
	require.Equal(t, 404, s.get(alex, "/ado/contoso/_apis/projects/Fiber%20Portal").status)
	require.Equal(t, 200, s.get(alex, "/ado/contoso/_apis/projects/Fiber%20Portal?includeHistory=true").status)
	requireVSS(t, s.get(s.token(adotest.AdeleOID), "/ado/contoso/_apis/projects/"+one.json["id"].(string)), 404, "ProjectDoesNotExistException", "VS800075")
}
