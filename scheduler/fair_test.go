package scheduler_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/scheduler"
)

// One tenant has hundreds of connections due at once, and every sync of it waits
// for the only one of another tenant, which came last.
func TestFairnessBetweenTenants(t *testing.T) {
	t.Parallel()
	const many = 300
	large := &world{now: noon}
	for i := range many {
		large.agenda = append(large.agenda, syncOf(fmt.Sprintf("C%d", i)))
	}
	small := okr.Due{Kind: okr.DueSync, Tenant: "t2", ID: "small"}
	served := make(chan struct{})
	var running, most atomic.Int64
	large.onSync = func(ctx context.Context, id okr.ConnectionID) (okr.SyncReport, error) {
		if id == "small" {
			close(served)
			return okr.SyncReport{}, nil
		}
		n := running.Add(1)
		defer running.Add(-1)
		for old := most.Load(); n > old; old = most.Load() {
			if most.CompareAndSwap(old, n) {
				break
			}
		}
		select {
		case <-served:
		case <-ctx.Done():
		}
		return okr.SyncReport{}, nil
	}
	redis := startRedis(t)
	s := newScheduler(t, redis, large, func(o *scheduler.Options) { o.Concurrency, o.PerTenant = 4, 2 })
	require.NoError(t, s.Tick(t.Context(), noon))
	other := &world{now: noon, agenda: []okr.Due{small}}
	require.NoError(t, newScheduler(t, redis, other).Tick(t.Context(), noon))
	start(t, s)
	idle(t, s)
	require.Equal(t, int64(2), most.Load(), "tasks of a tenant at a time")
	for i := range many {
		require.Equal(t, 1, large.count(fmt.Sprintf("sync C%d", i)))
	}
	require.Equal(t, 1, large.count("sync small"))
}

func TestUnknownKindsAreLeftToNewerReplicas(t *testing.T) {
	t.Parallel()
	w := &world{now: noon, agenda: []okr.Due{{Kind: "tomorrow", Tenant: tenant, ID: "X1"}, syncOf("C1")}}
	s := newScheduler(t, startRedis(t), w)
	start(t, s)
	require.NoError(t, s.Tick(t.Context(), noon))
	idle(t, s)
	require.Equal(t, []string{"sync C1"}, w.order())
}
