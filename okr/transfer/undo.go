package transfer

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"okrbot/okr"
)

// UndoImport begins to take an import back; the caller then has its steps done. Of one that
// is being taken back, or was, nothing changes. Forbidden: the actor is no admin. Invalid:
// something was built on it, in words.
func (s *Service) UndoImport(ctx context.Context, actor okr.Actor, id okr.ImportID, reply okr.Reply) (okr.Import, error) {
	i, err := s.Import(ctx, actor, id)
	switch {
	case err != nil || i.Phase == okr.ImportUndoing || i.Phase == okr.ImportUndone:
		return i, err
	case i.Phase != okr.ImportDone:
		return i, okr.Errorf(okr.Invalid, "Import %s isn't done yet, so there's nothing to undo.", id)
	}
	if err := s.mustBeAlone(ctx, actor.Tenant); err != nil {
		return i, err
	}
	of, err := s.written(ctx, actor.Tenant, id)
	if err != nil {
		return i, err
	}
	if err := s.mustBeUntouched(ctx, actor, i, of); err != nil {
		return i, err
	}
	return s.Shelf.Imports().Update(ctx, actor.Tenant, id, func(i *okr.Import) error {
		if i.Phase == okr.ImportDone {
			i.Phase, i.Reply, i.BegunAt, i.Done, i.Total = okr.ImportUndoing, reply, s.Now(), 0, len(of)
		}
		return nil
	})
}

// wrote is a goal that an import wrote last.
type wrote struct {
	source string
	okr.ImportedGoal
}

// written lists the goals that an import wrote: what stands below another one before it.
func (s *Service) written(ctx context.Context, tenant okr.TenantID, id okr.ImportID) ([]wrote, error) {
	var out []wrote
	err := s.Shelf.EachImported(ctx, tenant, func(source string, g okr.ImportedGoal) {
		if g.Import == id || g.Made == id {
			out = append(out, wrote{source, g})
		}
	})
	slices.SortFunc(out, func(a, b wrote) int {
		return cmp.Or(cmp.Compare(depth(b), depth(a)), cmp.Compare(len(b.Goal), len(a.Goal)), cmp.Compare(b.Goal, a.Goal))
	})
	return out, err
}

// depth orders kinds: objectives are made from the top down, and then what is below them.
func depth(w wrote) int {
	if w.Goal.Kind() == okr.Objective {
		return 0
	}
	return 1
}

// mustBeUntouched fails with Invalid where something was built on an import.
func (s *Service) mustBeUntouched(ctx context.Context, actor okr.Actor, i okr.Import, of []wrote) error {
	mine := map[okr.GoalID]bool{}
	for _, w := range of {
		mine[w.Goal] = true
	}
	var built []string
	for chunk := range slices.Chunk(of, 2*batch) {
		found, err := s.builtOn(ctx, actor, i.ID, chunk, mine)
		if err != nil {
			return err
		}
		built = append(built, found...)
	}
	if len(built) == 0 {
		return nil
	}
	slices.Sort(built)
	return okr.Errorf(okr.Invalid, "Import %s can't be undone, because it was used since: %s. Undo that first, or delete single OKRs.", i.ID, strings.Join(shortened(slices.Compact(built), 5), "; "))
}

func shortened(list []string, most int) []string {
	if len(list) <= most {
		return list
	}
	return append(slices.Clone(list[:most]), fmt.Sprintf("%d more", len(list)-most))
}

// builtOn says what was built on some goals of an import.
func (s *Service) builtOn(ctx context.Context, actor okr.Actor, id okr.ImportID, chunk []wrote, mine map[okr.GoalID]bool) ([]string, error) {
	ids := make([]okr.GoalID, len(chunk))
	for n, w := range chunk {
		ids[n] = w.Goal
	}
	goals := map[okr.GoalID]okr.Goal{}
	read, err := s.Store.Goals().GetMany(ctx, actor.Tenant, ids)
	if err != nil {
		return nil, err
	}
	for _, g := range read {
		goals[g.ID] = g
	}
	beneath, err := s.Shelf.Beneath(ctx, actor.Tenant, ids)
	if err != nil {
		return nil, err
	}
	var built []string
	for _, w := range chunk {
		g, isThere := goals[w.Goal]
		if !isThere {
			continue
		}
		what, err := changedHere(w, g, beneath[g.ID], id, mine)
		if err != nil {
			return nil, err
		}
		if what != "" {
			built = append(built, what)
		}
	}
	return built, nil
}

