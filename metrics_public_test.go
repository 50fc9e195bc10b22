package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Behind https the metrics are on a listener of their own or nowhere: a proxy on the
// same machine comes from loopback too, and need not say for whom.
func TestMetricsAreNotPublic(t *testing.T) {
	t.Parallel()
	w := newServeWorld(t)
	w.Env["PUBLIC_URL"] = "https://okr.example.com"
	require.NoError(t, w.Start())
	requireAnswer(t, "http://"+w.Address+"/readyz", http.StatusOK)
	requireAnswer(t, "http://"+w.Address+"/metrics", http.StatusNotFound)
	require.NoError(t, w.Stop())

	w.Env["METRICS_ADDR"] = freeAddress(t)
	require.NoError(t, w.Start())
	requireAnswer(t, "http://"+w.Address+"/metrics", http.StatusNotFound)
	requireAnswer(t, "http://"+w.Env["METRICS_ADDR"]+"/metrics", http.StatusOK)
	require.NoError(t, w.Stop())
	require.NotContains(t, strings.Join(w.Log.Lines(), "\n"), "level=ERROR")
}
