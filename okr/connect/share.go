package connect

import (
	"context"
	"slices"

	"okrbot/okr"
)

// ShareConnection lets everyone of the tenant bind through a connection, or only
// its owner: what others bound through it is then measured no longer, and given for
// them to be told. One that an application reads for is always shared; then this stops what
// its folders do not hold. Forbidden: the actor does not keep it. Invalid: it cannot be private.
func (s *Service) ShareConnection(ctx context.Context, actor okr.Actor, id okr.ConnectionID, shared bool) (okr.Connection, []okr.Goal, error) {
	c, err := s.Store.Connections().Update(ctx, actor.Tenant, id, func(c *okr.Connection) error {
		if err := s.keeps(ctx, actor, *c, "share or limit"); err != nil {
			return err
		}
		if c.Application != nil && !shared {
			return okr.Errorf(okr.Invalid, "The connection %s can't be private, because it uses an application. Limit it to folders of queries instead.", c.Name)
		}
		c.Shared = shared
		return nil
	})
	if err != nil {
		return c, nil, connectionGone(id, err)
	}
	if c.Application != nil {
		stopped, err := s.stopOutside(ctx, actor.Tenant, c)
		return c, stopped, err
	}
	changed, err := s.followSharing(ctx, actor.Tenant, c)
	return c, changed, err
}

// followSharing stops what others bound through a connection that is private again,
// and lets it go on through one that is shared. It gives what it stopped.
func (s *Service) followSharing(ctx context.Context, tenant okr.TenantID, c okr.Connection) ([]okr.Goal, error) {
	goals, err := s.everBound(ctx, tenant, c.ID)
	if err != nil {
		return nil, err
	}
	var stopped []okr.Goal
	for _, g := range goals {
		hasStopped := false
		g, err := s.Store.Goals().Update(ctx, tenant, g.ID, func(g *okr.Goal) error {
			hasStopped = g.Binding != nil && g.Binding.Connection == c.ID && c.Follow(g.Binding, s.Now())
			return nil
		})
		if okr.IgnoreNotFound(err) != nil {
			return stopped, err
		}
		if hasStopped && g.Deleted == nil {
			stopped = append(stopped, g)
		}
	}
	return stopped, nil
}

// stopOutside marks what the folders of a connection do not hold, and gives what it marked:
// who bound that is told of it at once, and so not once more by the next sync. That looks
// again, and heals what is in them after all.
func (s *Service) stopOutside(ctx context.Context, tenant okr.TenantID, c okr.Connection) ([]okr.Goal, error) {
	goals, err := outside(ctx, s.Store, tenant, c)
	if err != nil {
		return nil, err
	}
	var stopped []okr.Goal
	for _, g := range goals {
		cause, hasStopped := c.Allows(g.Binding.Query), false
		g, err := s.Store.Goals().Update(ctx, tenant, g.ID, func(g *okr.Goal) error {
			b := g.Binding
			hasStopped = b != nil && b.Connection == c.ID && isMeasured(*g) && c.Allows(b.Query) != nil
			if hasStopped {
				b.Health = b.Health.Failed(cause, s.Now())
				b.Health.Noticed(b.BoundBy.ID, s.Now())
			}
			return nil
		})
		if okr.IgnoreNotFound(err) != nil {
			return stopped, err
		}
		if hasStopped && g.Deleted == nil {
			stopped = append(stopped, g)
		}
	}
	return stopped, nil
}

// everBound lists what is bound through a connection, and what is deleted and would be
// if it were restored.
func (s *Service) everBound(ctx context.Context, tenant okr.TenantID, id okr.ConnectionID) ([]okr.Goal, error) {
	bound, _, err := s.Store.Goals().List(ctx, tenant, okr.BoundIndex(id), okr.Page{})
	if err != nil {
		return nil, err
	}
	deleted, _, err := s.Store.Goals().List(ctx, tenant, okr.DeletedIndex, okr.Page{})
	return append(bound, slices.DeleteFunc(deleted, func(g okr.Goal) bool {
		return g.Binding == nil || g.Binding.Connection != id
	})...), err
}

// boundByOthers lists what is bound through a connection by others than its owner.
func (s *Service) boundByOthers(ctx context.Context, tenant okr.TenantID, c okr.Connection) ([]okr.Goal, error) {
	goals, _, err := s.Store.Goals().List(ctx, tenant, okr.BoundIndex(c.ID), okr.Page{})
	return slices.DeleteFunc(goals, func(g okr.Goal) bool { return c.IsOf(g.Binding.BoundBy.ID) }), err
}

// CountOthers is how much others have bound through a connection.
func (s *Service) CountOthers(ctx context.Context, actor okr.Actor, c okr.Connection) (int, error) {
	goals, err := s.boundByOthers(ctx, actor.Tenant, c)
	return len(goals), err
}
