package scheduler

import (
	"slices"
	"time"

	"github.com/hibiken/asynq"
	"github.com/prometheus/client_golang/prometheus"
)

// depth measures the queue whenever somebody asks: a few commands a queue. All
// replicas give the same. A store that does not answer gives nothing.
type depth struct {
	inspector  *asynq.Inspector
	tasks, lag *prometheus.Desc
}

func newDepth(inspector *asynq.Inspector) depth {
	return depth{
		inspector: inspector,
		tasks: prometheus.NewDesc("okrbot_queue_depth", "Tasks in the queue by state: pending, active, retry, scheduled, parked. The same in every replica.",
			[]string{"queue", "state"}, nil),
		lag: prometheus.NewDesc("okrbot_queue_lag_seconds", "Age of the oldest task that waits for a worker. The same in every replica.",
			[]string{"queue"}, nil),
	}
}

// Describe implements prometheus.Collector.
func (d depth) Describe(out chan<- *prometheus.Desc) {
	out <- d.tasks
	out <- d.lag
}

// Collect implements prometheus.Collector. Asynq takes no deadline, so it is asked
// beside, and not waited for longer than collectTime.
func (d depth) Collect(out chan<- prometheus.Metric) {
	found := make(chan []prometheus.Metric, 1)
	go func() { found <- d.look() }()
	limit := time.NewTimer(collectTime)
	defer limit.Stop()
	select {
	case list := <-found:
		for _, m := range list {
			out <- m
		}
	case <-limit.C:
	}
}

// look measures the queues. One to which nothing was ever enqueued is empty.
func (d depth) look() []prometheus.Metric {
	used, err := d.inspector.Queues()
	if err != nil {
		return nil
	}
	var list []prometheus.Metric
	for _, queue := range []string{queueNow, queueHourly, queueDigest} {
		info := &asynq.QueueInfo{}
		if slices.Contains(used, queue) {
			if info, err = d.inspector.GetQueueInfo(queue); err != nil {
				return nil
			}
		}
		list = append(list, prometheus.MustNewConstMetric(d.lag, prometheus.GaugeValue, info.Latency.Seconds(), queue))
		for state, n := range map[string]int{
			"pending": info.Pending, "active": info.Active, "retry": info.Retry, "scheduled": info.Scheduled, "parked": info.Archived,
		} {
			list = append(list, prometheus.MustNewConstMetric(d.tasks, prometheus.GaugeValue, float64(n), queue, state))
		}
	}
	return list
}
