package measure

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"okrbot/okr"
	"okrbot/okr/connect"
)

// failQuery keeps the last values of a query's goals, marks them, and has people
// told.
func (y *syncing) failQuery(ctx context.Context, query string, cause error) ([]okr.SyncRow, error) {
	rows, err := y.failGoals(ctx, y.BoundTo(query), cause)
	y.noteQueryFailure(ctx, rows)
	return rows, err
}

// failAll keeps the last values of all goals that were not measured and marks
// them. A sync of some queries only marks no more than what it was asked for, unless
// the failure itself says that it is everyone's. What was refused of a sign-in that has been
// renewed since marks nothing: trying again reads with the new one.
func (y *syncing) failAll(ctx context.Context, cause error) ([]okr.SyncRow, error) {
	y.report.Failure = cause
	if y.isPart() && okr.ScopeOf(cause) < okr.ScopeProject {
		return y.failPart(ctx, cause)
	}
	all := y.Siblings
	if okr.ScopeOf(cause) == okr.ScopeAccess && !okr.KindOf(cause).Passes() {
		renewed, err := y.connect.RenewedSince(ctx, y.tenant.ID, y.lead, y.began)
		if err != nil || renewed {
			return nil, cmp.Or(err, okr.WrapError(okr.Unavailable, cause, "The sign-in was renewed while I refreshed the numbers. I'll try again in a moment."))
		}
		if all, err = y.connect.SameSignIn(ctx, y.tenant.ID, y.lead); err != nil {
			return nil, err
		}
	}
	rows, err := y.failGoals(ctx, all.Goals, cause)
	if err != nil {
		return rows, err
	}
	return rows, y.noteConnectionFailure(ctx, all, rows, cause)
}

// failPart marks the goals of the queries that the sync is about. Nobody is told:
// whoever asked for it sees the outcome, and the hourly sync asks for everything.
func (y *syncing) failPart(ctx context.Context, cause error) ([]okr.SyncRow, error) {
	goals := slices.DeleteFunc(slices.Clone(y.Goals), func(g okr.Goal) bool { return !slices.Contains(y.asked, g.Binding.Query.ID) })
	rows, err := y.failGoals(ctx, goals, cause)
	if err == nil && okr.KindOf(cause).Passes() {
		err = cause
	}
	return rows, err
}

// failGoals marks the values of those of the goals as stale that this sync has not
// measured. One that is no longer measured through its connection has no row.
func (y *syncing) failGoals(ctx context.Context, goals []okr.Goal, cause error) ([]okr.SyncRow, error) {
	through := map[okr.GoalID]okr.ConnectionID{}
	goals = slices.DeleteFunc(slices.Clone(goals), func(g okr.Goal) bool { return y.report.Measured(g.ID) })
	for _, g := range goals {
		through[g.ID] = g.Binding.Connection
	}
	failed, err := y.connect.FailBindings(ctx, y.tenant.ID, goals, okr.HealthNew, cause)
	var rows []okr.SyncRow
	for _, g := range failed {
		if b := g.Binding; b != nil && b.Connection == through[g.ID] {
			rows = append(rows, okr.SyncRow{Goal: g, Before: g.Value(), After: g.Value(), Problem: b.Health.Problem, Next: okr.NextOf(cause)})
		}
	}
	if err != nil {
		return rows, err
	}
	return rows, y.fillStatus(ctx, rows)
}

// noteConnectionFailure records that nothing can be measured through some
// connections, and has people told: their owner once, for all of them, and whoever
// may mend a goal that stands still. The error is the cause if trying again soon may
// help.
func (y *syncing) noteConnectionFailure(ctx context.Context, all connect.Siblings, failed []okr.SyncRow, cause error) error {
	var connections []okr.Connection
	due, retry := false, false
	for _, id := range slices.Sorted(maps.Keys(all.Connections)) {
		c, err := y.connect.FailConnection(ctx, y.tenant.ID, id, cause)
		if okr.KindOf(err) == okr.NotFound {
			continue // deleted while its queries ran
		}
		if err != nil {
			return err
		}
		connections = append(connections, c)
		due = due || c.Health.NoticeDue(c.Owner.ID, y.Now())
		retry = retry || !c.Health.NeedsPerson()
	}
	if len(connections) == 0 {
		return nil
	}
	if due {
		y.note(ctx, connections[0].Owner, connections, goalsOf(failed), true)
	}
	y.notePeople(ctx, connections, failed, true)
	if retry {
		return cause
	}
	return nil
}

func goalsOf(rows []okr.SyncRow) []okr.Goal {
	goals := make([]okr.Goal, 0, len(rows))
	for _, r := range rows {
		goals = append(goals, r.Goal)
	}
	return goals
}

// noteQueryFailure has people told of a query that fails, each once: the owner of
// the connection, and whoever may mend its goals.
func (y *syncing) noteQueryFailure(ctx context.Context, failed []okr.SyncRow) {
	for _, id := range slices.Sorted(maps.Keys(y.Connections)) {
		c := y.Connections[id]
		through := slices.DeleteFunc(slices.Clone(failed), func(r okr.SyncRow) bool { return r.Goal.Binding.Connection != id })
		due := slices.DeleteFunc(slices.Clone(through), func(r okr.SyncRow) bool {
			// Of one query, admins are told only where nobody else can mend it.
			others := c.Application != nil && len(y.mayMend(ctx, r.Goal)) > 0
			return others || !r.Goal.Binding.Health.NoticeDue(c.Owner.ID, y.Now())
		})
		if len(due) > 0 {
			y.note(ctx, c.Owner, []okr.Connection{c}, goalsOf(due), false)
		}
		y.notePeople(ctx, []okr.Connection{c}, through, false)
	}
}

