package adotest_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
)

// at sends a GET to the listener under another name.
func (s *sim) at(host, path, token string) (int, string) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.url+path, nil)
	require.NoError(s.t, err)
	req.Host = host
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := s.http.Do(req)
	require.NoError(s.t, err)
	defer resp.Body.Close()
	body := make([]byte, 4000)
	n, _ := resp.Body.Read(body)
	return resp.StatusCode, string(body[:n])
}

func TestRealHostNames(t *testing.T) {
	t.Parallel()
	s := start(t)
	alex := s.token(adotest.AlexOID)
	for _, tt := range []struct{ host, path, want string }{
		{"dev.azure.com", "/contoso/_apis/projects?api-version=7.1", `"url":"https://dev.azure.com/contoso/_apis/projects/`},
		{"contoso.visualstudio.com", "/_apis/projects?api-version=7.1", `"url":"https://contoso.visualstudio.com/_apis/projects/`},
		{"Contoso.VisualStudio.com:443", "/DefaultCollection/_apis/projects?api-version=7.1", `"url":"https://contoso.visualstudio.com/_apis/`},
		{"contoso.visualstudio.com", "/Fabrikam%20Fiber/_apis/wit/queries?api-version=7.1", `"url":"https://contoso.visualstudio.com/`},
		{"app.vssps.visualstudio.com", "/_apis/profile/profiles/me?api-version=7.1", `"displayName":"Alex Wilber"`},
		{"login.microsoftonline.com", "/organizations/v2.0/.well-known/openid-configuration", `"token_endpoint"`},
		{"dev.azure.com", "/_apis/resourceAreas/79134C72-4A58-4B42-976C-04E7115F32BF?accountName=contoso&api-version=5.0-preview.1", `"locationUrl"`},
	} {
		status, body := s.at(tt.host, tt.path, alex)
		require.Equal(t, 200, status, "%s%s: %s", tt.host, tt.path, body)
		require.Contains(t, body, tt.want)
	}
	status, _ := s.at("evil.vssps.visualstudio.com", "/_apis/projects?api-version=7.1", alex)
	require.Equal(t, 404, status)
	status, _ = s.at("contoso.visualstudio.com", "/DefaultCollectionX/_apis/wit/queries?api-version=7.1", alex)
	require.Equal(t, 404, status, "a project of that name does not exist")
}

func TestCustomizedProcess(t *testing.T) {
	t.Parallel()
	s := start(t)
	alex, org := s.token(adotest.AlexOID), adotest.OrgContoso
	states := func(kind string) []string {
		return names(s.get(alex, fiber+"/workitemtypes/"+kind+"/states").rows(t))
	}
	category := func(state string) string {
		return s.Category(org, adotest.Item{Project: adotest.ProjectFiber, Type: "Feature", State: state})
	}
	require.NoError(t, s.RenameState(org, adotest.ProjectFiber, "feature", "closed", "Shipped"))
	require.NoError(t, s.DeleteState(org, adotest.ProjectFiber, "Feature", "Resolved"))
	require.Equal(t, []string{"New", "Active", "Shipped", "Removed"}, states("Feature"))
	require.Equal(t, []string{"New", "Active", "Resolved", "Closed", "Removed"}, states("Epic"), "a type of the same states")
	require.Equal(t, []string{"Completed", "", ""}, []string{category("Shipped"), category("Closed"), category("Resolved")})
	require.NoError(t, s.DisableType(org, adotest.ProjectFiber, "Task"))
	require.Equal(t, true, s.get(alex, fiber+"/workitemtypes/Task").json["isDisabled"])
	require.NoError(t, s.UpdateType(org, adotest.ProjectFiber, "Issue", func(kind *adotest.Type) { kind.States = nil }))
	require.Equal(t, 200, s.get(alex, fiber+"/workitemtypes").status)
	require.NoError(t, s.DeleteType(org, adotest.ProjectFiber, "Bug"))
	requireVSS(t, s.get(alex, fiber+"/workitemtypes/Bug/states"), 404, "WorkItemTypeNotFoundException", "VS402323")
	require.Equal(t, 200, s.run(alex, "Launch bugs").status)
	require.NotPanics(t, func() { s.Advance(50) })
	require.Error(t, s.UpdateType(org, adotest.ProjectFiber, "Bug", nil))
	require.Error(t, s.UpdateType(org, "nowhere", "Bug", nil))
	require.Error(t, s.DeleteType("nowhere", "nowhere", "Bug"))
}
