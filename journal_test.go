package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	redisserver "github.com/alicebob/miniredis/v2/server"
	"github.com/stretchr/testify/require"

	"okrbot/bot/bottest"
	"okrbot/bot/bottest/script"
)

// storeCopy is everything in a Redis.
type storeCopy struct {
	text  map[string]string
	hash  map[string]map[string]string
	list  map[string][]string
	set   map[string][]string
	score map[string]map[string]float64
	life  map[string]time.Duration
}

func copyOf(t *testing.T, redis *miniredis.Miniredis) storeCopy {
	t.Helper()
	c := storeCopy{map[string]string{}, map[string]map[string]string{}, map[string][]string{}, map[string][]string{}, map[string]map[string]float64{}, map[string]time.Duration{}}
	for _, key := range redis.Keys() {
		require.True(t, isOurKey(key), key)
		var err error
		switch redis.Type(key) {
		case "string":
			c.text[key], err = redis.Get(key)
		case "list":
			c.list[key], err = redis.List(key)
			c.list[key] = slices.Clone(c.list[key]) // it is the Redis' own
		case "set":
			c.set[key], err = redis.Members(key)
		case "zset":
			c.score[key], err = redis.SortedSet(key)
			c.score[key] = maps.Clone(c.score[key]) // it is the Redis' own
		case "hash":
			c.hash[key] = map[string]string{}
			var fields []string
			fields, err = redis.HKeys(key)
			for _, field := range fields {
				c.hash[key][field] = redis.HGet(key, field)
			}
		}
		require.NoError(t, err)
		c.life[key] = redis.TTL(key)
	}
	return c
}

// restore makes keys of a Redis what they were. Those that were not touched are so already.
func (c storeCopy) restore(t *testing.T, redis *miniredis.Miniredis, touched []string) {
	t.Helper()
	for _, key := range touched {
		redis.Del(key)
		if value, ok := c.text[key]; ok {
			require.NoError(t, redis.Set(key, value))
		}
		if values := c.list[key]; len(values) > 0 {
			_, err := redis.Push(key, values...)
			require.NoError(t, err)
		}
		if members := c.set[key]; len(members) > 0 {
			_, err := redis.SetAdd(key, members...)
			require.NoError(t, err)
		}
		for member, score := range c.score[key] {
			_, err := redis.ZAdd(key, score, member)
			require.NoError(t, err)
		}
		for field, value := range c.hash[key] {
			redis.HSet(key, field, value)
		}
		if life := c.life[key]; life > 0 {
			redis.SetTTL(key, life)
		}
	}
}

// restoreAll makes a Redis what it was.
func (c storeCopy) restoreAll(t *testing.T, redis *miniredis.Miniredis) {
	t.Helper()
	c.restore(t, redis, append(redis.Keys(), slices.Collect(maps.Keys(c.life))...))
}

// journal knows which keys of an embedded Redis a command may have changed, be it by itself, in a
// transaction or in a script: to look at those alone takes a tenth of the time.
type journal struct {
	mu      sync.Mutex
	touched map[string]bool
}

// keepJournal begins before anybody asks the Redis.
func keepJournal(redis *miniredis.Miniredis) *journal {
	j := &journal{touched: map[string]bool{}}
	quick := script.Quick(redis)
	redis.Server().SetPreHook(func(p *redisserver.Peer, command string, args ...string) bool {
		if !slices.Contains(changesNothing, command) {
			j.note(args)
		}
		return quick(p, command, args...)
	})
	return j
}

// changesNothing are the commands that read. What a script calls comes one by one. A command that
// is missing here is only looked at more closely.
var changesNothing = []string{
	"EVALSHA", "EVAL", "MULTI", "EXEC", "DISCARD", "WATCH", "UNWATCH", "PING", "HELLO", "CLIENT", "INFO", "PUBLISH", "SUBSCRIBE", "UNSUBSCRIBE", "SCRIPT", "TIME",
	"GET", "MGET", "EXISTS", "TYPE", "TTL", "PTTL", "STRLEN", "SCAN", "KEYS",
	"HGET", "HMGET", "HGETALL", "HEXISTS", "HLEN", "HKEYS", "SMEMBERS", "SISMEMBER", "SCARD", "LLEN", "LRANGE",
	"ZCARD", "ZCOUNT", "ZRANGE", "ZREVRANGE", "ZRANGEBYSCORE", "ZREVRANGEBYSCORE", "ZRANGEBYLEX", "ZSCORE", "ZMSCORE", "ZRANK",
}

// isOurKey says whether an argument looks like a key: all of okrbot's and of its queue do.
func isOurKey(text string) bool {
	return strings.HasPrefix(text, "okr:") || strings.HasPrefix(text, "asynq:")
}

func (j *journal) note(args []string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, arg := range args {
		if isOurKey(arg) {
			j.touched[arg] = true
		}
	}
}

// take gives the keys since the last time.
func (j *journal) take() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	keys := slices.Collect(maps.Keys(j.touched))
	clear(j.touched)
	return keys
}

// look notes what the store holds now, for changed.
func (r *rightsWorld) look(t *testing.T) {
	t.Helper()
	r.journal.take()
	r.left = r.dump(t)
}

// changed are the keys under which the store holds something else than when it was looked at last.
func (r *rightsWorld) changed(t *testing.T) (keys []string) {
	t.Helper()
	touched := r.journal.take()
	now := r.dumpOf(t, touched)
	for _, key := range touched {
		was, wasThere := r.left[key]
		is, isThere := now[key]
		if was != is || wasThere != isThere {
			keys = append(keys, key)
		}
		if delete(r.left, key); isThere {
			r.left[key] = is
		}
	}
	return keys
}

// changes are the keys under which two dumps differ.
func changes(before, after map[string]string) map[string]bool {
	out := map[string]bool{}
	for key := range before {
		if after[key] != before[key] {
			out[key] = true
		}
	}
	for key := range after {
		if _, was := before[key]; !was {
			out[key] = true
		}
	}
	return out
}

// dump is what the store holds of the tenant, without what it keeps of each turn.
func (r *rightsWorld) dump(t *testing.T) map[string]string {
	t.Helper()
	return r.dumpOf(t, r.redis.Keys())
}

// dumpOf is of dump what these keys hold.
func (r *rightsWorld) dumpOf(t *testing.T, keys []string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, key := range keys {
		tag, name, isTenant := strings.Cut(key, "}:")
		kind, _, _ := strings.Cut(name, ":")
		isOther := !strings.Contains(tag, bottest.DefaultTenant)
		isTurn := isOther || slices.Contains([]string{"delivery", "conversation", "chat", "draft", "tries", "number", "member", "gate"}, kind) // the last two end by themselves
		if isTenant && strings.HasPrefix(tag, "okr:") && !isTurn && !strings.HasSuffix(name, ":created") && r.redis.Exists(key) {
			out[key] = r.value(t, key)
		}
	}
	return out
}

func (r *rightsWorld) value(t *testing.T, key string) string {
	t.Helper()
	switch r.redis.Type(key) {
	case "string":
		text, err := r.redis.Get(key)
		require.NoError(t, err)
		return text
	case "zset":
		members, err := r.redis.SortedSet(key)
		require.NoError(t, err)
		return fmt.Sprint(members)
	case "set":
		members, err := r.redis.Members(key)
		require.NoError(t, err)
		return fmt.Sprint(members)
	}
	fields, err := r.redis.HKeys(key)
	require.NoError(t, err)
	return fmt.Sprint(fields)
}
