package connect

import (
	"context"
	"slices"

	"okrbot/okr"
)

// Organizations lists the organizations of one of the actor's accounts.
func (s *Service) Organizations(ctx context.Context, actor okr.Actor, id okr.CredentialID) ([]string, error) {
	c, err := s.credential(ctx, actor, id)
	if err != nil || c.Application != nil { // an application has no profile to ask for them
		return nil, err
	}
	return s.Directory.Organizations(ctx, okr.Access{Tenant: actor.Tenant, Credential: c.ID})
}

// RemoteProjects lists the projects of an organization as typed or pasted, with the sign-in that
// sees it: the given one, or the actor's at the organization's own tenant. SignIn: the
// actor has none there, and the step says where.
func (s *Service) RemoteProjects(ctx context.Context, actor okr.Actor, id okr.CredentialID, text string) (okr.OrganizationView, error) {
	var v okr.OrganizationView
	var err error
	if v.Name, v.Project, err = s.Directory.ParseOrganization(text); err != nil {
		return v, err
	}
	v.With, err = s.inOrganization(ctx, actor, id, v.Name, func(c okr.Credential) (err error) {
		v.Projects, err = s.Directory.Projects(ctx, okr.Access{Tenant: actor.Tenant, Credential: c.ID}, v.Name)
		if err == nil && len(v.Projects) == 0 {
			return seesNoProject(c, v.Name)
		}
		return err
	})
	return v, err
}

func seesNoProject(c okr.Credential, organization string) error {
	if c.Application != nil {
		return okr.NoReader(c, organization)
	}
	return &okr.Error{Kind: okr.NoAccess, Field: "organization", Msg: "Your account " + c.Account.UserName + " sees no project in the organization " + organization + ". Ask its administrator for access, or choose another one."}
}

// Connection reads a connection that the actor may see: an own, a shared or an
// offered one; admins see all, where nobody else reads along.
func (s *Service) Connection(ctx context.Context, actor okr.Actor, id okr.ConnectionID) (okr.Connection, error) {
	c, err := s.Store.Connections().Get(ctx, actor.Tenant, id)
	if err != nil {
		return c, connectionGone(id, err)
	}
	if c.IsOf(actor.ID) || c.Shared || c.OfferedTo(actor) {
		return c, nil
	}
	if admin, err := s.access.IsAdmin(ctx, actor); err != nil || admin && !actor.Shared {
		return c, err
	} else if admin {
		return okr.Connection{}, okr.Errorf(okr.Forbidden, "Connection %s is private. Admins can see it in their 1:1 chat with okrbot.", id)
	}
	return okr.Connection{}, okr.WithNext(okr.Errorf(okr.Forbidden, "Connection %s is private. Ask %s to share it.", id, c.Owner.Name), okr.Step{Kind: okr.StepConnect})
}

// connectionGone says what to do when the store has no such connection.
func connectionGone(id okr.ConnectionID, err error) error {
	if okr.KindOf(err) != okr.NotFound {
		return err
	}
	return okr.WithNext(okr.Errorf(okr.NotFound, "%s doesn't exist or was deleted.", id), okr.Step{Kind: okr.StepConnections})
}

// Usable reads a connection that the actor may bind through: guests none, for they
// would read with the access of a member.
func (s *Service) Usable(ctx context.Context, actor okr.Actor, id okr.ConnectionID) (okr.Connection, error) {
	if actor.Guest {
		return okr.Connection{}, okr.Errorf(okr.Forbidden, "Guests can't use members' connections. Ask a member of your organization.")
	}
	c, err := s.Connection(ctx, actor, id)
	if err == nil && !c.IsOf(actor.ID) && !c.Shared {
		err = okr.WithNext(okr.Errorf(okr.Forbidden, "Connection %s is private to %s. Ask for it to be shared.", c.Name, c.Owner.Name), okr.Step{Kind: okr.StepConnect})
	}
	return c, err
}

// Connections lists what the actor may bind through, own first, then shared.
func (s *Service) Connections(ctx context.Context, actor okr.Actor) ([]okr.Connection, error) {
	return s.plainly(ctx, okr.ConnectionQuery{Viewer: actor.ID}, actor.Tenant)
}

// plainly lists connections without what is measured through them.
func (s *Service) plainly(ctx context.Context, q okr.ConnectionQuery, tenant okr.TenantID) ([]okr.Connection, error) {
	q.Plain = true
	found, _, err := s.Counts.FindConnections(ctx, tenant, q)
	list := make([]okr.Connection, 0, len(found))
	for _, c := range found {
		list = append(list, c.Connection)
	}
	return list, err
}

// AllConnections lists every connection for an admin, and for others those of
// [Service.Connections]: own first, then shared, then other people's. Where others
// read along it lists the shared ones only.
func (s *Service) AllConnections(ctx context.Context, actor okr.Actor) ([]okr.Connection, error) {
	admin, err := s.access.IsAdmin(ctx, actor)
	if err != nil {
		return nil, err
	}
	return s.plainly(ctx, okr.ConnectionQuery{Viewer: actor.ID, Shared: actor.Shared, All: admin && !actor.Shared}, actor.Tenant)
}

// ListConnections is a page of [Service.AllConnections] with what is measured through each,
// and how many there are. An offset behind them gives the last one.
func (s *Service) ListConnections(ctx context.Context, actor okr.Actor, page okr.Page) ([]okr.BoundConnection, int, error) {
	admin, err := s.access.IsAdmin(ctx, actor)
	if err != nil {
		return nil, 0, err
	}
	return s.Counts.FindConnections(ctx, actor.Tenant, okr.ConnectionQuery{Viewer: actor.ID, Shared: actor.Shared, All: admin && !actor.Shared, Page: page})
}

