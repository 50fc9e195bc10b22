package redisstore_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
	"okrbot/okr/redisstore"
)

// TestWritable tries to write on each way to run Redis, and on all of its masters.
func TestWritable(t *testing.T) {
	t.Parallel()
	for name, start := range okrtest.Deployments() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := start(t)
			s := open(t, d.URL)
			require.NoError(t, s.Writable(t.Context()))
			for _, key := range []string{"a", "b", "c", "d", "e", "f"} { // of a Cluster one master is enough
				server := d.Owner(t, key)
				answer, err := server.Do("CONFIG", "SET", "maxmemory", "1")
				require.NoError(t, err)
				require.Equal(t, "+OK", answer)
				requireNoWrites(t, s)
				_, err = server.Do("CONFIG", "SET", "maxmemory", "0")
				require.NoError(t, err)
				require.NoError(t, s.Writable(t.Context()))
			}
		})
	}
}

// requireNoWrites holds that reads go on while every way to write says why it does not.
func requireNoWrites(t *testing.T, s *redisstore.Store) {
	t.Helper()
	require.ErrorIs(t, s.Writable(t.Context()), okr.ErrNoWrites)
	_, _, err := s.Goals().Find(t.Context(), okrtest.TenantID, []string{okr.TopIndex, okr.PublicIndex}, okr.Page{Limit: 3})
	require.NoError(t, err)
}

// A store that refuses a write by a command, in a transaction or in a script says the
// same of each.
func TestEveryWriteIsRefusedAlike(t *testing.T) {
	t.Parallel()
	server := okrtest.StartRedisServer(t)
	s := open(t, server.URL())
	require.NoError(t, s.Goals().Create(t.Context(), okrtest.TenantID, okrtest.Objective(1)))
	_, err := server.Do("CONFIG", "SET", "maxmemory", "1")
	require.NoError(t, err)
	_, numberErr := s.NextNumber(t.Context(), okrtest.TenantID, "KR")
	_, updateErr := s.Goals().Update(t.Context(), okrtest.TenantID, "O1", func(*okr.Goal) error { return nil })
	_, deliveryErr := s.Memory().FirstTime(t.Context(), okrtest.TenantID, "a", "1")
	for _, err := range []error{
		numberErr, updateErr, deliveryErr,
		s.Goals().Create(t.Context(), okrtest.TenantID, okrtest.Objective(2)),
		s.SaveCredential(t.Context(), okrtest.TenantID, okrtest.Credential(okrtest.Ada)),
		s.SetTickedUntil(t.Context(), okrtest.Noon()),
		s.Memory().PutForm(t.Context(), okrtest.TenantID, okr.OpenForm{ID: "f", Data: []byte("f"), List: "l", Life: time.Minute, Most: 1}),
		s.KeepCheckIn(t.Context(), okrtest.TenantID, "O1", "CI1", func(l okr.Lineage) (okr.Said, error) {
			return okr.Said{Goals: []okr.Goal{l.Goal}}, nil
		}),
	} {
		require.ErrorIs(t, err, okr.ErrNoWrites)
		okrtest.RequireKind(t, okr.Unavailable, err)
		msg, _ := okr.MessageOf(err)
		require.Contains(t, msg, "can't save changes")
	}
	server.Kill()
	err = s.Writable(t.Context())
	require.ErrorIs(t, err, okr.ErrStore)
	require.NotErrorIs(t, err, okr.ErrNoWrites)
}
