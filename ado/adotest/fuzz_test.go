package adotest_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
)

// FuzzServe: no request of a member makes the simulator panic, or answer JSON that is none.
func FuzzServe(f *testing.F) {
	cloud := adotest.New(adotest.Options{PublicURL: "http://ado.test"})
	require.NoError(f, cloud.Seed(adotest.World{}))
	issued, err := cloud.IssueTokens(adotest.AlexOID, clientID, nil)
	require.NoError(f, err)
	for _, seed := range [][4]string{
		{"GET", "/ado/contoso/_apis/projects", "api-version=7.1&$top=1&continuationToken=-1", ""},
		{"GET", "/ado/contoso/Fabrikam%20Fiber/_apis/wit/queries", "api-version=7.1&$filter=a&$top=9", ""},
		{"GET", "/ado/contoso/Fabrikam%20Fiber/_apis/wit/queries/Shared%20Queries/Launch", "api-version=7.1&$depth=2&$expand=all", ""},
		{"HEAD", "/ado/contoso/Fabrikam%20Fiber/_apis/wit/wiql/x", "api-version=7.1", ""},
		{"POST", "/ado/contoso/_apis/wit/wiql", "api-version=7.1&timePrecision=true", `{"query":"SELECT [System.Id] FROM WorkItems WHERE [System.ChangedDate] >= @today - 3 AND [System.Id] IN (1, 2) ORDER BY [System.Id]"}`},
		{"POST", "/ado/contoso/_apis/wit/wiql", "api-version=7.1", `{"query":"SELECT [a] FROM WorkItems WHERE [System.IterationPath] = @CurrentIteration('[Fabrikam Fiber]\\Fabrikam Fiber Team') - 1"}`},
		{"POST", "/ado/contoso/Fabrikam%20Fiber/_apis/wit/wiql", "api-version=7.1&$top=3", `{"query":"SELECT [System.Id] FROM WorkItemLinks WHERE ([Source].[System.Id] IN (33,34)) AND ([System.Links.LinkType] = 'System.LinkTypes.Hierarchy-Forward') MODE (Recursive)"}`},
		{"POST", "/ado/contoso/Fabrikam%20Fiber/_apis/wit/wiql", "api-version=7.1", `{"query":"SELECT [System.Id] FROM WorkItems WHERE NOT ([System.Title] CONTAINS WORDS 'a*' OR [System.AreaPath] UNDER 'Fabrikam Fiber') ORDER BY [System.ChangedDate] DESC, [System.Title]"}`},
		{"GET", "/ado/contoso/Fabrikam%20Fiber/_apis/wit/classificationnodes/areas", "api-version=7.1&$depth=14", ""},
		{"GET", "/ado/contoso/Fabrikam%20Fiber/_apis/wit/recyclebin", "api-version=7.1&ids=1,,x", ""},
		{"POST", "/ado/contoso/_apis/wit/workitemsbatch", "api-version=7.1", `{"ids":[1,1000001,-5],"errorPolicy":"omit","fields":["System.Id"]}`},
		{"POST", "/ado/contoso/Payments/_apis/wit/queriesbatch", "api-version=7.1", `{"ids":["x"],"$expand":"minimal","errorPolicy":"omit"}`},
		{"GET", "/ado/contoso/_apis/wit/reporting/workitemrevisions", "api-version=7.1&startDateTime=2026-01-01T00:00:00Z&fields=System.State", ""},
		{"GET", "/ado/contoso/Fabrikam%20Fiber/_apis/wit/workitemtypes/Bug/states", "api-version=7.1", ""},
		{"GET", "/ado/contoso/Fabrikam%20Fiber/_workitems/edit/1", "", ""},
		{"POST", "/login/organizations/oauth2/v2.0/token", "", "grant_type=refresh_token&refresh_token=x"},
		{"GET", "/login/organizations/oauth2/v2.0/authorize", "client_id=x&redirect_uri=y", ""},
		{"GET", "/vssps/_apis/accounts", "api-version=7.1&memberId=x", ""},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3])
	}
	f.Fuzz(func(t *testing.T, method, path, query, body string) {
		u, err := url.Parse("http://ado.test" + path)
		if err != nil || len(body) > 5000 {
			return
		}
		u.RawQuery = query
		r, err := http.NewRequestWithContext(t.Context(), method, u.String(), strings.NewReader(body))
		if err != nil {
			return
		}
		r.Header.Set("Authorization", "Bearer "+issued.AccessToken)
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		cloud.ServeHTTP(w, r)
		if strings.HasPrefix(w.Header().Get("Content-Type"), "application/json") && method != http.MethodHead {
			require.True(t, json.Valid([]byte(strings.TrimPrefix(w.Body.String(), "\ufeff"))), "%s", w.Body)
		}
	})
}