// FailingFirst is the first page of [Service.AllConnections] with those that fail first.
func (s *Service) FailingFirst(ctx context.Context, actor okr.Actor, limit int) ([]okr.BoundConnection, error) {
	admin, err := s.access.IsAdmin(ctx, actor)
	if err != nil {
		return nil, err
	}
	list, _, err := s.Counts.FindConnections(ctx, actor.Tenant, okr.ConnectionQuery{
		Viewer: actor.ID, Shared: actor.Shared, All: admin && !actor.Shared, Failing: true, Page: okr.Page{Limit: limit},
	})
	return list, err
}

// Bound lists a page of what is measured through a connection without what the
// actor may not see here, and how much there is of everything.
func (s *Service) Bound(ctx context.Context, actor okr.Actor, id okr.ConnectionID, page okr.Page) ([]okr.Goal, int, error) {
	goals, n, err := s.Store.Goals().List(ctx, actor.Tenant, okr.BoundIndex(id), page)
	return slices.DeleteFunc(goals, func(g okr.Goal) bool { return !actor.Sees(g) }), n, err
}

// DeleteConnection removes a connection. What was measured through it keeps its
// last value and says that its connection is gone. Forbidden: the actor is
// neither the owner nor an admin.
func (s *Service) DeleteConnection(ctx context.Context, actor okr.Actor, id okr.ConnectionID) (okr.Connection, error) {
	c, err := s.Connection(ctx, actor, id)
	if err != nil {
		return c, err
	}
	if err := s.keepsOrAdmin(ctx, actor, c, "delete"); err != nil {
		return c, err
	}
	bound, err := s.everBound(ctx, actor.Tenant, id)
	if err != nil {
		return c, err
	}
	gone := okr.Errorf(okr.NotFound, "%[2]s deleted the connection %[1]s. Bind it through another connection. The last value stays until then.", c.Name, actor.Name)
	if _, err := s.FailBindings(ctx, actor.Tenant, bound, okr.HealthUnbound, gone); err != nil {
		return c, err
	}
	if err := s.forgetSnapshots(ctx, actor.Tenant, c, bound); err != nil {
		return c, err
	}
	if err := s.Agenda.Drop(ctx, okr.Due{Kind: okr.DueSync, Tenant: actor.Tenant, ID: string(id)}); err != nil {
		return c, err
	}
	return s.Store.Connections().Delete(ctx, actor.Tenant, id)
}

// forgetSnapshots forgets what the queries of a connection held, unless another
// connection with the same access goes on measuring them.
func (s *Service) forgetSnapshots(ctx context.Context, tenant okr.TenantID, c okr.Connection, bound []okr.Goal) error {
	same, err := s.SiblingsOf(ctx, tenant, c)
	if err != nil {
		return err
	}
	others := slices.DeleteFunc(same.Goals, func(g okr.Goal) bool { return g.Binding.Connection == c.ID })
	for _, q := range DistinctQueries(bound, nil) {
		if slices.Contains(DistinctQueries(others, nil), q) {
			continue
		}
		if err := s.Measurements.SaveSnapshot(ctx, tenant, c.Credential, q, nil); err != nil {
			return err
		}
	}
	return nil
}

// FailBindings records why goals are not measured any more through the connections that
// they were bound to, and gives them as they then stand; those that were deleted
// meanwhile are left out.
func (s *Service) FailBindings(ctx context.Context, tenant okr.TenantID, goals []okr.Goal, state okr.HealthState, cause error) ([]okr.Goal, error) {
	var all []okr.Goal
	for chunk := range slices.Chunk(goals, okr.MaxRecord) {
		after, err := s.failBindings(ctx, tenant, chunk, state, cause)
		if err != nil {
			return all, err
		}
		all = append(all, after...)
	}
	return all, nil
}

func (s *Service) failBindings(ctx context.Context, tenant okr.TenantID, goals []okr.Goal, state okr.HealthState, cause error) (after []okr.Goal, err error) {
	ids, through := make([]okr.GoalID, len(goals)), map[okr.GoalID]okr.ConnectionID{}
	for i, g := range goals {
		ids[i], through[g.ID] = g.ID, g.Binding.Connection
	}
	err = s.Measurements.Record(ctx, tenant, ids, func(now []okr.Goal) (kept okr.Recorded, _ error) {
		for _, g := range now {
			b := g.Binding
			if b == nil || b.Connection != through[g.ID] || b.Health.State == okr.HealthUnbound && state != okr.HealthUnbound {
				continue
			}
			b.Health = b.Health.Failed(cause, s.Now())
			if state != okr.HealthNew {
				b.Health.State = state
			}
			kept.Goals = append(kept.Goals, g)
		}
		after = now
		return kept, nil
	})
	return after, err
}

// OwnConnections lists the connections that the actor made.
func (s *Service) OwnConnections(ctx context.Context, actor okr.Actor) ([]okr.Connection, error) {
	own, _, err := s.Store.Connections().List(ctx, actor.Tenant, okr.OwnerIndex(actor.ID), okr.Page{})
	return own, err
}

// FailConnection records why nothing can be measured through a connection.
func (s *Service) FailConnection(ctx context.Context, tenant okr.TenantID, id okr.ConnectionID, cause error) (okr.Connection, error) {
	return s.Store.Connections().Update(ctx, tenant, id, func(c *okr.Connection) error {
		c.Health = c.Health.Failed(cause, s.Now())
		return nil
	})
}
