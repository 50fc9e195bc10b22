package scheduler

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
)

type metrics struct {
	tasks *prometheus.CounterVec
	sync  prometheus.Histogram
}

func newMetrics(registerer prometheus.Registerer, lag func() float64) (*metrics, error) {
	m := &metrics{
		tasks: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "okrbot_queue_tasks_total", Help: "Runs of queued tasks by kind and outcome.",
		}, []string{"kind", "outcome"}),
		sync: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "okrbot_sync_seconds", Help: "Duration of the sync of one connection.",
			Buckets: prometheus.ExponentialBuckets(0.05, 2, 13), // 50 ms to 205 s
		}),
	}
	age := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "okrbot_tick_lag_seconds", Help: "How far the enqueueing of due work is behind the clock.",
	}, lag)
	if registerer == nil {
		return m, nil
	}
	return m, errors.Join(registerer.Register(m.tasks), registerer.Register(m.sync), registerer.Register(age))
}
