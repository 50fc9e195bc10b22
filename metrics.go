package main

import (
	"context"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"okrbot/ado"
	"okrbot/okr"
	"okrbot/okr/adosource"
	"okrbot/scheduler"
)

// outcomeOf is the kind of an error as a label: never a text with names in it.
func outcomeOf(err error) string {
	if err == nil {
		return "ok"
	}
	return okr.KindOf(err).String()
}

// begin lets the counters of all outcomes begin at 0: a first failure would else be no
// increase, and a rate of failures would not end with the first success.
func begin(c *prometheus.CounterVec, labels ...string) {
	c.WithLabelValues(append(labels, outcomeOf(nil))...)
	for kind := okr.Internal; kind <= okr.PolicyRefused; kind++ {
		c.WithLabelValues(append(labels, kind.String())...)
	}
}

// The kinds of posts.
const (
	postDigest   = "digest"
	postReminder = "reminder"
	postNotice   = "notice"
	postSync     = "sync"
	postImport   = "import"
)

// countedPosts counts what is posted without having been asked.
type countedPosts struct {
	scheduler.Post
	posts *prometheus.CounterVec
}

func newCountedPosts(post scheduler.Post, r prometheus.Registerer) countedPosts {
	posts := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "okrbot_posts_total", Help: "Posts to Teams that no turn asked for, by kind and outcome.",
	}, []string{"kind", "outcome"})
	r.MustRegister(posts)
	for _, kind := range []string{postDigest, postReminder, postNotice, postSync, postImport} {
		begin(posts, kind)
	}
	return countedPosts{post, posts}
}

func (c countedPosts) count(kind string, err error) error {
	c.posts.WithLabelValues(kind, outcomeOf(err)).Inc()
	return err
}

// PostDigest implements scheduler.Post.
func (c countedPosts) PostDigest(ctx context.Context, d okr.Digest) error {
	return c.count(postDigest, c.Post.PostDigest(ctx, d))
}

// DigestPaused implements scheduler.Post.
func (c countedPosts) DigestPaused(ctx context.Context, sub okr.Subscription) error {
	return c.count("paused", c.Post.DigestPaused(ctx, sub))
}

// PostReminder implements scheduler.Post.
func (c countedPosts) PostReminder(ctx context.Context, tenant okr.TenantID, a okr.Asking) error {
	return c.count(postReminder, c.Post.PostReminder(ctx, tenant, a))
}

// TellOwner implements scheduler.Post.
func (c countedPosts) TellOwner(ctx context.Context, tenant okr.TenantID, n okr.Notice) error {
	return c.count(postNotice, c.Post.TellOwner(ctx, tenant, n))
}

// SyncDone implements scheduler.Post.
func (c countedPosts) SyncDone(ctx context.Context, reply okr.Reply, rows []okr.SyncRow) error {
	return c.count(postSync, c.Post.SyncDone(ctx, reply, rows))
}

// ImportMoved implements scheduler.Post.
func (c countedPosts) ImportMoved(ctx context.Context, tenant okr.TenantID, in okr.Import) error {
	return c.count(postImport, c.Post.ImportMoved(ctx, tenant, in))
}

// countedRefreshes counts the renewals of sign-ins.
type countedRefreshes struct {
	adosource.Credentials
	refreshes *prometheus.CounterVec
}

func newCountedRefreshes(credentials adosource.Credentials, r prometheus.Registerer) countedRefreshes {
	refreshes := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "okrbot_refresh_total", Help: "Renewals of sign-ins to Azure DevOps by outcome.",
	}, []string{"outcome"})
	r.MustRegister(refreshes)
	begin(refreshes)
	return countedRefreshes{credentials, refreshes}
}

// Refresh implements adosource.Credentials.
func (c countedRefreshes) Refresh(ctx context.Context, tenant okr.TenantID, id okr.CredentialID,
	fresh func(okr.Credential) bool, renew func(context.Context, okr.Credential) (okr.Credential, error),
) (okr.Credential, error) {
	return c.Credentials.Refresh(ctx, tenant, id, fresh, func(ctx context.Context, old okr.Credential) (okr.Credential, error) {
		renewed, err := renew(ctx, old)
		c.refreshes.WithLabelValues(outcomeOf(err)).Inc()
		return renewed, err
	})
}

// countedRequests counts and times the requests to Azure DevOps.
type countedRequests struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	waits    prometheus.Histogram
}

func newCountedRequests(r prometheus.Registerer) countedRequests {
	c := countedRequests{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "okrbot_ado_requests_total", Help: "Requests to Azure DevOps by operation and outcome.",
		}, []string{"op", "reason"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "okrbot_ado_request_seconds", Help: "Duration of requests to Azure DevOps by operation.",
			Buckets: prometheus.ExponentialBuckets(0.01, 3, 9),
		}, []string{"op"}),
		waits: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "okrbot_ado_wait_seconds", Help: "How long requests to Azure DevOps waited for others of the same sign-in, and because it asked to wait.",
			Buckets: prometheus.ExponentialBuckets(0.01, 3, 9),
		}),
	}
	r.MustRegister(c.requests, c.seconds, c.waits)
	for _, op := range ado.Operations() {
		c.seconds.WithLabelValues(op)
		for _, outcome := range ado.Outcomes() {
			c.requests.WithLabelValues(op, outcome)
		}
	}
	return c
}

func (c countedRequests) observe(op, outcome string, took time.Duration) {
	c.requests.WithLabelValues(op, outcome).Inc()
	c.seconds.WithLabelValues(op).Observe(took.Seconds())
}

func (c countedRequests) waited(d time.Duration) { c.waits.Observe(d.Seconds()) }

// about tells what this process is and in which condition, whenever somebody asks.
type about struct {
	app                *app
	build, ready, role *prometheus.Desc
	store, oneCopy     *prometheus.Desc
}

func newAbout(a *app) about {
	return about{
		app:     a,
		build:   prometheus.NewDesc("okrbot_build_info", "1 for the version that runs.", []string{"version", "build", "go"}, nil),
		ready:   prometheus.NewDesc("okrbot_ready", "Whether /readyz says ready.", nil, nil),
		role:    prometheus.NewDesc("okrbot_role", "1 for each role of this process.", []string{"role"}, nil),
		store:   prometheus.NewDesc("okrbot_store_ok", "Whether the store could be read and written when it was tried.", []string{"op"}, nil),
		oneCopy: prometheus.NewDesc("okrbot_store_one_copy_total", "Tries in which no replica of Redis took a write, where there should be one.", nil, nil),
	}
}

// Describe implements prometheus.Collector.
func (b about) Describe(out chan<- *prometheus.Desc) {
	out <- b.build
	out <- b.ready
	out <- b.role
	out <- b.store
	out <- b.oneCopy
}

// Collect implements prometheus.Collector.
func (b about) Collect(out chan<- prometheus.Metric) {
	is := func(d *prometheus.Desc, so bool, labels ...string) {
		value := 0.0
		if so {
			value = 1
		}
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	c := b.app.look(context.Background())
	is(b.build, true, version(), build(), runtime.Version())
	is(b.ready, c.notReady == "")
	is(b.store, c.reads, "read")
	is(b.store, c.writes, "write")
	out <- prometheus.MustNewConstMetric(b.oneCopy, prometheus.CounterValue, float64(b.app.store.OneCopy()))
	for _, role := range []string{roleWeb, roleWorker, roleClock} {
		if b.app.config.has(role) {
			is(b.role, true, role)
		}
	}
}