// notePeople has those told who may mend the goals, each once for all of theirs.
func (y *syncing) notePeople(ctx context.Context, connections []okr.Connection, failed []okr.SyncRow, whole bool) {
	theirs := map[okr.UserID][]okr.Goal{}
	var people []okr.Person
	for _, r := range failed {
		for _, p := range y.mayMend(ctx, r.Goal) {
			if p.ID == connections[0].Owner.ID || !r.Goal.Binding.Health.NoticeDue(p.ID, y.Now()) {
				continue // the owner is told of the connection
			}
			if theirs[p.ID] == nil {
				people = append(people, p)
			}
			theirs[p.ID] = append(theirs[p.ID], r.Goal)
		}
	}
	for _, p := range people {
		y.note(ctx, p, connections, theirs[p.ID], whole)
	}
}

// mayMend lists the owners of a goal, and who bound it if that one may still do so.
func (y *syncing) mayMend(ctx context.Context, g okr.Goal) []okr.Person {
	people := g.Owners()
	by := g.Binding.BoundBy
	if !slices.ContainsFunc(people, func(p okr.Person) bool { return p.ID == by.ID }) && y.mayEdit(ctx, by, g) {
		people = append(people, by)
	}
	return slices.DeleteFunc(people, func(p okr.Person) bool { return p.ID == "" })
}

func (y *syncing) mayEdit(ctx context.Context, p okr.Person, g okr.Goal) bool {
	return y.access.MayEdit(ctx, okr.Actor{Tenant: y.tenant.ID, Person: p}, g) == nil
}

// note has somebody told what hangs on a failure of connections, as far as that
// person may see it, and what that person can do.
func (y *syncing) note(ctx context.Context, to okr.Person, connections []okr.Connection, goals []okr.Goal, whole bool) {
	c := connections[0]
	health := c.Health
	if !whole {
		health = goals[0].Binding.Health
	}
	n := notice(to, c, goals, health)
	n.Others, n.Whole = connections[1:], whole
	if i := slices.IndexFunc(goals, func(g okr.Goal) bool { return y.mayEdit(ctx, to, g) }); i >= 0 {
		n.Binds, n.Chosen = goals[i].ID, goals[i].Binding.Query.Chosen != nil
	}
	_, err := y.connect.Connection(ctx, okr.Actor{Tenant: y.tenant.ID, Person: to}, c.ID)
	n.Opens = err == nil
	y.report.Notices = append(y.report.Notices, n)
}

// notice names what hangs on a failure, as far as its receiver may see it.
func notice(owner okr.Person, c okr.Connection, goals []okr.Goal, h okr.Health) okr.Notice {
	n := okr.Notice{Owner: owner, Connection: c, Health: h}
	var hidden []okr.GoalID
	for _, g := range goals {
		if !(okr.Actor{Person: owner}).Sees(g) {
			hidden = append(hidden, g.ID)
			continue
		}
		n.Goals = append(n.Goals, g.ID)
		if len(n.Titles) < okr.MaxNamed {
			n.Titles = append(n.Titles, g.Title)
		}
	}
	n.Goals = append(n.Goals, hidden...)
	return n
}

// NoticeGiven records that somebody was told of a failure, so that this person is not
// told again of it before a week has passed; of a query that finds nothing any more,
// never again.
func (s *Service) NoticeGiven(ctx context.Context, tenant okr.TenantID, n okr.Notice) error {
	if n.Ends > 0 {
		return s.warned(ctx, tenant, n)
	}
	if n.Missed {
		return s.changeBindings(ctx, tenant, n.Goals, func(b *okr.Binding) { b.Missed = "" })
	}
	if n.Emptied {
		return s.changeBindings(ctx, tenant, n.Goals, func(b *okr.Binding) { b.Emptied = "" })
	}
	if !n.Whole || !n.ToItsOwner() {
		return s.changeBindings(ctx, tenant, n.Goals, func(b *okr.Binding) { b.Health.Noticed(n.Owner.ID, s.Now()) })
	}
	for _, c := range append([]okr.Connection{n.Connection}, n.Others...) {
		_, err := s.Store.Connections().Update(ctx, tenant, c.ID, func(c *okr.Connection) error {
			c.Health.Noticed(n.Owner.ID, s.Now())
			return nil
		})
		if err := okr.IgnoreNotFound(err); err != nil {
			return err
		}
	}
	return nil
}

// changeBindings changes those of some goals, as far as they are bound.
func (s *Service) changeBindings(ctx context.Context, tenant okr.TenantID, goals []okr.GoalID, change func(*okr.Binding)) error {
	for ids := range slices.Chunk(goals, okr.MaxRecord) {
		err := s.Measurements.Record(ctx, tenant, ids, func(now []okr.Goal) (kept okr.Recorded, _ error) {
			for _, g := range now {
				if g.Binding != nil {
					change(g.Binding)
					kept.Goals = append(kept.Goals, g)
				}
			}
			return kept, nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
