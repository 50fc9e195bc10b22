package scheduler

import (
	"context"
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"okrbot/okr"
)

// collectTime bounds what is asked of the store for one look at the metrics. The
// others are served even when it hangs.
const collectTime = 2 * time.Second

type metrics struct {
	tasks *prometheus.CounterVec
	sync  prometheus.Histogram
	delay prometheus.Histogram
}

func newMetrics(registerer prometheus.Registerer, interval time.Duration, more ...prometheus.Collector) (*metrics, error) {
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
	}
	m.begin()
	every := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "okrbot_sync_interval_seconds", Help: "How often each connection is synced, as configured.",
	})
	every.Set(interval.Seconds())
	if registerer == nil {
		return m, nil
	}
	var errs []error
	for _, c := range append(more, m.tasks, m.sync, m.delay, every) {
		errs = append(errs, registerer.Register(c))
	}
	return m, errors.Join(errs...)
}

// begin lets each counter begin at 0: a first failure would else be no increase.
func (m *metrics) begin() {
	for _, kind := range []string{kindSync, kindDigest, kindRemind, kindNow, kindImport} {
		for _, o := range []outcome{done, nothing, refused, superseded, failed, retried, parked, interrupted, waits, continued} {
			m.tasks.WithLabelValues(kind, string(o))
		}
	}
}

// marks tells how far the hour came, as the store knows it: the same in every
// replica, and also where the role clock runs nowhere. A store that does not answer
// gives nothing.
type marks struct{ s *Scheduler }

func lagDesc() *prometheus.Desc {
	return prometheus.NewDesc("okrbot_tick_lag_seconds", "How far the enqueueing of due work is behind the clock, over all replicas.", nil, nil)
}

func wantedDesc() *prometheus.Desc {
	return prometheus.NewDesc("okrbot_last_due_timestamp_seconds", "The last minute in which a sync was due, in Unix seconds; 0: none was yet. The same in every replica.", nil, nil)
}

func syncedDesc() *prometheus.Desc {
	return prometheus.NewDesc("okrbot_last_sync_timestamp_seconds", "When any replica last synced a connection, or notified its owner of a failure, in Unix seconds; 0: never.", nil, nil)
}

// Describe implements prometheus.Collector.
func (marks) Describe(out chan<- *prometheus.Desc) {
	out <- lagDesc()
	out <- wantedDesc()
	out <- syncedDesc()
}

// Collect implements prometheus.Collector.
func (m marks) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), collectTime)
	defer cancel()
	at, err := m.s.opts.Agenda.Marks(ctx)
	if err != nil {
		return
	}
	out <- prometheus.MustNewConstMetric(lagDesc(), prometheus.GaugeValue, m.s.lag(at[okr.MarkTicked]))
	out <- prometheus.MustNewConstMetric(wantedDesc(), prometheus.GaugeValue, seconds(at[okr.MarkWanted]))
	out <- prometheus.MustNewConstMetric(syncedDesc(), prometheus.GaugeValue, seconds(at[okr.MarkSynced]))
}

// seconds are the Unix seconds of a time; 0 for none.
func seconds(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.Unix())
}

// lag is how many seconds the watermark is behind the minute that is over. Where no
// clock ever ran, this replica's start stands for it.
func (s *Scheduler) lag(until time.Time) float64 {
	started := s.started.Load()
	switch {
	case until.IsZero() && started == 0:
		return 0
	case until.IsZero():
		until = time.Unix(started, 0)
	}
	return max(0, s.opts.Now().Sub(until).Seconds()-60)
}
