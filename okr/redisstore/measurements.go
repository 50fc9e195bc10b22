package redisstore

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"okrbot/okr"
)

const (
	// namedFor is for how long a goal's measurements name the work items that moved: a
	// week, the longest that people ask about or a digest waits, and a day. The newest
	// minNamed have names whatever their age, and never more than maxNamed: the hours of
	// that time, and some that people asked for.
	namedFor           = 8 * 24 * time.Hour
	minNamed, maxNamed = 50, 200
	// thinBatch is how many more come together before they are thinned, and maxThinned
	// how many are thinned at a time.
	thinBatch  = 32
	maxThinned = 128
	// thinLook is after how many measurements it is looked how many are to be thinned,
	// where several goals are written together.
	thinLook = 16
	// maxDays is how many thinned measurements of a goal are kept: one a day of five
	// years.
	maxDays = 5 * 366
	// maxHistory is how many measurements of a goal there are at most, also where a
	// program that thins none writes on the same Redis.
	maxHistory = 18_000
	// snapshotTTL forgets the snapshots of queries that nobody runs any more.
	snapshotTTL = 90 * 24 * time.Hour
	// maxSnapshot bounds what a stored snapshot may unpack to, in bytes; 20,000
	// items, the most that Azure DevOps gives out, are about 10 MB.
	maxSnapshot = 64 << 20
)

// addHistoryScript adds a measurement in place of one of the same time. One that is
// older than what was thinned is thinned next.
//
//	KEYS[1] the history
//	KEYS[2] up to when histories are thinned
//	ARGV[1] the time of the measurement
//	ARGV[2] the measurement
//	ARGV[3] the goal
//	ARGV[4] how many measurements are kept at most
//	ARGV[5] since when measurements name work items
//	ARGV[6] how many of them do at least
//	ARGV[7] and at most
//
// Returns how many are to be thinned.
var addHistoryScript = redis.NewScript(`
redis.call("ZREMRANGEBYSCORE", KEYS[1], ARGV[1], ARGV[1])
redis.call("ZADD", KEYS[1], ARGV[1], ARGV[2])
redis.call("ZREMRANGEBYRANK", KEYS[1], 0, -tonumber(ARGV[4]) - 1)
local thinned = redis.call("HGET", KEYS[2], ARGV[3])
if thinned and tonumber(ARGV[1]) <= tonumber(thinned) then
  thinned = string.format("%.0f", tonumber(ARGV[1]) - 1)
  redis.call("HSET", KEYS[2], ARGV[3], thinned)
end
local waiting = redis.call("ZCOUNT", KEYS[1], thinned and "(" .. thinned or "-inf", "+inf")
local named = redis.call("ZCOUNT", KEYS[1], ARGV[5], "+inf")
return waiting - math.min(math.max(named, tonumber(ARGV[6])), tonumber(ARGV[7]))`)

// AddHistory implements [okr.Measurements]. Of two measurements of the same
// millisecond the later call's is kept. A call now and then thins a batch of what has
// become old, so that no call has much to do, also with what a program before this one
// has left.
func (s *Store) AddHistory(ctx context.Context, tenant okr.TenantID, goal okr.GoalID, m okr.Measurement) error {
	raw, err := encode(0, m)
	if err != nil {
		return err
	}
	keys := []string{historyKey(tenant, goal), thinnedKey(tenant)}
	since := namedSince(m)
	waiting, err := addHistoryScript.Run(ctx, s.client, keys, m.At.UnixMilli(), raw, string(goal), maxHistory, since, minNamed, maxNamed).Int()
	if err != nil || waiting < thinBatch {
		return fail(ctx, "add history", err)
	}
	return thinNow(ctx, s, tenant, goal, since)
}

// History implements [okr.Measurements]. A limit of 0 or less means all.
func (s *Store) History(ctx context.Context, tenant okr.TenantID, goal okr.GoalID, after time.Time, limit int) ([]okr.Measurement, error) {
	query := redis.ZRangeArgs{
		Key: historyKey(tenant, goal), ByScore: true, Rev: true,
		Start: "+inf", Stop: "-inf", Count: int64(max(0, limit)),
	}
	if !after.IsZero() {
		query.Stop = "(" + strconv.FormatInt(after.UnixMilli(), 10)
	}
	values, err := s.client.ZRangeArgs(ctx, query).Result()
	if err != nil {
		return nil, fail(ctx, "read history", err)
	}
	history := make([]okr.Measurement, len(values))
	for i, raw := range values {
		if _, err := decode([]byte(raw), &history[i]); err != nil {
			return nil, fmt.Errorf("history of %s: %w", goal, err)
		}
	}
	slices.Reverse(history)
	return history, nil
}

