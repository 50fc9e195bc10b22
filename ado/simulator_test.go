package ado_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado"
	"okrbot/ado/adotest"
)

// cloud starts the stand-in and gives a client of it.
func cloud(t *testing.T) (*adotest.Cloud, *ado.Client) {
	t.Helper()
	sim := adotest.New(adotest.Options{})
	require.NoError(t, sim.Seed(adotest.World{}))
	server := httptest.NewServer(sim)
	t.Cleanup(server.Close)
	sim.SetPublicURL(server.URL)
	c, err := ado.New(ado.Options{
		HTTP: server.Client(), BaseURL: sim.BaseURL(), ProfileURL: sim.ProfileURL(), BaseDelay: time.Nanosecond,
	})
	require.NoError(t, err)
	return sim, c
}

// signedIn is a session of a person of the stand-in.
func signedIn(t *testing.T, sim *adotest.Cloud, c *ado.Client, person string) *ado.Session {
	t.Helper()
	issued, err := sim.IssueTokens(person, "client", nil)
	require.NoError(t, err)
	return c.As(person, fixed(issued.AccessToken))
}

// TestFromSignInToMeasure walks the way that a connection takes, against the stand-in.
func TestFromSignInToMeasure(t *testing.T) {
	t.Parallel()
	sim, c := cloud(t)
	s := signedIn(t, sim, c, adotest.AlexOID)
	me, err := s.MyProfile(t.Context())
	require.NoError(t, err)
	accounts, err := s.Accounts(t.Context(), me.ID)
	require.NoError(t, err)
	names := make([]string, 0, len(accounts))
	for _, a := range accounts {
		names = append(names, a.Name)
	}
	require.ElementsMatch(t, []string{adotest.OrgContoso, adotest.OrgFabrikam}, names)
	there, err := s.OrganizationExists(t.Context(), adotest.OrgContoso)
	require.NoError(t, err)
	require.True(t, there)
	there, err = s.OrganizationExists(t.Context(), "no-such-organization")
	require.NoError(t, err)
	require.False(t, there)
	projects, err := s.Projects(t.Context(), adotest.OrgContoso)
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(projects), 2)
	project, err := s.Project(t.Context(), adotest.OrgContoso, adotest.ProjectFiber)
	require.NoError(t, err)
	who, err := s.ConnectionData(t.Context(), adotest.OrgContoso)
	require.NoError(t, err)
	require.NotEmpty(t, who.AuthenticatedUser.ID)
	measure(t, sim, s, project.ID)
}

func measure(t *testing.T, sim *adotest.Cloud, s *ado.Session, project string) {
	t.Helper()
	org := adotest.OrgContoso
	found, _, err := s.SearchQueries(t.Context(), org, project, "launch bugs", 10)
	require.NoError(t, err)
	require.NotEmpty(t, found)
	q, err := s.Query(t.Context(), org, project, "Shared Queries/Launch/Launch bugs", false)
	require.NoError(t, err)
	require.True(t, q.Shared())
	again, err := s.QueriesBatch(t.Context(), org, project, []string{q.ID, queryGUID})
	require.NoError(t, err)
	require.Len(t, again, 1)
	want := sim.Result(org, project, "Launch/Launch bugs", adotest.AlexOID)
	n, err := s.CountQuery(t.Context(), org, project, q)
	require.NoError(t, err)
	require.Len(t, want, n)
	result, err := s.RunQuery(t.Context(), org, project, q.ID)
	require.NoError(t, err)
	items, err := s.WorkItems(t.Context(), org, append(result.IDs(), 999_999), nil)
	require.NoError(t, err)
	require.Len(t, items, len(want))
	types, err := s.WorkItemTypes(t.Context(), org, items[0].Project())
	require.NoError(t, err)
	require.NotEmpty(t, types)
	states, err := s.WorkItemTypeStates(t.Context(), org, project, "User Story")
	require.NoError(t, err)
	require.NotEmpty(t, states)
}

