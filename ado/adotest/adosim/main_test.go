package main

import (
	"bufio"
	"context"
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
	go func() { done <- run(ctx, []string{"-listen", "127.0.0.1:0", "-every", "0"}, in) }()
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
	cancel()
	require.NoError(t, <-done)
	require.Error(t, run(t.Context(), []string{"-listen", "nonsense"}, io.Discard))
}
