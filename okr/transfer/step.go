package transfer

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"okrbot/okr"
)

// BeginImport lets an import begin; the caller then has its steps done. Of one that has
// begun already nothing changes. Forbidden: the actor is no admin. Invalid: something has
// to be answered first. Conflict: another import is under way.
func (s *Service) BeginImport(ctx context.Context, actor okr.Actor, id okr.ImportID, reply okr.Reply) (okr.Import, error) {
	i, err := s.Import(ctx, actor, id)
	if err != nil || i.Phase != okr.ImportCollecting {
		return i, err
	}
	d, err := s.draft(ctx, actor.Tenant, i)
	if err != nil {
		return i, err
	}
	if why := d.waits(); why != "" {
		return i, okr.Errorf(okr.Invalid, "%s", why)
	}
	if err := s.mustBeAlone(ctx, actor.Tenant); err != nil {
		return i, err
	}
	_, err = s.change(ctx, actor.Tenant, id, func(i *okr.Import) {
		i.Phase, i.Reply, i.BegunAt, i.Total = okr.ImportRunning, reply, s.Now(), d.total()
	})
	if err != nil && okr.KindOf(err) != okr.Conflict {
		return i, err
	}
	return s.read(ctx, actor.Tenant, id)
}

// mustBeAlone makes sure that no import of the tenant is under way.
func (s *Service) mustBeAlone(ctx context.Context, tenant okr.TenantID) error {
	all, _, err := s.Shelf.Imports().List(ctx, tenant, "", okr.Page{})
	for _, o := range all {
		if o.Phase == okr.ImportRunning || o.Phase == okr.ImportUndoing {
			return okr.Errorf(okr.Conflict, "The import %s of %s is under way. Wait until it is done, then try again.", o.ID, o.By.Name)
		}
	}
	return err
}

// total counts what an import writes.
func (d *draft) total() int {
	total := len(d.coming())
	for _, counts := range []map[string]int{d.said.checkIns, d.said.notes} {
		for id, n := range counts {
			if d.nodes[id] != nil {
				total += n
			}
		}
	}
	return total
}

// coming are the nodes that come along, parents first.
func (d *draft) coming() []*node {
	return slices.DeleteFunc(slices.Clone(d.order), func(n *node) bool { return n.left })
}

// ImportStep does a slice of the work of an import, or of taking one back, and says
// whether there is more. It may be called by several at once and may die anywhere: it goes
// on where the store says that it is.
func (s *Service) ImportStep(ctx context.Context, tenant okr.TenantID, id okr.ImportID) (okr.Import, bool, error) {
	i, err := s.read(ctx, tenant, id)
	if err != nil {
		return i, false, err
	}
	switch i.Phase {
	case okr.ImportRunning:
		err = s.write(ctx, tenant, i)
	case okr.ImportUndoing:
		err = s.takeBack(ctx, tenant, i)
	default:
		return i, false, nil
	}
	if kind := okr.KindOf(err); err != nil && (kind == okr.Invalid || kind == okr.NotFound) {
		err = s.giveUp(ctx, tenant, i, err)
	}
	if err != nil {
		return i, true, err
	}
	i, err = s.read(ctx, tenant, id)
	return i, i.Phase == okr.ImportRunning || i.Phase == okr.ImportUndoing, err
}

// giveUp ends an import that cannot go on, with what it has written by now: its files
// cannot be read any more.
func (s *Service) giveUp(ctx context.Context, tenant okr.TenantID, i okr.Import, cause error) error {
	msg, _ := okr.MessageOf(cause)
	at, err := s.Shelf.Cursor(ctx, tenant, i.ID)
	if err != nil {
		return err
	}
	_, err = s.Shelf.Imports().Update(ctx, tenant, i.ID, func(i *okr.Import) error {
		i.Phase, i.Problem, i.EndedAt, i.Counts, i.Done = okr.ImportDone, msg, s.Now(), at.Counts, at.Done
		return nil
	})
	return err
}

// errElsewhere says that another process has done what was about to be done.
var errElsewhere = errors.New("the import has gone on elsewhere")

// errSlice says that the step has done its slice.
var errSlice = errors.New("the slice is done")