// changedHere says what people did with an imported goal; empty: nothing.
func changedHere(w wrote, g okr.Goal, beneath okr.Beneath, id okr.ImportID, mine map[okr.GoalID]bool) (string, error) {
	here, err := okr.FieldHashes(g)
	if err != nil {
		return "", err
	}
	var fields []string
	for _, f := range fieldsOf(here, w.Fields) {
		if here[f] != w.Fields[f] {
			fields = append(fields, f)
		}
	}
	newChild := slices.IndexFunc(beneath.Goals, func(c okr.GoalID) bool { return !mine[c] })
	isOurs := func(c okr.CheckInID) bool { return strings.HasPrefix(string(c), importedCheckIns) }
	switch {
	case w.Import != id:
		return fmt.Sprintf("import %s came after it", w.Import), nil
	case g.Binding != nil:
		return fmt.Sprintf("%s is bound to a query", g.ID), nil
	case newChild >= 0 && w.Made == id:
		return fmt.Sprintf("%s is below %s", beneath.Goals[newChild], g.ID), nil
	case w.Made == id && slices.ContainsFunc(beneath.CheckIns, func(c okr.CheckInID) bool { return !isOurs(c) }):
		return fmt.Sprintf("somebody checked in %s", g.ID), nil
	case len(fields) > 0 && g.Deleted == nil:
		return fmt.Sprintf("the %s of %s changed", okr.FieldNames(fields), g.ID), nil
	}
	return "", nil
}

// takeBack does a slice of taking an import back.
func (s *Service) takeBack(ctx context.Context, tenant okr.TenantID, i okr.Import) error {
	of, err := s.written(ctx, tenant, i.ID)
	if err != nil {
		return err
	}
	left, until := s.Slice, s.Now().Add(stepTime)
	for chunk := range slices.Chunk(of, min(batch/2, s.Slice)) {
		if left <= 0 || !s.Now().Before(until) {
			return nil
		}
		left -= len(chunk)
		if err := s.takeBackSome(ctx, tenant, i, chunk); err != nil {
			return err
		}
	}
	return s.takenBack(ctx, tenant, i)
}

// takeBackSome takes goals back: those that the import made go, with their check-ins;
// others become what they were.
func (s *Service) takeBackSome(ctx context.Context, tenant okr.TenantID, i okr.Import, chunk []wrote) error {
	ids := make([]okr.GoalID, len(chunk))
	for n, w := range chunk {
		ids[n] = w.Goal
	}
	beneath, err := s.Shelf.Beneath(ctx, tenant, ids)
	if err != nil {
		return err
	}
	t, err := s.access.Settings(ctx, tenant)
	if err != nil {
		return err
	}
	return s.Shelf.WriteImport(ctx, tenant, i.ID, ids, func(at okr.ImportCursor, now []okr.Goal) (okr.ImportBatch, error) {
		at.Passed = slices.Clone(at.Passed)
		b := okr.ImportBatch{Cursor: at, Imported: map[string]*okr.ImportedGoal{}}
		there := map[okr.GoalID]okr.Goal{}
		for _, g := range now {
			there[g.ID] = g
		}
		for _, w := range chunk {
			g, isThere := there[w.Goal]
			b.Imported[w.source] = nil
			if w.Made != i.ID {
				b.Imported[w.source] = w.Before
			}
			switch {
			case !isThere:
				continue
			case w.Made == i.ID:
				b.Gone = append(b.Gone, okr.GoneGoal{Goal: w.Goal, CheckIns: beneath[w.Goal].CheckIns})
			case w.Was != nil:
				b.Changed = append(b.Changed, t.ShowsNow(asBefore(g, *w.Was), s.Now()))
				b.Cursor.Passed = append(b.Cursor.Passed, w.Was.Parent)
			}
			b.Cursor.Passed = append(b.Cursor.Passed, g.ID, g.Parent)
		}
		b.Cursor.Passed = objectives(b.Cursor.Passed, b.Gone)
		b.Cursor.Done += len(chunk)
		b.Cursor.Counts.TakenBack += len(chunk)
		return b, nil
	})
}

