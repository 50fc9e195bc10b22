package ado_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/ado"
)

func places() map[string]ado.Place {
	const id = queryGUID
	pguid := "6ce954b1-ce1f-45d1-b94d-e6bf2464ba2c"
	fiber := ado.Place{Organization: "fabrikam", Project: "My Fiber"}
	query := ado.Place{Organization: "fabrikam", Project: "My Fiber", QueryID: id}
	org := ado.Place{Organization: "fabrikam"}
	return map[string]ado.Place{
		"fabrikam":                                 org,
		"  fabrikam \n":                            org,
		"fabrikam/":                                org,
		"fabrikam/My Fiber":                        fiber,
		"dev.azure.com/fabrikam":                   org,
		"https://dev.azure.com/fabrikam":           org,
		"<https://dev.azure.com/fabrikam/>":        org,
		"HTTPS://DEV.AZURE.COM/fabrikam":           org,
		"http://dev.azure.com:443/fabrikam":        org,
		"https://dev.azure.com/fabrikam/_projects": org,
		"https://dev.azure.com/fabrikam/_settings/organizationPolicy":                          org,
		"https://vssps.dev.azure.com/fabrikam/":                                                org,
		"https://dev.azure.com/fabrikam/My%20Fiber":                                            fiber,
		"https://dev.azure.com/fabrikam/My Fiber/_boards/board/t/Team/Stories":                 fiber,
		"https://jamal@dev.azure.com/fabrikam/My%20Fiber/_git/repo":                            fiber,
		"https://jamal:secret@dev.azure.com/fabrikam/My%20Fiber":                               fiber,
		"git@ssh.dev.azure.com:v3/fabrikam/My%20Fiber/repo":                                    fiber,
		"fabrikam@vs-ssh.visualstudio.com:v3/fabrikam/My%20Fiber/repo":                         fiber,
		"https://fabrikam.visualstudio.com":                                                    org,
		"fabrikam.visualstudio.com":                                                            org,
		"https://fabrikam.vssps.visualstudio.com/_apis":                                        org,
		"https://fabrikam.visualstudio.com/DefaultCollection/My%20Fiber/_queries":              fiber,
		"https://fabrikam.visualstudio.com/My%20Fiber/_workitems/edit/3":                       fiber,
		"https://dev.azure.com/fabrikam/My%20Fiber/_queries/query/" + id + "/":                 query,
		"https://dev.azure.com/fabrikam/My%20Fiber/_queries/query-edit/" + strings.ToUpper(id): query,
		"https://dev.azure.com/fabrikam/My%20Fiber/_queries?id=" + id + "&_a=query":            query,
		"https://dev.azure.com/fabrikam/My%20Fiber/_apis/wit/queries/" + id + "?x=y":           query,
		"https://dev.azure.com/fabrikam/My%20Fiber/_apis/wit/wiql/" + id:                       query,
		"https://dev.azure.com/fabrikam/My%20Fiber/_queries/query/?tempQueryId=" + id:          fiber,
		"https://dev.azure.com/fabrikam/My%20Fiber/_build?id=" + id:                            fiber,
		"https://fabrikam.visualstudio.com/My%20Fiber/_queries/query/" + id:                    query,
		"https://dev.azure.com/fabrikam/web/qr.aspx?pguid=" + pguid + "&qid=" + id: {
			Organization: "fabrikam", Project: pguid, QueryID: id,
		},
		"\ufeff\u200bhttps://dev.azure.com/fabrikam/My%20Fiber\u200b ":                                                                    fiber,
		"https://dev.azure.com/fabrikam/My%20Fiber/_queries/folder/" + pguid + "/":                                                        fiber,
		"https://nam06.safelinks.protection.outlook.com/?url=https%3A%2F%2Fdev.azure.com%2Ffabrikam%2FMy%2520Fiber&data=05%7C01":          fiber,
		"https://statics.teams.cdn.office.net/evergreen-assets/safelinks/1/atp-safelinks.html?url=https%3A%2F%2Fdev.azure.com%2Ffabrikam": org,
		"https://ado.test:8443/base/path/fabrikam/My%20Fiber":                                                                             fiber,
		"ado.test:8443/base/path/fabrikam":                                                                                                org,
	}
}

func refusedPlaces() map[string]string {
	return map[string]string{
		"":                       "missing",
		"two words":              "hyphens",
		"https://dev.azure.com":  "names no organization",
		"https://dev.azure.com/": "names no organization",
		"https://app.vssps.visualstudio.com/_apis":                                               "names no organization",
		"https://evil.test/fabrikam":                                                             "not an address of Azure DevOps",
		"https://dev.azure.com.evil.test/fabrikam":                                               "not an address of Azure DevOps",
		"https://dev.azure.com@evil.test/fabrikam":                                               "not an address of Azure DevOps",
		"https://evildev.azure.com/fabrikam":                                                     "not an address of Azure DevOps",
		"https://ado.test/fabrikam":                                                              "not an address of Azure DevOps", // the port is part of the host
		"https://evil.test/?url=https%3A%2F%2Fdev.azure.com%2Ffabrikam":                          "not an address of Azure DevOps",
		"https://nam06.safelinks.protection.outlook.com/?url=https%3A%2F%2Fevil.test%2Ffabrikam": "not an address of Azure DevOps",
		"git@evil.test:v3/fabrikam/x":                                                            "not an address of Azure DevOps",
		"ftp://dev.azure.com/fabrikam":                                                           "no address that can be read",
		"https://dev.azure.com/%zz":                                                              "no address that can be read",
		"https://dev.azure.com/fabrikam/a%2Fb":                                                   "cannot contain /",
		"https://dev.azure.com/../x":                                                             "hyphens",
		"https://dev.azure.com/fabrikam/..":                                                      "dot",
		"https://dev.azure.com/" + strings.Repeat("x", 3000):                                     "too long",
		"file:///etc/passwd":                                                                     "no address that can be read",
	}
}

func placeClient(tb testing.TB) *ado.Client {
	tb.Helper()
	c, err := ado.New(ado.Options{BaseURL: "https://ado.test:8443/base/path"})
	require.NoError(tb, err)
	return c
}

func TestParseOrganization(t *testing.T) {
	t.Parallel()
	c := placeClient(t)
	for text, want := range places() {
		got, err := c.ParseOrganization(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for text, part := range refusedPlaces() {
		got, err := c.ParseOrganization(text)
		var input *ado.InputError
		require.ErrorAs(t, err, &input, text)
		require.Contains(t, err.Error(), part, text)
		require.NotContains(t, err.Error(), "secret")
		require.Zero(t, got)
	}
}
