package redisstore

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"okrbot/okr"
)

// sweepBatch is about how many keys one step of a sweep looks at. Redis takes less
// than a millisecond for it.
const sweepBatch = 50

// otherKeys is the kind of keys that are not okrbot's.
const otherKeys = "other"

// KeyKinds are the kinds of keys that [Store.Sweep] tells apart.
func KeyKinds() []string {
	return []string{
		"goal", "checkin", "connection", "subscription", "member", "tenant", "index", "history", "snapshot",
		"sign-in", "conversation", "delivery", "draft", "tries", "import", "ticket", "agenda", "queue", "service", otherKeys,
	}
}

// kindOfKey says what a key is for: one of [KeyKinds].
func kindOfKey(key string) string {
	if strings.HasPrefix(key, "asynq:") {
		return "queue"
	}
	rest, isOurs := strings.CutPrefix(key, "okr:")
	_, inTenant, ofTenant := strings.Cut(rest, "}:")
	parts := append(strings.Split(inTenant, ":"), "")
	switch first, _, _ := strings.Cut(rest, ":"); {
	case !isOurs:
		return otherKeys
	case first == "ticket":
		return first
	case first == "due":
		return "agenda"
	case !ofTenant:
		return "service"
	}
	switch kind := parts[0]; kind {
	case "history", "thinned":
		return "history"
	case "credential", "credentials", "refresh", "gate":
		return "sign-in"
	case "conversation", "chat":
		return "conversation"
	case "number":
		return "index"
	case "snapshot", "delivery", "draft", "tries", "import":
		return kind
	case "goal", "checkin", "connection", "subscription", "member", "tenant":
		if parts[1] == "record" {
			return kind
		}
		return "index"
	}
	return otherKeys
}

// Usage is what keys of one kind take.
type Usage struct{ Keys, Bytes int64 }

// Sweep looks at every key, a few at a time with a rest between, and adds up what each
// kind takes, by Redis' own estimate. It gives the tenants that it met, too. What a
// program before this one left without an end gets one. An error of rest ends it.
func (s *Store) Sweep(ctx context.Context, rest func(context.Context) error) (map[string]Usage, []okr.TenantID, error) {
	w := &sweep{usage: map[string]Usage{}}
	err := s.eachMaster(ctx, func(ctx context.Context, c *redis.Client) error {
		samples := samplesAll(ctx, c)
		for cursor := uint64(0); ; {
			keys, next, err := c.Scan(ctx, cursor, "", sweepBatch).Result()
			if err != nil {
				return err
			}
			if err := w.look(ctx, c, keys, samples); err != nil {
				return err
			}
			if cursor = next; cursor == 0 {
				return nil
			}
			if err := rest(ctx); err != nil {
				return err
			}
		}
	})
	slices.Sort(w.tenants)
	return w.usage, slices.Compact(w.tenants), fail(ctx, "sweep", err)
}

// sweep is what has been seen of all masters so far.
type sweep struct {
	mu      sync.Mutex // guards what follows
	usage   map[string]Usage
	tenants []okr.TenantID
}

// look looks at keys; samplesAll says whether Redis can be asked for all their members.
func (w *sweep) look(ctx context.Context, c *redis.Client, keys []string, samplesAll bool) error {
	bytes, ttls := make([]*redis.IntCmd, len(keys)), make([]*redis.DurationCmd, len(keys))
	_, _ = c.Pipelined(ctx, func(p redis.Pipeliner) error { // each says its own error
		for i, key := range keys {
			bytes[i], ttls[i] = memoryOf(ctx, p, key, samplesAll), p.TTL(ctx, key)
		}
		return nil
	})
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, key := range keys {
		if err := cmp.Or(bytes[i].Err(), ttls[i].Err()); err != nil && !missing(err) && !redis.HasErrorPrefix(err, "NOPERM") {
			return err // neither that the key has ended meanwhile, nor that it is somebody else's
		}
		kind := kindOfKey(key)
		u := w.usage[kind]
		w.usage[kind] = Usage{Keys: u.Keys + 1, Bytes: u.Bytes + bytes[i].Val()}
		if tenant, found := tenantOfSettings(key); found {
			w.tenants = append(w.tenants, tenant)
		}
		if strings.Contains(key, "}:conversation:") && ttls[i].Val() == -1 {
			if err := endConversation(ctx, c, key); err != nil {
				return err
			}
		}
	}
	return nil
}

