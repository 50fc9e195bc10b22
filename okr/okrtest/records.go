package okrtest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
)

// RequireKind fails the test unless err is an error of a kind.
func RequireKind(tb testing.TB, kind okr.Kind, err error) {
	tb.Helper()
	require.Error(tb, err)
	require.Equal(tb, kind, okr.KindOf(err), "kind of: %v", err)
}

func testRecords(t *testing.T, s AllStores, tenant okr.TenantID) {
	ctx, goals := t.Context(), s.Goals()
	_, err := goals.Get(ctx, tenant, "O1")
	RequireKind(t, okr.NotFound, err)
	_, err = goals.Delete(ctx, tenant, "O1")
	RequireKind(t, okr.NotFound, err)
	_, err = goals.Update(ctx, tenant, "O1", func(*okr.Goal) error { return nil })
	RequireKind(t, okr.NotFound, err)

	goal := Objective(1)
	require.NoError(t, goals.Create(ctx, tenant, goal))
	RequireKind(t, okr.Conflict, goals.Create(ctx, tenant, goal))
	got, err := goals.Get(ctx, tenant, "O1")
	require.NoError(t, err)
	require.Equal(t, goal, got)

	got, err = goals.Update(ctx, tenant, "O1", func(g *okr.Goal) error { g.Title = "Another"; return nil })
	require.NoError(t, err)
	require.Equal(t, "Another", got.Title)
	got, err = goals.Get(ctx, tenant, "O1")
	require.NoError(t, err)
	require.Equal(t, "Another", got.Title)

	got, err = goals.Delete(ctx, tenant, "O1")
	require.NoError(t, err)
	require.Equal(t, "Another", got.Title)
	_, err = goals.Get(ctx, tenant, "O1")
	RequireKind(t, okr.NotFound, err)
	requireList(t, s, tenant, "")
	requireList(t, s, tenant, okr.KindIndex(okr.Objective))
}

func testRefusedUpdate(t *testing.T, s AllStores, tenant okr.TenantID) {
	ctx, refused := t.Context(), errors.New("refused")
	require.NoError(t, s.Goals().Create(ctx, tenant, Objective(1)))
	_, err := s.Goals().Update(ctx, tenant, "O1", func(g *okr.Goal) error {
		g.Title = "Another"
		return refused
	})
	require.Equal(t, refused, err, "the error as it is")
	got, err := s.Goals().Get(ctx, tenant, "O1")
	require.NoError(t, err)
	require.Equal(t, Objective(1), got)

	_, err = s.Goals().Update(ctx, tenant, "O1", func(g *okr.Goal) error { g.ID = "O2"; return nil })
	require.Error(t, err, "a record keeps its id")
}

func testIndexes(t *testing.T, s AllStores, tenant okr.TenantID) {
	ctx := t.Context()
	for _, goal := range []okr.Goal{Objective(1), Objective(2), KeyResult(3, "O1"), Bound(KeyResult(4, "O1"), "C1", "q"), Project(5, "O2")} {
		require.NoError(t, s.Goals().Create(ctx, tenant, goal))
	}
	requireList(t, s, tenant, "", "O1", "O2", "KR3", "KR4", "P5")
	requireList(t, s, tenant, okr.KindIndex(okr.KeyResult), "KR3", "KR4")
	requireList(t, s, tenant, okr.ChildIndex("O1"), "KR3", "KR4")
	requireList(t, s, tenant, okr.BoundIndex("C1"), "KR4")

	_, err := s.Goals().Update(ctx, tenant, "KR3", func(g *okr.Goal) error { g.Parent = "O2"; return nil })
	require.NoError(t, err)
	_, err = s.Goals().Update(ctx, tenant, "KR4", func(g *okr.Goal) error { g.Binding.Connection = "C2"; return nil })
	require.NoError(t, err)
	requireList(t, s, tenant, okr.ChildIndex("O1"), "KR4")
	requireList(t, s, tenant, okr.ChildIndex("O2"), "KR3", "P5")
	requireList(t, s, tenant, okr.BoundIndex("C1"))
	requireList(t, s, tenant, okr.BoundIndex("C2"), "KR4")

	_, err = s.Goals().Delete(ctx, tenant, "KR4")
	require.NoError(t, err)
	requireList(t, s, tenant, okr.ChildIndex("O1"))
	requireList(t, s, tenant, okr.BoundIndex("C2"))
	requireList(t, s, tenant, "", "O1", "O2", "KR3", "P5")
}

