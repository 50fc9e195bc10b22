package scheduler

import (
	"context"
	"fmt"
	"time"

	"okrbot/okr"
)

// recordTimeout bounds a step that records what has happened already.
const recordTimeout = 30 * time.Second

// runDigest posts what a place has not been told yet. The post comes first and is
// recorded only after Teams took it, so that a change is reported once, or once
// more when okrbot dies between the two.
func (s *Scheduler) runDigest(ctx context.Context, due duePayload) result {
	digest, news, err := s.opts.Work.ComposeDigest(ctx, due.Tenant, okr.SubscriptionID(due.ID))
	switch {
	case err != nil:
		return failure(ctx, fmt.Errorf("digest %s: %w", due.ID, err))
	case !news:
		return result{nothing, nil}
	}
	if err := s.opts.Post.PostDigest(ctx, digest); err != nil {
		return s.notPosted(ctx, digest, fmt.Errorf("post digest %s: %w", due.ID, err))
	}
	err = s.record(ctx, func(ctx context.Context) error { return s.opts.Work.DigestPosted(ctx, digest) })
	if err != nil {
		return result{parked, fmt.Errorf("record digest %s: %w", due.ID, err)}
	}
	return result{done, nil}
}

// notPosted pauses the subscription of an unreachable place; any other failure is
// tried again.
func (s *Scheduler) notPosted(ctx context.Context, digest okr.Digest, err error) result {
	kind := okr.KindOf(err)
	if kind != okr.Forbidden && kind != okr.NotFound {
		return result{retried, err}
	}
	reason, ok := okr.MessageOf(err)
	if !ok || reason == "" {
		reason = "Teams no longer lets okrbot post here."
	}
	err = s.record(ctx, func(ctx context.Context) error { return s.opts.Work.DigestRefused(ctx, digest, reason) })
	if err != nil {
		return result{retried, fmt.Errorf("pause the subscription: %w", err)}
	}
	return result{refused, nil}
}

// record closes what has happened already, also while the replica shuts down.
func (s *Scheduler) record(ctx context.Context, f func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordTimeout)
	defer cancel()
	return s.insist(ctx, func() error { return f(ctx) })
}
