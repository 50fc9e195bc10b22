package redisstore

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

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
