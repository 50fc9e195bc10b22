package adosource_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/okr"
	"okrbot/okr/okrtest"
)

func TestOrganizationsAndProjects(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	w.SignIn(okrtest.Alex)
	w.SignIn(okrtest.Lee)
	names, err := w.Source.Organizations(t.Context(), okrtest.AccessOf(okrtest.Alex))
	require.NoError(t, err)
	require.Equal(t, []string{adotest.OrgContoso, adotest.OrgFabrikam}, names, "without the disabled one")
	names, err = w.Source.Organizations(t.Context(), okrtest.AccessOf(okrtest.Lee))
	require.NoError(t, err)
	require.Empty(t, names)

	projects, err := w.Source.Projects(t.Context(), okrtest.AccessOf(okrtest.Alex), adotest.OrgContoso)
	require.NoError(t, err)
	require.Len(t, projects, 2)
	require.Equal(t, []string{adotest.ProjectFiber, adotest.ProjectPay}, []string{projects[0].Name, projects[1].Name})
	_, err = w.Source.Projects(t.Context(), okrtest.AccessOf(okrtest.Lee), adotest.OrgContoso)
	w.RequireRefused(okr.NoAccess, err, "the organization contoso")
	require.Equal(t, "organization", okr.FieldOf(err))
	_, err = w.Source.Projects(t.Context(), okrtest.AccessOf(okrtest.Alex), "no-such-organization")
	w.RequireRefused(okr.NotFound, err, "no-such-organization")
	require.Equal(t, "organization", okr.FieldOf(err))
}

func TestProjectIsCheckedForWhatIsNeeded(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	w.SignIn(okrtest.Alex)
	w.SignIn(okrtest.Adele)
	want := w.Fiber().Project
	want.URL = w.Cloud.BaseURL() + "/contoso/Fabrikam%20Fiber"
	for _, name := range []string{want.Name, want.ID, "Fiber Portal"} {
		got, err := w.Source.Project(t.Context(), okrtest.AccessOf(okrtest.Alex), adotest.OrgContoso, name)
		require.NoError(t, err, name)
		require.Equal(t, want, got, "under its present name")
	}
	_, err := w.Source.Project(t.Context(), okrtest.AccessOf(okrtest.Adele), adotest.OrgContoso, want.Name)
	w.RequireRefused(okr.NotFound, err, want.Name, "Check the spelling")
	require.Equal(t, "project", okr.FieldOf(err))
	for _, op := range []string{adotest.OpTypeList, adotest.OpQuerySearch} {
		cancel := w.Cloud.Fail(adotest.Rule{Op: op, Fault: adotest.Forbidden()})
		_, err = w.Source.Project(t.Context(), okrtest.AccessOf(okrtest.Alex), adotest.OrgContoso, want.Name)
		w.RequireRefused(okr.NoAccess, err, want.Name)
		require.Equal(t, "project", okr.FieldOf(err))
		cancel()
	}
	_, err = w.Source.Project(t.Context(), okrtest.AccessOf(okrtest.Alex), adotest.OrgContoso, "..")
	w.RequireRefused(okr.Invalid, err)
}

func TestParseOrganization(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	for text, want := range map[string][2]string{
		"contoso":                                      {"contoso", ""},
		" contoso/Fabrikam Fiber ":                     {"contoso", "Fabrikam Fiber"},
		"https://dev.azure.com/contoso":                {"contoso", ""},
		"https://dev.azure.com/contoso/Launch/_boards": {"contoso", "Launch"},
		"https://contoso.visualstudio.com/Launch":      {"contoso", "Launch"},
		w.Cloud.BaseURL() + "/contoso/Payments":        {"contoso", "Payments"},
	} {
		org, project, err := w.Source.ParseOrganization(text)
		require.NoError(t, err, text)
		require.Equal(t, want, [2]string{org, project}, text)
	}
	for _, text := range []string{"", "  ", "a b c!", "https://example.com/contoso", "https://dev.azure.com/", "-x-", "http://[::1", "../.."} {
		_, _, err := w.Source.ParseOrganization(text)
		require.Error(t, err, "%q", text)
		require.Equal(t, okr.Invalid, okr.KindOf(err), "%q", text)
		require.Equal(t, "organization", okr.FieldOf(err), "%q", text)
		msg, ok := okr.MessageOf(err)
		require.True(t, ok)
		require.NotEmpty(t, msg)
	}
}

// TestARefusalSaysWhereToSignIn: where the organization names its tenant, the step does.
func TestARefusalSaysWhereToSignIn(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	w.SignIn(okrtest.Alex)
	_, err := w.Source.Projects(t.Context(), okrtest.AccessOf(okrtest.Alex), adotest.OrgForeign)
	w.RequireRefused(okr.SignIn, err)
	require.Equal(t, okr.SignInAt{Tenant: adotest.ForeignTenantID}, okr.SignInOf(err))
	tenant, err := w.Source.OrganizationTenant(t.Context(), adotest.OrgForeign)
	require.NoError(t, err)
	require.Equal(t, okr.TenantID(adotest.ForeignTenantID), tenant)
	tenant, err = w.Source.OrganizationTenant(t.Context(), "no-such-organization")
	require.NoError(t, err)
	require.Empty(t, tenant)
}
