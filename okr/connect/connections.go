package connect

import (
	"context"
	"slices"

	"okrbot/okr"
)

// Organizations lists the organizations of one of the actor's accounts.
func (s *Service) Organizations(ctx context.Context, actor okr.Actor, id okr.CredentialID) ([]string, error) {
	c, err := s.credential(ctx, actor, id)
	if err != nil {
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
			return &okr.Error{Kind: okr.NoAccess, Field: "organization", Msg: "Your account " + c.Account.UserName + " sees no project in the organization " + v.Name + ". Ask its administrator for access, or choose another one."}
		}
		return err
	})
	return v, err
}

// SaveConnection makes or edits a connection after checking that the actor can
// really read the project. After an edit that makes it private,
// [Service.ShareConnection] says what others measure through it no longer. Conflict: the name is in use. NotFound, NoAccess: the
// organization or project does not exist or refuses the account. Forbidden: the
// actor is a guest or not the owner.
func (s *Service) SaveConnection(ctx context.Context, actor okr.Actor, in okr.ConnectionInput) (okr.Connection, error) {
	if err := s.access.RequireEnabled(ctx, actor); err != nil {
		return okr.Connection{}, err
	}
	if actor.Guest {
		return okr.Connection{}, okr.Errorf(okr.Forbidden, "Guests cannot make connections. Ask a member of the organization.")
	}
	if err := in.Clean(); err != nil {
		return okr.Connection{}, err
	}
	organization, _, err := s.Directory.ParseOrganization(in.Organization)
	if err != nil {
		return okr.Connection{}, err
	}
	var project okr.RemoteProject
	c, err := s.inOrganization(ctx, actor, in.Credential, organization, func(c okr.Credential) (err error) {
		project, err = s.Directory.Project(ctx, okr.Access{Tenant: actor.Tenant, Credential: c.ID}, organization, in.Project)
		return err
	})
	if err != nil {
		return okr.Connection{}, err
	}
	return s.storeConnection(ctx, actor, in, func(conn *okr.Connection) {
		conn.Name, conn.Shared = in.Name, in.Shared
		conn.Organization, conn.Project = organization, project
		conn.Credential, conn.Account = c.ID, c.Account.UserName
		conn.Health = okr.Health{}
	})
}

func (s *Service) storeConnection(ctx context.Context, actor okr.Actor, in okr.ConnectionInput, fill func(*okr.Connection)) (conn okr.Connection, err error) {
	if in.Editing != "" {
		conn, err = s.Store.Connections().Update(ctx, actor.Tenant, in.Editing, func(c *okr.Connection) error {
			if c.Owner.ID != actor.ID {
				return okr.Errorf(okr.Forbidden, "Only %s, who made it, can edit this connection.", c.Owner.Name)
			}
			fill(c)
			return nil
		})
		if err == nil && conn.Shared { // what is private again is stopped by ShareConnection, which says what
			_, err = s.followSharing(ctx, actor.Tenant, conn)
		}
		return conn, connectionGone(in.Editing, nameInUse(err, in.Name))
	}
	id, err := okr.NextID(ctx, s.Store, actor.Tenant, okr.ConnectionPrefix)
	if err != nil {
		return conn, err
	}
	conn = okr.Connection{ID: okr.ConnectionID(id), Owner: actor.Person, CreatedAt: s.Now()}
	fill(&conn)
	// On the agenda first: an entry without a connection is harmless and is
	// dropped by the next sync; a connection without an entry would never sync.
	if err := s.Agenda.Plan(ctx, okr.Due{Kind: okr.DueSync, Tenant: actor.Tenant, ID: id}); err != nil {
		return conn, err
	}
	return conn, nameInUse(s.Store.Connections().Create(ctx, actor.Tenant, conn), in.Name)
}

func nameInUse(err error, name string) error {
	if okr.KindOf(err) == okr.Conflict {
		return &okr.Error{Kind: okr.Conflict, Field: "name", Err: err, Msg: "There is already a connection named " + name + ". Choose another name; organization and project make a good one."}
	}
	return err
}

// Connection reads a connection that the actor may see: an own, a shared or an
// offered one; admins see all, where nobody else reads along.
func (s *Service) Connection(ctx context.Context, actor okr.Actor, id okr.ConnectionID) (okr.Connection, error) {
	c, err := s.Store.Connections().Get(ctx, actor.Tenant, id)
	if err != nil {
		return c, connectionGone(id, err)
	}
	if c.Owner.ID == actor.ID || c.Shared || c.OfferedTo(actor) {
		return c, nil
	}
	if admin, err := s.access.IsAdmin(ctx, actor); err != nil || admin && !actor.Shared {
		return c, err
	} else if admin {
		return okr.Connection{}, okr.Errorf(okr.Forbidden, "Connection %s is private, and others read along here. An admin can see it in the own chat with okrbot.", id)
	}
	return okr.Connection{}, okr.WithNext(okr.Errorf(okr.Forbidden, "Connection %s is private. Ask %s to share it.", id, c.Owner.Name), okr.Step{Kind: okr.StepConnect})
}

