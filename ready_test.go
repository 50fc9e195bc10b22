package main

import (
	"bytes"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr/okrtest"
)

// The command says by its error what /readyz says, and wants no setting but where
// okrbot listens.
func TestReadyCommand(t *testing.T) {
	t.Parallel()
	redis := okrtest.StartRedisServer(t)
	w := newWorld(t, time.Now(), "REDIS_URL", redis.URL())
	require.NoError(t, w.Start())
	_, port, err := net.SplitHostPort(w.Address)
	require.NoError(t, err)
	ask := func(address string) (string, error) {
		var out bytes.Buffer
		err := run(t.Context(), []string{"ready"}, func(name string) string {
			return map[string]string{"LISTEN_ADDR": address}[name]
		}, &out)
		return out.String(), err
	}
	for _, address := range []string{w.Address, ":" + port, "0.0.0.0:" + port, "[::]:" + port, "localhost:" + port} {
		said, err := ask(address)
		require.NoError(t, err, address)
		require.Equal(t, "ready\n", said)
	}
	redis.Kill()
	_, err = ask(w.Address)
	require.ErrorContains(t, err, "not ready: Redis doesn't answer")
	require.NoError(t, w.Stop())
	_, err = ask(w.Address)
	require.ErrorContains(t, err, "okrbot doesn't answer")
	_, err = ask("3978")
	require.ErrorContains(t, err, "LISTEN_ADDR: ")
}
