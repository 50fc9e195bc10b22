package adotest_test

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
)

func TestFaultsAnswerAsTheServiceDoes(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		fault         adotest.Fault
		status        int
		header, value string
		want          string
	}{
		{adotest.ExpiredToken(), 401, "WWW-Authenticate", "Bearer", "InvalidIdentityException"},
		{adotest.SignInPage(), 203, "Content-Type", "text/html; charset=utf-8", "Sign In"},
		{adotest.SignInRedirect(), 302, "", "", "moved"},
		{adotest.BearerRefused(), 401, "", "", "TF400813"},
		{adotest.NoAccess(), 401, "WWW-Authenticate", "TFS-Federated, Bearer", "UnauthorizedRequestException"},
		{adotest.Forbidden(), 403, "", "", "TF401027"},
		{adotest.ConditionalAccess(), 403, "", "", "VS403463"},
		{adotest.ConditionalAccessPage(), 403, "Content-Type", "text/html; charset=utf-8", "VS403463"},
		{adotest.BasicRefused(), 401, "", "", ""},
		{adotest.NotFound(), 404, "", "", "TF401243"},
		{adotest.Throttled(7 * time.Second), 429, "Retry-After", "7", "TF400733"},
		{adotest.Throttled(0), 429, "Retry-After", "", "TF400733"},
		{adotest.ThrottledText(time.Second), 429, "Content-Type", "text/plain", "TF400733"},
		{adotest.Delayed(3 * time.Second), 200, "Retry-After", "3", "value"},
		{adotest.TooMany(), 400, "", "", "VS402337"},
		{adotest.QueryTimeout(408), 408, "", "", "VS402335"},
		{adotest.ServerError(), 500, "", "", "TF400898"},
		{adotest.Unavailable(2 * time.Second), 503, "Retry-After", "2", "Service Unavailable"},
		{adotest.HTML(), 200, "Content-Type", "text/html; charset=utf-8", "right back"},
		{adotest.Marked(), 200, "", "", "\ufeff{"},
		{adotest.Slow(time.Millisecond), 200, "", "", "value"},
		{adotest.Custom(418, http.Header{"X-A": {"b"}}, "teapot"), 418, "X-A", "b", "teapot"},
		{adotest.Fault{}, 200, "", "", "value"},
	} {
		t.Run(tc.fault.Name, func(t *testing.T) {
			t.Parallel()
			s := start(t)
			alex := s.token(adotest.AlexOID)
			s.Fail(adotest.Rule{Op: "projects.*", Count: 1, Fault: tc.fault})
			r := s.get(alex, "/ado/contoso/_apis/projects")
			require.Equal(t, tc.status, r.status)
			require.Contains(t, string(r.raw), tc.want)
			if tc.header != "" {
				require.Equal(t, tc.value, r.header.Get(tc.header))
			}
			require.Equal(t, 200, s.get(alex, "/ado/contoso/_apis/projects").status, "the rule is used up")
		})
	}
}

func TestRulesChooseRequests(t *testing.T) {
	t.Parallel()
	s := start(t)
	alex, megan := s.token(adotest.AlexOID), s.token(adotest.MeganOID)
	const where = "/ado/contoso/_apis/projects"
	cancel := s.Fail(adotest.Rule{User: adotest.MeganOID, Path: "/ado/contoso/*", Skip: 1, Fault: adotest.ServerError()})
	require.Equal(t, 200, s.get(megan, where).status, "skipped")
	require.Equal(t, 500, s.get(megan, where).status)
	require.Equal(t, 500, s.get(megan, fiber+"/queries").status)
	require.Equal(t, 200, s.get(alex, where).status)
	require.Equal(t, 200, s.get(megan, "/ado/fabrikam/_apis/projects").status)
	cancel()
	require.Equal(t, 200, s.get(megan, where).status)
	s.Fail(adotest.Rule{Fault: adotest.ServerError()})
	require.Equal(t, 500, s.get("", "/login/organizations/oauth2/v2.0/token").status, "the login host too")
	s.ClearFaults()
	require.Equal(t, 200, s.get(alex, where).status)
}

func TestTruncatedJSONIsAWholeResponse(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.Fail(adotest.Rule{Fault: adotest.Truncated()})
	r := s.get(s.token(adotest.AlexOID), "/ado/contoso/_apis/projects")
	require.Equal(t, 200, r.status)
	require.NotEmpty(t, r.raw)
	require.False(t, json.Valid(r.raw))
}

func TestDroppedAndHangingConnections(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.Fail(adotest.Rule{Op: adotest.OpResourceAreas, Fault: adotest.Dropped()})
	s.Fail(adotest.Rule{Op: adotest.OpProfile, Fault: adotest.Hang()})
	fetch := func(ctx context.Context, path string) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+path, nil)
		require.NoError(t, err)
		resp, err := s.http.Do(req)
		if err == nil {
			resp.Body.Close()
		}
		return err
	}
	require.Error(t, fetch(t.Context(), "/ado/_apis/resourceAreas/x"))
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, fetch(ctx, "/vssps/_apis/profile/profiles/me"), context.DeadlineExceeded)
}

func TestCallsAndMaxInFlight(t *testing.T) {
	t.Parallel()
	s := start(t)
	alex, release := s.token(adotest.AlexOID), make(chan struct{})
	s.Fail(adotest.Rule{Op: adotest.OpProjectList, Count: 2, Fault: adotest.Held(make(chan struct{}, 2), release)})
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() { s.get(alex, "/ado/contoso/_apis/projects") })
	}
	require.Eventually(t, func() bool { return s.MaxInFlight(adotest.AlexOID) == 2 }, 2*time.Minute, time.Millisecond)
	close(release)
	wg.Wait()
	s.get(alex, fiber+"/queries?$filter=x")
	require.Equal(t, 2, s.Count(adotest.OpProjectList))
	calls := s.Calls()
	last := calls[len(calls)-1]
	require.Equal(t, adotest.OpQuerySearch, last.Op)
	require.Equal(t, adotest.AlexOID, last.User)
	require.Equal(t, "Fabrikam Fiber", last.Project)
	require.Equal(t, 200, last.Status)
	s.ResetCalls()
	require.Zero(t, s.Count(""))
	require.Zero(t, s.MaxInFlight(adotest.AlexOID))
}