// writer writes a slice of an import.
type writer struct {
	*Service
	tenant okr.TenantID
	i      okr.Import
	t      okr.Settings
	d      *draft // nil: it takes an import back
	at     okr.ImportCursor
	left   int                   // records until the slice is done
	goals  map[string]okr.GoalID // by id in the source, those that were needed
	older  map[okr.GoalID]bool   // of those: an import before made it
}

// write does a slice of an import.
func (s *Service) write(ctx context.Context, tenant okr.TenantID, i okr.Import) error {
	w := &writer{Service: s, tenant: tenant, i: i, left: s.Slice, goals: map[string]okr.GoalID{}, older: map[okr.GoalID]bool{}}
	var err error
	if w.at, err = s.Shelf.Cursor(ctx, tenant, i.ID); err != nil {
		return err
	}
	if w.at.Part == "" {
		if err := w.makePeriods(ctx); err != nil {
			return err
		}
	}
	if w.d, err = s.running(ctx, tenant, i); err != nil {
		return err
	}
	w.t = w.d.settings
	for {
		done, err := w.part(ctx)
		switch {
		case errors.Is(err, errSlice):
			return nil
		case errors.Is(err, errElsewhere):
			if w.at, err = s.Shelf.Cursor(ctx, tenant, i.ID); err != nil {
				return err
			}
		case err != nil || done:
			return err
		}
	}
}

// part does what is next of an import.
func (w *writer) part(ctx context.Context) (done bool, err error) {
	switch w.at.Part {
	case "":
		return false, w.advance(ctx, okr.ImportGoals)
	case okr.ImportGoals:
		err = w.writeGoals(ctx)
	case okr.ImportCheckIns:
		err = w.writeCheckIns(ctx)
	case okr.ImportNotes:
		err = w.writeNotes(ctx)
	case okr.ImportSums:
		if err := w.addUp(ctx); err != nil {
			return false, err
		}
		return true, w.finish(ctx)
	default:
		return false, okr.Errorf(okr.Internal, "an import is at %q", w.at.Part)
	}
	if err != nil {
		return false, err
	}
	next := map[okr.ImportPart]okr.ImportPart{
		okr.ImportGoals: okr.ImportCheckIns, okr.ImportCheckIns: okr.ImportNotes, okr.ImportNotes: okr.ImportSums,
	}
	return false, w.advance(ctx, next[w.at.Part])
}

// advance begins the next part.
func (w *writer) advance(ctx context.Context, part okr.ImportPart) error {
	return w.keep(ctx, nil, func([]okr.Goal, *okr.ImportBatch) error { return nil }, func(at *okr.ImportCursor) { at.Part, at.At = part, 0 })
}

// keep keeps a batch, unless the import has gone on elsewhere. Move says how far it is then.
func (w *writer) keep(ctx context.Context, ids []okr.GoalID, fill func(now []okr.Goal, b *okr.ImportBatch) error, move func(at *okr.ImportCursor)) error {
	var after okr.ImportCursor
	err := w.Shelf.WriteImport(ctx, w.tenant, w.i.ID, ids, func(at okr.ImportCursor, now []okr.Goal) (okr.ImportBatch, error) {
		if at.Part != w.at.Part || at.At != w.at.At {
			return okr.ImportBatch{}, errElsewhere
		}
		b := okr.ImportBatch{Cursor: at}
		b.Cursor.Conflict, b.Cursor.Passed = slices.Clone(at.Conflict), slices.Clone(at.Passed)
		if err := fill(now, &b); err != nil {
			return b, err
		}
		move(&b.Cursor)
		after = b.Cursor
		return b, nil
	})
	if err == nil {
		w.at = after
	}
	return err
}

// spend counts records that were written; an error says that the slice is done.
func (w *writer) spend(n int) error {
	if w.left -= n; w.left <= 0 {
		return errSlice
	}
	return nil
}

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

// lookUp reads what became of nodes and of what is above them in imports before.
func (s *Service) lookUp(ctx context.Context, tenant okr.TenantID, chunk []*node) (known, error) {
	var ids []string
	for _, n := range chunk {
		ids = append(ids, n.id)
		if n.parent != nil {
			ids = append(ids, n.parent.id)
		}
	}
	slices.Sort(ids)
	k := known{goals: map[okr.GoalID]okr.Goal{}}
	var err error
	if k.imported, err = s.Shelf.Imported(ctx, tenant, slices.Compact(ids)); err != nil {
		return k, err
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
	return w.Service.lookUp(ctx, w.tenant, chunk)
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