// memoryOf asks for Redis' estimate of a key. It looks at the first few members only,
// which are the thin ones of a history: of that, at all, which are bounded.
// https://redis.io/docs/latest/commands/memory-usage/
func memoryOf(ctx context.Context, p redis.Pipeliner, key string, samplesAll bool) *redis.IntCmd {
	if samplesAll && kindOfKey(key) == "history" {
		return p.MemoryUsage(ctx, key, 0)
	}
	return p.MemoryUsage(ctx, key)
}

// samplesAll says whether a Redis can be asked to look at all members. The embedded one
// cannot.
func samplesAll(ctx context.Context, c *redis.Client) bool {
	err := c.MemoryUsage(ctx, tickedKey(), 0).Err()
	return err == nil || missing(err)
}

// tenantOfSettings is the tenant whose settings a key holds.
func tenantOfSettings(key string) (okr.TenantID, bool) {
	tag, ok := strings.CutPrefix(key, "okr:{")
	tag, rest, cut := strings.Cut(tag, "}:")
	tenant, err := url.QueryUnescape(tag)
	return okr.TenantID(tenant), ok && cut && err == nil && rest == "tenant:record:settings"
}

// endConversation gives a conversation of a program that set no end the usual one.
func endConversation(ctx context.Context, c *redis.Client, key string) error {
	raw, err := c.Get(ctx, key).Bytes()
	if missing(err) {
		return nil
	} else if err != nil {
		return err
	}
	var of okr.Conversation
	if _, err := decode(raw, &of); err != nil || lifeOf(of) == 0 {
		return nil //nolint:nilerr // a person's chat, or what another program reads
	}
	if err := c.Expire(ctx, key, lifeOf(of)).Err(); !redis.HasErrorPrefix(err, "READONLY") {
		return err
	}
	return nil // a replica can be looked at, too
}

// conversationLife is for how long a channel or group chat is known in which nobody
// uses okrbot. Each meeting has one of its own. Digests have its address themselves.
const conversationLife = 400 * 24 * time.Hour

// lifeOf is how long a conversation is kept; 0: without an end. A person's own chat is
// where they hear that their connection fails, however long they needed nothing.
func lifeOf(c okr.Conversation) time.Duration {
	if c.Kind == okr.Personal {
		return 0
	}
	return conversationLife
}

// thinMany thins the histories of measurements that have just been added, as far as
// enough came together. Best effort: they are kept, and the next look comes soon.
func thinMany(ctx context.Context, s *Store, tenant okr.TenantID, added []okr.HistoryEntry) {
	if len(added) == 0 {
		return
	}
	if err := tryThinMany(ctx, s, tenant, added); err != nil {
		s.log.WarnContext(ctx, "histories not thinned; it is tried again", "tenant", tenant, "err", fail(ctx, "thin history", err))
	}
}

func tryThinMany(ctx context.Context, s *Store, tenant okr.TenantID, added []okr.HistoryEntry) error {
	goals := make([]string, len(added))
	for i, e := range added {
		goals[i] = string(e.Goal)
	}
	from, err := s.client.HMGet(ctx, thinnedKey(tenant), goals...).Result()
	if err != nil {
		return err
	}
	all, named := make([]*redis.IntCmd, len(added)), make([]*redis.IntCmd, len(added))
	_, err = s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, e := range added {
			key, since := historyKey(tenant, e.Goal), "-inf"
			if until, ok := from[i].(string); ok {
				since = "(" + until
			}
			p.ZRemRangeByRank(ctx, key, 0, -maxHistory-1)
			all[i], named[i] = p.ZCount(ctx, key, since, "+inf"), p.ZCount(ctx, key, strconv.FormatInt(namedSince(e.Measurement), 10), "+inf")
		}
		return nil
	})
	for i, e := range added {
		if err == nil && all[i].Val()-mustBeNamed(named[i].Val()) >= thinBatch {
			err = thinNow(ctx, s, tenant, e.Goal, namedSince(e.Measurement))
		}
	}
	return err
}

// namedSince is since when measurements of a goal have names after one.
func namedSince(m okr.Measurement) int64 { return m.At.Add(-namedFor).UnixMilli() }

