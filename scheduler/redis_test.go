package scheduler_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
)

// addrOf is the address of a redis URL without user and options.
func addrOf(url string) string {
	return strings.TrimSuffix(strings.TrimPrefix(url, "redis://"), "/0")
}

// TestRealRedis runs a morning on a redis-server: two replicas with clocks of
// their own, some downtime, somebody who asks, a place that says no at first.
func TestRealRedis(t *testing.T) {
	t.Parallel()
	addr := addrOf(okrtest.StartRedis(t))
	w := &world{now: noon, until: noon.Add(-25 * time.Hour), agenda: []okr.Due{digest}, news: 1}
	const connections = 200
	for i := range connections {
		w.agenda = append(w.agenda, syncOf(fmt.Sprintf("C%d", i)))
	}
	a, b := newScheduler(t, dial(t, addr), w), newScheduler(t, dial(t, addr), w)
	start(t, a)
	start(t, b)
	for hour := range 3 {
		for minute := range 60 {
			w.setClock(noon.Add(time.Duration(hour*60+minute) * time.Minute))
			var wg sync.WaitGroup
			wg.Go(func() { _ = a.Tick(t.Context(), w.clock()) })
			wg.Go(func() { _ = b.Tick(t.Context(), w.clock()) })
			wg.Wait()
			idle(t, a)
		}
	}
	require.NoError(t, b.SyncNow(t.Context(), tenant, []okr.SyncJob{{Connection: "C1"}}, okr.Reply{}))
	idle(t, b)
	require.Equal(t, 1, w.count("post S1"))
	require.Equal(t, 1, w.count("sync done"))
	// The first tick collapses the day before noon; then come three hours less the
	// minute of noon itself, which the first tick did.
	for i := range connections {
		d := syncOf(fmt.Sprintf("C%d", i))
		want := 4
		if slotTime(d).Equal(noon) {
			want = 3
		}
		if i == 1 {
			want++
		}
		require.Equal(t, want, w.count("sync "+d.ID), d.ID)
	}
}

// TestRealRedisRestarts kills the redis-server between the enqueue and the work.
func TestRealRedisRestarts(t *testing.T) {
	t.Parallel()
	// What the kernel has taken outlives the process, so no fsync is needed here.
	server := okrtest.StartRedisServer(t, "--appendonly", "yes", "--appendfsync", "no")
	due := syncOf("C1")
	w := &world{agenda: []okr.Due{due}, now: slotTime(due), until: slotTime(due).Add(-time.Minute)}
	s := newScheduler(t, dial(t, addrOf(server.URL())), w)
	require.NoError(t, s.Tick(t.Context(), w.clock()))
	server.Kill()
	later := w.clock().Add(time.Hour)
	require.Error(t, s.Tick(t.Context(), later), "the queue is away")
	require.True(t, w.until.Before(later), "what was not enqueued is not passed over")
	require.Equal(t, okr.Unavailable, okr.KindOf(s.SyncNow(t.Context(), tenant, []okr.SyncJob{{Connection: "C1"}}, okr.Reply{})))
	server.Restart(t)
	start(t, s)
	idle(t, s)
	require.Equal(t, 1, w.count("sync C1"), "the task outlived the server")
	require.NoError(t, s.Tick(t.Context(), later))
	w.setClock(later)
	idle(t, s)
	require.Equal(t, 2, w.count("sync C1"))
}
