package redisstore_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
	"okrbot/okr/redisstore"
)

// TestKeyRotation changes the seal key as docs/operations/backup.md says, on each
// way to run Redis.
func TestKeyRotation(t *testing.T) {
	t.Parallel()
	for name, start := range okrtest.Deployments() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := start(t)
			at := func(keys string) *redisstore.Store {
				s, err := redisstore.Open(t.Context(), redisstore.Options{URL: d.URL, SealKeys: keys})
				require.NoError(t, err)
				t.Cleanup(func() { require.NoError(t, s.Close()) })
				return s
			}
			k1, k2 := sealKey("k1", 'a'), sealKey("k2", 'b')
			old, careful := at(k1), at(k1+","+k2)
			ada, grace := okrtest.Credential(okrtest.Ada), okrtest.Credential(okrtest.Grace)
			require.NoError(t, old.SaveCredential(t.Context(), okrtest.TenantID, ada))
			require.NoError(t, careful.SaveCredential(t.Context(), "another tenant", grace))
			rotated := at(k2 + "," + k1)
			requireSeals(t, redisstore.Seals{All: 2}, rotated)
			renew(t, rotated, okrtest.TenantID, ada.ID)
			requireSeals(t, redisstore.Seals{All: 2, First: 1}, rotated)
			_, err := careful.Credential(t.Context(), okrtest.TenantID, ada.ID)
			require.NoError(t, err, "a process of step 1 opens what one of step 2 sealed")
			renew(t, rotated, "another tenant", grace.ID)
			requireSeals(t, redisstore.Seals{All: 2, First: 2}, at(k2))
			requireSeals(t, redisstore.Seals{All: 2, Closed: 2, Missing: []string{`"k2"`}}, old)
			requireHealth(t, rotated, name)
		})
	}
}

func renew(t *testing.T, s *redisstore.Store, tenant okr.TenantID, id okr.CredentialID) {
	t.Helper()
	_, err := s.Refresh(t.Context(), tenant, id, func(okr.Credential) bool { return false },
		func(_ context.Context, c okr.Credential) (okr.Credential, error) { return c, nil })
	require.NoError(t, err)
}

func requireSeals(t *testing.T, want redisstore.Seals, s *redisstore.Store) {
	t.Helper()
	got, err := s.Seals(t.Context())
	require.NoError(t, err)
	require.Equal(t, want, got)
}

func requireHealth(t *testing.T, s *redisstore.Store, name string) {
	t.Helper()
	h, err := s.Health(t.Context())
	require.NoError(t, err)
	require.Equal(t, map[string]int{"single": 1, "sentinel": 1, "cluster": 3}[name], h.Masters)
	require.Regexp(t, `^\d+\.\d+`, h.Version)
	require.True(t, h.AppendOnly)
	require.Equal(t, "noeviction", h.Eviction)
	require.WithinDuration(t, time.Now(), h.Time, time.Minute)
}
