package redisstore

import (
	"context"
	"fmt"
	"slices"

	"github.com/redis/go-redis/v9"

	"okrbot/okr"
)

// listChunk is how many records one command reads: Redis serves nobody else
// meanwhile.
const listChunk = 250

// List implements [okr.Records].
func (r records[K, T]) List(ctx context.Context, tenant okr.TenantID, index string, page okr.Page) ([]T, int, error) {
	return r.Find(ctx, tenant, []string{index}, page)
}

// Find implements [okr.Records]. Redis intersects the lists and gives the page
// only.
func (r records[K, T]) Find(ctx context.Context, tenant okr.TenantID, indexes []string, page okr.Page) ([]T, int, error) {
	keys := make([]string, 0, len(indexes))
	for _, index := range indexes {
		if key := indexKey(tenant, r.kind, index); !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	ids, total, err := r.ids(ctx, tenant, keys, page)
	if err != nil {
		return nil, 0, fail(ctx, "list "+r.kind, err)
	}
	list, err := r.many(ctx, tenant, ids)
	return list, total, err
}

// GetMany implements [okr.Records].
func (r records[K, T]) GetMany(ctx context.Context, tenant okr.TenantID, ids []K) ([]T, error) {
	plain := make([]string, len(ids))
	for i, id := range ids {
		plain[i] = string(id)
	}
	return r.many(ctx, tenant, plain)
}

// many reads records by id, a chunk a command.
func (r records[K, T]) many(ctx context.Context, tenant okr.TenantID, ids []string) (list []T, err error) {
	list = make([]T, 0, len(ids))
	for chunk := range slices.Chunk(ids, listChunk) {
		if list, err = r.appendRecords(ctx, list, tenant, chunk); err != nil {
			return nil, fail(ctx, "list "+r.kind, err)
		}
	}
	return list, nil
}

// ids reads a page of what stands in all lists and how many there are, at the
// same moment. Several lists are intersected under a key of their own, which is
// gone with the transaction.
func (r records[K, T]) ids(ctx context.Context, tenant okr.TenantID, keys []string, page okr.Page) ([]string, int, error) {
	start, stop := int64(max(0, page.Offset)), int64(-1)
	if page.Limit > 0 {
		stop = start + int64(page.Limit) - 1
	}
	key := indexKey(tenant, r.kind, "")
	if len(keys) == 1 {
		key = keys[0]
	}
	var ids *redis.StringSliceCmd
	var total *redis.IntCmd
	_, err := r.s.client.TxPipelined(ctx, func(p redis.Pipeliner) error {
		if len(keys) > 1 {
			key = foundKey(tenant, r.kind, newToken())
			p.ZInterStore(ctx, key, &redis.ZStore{Keys: keys, Aggregate: "MAX"}) // all have the creation number
		}
		ids, total = p.ZRange(ctx, key, start, stop), p.ZCard(ctx, key)
		if len(keys) > 1 {
			p.Unlink(ctx, key)
		}
		return nil
	})
	if err != nil {
		return nil, 0, err
	}
	return ids.Val(), int(total.Val()), nil
}

// appendRecords reads records by id. One that was deleted since its id was read
// is left out.
func (r records[K, T]) appendRecords(ctx context.Context, list []T, tenant okr.TenantID, ids []string) ([]T, error) {
	keys := make([]string, len(ids))
	for i, id := range ids {
		keys[i] = recordKey(tenant, r.kind, id)
	}
	values, err := r.s.client.MGet(ctx, keys...).Result()
	if err != nil {
		return nil, err
	}
	for i, raw := range values {
		text, ok := raw.(string)
		if !ok {
			continue
		}
		var record T
		if _, err := decode([]byte(text), &record); err != nil {
			return nil, fmt.Errorf("%s %s: %w", r.kind, ids[i], err)
		}
		list = append(list, record)
	}
	return list, nil
}
