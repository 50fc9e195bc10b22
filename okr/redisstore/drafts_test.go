package redisstore_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
	"okrbot/okr/redisstore"
)

const (
	soon = 30 * time.Millisecond
	late = 2 * time.Minute
	poll = 10 * time.Millisecond
)

func TestFirstTime(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *redisstore.Store) {
		t.Helper()
		var first atomic.Int32
		var wait sync.WaitGroup
		for range 20 {
			wait.Go(func() {
				if ok, err := s.Memory().FirstTime(t.Context(), okrtest.TenantID, "a:1", "2"); err == nil && ok {
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
			ok, err := s.Memory().FirstTime(t.Context(), other.tenant, other.conversation, other.activity)
			require.NoError(t, err)
			require.True(t, ok, "%v", other)
		}
	})
}

func TestOpenForms(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *redisstore.Store) {
		t.Helper()
		ctx, m := t.Context(), s.Memory()
		put := func(id, data, note string) {
			t.Helper()
			f := okr.OpenForm{ID: id, Life: ttl, List: "forms", Note: []byte(note), Most: 3}
			if data != "" {
				f.Data = []byte(data)
			}
			require.NoError(t, m.PutForm(ctx, okrtest.TenantID, f))
		}
		notes := func(tenant okr.TenantID) (out []string) {
			t.Helper()
			list, err := m.OpenForms(ctx, tenant, "forms")
			require.NoError(t, err)
			for _, note := range list {
				out = append(out, string(note))
			}
			return out
		}
		require.Empty(t, notes(okrtest.TenantID))
		put("a", "1", "a here")
		put("b", "2", "b here")
		put("b", "", "b there")
		require.Equal(t, []string{"b there", "b here", "a here"}, notes(okrtest.TenantID))
		put("a", "3", "a there")
		require.Equal(t, []string{"a there", "b there", "b here"}, notes(okrtest.TenantID))
		require.Empty(t, notes("other"))
		for id, want := range map[string]string{"a": "3", "b": "2"} {
			got, err := m.Draft(ctx, okrtest.TenantID, id)
			require.NoError(t, err)
			require.Equal(t, want, string(got), id)
		}
		require.NotContains(t, dump(t, s), "here", "notes are sealed")
	})
}

func TestDrafts(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *redisstore.Store) {
		t.Helper()
		ctx := t.Context()
		_, err := s.Memory().Draft(ctx, okrtest.TenantID, "d")
		okrtest.RequireKind(t, okr.NotFound, err)
		require.NoError(t, s.Memory().DropDraft(ctx, okrtest.TenantID, "d"))
		require.NoError(t, s.Memory().PutDraft(ctx, okrtest.TenantID, "d", []byte("one"), ttl))
		require.NoError(t, s.Memory().PutDraft(ctx, okrtest.TenantID, "d", []byte("two"), ttl))
		for range 2 {
			got, err := s.Memory().Draft(ctx, okrtest.TenantID, "d")
			require.NoError(t, err)
			require.Equal(t, "two", string(got))
		}
		_, err = s.Memory().Draft(ctx, "other", "d")
		okrtest.RequireKind(t, okr.NotFound, err)
		require.NoError(t, s.Memory().DropDraft(ctx, okrtest.TenantID, "d"))
		_, err = s.Memory().Draft(ctx, okrtest.TenantID, "d")
		okrtest.RequireKind(t, okr.NotFound, err)
	})
}

func TestTicketsAreTakenOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *redisstore.Store) {
		t.Helper()
		ctx := t.Context()
		require.NoError(t, s.Memory().PutTicket(ctx, "t", []byte("data"), ttl))
		got, err := s.Memory().PeekTicket(ctx, "t")
		require.NoError(t, err)
		require.Equal(t, "data", string(got))
		var taken atomic.Int32
		var wait sync.WaitGroup
		for range 10 {
			wait.Go(func() {
				if got, err := s.Memory().TakeTicket(ctx, "t"); err == nil && string(got) == "data" {
					taken.Add(1)
				}
			})
		}
		wait.Wait()
		require.Equal(t, int32(1), taken.Load())
		_, err = s.Memory().TakeTicket(ctx, "t")
		okrtest.RequireKind(t, okr.NotFound, err)
		_, err = s.Memory().PeekTicket(ctx, "t")
		okrtest.RequireKind(t, okr.NotFound, err)
	})
}

func TestTimeRunsOut(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *redisstore.Store) {
		t.Helper()
		ctx := t.Context()
		require.NoError(t, s.Memory().PutDraft(ctx, okrtest.TenantID, "d", []byte("x"), soon))
		require.NoError(t, s.Memory().PutTicket(ctx, "t", []byte("x"), soon))
		n, err := s.CountTry(ctx, okrtest.TenantID, "code", soon)
		require.NoError(t, err)
		require.Equal(t, 1, n)
		require.Eventually(t, func() bool {
			_, noDraft := s.Memory().Draft(ctx, okrtest.TenantID, "d")
			_, noTicket := s.Memory().PeekTicket(ctx, "t")
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

// twice does each command twice, as the client does when the connection ended before
// the answer came.
type twice struct{}

func (twice) DialHook(next redis.DialHook) redis.DialHook { return next }

func (twice) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		_ = next(ctx, cmd) // its answer is lost
		return next(ctx, cmd)
	}
}

func (twice) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		_ = next(ctx, cmds)
		return next(ctx, cmds)
	}
}

func TestALostAnswerTakesNothingAway(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *redisstore.Store) {
		t.Helper()
		ctx, m := t.Context(), s.Memory()
		require.NoError(t, m.PutTicket(ctx, "lost", []byte("one"), ttl))
		s.Client().AddHook(twice{})
		got, err := m.TakeTicket(ctx, "lost")
		require.NoError(t, err)
		require.Equal(t, "one", string(got))
		_, err = m.TakeTicket(ctx, "lost")
		okrtest.RequireKind(t, okr.NotFound, err)
		_, err = m.PeekTicket(ctx, "lost")
		okrtest.RequireKind(t, okr.NotFound, err)
		first, err := m.FirstTime(ctx, okrtest.TenantID, "a:1", "greeting")
		require.NoError(t, err)
		require.True(t, first)
		require.True(t, m.Begin(ctx, beginningOf("me", time.Minute)).Mine)
	})
}
