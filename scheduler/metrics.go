package scheduler

import (
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

type metrics struct {
	tasks *prometheus.CounterVec
	sync  prometheus.Histogram
	delay prometheus.Histogram
	last  prometheus.Gauge
}

func newMetrics(registerer prometheus.Registerer, lag func() float64, depth prometheus.Collector) (*metrics, error) {
	m := &metrics{
		tasks: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "okrbot_queue_tasks_total", Help: "Runs of queued tasks by kind and outcome.",
		}, []string{"kind", "outcome"}),
		sync: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "okrbot_sync_seconds", Help: "Duration of the sync of one connection.",
			Buckets: prometheus.ExponentialBuckets(0.05, 2, 13), // 50 ms to 205 s
		}),
		delay: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "okrbot_sync_delay_seconds", Help: "Time from the minute in which a sync was due to its success.",
			Buckets: prometheus.ExponentialBuckets(1, 2, 14), // 1 s to 2.3 h
		}),
		last: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "okrbot_last_sync_timestamp_seconds", Help: "When this replica last synced a connection with success, in Unix seconds.",
		}),
	}
	age := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "okrbot_tick_lag_seconds", Help: "How far the enqueueing of due work is behind the clock.",
	}, lag)
	if registerer == nil {
		return m, nil
	}
	var errs []error
	for _, c := range []prometheus.Collector{m.tasks, m.sync, m.delay, m.last, age, depth} {
		errs = append(errs, registerer.Register(c))
	}
	return m, errors.Join(errs...)
}

// synced notes a sync that was due at a time and has succeeded.
func (m *metrics) synced(due, now time.Time) {
	m.delay.Observe(max(0, now.Sub(due).Seconds()))
	m.last.Set(float64(now.Unix()))
}
