package connect

import (
	"context"
	"strings"

	"okrbot/okr"
)

// requireAdmin refuses who is no admin of the tenant, with what it is about.
func (s *Service) requireAdmin(ctx context.Context, actor okr.Actor, act string) error {
	admin, err := s.access.IsAdmin(ctx, actor)
	if err != nil || admin {
		return err
	}
	t, err := s.access.Settings(ctx, actor.Tenant)
	if err != nil {
		return err
	}
	msg := "Only an admin can " + act + "."
	if names := s.access.AdminList(ctx, t); len(names) > 0 {
		msg += " Ask " + strings.Join(names, ", ") + "."
	}
	return okr.Errorf(okr.Forbidden, "%s", msg)
}

// keeps refuses who may not change a connection: it is its owner's, or any admin's where an
// application reads for it.
func (s *Service) keeps(ctx context.Context, actor okr.Actor, c okr.Connection, act string) error {
	switch {
	case c.Application != nil:
		return s.requireAdmin(ctx, actor, act+" this connection, which the application "+c.Application.Name+" reads for")
	case !c.IsOf(actor.ID) || actor.Guest:
		return okr.Errorf(okr.Forbidden, "Only %s, its owner, can %s this connection.", c.Owner.Name, act)
	}
	return nil
}

// keepsOrAdmin refuses who neither keeps a connection nor is an admin.
func (s *Service) keepsOrAdmin(ctx context.Context, actor okr.Actor, c okr.Connection, act string) error {
	if c.IsOf(actor.ID) && !actor.Guest {
		return nil
	}
	if c.Application != nil {
		return s.keeps(ctx, actor, c, act)
	}
	admin, err := s.access.IsAdmin(ctx, actor)
	if err == nil && !admin {
		err = okr.Errorf(okr.Forbidden, "Only %s, its owner, or an admin can %s this connection.", c.Owner.Name, act)
	}
	return err
}

// Keeps says whether the actor may edit a connection and what belongs to that.
func (s *Service) Keeps(ctx context.Context, actor okr.Actor, c okr.Connection) (bool, error) {
	err := s.keeps(ctx, actor, c, "edit")
	if okr.KindOf(err) == okr.Forbidden {
		return false, nil
	}
	return err == nil, err
}
