package main

import (
	"testing"

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

	// Whatever writes it again makes the record anew.
	writes := func() okr.Member {
		m, err := members.Get(t.Context(), tenant, alex)
		require.NoError(t, err)
		return m
	}
	before := writes()
	play(t, w, help...)
	require.Equal(t, before, writes())
	_, err = members.Delete(t.Context(), tenant, alex)
	require.NoError(t, err)
	play(t, w, help...)
	require.Equal(t, "Europe/Paris", writes().Zone, "it is noted anew where it is gone")

	play(t, w, append([]string{"user patti"}, help...)...)
	_, err = members.Get(t.Context(), tenant, okr.UserID(w.User.ObjectID))
	require.Equal(t, okr.NotFound, okr.KindOf(err), "a guest's is not noted")
}