func requireList(t *testing.T, s AllStores, tenant okr.TenantID, index string, want ...okr.GoalID) {
	t.Helper()
	list, total, err := s.Goals().List(t.Context(), tenant, index, okr.Page{})
	require.NoError(t, err)
	var got []okr.GoalID
	for _, goal := range list {
		got = append(got, goal.ID)
	}
	require.Equal(t, want, got, "list %q", index)
	require.Equal(t, len(want), total)
}

func testPages(t *testing.T, s AllStores, tenant okr.TenantID) {
	const count = 300 // more than a store reads at once
	for n := range count {
		require.NoError(t, s.Goals().Create(t.Context(), tenant, Objective(n+1)))
	}
	for _, c := range []struct{ offset, limit, first, length int }{
		{0, 0, 1, count},
		{0, 10, 1, 10},
		{10, 10, 11, 10},
		{count - 3, 10, count - 2, 3},
		{count, 10, 0, 0},
		{5, 0, 6, count - 5},
	} {
		list, total, err := s.Goals().List(t.Context(), tenant, "", okr.Page{Offset: c.offset, Limit: c.limit})
		require.NoError(t, err)
		require.Equal(t, count, total)
		require.Len(t, list, c.length)
		for i, goal := range list {
			require.Equal(t, okr.GoalID(fmt.Sprintf("O%d", c.first+i)), goal.ID)
		}
	}
}

func testUnique(t *testing.T, s AllStores, tenant okr.TenantID) {
	ctx, connections := t.Context(), s.Connections()
	one, two := Connection(1, Ada), Connection(2, Ada)
	require.NoError(t, connections.Create(ctx, tenant, one))
	require.NoError(t, connections.Create(ctx, tenant, two))
	three := Connection(3, Grace)
	three.Name = "LAUNCH 1"
	RequireKind(t, okr.Conflict, connections.Create(ctx, tenant, three))
	_, err := connections.Get(ctx, tenant, "C3")
	RequireKind(t, okr.NotFound, err)

	rename := func(name string) func(*okr.Connection) error {
		return func(c *okr.Connection) error { c.Name = name; return nil }
	}
	_, err = connections.Update(ctx, tenant, "C2", rename("launch 1"))
	RequireKind(t, okr.Conflict, err)
	_, err = connections.Update(ctx, tenant, "C1", rename("LAUNCH 1"))
	require.NoError(t, err, "its own name")
	_, err = connections.Update(ctx, tenant, "C1", rename("Mobile"))
	require.NoError(t, err)
	require.NoError(t, connections.Create(ctx, tenant, three), "the old name is free")
	_, err = connections.Delete(ctx, tenant, "C1")
	require.NoError(t, err)
	_, err = connections.Update(ctx, tenant, "C2", rename("mobile"))
	require.NoError(t, err, "the name of a deleted record is free")
}

func testUniqueRace(t *testing.T, s AllStores, tenant okr.TenantID) {
	var won, lost atomic.Int32
	concurrently(20, func(n int) {
		c := Connection(n+1, Ada)
		c.Name = "The one"
		switch err := s.Connections().Create(t.Context(), tenant, c); {
		case err == nil:
			won.Add(1)
		case okr.KindOf(err) == okr.Conflict:
			lost.Add(1)
		}
	})
	require.Equal(t, int32(1), won.Load())
	require.Equal(t, int32(19), lost.Load())
	_, total, err := s.Connections().List(t.Context(), tenant, "", okr.Page{})
	require.NoError(t, err)
	require.Equal(t, 1, total)
}

func testConcurrentUpdates(t *testing.T, s AllStores, tenant okr.TenantID) {
	require.NoError(t, s.Goals().Create(t.Context(), tenant, KeyResult(1, "O1")))
	errs := make([]error, 50)
	concurrently(len(errs), func(n int) {
		_, errs[n] = s.Goals().Update(t.Context(), tenant, "KR1", func(g *okr.Goal) error { g.Metric.Target++; return nil })
	})
	require.NoError(t, errors.Join(errs...))
	got, err := s.Goals().Get(t.Context(), tenant, "KR1")
	require.NoError(t, err)
	require.InDelta(t, 150, got.Metric.Target, 0)
}