// mustBeNamed is how many measurements have names where so many are young enough.
func mustBeNamed(young int64) int64 { return min(max(young, minNamed), maxNamed) }

// thin thins a batch of a goal's history.
func thinNow(ctx context.Context, s *Store, tenant okr.TenantID, goal okr.GoalID, since int64) error {
	return s.transact(ctx, "thin history", func(tx *redis.Tx) error { return thin(ctx, tx, tenant, goal, since) },
		historyKey(tenant, goal), thinnedKey(tenant))
}

// thin thins a batch of the oldest measurements of a goal that are not thinned yet.
// Those since a time have names, in the bounds of minNamed and maxNamed.
func thin(ctx context.Context, tx *redis.Tx, tenant okr.TenantID, goal okr.GoalID, since int64) error {
	key := historyKey(tenant, goal)
	batch, err := nextToThin(ctx, tx, tenant, goal, since)
	if err != nil || len(batch) == 0 {
		return err
	}
	gone, fresh, err := thinned(batch)
	if err != nil {
		return err
	}
	// The last of the batch is read again with the next one, which may bring a later
	// one of its day.
	until := strconv.FormatInt(int64(batch[len(batch)-1].Score)-1, 10)
	old, err := tx.ZCount(ctx, key, "-inf", until).Result()
	if err != nil {
		return err
	}
	excess := old - int64(len(gone)-len(fresh)) - maxDays
	_, err = tx.TxPipelined(ctx, func(p redis.Pipeliner) error {
		if len(gone) > 0 {
			p.ZRem(ctx, key, gone...)
		}
		if len(fresh) > 0 {
			p.ZAdd(ctx, key, fresh...)
		}
		if excess > 0 {
			p.ZRemRangeByRank(ctx, key, 0, excess-1)
		}
		p.HSet(ctx, thinnedKey(tenant), string(goal), until)
		return nil
	})
	return err
}

// nextToThin reads the oldest measurements that are not thinned and need no names any
// more, maxThinned of them at most.
func nextToThin(ctx context.Context, tx *redis.Tx, tenant okr.TenantID, goal okr.GoalID, since int64) ([]redis.Z, error) {
	key := historyKey(tenant, goal)
	from, err := tx.HGet(ctx, thinnedKey(tenant), string(goal)).Result()
	if from = "(" + from; missing(err) {
		from = "-inf"
	} else if err != nil {
		return nil, err
	}
	var all, named *redis.IntCmd
	_, err = tx.Pipelined(ctx, func(p redis.Pipeliner) error {
		all, named = p.ZCount(ctx, key, from, "+inf"), p.ZCount(ctx, key, strconv.FormatInt(since, 10), "+inf")
		return nil
	})
	n := all.Val() - mustBeNamed(named.Val())
	if err != nil || n <= 1 {
		return nil, err
	}
	return tx.ZRangeArgsWithScores(ctx, redis.ZRangeArgs{Key: key, ByScore: true, Start: from, Stop: "+inf", Count: min(n, maxThinned)}).Result()
}

// thinned gives the measurements of a batch that go, and what comes in their place.
// One that a newer program wrote, with more than this one knows, is left as it is.
func thinned(batch []redis.Z) (gone []any, fresh []redis.Z, err error) {
	stored, at := map[int64]value{}, map[int64]redis.Z{}
	var known []okr.Measurement
	for _, z := range batch {
		var m okr.Measurement
		raw, _ := z.Member.(string)
		v, err := decode([]byte(raw), &m)
		ms := int64(z.Score)
		if err != nil || ms != m.At.UnixMilli() || !knows[okr.Measurement](v) {
			continue
		}
		stored[ms], at[ms], known = v, z, append(known, m)
	}
	for _, m := range okr.Thin(known) {
		ms := m.At.UnixMilli()
		raw, err := encodeOver(stored[ms], m)
		if err != nil {
			return nil, nil, err
		}
		if at[ms].Member == string(raw) {
			delete(at, ms) // it is thin already
			continue
		}
		fresh = append(fresh, redis.Z{Score: float64(ms), Member: string(raw)})
	}
	for _, z := range at {
		gone = append(gone, z.Member)
	}
	return gone, fresh, nil
}
