package scheduler

import (
	"context"
	"errors"
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

// notPosted notes a digest that Teams refused, and tells people where it pauses by that.
// One that was perhaps shown is left to the next period; any other failure is tried
// again.
func (s *Scheduler) notPosted(ctx context.Context, digest okr.Digest, cause error) result {
	if okr.KindOf(cause) == okr.PerhapsShown {
		err := s.record(ctx, func(ctx context.Context) error { return s.opts.Work.DigestUnsure(ctx, digest, cause) })
		return result{unsure, errors.Join(cause, err)}
	}
	if !isRefusal(cause) {
		return result{retried, cause}
	}
	var paused okr.Subscription
	first := false
	err := s.record(ctx, func(ctx context.Context) (err error) {
		sub, isFirst, err := s.opts.Work.DigestRefused(ctx, digest, cause)
		paused, first = sub, first || isFirst
		return err
	})
	if err != nil {
		return result{retried, fmt.Errorf("note a refused digest: %w", err)}
	}
	if first {
		if err := s.opts.Post.DigestPaused(ctx, paused); err != nil {
			s.log.WarnContext(ctx, "paused digest not announced", "op", "digest", "id", digest.Subscription.ID, "err", okr.CauseOf(err))
		}
	}
	return result{refused, nil}
}

// isRefusal says whether Teams did not take a post and would not take it now.
func isRefusal(err error) bool {
	switch okr.KindOf(err) {
	case okr.Forbidden, okr.NotFound, okr.Refused:
		return true
	default:
		return false
	}
}

// record closes what has happened already, also while the replica shuts down.
func (s *Scheduler) record(ctx context.Context, f func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordTimeout)
	defer cancel()
	return s.insist(ctx, func() error { return f(ctx) })
}
