package redisstore

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// writableTTL is how long the trace of a try is kept.
	writableTTL = time.Minute
	// writableTries is how many keys are looked through for one that a master of a
	// Cluster holds.
	writableTries = 1000
)

// Writable tries whether the store takes changes: Unavailable when it does not, with
// [okr.ErrNoWrites] when it can be read all the same. Of a Cluster each master is
// tried.
func (s *Store) Writable(ctx context.Context) error {
	return fail(ctx, "try to write", s.eachMaster(ctx, tryToWrite))
}

// tryToWrite writes a key. A master of a Cluster answers for its own keys only, so
// the first of those is taken.
func tryToWrite(ctx context.Context, c *redis.Client) error {
	for n := range writableTries {
		err := c.Set(ctx, writableKey(n), "", writableTTL).Err()
		if _, isElsewhere := redis.IsMovedError(err); !isElsewhere {
			return err
		}
	}
	return fmt.Errorf("none of %d keys is held by %s", writableTries, c.Options().Addr)
}
