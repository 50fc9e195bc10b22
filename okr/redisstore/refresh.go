package redisstore

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/redis/go-redis/v9"

	"okrbot/okr"
)

const (
	// refreshLock is how long a refresh may hold its credential. The call and the
	// storing together take less.
	refreshLock    = 40 * time.Second
	refreshCall    = 25 * time.Second
	refreshStore   = 10 * time.Second
	refreshPoll    = 250 * time.Millisecond // longest wait between two looks at somebody else's refresh
	releaseTimeout = 2 * time.Second
)

// replaceScript writes a value only over the one that was read before, so that
// neither a deletion nor a newer sign-in is undone.
//
//	KEYS[1] the key
//	ARGV[1] the value that was read
//	ARGV[2] the value to write
//
// Returns 1 when the new value stands, else 0.
var replaceScript = redis.NewScript(`
local now = redis.call("GET", KEYS[1])
if now == ARGV[2] then return 1 end
if now ~= ARGV[1] then return 0 end
redis.call("SET", KEYS[1], ARGV[2])
return 1`)

// Refresh gives a sign-in that is fresh. If the stored one is not, it calls
// refresh with it and stores what that gives; of all callers on all replicas
// only one at a time does so for a credential, and the others wait and get what
// it stored. refresh gets 25 s at most, and its error is returned as it is. A
// sign-in that was deleted meanwhile stays deleted (SignIn); one that was
// replaced by a new sign-in stays as that. Unavailable: the store does not
// answer, or somebody else's refresh does not end.
func (s *Store) Refresh(ctx context.Context, tenant okr.TenantID, id okr.CredentialID,
	fresh func(okr.Credential) bool, refresh func(context.Context, okr.Credential) (okr.Credential, error),
) (okr.Credential, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*refreshLock)
	defer cancel()
	key, token := refreshKey(tenant, id), newToken()
	for {
		c, err := s.Credential(ctx, tenant, id)
		if err != nil || fresh(c) {
			return c, err
		}
		mine, err := claim(ctx, s, key, token, refreshLock)
		if err != nil {
			return okr.Credential{}, fail(ctx, "lock sign-in", err)
		}
		if mine {
			break
		}
		if err := pause(ctx, refreshPoll); err != nil {
			return okr.Credential{}, fail(ctx, "wait for refresh", err)
		}
	}
	defer release(ctx, s, key, token)
	return s.refreshLocked(ctx, tenant, id, fresh, refresh)
}

// refreshLocked reads again, since somebody else may have refreshed between the
// look and the lock.
func (s *Store) refreshLocked(ctx context.Context, tenant okr.TenantID, id okr.CredentialID,
	fresh func(okr.Credential) bool, refresh func(context.Context, okr.Credential) (okr.Credential, error),
) (okr.Credential, error) {
	before, raw, err := s.readCredential(ctx, tenant, id)
	if err != nil || fresh(before) {
		return before, err
	}
	callCtx, cancel := context.WithTimeout(ctx, refreshCall)
	defer cancel()
	after, err := refresh(callCtx, before)
	if err != nil {
		return okr.Credential{}, err
	}
	after.ID, after.Owner = before.ID, before.Owner
	return s.replaceCredential(ctx, tenant, raw, after)
}

// replaceCredential stores refreshed tokens, even if the caller has gone: the
// old refresh token may be worth nothing any more.
func (s *Store) replaceCredential(ctx context.Context, tenant okr.TenantID, before []byte, after okr.Credential) (okr.Credential, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), refreshStore)
	defer cancel()
	key := credentialKey(tenant, after.ID)
	stored, err := decode(before, &credential{})
	if err != nil {
		return okr.Credential{}, err
	}
	raw, err := sealCredential(s.sealer, key, stored, after)
	if err != nil {
		return okr.Credential{}, err
	}
	replaced := false
	err = s.watch(ctx, func(tx *redis.Tx) error {
		n, err := replaceScript.Run(ctx, tx, []string{key}, before, raw).Int()
		if err != nil {
			return err
		}
		replaced = n == 1
		return s.await(ctx, tx, key)
	}, key)
	switch {
	case err != nil:
		return okr.Credential{}, fail(ctx, "store refreshed sign-in", err)
	case !replaced:
		return s.Credential(ctx, tenant, after.ID)
	}
	return after, nil
}

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
		s.log.WarnContext(ctx, "a lock was not released; it expires", "err", fail(ctx, "release", err))
	}
}
