package redisstore

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/redis/go-redis/v9"
)

// claimScript takes a key for a token. It says yes again to the same token, so
// that a command whose answer was lost can be repeated.
//
//	KEYS[1] the key
//	ARGV[1] the token of who claims
//	ARGV[2] TTL in milliseconds
//
// Returns 1 when the key is the claimer's, else 0.
var claimScript = redis.NewScript(`
if redis.call("SET", KEYS[1], ARGV[1], "NX", "PX", ARGV[2]) then return 1 end
if redis.call("GET", KEYS[1]) == ARGV[1] then return 1 end
return 0`)

// releaseScript gives a claimed key back, unless it ran out and is somebody
// else's by now.
//
//	KEYS[1] the key
//	ARGV[1] the token of who claimed
//
// Returns 1 when it was the claimer's, else 0.
var releaseScript = redis.NewScript(`
if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("DEL", KEYS[1]) end
return 0`)

// newToken gives a token that nobody else has.
func newToken() string { return rand.Text() }

// claim says whether key is now held by token.
func claim(ctx context.Context, s *Store, key, token string, ttl time.Duration) (bool, error) {
	n, err := claimScript.Run(ctx, s.client, []string{key}, token, ttl.Milliseconds()).Int()
	return n == 1, err
}

// release gives key back. It also runs when ctx has ended: others wait for it.
func release(ctx context.Context, s *Store, key, token string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTimeout)
	defer cancel()
	if err := releaseScript.Run(ctx, s.client, []string{key}, token).Err(); err != nil {
		s.log.WarnContext(ctx, "a lock was not given back, it runs out by itself", "err", fail(ctx, "release", err))
	}
}
