package scheduler_test

import (
	"context"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/scheduler"
)

func TestNew(t *testing.T) {
	t.Parallel()
	w := &world{}
	good := scheduler.Options{Redis: startRedis(t), Agenda: w, Work: w, Post: w}
	tests := map[string]struct {
		change func(*scheduler.Options)
		want   string
	}{
		"no redis":      {func(o *scheduler.Options) { o.Redis = nil }, "required"},
		"no agenda":     {func(o *scheduler.Options) { o.Agenda = nil }, "required"},
		"no work":       {func(o *scheduler.Options) { o.Work = nil }, "required"},
		"no post":       {func(o *scheduler.Options) { o.Post = nil }, "required"},
		"foreign redis": {func(o *scheduler.Options) { o.Redis = shared{client: 7} }, "type int"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			opts := good
			tt.change(&opts)
			_, err := scheduler.New(opts)
			require.ErrorContains(t, err, tt.want)
		})
	}
	_, err := scheduler.New(good)
	require.NoError(t, err, "everything else has a default")
}

func TestIntervals(t *testing.T) {
	t.Parallel()
	for _, interval := range []time.Duration{time.Second, 90 * time.Second, 7 * time.Minute, time.Hour, 24 * time.Hour, 100 * time.Hour} {
		t.Run(interval.String(), func(t *testing.T) {
			t.Parallel()
			whole := max(time.Minute, min(interval.Truncate(time.Minute), 24*time.Hour))
			w := &world{now: noon, agenda: []okr.Due{syncOf("C1"), digest}}
			s := newScheduler(t, startRedis(t), w, func(o *scheduler.Options) { o.Interval = interval })
			require.NoError(t, s.Tick(t.Context(), noon))
			start(t, s)
			idle(t, s)
			require.LessOrEqual(t, w.count("sync C1"), 1)
			w.setClock(noon.Add(whole))
			require.NoError(t, s.Tick(t.Context(), w.clock()))
			idle(t, s)
			w.setClock(noon.Add(2 * whole))
			require.NoError(t, s.Tick(t.Context(), w.clock()))
			idle(t, s)
			require.GreaterOrEqual(t, w.count("sync C1"), 2)
			require.LessOrEqual(t, w.count("sync C1"), 3, "never twice in a period")
			require.LessOrEqual(t, w.count("compose S1"), 3)
		})
	}
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	due := syncOf("C1")
	w := &world{agenda: []okr.Due{due}, now: slotTime(due)}
	registry := prometheus.NewRegistry()
	redis := startRedis(t)
	s := newScheduler(t, redis, w, func(o *scheduler.Options) { o.Registerer = registry })
	start(t, s)
	require.NoError(t, s.Tick(t.Context(), w.clock()))
	idle(t, s)
	w.setClock(w.clock().Add(11 * time.Minute))
	require.Equal(t, map[string]float64{
		"okrbot_queue_tasks_total": 1, "okrbot_sync_seconds": 1, "okrbot_tick_lag_seconds": 600, "okrbot_sync_delay_seconds": 1,
		"okrbot_last_sync_timestamp_seconds": float64(slotTime(due).Unix()), "okrbot_last_due_timestamp_seconds": float64(slotTime(due).Unix()),
		"okrbot_sync_interval_seconds": 3600, "okrbot_queue_depth": 0, "okrbot_queue_lag_seconds": 0,
	}, gathered(t, registry))
	_, err := scheduler.New(scheduler.Options{Redis: redis, Agenda: w, Work: w, Post: w, Registerer: registry})
	require.ErrorContains(t, err, "metrics", "registered twice")
}

// gathered gives the sums of the metrics.
func gathered(t *testing.T, registry *prometheus.Registry) map[string]float64 {
	t.Helper()
	families, err := registry.Gather()
	require.NoError(t, err)
	got := map[string]float64{}
	for _, f := range families {
		got[f.GetName()] = 0
		for _, m := range f.GetMetric() {
			got[f.GetName()] += m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
		}
	}
	return got
}

// The lag is that of the store, so that a replica without a clock tells that none
// runs; where none ever did, from its own start on.
func TestLagWithoutAnyClock(t *testing.T) {
	t.Parallel()
	w, registry := &world{now: noon}, prometheus.NewRegistry()
	s := newScheduler(t, startRedis(t), w, func(o *scheduler.Options) { o.Registerer, o.NoClock = registry, true })
	require.Zero(t, gathered(t, registry)["okrbot_tick_lag_seconds"])
	start(t, s)
	w.setClock(noon.Add(11 * time.Minute))
	require.InDelta(t, 600, gathered(t, registry)["okrbot_tick_lag_seconds"], 0)
	require.NoError(t, w.SetTickedUntil(t.Context(), noon.Add(9*time.Minute)))
	require.InDelta(t, 60, gathered(t, registry)["okrbot_tick_lag_seconds"], 0)
	require.Zero(t, s.Stalled())
}

// A sync whose failure is its owner's to mend was answered; one that is tried again
// was not.
func TestWhatCountsAsSynced(t *testing.T) {
	t.Parallel()
	for kind, synced := range map[okr.Kind]bool{okr.SignIn: true, okr.QueryGone: true, okr.Unavailable: false, okr.Internal: false} {
		due := syncOf("C1")
		w, registry := &world{agenda: []okr.Due{due}, now: slotTime(due)}, prometheus.NewRegistry()
		w.onSync = func(context.Context, okr.ConnectionID) (okr.SyncReport, error) {
			return okr.SyncReport{}, okr.Errorf(kind, "It fails.")
		}
		s := newScheduler(t, startRedis(t), w, func(o *scheduler.Options) { o.Registerer = registry })
		start(t, s)
		require.NoError(t, s.Tick(t.Context(), w.clock()))
		idle(t, s)
		require.Equal(t, synced, gathered(t, registry)["okrbot_last_sync_timestamp_seconds"] > 0, kind.String())
	}
}