// connectionGone says what to do when the store has no such connection.
func connectionGone(id okr.ConnectionID, err error) error {
	if okr.KindOf(err) != okr.NotFound {
		return err
	}
	return okr.WithNext(okr.Errorf(okr.NotFound, "There is no connection %s.", id), okr.Step{Kind: okr.StepConnections})
}

// Usable reads a connection that the actor may bind through: guests none, for they
// would read with the access of a member.
func (s *Service) Usable(ctx context.Context, actor okr.Actor, id okr.ConnectionID) (okr.Connection, error) {
	if actor.Guest {
		return okr.Connection{}, okr.Errorf(okr.Forbidden, "Guests cannot read queries through the connections of members. Ask a member of the organization.")
	}
	c, err := s.Connection(ctx, actor, id)
	if err == nil && c.Owner.ID != actor.ID && !c.Shared {
		err = okr.WithNext(okr.Errorf(okr.Forbidden, "Connection %s is private to %s. Ask for it to be shared.", c.Name, c.Owner.Name), okr.Step{Kind: okr.StepConnect})
	}
	return c, err
}

// Connections lists what the actor may bind through, own first, then shared.
func (s *Service) Connections(ctx context.Context, actor okr.Actor) ([]okr.Connection, error) {
	own, _, err := s.Store.Connections().List(ctx, actor.Tenant, okr.OwnerIndex(actor.ID), okr.Page{})
	if err != nil {
		return nil, err
	}
	shared, _, err := s.Store.Connections().List(ctx, actor.Tenant, okr.SharedIndex, okr.Page{})
	for _, c := range shared {
		if c.Owner.ID != actor.ID {
			own = append(own, c)
		}
	}
	return own, err
}

// AllConnections lists every connection for an admin, and for others those of
// [Service.Connections]: own first, then shared, then other people's. Where others
// read along it lists the shared ones only.
func (s *Service) AllConnections(ctx context.Context, actor okr.Actor) ([]okr.Connection, error) {
	list, err := s.Connections(ctx, actor)
	if err != nil {
		return nil, err
	}
	if actor.Shared {
		return slices.DeleteFunc(list, func(c okr.Connection) bool { return !c.Shared }), nil
	}
	if admin, err := s.access.IsAdmin(ctx, actor); err != nil || !admin {
		return list, err
	}
	all, _, err := s.Store.Connections().List(ctx, actor.Tenant, "", okr.Page{})
	for _, c := range all {
		if c.Owner.ID != actor.ID && !c.Shared {
			list = append(list, c)
		}
	}
	return list, err
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

// ShareConnection lets everyone of the tenant bind through a connection, or only
// its owner: what others bound through it is then measured no longer, and given for
// them to be told. Forbidden: the actor is not the owner.
func (s *Service) ShareConnection(ctx context.Context, actor okr.Actor, id okr.ConnectionID, shared bool) (okr.Connection, []okr.Goal, error) {
	c, err := s.Store.Connections().Update(ctx, actor.Tenant, id, func(c *okr.Connection) error {
		if c.Owner.ID != actor.ID || actor.Guest {
			return okr.Errorf(okr.Forbidden, "Only %s, who made it, can share this connection or make it private.", c.Owner.Name)
		}
		c.Shared = shared
		return nil
	})
	if err != nil {
		return c, nil, connectionGone(id, err)
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
	return slices.DeleteFunc(goals, func(g okr.Goal) bool { return g.Binding.BoundBy.ID == c.Owner.ID }), err
}

// CountOthers is how much others have bound through a connection.
func (s *Service) CountOthers(ctx context.Context, actor okr.Actor, c okr.Connection) (int, error) {
	goals, err := s.boundByOthers(ctx, actor.Tenant, c)
	return len(goals), err
}

// DeleteConnection removes a connection. What was measured through it keeps its
// last value and says that its connection is gone. Forbidden: the actor is
// neither the owner nor an admin.
func (s *Service) DeleteConnection(ctx context.Context, actor okr.Actor, id okr.ConnectionID) (okr.Connection, error) {
	c, err := s.Connection(ctx, actor, id)
	if err != nil {
		return c, err
	}
	if admin, err := s.access.IsAdmin(ctx, actor); err != nil {
		return c, err
	} else if (c.Owner.ID != actor.ID || actor.Guest) && !admin {
		return c, okr.Errorf(okr.Forbidden, "Only %s, who made it, or an admin can delete this connection.", c.Owner.Name)
	}
	bound, err := s.everBound(ctx, actor.Tenant, id)
	if err != nil {
		return c, err
	}
	gone := okr.Errorf(okr.NotFound, "Its connection %s was deleted by %s. Bind it again with another connection; the last value stays until then.", c.Name, actor.Name)
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