// TestFaults: each fault of the stand-in becomes the kind that its name says.
func TestFaults(t *testing.T) {
	t.Parallel()
	sim, c := cloud(t)
	s := signedIn(t, sim, c, adotest.AlexOID)
	for _, tt := range []struct {
		fault adotest.Fault
		want  error
	}{
		{adotest.ExpiredToken(), ado.ErrSignIn},
		{adotest.SignInPage(), ado.ErrSignIn},
		{adotest.SignInRedirect(), ado.ErrSignIn},
		{adotest.HTML(), ado.ErrSignIn},
		{adotest.BearerRefused(), ado.ErrSignIn},
		{adotest.BasicRefused(), ado.ErrSignIn},
		{adotest.NoAccess(), ado.ErrNoAccessToOrg},
		{adotest.ConditionalAccess(), ado.ErrConditionalAccess},
		{adotest.ConditionalAccessPage(), ado.ErrConditionalAccess},
		{adotest.Forbidden(), ado.ErrForbidden},
		{adotest.NotFound(), ado.ErrNotFound},
		{adotest.TooMany(), ado.ErrTooManyResults},
		{adotest.QueryTimeout(400), ado.ErrQueryTooSlow},
		{adotest.QueryTimeout(408), ado.ErrQueryTooSlow},
		{adotest.QueryTimeout(500), ado.ErrQueryTooSlow},
		{adotest.Throttled(0), ado.ErrThrottled},
		{adotest.ThrottledText(0), ado.ErrThrottled},
		{adotest.Unavailable(0), ado.ErrUnavailable},
		{adotest.ServerError(), ado.ErrUnavailable},
		{adotest.Dropped(), ado.ErrUnavailable},
		{adotest.Truncated(), ado.ErrUnavailable},
		{adotest.Marked(), nil},
		{adotest.ClaimsChallenge(), ado.ErrSignIn},
		{adotest.PolicyRefused(), ado.ErrSignIn},
		{adotest.ProjectGone(), ado.ErrNotFound},
		{adotest.ProjectHidden(400), ado.ErrNotFound},
		{adotest.ProjectHidden(404), ado.ErrNotFound},
		{adotest.ItemGone(), ado.ErrNotFound},
		{adotest.NotFoundPage(), ado.ErrNotFound},
		{adotest.TeamGone(), ado.ErrInvalidQuery},
		{adotest.NeedsTeam(), ado.ErrInvalidQuery},
		{adotest.BrokenQuery(), ado.ErrInvalidQuery},
		{adotest.Improper(), ado.ErrBadRequest},
		{adotest.CutOff(), ado.ErrUnavailable},
		{adotest.Gateway(502), ado.ErrUnavailable},
	} {
		cancel := sim.Fail(adotest.Rule{Op: adotest.OpProjectGet, Fault: tt.fault})
		_, err := s.Project(t.Context(), adotest.OrgContoso, adotest.ProjectFiber)
		require.ErrorIs(t, err, tt.want, tt.fault.Name)
		cancel()
	}
}

// TestOddQueries: what cannot be measured says why.
func TestOddQueries(t *testing.T) {
	t.Parallel()
	sim, c := cloud(t)
	s := signedIn(t, sim, c, adotest.AlexOID)
	run := func(name string) error {
		q, ok := sim.Query(adotest.OrgContoso, adotest.ProjectFiber, name)
		require.True(t, ok, name)
		_, err := s.RunQuery(t.Context(), adotest.OrgContoso, adotest.ProjectFiber, q.ID)
		return err
	}
	require.ErrorIs(t, run("Everything ever"), ado.ErrTooManyResults)
	sim.TruncateAt20000(true)
	require.ErrorIs(t, run("Everything ever"), ado.ErrTooManyResults)
	require.ErrorIs(t, run("Old launch plan"), ado.ErrNotFound)
	require.ErrorIs(t, run("Launch area that moved"), ado.ErrInvalidQuery)
	require.NoError(t, run("Launch scope"))
	require.NoError(t, run("Blocked by"))
	require.NoError(t, run("Empty query"))

	lee := signedIn(t, sim, c, adotest.LeeOID)
	_, err := lee.Projects(t.Context(), adotest.OrgContoso)
	require.ErrorIs(t, err, ado.ErrNoAccessToOrg)
	place, err := c.ParseOrganization(strings.ToUpper(sim.BaseURL()[:4]) + sim.BaseURL()[4:] + "/contoso/Fabrikam%20Fiber")
	require.NoError(t, err)
	require.Equal(t, ado.Place{Organization: "contoso", Project: "Fabrikam Fiber"}, place)
}

