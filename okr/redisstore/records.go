package redisstore

import (
	"context"
	"fmt"
	"slices"

	"github.com/redis/go-redis/v9"

	"okrbot/okr"
)

// records keeps the records of one type: each under its own key, its id in a
// sorted set for each list that it stands in, its unique name in a hash.
type records[K ~string, T okr.Record] struct {
	s     *Store
	kind  string // in keys
	noun  string // for people
	taken string // what to say when the unique name is in use
}

// Create implements [okr.Records].
func (r records[K, T]) Create(ctx context.Context, tenant okr.TenantID, record T) error {
	n, err := r.s.client.Incr(ctx, createdKey(tenant, r.kind)).Result()
	if err != nil {
		return fail(ctx, "create "+r.kind, err)
	}
	raw, err := encode(n, record)
	if err != nil {
		return err
	}
	key := recordKey(tenant, r.kind, record.Key())
	return r.s.transact(ctx, "create "+r.kind, func(tx *redis.Tx) error {
		if exists, err := tx.Exists(ctx, key).Result(); err != nil {
			return err
		} else if exists > 0 {
			return okr.Errorf(okr.Conflict, "There is a %s %s already.", r.noun, record.Key())
		}
		if err := r.claimName(ctx, tx, tenant, record); err != nil {
			return err
		}
		_, err := tx.TxPipelined(ctx, func(p redis.Pipeliner) error {
			p.Set(ctx, key, raw, 0)
			r.place(ctx, p, tenant, n, record, stands{})
			keepCourses(ctx, p, tenant, changedCourse(nil, value{}, record, stands{})...)
			return nil
		})
		return err
	}, key)
}

// Get implements [okr.Records].
func (r records[K, T]) Get(ctx context.Context, tenant okr.TenantID, id K) (T, error) {
	record, _, err := r.read(ctx, r.s.client, tenant, id)
	return record, fail(ctx, "read "+r.kind, err)
}

// Update implements [okr.Records].
func (r records[K, T]) Update(ctx context.Context, tenant okr.TenantID, id K, change func(*T) error) (T, error) {
	var written T
	var refused error
	err := r.s.transact(ctx, "update "+r.kind, func(tx *redis.Tx) error {
		before, stored, err := r.read(ctx, tx, tenant, id)
		if err != nil {
			return err
		}
		was := standsOf(before) // change may write into what before refers to
		after := before
		if refused = change(&after); refused != nil {
			return nil //nolint:nilerr // the caller gets it as it is, past the transaction
		}
		if after.Key() != string(id) {
			return okr.Errorf(okr.Internal, "%s %s would become %s", r.kind, id, after.Key())
		}
		written = after
		return r.replace(ctx, tx, tenant, stored, after, was)
	}, recordKey(tenant, r.kind, string(id)))
	var none T
	switch {
	case refused != nil:
		return none, refused
	case err != nil:
		return none, err
	}
	return written, nil
}

// stands is where a record stands beside its key.
type stands struct {
	indexes []string
	name    string
	course  string // of a goal
}

func standsOf[T okr.Record](record T) stands {
	s := stands{indexes: record.Indexes(), name: record.Unique()}
	if g, ok := any(record).(okr.Goal); ok {
		s.course = courseText(okr.CourseOf(g))
	}
	return s
}

// replace writes a record over one that stood elsewhere.
func (r records[K, T]) replace(ctx context.Context, tx *redis.Tx, tenant okr.TenantID, stored value, after T, was stands) error {
	raw, err := encodeOver(stored, after)
	if err != nil {
		return err
	}
	if after.Unique() != was.name {
		if err := r.claimName(ctx, tx, tenant, after); err != nil {
			return err
		}
	}
	_, err = tx.TxPipelined(ctx, func(p redis.Pipeliner) error {
		if was.name != "" && after.Unique() != was.name {
			p.HDel(ctx, namesKey(tenant, r.kind), was.name)
		}
		p.Set(ctx, recordKey(tenant, r.kind, after.Key()), raw, 0)
		r.writePlaces(ctx, p, tenant, stored, after, was)
		keepCourses(ctx, p, tenant, changedCourse(nil, stored, after, was)...)
		return nil
	})
	return err
}

// writePlaces queues what changes in lists and names for a record that stood elsewhere.
func (r records[K, T]) writePlaces(ctx context.Context, p redis.Pipeliner, tenant okr.TenantID, stored value, after T, was stands) {
	if stored.Indexed < indexVersion {
		r.place(ctx, p, tenant, stored.Created, after, stands{}) // the program that wrote it knew other lists
	} else {
		r.place(ctx, p, tenant, stored.Created, after, was)
	}
	now := after.Indexes()
	for _, index := range was.indexes {
		if !slices.Contains(now, index) {
			p.ZRem(ctx, indexKey(tenant, r.kind, index), after.Key())
		}
	}
}