// objectives are those of some goals that are objectives and do not go, each once.
func objectives(ids []okr.GoalID, gone []okr.GoneGoal) []okr.GoalID {
	ids = slices.DeleteFunc(ids, func(id okr.GoalID) bool {
		return id == "" || id.Kind() != okr.Objective || slices.ContainsFunc(gone, func(g okr.GoneGoal) bool { return g.Goal == id })
	})
	slices.Sort(ids)
	return slices.Compact(ids)
}

// asBefore is a goal as it was before an import changed it. What was computed since stays.
func asBefore(g, was okr.Goal) okr.Goal {
	was.Rolled, was.Version = g.Rolled, g.Version+1
	if last := g.LastCheckIn; last != nil && !strings.HasPrefix(string(last.ID), importedCheckIns) {
		was.LastCheckIn = last // a note here, which changed nothing else
	}
	return was
}

// takenBack ends the taking back of an import: objectives that stay add up anew, and pass
// on what they were.
func (s *Service) takenBack(ctx context.Context, tenant okr.TenantID, i okr.Import) error {
	at, err := s.Shelf.Cursor(ctx, tenant, i.ID)
	if err != nil {
		return err
	}
	t, err := s.access.Settings(ctx, tenant)
	if err != nil {
		return err
	}
	w := &writer{Service: s, tenant: tenant, i: i, t: t, at: at}
	if err := w.unsay(ctx); err != nil {
		return err
	}
	stay := slices.Clone(at.Passed)
	if err := w.passOn(ctx); err != nil {
		return err
	}
	if err := w.rollAbove(ctx, stay); err != nil {
		return err
	}
	if err := s.dropPeriods(ctx, tenant, i); err != nil {
		return err
	}
	_, err = s.Shelf.Imports().Update(ctx, tenant, i.ID, func(i *okr.Import) error {
		i.Phase, i.EndedAt, i.Done, i.Counts.TakenBack = okr.ImportUndone, s.Now(), at.Done, at.Counts.TakenBack
		i.Unbound, i.Conflict, i.Periods = nil, nil, nil
		return nil
	})
	if err != nil {
		return err
	}
	return s.Shelf.DropCursor(ctx, tenant, i.ID)
}

// unsay removes the check-ins that an import brought to goals of imports before.
func (w *writer) unsay(ctx context.Context) error {
	for {
		added, err := w.Shelf.Added(ctx, w.tenant, w.i.ID)
		if err != nil || len(added) == 0 {
			return err
		}
		err = w.keep(ctx, nil, func(_ []okr.Goal, b *okr.ImportBatch) error {
			b.Unsaid = added
			return nil
		}, func(*okr.ImportCursor) {})
		if err != nil {
			return err
		}
	}
}

// dropPeriods removes the custom periods that an import made, where nothing is filed under
// them.
func (s *Service) dropPeriods(ctx context.Context, tenant okr.TenantID, i okr.Import) error {
	var unused []string
	for _, id := range i.Periods {
		_, n, err := s.Store.Goals().List(ctx, tenant, okr.PeriodIndex(id), okr.Page{Limit: 1})
		if err != nil {
			return err
		}
		if n == 0 {
			unused = append(unused, id)
		}
	}
	if len(unused) == 0 {
		return nil
	}
	_, err := s.access.ChangeSettings(ctx, tenant, func(t *okr.Settings) error {
		t.Periods = slices.DeleteFunc(slices.Clone(t.Periods), func(p okr.TimePeriod) bool { return slices.Contains(unused, p.ID) })
		return nil
	})
	return err
}
