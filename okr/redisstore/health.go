package redisstore

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// Health is what an operator wants to know of a Redis.
type Health struct {
	Version    string
	Masters    int // that hold a part of the data
	AppendOnly bool
	Eviction   string    // empty: it does not say
	Time       time.Time // by its clock
}

// Health looks at Redis. Of a Cluster it tells the worst of its masters.
func (s *Store) Health(ctx context.Context) (Health, error) {
	var mu sync.Mutex
	h := Health{AppendOnly: true}
	err := s.eachMaster(ctx, func(ctx context.Context, c *redis.Client) error {
		info, err := c.Info(ctx).Result()
		if err != nil {
			return err
		}
		now, err := c.Time(ctx).Result()
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		h.Masters++
		h.Version, h.Time = field(info, "redis_version"), now
		h.AppendOnly = h.AppendOnly && field(info, "aof_enabled") == "1"
		if policy := field(info, "maxmemory_policy"); h.Eviction == "" || policy != "noeviction" {
			h.Eviction = policy
		}
		return nil
	})
	return h, fail(ctx, "look at redis", err)
}

// field reads a line of INFO (https://redis.io/docs/latest/commands/info/).
func field(info, name string) string {
	_, rest, _ := strings.Cut(info, "\r\n"+name+":")
	value, _, _ := strings.Cut(rest, "\r\n")
	return value
}

// eachMaster calls f for each server that holds a part of the data, of a Cluster
// side by side.
func (s *Store) eachMaster(ctx context.Context, f func(context.Context, *redis.Client) error) error {
	switch c := s.client.(type) {
	case *redis.ClusterClient:
		return c.ForEachMaster(ctx, f)
	case *redis.Client:
		return f(ctx, c)
	default:
		return fmt.Errorf("redis client of type %T", c)
	}
}

// Seals says how the stored sign-ins are sealed.
type Seals struct {
	All, First, Closed int      // those sealed with the first key, and those that no key opens
	Missing            []string // ids of the keys that would open them
}

// Seals tries every stored sign-in; it is for an operator who changes keys.
func (s *Store) Seals(ctx context.Context) (Seals, error) {
	var mu sync.Mutex
	var seals Seals
	err := s.eachMaster(ctx, func(ctx context.Context, c *redis.Client) error {
		keys := c.Scan(ctx, 0, "okr:{*}:credential:*", listChunk).Iterator()
		for keys.Next(ctx) {
			raw, err := c.Get(ctx, keys.Val()).Bytes()
			if missing(err) {
				continue // deleted since
			} else if err != nil {
				return err
			}
			var stored credential
			if _, err := decode(raw, &stored); err != nil {
				continue // not a matter of keys
			}
			mu.Lock()
			seals.add(s.sealer, keys.Val(), stored.Sealed)
			mu.Unlock()
		}
		return keys.Err()
	})
	slices.Sort(seals.Missing)
	return seals, fail(ctx, "look at sign-ins", err)
}

func (s *Seals) add(sealer *Sealer, key, sealed string) {
	s.All++
	id, _, _ := strings.Cut(sealed, ":")
	if _, err := sealer.Open(key, sealed); err != nil {
		s.Closed++
		if id = strconv.Quote(id); !slices.Contains(s.Missing, id) {
			s.Missing = append(s.Missing, id)
		}
		return
	}
	if id == sealer.first {
		s.First++
	}
}

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
