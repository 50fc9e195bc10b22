package redisstore

import (
	"cmp"
	"context"
	"slices"

	"github.com/redis/go-redis/v9"

	"okrbot/okr"
)

// WriteImport reads how far an import has come and some goals, and keeps what write makes
// of it in one transaction. Places in lists go together: a command for each list.
func (f Shelf) WriteImport(ctx context.Context, tenant okr.TenantID, id okr.ImportID, ids []okr.GoalID, write func(at okr.ImportCursor, now []okr.Goal) (okr.ImportBatch, error)) error {
	var refused error
	watched := append([]string{importCursorKey(tenant, id)}, recordKeys(tenant, ids)...)
	err := f.s.transact(ctx, "write import", func(tx *redis.Tx) error {
		at, err := readCursor(ctx, tx, tenant, id)
		if err != nil {
			return err
		}
		var goals []readRecord[okr.Goal]
		if len(ids) > 0 {
			if goals, err = goalsIn(f.s).readMany(ctx, tx, tenant, ids); err != nil {
				return err
			}
		}
		now := make([]okr.Goal, len(goals))
		for i, g := range goals {
			now[i] = g.now
		}
		b, err := write(at, now)
		if refused = err; err != nil {
			return nil //nolint:nilerr // the caller gets it as it is, past the transaction
		}
		w := importWriter{s: f.s, tenant: tenant, id: id, places: map[string][]redis.Z{}}
		if err := w.prepare(ctx, b, goals); err != nil {
			return err
		}
		_, err = tx.TxPipelined(ctx, func(p redis.Pipeliner) error { w.queue(ctx, p); return nil })
		return err
	}, watched...)
	return cmp.Or(refused, err)
}

// importWriter is what one transaction of an import writes.
type importWriter struct {
	s      *Store
	tenant okr.TenantID
	id     okr.ImportID
	cursor []byte
	raw    []any                // keys of records and what they are to hold
	places map[string][]redis.Z // by list
	more   []func(context.Context, redis.Pipeliner)
	fields []any // of imported goals
	forget []string
	added  []any
	gone   []string // keys
}

// prepare makes the stored forms.
func (w *importWriter) prepare(ctx context.Context, b okr.ImportBatch, read []readRecord[okr.Goal]) (err error) {
	if w.cursor, err = encode(0, b.Cursor); err != nil {
		return err
	}
	if err := placeNew(ctx, w, goalKind, b.Made); err != nil {
		return err
	}
	if err := placeNew(ctx, w, checkInKind, b.CheckIns); err != nil {
		return err
	}
	w.say(b)
	for source, g := range b.Imported {
		if g == nil {
			w.forget = append(w.forget, source)
			continue
		}
		raw, err := encode(0, g)
		if err != nil {
			return err
		}
		w.fields = append(w.fields, source, raw)
	}
	for _, g := range b.Changed {
		if err := w.change(g, read); err != nil {
			return err
		}
	}
	for _, g := range b.Gone {
		if err := w.remove(g, read); err != nil {
			return err
		}
	}
	return nil
}

// say prepares what is remembered of check-ins that come to goals of before, and that such
// go.
func (w *importWriter) say(b okr.ImportBatch) {
	for _, c := range b.CheckIns {
		if slices.Contains(b.Added, c.ID) {
			w.added = append(w.added, string(c.ID), string(c.Goal))
		}
	}
	for _, c := range b.Unsaid {
		w.gone = append(w.gone, recordKey(w.tenant, checkInKind, string(c.ID)))
		w.more = append(w.more, func(ctx context.Context, p redis.Pipeliner) {
			p.ZRem(ctx, indexKey(w.tenant, checkInKind, ""), string(c.ID))
			p.ZRem(ctx, indexKey(w.tenant, checkInKind, okr.CheckInIndex(c.Goal)), string(c.ID))
			p.HDel(ctx, importAddedKey(w.tenant, w.id), string(c.ID))
		})
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

func (w *importWriter) change(g okr.Goal, read []readRecord[okr.Goal]) error {
	was, err := readOf(g.ID, read)
	if err != nil {
		return err
	}
	raw, err := encodeOver(was.stored, g)
	if err != nil {
		return err
	}
	w.raw = append(w.raw, recordKey(w.tenant, goalKind, g.Key()), raw)
	w.more = append(w.more, func(ctx context.Context, p redis.Pipeliner) {
		goalsIn(w.s).writePlaces(ctx, p, w.tenant, was.stored, g, was.indexes, was.name)
	})
	return nil
}

// remove prepares that a goal goes, with everything that is kept of it.
func (w *importWriter) remove(g okr.GoneGoal, read []readRecord[okr.Goal]) error {
	was, err := readOf(g.Goal, read)
	if err != nil {
		return err
	}
	said := indexKey(w.tenant, checkInKind, okr.CheckInIndex(g.Goal))
	w.gone = append(w.gone, recordKey(w.tenant, goalKind, was.id), historyKey(w.tenant, g.Goal), said)
	members := make([]any, len(g.CheckIns))
	for i, c := range g.CheckIns {
		w.gone = append(w.gone, recordKey(w.tenant, checkInKind, string(c)))
		members[i] = string(c)
	}
	w.more = append(w.more, func(ctx context.Context, p redis.Pipeliner) {
		p.HDel(ctx, thinnedKey(w.tenant), was.id)
		if was.name != "" {
			p.HDel(ctx, namesKey(w.tenant, goalKind), was.name)
		}
		for _, index := range append(was.indexes, "") {
			p.ZRem(ctx, indexKey(w.tenant, goalKind, index), was.id)
		}
		if len(members) > 0 {
			p.ZRem(ctx, indexKey(w.tenant, checkInKind, ""), members...)
		}
	})
	return nil
}

// queue queues all writes.
func (w *importWriter) queue(ctx context.Context, p redis.Pipeliner) {
	p.Set(ctx, importCursorKey(w.tenant, w.id), w.cursor, cursorTTL)
	if len(w.raw) > 0 {
		p.MSet(ctx, w.raw...)
	}
	for key, members := range w.places {
		p.ZAdd(ctx, key, members...)
	}
	for _, write := range w.more {
		write(ctx, p)
	}
	if len(w.fields) > 0 {
		p.HSet(ctx, importedKey(w.tenant), w.fields...)
	}
	if len(w.added) > 0 {
		p.HSet(ctx, importAddedKey(w.tenant, w.id), w.added...)
	}
	if len(w.forget) > 0 {
		p.HDel(ctx, importedKey(w.tenant), w.forget...)
	}
	if len(w.gone) > 0 {
		p.Unlink(ctx, w.gone...)
	}
}