// DropHistory implements [okr.Measurements].
func (s *Store) DropHistory(ctx context.Context, tenant okr.TenantID, goal okr.GoalID) error {
	_, err := s.client.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.Unlink(ctx, historyKey(tenant, goal))
		p.HDel(ctx, thinnedKey(tenant), string(goal))
		return nil
	})
	return fail(ctx, "drop history", err)
}

// Snapshot implements [okr.Measurements]. A snapshot is forgotten 90 days after
// it was saved.
func (s *Store) Snapshot(ctx context.Context, tenant okr.TenantID, access okr.CredentialID, query string) (*okr.Snapshot, error) {
	packed, err := s.client.Get(ctx, snapshotKey(tenant, access, query)).Bytes()
	if missing(err) {
		return nil, nil
	} else if err != nil {
		return nil, fail(ctx, "read snapshot", err)
	}
	return unpackSnapshot(packed, query)
}

// Snapshots implements [okr.Measurements].
func (s *Store) Snapshots(ctx context.Context, tenant okr.TenantID, access okr.CredentialID, queries []string) ([]*okr.Snapshot, error) {
	if len(queries) == 0 {
		return nil, nil
	}
	keys := make([]string, len(queries))
	for i, query := range queries {
		keys[i] = snapshotKey(tenant, access, query)
	}
	values, err := s.client.MGet(ctx, keys...).Result()
	if err != nil {
		return nil, fail(ctx, "read snapshots", err)
	}
	out := make([]*okr.Snapshot, len(queries))
	for i, packed := range values {
		if text, ok := packed.(string); ok {
			if out[i], err = unpackSnapshot([]byte(text), queries[i]); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

func unpackSnapshot(packed []byte, query string) (*okr.Snapshot, error) {
	raw, err := unpack(packed)
	if err != nil {
		return nil, unreadable(err)
	}
	var snapshot okr.Snapshot
	if _, err := decode(raw, &snapshot); err != nil {
		return nil, fmt.Errorf("snapshot of query %s: %w", query, err)
	}
	return &snapshot, nil
}

// SaveSnapshot implements [okr.Measurements].
func (s *Store) SaveSnapshot(ctx context.Context, tenant okr.TenantID, access okr.CredentialID, query string, snapshot *okr.Snapshot) error {
	key := snapshotKey(tenant, access, query)
	if snapshot == nil {
		return fail(ctx, "forget snapshot", s.client.Unlink(ctx, key).Err())
	}
	packed, err := s.packers.snapshot(snapshot)
	if err != nil {
		return err
	}
	return fail(ctx, "save snapshot", s.client.Set(ctx, key, packed, snapshotTTL).Err())
}

// packers are writers of gzip that wait for the next snapshot: a new one takes 0.8 MB. The zero value has none.
type packers struct{ idle sync.Pool }

func (p *packers) snapshot(snapshot *okr.Snapshot) ([]byte, error) {
	raw, err := encode(0, snapshot)
	if err != nil {
		return nil, err
	}
	return p.pack(raw)
}

func (p *packers) pack(raw []byte) ([]byte, error) {
	var out bytes.Buffer
	w, ok := p.idle.Get().(*gzip.Writer)
	if !ok {
		w, _ = gzip.NewWriterLevel(nil, gzip.BestSpeed) // its only error is a level that does not exist
	}
	w.Reset(&out)
	if _, err := w.Write(raw); err != nil {
		return nil, fmt.Errorf("packed snapshot: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("packed snapshot: %w", err)
	}
	p.idle.Put(w)
	return out.Bytes(), nil
}

func unpack(packed []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("packed snapshot: %w", err)
	}
	defer r.Close()
	raw, err := io.ReadAll(io.LimitReader(r, maxSnapshot))
	if err != nil {
		return nil, fmt.Errorf("packed snapshot: %w", err)
	}
	if !json.Valid(raw) {
		return nil, fmt.Errorf("packed snapshot: not whole within %d bytes", maxSnapshot)
	}
	return raw, nil
}
