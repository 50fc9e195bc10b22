package redisstore

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/redis/go-redis/v9"

	"okrbot/okr"
)

const (
	maxAttempts = 60                     // of one transaction; 60 writers of one record come through
	firstPause  = 2 * time.Millisecond   // the longest wait after the first attempt
	longPause   = 100 * time.Millisecond // the longest wait of all
)

// transact runs fn while it watches keys, again when somebody else wrote one of
// them before fn's MULTI came through, and then waits for a replica where there is
// one. Conflict: others were faster each time.
func (s *Store) transact(ctx context.Context, op string, fn func(tx *redis.Tx) error, keys ...string) error {
	for attempt := range maxAttempts {
		err := s.client.Watch(ctx, func(tx *redis.Tx) error {
			if err := fn(tx); err != nil {
				return err
			}
			return s.await(ctx, tx, keys[0])
		}, keys...)
		if !errors.Is(err, redis.TxFailedErr) {
			return fail(ctx, op, err)
		}
		if err := pause(ctx, firstPause*time.Duration(attempt+1)); err != nil {
			return fail(ctx, op, err)
		}
	}
	return okr.Errorf(okr.Conflict, "Too many others are changing this at the same moment. Try again.")
}

// pause waits for a random part of limit, which keeps competing writers apart.
func pause(ctx context.Context, limit time.Duration) error {
	timer := time.NewTimer(rand.N(min(limit, longPause))) //nolint:gosec // a wait needs no secrecy
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