// Delete implements [okr.Records].
func (r records[K, T]) Delete(ctx context.Context, tenant okr.TenantID, id K) (T, error) {
	var deleted T
	key := recordKey(tenant, r.kind, string(id))
	err := r.s.transact(ctx, "delete "+r.kind, func(tx *redis.Tx) error {
		record, _, err := r.read(ctx, tx, tenant, id)
		if err != nil {
			return err
		}
		deleted = record
		_, err = tx.TxPipelined(ctx, func(p redis.Pipeliner) error {
			p.Del(ctx, key)
			p.ZRem(ctx, indexKey(tenant, r.kind, ""), string(id))
			for _, index := range record.Indexes() {
				p.ZRem(ctx, indexKey(tenant, r.kind, index), string(id))
			}
			was := standsOf(record)
			if was.name != "" {
				p.HDel(ctx, namesKey(tenant, r.kind), was.name)
			}
			if was.course != "" {
				keepCourses(ctx, p, tenant, string(id), "")
			}
			return nil
		})
		return err
	}, key)
	if err != nil {
		var none T
		return none, err
	}
	return deleted, nil
}

// read gets a record and what is stored beside it. NotFound: there is none.
func (r records[K, T]) read(ctx context.Context, c redis.Cmdable, tenant okr.TenantID, id K) (T, value, error) {
	var record T
	raw, err := c.Get(ctx, recordKey(tenant, r.kind, string(id))).Bytes()
	if missing(err) {
		return record, value{}, okr.Errorf(okr.NotFound, "There is no %s %s.", r.noun, id)
	} else if err != nil {
		return record, value{}, err
	}
	stored, err := decode(raw, &record)
	return record, stored, err
}

// readRecord is a record as it was read, before anybody changed it.
type readRecord[T any] struct {
	now    T
	stored value
	id     string
	stands stands
}

// readMany reads records by id in one command; those that are not there are left out.
func (r records[K, T]) readMany(ctx context.Context, c redis.Cmdable, tenant okr.TenantID, ids []K) ([]readRecord[T], error) {
	keys := make([]string, len(ids))
	for i, id := range ids {
		keys[i] = recordKey(tenant, r.kind, string(id))
	}
	values, err := c.MGet(ctx, keys...).Result()
	if err != nil {
		return nil, err
	}
	var out []readRecord[T]
	for i, raw := range values {
		text, ok := raw.(string)
		if !ok {
			continue
		}
		read := readRecord[T]{id: string(ids[i])}
		if read.stored, err = decode([]byte(text), &read.now); err != nil {
			return nil, fmt.Errorf("%s %s: %w", r.kind, ids[i], err)
		}
		read.stands = standsOf(read.now)
		out = append(out, read)
	}
	return out, nil
}

// claimName watches the unique names and fails with Conflict when another record
// has the name of this one.
func (r records[K, T]) claimName(ctx context.Context, tx *redis.Tx, tenant okr.TenantID, record T) error {
	if record.Unique() == "" {
		return nil
	}
	names := namesKey(tenant, r.kind)
	if err := tx.Watch(ctx, names).Err(); err != nil {
		return err
	}
	holder, err := tx.HGet(ctx, names, record.Unique()).Result()
	if missing(err) || err == nil && holder == record.Key() {
		return nil
	} else if err != nil {
		return err
	}
	return okr.Errorf(okr.Conflict, "%s", r.taken)
}

// place queues a record's places in lists and its unique name, except where it stands
// already.
func (r records[K, T]) place(ctx context.Context, p redis.Pipeliner, tenant okr.TenantID, n int64, record T, there stands) {
	id, now := record.Key(), standsOf(record)
	place := redis.Z{Score: float64(n), Member: id}
	if there.indexes == nil {
		p.ZAdd(ctx, indexKey(tenant, r.kind, ""), place)
	}
	for _, index := range now.indexes {
		if !slices.Contains(there.indexes, index) {
			p.ZAdd(ctx, indexKey(tenant, r.kind, index), place)
		}
	}
	if now.name != "" && now.name != there.name {
		p.HSet(ctx, namesKey(tenant, r.kind), now.name, id)
	}
}

// placeNew prepares records that are new, in the order of their creation.
func placeNew[T okr.Record](ctx context.Context, w *importWriter, kind string, list []T) error {
	if len(list) == 0 {
		return nil
	}
	last, err := w.s.client.IncrBy(ctx, createdKey(w.tenant, kind), int64(len(list))).Result()
	if err != nil {
		return err
	}
	for i, record := range list {
		n := last - int64(len(list)) + int64(i) + 1
		raw, err := encode(n, record)
		if err != nil {
			return err
		}
		w.raw = append(w.raw, recordKey(w.tenant, kind, record.Key()), raw)
		w.courses = changedCourse(w.courses, value{}, record, stands{})
		for _, index := range append(record.Indexes(), "") {
			key := indexKey(w.tenant, kind, index)
			w.places[key] = append(w.places[key], redis.Z{Score: float64(n), Member: record.Key()})
		}
	}
	return nil
}

func readOf(id okr.GoalID, read []readRecord[okr.Goal]) (readRecord[okr.Goal], error) {
	i := slices.IndexFunc(read, func(was readRecord[okr.Goal]) bool { return was.id == string(id) })
	if i < 0 {
		return readRecord[okr.Goal]{}, okr.Errorf(okr.Internal, "goal %s was not read before it is written", id)
	}
	return read[i], nil
}
