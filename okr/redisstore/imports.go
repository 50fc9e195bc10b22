package redisstore

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"okrbot/okr"
)

// cursorTTL is for how long it is kept how far an import has come that nobody goes on with.
const cursorTTL = 30 * 24 * time.Hour

// Shelf is the part of a [Store] that belongs to imports.
type Shelf struct{ s *Store }

// NewShelf is what a store keeps of imports.
func NewShelf(s *Store) Shelf { return Shelf{s} }

// Imports keeps the imports.
func (f Shelf) Imports() okr.Records[okr.ImportID, okr.Import] {
	return records[okr.ImportID, okr.Import]{s: f.s, kind: "import", noun: "import", taken: "This name is in use."}
}

// PutPiece keeps a piece of a file, sealed, for ttl.
func (f Shelf) PutPiece(ctx context.Context, tenant okr.TenantID, ref string, n int, data []byte, ttl time.Duration) error {
	return f.s.Memory().putSealed(ctx, "put piece of import", importPieceKey(tenant, ref, strconv.Itoa(n)), data, ttl)
}

// Piece gives a piece of a file. NotFound: it was dropped, or its time is over.
func (f Shelf) Piece(ctx context.Context, tenant okr.TenantID, ref string, n int) ([]byte, error) {
	key := importPieceKey(tenant, ref, strconv.Itoa(n))
	sealed, err := f.s.client.Get(ctx, key).Result()
	return f.s.Memory().openSealed(ctx, "read piece of import", key, sealed, err, "This file is not kept any more. Send it again.")
}

// DropPieces forgets the first n pieces of a file.
func (f Shelf) DropPieces(ctx context.Context, tenant okr.TenantID, ref string, n int) error {
	var keys []string
	for i := range n {
		keys = append(keys, importPieceKey(tenant, ref, strconv.Itoa(i)))
	}
	if len(keys) == 0 {
		return nil
	}
	return fail(ctx, "drop pieces of import", f.s.client.Unlink(ctx, keys...).Err())
}

// RememberPeople keeps who people of files are here.
func (f Shelf) RememberPeople(ctx context.Context, tenant okr.TenantID, people map[string]okr.Person) error {
	var fields []any
	for key, p := range people {
		raw, err := encode(0, p)
		if err != nil {
			return err
		}
		fields = append(fields, key, raw)
	}
	if len(fields) == 0 {
		return nil
	}
	return fail(ctx, "remember people", f.s.client.HSet(ctx, importPeopleKey(tenant), fields...).Err())
}

// RememberedPeople gives those of some keys that are remembered.
func (f Shelf) RememberedPeople(ctx context.Context, tenant okr.TenantID, keys []string) (map[string]okr.Person, error) {
	return readFields[okr.Person](ctx, f.s, importPeopleKey(tenant), keys)
}

// readFields reads values of a hash; those that are not there are left out.
func readFields[T any](ctx context.Context, s *Store, key string, fields []string) (map[string]T, error) {
	out := map[string]T{}
	for chunk := range slices.Chunk(fields, 1000) {
		values, err := s.client.HMGet(ctx, key, chunk...).Result()
		if err != nil {
			return nil, fail(ctx, "read fields", err)
		}
		for i, raw := range values {
			text, isThere := raw.(string)
			if !isThere {
				continue
			}
			var v T
			if err := decodeData([]byte(text), &v); err != nil {
				return nil, err
			}
			out[chunk[i]] = v
		}
	}
	return out, nil
}

// Numbers reserves n numbers of a prefix in a row and gives the first.
func (f Shelf) Numbers(ctx context.Context, tenant okr.TenantID, prefix string, n int) (int64, error) {
	last, err := f.s.client.IncrBy(ctx, numberKey(tenant, prefix), int64(n)).Result()
	return last - int64(n) + 1, fail(ctx, "reserve numbers", err)
}

// Imported gives what became of items of some ids; those that never came are left out.
func (f Shelf) Imported(ctx context.Context, tenant okr.TenantID, sources []string) (map[string]okr.ImportedGoal, error) {
	return readFields[okr.ImportedGoal](ctx, f.s, importedKey(tenant), sources)
}

// EachImported visits what became of all items, in no order.
func (f Shelf) EachImported(ctx context.Context, tenant okr.TenantID, visit func(source string, g okr.ImportedGoal)) error {
	seen := map[string]bool{} // a scan may give one twice
	for cursor := uint64(0); ; {
		found, next, err := f.s.client.HScan(ctx, importedKey(tenant), cursor, "", 1000).Result()
		if err != nil {
			return fail(ctx, "read imported goals", err)
		}
		for pair := range slices.Chunk(found, 2) {
			if seen[pair[0]] {
				continue
			}
			seen[pair[0]] = true
			var g okr.ImportedGoal
			if err := decodeData([]byte(pair[1]), &g); err != nil {
				return err
			}
			visit(pair[0], g)
		}
		if cursor = next; cursor == 0 {
			return nil
		}
	}
}

