package transfer

import (
	"context"
	"fmt"
	"slices"

	"okrbot/okr"
	"okrbot/okr/plan"
)

// makePeriods makes custom periods of those that the calendar does not have, as far as
// there is room, before anything is filed under them.
func (w *writer) makePeriods(ctx context.Context) error {
	d, err := w.draft(ctx, w.tenant, w.i)
	if err != nil {
		return err
	}
	fresh := d.newPeriods()
	if len(fresh) == 0 {
		return nil
	}
	first, err := w.Shelf.Numbers(ctx, w.tenant, "period", len(fresh))
	if err != nil {
		return err
	}
	var made []okr.TimePeriod
	for n, p := range fresh {
		made = append(made, okr.TimePeriod{ID: fmt.Sprintf("T%d", first+int64(n)), Period: p, Custom: true})
	}
	_, err = w.Shelf.Imports().Update(ctx, w.tenant, w.i.ID, func(i *okr.Import) error {
		for _, p := range made {
			i.Periods = append(slices.Clone(i.Periods), p.ID)
		}
		return nil
	})
	if err != nil {
		return err
	}
	_, err = w.access.ChangeSettings(ctx, w.tenant, func(t *okr.Settings) error {
		for _, p := range made {
			_ = t.PutPeriod(p, false) // one that does not fit any more stays a period of its days
		}
		return nil
	})
	return err
}

// addUp adds up the objectives, the lowest first, each once. It adds nothing to the
// history: an import is no measurement.
func (w *writer) addUp(ctx context.Context) error {
	if err := w.passOn(ctx); err != nil {
		return err
	}
	levels := w.levels()
	for w.at.At < len(levels) {
		chunk := levels[w.at.At]
		ids, err := w.idsOf(ctx, chunk)
		if err != nil {
			return err
		}
		above, err := w.rollEach(ctx, ids, 1)
		if err != nil {
			return err
		}
		if chunk[0].level == 1 {
			if err := w.rollAbove(ctx, above); err != nil {
				return err
			}
		}
		if err := w.spend(len(chunk)); err != nil {
			return err
		}
	}
	return nil
}

// levels are the objectives that come along, the lowest first, in groups of one level.
func (w *writer) levels() [][]*node {
	var out [][]*node
	for _, n := range slices.Backward(w.d.order) {

		if n.kind != okr.Objective || n.left {
			continue
		}
		if last := len(out) - 1; last < 0 || out[last][0].level != n.level || len(out[last]) == okr.MaxRecord {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], n)
	}
	return out
}

