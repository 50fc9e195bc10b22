package redisstore

import (
	"cmp"
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"okrbot/okr"
)

const (
	maxAttempts = 60                     // of one transaction; 60 writers of one record come through
	firstPause  = 2 * time.Millisecond   // the longest wait after the first attempt
	longPause   = 100 * time.Millisecond // the longest wait of all
)

// transact runs fn while it watches keys, again when somebody else wrote one of
// them before fn's MULTI came through, and then waits for a replica where there is
// one. Conflict: others were faster each time.
func (s *Store) transact(ctx context.Context, op string, fn func(tx *redis.Tx) error, keys ...string) error {
	for attempt := range maxAttempts {
		err := s.watch(ctx, func(tx *redis.Tx) error {
			if err := fn(tx); err != nil {
				return err
			}
			return s.await(ctx, tx, keys[0])
		}, keys...)
		if !errors.Is(err, redis.TxFailedErr) {
			return fail(ctx, op, err)
		}
		if err := pause(ctx, firstPause*time.Duration(attempt+1)); err != nil {
			return fail(ctx, op, err)
		}
	}
	return okr.Errorf(okr.Conflict, "Too many others are changing this at the same moment. Try again.")
}

// pause waits for a random part of limit, which keeps competing writers apart.
func pause(ctx context.Context, limit time.Duration) error {
	timer := time.NewTimer(rand.N(min(limit, longPause))) //nolint:gosec // a wait needs no secrecy
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// Record implements [okr.Measurements]. It costs five commands for any number of goals,
// three for each measurement that is added, and one for each snapshot.
func (s *Store) Record(ctx context.Context, tenant okr.TenantID, ids []okr.GoalID, change func(now []okr.Goal) (okr.Recorded, error)) error {
	st := &step{s: s, tenant: tenant, packed: map[*okr.Snapshot][]byte{}}
	if len(ids) == 0 {
		return st.withoutGoals(ctx, change)
	}
	var refused error
	err := s.transact(ctx, "record", func(tx *redis.Tx) error {
		goals, err := goalsIn(s).readMany(ctx, tx, tenant, ids)
		if err != nil {
			return err
		}
		now := make([]okr.Goal, len(goals))
		for i, g := range goals {
			now[i] = g.now
		}
		r, err := change(now)
		if refused = err; err != nil || r.Empty() {
			return nil //nolint:nilerr // the caller gets it as it is, past the transaction
		}
		if err := st.prepare(r, goals); err != nil {
			return err
		}
		_, err = tx.TxPipelined(ctx, func(p redis.Pipeliner) error { st.queue(ctx, p); return nil })
		return err
	}, recordKeys(tenant, ids)...)
	if err != nil || refused != nil {
		return cmp.Or(refused, err)
	}
	thinMany(ctx, s, tenant, st.grown())
	return nil
}

func recordKeys(tenant okr.TenantID, ids []okr.GoalID) []string {
	keys := make([]string, len(ids))
	for i, id := range ids {
		keys[i] = recordKey(tenant, goalKind, string(id))
	}
	return keys
}

// step is what one transaction of [Store.Record] writes.
type step struct {
	s        *Store
	tenant   okr.TenantID
	packed   map[*okr.Snapshot][]byte // so that trying again packs nothing twice
	recorded okr.Recorded
	raw      []any // keys of goals and what they are to hold
	courses  []any // ids of goals and their courses, where these changed
	places   []func(context.Context, redis.Pipeliner)
	history  [][]byte
	sizes    []*redis.IntCmd // of the histories
}

func (st *step) withoutGoals(ctx context.Context, change func([]okr.Goal) (okr.Recorded, error)) error {
	r, err := change(nil)
	if err != nil || r.Empty() {
		return err
	}
	if err := st.prepare(r, nil); err != nil {
		return err
	}
	_, err = st.s.client.TxPipelined(ctx, func(p redis.Pipeliner) error { st.queue(ctx, p); return nil })
	if err != nil {
		return fail(ctx, "record", err)
	}
	thinMany(ctx, st.s, st.tenant, st.grown())
	return nil
}

// prepare makes the stored forms.
func (st *step) prepare(r okr.Recorded, read []readRecord[okr.Goal]) error {
	st.recorded, st.raw, st.courses, st.places, st.history = r, nil, nil, nil, nil
	for _, g := range r.Goals {
		i := slices.IndexFunc(read, func(was readRecord[okr.Goal]) bool { return was.id == g.Key() && was.stands.name == g.Unique() })
		if i < 0 {
			return okr.Errorf(okr.Internal, "goal %s would become another", g.ID)
		}
		raw, err := encodeOver(read[i].stored, g)
		if err != nil {
			return err
		}
		st.raw = append(st.raw, recordKey(st.tenant, goalKind, g.Key()), raw)
		st.courses = changedCourse(st.courses, read[i].stored, g, read[i].stands)
		st.places = append(st.places, func(ctx context.Context, p redis.Pipeliner) {
			goalsIn(st.s).writePlaces(ctx, p, st.tenant, read[i].stored, g, read[i].stands)
		})
	}
	for _, e := range r.History {
		raw, err := encode(0, e.Measurement)
		if err != nil {
			return err
		}
		st.history = append(st.history, raw)
	}
	for _, h := range r.Snapshots {
		if err := st.pack(h.Snapshot); err != nil {
			return err
		}
	}
	return nil
}

func (st *step) pack(snapshot *okr.Snapshot) (err error) {
	if st.packed[snapshot] == nil {
		st.packed[snapshot], err = st.s.packers.snapshot(snapshot)
	}
	return err
}

// queue queues all writes.
func (st *step) queue(ctx context.Context, p redis.Pipeliner) {
	if len(st.raw) > 0 {
		p.MSet(ctx, st.raw...)
	}
	for _, write := range st.places {
		write(ctx, p)
	}
	keepCourses(ctx, p, st.tenant, st.courses...)
	st.sizes = make([]*redis.IntCmd, len(st.history))
	for i, e := range st.recorded.History {
		key, at := historyKey(st.tenant, e.Goal), e.Measurement.At.UnixMilli()
		ms := strconv.FormatInt(at, 10)
		p.ZRemRangeByScore(ctx, key, ms, ms)
		p.ZAdd(ctx, key, redis.Z{Score: float64(at), Member: st.history[i]})
		st.sizes[i] = p.ZCard(ctx, key)
	}
	for _, h := range st.recorded.Snapshots {
		p.Set(ctx, snapshotKey(st.tenant, h.Access, h.Query), st.packed[h.Snapshot], snapshotTTL)
	}
}

// grown are the measurements at which it is to be looked whether there are too many of
// their goal: each so manieth.
func (st *step) grown() []okr.HistoryEntry {
	var out []okr.HistoryEntry
	for i, e := range st.recorded.History {
		if st.sizes[i].Val() > minNamed && st.sizes[i].Val()%thinLook == 0 {
			out = append(out, e)
		}
	}
	return out
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
		keepCourses(ctx, p, w.tenant, was.id, "")
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
	keepCourses(ctx, p, w.tenant, w.courses...)
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

// watch is a transaction of a turn, whatever it goes by: a Cluster runs it on a node, past the
// hooks of its client. What the turn has read is asked anew in it and after it, whoever reads
// beside it: what was read before its WATCH might be written over.
func (s *Store) watch(ctx context.Context, do func(*redis.Tx) error, keys ...string) error {
	f, isTurn := ctx.Value(foreseenKey{}).(*foreseen)
	if !isTurn {
		return s.client.Watch(ctx, do, keys...)
	}
	f.forget(1)
	defer f.forget(-1)
	return s.client.Watch(ctx, do, keys...)
}
