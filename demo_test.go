package main

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"okrbot/ado/adotest"
	"okrbot/bot/bottest/script"

	"github.com/stretchr/testify/require"
)

func noEnv(string) string { return "" }

// The demo comes up with everything, says where, and ends when it is told to.
func TestDemo(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithTimeout(t.Context(), 2*script.Patience)
	defer stop()
	out := &script.Log{}
	done := make(chan error, 1)
	go func() {
		args := []string{"demo", "-no-playground", "-port", "0", "-azure-port", "0", "-teams-port", "0", "-story", "0"}
		done <- run(ctx, args, noEnv, out)
	}()
	w := &mainProcess{out: out}
	w.address = w.wait(t, "okrbot: http://")
	requireAnswer(t, w.address+"/healthz", http.StatusOK)
	requireAnswer(t, w.address+"/readyz", http.StatusOK)
	requireAnswer(t, w.address+"/metrics", http.StatusOK)
	requireListening(t, w.wait(t, "Azure DevOps: http://"))
	status, page, err := script.Get(t.Context(), w.wait(t, "Files: http://"))
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, page, "Send the sample contoso.zip")
	requireListening(t, w.wait(t, "its endpoint would be http://"))
	require.Contains(t, strings.Join(out.Lines(), "\n"), adotest.ReaderSecret, "everybody can try an application")
	stop()
	require.NoError(t, <-done)
}

// requireListening asks only that somebody answers at an address.
func requireListening(t *testing.T, address string) {
	t.Helper()
	status, _, err := script.Get(t.Context(), address)
	require.NoError(t, err)
	require.Positive(t, status)
}

// A demo that cannot start says why and gives its ports back.
func TestDemoRefusesToStart(t *testing.T) {
	t.Parallel()
	busy := listen(t)
	t.Cleanup(func() { require.NoError(t, busy.Close()) })
	_, port, err := net.SplitHostPort(busy.Addr().String())
	require.NoError(t, err)
	// Below the ports that others get unasked: only the demo takes it.
	low, err := freeLowPort(t.Context())
	require.NoError(t, err)
	own := strconv.Itoa(low)
	for _, test := range []struct {
		name  string
		args  []string
		env   map[string]string
		wrong string
	}{
		{"busy port", []string{"-port", port, "-azure-port", own, "-teams-port", "0"}, nil, "port " + port + " is in use; choose another one with -port"},
		{"busy Azure port", []string{"-port", own, "-azure-port", port, "-teams-port", "0"}, nil, "port " + port + " is in use; choose another one with -azure-port"},
		{"busy Teams port", []string{"-port", "0", "-azure-port", own, "-teams-port", port}, nil, "port " + port + " is in use; choose another one with -teams-port"},
		{"busy Playground port", []string{"-no-playground=false", "-playground-port", port, "-port", own, "-azure-port", "0", "-teams-port", "0"}, nil, "port " + port + " is in use; choose another one with -playground-port"},
		{"wrong setting", []string{"-port", own, "-azure-port", "0", "-teams-port", "0"}, map[string]string{"LOG_LEVEL": "loud"}, "LOG_LEVEL: "},
		{"no Redis", []string{"-port", own, "-azure-port", "0", "-teams-port", "0"}, map[string]string{"REDIS_URL": "redis://127.0.0.1:1/0", "SEAL_KEYS": configKey("k1", 32)}, "store"},
	} {
		args := append([]string{"demo", "-no-playground", "-story", "0"}, test.args...)
		err := run(t.Context(), args, func(name string) string { return test.env[name] }, &bytes.Buffer{})
		require.ErrorContains(t, err, test.wrong, test.name)
		// A process that another test starts at this moment may hold the socket until it runs.
		eventually(t, test.name+": the port is free again", func() bool {
			again, err := listenOnLoopback(t.Context(), low)
			return err == nil && again.Close() == nil
		})
	}
}
