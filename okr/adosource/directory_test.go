package adosource_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/okr"
)

func TestOrganizationsAndProjects(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.signIn(alex)
	w.signIn(lee)
	names, err := w.source.Organizations(t.Context(), accessOf(alex))
	require.NoError(t, err)
	require.Equal(t, []string{adotest.OrgContoso, adotest.OrgFabrikam}, names, "without the disabled one")
	names, err = w.source.Organizations(t.Context(), accessOf(lee))
	require.NoError(t, err)
	require.Empty(t, names)

	projects, err := w.source.Projects(t.Context(), accessOf(alex), adotest.OrgContoso)
	require.NoError(t, err)
	require.Len(t, projects, 2)
	require.Equal(t, []string{adotest.ProjectFiber, adotest.ProjectPay}, []string{projects[0].Name, projects[1].Name})
	_, err = w.source.Projects(t.Context(), accessOf(lee), adotest.OrgContoso)
	w.requireRefused(okr.NoAccess, err, "the organization contoso")
	require.Equal(t, "organization", okr.FieldOf(err))
	_, err = w.source.Projects(t.Context(), accessOf(alex), "no-such-organization")
	w.requireRefused(okr.NotFound, err, "no-such-organization")
	require.Equal(t, "organization", okr.FieldOf(err))
}

func TestProjectIsCheckedForWhatIsNeeded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.signIn(alex)
	w.signIn(adele)
	want := w.fiber().Project
	want.URL = w.cloud.BaseURL() + "/contoso/Fabrikam%20Fiber"
	for _, name := range []string{want.Name, want.ID, "Fiber Portal"} {
		got, err := w.source.Project(t.Context(), accessOf(alex), adotest.OrgContoso, name)
		require.NoError(t, err, name)
		require.Equal(t, want, got, "under its present name")
	}
	_, err := w.source.Project(t.Context(), accessOf(adele), adotest.OrgContoso, want.Name)
	w.requireRefused(okr.NotFound, err, want.Name, "Check the spelling")
	require.Equal(t, "project", okr.FieldOf(err))
	for _, op := range []string{adotest.OpTypeList, adotest.OpQuerySearch} {
		cancel := w.cloud.Fail(adotest.Rule{Op: op, Fault: adotest.Forbidden()})
		_, err = w.source.Project(t.Context(), accessOf(alex), adotest.OrgContoso, want.Name)
		w.requireRefused(okr.NoAccess, err, want.Name)
		require.Equal(t, "project", okr.FieldOf(err))
		cancel()
	}
	_, err = w.source.Project(t.Context(), accessOf(alex), adotest.OrgContoso, "..")
	w.requireRefused(okr.Invalid, err)
}

func TestParseOrganization(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for text, want := range map[string][2]string{
		"contoso":                                      {"contoso", ""},
		" contoso/Fabrikam Fiber ":                     {"contoso", "Fabrikam Fiber"},
		"https://dev.azure.com/contoso":                {"contoso", ""},
		"https://dev.azure.com/contoso/Launch/_boards": {"contoso", "Launch"},
		"https://contoso.visualstudio.com/Launch":      {"contoso", "Launch"},
		w.cloud.BaseURL() + "/contoso/Payments":        {"contoso", "Payments"},
	} {
		org, project, err := w.source.ParseOrganization(text)
		require.NoError(t, err, text)
		require.Equal(t, want, [2]string{org, project}, text)
	}
	for _, text := range []string{"", "  ", "a b c!", "https://example.com/contoso", "https://dev.azure.com/", "-x-", "http://[::1", "../.."} {
		_, _, err := w.source.ParseOrganization(text)
		require.Error(t, err, "%q", text)
		require.Equal(t, okr.Invalid, okr.KindOf(err), "%q", text)
		require.Equal(t, "organization", okr.FieldOf(err), "%q", text)
		msg, ok := okr.MessageOf(err)
		require.True(t, ok)
		require.NotEmpty(t, msg)
	}
}
