package redisstore_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
	"okrbot/okr/redisstore"
)

const (
	soon = 30 * time.Millisecond
	late = 5 * time.Second
	poll = 10 * time.Millisecond
)

func TestFirstDelivery(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *redisstore.Store) {
		t.Helper()
		var first atomic.Int32
		var wait sync.WaitGroup
		for range 20 {
			wait.Go(func() {
				if ok, err := s.FirstDelivery(t.Context(), okrtest.TenantID, "a:1", "2"); err == nil && ok {
					first.Add(1)
				}
			})
		}
		wait.Wait()
		require.Equal(t, int32(1), first.Load())
		for _, other := range []struct {
			tenant                 okr.TenantID
			conversation, activity string
		}{{okrtest.TenantID, "a", "1:2"}, {okrtest.TenantID, "a:1", "3"}, {"other", "a:1", "2"}} {
			ok, err := s.FirstDelivery(t.Context(), other.tenant, other.conversation, other.activity)
			require.NoError(t, err)
			require.True(t, ok, "%v", other)
		}
	})
}

func TestDrafts(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *redisstore.Store) {
		t.Helper()
		ctx := t.Context()
		_, err := s.Draft(ctx, okrtest.TenantID, "d")
		okrtest.RequireKind(t, okr.NotFound, err)
		require.NoError(t, s.DropDraft(ctx, okrtest.TenantID, "d"))
		require.NoError(t, s.PutDraft(ctx, okrtest.TenantID, "d", []byte("one"), ttl))
		require.NoError(t, s.PutDraft(ctx, okrtest.TenantID, "d", []byte("two"), ttl))
		for range 2 {
			got, err := s.Draft(ctx, okrtest.TenantID, "d")
			require.NoError(t, err)
			require.Equal(t, "two", string(got))
		}
		_, err = s.Draft(ctx, "other", "d")
		okrtest.RequireKind(t, okr.NotFound, err)
		require.NoError(t, s.DropDraft(ctx, okrtest.TenantID, "d"))
		_, err = s.Draft(ctx, okrtest.TenantID, "d")
		okrtest.RequireKind(t, okr.NotFound, err)
	})
}

func TestTicketsAreTakenOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *redisstore.Store) {
		t.Helper()
		ctx := t.Context()
		require.NoError(t, s.PutTicket(ctx, "t", []byte("data"), ttl))
		got, err := s.PeekTicket(ctx, "t")
		require.NoError(t, err)
		require.Equal(t, "data", string(got))
		var taken atomic.Int32
		var wait sync.WaitGroup
		for range 10 {
			wait.Go(func() {
				if got, err := s.TakeTicket(ctx, "t"); err == nil && string(got) == "data" {
					taken.Add(1)
				}
			})
		}
		wait.Wait()
		require.Equal(t, int32(1), taken.Load())
		_, err = s.TakeTicket(ctx, "t")
		okrtest.RequireKind(t, okr.NotFound, err)
		_, err = s.PeekTicket(ctx, "t")
		okrtest.RequireKind(t, okr.NotFound, err)
	})
}

func TestTimeRunsOut(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *redisstore.Store) {
		t.Helper()
		ctx := t.Context()
		require.NoError(t, s.PutDraft(ctx, okrtest.TenantID, "d", []byte("x"), soon))
		require.NoError(t, s.PutTicket(ctx, "t", []byte("x"), soon))
		n, err := s.CountTry(ctx, okrtest.TenantID, "code", soon)
		require.NoError(t, err)
		require.Equal(t, 1, n)
		require.Eventually(t, func() bool {
			_, noDraft := s.Draft(ctx, okrtest.TenantID, "d")
			_, noTicket := s.PeekTicket(ctx, "t")
			return okr.KindOf(noDraft) == okr.NotFound && okr.KindOf(noTicket) == okr.NotFound
		}, late, poll)
		require.Eventually(t, func() bool { return len(allKeys(t, s)) == 0 }, late, poll, "nothing is left over")
	})
}

func TestCountTry(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *redisstore.Store) {
		t.Helper()
		for want := 1; want <= 6; want++ {
			got, err := s.CountTry(t.Context(), okrtest.TenantID, "code", ttl)
			require.NoError(t, err)
			require.Equal(t, want, got)
		}
		got, err := s.CountTry(t.Context(), okrtest.TenantID, "another", ttl)
		require.NoError(t, err)
		require.Equal(t, 1, got)
		left, err := s.Client().PTTL(t.Context(), keyWith(t, s, "tries:code")).Result()
		require.NoError(t, err)
		require.Greater(t, left, time.Duration(0))
	})
}
