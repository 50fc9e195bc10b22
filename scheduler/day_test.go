package scheduler_test

import (
	"context"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
	"okrbot/okr/redisstore"
	"okrbot/scheduler"
)

// dayWork is a day's work without Azure DevOps and Teams: each sync costs so many
// calls, and one of fifty finds that something moved.
type dayWork struct {
	scheduler.Work // nil: what it does not do itself is not asked for
	scheduler.Post

	mu     sync.Mutex
	now    time.Time
	syncs  map[string][]time.Time // of each connection
	news   map[okr.TenantID]int   // changes that the channel of a tenant was not told
	found  int                    // changes in all
	told   int
	posts  int
	minute map[int]int // syncs by minute of the hour
}

// largeTenant has half of the connections of a day.
const largeTenant = "6f1b6a3e-0d0a-4a54-9d3a-1f6c2b7e9a01"

// The costs of the day: those of a sync in docs/performance.md.
const callsOfSync = 6

func (w *dayWork) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

// SyncConnection implements scheduler.Work.
func (w *dayWork) SyncConnection(_ context.Context, tenant okr.TenantID, id okr.ConnectionID, _ []string, _ time.Duration) (okr.SyncReport, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	key := string(tenant) + "/" + string(id)
	w.syncs[key] = append(w.syncs[key], w.now)
	w.minute[w.now.Minute()]++
	h := fnv.New32a()
	_, _ = fmt.Fprint(h, key, w.now.Hour())
	if h.Sum32()%50 == 0 {
		w.news[tenant]++
		w.found++
	}
	return okr.SyncReport{}, nil
}

// ComposeDigest implements scheduler.Work.
func (w *dayWork) ComposeDigest(_ context.Context, tenant okr.TenantID, id okr.SubscriptionID) (okr.Digest, bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	d := okr.Digest{Subscription: okr.Subscription{ID: id, Conversation: okr.Conversation{Tenant: tenant}}}
	d.Moved = make([]okr.Move, w.news[tenant])
	return d, len(d.Moved) > 0, nil
}

// PostDigest implements scheduler.Post.
func (w *dayWork) PostDigest(context.Context, okr.Digest) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.posts++
	return nil
}

// DigestPosted implements scheduler.Work.
func (w *dayWork) DigestPosted(_ context.Context, d okr.Digest) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.news[d.Subscription.Conversation.Tenant] -= len(d.Moved)
	w.told += len(d.Moved)
	return nil
}

// day is a simulated day.
type day struct {
	*dayWork
	store    *redisstore.Store
	replicas []*scheduler.Scheduler
}

// newDay plans connections in the real agenda: half of them of one tenant, the
// others of tenants with ten each, every tenant with a channel.
func newDay(tb testing.TB, connections, replicas int) *day {
	tb.Helper()
	store, err := redisstore.Open(tb.Context(), redisstore.Options{URL: okrtest.StartRedis(tb), SealKeys: benchKeys})
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, store.Close()) })
	d := &day{store: store, dayWork: &dayWork{
		now:   time.Date(2026, 8, 17, 0, 0, 0, 0, time.UTC),
		syncs: map[string][]time.Time{}, news: map[okr.TenantID]int{}, minute: map[int]int{},
	}}
	tenants := map[okr.TenantID]bool{}
	for n := range connections {
		tenant := okr.TenantID(largeTenant)
		if n%2 == 1 {
			tenant = okr.TenantID(fmt.Sprintf("small-%d", n/20))
		}
		tenants[tenant] = true
		require.NoError(tb, store.Plan(tb.Context(), okr.Due{Kind: okr.DueSync, Tenant: tenant, ID: fmt.Sprintf("C%d", n)}))
	}
	for tenant := range tenants {
		require.NoError(tb, store.Plan(tb.Context(), okr.Due{Kind: okr.DueDigest, Tenant: tenant, ID: "S1"}))
	}
	require.NoError(tb, store.SetTickedUntil(tb.Context(), d.now.Add(-time.Minute)))
	for range replicas {
		s, err := scheduler.New(scheduler.Options{
			Redis: shared{store.Client()}, Agenda: store, Work: d.dayWork, Post: d.dayWork, Now: d.clock, NoClock: true,
			PollInterval: 5 * time.Millisecond,
		})
		require.NoError(tb, err)
		require.NoError(tb, s.Start(tb.Context()))
		tb.Cleanup(func() { require.NoError(tb, s.Shutdown(context.WithoutCancel(tb.Context()))) })
		d.replicas = append(d.replicas, s)
	}
	return d
}

// pass lets time go by: each minute is ticked by every replica.
func (d *day) pass(tb testing.TB, span time.Duration) {
	tb.Helper()
	for range int(span / time.Minute) {
		now := d.clock()
		for _, s := range d.replicas {
			require.NoError(tb, s.Tick(tb.Context(), now))
		}
		require.NoError(tb, d.replicas[0].Idle(tb.Context()))
		d.mu.Lock()
		d.now = d.now.Add(time.Minute)
		d.mu.Unlock()
	}
}

// requireWhole says that every connection was synced once an hour, always in its
// own minute, and that every change was told.
func (d *day) requireWhole(tb testing.TB, connections, hours int) {
	tb.Helper()
	require.Len(tb, d.syncs, connections)
	for id, times := range d.syncs {
		require.Len(tb, times, hours, id)
		for i, at := range times[1:] {
			require.Equal(tb, time.Hour, at.Sub(times[i]), id)
		}
	}
	left := 0
	for _, n := range d.news {
		left += n
	}
	require.Equal(tb, d.found, d.told+left, "each change once; those of the last hour wait for the next digest")
	counts := slices.Sorted(maps.Values(d.minute))
	mean := connections * hours / 60
	require.Greater(tb, counts[0], mean/3, "the emptiest minute")
	require.Less(tb, counts[len(counts)-1], mean*2, "the fullest minute")
	tb.Logf("%d syncs, %d to %d in a minute of the hour (mean %d), %d calls, %d changes in %d posts, %d left",
		connections*hours, counts[0]/hours, counts[len(counts)-1]/hours, mean/hours, callsOfSync*connections*hours, d.found, d.posts, left)
}

// TestDay simulates some hours of 1,000 connections, with the real agenda and
// clock on a real Redis, and two replicas. The whole day of 10,000 is BenchmarkDay.
func TestDay(t *testing.T) {
	t.Parallel()
	d := newDay(t, 1000, 2)
	d.pass(t, 3*time.Hour)
	d.requireWhole(t, 1000, 3)
}

// BenchmarkDay simulates a day of 10,000 connections.
func BenchmarkDay(b *testing.B) {
	for range b.N {
		d := newDay(b, 10_000, 2)
		d.pass(b, 24*time.Hour)
		d.requireWhole(b, 10_000, 24)
		b.ReportMetric(float64(d.posts), "posts")
	}
}
