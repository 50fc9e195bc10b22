package redisstore_test

import (
	"bytes"
	"log/slog"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
	"okrbot/okr/redisstore"
)

// openWith opens a store with these seal keys, and closes it with the test.
func openWith(t *testing.T, o redisstore.Options) (*redisstore.Store, error) {
	t.Helper()
	s, err := redisstore.Open(t.Context(), o)
	if err == nil {
		t.Cleanup(func() { require.NoError(t, s.Close()) })
	}
	return s, err
}

func requireForeignKeys(t *testing.T, url, keys, why string) {
	t.Helper()
	_, err := openWith(t, redisstore.Options{URL: url, SealKeys: keys})
	okrtest.RequireKind(t, okr.Invalid, err)
	require.ErrorContains(t, err, "SEAL_KEYS does not fit this store: ")
	require.ErrorContains(t, err, why)
	looked, err := openWith(t, redisstore.Options{URL: url, SealKeys: keys, Inspect: true})
	require.NoError(t, err, "an operator may look")
	require.ErrorContains(t, redisstore.CheckKeys(t.Context(), looked), why)
}

func requireKeysFit(t *testing.T, url, keys string) *redisstore.Store {
	t.Helper()
	s, err := openWith(t, redisstore.Options{URL: url, SealKeys: keys})
	require.NoError(t, err)
	require.NoError(t, redisstore.CheckKeys(t.Context(), s))
	return s
}

func requireCanaries(t *testing.T, s *redisstore.Store, ids ...string) {
	t.Helper()
	got, err := s.Client().HKeys(t.Context(), canaries).Result()
	require.NoError(t, err)
	require.ElementsMatch(t, ids, got)
}

// Keys that do not fit the store are refused at the start, before anybody is sent to
// sign in again, on each way to run Redis; a change of keys is not.
func TestKeysThatDoNotFitAreRefused(t *testing.T) {
	t.Parallel()
	k1, other, k2, k3 := sealKey("k1", 'a'), sealKey("k1", 'x'), sealKey("k2", 'b'), sealKey("k3", 'c')
	for name, start := range okrtest.Deployments() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := start(t).URL
			looked, err := openWith(t, redisstore.Options{URL: url, SealKeys: k1, Inspect: true})
			require.NoError(t, err)
			require.NoError(t, redisstore.CheckKeys(t.Context(), looked), "before the first start every key fits")
			requireCanaries(t, looked) // a look leaves nothing behind

			first := requireKeysFit(t, url, k1)
			require.NoError(t, first.SaveCredential(t.Context(), okrtest.TenantID, okrtest.Credential(okrtest.Ada)))
			requireForeignKeys(t, url, other, `"k1" of SEAL_KEYS is another one`)
			requireForeignKeys(t, url, k2, `none of the keys that sealed here ("k1")`)
			requireForeignKeys(t, url, k2+","+other, `"k1" of SEAL_KEYS is another one`)

			requireKeysFit(t, url, k1+","+k2) // step 1
			requireForeignKeys(t, url, k2, "none of the keys")
			rotated := requireKeysFit(t, url, k2+","+k1) // step 2
			requireKeysFit(t, url, k1+","+k2)            // a process of step 1 is started again
			requireForeignKeys(t, url, k2, "none of the 1 stored sign-ins can be opened")
			renew(t, rotated, okrtest.TenantID, okrtest.Credential(okrtest.Ada).ID)
			last := requireKeysFit(t, url, k2) // step 3
			requireCanaries(t, last, "k2")     // the other one is forgotten
			requireForeignKeys(t, url, k1, `none of the keys that sealed here ("k2")`)

			lost, err := openWith(t, redisstore.Options{URL: url, SealKeys: k3, Inspect: true})
			require.NoError(t, err)
			require.NoError(t, redisstore.AcceptKeys(t.Context(), lost))
			requireKeysFit(t, url, k3)
			requireForeignKeys(t, url, k2, "none of the keys")
		})
	}
}

// A version that left no canary ran before this one: its sign-ins say which keys fit.
func TestKeysOfAStoreWithoutCanary(t *testing.T) {
	t.Parallel()
	url := okrtest.StartRedis(t)
	old, err := openWith(t, redisstore.Options{URL: url, SealKeys: sealKey("k1", 'a'), Inspect: true})
	require.NoError(t, err)
	require.NoError(t, old.SaveCredential(t.Context(), okrtest.TenantID, okrtest.Credential(okrtest.Ada)))
	requireForeignKeys(t, url, sealKey("k1", 'x'), "none of the 1 stored sign-ins can be opened")
	requireForeignKeys(t, url, sealKey("k2", 'b'), `they want the keys "k1"`)

	requireKeysFit(t, url, sealKey("k1", 'a'))
	require.NoError(t, old.SaveCredential(t.Context(), okrtest.TenantID, okrtest.Credential(okrtest.Grace)), "and goes on beside this one")
	_, err = requireKeysFit(t, url, sealKey("k1", 'a')).Credential(t.Context(), okrtest.TenantID, okrtest.Credential(okrtest.Grace).ID)
	require.NoError(t, err)
}

// When a key is taken away while some sign-ins still want it, okrbot starts and says so.
func TestSomeSignInsWantAKeyThatIsGone(t *testing.T) {
	t.Parallel()
	url := okrtest.StartRedis(t)
	k1, k2 := sealKey("k1", 'a'), sealKey("k2", 'b')
	require.NoError(t, requireKeysFit(t, url, k1).SaveCredential(t.Context(), okrtest.TenantID, okrtest.Credential(okrtest.Ada)))
	require.NoError(t, requireKeysFit(t, url, k2+","+k1).SaveCredential(t.Context(), okrtest.TenantID, okrtest.Credential(okrtest.Grace)))
	var log bytes.Buffer
	s, err := openWith(t, redisstore.Options{URL: url, SealKeys: k2, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	require.NoError(t, err)
	require.Contains(t, log.String(), "some stored sign-ins cannot be opened")
	requireCanaries(t, s, "k1", "k2") // remembered while something wants it
}

// Many processes that start for the first time at once agree on one key.
func TestFirstStartsWithDifferentKeys(t *testing.T) {
	t.Parallel()
	url := okrtest.StartRedis(t)
	var mu sync.Mutex
	started := map[byte]int{}
	var all sync.WaitGroup
	for i := range 12 {
		all.Go(func() {
			key := "ab"[i%2]
			s, err := redisstore.Open(t.Context(), redisstore.Options{URL: url, SealKeys: sealKey("key-"+string(key), key)})
			if err != nil {
				return
			}
			mu.Lock()
			defer mu.Unlock()
			started[key]++
			_ = s.Close()
		})
	}
	all.Wait()
	require.Len(t, started, 1)
	for _, n := range started {
		require.Equal(t, 6, n)
	}
}
