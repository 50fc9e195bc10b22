package redisstore_test

import (
	"log/slog"
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/server"
	"github.com/stretchr/testify/require"

	"okrbot/okr/okrtest"
	"okrbot/okr/redisstore"
)

// testKeys seals what tests store: 32 bytes of zero.
const testKeys = "test:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

var _ okrtest.AllStores = (*redisstore.Store)(nil)

// open opens a store and closes it with the test. Url empty: embedded, with scripts that are quick.
func open(tb testing.TB, url string) *redisstore.Store {
	tb.Helper()
	s, err := redisstore.Open(tb.Context(), redisstore.Options{
		URL: url, SealKeys: testKeys, Logger: slog.New(slog.NewTextHandler(tb.Output(), nil)),
	})
	require.NoError(tb, err)
	s.Quicken(func(r *miniredis.Miniredis) server.Hook { return okrtest.NewLua(r).Serve })
	tb.Cleanup(func() { require.NoError(tb, s.Close()) })
	return s
}

// onBoth runs a test on the embedded Redis and on a real one.
func onBoth(t *testing.T, test func(t *testing.T, s *redisstore.Store)) {
	t.Helper()
	t.Run("embedded", func(t *testing.T) {
		t.Parallel()
		test(t, open(t, ""))
	})
	t.Run("redis-server", func(t *testing.T) {
		t.Parallel()
		test(t, open(t, okrtest.StartRedis(t)))
	})
}

func TestContractEmbedded(t *testing.T) {
	t.Parallel()
	okrtest.TestStore(t, func(t *testing.T) okrtest.AllStores {
		t.Helper()
		return open(t, "")
	})
}

func TestContractServer(t *testing.T) {
	t.Parallel()
	okrtest.TestStore(t, func(t *testing.T) okrtest.AllStores {
		t.Helper()
		return open(t, okrtest.StartRedis(t))
	})
}

// A Cluster refuses commands over several slots, so it proves the hash tags.
func TestContractCluster(t *testing.T) {
	t.Parallel()
	okrtest.TestStore(t, func(t *testing.T) okrtest.AllStores {
		t.Helper()
		return openCluster(t)
	})
}

// openCluster opens a store on a Cluster of one node.
func openCluster(t *testing.T) *redisstore.Store {
	t.Helper()
	server := okrtest.StartRedisServer(t, "--cluster-enabled", "yes")
	answer, err := server.Do("CLUSTER", "ADDSLOTSRANGE", "0", "16383")
	require.NoError(t, err)
	require.Equal(t, "+OK", answer)
	require.Eventually(t, func() bool {
		answer, err := server.Do("GET", "any")
		return err == nil && answer == "$-1"
	}, clusterForms, clusterPoll, "the cluster does not form")
	return open(t, server.URL()+"?cluster=true")
}