// TestOrganizationsNameTheirTenant asks without credentials, by the header and, where that is missing, by the challenge.
func TestOrganizationsNameTheirTenant(t *testing.T) {
	t.Parallel()
	sim, c := cloud(t)
	s := c.As("nobody", nil)
	for _, omitted := range []bool{false, true} {
		require.NoError(t, sim.Switch(adotest.ModeOmitTenantHeader, omitted))
		tenant, err := s.OrganizationTenant(t.Context(), adotest.OrgForeign)
		require.NoError(t, err)
		require.Equal(t, adotest.ForeignTenantID, tenant)
	}
	_, err := s.OrganizationTenant(t.Context(), "no-such-organization")
	require.Error(t, err)
}

// TestWrongTenantNamesTheRightOne is a token of another tenant, refused in both ways that are known.
func TestWrongTenantNamesTheRightOne(t *testing.T) {
	t.Parallel()
	sim, c := cloud(t)
	alex := signedIn(t, sim, c, adotest.AlexOID)
	for _, named := range []bool{false, true} {
		require.NoError(t, sim.Switch(adotest.ModeNameForeignUser, named))
		_, err := alex.Projects(t.Context(), adotest.OrgForeign)
		var failure *ado.Error
		require.ErrorAs(t, err, &failure)
		require.Equal(t, adotest.ForeignTenantID, failure.Tenant)
	}
}

// TestTenantsAreReadWithCare: only an id counts, and only where one is meant.
func TestTenantsAreReadWithCare(t *testing.T) {
	t.Parallel()
	const a, b, none = "6F1B6A3E-0d0a-4a54-9d3a-1f6c2b7e9a01", "c7d3f1a8-52b4-4f0e-8a6b-0e9d4b7a1c02", "00000000-0000-0000-0000-000000000000"
	for name, test := range map[string]struct{ header, challenge, want string }{
		"header":             {a, "", strings.ToLower(a)},
		"challenge":          {"", "Bearer authorization_uri=https://login.microsoftonline.com/" + b, b},
		"quoted":             {"", `Bearer authorization_uri="https://login.microsoftonline.com/` + b + `/oauth2/authorize", realm="x"`, b},
		"header first":       {a, "Bearer authorization_uri=https://login.microsoftonline.com/" + b, strings.ToLower(a)},
		"several":            {a + "," + b, "Bearer", ""},
		"Microsoft accounts": {none, "Bearer authorization_uri=https://login.microsoftonline.com/" + none, ""},
		"a name":             {"contoso.example", "Bearer authorization_uri=https://login.microsoftonline.com/common", ""},
		"a path":             {"../" + a, "Bearer authorization_uri=javascript:" + b, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if test.header != "" {
					w.Header().Set("X-VSS-ResourceTenant", test.header)
				}
				w.Header().Set("WWW-Authenticate", test.challenge)
				w.WriteHeader(http.StatusUnauthorized)
			}))
			t.Cleanup(server.Close)
			c, err := ado.New(ado.Options{HTTP: server.Client(), BaseURL: server.URL, BaseDelay: time.Nanosecond})
			require.NoError(t, err)
			tenant, _ := c.As("nobody", nil).OrganizationTenant(t.Context(), "contoso")
			require.Equal(t, test.want, tenant)
		})
	}
}
