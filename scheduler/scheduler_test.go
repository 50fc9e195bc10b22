package scheduler_test

import (
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
	families, err := registry.Gather()
	require.NoError(t, err)
	got := map[string]float64{}
	for _, f := range families {
		if f.GetName() == "okrbot_queue_depth" || f.GetName() == "okrbot_queue_lag_seconds" {
			continue // of many queues
		}
		m := f.GetMetric()[0]
		got[f.GetName()] = m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
	}
	require.Equal(t, map[string]float64{
		"okrbot_queue_tasks_total": 1, "okrbot_sync_seconds": 1, "okrbot_tick_lag_seconds": 600,
		"okrbot_sync_delay_seconds": 1, "okrbot_last_sync_timestamp_seconds": float64(slotTime(due).Unix()),
	}, got)
	_, err = scheduler.New(scheduler.Options{Redis: redis, Agenda: w, Work: w, Post: w, Registerer: registry})
	require.ErrorContains(t, err, "metrics", "registered twice")
}
