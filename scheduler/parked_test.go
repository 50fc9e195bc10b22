package scheduler_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/scheduler"
)

// What was given up is there to be read, and to be run once more.
func TestParked(t *testing.T) {
	t.Parallel()
	w := &world{now: noon, agenda: []okr.Due{syncOf("C1"), digest}}
	broken := true
	w.onSync = func(context.Context, okr.ConnectionID) (okr.SyncReport, error) {
		if broken {
			return okr.SyncReport{}, errors.New("a fault\nwith details")
		}
		return okr.SyncReport{}, nil
	}
	redis, registry := startRedis(t), prometheus.NewRegistry()
	s := newScheduler(t, redis, w, func(o *scheduler.Options) { o.Registerer = registry })
	start(t, s)
	require.NoError(t, s.Tick(t.Context(), noon))
	idle(t, s)
	require.Equal(t, 1, depthOf(t, registry, "hourly", "parked"))

	q, err := scheduler.OpenQueue(redis)
	require.NoError(t, err)
	list, err := q.Parked()
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.Equal(t, "C1", list[0].Of)
	require.Equal(t, tenant, list[0].Tenant)
	require.Equal(t, "sync", list[0].Kind)
	require.Contains(t, list[0].Cause, "a fault")
	require.NotContains(t, list[0].Cause, "\n")
	require.Equal(t, 1, list[0].Attempts)

	_, err = q.Retry(t.Context(), "nothing", noon)
	require.Equal(t, okr.NotFound, okr.KindOf(err))
	broken = false
	w.setClock(noon.Add(5 * time.Hour)) // its period is long over
	n, err := q.Retry(t.Context(), "all", w.clock().Add(time.Hour))
	require.NoError(t, err)
	require.Equal(t, 1, n)
	idle(t, s)
	require.Equal(t, 2, w.count("sync C1"))
	list, err = q.Parked()
	require.NoError(t, err)
	require.Empty(t, list)
	_, err = scheduler.OpenQueue(shared{7})
	require.ErrorContains(t, err, "type int")
}

func depthOf(t *testing.T, registry *prometheus.Registry, queue, state string) int {
	t.Helper()
	families, err := registry.Gather()
	require.NoError(t, err)
	for _, f := range families {
		if f.GetName() != "okrbot_queue_depth" {
			continue
		}
		for _, m := range f.GetMetric() {
			if m.GetLabel()[0].GetValue() == queue && m.GetLabel()[1].GetValue() == state {
				return int(m.GetGauge().GetValue())
			}
		}
	}
	return -1
}
