package okrtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"okrbot/okr"
)

// table keeps the records of one type as JSON, as a real store does: what was
// read shares nothing with what is kept.
type table[K ~string, T okr.Record] struct {
	mu     sync.Mutex
	rows   []row         // in the order of creation
	at     map[named]int // where a record stands in rows
	listed map[named]int // how many records stand in a list: most lists of large tenants are asked for in vain
	down   *atomic.Bool
}

// named is what a tenant calls so: a record by its id, or a list.
type named struct {
	tenant okr.TenantID
	name   string
}

type row struct {
	tenant  okr.TenantID
	id      string
	unique  string
	indexes []string
	raw     []byte
	version int
}

func (t *table[K, T]) ready(ctx context.Context) error {
	if t.down.Load() {
		return okr.Errorf(okr.Unavailable, "I can't reach my store at the moment.")
	}
	return ctx.Err()
}

func (t *table[K, T]) find(tenant okr.TenantID, id string) int {
	if i, ok := t.at[named{tenant, id}]; ok {
		return i
	}
	return -1
}

// put keeps a record at a place: that of the one before, or the end.
func (t *table[K, T]) put(i int, r row) {
	if t.at == nil {
		t.at, t.listed = map[named]int{}, map[named]int{}
	}
	if i == len(t.rows) {
		t.rows = append(t.rows, row{})
	}
	t.count(t.rows[i], -1)
	t.count(r, 1)
	t.rows[i], t.at[named{r.tenant, r.id}] = r, i
}

func (t *table[K, T]) remove(i int) {
	t.count(t.rows[i], -1)
	delete(t.at, named{t.rows[i].tenant, t.rows[i].id})
	t.rows = slices.Delete(t.rows, i, i+1)
	for ; i < len(t.rows); i++ {
		t.at[named{t.rows[i].tenant, t.rows[i].id}] = i
	}
}

func (t *table[K, T]) count(r row, n int) {
	for _, index := range r.indexes {
		t.listed[named{r.tenant, index}] += n
	}
}

// isEmpty says whether no record of a tenant stands in a list; "" is the list of all.
func (t *table[K, T]) isEmpty(tenant okr.TenantID, index string) bool {
	return index != "" && t.listed[named{tenant, index}] == 0
}

// taken says whether another record of the tenant has the unique name.
func (t *table[K, T]) taken(r row) bool {
	return r.unique != "" && slices.ContainsFunc(t.rows, func(o row) bool {
		return o.tenant == r.tenant && o.unique == r.unique && o.id != r.id
	})
}

func rowOf(tenant okr.TenantID, record okr.Record) (row, error) {
	raw, err := json.Marshal(record)
	return row{tenant: tenant, id: record.Key(), unique: record.Unique(), indexes: record.Indexes(), raw: raw}, err
}

// Create implements [okr.Records].
func (t *table[K, T]) Create(ctx context.Context, tenant okr.TenantID, record T) error {
	r, err := rowOf(tenant, record)
	if err := errors.Join(err, t.ready(ctx)); err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.find(tenant, r.id) >= 0 || t.taken(r) {
		return okr.Errorf(okr.Conflict, "There is one already.")
	}
	t.put(len(t.rows), r)
	return nil
}

// Get implements [okr.Records].
func (t *table[K, T]) Get(ctx context.Context, tenant okr.TenantID, id K) (record T, err error) {
	record, _, err = t.read(ctx, tenant, id)
	return record, err
}

