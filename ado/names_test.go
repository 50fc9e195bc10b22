package ado_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/ado"
)

func TestValidateOrganization(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a", "fabrikam", "Fabrikam-Fiber-Inc", "4u", strings.Repeat("x", 50)} {
		require.NoError(t, ado.ValidateOrganization(name))
	}
	for name, part := range map[string]string{
		"": "missing", strings.Repeat("x", 51): "50 characters", "-a": "hyphens", "a-": "hyphens", "a b": "hyphens",
		"a.b": "hyphens", "ä": "hyphens", "a/b": "hyphens", "..": "hyphens", "a\n": "hyphens",
	} {
		err := ado.ValidateOrganization(name)
		var input *ado.InputError
		require.ErrorAs(t, err, &input, name)
		require.Contains(t, err.Error(), part)
		require.NotContains(t, err.Error(), "\n")
	}
}

func TestValidateProject(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"Fiber", "Ä Projekt (2026)", "六四", strings.Repeat("ü", 64), "6ce954b1-ce1f-45d1-b94d-e6bf2464ba2c", "a.b", "COM11",
	} {
		require.NoError(t, ado.ValidateProject(name), name)
	}
	for name, part := range map[string]string{
		"": "missing", "  ": "missing", strings.Repeat("ü", 65): "64 characters", "a/b": "/", "50%": "%", "a:b": ":", "[x]": "[",
		"_git": "underscore", ".x": "dot", "x.": "dot", "..": "dot", "con": "reserved", "COM10": "reserved",
		"signalr": "reserved", "Web.Config": "reserved", "a\x00b": "shown", "a\u0085b": "shown", "\xff": "shown",
	} {
		err := ado.ValidateProject(name)
		require.Error(t, err, name)
		require.Contains(t, err.Error(), part)
	}
}

func TestLinks(t *testing.T) {
	t.Parallel()
	base := "https://dev.azure.com/"
	require.Equal(t, "https://dev.azure.com/fabrikam/My%20Fiber/_workitems/edit/300",
		ado.WorkItemURL(base, "fabrikam", "My Fiber", 300))
	require.Equal(t, "https://dev.azure.com/fabrikam/_workitems/edit/300", ado.WorkItemURL(base, "fabrikam", "", 300))
	require.Equal(t, "http://127.0.0.1:1/x/fabrikam/%C3%84/_queries/query/"+queryGUID+"/",
		ado.QueryURL("http://127.0.0.1:1/x", "fabrikam", "Ä", queryGUID))
}

func TestProjectURL(t *testing.T) {
	t.Parallel()
	require.Equal(t, "https://dev.azure.com/fabrikam/My%20Fiber", ado.ProjectURL("https://dev.azure.com/", "fabrikam", "My Fiber"))
	require.Equal(t, "https://dev.azure.com/fabrikam", ado.ProjectURL("https://dev.azure.com", "fabrikam", ""))
}
