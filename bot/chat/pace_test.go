package chat_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/bot/chat"
	"okrbot/okr"
)

// counters is the part of the store that replicas count in together.
type counters struct {
	chat.Memory
	mu     sync.Mutex
	counts map[string]int
	err    error
}

func (c *counters) CountTry(_ context.Context, tenant okr.TenantID, key string, _ time.Duration) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counts[string(tenant)+key]++
	return c.counts[string(tenant)+key], c.err
}

func TestReplicasShareThePaceOfATenant(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &counters{counts: map[string]int{}}
		var mu sync.Mutex
		perSecond := map[int64]int{}
		var work sync.WaitGroup
		for range 2 {
			replica := chat.New(chat.Options{Memory: store, PostsPerSecond: 5})
			for range 20 {
				work.Go(func() {
					if err := replica.AwaitRoom(t.Context(), "t1"); err != nil {
						t.Error(err)
					}
					mu.Lock()
					defer mu.Unlock()
					perSecond[time.Now().Unix()]++
				})
			}
		}
		work.Wait()
		require.Len(t, perSecond, 8, "40 posts of both, 5 a second")
		for _, n := range perSecond {
			require.LessOrEqual(t, n, 5)
		}
	})
}

func TestThePaceHoldsUpNobodyWithoutAStore(t *testing.T) {
	t.Parallel()
	store := &counters{counts: map[string]int{}, err: errors.New("gone")}
	replica := chat.New(chat.Options{Memory: store, PostsPerSecond: 1})
	for range 3 {
		require.NoError(t, replica.AwaitRoom(t.Context(), "t1"))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, replica.AwaitRoom(ctx, "t1"), context.Canceled)
}
