package transfer

import (
	"context"
	"errors"
	"slices"
	"time"

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
	now, readErr := s.read(ctx, actor.Tenant, id)
	if readErr == nil && now.Phase == okr.ImportCollecting {
		return now, err // another one began in this instant
	}
	return now, readErr
}

// mustBeAlone makes sure that no import of the tenant is under way.
func (s *Service) mustBeAlone(ctx context.Context, tenant okr.TenantID) error {
	all, _, err := s.Shelf.Imports().List(ctx, tenant, "", okr.Page{})
	for _, o := range all {
		if o.Phase == okr.ImportRunning || o.Phase == okr.ImportUndoing {
			return okr.Errorf(okr.Conflict, "Import %s by %s is running. Try again when it's done.", o.ID, o.By.Name)
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
var errElsewhere = errors.New("the import continues elsewhere")

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
	until  time.Time             // when it is done anyhow
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
	if w.until.IsZero() { // from the first record on: what was written before is passed over first
		w.until = w.Now().Add(stepTime)
	}
	if w.left -= n; w.left <= 0 || !w.Now().Before(w.until) {
		return errSlice
	}
	return nil
}
