package main

import (
	"bufio"
	"context"
	"flag"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRunPrintsUsableURLs(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	out, in := io.Pipe()
	done := make(chan error, 1)
	go func() {
		done <- run(ctx, []string{
			"-listen", "127.0.0.1:0", "-every", "0", "-mode", "omit-count-header", "-budget", "1000", "-latency", "1ms",
			"-fault", "throttled=1s,op=wiql.*,user=alexw@contoso.example,skip=3,count=2",
		}, in)
	}()
	lines := bufio.NewScanner(out)
	var base, curl string
	for curl == "" && lines.Scan() {
		if v, ok := strings.CutPrefix(lines.Text(), "ADO_BASE_URL="); ok {
			base = v
		}
		if strings.HasPrefix(lines.Text(), "curl ") {
			curl = lines.Text()
		}
	}
	token, _, _ := strings.Cut(strings.Split(curl, "Bearer ")[1], "'")
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/contoso/_apis/projects?api-version=7.1", nil)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusOK, resp.StatusCode)
	control(ctx, t, strings.TrimSuffix(base, "/ado"))
	cancel()
	require.NoError(t, <-done)
	require.Error(t, run(t.Context(), []string{"-listen", "nonsense"}, io.Discard))
}

// control walks the addresses that curl users have.
func control(ctx context.Context, t *testing.T, root string) {
	t.Helper()
	for _, step := range []struct{ method, path, body, want string }{
		{"GET", "/modes", "", `"mode":"omit-count-header","about":"HEAD on a query answers without`},
		{"PUT", "/modes/send-cost", "", `["omit-count-header","send-cost"]`},
		{"DELETE", "/modes/send-cost", "", `["omit-count-header"]`},
		{"PUT", "/modes/nonsense", "", "unknown mode"},
		{"GET", "/faults", "", `"held-back"`},
		{"POST", "/faults", `{"fault":"query-timeout","arg":"500","op":"wiql.run"}`, `"query-timeout"`},
		{"POST", "/faults", `{"fault":"nonsense"}`, "unknown fault"},
		{"POST", "/faults", `{"fault":"hang","user":"nobody"}`, "unknown user"},
		{"DELETE", "/faults", "", "{}"},
		{"GET", "/calls", "", `"projects.list"`},
		{"DELETE", "/calls", "", "{}"},
		{"POST", "/story?steps=2", "", `"moved"`},
		{"POST", "/story?steps=x", "", "steps"},
		{"POST", "/tokens?user=alexw@contoso.example", "", `"AccessToken"`},
		{"POST", "/tokens", "", "user"},
	} {
		req, err := http.NewRequestWithContext(ctx, step.method, root+"/_sim"+step.path, strings.NewReader(step.body))
		require.NoError(t, err)
		resp, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
		require.NoError(t, err)
		got, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Contains(t, string(got), step.want, step.path)
	}
}

func TestFlagsAreChecked(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"-mode", "nonsense"},
		{"-fault", "nonsense"},
		{"-fault", "hang=3"},
		{"-fault", "throttled=x"},
		{"-fault", "query-timeout=9"},
		{"-fault", "hang,colour=red"},
		{"-fault", "hang,count=x"},
		{"-listen", "127.0.0.1:0", "-fault", "hang,user=nobody"},
	} {
		require.Error(t, run(t.Context(), args, io.Discard), args)
	}
	var help strings.Builder
	require.ErrorIs(t, run(t.Context(), []string{"-h"}, &help), flag.ErrHelp)
	for _, part := range []string{"-budget", "truncate-at-20000", "expires-in=0", "/_sim/faults"} {
		require.Contains(t, help.String(), part)
	}
}