func (w *writer) idsOf(ctx context.Context, nodes []*node) ([]okr.GoalID, error) {
	var sources []string
	for _, n := range nodes {
		if _, known := w.goals[n.id]; !known {
			sources = append(sources, n.id)
		}
	}
	if err := w.findGoals(ctx, sources); err != nil {
		return nil, err
	}
	var ids []okr.GoalID
	for _, n := range nodes {
		if id := w.goals[n.id]; id != "" {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// rollEach adds up objectives and gives what is above them. Step is by how much the import
// has come further then.
func (w *writer) rollEach(ctx context.Context, ids []okr.GoalID, step int) ([]okr.GoalID, error) {
	around, err := w.Reader.GoalsAround(ctx, w.tenant, okr.Surroundings{Parents: ids, Below: ids})
	if err != nil {
		return nil, err
	}
	var above, changed []okr.GoalID
	for _, id := range ids {
		o, isThere := around.Parents[id]
		if isThere && o.Deleted == nil {
			above = append(above, o.Parent)
		}
		if isThere && rolls(o, w.rolled(around.Below[id].Goals)) {
			changed = append(changed, id)
		}
	}
	return above, w.keep(ctx, changed, func(now []okr.Goal, b *okr.ImportBatch) error {
		for _, o := range now {
			if r := w.rolled(around.Below[o.ID].Goals); rolls(o, r) {
				o.Rolled = &r
				b.Changed = append(b.Changed, w.t.ShowsNow(o, w.i.BegunAt))
			}
		}
		return nil
	}, func(at *okr.ImportCursor) { at.At += step })
}

func (w *writer) rolled(children []okr.Goal) okr.Rolled {
	r := w.t.WeightsRule.Roll(children)
	r.At = w.i.BegunAt
	return r
}

func rolls(o okr.Goal, r okr.Rolled) bool {
	return o.IsOpen() && o.Deleted == nil && (o.Rolled == nil || !o.Rolled.Same(r))
}

// rollAbove adds up what stands above the objectives that came: some may have been moved
// below others here.
func (w *writer) rollAbove(ctx context.Context, ids []okr.GoalID) error {
	for range okr.MaxDepth {
		ids = slices.DeleteFunc(ids, func(id okr.GoalID) bool { return id == "" })
		slices.Sort(ids)
		if ids = slices.Compact(ids); len(ids) == 0 {
			return nil
		}
		var next []okr.GoalID
		for chunk := range slices.Chunk(ids, okr.MaxRecord) {
			above, err := w.rollEach(ctx, chunk, 0)
			if err != nil {
				return err
			}
			next = append(next, above...)
		}
		ids = next
	}
	return nil
}

// passOn gives what stands below objectives that were here before their new period and
// privacy.
func (w *writer) passOn(ctx context.Context) error {
	for chunk := range slices.Chunk(w.at.Passed, batch) {
		goals, err := w.Store.Goals().GetMany(ctx, w.tenant, chunk)
		if err != nil {
			return err
		}
		for _, g := range goals {
			if err := plan.PassOn(ctx, w.plan, w.tenant, g); err != nil {
				return err
			}
		}
	}
	if len(w.at.Passed) == 0 {
		return nil
	}
	return w.keep(ctx, nil, func([]okr.Goal, *okr.ImportBatch) error { return nil }, func(at *okr.ImportCursor) { at.Passed = nil })
}

// finish ends an import: who is asked for check-ins is asked from now on, names of teams
// can be chosen again, and the files are forgotten. Each of it may be done twice.
func (w *writer) finish(ctx context.Context) error {
	if err := w.planReminders(ctx); err != nil {
		return err
	}
	if err := w.noteTeams(ctx); err != nil {
		return err
	}
	unbound, err := w.fed(ctx)
	if err != nil {
		return err
	}
	i, err := w.Shelf.Imports().Update(ctx, w.tenant, w.i.ID, func(i *okr.Import) error {
		i.Phase, i.EndedAt, i.Counts, i.Done, i.Total = okr.ImportDone, w.Now(), w.at.Counts, w.at.Done, w.at.Done
		i.Unbound, i.Conflict = unbound, w.at.Conflict
		return nil
	})
	if err != nil {
		return err
	}
	w.hold(opened{})
	if err := w.drop(ctx, w.tenant, i.Files); err != nil {
		return err
	}
	return w.Shelf.DropCursor(ctx, w.tenant, w.i.ID)
}

// planReminders puts those on the agenda who are asked for check-ins, each once.
func (w *writer) planReminders(ctx context.Context) error {
	planned := map[okr.UserID]bool{}
	for _, n := range w.d.order {
		who := n.goal.Asked().ID
		if n.left || who == "" || planned[who] || !n.goal.IsOpen() {
			continue
		}
		planned[who] = true
		if err := w.Agenda.Plan(ctx, okr.Due{Kind: okr.DueReminder, Tenant: w.tenant, ID: string(who)}); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) noteTeams(ctx context.Context) error {
	note := func(t *okr.Settings) (isNew bool) {
		for _, n := range w.d.order {
			isNew = t.NoteTeam(n.goal.Team) || isNew
		}
		return isNew
	}
	t := w.d.settings
	if !note(&t) {
		return nil
	}
	_, err := w.access.ChangeSettings(ctx, w.tenant, func(t *okr.Settings) error {
		note(t)
		return nil
	})
	return err
}

// fed are the open goals that an integration fed before.
func (w *writer) fed(ctx context.Context) ([]okr.GoalID, error) {
	var nodes []*node
	for _, n := range w.d.order {
		if n.item.Feed == FeedIntegration && !n.left && n.kind != okr.Objective && n.goal.IsOpen() {
			nodes = append(nodes, n)
		}
	}
	return w.idsOf(ctx, nodes)
}

// Unbound lists the open goals that an integration fed before an import and that nothing
// measures yet, and how many there are. Those are left out that the actor may not see here.
func (s *Service) Unbound(ctx context.Context, actor okr.Actor, id okr.ImportID, page okr.Page) ([]okr.GoalView, int, error) {
	i, err := s.Import(ctx, actor, id)
	if err != nil {
		return nil, 0, err
	}
	goals, err := s.Store.Goals().GetMany(ctx, actor.Tenant, i.Unbound)
	if err != nil {
		return nil, 0, err
	}
	goals = slices.DeleteFunc(goals, func(g okr.Goal) bool { return g.Binding != nil || !g.IsOpen() || !actor.Sees(g) })
	total := len(goals)
	goals = goals[min(max(0, page.Offset), total):]
	if page.Limit > 0 {
		goals = goals[:min(page.Limit, len(goals))]
	}
	var views []okr.GoalView
	for _, g := range goals {
		v, err := s.plan.Goal(ctx, actor, g.ID)
		if okr.IgnoreNotFound(err) != nil {
			return nil, total, err
		}
		if err == nil {
			views = append(views, v)
		}
	}
	return views, total, nil
}
