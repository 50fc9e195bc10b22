package measure

import (
	"context"
	"maps"
	"slices"

	"okrbot/okr"
)

// recordFailure keeps the last values of a query's goals and marks them. A
// failure of the whole connection ends the sync of its other queries too. Works
// says that other queries can be read, so that a refusal is this query's own.
func (y *syncing) recordFailure(ctx context.Context, query string, cause error, works bool) ([]okr.SyncRow, error) {
	whole := !okr.KindOf(cause).OfQuery() && (okr.KindOf(cause) != okr.NoAccess || !works)
	goals := y.Goals
	if !whole {
		goals = y.BoundTo(query)
	}
	var rows []okr.SyncRow
	for _, g := range goals {
		if y.report.Measured(g.ID) {
			continue
		}
		row, err := y.failGoal(ctx, g, cause)
		if err != nil {
			return rows, err
		}
		if row.Goal.ID != "" {
			rows = append(rows, row)
		}
	}
	if !whole {
		y.noteQueryFailure(rows)
		return rows, nil
	}
	y.report.Failure = cause
	return rows, y.noteConnectionFailure(ctx, cause)
}

// failGoal marks a goal's value as stale; the row of one that is no longer
// measured through its connection is empty.
func (y *syncing) failGoal(ctx context.Context, was okr.Goal, cause error) (okr.SyncRow, error) {
	g, err := y.connect.FailBinding(ctx, y.tenant.ID, was.ID, was.Binding.Connection, okr.HealthNew, cause)
	if err != nil || g.Binding == nil || g.Binding.Connection != was.Binding.Connection {
		return okr.SyncRow{}, err
	}
	status, err := y.statusOf(ctx, g)
	return okr.SyncRow{Goal: g, Before: g.Value(), After: g.Value(), Status: status, Problem: g.Binding.Health.Problem, Next: okr.NextOf(cause)}, err
}

// noteConnectionFailure records that nothing can be measured through the
// connections and tells their owner. The error is the cause if trying again soon
// may help.
func (y *syncing) noteConnectionFailure(ctx context.Context, cause error) error {
	retry := false
	for _, id := range slices.Sorted(maps.Keys(y.Connections)) {
		c, err := y.connect.FailConnection(ctx, y.tenant.ID, id, cause)
		if okr.KindOf(err) == okr.NotFound {
			continue // deleted while its queries ran
		}
		if err != nil {
			return err
		}
		if c.Health.NoticeDue(y.Now()) {
			n := notice(c.Owner, c, y.BoundThrough(id), c.Health)
			n.Whole = true
			y.report.Notices = append(y.report.Notices, n)
		}
		retry = retry || !c.Health.NeedsPerson()
	}
	if retry {
		return cause
	}
	return nil
}

// noteQueryFailure tells whoever bound a goal to a query that fails, once for
// all goals that they bound to it.
func (y *syncing) noteQueryFailure(failed []okr.SyncRow) {
	byOwner := map[okr.UserID][]okr.Goal{}
	var owners []okr.Person
	for _, row := range failed {
		b := row.Goal.Binding
		if !b.Health.NoticeDue(y.Now()) {
			continue
		}
		if _, known := byOwner[b.BoundBy.ID]; !known {
			owners = append(owners, b.BoundBy)
		}
		byOwner[b.BoundBy.ID] = append(byOwner[b.BoundBy.ID], row.Goal)
	}
	for _, o := range owners {
		first := byOwner[o.ID][0].Binding
		y.report.Notices = append(y.report.Notices, notice(o, y.Connections[first.Connection], byOwner[o.ID], first.Health))
	}
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

// NoticeGiven records that an owner was told of a failure, so that it is not
// told again before a week has passed.
func (s *Service) NoticeGiven(ctx context.Context, tenant okr.TenantID, n okr.Notice) error {
	if n.Whole {
		_, err := s.Store.Connections().Update(ctx, tenant, n.Connection.ID, func(c *okr.Connection) error {
			c.Health.NoticeAt = s.Now()
			return nil
		})
		return okr.IgnoreNotFound(err)
	}
	for _, id := range n.Goals {
		_, err := s.Store.Goals().Update(ctx, tenant, id, func(g *okr.Goal) error {
			if g.Binding != nil {
				g.Binding.Health.NoticeAt = s.Now()
			}
			return nil
		})
		if err := okr.IgnoreNotFound(err); err != nil {
			return err
		}
	}
	return nil
}
