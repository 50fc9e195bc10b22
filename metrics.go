package main

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"

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
	return countedPosts{post, posts}
}

func (c countedPosts) count(kind string, err error) error {
	c.posts.WithLabelValues(kind, outcomeOf(err)).Inc()
	return err
}

// PostDigest implements scheduler.Post.
func (c countedPosts) PostDigest(ctx context.Context, d okr.Digest) error {
	return c.count("digest", c.Post.PostDigest(ctx, d))
}

// DigestPaused implements scheduler.Post.
func (c countedPosts) DigestPaused(ctx context.Context, sub okr.Subscription) error {
	return c.count("paused", c.Post.DigestPaused(ctx, sub))
}

// PostReminder implements scheduler.Post.
func (c countedPosts) PostReminder(ctx context.Context, tenant okr.TenantID, a okr.Asking) error {
	return c.count("reminder", c.Post.PostReminder(ctx, tenant, a))
}

// TellOwner implements scheduler.Post.
func (c countedPosts) TellOwner(ctx context.Context, tenant okr.TenantID, n okr.Notice) error {
	return c.count("notice", c.Post.TellOwner(ctx, tenant, n))
}

// SyncDone implements scheduler.Post.
func (c countedPosts) SyncDone(ctx context.Context, reply okr.Reply, rows []okr.SyncRow) error {
	return c.count("sync", c.Post.SyncDone(ctx, reply, rows))
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
