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
	ids, total, err := r.ids(ctx, indexKey(tenant, r.kind, index), page)
	if err != nil {
		return nil, 0, fail(ctx, "list "+r.kind, err)
	}
	list := make([]T, 0, len(ids))
	for chunk := range slices.Chunk(ids, listChunk) {
		if list, err = r.appendRecords(ctx, list, tenant, chunk); err != nil {
			return nil, 0, fail(ctx, "list "+r.kind, err)
		}
	}
	return list, total, nil
}

// ids reads a page of an index and its length at the same moment.
func (r records[K, T]) ids(ctx context.Context, key string, page okr.Page) ([]string, int, error) {
	start, stop := int64(max(0, page.Offset)), int64(-1)
	if page.Limit > 0 {
		stop = start + int64(page.Limit) - 1
	}
	var ids *redis.StringSliceCmd
	var total *redis.IntCmd
	_, err := r.s.client.TxPipelined(ctx, func(p redis.Pipeliner) error {
		ids, total = p.ZRange(ctx, key, start, stop), p.ZCard(ctx, key)
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
