package transfer

import (
	"context"
	"io"
	"slices"
	"time"

	"okrbot/okr"
	"okrbot/okr/access"
	"okrbot/okr/plan"
)

const (
	// exportPage is how many records are read at a time.
	exportPage = 1000
	// exportGoals is of how many goals at most the check-ins are read at a time.
	exportGoals = 200
)

// Origins knows where goals came from, as a [Shelf] does.
type Origins interface {
	EachImported(ctx context.Context, tenant okr.TenantID, visit func(source string, g okr.ImportedGoal)) error
}

// ExportOptions is what an [Exporter] works with.
type ExportOptions struct {
	Store   okr.Store
	Access  *access.Service
	Plan    *plan.Service
	Origins Origins // nil: nothing was ever imported
	// Write writes a source as a file. Invalid: there is no such format.
	Write func(ctx context.Context, w io.Writer, format okr.ExportFormat, src Source) error
	Now   func() time.Time
}

// Exporter makes sources of what tenants hold.
type Exporter struct{ ExportOptions }

// NewExporter makes an exporter.
func NewExporter(o ExportOptions) *Exporter { return &Exporter{o} }

// MayExport fails with Forbidden unless the actor may take what a scope holds out of
// okrbot.
func (e *Exporter) MayExport(ctx context.Context, actor okr.Actor, scope okr.ExportScope) error {
	t, err := e.Access.Settings(ctx, actor.Tenant)
	if err != nil {
		return err
	}
	if t, err = e.Access.Rechecked(ctx, t, actor); err != nil {
		return err
	}
	return e.Access.MayExport(ctx, t, actor, scope)
}

// Export writes what a scope holds for the actor, and says of how many goals. Forbidden:
// the actor may not have it; then nothing is written.
func (e *Exporter) Export(ctx context.Context, actor okr.Actor, scope okr.ExportScope, format okr.ExportFormat, w io.Writer) (goals int, err error) {
	if err := e.MayExport(ctx, actor, scope); err != nil {
		return 0, err
	}
	src, err := e.Read(ctx, actor, scope)
	if err != nil {
		return 0, err
	}
	return len(src.Bundle().Items), e.Write(ctx, w, format, src)
}

// Read makes a source of what a scope holds for the actor, and asks for no right: it is
// for the operator. Goals are kept in memory, without what only okrbot needs of them;
// check-ins and comments are read from the store a page at a time, those of a goal one
// after the other, goals in the order of the items: parents first.
func (e *Exporter) Read(ctx context.Context, actor okr.Actor, scope okr.ExportScope) (Source, error) {
	t, err := e.Plan.Upgraded(ctx, actor.Tenant)
	if err != nil {
		return nil, err
	}
	x := &exported{store: e.Store, tenant: actor.Tenant, at: map[okr.GoalID]int{}, bundle: &Bundle{At: e.Now().UTC(), Tenant: actor.Tenant}}
	r := exporting{exported: x, settings: t, now: e.Now(), below: map[okr.GoalID][]child{}}
	err = okr.Walk(ctx, e.Store.Goals(), actor.Tenant, "", exportPage, func(g okr.Goal) error {
		r.take(g, g.Deleted == nil && (scope == okr.ExportAll || actor.Sees(g)))
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := r.number(ctx, e.Origins); err != nil {
		return nil, err
	}
	r.arrange()
	r.relate()
	if err := r.count(ctx); err != nil {
		return nil, err
	}
	r.gather()
	return x, nil
}

// exported is a [Source] of what a tenant holds.
type exported struct {
	store  okr.Store
	tenant okr.TenantID
	bundle *Bundle
	goals  []okr.GoalID       // of the bundle's items, in their order
	at     map[okr.GoalID]int // where the item of a goal stands
	notes  []noteCount        // of each item
}

// noteCount is how much was written of an item.
type noteCount struct{ checkIns, comments int }

func (x *exported) Bundle() *Bundle { return x.bundle }

// Most is how many check-ins the item with most of them has.
func (x *exported) Most() int {
	most := 0
	for _, n := range x.notes {
		most = max(most, n.checkIns)
	}
	return most
}

func (x *exported) CheckIns(ctx context.Context, yield func(CheckIn) error) error {
	return x.each(ctx, func(n noteCount) int { return n.checkIns }, func(c okr.CheckIn) error {
		if c.Comment {
			return nil
		}
		return yield(CheckIn{
			ID: checkInNumber(x.tenant, c.ID), Item: x.idOf(c.Goal), At: c.At.UTC(), MadeAt: c.MadeAt.UTC(), By: personOf(c.By),
			Value: c.Value, Status: statusOf(c), Note: c.Note,
		})
	})
}

// statusOf is the status that a goal had with a check-in.
func statusOf(c okr.CheckIn) okr.Status {
	if c.Status != "" || c.Shown == okr.NoData {
		return c.Status
	}
	return c.Shown
}

func (x *exported) Comments(ctx context.Context, yield func(Comment) error) error {
	return x.each(ctx, func(n noteCount) int { return n.comments }, func(c okr.CheckIn) error {
		if !c.Comment {
			return nil
		}
		return yield(Comment{ID: checkInNumber(x.tenant, c.ID), Item: x.idOf(c.Goal), At: c.At.UTC(), By: personOf(c.By), Text: c.Note})
	})
}

func (x *exported) idOf(goal okr.GoalID) string { return x.bundle.Items[x.at[goal]].ID }

// each reads what was written of the items that have something of it, some items at a
// time.
func (x *exported) each(ctx context.Context, of func(noteCount) int, yield func(okr.CheckIn) error) error {
	var some []string
	n := 0
	for i, goal := range x.goals {
		if of(x.notes[i]) > 0 {
			some = append(some, okr.CheckInIndex(goal))
			n += x.notes[i].checkIns + x.notes[i].comments
		}
		if len(some) < exportGoals && n < exportPage && i < len(x.goals)-1 {
			continue
		}
		lists, err := x.store.CheckIns().Lists(ctx, x.tenant, some)
		if err != nil {
			return err
		}
		for _, c := range slices.Concat(lists...) {
			if c.IsUndone() {
				continue
			}
			if err := yield(c); err != nil {
				return err
			}
		}
		some, n = nil, 0
	}
	return nil
}

// personOf is somebody as the source of an export names them.
func personOf(p okr.Person) Person {
	switch {
	case p.ID != "":
		return Person{ID: NameNumber("account", string(p.ID)), Name: p.Name, Account: p.ID}
	case p.Name != "":
		return Person{ID: NameNumber("person", p.Name), Name: p.Name}
	}
	return Person{}
}
