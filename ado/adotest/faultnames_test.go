package adotest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
)

func TestEveryFaultHasAName(t *testing.T) {
	t.Parallel()
	for _, f := range adotest.FaultNames() {
		made, err := adotest.NamedFault(f.Name, "")
		require.NoError(t, err, f.Name)
		require.NotEmpty(t, made.Name)
		require.NotEmpty(t, f.About)
		_, err = adotest.NamedFault(f.Name, "not an argument")
		require.Equal(t, f.Name == "without", err == nil, f.Name)
	}
}

// TestRefusalsByName are those that TestFaultsAnswerAsTheServiceDoes leaves out.
func TestRefusalsByName(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, arg string
		status    int
		want      string
	}{
		{"project-gone", "", 404, "TF200016"},
		{"project-hidden", "400", 400, "VS800075"},
		{"item-gone", "", 404, "TF401232"},
		{"not-found-page", "", 404, "<title>"},
		{"team-gone", "", 500, "TeamNotFoundException"},
		{"malformed-team", "", 500, "VssPropertyValidationException"},
		{"needs-team", "", 500, "VS402612"},
		{"broken-query", "", 400, "TF51005"},
		{"improper", "", 400, `"Message"`},
		{"too-many-at-once", "429", 429, "VS402490"},
		{"query-server-busy", "503", 503, "VS402491"},
		{"gateway", "504", 504, "Gateway Timeout"},
		{"claims-challenge", "", 401, "TF400813"},
		{"policy-refused", "", 401, "Access Denied"},
		{"status", "507", 507, ""},
		{"entra-unavailable", "", 503, "AADSTS90033"},
		{"without", "count", 200, `{"value"`},
	} {
		s := start(t)
		_, err := s.Order(adotest.FaultOrder{Fault: tc.name, Arg: tc.arg, Op: "projects.list", User: "alexw@contoso.example"})
		require.NoError(t, err)
		r := s.get(s.token(adotest.AlexOID), listProjects)
		require.Equal(t, tc.status, r.status, tc.name)
		require.Contains(t, string(r.raw), tc.want)
		require.Equal(t, 200, s.get(s.token(adotest.MeganOID), listProjects).status, "another user")
	}
}

func TestSlowAndBrokenBodies(t *testing.T) {
	t.Parallel()
	s := start(t)
	read := func(f adotest.Fault) ([]byte, http.Header, error) {
		defer s.Fail(adotest.Rule{Fault: f})()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+listProjects+"?api-version=7.1", nil)
		require.NoError(t, err)
		req.Header.Set("Authorization", "Bearer "+s.token(adotest.AlexOID))
		resp, err := s.http.Do(req)
		require.NoError(t, err)
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		return body, resp.Header, err
	}
	body, _, err := read(adotest.SlowBody(20 * time.Millisecond))
	require.NoError(t, err)
	require.True(t, json.Valid(body))
	_, _, err = read(adotest.CutOff())
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	_, header, err := read(adotest.HeldBack(5*time.Millisecond, 3*time.Second))
	require.NoError(t, err)
	require.Equal(t, []string{"3", "0.005"}, []string{header.Get("Retry-After"), header.Get("X-Ratelimit-Delay")})
	_, header, err = read(adotest.Skewed(-time.Hour))
	require.NoError(t, err)
	require.Equal(t, s.clock.Now().Add(-time.Hour).UTC().Format(http.TimeFormat), header.Get("Date"))
}

func TestTokenRepliesOfOddClocks(t *testing.T) {
	t.Parallel()
	s := start(t)
	for arg, want := range map[string]string{
		"0": `"expires_in":0`, "-5": `"expires_in":-5`, `"3599"`: `"expires_in":"3599"`, "99999999999999": `"expires_in":99999999999999`, "null": "",
	} {
		issued, err := s.IssueTokens(adotest.AlexOID, clientID, nil)
		require.NoError(t, err)
		_, err = s.Order(adotest.FaultOrder{Fault: "expires-in", Arg: arg, Op: adotest.OpToken, Count: 1})
		require.NoError(t, err)
		r := s.refresh(issued.RefreshToken)
		require.Equal(t, 200, r.status)
		require.Contains(t, string(r.raw), want)
		require.Equal(t, want != "", strings.Contains(string(r.raw), "expires_in"))
	}
	s.Fail(adotest.Rule{Op: adotest.OpToken, Fault: adotest.ExpiresIn(0)})
	require.Equal(t, 400, s.refresh("made up").status, "a refusal stays as it is")
}
