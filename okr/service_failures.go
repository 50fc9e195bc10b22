package okr

import (
	"context"
	"slices"
)

// recordFailure keeps the last values of a query's goals and marks them. A
// failure of the whole connection ends the sync of its other queries too.
func (s *Service) recordFailure(ctx context.Context, tenant TenantID, c Connection, query string, cause error, report *SyncReport) ([]SyncRow, error) {
	goals, _, err := s.Store.Goals().List(ctx, tenant, BoundIndex(c.ID), Page{})
	if err != nil {
		return nil, err
	}
	whole := isConnectionFailure(KindOf(cause))
	var rows []SyncRow
	for _, g := range goals {
		if (!whole && g.Binding.Query.ID != query) || report.measured(g.ID) {
			continue
		}
		row, err := s.failGoal(ctx, tenant, c, g.ID, cause)
		if err != nil {
			return rows, err
		}
		if row.Goal.ID != "" {
			rows = append(rows, row)
		}
	}
	if !whole {
		return rows, s.noteQueryFailure(ctx, tenant, c, goals, query, report)
	}
	return rows, s.noteConnectionFailure(ctx, tenant, c, goals, cause, report)
}

// measured says whether this sync has measured a goal already.
func (r SyncReport) measured(id GoalID) bool {
	return slices.ContainsFunc(r.Rows, func(row SyncRow) bool { return row.Goal.ID == id && row.Problem == "" })
}

// failGoal marks a goal's value as stale; the row of one that is no longer
// measured through the connection is empty.
func (s *Service) failGoal(ctx context.Context, tenant TenantID, c Connection, id GoalID, cause error) (SyncRow, error) {
	g, err := s.failBinding(ctx, tenant, id, c.ID, HealthNew, cause)
	if err != nil || g.Binding == nil || g.Binding.Connection != c.ID {
		return SyncRow{}, err
	}
	t, err := s.Settings(ctx, tenant)
	if err != nil {
		return SyncRow{}, err
	}
	status, err := s.statusOf(ctx, tenant, t, g)
	return SyncRow{Goal: g, Before: value(g), After: value(g), Status: status, Problem: g.Binding.Health.Problem}, err
}

// noteConnectionFailure records that nothing can be measured through a
// connection and tells its owner. The error is the cause if trying again soon
// may help.
func (s *Service) noteConnectionFailure(ctx context.Context, tenant TenantID, c Connection, goals []Goal, cause error, report *SyncReport) error {
	report.Failure = cause
	c, err := s.failConnection(ctx, tenant, c.ID, cause)
	if err != nil {
		return ignoreNotFound(err) // deleted while its queries ran
	}
	if c.Health.noticeDue(s.Now()) {
		report.Notices = append(report.Notices, notice(c.Owner, c, goals, c.Health))
	}
	if c.Health.needsPerson() {
		return nil
	}
	return cause
}

func isConnectionFailure(kind Kind) bool {
	switch kind {
	case QueryGone, QueryBroken, QueryTooLarge:
		return false
	default:
		return true
	}
}

// noteQueryFailure tells whoever bound a goal to a query that fails, once for
// all goals that they bound to it.
func (s *Service) noteQueryFailure(ctx context.Context, tenant TenantID, c Connection, goals []Goal, query string, report *SyncReport) error {
	byOwner := map[UserID][]Goal{}
	var owners []Person
	for _, g := range goals {
		if g.Binding.Query.ID != query {
			continue
		}
		g, err := s.Store.Goals().Get(ctx, tenant, g.ID)
		if err != nil && KindOf(err) != NotFound {
			return err
		}
		if err != nil || g.Binding == nil || !g.Binding.Health.noticeDue(s.Now()) {
			continue
		}
		if _, known := byOwner[g.Binding.BoundBy.ID]; !known {
			owners = append(owners, g.Binding.BoundBy)
		}
		byOwner[g.Binding.BoundBy.ID] = append(byOwner[g.Binding.BoundBy.ID], g)
	}
	for _, o := range owners {
		affected := byOwner[o.ID]
		report.Notices = append(report.Notices, notice(o, c, affected, affected[0].Binding.Health))
	}
	return nil
}

func notice(owner Person, c Connection, goals []Goal, h Health) Notice {
	n := Notice{Owner: owner, Connection: c, Health: h}
	for _, g := range goals {
		n.Goals = append(n.Goals, g.ID)
		if len(n.Titles) < maxNamed {
			n.Titles = append(n.Titles, g.Title)
		}
	}
	return n
}

// NoticeGiven records that an owner was told of a failure, so that it is not
// told again before a week has passed.
func (s *Service) NoticeGiven(ctx context.Context, tenant TenantID, n Notice) error {
	if isConnectionState(n.Health.State) {
		_, err := s.Store.Connections().Update(ctx, tenant, n.Connection.ID, func(c *Connection) error {
			c.Health.NoticeAt = s.Now()
			return nil
		})
		return ignoreNotFound(err)
	}
	for _, id := range n.Goals {
		_, err := s.Store.Goals().Update(ctx, tenant, id, func(g *Goal) error {
			if g.Binding != nil {
				g.Binding.Health.NoticeAt = s.Now()
			}
			return nil
		})
		if err := ignoreNotFound(err); err != nil {
			return err
		}
	}
	return nil
}

func isConnectionState(state HealthState) bool {
	return state != HealthQueryGone && state != HealthQueryBroken
}

func ignoreNotFound(err error) error {
	if KindOf(err) == NotFound {
		return nil
	}
	return err
}