// Cursor says how far the writing of an import has come; empty: nothing is written.
func (f Shelf) Cursor(ctx context.Context, tenant okr.TenantID, id okr.ImportID) (okr.ImportCursor, error) {
	at, err := readCursor(ctx, f.s.client, tenant, id)
	return at, fail(ctx, "read cursor of import", err)
}

func readCursor(ctx context.Context, c redis.Cmdable, tenant okr.TenantID, id okr.ImportID) (at okr.ImportCursor, err error) {
	raw, err := c.Get(ctx, importCursorKey(tenant, id)).Bytes()
	if missing(err) {
		return at, nil
	} else if err != nil {
		return at, err
	}
	return at, decodeData(raw, &at)
}

// DropCursor forgets how far an import has come.
func (f Shelf) DropCursor(ctx context.Context, tenant okr.TenantID, id okr.ImportID) error {
	return fail(ctx, "drop cursor of import", f.s.client.Del(ctx, importCursorKey(tenant, id)).Err())
}

// Added gives some of the check-ins that an import brought to goals of imports before, by
// id and goal; none: there are none left.
func (f Shelf) Added(ctx context.Context, tenant okr.TenantID, id okr.ImportID) ([]okr.CheckIn, error) {
	found, _, err := f.s.client.HScan(ctx, importAddedKey(tenant, id), 0, "", 500).Result()
	var out []okr.CheckIn
	for pair := range slices.Chunk(found, 2) {
		out = append(out, okr.CheckIn{ID: okr.CheckInID(pair[0]), Goal: okr.GoalID(pair[1])})
	}
	return out, fail(ctx, "read added check-ins", err)
}

// CheckInsThere gives those of some check-ins that are there.
func (f Shelf) CheckInsThere(ctx context.Context, tenant okr.TenantID, ids []okr.CheckInID) (map[okr.CheckInID]bool, error) {
	found := make([]*redis.IntCmd, len(ids))
	_, err := f.s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, id := range ids {
			found[i] = p.Exists(ctx, recordKey(tenant, checkInKind, string(id)))
		}
		return nil
	})
	out := map[okr.CheckInID]bool{}
	for i, id := range ids {
		if err == nil && found[i].Val() > 0 {
			out[id] = true
		}
	}
	return out, fail(ctx, "look for check-ins", err)
}

// Beneath gives the ids of what stands below some goals and of what was said of them.
func (f Shelf) Beneath(ctx context.Context, tenant okr.TenantID, ids []okr.GoalID) (map[okr.GoalID]okr.Beneath, error) {
	goals, said := make([]*redis.StringSliceCmd, len(ids)), make([]*redis.StringSliceCmd, len(ids))
	_, err := f.s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, id := range ids {
			goals[i] = p.ZRange(ctx, indexKey(tenant, goalKind, okr.ChildIndex(id)), 0, -1)
			said[i] = p.ZRange(ctx, indexKey(tenant, checkInKind, okr.CheckInIndex(id)), 0, -1)
		}
		return nil
	})
	if err != nil {
		return nil, fail(ctx, "look beneath goals", err)
	}
	out := map[okr.GoalID]okr.Beneath{}
	for i, id := range ids {
		var b okr.Beneath
		for _, child := range goals[i].Val() {
			b.Goals = append(b.Goals, okr.GoalID(child))
		}
		for _, c := range said[i].Val() {
			b.CheckIns = append(b.CheckIns, okr.CheckInID(c))
		}
		out[id] = b
	}
	return out, nil
}

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
	// courses are those of goals, see [changedCourse].
	courses []any
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
	w.courses = changedCourse(w.courses, was.stored, g, was.stands)
	w.more = append(w.more, func(ctx context.Context, p redis.Pipeliner) {
		goalsIn(w.s).writePlaces(ctx, p, w.tenant, was.stored, g, was.stands)
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
		p.HDel(ctx, coursesKey(w.tenant), was.id)
		if was.stands.name != "" {
			p.HDel(ctx, namesKey(w.tenant, goalKind), was.stands.name)
		}
		for _, index := range append(was.stands.indexes, "") {
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
	keepCourses(ctx, p, w.tenant, w.courses)
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
