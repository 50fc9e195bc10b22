package scheduler_test

import (
	"cmp"
	"context"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9" //nolint:depguard // a hook counts what goes to Redis
	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
	"okrbot/okr/redisstore"
	"okrbot/scheduler"
)

// dayWork is a day's work without Azure DevOps and Teams: each sync costs so many
// calls, and one of fifty finds a change.
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
	minutes  []minuteCost
	sent     sentCounts
}

// minuteCost is what a minute of the clock took.
type minuteCost struct {
	at       time.Time     // when it was ticked, really
	commands int64         // sent by the ticks of all replicas
	trips    int64         // that these took
	tick     time.Duration // of them
	worked   time.Duration // until all of its work was done
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
	store.Client().AddHook(tickCounts{})
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
		now, m := d.clock(), minuteCost{at: time.Now()}
		commands, trips := d.sent.commands.Load(), d.sent.trips.Load()
		ctx := context.WithValue(tb.Context(), tickCounts{}, &d.sent)
		for _, s := range d.replicas {
			require.NoError(tb, s.Tick(ctx, now))
		}
		m.commands, m.trips = d.sent.commands.Load()-commands, d.sent.trips.Load()-trips
		m.tick = time.Since(m.at)
		require.NoError(tb, d.replicas[0].Idle(tb.Context()))
		m.worked = time.Since(m.at)
		d.minutes = append(d.minutes, m)
		d.forget(tb)
		d.mu.Lock()
		d.now = d.now.Add(time.Minute)
		d.mu.Unlock()
	}
}

// tickCounts counts what ticks send to Redis, and nobody else: it goes by their context.
type tickCounts struct{}

type sentCounts struct{ commands, trips atomic.Int64 }

func (tickCounts) count(ctx context.Context, commands int) {
	if sent, ok := ctx.Value(tickCounts{}).(*sentCounts); ok {
		sent.commands.Add(int64(commands))
		sent.trips.Add(1)
	}
}

func (tickCounts) DialHook(next redis.DialHook) redis.DialHook { return next }

func (c tickCounts) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		c.count(ctx, 1)
		return next(ctx, cmd)
	}
}

func (c tickCounts) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		c.count(ctx, len(cmds))
		return next(ctx, cmds)
	}
}

// forgetScript removes tasks that were kept long enough, as asynq's janitor does.
//
//	KEYS[1] the completed tasks by when they are to be forgotten
//	ARGV[1] until when
//	ARGV[2] what the keys of tasks begin with
//
// Returns how many there were.
var forgetScript = redis.NewScript(`
local ids = redis.call("ZRANGEBYSCORE", KEYS[1], "-inf", ARGV[1], "LIMIT", 0, 1000)
for _, id in ipairs(ids) do
  redis.call("DEL", ARGV[2] .. id)
  redis.call("ZREM", KEYS[1], id)
end
return #ids`)

// keptFor is how long a task that is done is kept: its hour, and some minutes.
const keptFor = 65

// forget removes what the queue keeps no longer by the simulated clock; asynq goes by
// the real one.
func (d *day) forget(tb testing.TB) {
	tb.Helper()
	if len(d.minutes) <= keptFor {
		return
	}
	until := d.minutes[len(d.minutes)-keptFor].at.Add(keptFor * time.Minute).Unix()
	for _, queue := range []string{"hourly", "digest"} {
		for {
			n, err := forgetScript.Run(tb.Context(), d.store.Client(), []string{"asynq:{" + queue + "}:completed"}, until-1, "asynq:{"+queue+"}:t:").Int()
			require.NoError(tb, err)
			if n == 0 {
				break
			}
		}
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
	// A tick of a replica reads the marks and the 24 sets that are due, in two round trips,
	// and moves two marks; each task is one command more.
	const once = 40 // scripts that Redis does not have yet, the names of the queues
	tasks, ticks := int64(3*(1000+51)), int64(3*60)
	require.LessOrEqual(t, d.sent.commands.Load(), once+tasks+ticks*(2*3+24+2))
	require.LessOrEqual(t, d.sent.trips.Load(), once+tasks+ticks*(2*1+1+2))
}

// BenchmarkDay simulates a day of 10,000 and of 100,000 connections, which takes 1 and 10
// minutes.
func BenchmarkDay(b *testing.B) {
	for _, connections := range []int{10_000, 100_000} {
		b.Run(fmt.Sprintf("%d connections", connections), func(b *testing.B) {
			for range b.N {
				d := newDay(b, connections, 2)
				planned := usageOf(b, d.store)
				d.pass(b, 24*time.Hour)
				d.requireWhole(b, connections, 24)
				d.report(b, planned)
			}
		})
	}
}

// report tells what the minutes took.
func (d *day) report(b *testing.B, planned redisUse) {
	b.Helper()
	minutes := d.minutes[keptFor:] // since the queue forgets as much as it gets
	by := func(f func(a, b minuteCost) int) minuteCost { return slices.MaxFunc(minutes, f) }
	slowest := by(func(a, b minuteCost) int { return cmp.Compare(a.tick, b.tick) })
	busiest := by(func(a, b minuteCost) int { return cmp.Compare(a.worked, b.worked) })
	var commands, trips int64
	var ticks time.Duration
	for _, m := range minutes {
		commands, trips, ticks = commands+m.commands, trips+m.trips, ticks+m.tick
	}
	n := float64(len(minutes))
	b.ReportMetric(float64(d.posts), "posts")
	b.ReportMetric(float64(commands)/n, "commands/tick")
	b.ReportMetric(float64(trips)/n, "round-trips/tick")
	b.ReportMetric(ticks.Seconds()*1000/n, "ms/tick")
	b.ReportMetric(slowest.tick.Seconds()*1000, "slowest-tick-ms")
	b.ReportMetric(busiest.worked.Seconds()*1000, "slowest-minute-ms")
	b.ReportMetric(float64(planned.memory)/(1<<20), "agenda-MB")
	b.ReportMetric(float64(usageOf(b, d.store).memory)/(1<<20), "redis-MB")
	b.ReportMetric(0, "ns/op")
}