func concurrently(n int, do func(n int)) {
	var wait sync.WaitGroup
	for i := range n {
		wait.Go(func() { do(i) })
	}
	wait.Wait()
}

func testTenants(t *testing.T, s AllStores, tenant okr.TenantID) {
	ctx, other := t.Context(), tenant+"/other"
	require.NoError(t, s.Connections().Create(ctx, tenant, Connection(1, Ada)))
	_, err := s.Connections().Get(ctx, other, "C1")
	RequireKind(t, okr.NotFound, err)
	_, total, err := s.Connections().List(ctx, other, "", okr.Page{})
	require.NoError(t, err)
	require.Zero(t, total)
	require.NoError(t, s.Connections().Create(ctx, other, Connection(1, Grace)), "same id and name, another tenant")
	got, err := s.Connections().Get(ctx, tenant, "C1")
	require.NoError(t, err)
	require.Equal(t, Ada, got.Owner)
}

func testTypes(t *testing.T, s AllStores, tenant okr.TenantID) {
	ctx := t.Context()
	goal := Measured(Bound(KeyResult(1, "O1"), "C1", "q"), Measurement(Noon(), 3, 4))
	require.NoError(t, s.Goals().Create(ctx, tenant, goal))
	gotGoal, err := s.Goals().Get(ctx, tenant, goal.ID)
	require.NoError(t, err)
	require.Equal(t, goal, gotGoal)

	settings := okr.Settings{ID: tenant, Enabled: true, ChangedBy: Ada, ChangedAt: Noon(), Admins: []okr.Person{Grace}, TimeZone: "Europe/Berlin"}
	require.NoError(t, s.Settings().Create(ctx, tenant, settings))
	gotTenant, err := s.Settings().Get(ctx, tenant, settings.Key())
	require.NoError(t, err)
	require.Equal(t, settings, gotTenant)

	subscription := Subscription(1, Conversation("19:channel@thread.tacv2"), "O1")
	subscription.Reported = map[okr.GoalID]okr.Reported{"O1": {At: Noon(), Status: okr.OnTrack}}
	require.NoError(t, s.Subscriptions().Create(ctx, tenant, subscription))
	list, _, err := s.Subscriptions().List(ctx, tenant, okr.ConversationIndex("19:channel@thread.tacv2"), okr.Page{})
	require.NoError(t, err)
	require.Equal(t, []okr.Subscription{subscription}, list)
	RequireKind(t, okr.Conflict, s.Subscriptions().Create(ctx, tenant, Subscription(2, subscription.Conversation)))
}

func testNumbers(t *testing.T, s AllStores, tenant okr.TenantID) {
	var seen sync.Map
	concurrently(40, func(int) {
		n, err := s.NextNumber(t.Context(), tenant, okr.ObjectivePrefix)
		if err == nil {
			seen.Store(n, true)
		}
	})
	for n := range int64(40) {
		_, ok := seen.Load(n + 1)
		require.True(t, ok, "number %d", n+1)
	}
	n, err := s.NextNumber(t.Context(), tenant, okr.ProjectPrefix)
	require.NoError(t, err)
	require.Equal(t, int64(1), n)
}

func testOddIDs(t *testing.T, s AllStores, tenant okr.TenantID) {
	ctx := t.Context()
	for _, odd := range []okr.TenantID{tenant + "}a{b", tenant + ":", tenant + "::x", "}" + tenant} {
		require.NoError(t, s.Goals().Create(ctx, odd, Objective(1)))
		goal := Objective(2)
		goal.ID = "O:1%3A"
		require.NoError(t, s.Goals().Create(ctx, odd, goal))
		got, err := s.Goals().Get(ctx, odd, goal.ID)
		require.NoError(t, err)
		require.Equal(t, goal, got)
		requireList(t, s, odd, "", "O1", "O:1%3A")
	}
}

func testCancelled(t *testing.T, s AllStores, tenant okr.TenantID) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.Goals().Get(ctx, tenant, "O1")
	require.ErrorIs(t, err, context.Canceled)
	_, err = s.Goals().Update(ctx, tenant, "O1", func(*okr.Goal) error { return nil })
	require.ErrorIs(t, err, context.Canceled)
}
