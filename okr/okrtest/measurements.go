package okrtest

import (
	"errors"
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

func testRecord(t *testing.T, s AllStores, tenant okr.TenantID) {
	ctx, m := t.Context(), Measurement(Noon(), 1, 2)
	for _, g := range []okr.Goal{KeyResult(1, "O1"), KeyResult(2, "O1"), KeyResult(3, "O1")} {
		require.NoError(t, s.Goals().Create(ctx, tenant, g))
	}
	held := okr.Snapshot{At: Noon(), Items: []okr.WorkItem{{ID: 1, Type: "Bug"}}}
	keep := func(now []okr.Goal) okr.Recorded {
		require.Len(t, now, 2, "one is not there")
		require.Equal(t, []okr.GoalID{"KR2", "KR1"}, []okr.GoalID{now[0].ID, now[1].ID}, "in the order of the ids")
		now[0].Title, now[0].Parent = "Measured", "O2"
		return okr.Recorded{
			Goals: now[:1], History: []okr.HistoryEntry{{Goal: "KR1", Measurement: m}},
			Snapshots: []okr.HeldByQuery{{Access: "A", Query: "q", Snapshot: &held}},
		}
	}
	refused := errors.New("refused")
	err := s.Record(ctx, tenant, []okr.GoalID{"KR2", "KR9", "KR1"}, func(now []okr.Goal) (okr.Recorded, error) {
		return keep(now), refused
	})
	require.Equal(t, refused, err, "the error as it is")
	requireHistory(t, s, tenant, time.Time{}, 0, []okr.Measurement{})
	requireList(t, s, tenant, okr.ChildIndex("O1"), "KR1", "KR2", "KR3")

	require.NoError(t, s.Record(ctx, tenant, []okr.GoalID{"KR2", "KR9", "KR1"}, func(now []okr.Goal) (okr.Recorded, error) {
		return keep(now), nil
	}))
	requireHistory(t, s, tenant, time.Time{}, 0, []okr.Measurement{m})
	requireList(t, s, tenant, okr.ChildIndex("O1"), "KR1", "KR3")
	requireList(t, s, tenant, okr.ChildIndex("O2"), "KR2")
	got, err := s.Goals().Get(ctx, tenant, "KR2")
	require.NoError(t, err)
	require.Equal(t, "Measured", got.Title)
	snapshots, err := s.Snapshots(ctx, tenant, "A", []string{"other", "q"})
	require.NoError(t, err)
	require.Equal(t, []*okr.Snapshot{nil, &held}, snapshots)

	again := Measurement(m.At, 2, 2)
	require.NoError(t, s.Record(ctx, tenant, nil, func(now []okr.Goal) (okr.Recorded, error) {
		require.Empty(t, now)
		return okr.Recorded{History: []okr.HistoryEntry{{Goal: "KR1", Measurement: again}}}, nil
	}))
	requireHistory(t, s, tenant, time.Time{}, 0, []okr.Measurement{again})
	require.NoError(t, s.Record(ctx, tenant, []okr.GoalID{"KR1"}, func([]okr.Goal) (okr.Recorded, error) { return okr.Recorded{}, nil }))
}

func testConcurrentRecords(t *testing.T, s AllStores, tenant okr.TenantID) {
	ids := []okr.GoalID{"KR1", "KR2", "KR3"}
	for n := range 4 {
		require.NoError(t, s.Goals().Create(t.Context(), tenant, KeyResult(n+1, "O1")))
	}
	errs := make([]error, 21)
	concurrently(len(errs), func(n int) {
		if n == 20 {
			_, errs[n] = s.Goals().Delete(t.Context(), tenant, "KR4")
			return
		}
		if n%2 == 0 {
			_, errs[n] = s.Goals().Update(t.Context(), tenant, ids[n%3], func(g *okr.Goal) error { g.Metric.Target++; return nil })
			return
		}
		errs[n] = s.Record(t.Context(), tenant, append([]okr.GoalID{"KR4"}, ids...), func(now []okr.Goal) (okr.Recorded, error) {
			for _, g := range now {
				g.Metric.Start++
			}
			m := Measurement(Noon().Add(time.Duration(n)*time.Hour), n, 100)
			return okr.Recorded{Goals: now, History: []okr.HistoryEntry{{Goal: "KR1", Measurement: m}}}, nil
		})
	})
	require.NoError(t, errors.Join(errs...))
	requireList(t, s, tenant, "", "KR1", "KR2", "KR3")
	before, targets := KeyResult(1, "O1").Metric, 0.0
	for _, id := range ids {
		g, err := s.Goals().Get(t.Context(), tenant, id)
		require.NoError(t, err)
		require.InDelta(t, before.Start+10, g.Metric.Start, 0)
		targets += g.Metric.Target - before.Target
	}
	require.InDelta(t, 10, targets, 0)
	history, err := s.History(t.Context(), tenant, "KR1", time.Time{}, 0)
	require.NoError(t, err)
	require.Len(t, history, 10)
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
	testApplications(t, s, tenant)
}

func testApplications(t *testing.T, s AllStores, tenant okr.TenantID) {
	t.Helper()
	ctx, reader := t.Context(), Application()
	_, err := s.Credential(ctx, tenant, reader.ID)
	RequireKind(t, okr.SignIn, err)
	require.NoError(t, s.SaveCredential(ctx, tenant, reader))
	got, err := s.Credential(ctx, tenant, reader.ID)
	require.NoError(t, err)
	require.Equal(t, reader, got, "with its proof")
	list, err := s.CredentialsOf(ctx, tenant, okr.TheOrganization().ID)
	require.NoError(t, err)
	require.Equal(t, []okr.Credential{reader}, list)
	require.NoError(t, s.DeleteCredential(ctx, tenant, reader.ID))
	list, err = s.CredentialsOf(ctx, tenant, okr.TheOrganization().ID)
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