func (t *table[K, T]) read(ctx context.Context, tenant okr.TenantID, id K) (record T, version int, err error) {
	if err := t.ready(ctx); err != nil {
		return record, 0, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	i := t.find(tenant, string(id))
	if i < 0 {
		return record, 0, okr.Errorf(okr.NotFound, "There is no %s.", id)
	}
	return record, t.rows[i].version, json.Unmarshal(t.rows[i].raw, &record)
}

// Update implements [okr.Records].
func (t *table[K, T]) Update(ctx context.Context, tenant okr.TenantID, id K, change func(*T) error) (T, error) {
	for {
		record, version, err := t.read(ctx, tenant, id)
		if err != nil {
			return record, err
		}
		if err := change(&record); err != nil {
			return record, err
		}
		done, err := t.replace(tenant, id, record, version)
		if err != nil || done {
			return record, err
		}
	}
}

func (t *table[K, T]) replace(tenant okr.TenantID, id K, record T, version int) (bool, error) {
	r, err := rowOf(tenant, record)
	if err != nil || r.id != string(id) {
		return false, fmt.Errorf("record %s: it keeps its id: %w", id, errors.Join(err, errors.ErrUnsupported))
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	i := t.find(tenant, r.id)
	if i < 0 || t.rows[i].version != version {
		return false, nil // somebody else was faster: again
	}
	if t.taken(r) {
		return false, okr.Errorf(okr.Conflict, "The name is in use.")
	}
	r.version = version + 1
	t.put(i, r)
	return true, nil
}

// Delete implements [okr.Records].
func (t *table[K, T]) Delete(ctx context.Context, tenant okr.TenantID, id K) (record T, err error) {
	if record, err = t.Get(ctx, tenant, id); err != nil {
		return record, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if i := t.find(tenant, string(id)); i >= 0 {
		t.remove(i)
	}
	return record, nil
}

// GetMany implements [okr.Records].
func (t *table[K, T]) GetMany(ctx context.Context, tenant okr.TenantID, ids []K) ([]T, error) {
	list := []T{}
	for _, id := range ids {
		record, err := t.Get(ctx, tenant, id)
		if err == nil {
			list = append(list, record)
		} else if okr.KindOf(err) != okr.NotFound {
			return nil, err
		}
	}
	return list, nil
}

// List implements [okr.Records].
func (t *table[K, T]) List(ctx context.Context, tenant okr.TenantID, index string, page okr.Page) ([]T, int, error) {
	return t.Find(ctx, tenant, []string{index}, page)
}

// Find implements [okr.Records].
func (t *table[K, T]) Find(ctx context.Context, tenant okr.TenantID, indexes []string, page okr.Page) ([]T, int, error) {
	if err := t.ready(ctx); err != nil {
		return nil, 0, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	var list []T
	if slices.ContainsFunc(indexes, func(index string) bool { return t.isEmpty(tenant, index) }) {
		return nil, 0, nil
	}
	for _, r := range t.rows {
		if r.tenant != tenant || slices.ContainsFunc(indexes, func(index string) bool { return index != "" && !slices.Contains(r.indexes, index) }) {
			continue
		}
		var record T
		if err := json.Unmarshal(r.raw, &record); err != nil {
			return nil, 0, fmt.Errorf("record %s: %w", r.id, err)
		}
		list = append(list, record)
	}
	total := len(list)
	list = list[min(page.Offset, total):]
	if page.Limit > 0 {
		list = list[:min(page.Limit, len(list))]
	}
	return list, total, nil
}

// Lists implements [okr.Records].
func (t *table[K, T]) Lists(ctx context.Context, tenant okr.TenantID, indexes []string) ([][]T, error) {
	lists := make([][]T, len(indexes))
	for i, index := range indexes {
		var err error
		if lists[i], _, err = t.List(ctx, tenant, index, okr.Page{}); err != nil {
			return nil, err
		}
	}
	return lists, nil
}

// step reads records and changes some of them, all in one step; others may do so
// meanwhile.
func (t *table[K, T]) step(ctx context.Context, tenant okr.TenantID, ids []K, change func([]T) ([]T, error)) error {
	for {
		var now []T
		versions := map[string]int{}
		for _, id := range ids {
			record, version, err := t.read(ctx, tenant, id)
			if okr.KindOf(err) == okr.NotFound {
				continue
			} else if err != nil {
				return err
			}
			now, versions[string(id)] = append(now, record), version
		}
		changed, err := change(now)
		if err != nil {
			return err
		}
		if done, err := t.replaceAll(tenant, changed, versions); err != nil || done {
			return err
		}
	}
}

func (t *table[K, T]) replaceAll(tenant okr.TenantID, records []T, versions map[string]int) (bool, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	rows := map[int]row{}
	for _, record := range records {
		r, err := rowOf(tenant, record)
		if err != nil {
			return false, err
		}
		i := t.find(tenant, r.id)
		if i < 0 || t.rows[i].version != versions[r.id] {
			return false, nil
		}
		r.version = versions[r.id] + 1
		rows[i] = r
	}
	for i, r := range rows {
		t.put(i, r)
	}
	return true, nil
}
