package redisstore

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"okrbot/okr"
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
	err := s.eachCredential(ctx, func(key string, stored credential) {
		mu.Lock()
		defer mu.Unlock()
		seals.add(s.sealer, key, stored.Sealed)
	})
	slices.Sort(seals.Missing)
	return seals, fail(ctx, "look at sign-ins", err)
}

// KeptApplication is an application of a tenant, without what it shows.
type KeptApplication struct {
	Tenant string // as its key names it
	Name   string
	Kind   okr.ApplicationKind
	Ends   time.Time // of its secret or certificate; zero: not known, or it has none
}

// Applications lists the applications of all tenants by their ends; it is for an operator. No
// key is needed.
func (u Upkeep) Applications(ctx context.Context) ([]KeptApplication, error) {
	var mu sync.Mutex
	var list []KeptApplication
	err := u.s.eachCredential(ctx, func(key string, stored credential) {
		if a := stored.Application; a != nil {
			mu.Lock()
			defer mu.Unlock()
			_, rest, _ := strings.Cut(key, "{")
			tenant, _, _ := strings.Cut(rest, "}")
			list = append(list, KeptApplication{tenant, a.Name, a.Kind, a.Ends})
		}
	})
	slices.SortFunc(list, func(a, b KeptApplication) int {
		return cmp.Or(a.Ends.Compare(b.Ends), cmp.Compare(a.Tenant, b.Tenant), cmp.Compare(a.Name, b.Name))
	})
	return list, fail(ctx, "look at applications", err)
}

// eachCredential calls f for each stored sign-in that can be read, of a Cluster side by side.
func (s *Store) eachCredential(ctx context.Context, f func(key string, stored credential)) error {
	return s.eachMaster(ctx, func(ctx context.Context, c *redis.Client) error {
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
			f(keys.Val(), stored)
		}
		return keys.Err()
	})
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

const (
	// replicaTime is how long a write waits for a replica. A healthy one takes about a
	// round trip.
	replicaTime = 500 * time.Millisecond
	// replicaPause is how long writes do not wait after nobody took one: without a
	// replica okrbot goes on, and does not get slow.
	replicaPause = time.Minute
)

// replicas makes a write count only when a second machine has it. Redis
// replicates after it answers, so what a master confirmed in its last moment goes with
// it: a check-in that was "saved", or a renewed sign-in.
// https://redis.io/docs/latest/commands/wait/
type replicas struct {
	expected bool         // there is a Sentinel or a Cluster, and so there should be a replica
	missed   atomic.Int64 // tries in which no replica took a write
	mu       sync.Mutex
	alone    map[string]time.Time // hash tags whose node has no replica: when that was seen
}

// await waits until a replica has what was written through tx. When nobody takes it
// in time, the write counts nevertheless, and the log says that it has one copy.
func (s *Store) await(ctx context.Context, tx *redis.Tx, key string) error {
	tag := hashTag(key)
	if !s.replicas.expected || s.replicas.isAlone(tag) {
		return nil
	}
	n, err := tx.Wait(ctx, 1, replicaTime).Result()
	if err != nil || n > 0 {
		return err
	}
	s.replicas.setAlone(tag)
	s.replicas.missed.Add(1)
	s.log.WarnContext(ctx, "no replica took a write in time: what is saved now is lost if this Redis dies", "waited_ms", replicaTime.Milliseconds(), "next_try_in_s", replicaPause.Seconds())
	return nil
}

// OneCopy is how often no replica took a write in time, where there should be one.
// After each, writes do not wait for a minute.
func (s *Store) OneCopy() int64 { return s.replicas.missed.Load() }

func (r *replicas) isAlone(tag string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	at, seen := r.alone[tag]
	if seen && time.Since(at) >= replicaPause {
		delete(r.alone, tag)
		return false
	}
	return seen
}

func (r *replicas) setAlone(tag string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.alone == nil {
		r.alone = map[string]time.Time{}
	}
	r.alone[tag] = time.Now()
}

// hashTag is what decides on the node of a key, in a Cluster.
func hashTag(key string) string {
	_, rest, _ := strings.Cut(key, "{")
	tag, _, _ := strings.Cut(rest, "}")
	return tag
}
