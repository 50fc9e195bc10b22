package transfer

import (
	"context"
	"fmt"
	"slices"

	"okrbot/okr"
)

// writeGoals writes the goals, parents first.
func (w *writer) writeGoals(ctx context.Context) error {
	nodes := w.d.coming()
	for w.at.At < len(nodes) {
		chunk := nodes[w.at.At:min(len(nodes), w.at.At+min(batch, w.Slice))]
		if err := w.writeBatch(ctx, chunk); err != nil {
			return err
		}
		if err := w.spend(len(chunk)); err != nil {
			return err
		}
	}
	return nil
}

// known is what the store has of a batch of nodes.
type known struct {
	imported map[string]okr.ImportedGoal // of the nodes and of what is above them
	goals    map[okr.GoalID]okr.Goal
	fresh    map[string]okr.GoalID // ids for those that are new
}

func (w *writer) writeBatch(ctx context.Context, chunk []*node) error {
	k, err := w.lookUp(ctx, chunk)
	if err != nil {
		return err
	}
	if k.fresh, err = w.reserve(ctx, chunk, k); err != nil {
		return err
	}
	var ids []okr.GoalID
	for _, n := range chunk {
		if was, ok := k.imported[n.id]; ok && k.fresh[n.id] == "" {
			ids = append(ids, was.Goal)
		}
	}
	return w.keep(ctx, ids, func(now []okr.Goal, b *okr.ImportBatch) error {
		return w.fill(ctx, chunk, k, now, b)
	}, func(at *okr.ImportCursor) { at.At, at.Done = at.At+len(chunk), at.Done+len(chunk) })
}

