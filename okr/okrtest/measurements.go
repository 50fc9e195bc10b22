package okrtest

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
)

func testHistory(t *testing.T, s AllStores, tenant okr.TenantID) {
	ctx := t.Context()
	var want []okr.Measurement
	for hour := range 5 {
		want = append(want, Measurement(Noon().Add(time.Duration(hour)*time.Hour), hour, 10))
	}
	for _, i := range []int{3, 0, 4, 1, 2, 2} { // in any order, one twice
		require.NoError(t, s.AddHistory(ctx, tenant, "KR1", want[i]))
	}
	require.NoError(t, s.AddHistory(ctx, tenant, "KR2", Measurement(Noon(), 1, 1)))

	requireHistory(t, s, tenant, time.Time{}, 0, want)
	requireHistory(t, s, tenant, time.Time{}, 2, want[3:])
	requireHistory(t, s, tenant, want[1].At, 100, want[2:])
	requireHistory(t, s, tenant, want[1].At.Add(time.Second), 2, want[3:])
	requireHistory(t, s, tenant, want[4].At, 100, []okr.Measurement{})

	again := Measurement(want[2].At, 9, 10)
	require.NoError(t, s.AddHistory(ctx, tenant, "KR1", again))
	got, err := s.History(ctx, tenant, "KR1", time.Time{}, 0)
	require.NoError(t, err)
	require.Len(t, got, 5, "the same time once")

	require.NoError(t, s.DropHistory(ctx, tenant, "KR1"))
	requireHistory(t, s, tenant, time.Time{}, 0, []okr.Measurement{})
	got, err = s.History(ctx, tenant, "KR2", time.Time{}, 0)
	require.NoError(t, err)
	require.Len(t, got, 1)
}

func requireHistory(t *testing.T, s AllStores, tenant okr.TenantID, after time.Time, limit int, want []okr.Measurement) {
	t.Helper()
	got, err := s.History(t.Context(), tenant, "KR1", after, limit)
	require.NoError(t, err)
	require.Equal(t, want, got)
}

func testSnapshots(t *testing.T, s AllStores, tenant okr.TenantID) {
	ctx := t.Context()
	got, err := s.Snapshot(ctx, tenant, "C1", "q")
	require.NoError(t, err)
	require.Nil(t, got)

	want := okr.Snapshot{At: Noon()}
	for n := range 20_000 { // the most that a query gives
		want.Items = append(want.Items, okr.WorkItem{ID: n, Type: "Bug", Title: fmt.Sprintf("Bug no. %d", n), Category: okr.Completed})
	}
	require.NoError(t, s.SaveSnapshot(ctx, tenant, "C1", "q", &want))
	got, err = s.Snapshot(ctx, tenant, "C1", "q")
	require.NoError(t, err)
	require.Equal(t, &want, got)
	got, err = s.Snapshot(ctx, tenant, "C2", "q")
	require.NoError(t, err)
	require.Nil(t, got)

	require.NoError(t, s.SaveSnapshot(ctx, tenant, "C1", "q", nil))
	got, err = s.Snapshot(ctx, tenant, "C1", "q")
	require.NoError(t, err)
	require.Nil(t, got)
}

func testCredentials(t *testing.T, s AllStores, tenant okr.TenantID) {
	ctx, c := t.Context(), Credential(Ada)
	_, err := s.Credential(ctx, tenant, c.ID)
	RequireKind(t, okr.SignIn, err)
	require.NoError(t, s.DeleteCredential(ctx, tenant, c.ID), "none there is no error")

	require.NoError(t, s.SaveCredential(ctx, tenant, c))
	got, err := s.Credential(ctx, tenant, c.ID)
	require.NoError(t, err)
	require.Equal(t, c, got)

	c.AccessToken, c.Expiry = "another", Noon().Add(2*time.Hour)
	require.NoError(t, s.SaveCredential(ctx, tenant, c))
	second := c
	second.ID, second.SignedInAt = "another account", Noon().Add(time.Hour)
	require.NoError(t, s.SaveCredential(ctx, tenant, second))
	require.NoError(t, s.SaveCredential(ctx, tenant, Credential(Grace)))
	list, err := s.CredentialsOf(ctx, tenant, Ada.ID)
	require.NoError(t, err)
	require.ElementsMatch(t, []okr.Credential{c, second}, list)

	require.NoError(t, s.DeleteCredential(ctx, tenant, c.ID))
	_, err = s.Credential(ctx, tenant, c.ID)
	RequireKind(t, okr.SignIn, err)
	list, err = s.CredentialsOf(ctx, tenant, Ada.ID)
	require.NoError(t, err)
	require.Equal(t, []okr.Credential{second}, list)
	list, err = s.CredentialsOf(ctx, tenant+"/other", Ada.ID)
	require.NoError(t, err)
	require.Empty(t, list)
}

func testAgenda(t *testing.T, s AllStores, tenant okr.TenantID) {
	ctx := t.Context()
	work := okr.Due{Kind: okr.DueSync, Tenant: tenant, ID: "C1"}
	digest := okr.Due{Kind: okr.DueDigest, Tenant: tenant, ID: "S1"}
	other := okr.Due{Kind: okr.DueSync, Tenant: tenant + "/other", ID: "C1"}
	for _, w := range []okr.Due{work, digest, other, work} {
		require.NoError(t, s.Plan(ctx, w))
	}
	slots := []int{work.Slot(), digest.Slot(), other.Slot()}
	require.ElementsMatch(t, []okr.Due{work, digest, other}, dueOf(t, s, slots, tenant))
	require.Empty(t, dueOf(t, s, []int{(work.Slot() + 1) % okr.MinutesPerDay}, tenant))
	require.Empty(t, dueOf(t, s, nil, tenant))

	require.NoError(t, s.Drop(ctx, work))
	require.NoError(t, s.Drop(ctx, work))
	require.ElementsMatch(t, []okr.Due{digest, other}, dueOf(t, s, slots, tenant))
}

// dueOf lists the work of a tenant and its other one, each once though slots
// may repeat.
func dueOf(t *testing.T, s AllStores, slots []int, tenant okr.TenantID) []okr.Due {
	t.Helper()
	all, err := s.Due(t.Context(), slots)
	require.NoError(t, err)
	seen := map[okr.Due]bool{}
	var mine []okr.Due
	for _, due := range all {
		if !seen[due] && (due.Tenant == tenant || due.Tenant == tenant+"/other") {
			mine = append(mine, due)
		}
		seen[due] = true
	}
	return mine
}

func testWatermark(t *testing.T, s AllStores, _ okr.TenantID) {
	ctx := t.Context()
	at, err := s.TickedUntil(ctx)
	require.NoError(t, err)
	require.True(t, at.IsZero())
	for _, c := range []struct{ set, want time.Time }{
		{Noon(), Noon()},
		{Noon().Add(-time.Hour), Noon()},
		{Noon(), Noon()},
		{Noon().Add(time.Minute), Noon().Add(time.Minute)},
	} {
		require.NoError(t, s.SetTickedUntil(ctx, c.set))
		at, err = s.TickedUntil(ctx)
		require.NoError(t, err)
		require.WithinDuration(t, c.want, at, 0)
	}
	require.NoError(t, s.SetMark(ctx, okr.MarkSynced, Noon()))
	require.NoError(t, s.SetMark(ctx, okr.MarkSynced, Noon().Add(-time.Hour)))
	marks, err := s.Marks(ctx)
	require.NoError(t, err)
	require.Equal(t, map[okr.Mark]time.Time{okr.MarkTicked: Noon().Add(time.Minute), okr.MarkSynced: Noon()}, marks)
}
