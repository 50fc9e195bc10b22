package redisstore

import (
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
	return records[okr.ImportID, okr.Import]{s: f.s, kind: "import", noun: "import", taken: "Another import is running. Try again when it's done."}
}

// PutPiece keeps a piece of a file, sealed, for ttl.
func (f Shelf) PutPiece(ctx context.Context, tenant okr.TenantID, ref string, n int, data []byte, ttl time.Duration) error {
	return f.s.Memory().putSealed(ctx, "put piece of import", importPieceKey(tenant, ref, strconv.Itoa(n)), data, ttl)
}

// Piece gives a piece of a file. NotFound: it was dropped, or its time is over.
func (f Shelf) Piece(ctx context.Context, tenant okr.TenantID, ref string, n int) ([]byte, error) {
	key := importPieceKey(tenant, ref, strconv.Itoa(n))
	sealed, err := f.s.client.Get(ctx, key).Result()
	return f.s.Memory().openSealed(ctx, "read piece of import", key, sealed, err, "This file has expired. Send it again.")
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
