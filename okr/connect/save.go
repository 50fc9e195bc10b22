package connect

import (
	"context"
	"errors"

	"okrbot/okr"
)

// SaveConnection makes or edits a connection after checking that the actor, or the application
// that is to read for it, can really read the project. After an edit that makes it private or
// limits its folders, [Service.ShareConnection] says what others measure through it no longer.
// Conflict: the name is in use, or, with the cause [okr.ErrMeanwhile], it is not what was edited
// any more. NotFound, NoAccess: the organization or project does not exist
// or refuses the account. Forbidden: the actor is a guest, does not keep it, or is no admin
// where an application reads.
func (s *Service) SaveConnection(ctx context.Context, actor okr.Actor, in okr.ConnectionInput) (okr.Connection, error) {
	if err := s.access.RequireEnabled(ctx, actor); err != nil {
		return okr.Connection{}, err
	}
	if actor.Guest {
		return okr.Connection{}, okr.Errorf(okr.Forbidden, "Guests can't add connections. Ask a member of your organization.")
	}
	if err := in.Clean(); err != nil {
		return okr.Connection{}, err
	}
	if err := s.withItsApplication(ctx, actor, &in); err != nil {
		return okr.Connection{}, err
	}
	organization, _, err := s.Directory.ParseOrganization(in.Organization)
	if err != nil {
		return okr.Connection{}, err
	}
	ref := okr.ProjectRef{Organization: organization}
	c, err := s.inOrganization(ctx, actor, in.Credential, organization, func(c okr.Credential) (err error) {
		ref.Project, err = s.Directory.Project(ctx, okr.Access{Tenant: actor.Tenant, Credential: c.ID}, organization, in.Project)
		return err
	})
	if err != nil {
		return okr.Connection{}, err
	}
	if c.Application == nil {
		in.Folders = nil
	} else if in.Folders, err = checkedFolders(ctx, s.QueryFolders, okr.Access{Tenant: actor.Tenant, Credential: c.ID}, ref, in.Folders); err != nil {
		return okr.Connection{}, err
	}
	if in, err = s.named(ctx, actor, in, ref); err != nil {
		return okr.Connection{}, err
	}
	return s.storeConnection(ctx, actor, in, func(conn *okr.Connection) {
		conn.Name, conn.Shared, conn.Folders = in.Name, in.Shared || c.Application != nil, in.Folders
		conn.Organization, conn.Project = organization, ref.Project
		conn.Health = okr.Health{LastOK: conn.Health.LastOK}
		conn.ReadBy(c, actor.Person)
	})
}

// withItsApplication lets an edit that names no sign-in keep the application that reads.
func (s *Service) withItsApplication(ctx context.Context, actor okr.Actor, in *okr.ConnectionInput) error {
	if in.Editing == "" {
		return nil
	}
	c, err := s.Store.Connections().Get(ctx, actor.Tenant, in.Editing)
	if err != nil {
		return connectionGone(in.Editing, err)
	}
	if err := s.keeps(ctx, actor, c, "edit"); err != nil {
		return err
	}
	if c.Application != nil && in.Credential == "" {
		in.Credential = c.Credential
	}
	return nil
}

func (s *Service) storeConnection(ctx context.Context, actor okr.Actor, in okr.ConnectionInput, fill func(*okr.Connection)) (conn okr.Connection, err error) {
	if in.Editing != "" {
		conn, err = s.Store.Connections().Update(ctx, actor.Tenant, in.Editing, func(c *okr.Connection) error {
			if err := s.keeps(ctx, actor, *c, "edit"); err != nil {
				return err
			}
			then := *c
			fill(&then)
			if in.Was != nil && differs(*c, *in.Was) && differs(*c, then) {
				return okr.WithNext(okr.WrapError(okr.Conflict, okr.ErrMeanwhile, "Somebody else changed the connection %s while you were editing it, so your changes weren't saved. Check it, then edit it again.", c.Name),
					okr.Step{Kind: okr.StepConnection, Connection: c.ID})
			}
			*c = then
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

// differs says whether two states of a connection read something else, or are called differently.
func differs(a, b okr.Connection) bool {
	return a.Name != b.Name || a.Organization != b.Organization || a.Project.ID != b.Project.ID || a.Credential != b.Credential || a.Limits(b)
}

func nameInUse(err error, name string) error {
	if okr.KindOf(err) == okr.Conflict && !errors.Is(err, okr.ErrMeanwhile) {
		return &okr.Error{Kind: okr.Conflict, Field: "name", Err: err, Msg: "There is already a connection named " + name + ". Choose another name, for example the organization and project."}
	}
	return err
}