// lookUp reads what became of nodes and of what is above them in imports before, and which
// of them are goals that were exported from here.
func (s *Service) lookUp(ctx context.Context, tenant okr.TenantID, d *draft, chunk []*node) (known, error) {
	var ids []string
	for _, n := range chunk {
		ids = append(ids, n.id)
		if n.parent != nil {
			ids = append(ids, n.parent.id)
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	k := known{goals: map[okr.GoalID]okr.Goal{}}
	var err error
	if k.imported, err = s.Shelf.Imported(ctx, tenant, ids); err != nil {
		return k, err
	}
	for _, id := range ids {
		_, came := k.imported[id]
		if goal, isOurs := GoalOfNumber(tenant, id); isOurs && !came && d.mayBeOf(tenant) {
			k.imported[id] = okr.ImportedGoal{Goal: goal}
		}
	}
	var goals []okr.GoalID
	for _, was := range k.imported {
		goals = append(goals, was.Goal)
	}
	return k, s.readGoals(ctx, tenant, k.goals, goals)
}

// readGoals reads goals, and those above them.
func (s *Service) readGoals(ctx context.Context, tenant okr.TenantID, into map[okr.GoalID]okr.Goal, ids []okr.GoalID) error {
	for range 2 {
		ids = slices.DeleteFunc(ids, func(id okr.GoalID) bool { _, has := into[id]; return has || id == "" })
		slices.Sort(ids)
		if ids = slices.Compact(ids); len(ids) == 0 {
			return nil
		}
		read, err := s.Store.Goals().GetMany(ctx, tenant, ids)
		if err != nil {
			return err
		}
		ids = nil
		for _, g := range read {
			into[g.ID] = g
			ids = append(ids, g.Parent)
		}
	}
	return nil
}

func (w *writer) lookUp(ctx context.Context, chunk []*node) (known, error) {
	return w.Service.lookUp(ctx, w.tenant, w.d, chunk)
}

// reserve gives ids to nodes that are new, or whose goal is gone for good.
func (w *writer) reserve(ctx context.Context, chunk []*node, k known) (map[string]okr.GoalID, error) {
	byKind := map[okr.GoalKind][]*node{}
	for _, n := range chunk {
		if was, ok := k.imported[n.id]; ok {
			if _, isThere := k.goals[was.Goal]; isThere {
				continue
			}
		}
		byKind[n.kind] = append(byKind[n.kind], n)
	}
	out := map[string]okr.GoalID{}
	for kind, nodes := range byKind {
		first, err := w.Shelf.Numbers(ctx, w.tenant, kind.Prefix(), len(nodes))
		if err != nil {
			return nil, err
		}
		for i, n := range nodes {
			out[n.id] = okr.GoalID(fmt.Sprintf("%s%d", kind.Prefix(), first+int64(i)))
		}
	}
	return out, nil
}

// fill makes the goals of a batch.
func (w *writer) fill(ctx context.Context, chunk []*node, k known, now []okr.Goal, b *okr.ImportBatch) error {
	goals := joined(k.goals, nil)
	for _, g := range now {
		goals[g.ID] = g
	}
	b.Imported = map[string]*okr.ImportedGoal{}
	for _, n := range chunk {
		var err error
		if id := k.fresh[n.id]; id != "" {
			err = w.fillNew(n, id, k, goals, b)
		} else {
			err = w.fillKnown(ctx, n, k.imported[n.id], k, goals, b)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// parentOf is the goal that a node is to stand below; false: that is not there.
func (k known) parentOf(n *node, goals map[okr.GoalID]okr.Goal) (okr.Goal, bool) {
	if n.parent == nil {
		return okr.Goal{}, true
	}
	id := k.fresh[n.parent.id]
	if id == "" {
		id = k.imported[n.parent.id].Goal
	}
	parent, isThere := goals[id]
	return parent, isThere && parent.Deleted == nil
}

func (w *writer) fillNew(n *node, id okr.GoalID, k known, goals map[okr.GoalID]okr.Goal, b *okr.ImportBatch) error {
	parent, isThere := k.parentOf(n, goals)
	if !isThere && n.kind != okr.Objective {
		b.Cursor.Counts.Left++
		return nil
	}
	g := n.goal
	g.ID, g.Parent = id, parent.ID
	if g.CreatedBy == (okr.Person{}) {
		g.CreatedBy = w.i.By
	}
	if g.LastCheckIn != nil {
		mark := *g.LastCheckIn
		mark.ID = checkInID(id, string(mark.ID))
		g.LastCheckIn = &mark
	}
	g.Below(parent)
	g = w.t.ShowsNow(g, w.i.BegunAt)
	fields, err := okr.FieldHashes(g)
	if err != nil {
		return err
	}
	goals[id] = g
	b.Made = append(b.Made, g)
	b.Imported[n.id] = &okr.ImportedGoal{Goal: id, Import: w.i.ID, Made: w.i.ID, Fields: fields}
	b.Cursor.Counts.Made++
	return nil
}

func (w *writer) fillKnown(ctx context.Context, n *node, was okr.ImportedGoal, k known, goals map[okr.GoalID]okr.Goal, b *okr.ImportBatch) error {
	before, isThere := goals[was.Goal]
	if !isThere || before.Deleted != nil {
		b.Cursor.Counts.Kept++ // it was deleted here, and stays so
		b.Cursor.Conflict = append(b.Cursor.Conflict, was.Goal)
		return nil
	}
	parent, found := k.parentOf(n, goals)
	if !found {
		parent = goals[before.Parent] // what it is to stand below was deleted here
	}
	m, err := w.d.merge(n, was, before, parent, w.standsAbove(ctx, w.tenant, before.ID, goals))
	if err != nil {
		return err
	}
	m.goal.Below(goals[m.goal.Parent])
	if m.differs {
		m.goal = w.t.ShowsNow(m.goal, w.i.BegunAt)
		b.Changed = append(b.Changed, m.goal)
		goals[m.goal.ID] = m.goal
	}
	w.remember(n, was, before, m, b)
	return nil
}

// remember notes what was imported of a goal that came before, and what it was.
func (w *writer) remember(n *node, was okr.ImportedGoal, before okr.Goal, m merged, b *okr.ImportBatch) {
	entry := was
	entry.Fields = m.fields
	counts := &b.Cursor.Counts
	switch {
	case len(m.conflicts) > 0:
		counts.Kept++
		b.Cursor.Conflict = append(b.Cursor.Conflict, was.Goal)
	case len(m.taken) > 0:
		counts.Changed++
	default:
		counts.Same++
	}
	if m.differs {
		older := was
		older.Was, older.Before = nil, nil
		entry.Import, entry.Was, entry.Before = w.i.ID, &before, &older
	}
	b.Imported[n.id] = &entry
	if after := m.goal; passesOn(before, after) {
		b.Cursor.Passed = append(b.Cursor.Passed, after.ID)
	}
}

// passesOn says whether what is below a goal takes something of its change.
func passesOn(before, after okr.Goal) bool {
	return after.Kind == okr.Objective && (after.Period != before.Period || after.PeriodID != before.PeriodID || !slices.Equal(after.Audience, before.Audience))
}
