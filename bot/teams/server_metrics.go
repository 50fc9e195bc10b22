package teams

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// The outcomes of an activity in okrbot_activities_total.
const (
	outcomeOK           = "ok"
	outcomeError        = "error"
	outcomePanic        = "panic"
	outcomeLate         = "late"
	outcomeDuplicate    = "duplicate"
	outcomeUnauthorized = "unauthorized" // anybody can cause it
	outcomeMisdirected  = "misdirected"  // signed by Microsoft, but not for this bot or not now
	outcomeForbidden    = "forbidden"
	outcomeTenant       = "tenant"
	outcomeMalformed    = "malformed"
	outcomeTooBig       = "too_big"
	outcomeStopping     = "stopping"
)

// outcomes are all of them.
func outcomes() []string {
	return []string{
		outcomeOK, outcomeError, outcomePanic, outcomeLate, outcomeDuplicate, outcomeUnauthorized, outcomeMisdirected, outcomeForbidden, outcomeTenant,
		outcomeMalformed, outcomeTooBig, outcomeStopping, OutcomeRefused, OutcomeUnavailable, OutcomeStore,
	}
}

// serverMetrics counts activities by type and outcome and times their turns.
type serverMetrics struct {
	activities *prometheus.CounterVec
	seconds    *prometheus.HistogramVec
}

// newServerMetrics registers the metrics. Those of an earlier server on the same
// registry are used on.
func newServerMetrics(r prometheus.Registerer) *serverMetrics {
	if r == nil {
		r = prometheus.NewRegistry()
	}
	m := &serverMetrics{
		activities: register(r, prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "okrbot_activities_total", Help: "Activities received from Teams.",
		}, []string{"type", "outcome"})),
		seconds: register(r, prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "okrbot_activity_seconds", Help: "Time to handle an activity, background included.",
			Buckets: []float64{.01, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 120},
		}, []string{"type"})),
	}
	// A first failure is an increase only of what began at 0.
	for _, activityType := range []string{TypeMessage, TypeInvoke, TypeConversationUpdate, TypeInstallationUpdate, ""} {
		m.seconds.WithLabelValues(typeLabel(activityType))
		for _, outcome := range outcomes() {
			m.activities.WithLabelValues(typeLabel(activityType), outcome)
		}
	}
	return m
}

func register[C prometheus.Collector](r prometheus.Registerer, c C) C {
	if err := r.Register(c); err != nil {
		if old, ok := err.(prometheus.AlreadyRegisteredError); ok { //nolint:errorlint // returned by value, never wrapped
			if same, ok := old.ExistingCollector.(C); ok {
				return same
			}
		}
	}
	return c
}

func (m *serverMetrics) count(activityType, outcome string) {
	m.activities.WithLabelValues(typeLabel(activityType), outcome).Inc()
}

func (m *serverMetrics) observe(activityType string, d time.Duration) {
	m.seconds.WithLabelValues(typeLabel(activityType)).Observe(d.Seconds())
}

// typeLabel bounds the label: types that the bot does not act on are "other".
func typeLabel(activityType string) string {
	switch activityType {
	case TypeMessage, TypeInvoke, TypeConversationUpdate, TypeInstallationUpdate:
		return activityType
	default:
		return "other"
	}
}
