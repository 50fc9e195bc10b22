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
	"time"

	"github.com/redis/go-redis/v9"

	"okrbot/okr"
)

const (
	// maxHistory is how many measurements of a goal are kept: two years of hours.
	maxHistory = 18_000
	// snapshotTTL forgets the snapshots of queries that nobody runs any more.
	snapshotTTL = 90 * 24 * time.Hour
	// maxSnapshot bounds what a stored snapshot may unpack to, in bytes; 20,000
	// items, the most that Azure DevOps gives out, are about 10 MB.
	maxSnapshot = 64 << 20
)

// AddHistory implements [okr.Measurements]. Of two measurements of the same
// millisecond the later call's is kept.
func (s *Store) AddHistory(ctx context.Context, tenant okr.TenantID, goal okr.GoalID, m okr.Measurement) error {
	raw, err := encode(0, m)
	if err != nil {
		return err
	}
	key, at := historyKey(tenant, goal), m.At.UnixMilli()
	_, err = s.client.TxPipelined(ctx, func(p redis.Pipeliner) error {
		same := strconv.FormatInt(at, 10)
		p.ZRemRangeByScore(ctx, key, same, same)
		p.ZAdd(ctx, key, redis.Z{Score: float64(at), Member: raw})
		p.ZRemRangeByRank(ctx, key, 0, -maxHistory-1)
		return nil
	})
	return fail(ctx, "add history", err)
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
	return fail(ctx, "drop history", s.client.Unlink(ctx, historyKey(tenant, goal)).Err())
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
	raw, err := encode(0, snapshot)
	if err != nil {
		return err
	}
	packed, err := pack(raw)
	if err != nil {
		return err
	}
	return fail(ctx, "save snapshot", s.client.Set(ctx, key, packed, snapshotTTL).Err())
}

func pack(raw []byte) ([]byte, error) {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestSpeed)
	if err != nil {
		return nil, fmt.Errorf("packed snapshot: %w", err)
	}
	if _, err := w.Write(raw); err != nil {
		return nil, fmt.Errorf("packed snapshot: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("packed snapshot: %w", err)
	}
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
