package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
)

// A person's time zone is noted with the first turn and not again with each one that
// follows; a guest's is never.
func TestTurnsNoteATimeZoneOnce(t *testing.T) {
	t.Parallel()
	w := newCheckedWorld(t)
	help := []string{"say help", "expect 'What I can do'"}
	play(t, w, help...)
	members, tenant, alex := w.app.store.Members(), okr.TenantID(w.User.TenantID), okr.UserID(w.User.ObjectID)
	m, err := members.Get(t.Context(), tenant, alex)
	require.NoError(t, err)
	require.Equal(t, "Europe/Paris", m.Zone)

	// Whatever writes it again notes when, too.
	m, err = members.Update(t.Context(), tenant, alex, func(m *okr.Member) error { m.SeenAt = m.SeenAt.Add(-time.Hour); return nil })
	require.NoError(t, err)
	play(t, w, help...)
	same, err := members.Get(t.Context(), tenant, alex)
	require.NoError(t, err)
	require.Equal(t, m, same)
	_, err = members.Update(t.Context(), tenant, alex, func(m *okr.Member) error { m.SeenAt = m.SeenAt.Add(-okr.SeenEvery); return nil })
	require.NoError(t, err)
	play(t, w, help...)
	again, err := members.Get(t.Context(), tenant, alex)
	require.NoError(t, err)
	require.True(t, again.SeenAt.After(m.SeenAt), "a month later it is noted once more")

	play(t, w, append([]string{"user patti"}, help...)...)
	_, err = members.Get(t.Context(), tenant, okr.UserID(w.User.ObjectID))
	require.Equal(t, okr.NotFound, okr.KindOf(err), "a guest's is not noted")
}
