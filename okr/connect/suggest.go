package connect

import (
	"context"

	"okrbot/okr"
)

// Known is what the tenant's connections say about a new one: the names that are taken, and
// how many lead where. It is for a form of the actor, and for nobody to see whole. Forbidden: the
// actor is a guest.
func (s *Service) Known(ctx context.Context, actor okr.Actor) (okr.KnownConnections, error) {
	if actor.Guest {
		return nil, okr.Errorf(okr.Forbidden, "Guests can't add connections. Ask a member of your organization.")
	}
	all, _, err := s.Store.Connections().List(ctx, actor.Tenant, "", okr.Page{})
	return all, err
}

// named gives a connection that nobody named the name of its organization and project.
func (s *Service) named(ctx context.Context, actor okr.Actor, in okr.ConnectionInput, ref okr.ProjectRef) (okr.ConnectionInput, error) {
	if in.Name != "" {
		return in, nil
	}
	known, err := s.Known(ctx, actor)
	in.Name = known.NameFor(actor, ref.Organization, ref.Project.Name)
	return in, err
}
