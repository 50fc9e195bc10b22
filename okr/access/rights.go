package access

import (
	"cmp"
	"context"

	"okrbot/okr"
)

// MayEdit fails with NotFound for what the actor may not see, with Forbidden
// unless the actor may change it, and with Invalid when it is closed.
func (s *Service) MayEdit(ctx context.Context, actor okr.Actor, g okr.Goal) error {
	if err := s.MayManage(ctx, actor, g); err != nil {
		return err
	}
	return g.RequireOpen()
}

// Rechecked gives the settings that somebody writes by: where those at hand list the actor
// as an admin they are read again, since a turn may go by those of before.
func (s *Service) Rechecked(ctx context.Context, t okr.Settings, actor okr.Actor) (okr.Settings, error) {
	if !t.HasAdmin(actor.ID) || s.isConfigured(actor.Tenant, actor.ID) {
		return t, nil
	}
	return s.stored(ctx, actor.Tenant)
}

// MayEditBelow is MayEdit for who has read the settings and the objective above.
func (s *Service) MayEditBelow(t okr.Settings, actor okr.Actor, g, parent okr.Goal) error {
	if !actor.Sees(g) {
		return okr.GoalNotFound(actor, g.ID)
	}
	if !actor.MayEdit(g, parent, s.Administers(t, actor)) {
		return okr.MayNot(g, "change")
	}
	return g.RequireOpen()
}

// MayCheckInBelow is MayCheckIn for who has read the settings and the objective above.
func (s *Service) MayCheckInBelow(t okr.Settings, actor okr.Actor, g, parent okr.Goal) error {
	if !actor.Sees(g) {
		return okr.GoalNotFound(actor, g.ID)
	}
	if !actor.MayCheckIn(g, parent, s.Administers(t, actor)) {
		return okr.MayNot(g, "check in")
	}
	return g.RequireOpen()
}

// MayManage is mayEdit for a goal that may be closed.
func (s *Service) MayManage(ctx context.Context, actor okr.Actor, g okr.Goal) error {
	return s.may(ctx, actor, g, okr.Actor.MayEdit, "change")
}

// MayCheckIn is MayEdit for check-ins.
func (s *Service) MayCheckIn(ctx context.Context, actor okr.Actor, g okr.Goal) error {
	if err := s.may(ctx, actor, g, okr.Actor.MayCheckIn, "check in"); err != nil {
		return err
	}
	return g.RequireOpen()
}

// right is a rule such as Actor.MayEdit.
type right func(actor okr.Actor, g, parent okr.Goal, isAdmin bool) bool

func (s *Service) may(ctx context.Context, actor okr.Actor, g okr.Goal, allowed right, act string) error {
	if !actor.Sees(g) {
		return okr.GoalNotFound(actor, g.ID)
	}
	if allowed(actor, g, okr.Goal{}, false) {
		return nil // without reading who administers, or the objective above
	}
	isAdmin, err := s.IsAdmin(ctx, actor)
	if err != nil || allowed(actor, g, okr.Goal{}, isAdmin) {
		return err
	}
	parent, err := s.ParentOf(ctx, actor.Tenant, g)
	if err != nil {
		return err
	}
	if allowed(actor, g, parent, isAdmin) {
		return nil
	}
	return okr.MayNot(g, act)
}

// ParentOf reads the objective above a goal; an empty one where there is none.
func (s *Service) ParentOf(ctx context.Context, tenant okr.TenantID, g okr.Goal) (okr.Goal, error) {
	if g.Parent == "" {
		return okr.Goal{}, nil
	}
	parent, err := s.Store.Goals().Get(ctx, tenant, g.Parent)
	if parent.Deleted != nil {
		return okr.Goal{}, nil
	}
	return parent, okr.IgnoreNotFound(err)
}

// MayCreate fails with Forbidden unless the tenant's rule lets the actor make a
// goal of a level.
func (s *Service) MayCreate(ctx context.Context, t okr.Settings, actor okr.Actor, level okr.Level) error {
	switch {
	case actor.Guest:
		return okr.Errorf(okr.Forbidden, "Guests can read the team's OKRs but can't change them. Ask a member of the organization.")
	case t.CreateRule.MayCreate(actor, level, s.Administers(t, actor)):
		return nil
	}
	return okr.Errorf(okr.Forbidden, "Only some people can create %s goals here. An admin can create it, or allow you to in the settings. %s", cmp.Or(level, okr.LevelTeam), s.askAdmins(ctx, t))
}

// MayExport fails with Forbidden unless the actor may take what a scope holds out of
// okrbot: all of a tenant only admins, what they see whomever the settings let.
func (s *Service) MayExport(ctx context.Context, t okr.Settings, actor okr.Actor, scope okr.ExportScope) error {
	switch {
	case actor.Guest:
		return okr.Errorf(okr.Forbidden, "Guests can read the team's OKRs but can't export them. Ask a member of the organization.")
	case s.Administers(t, actor):
		return nil
	case scope != okr.ExportVisible:
		return okr.Errorf(okr.Forbidden, "Only an admin can export everyone's OKRs. You can export the OKRs that you see. %s", s.askAdmins(ctx, t))
	case t.ExportBy == okr.ExportByAdmins:
		return okr.Errorf(okr.Forbidden, "Only admins can export OKRs here. An admin can do it for you, or allow everyone in the settings. %s", s.askAdmins(ctx, t))
	}
	return nil
}

// Goal reads a goal that the actor may see here.
func (s *Service) Goal(ctx context.Context, actor okr.Actor, id okr.GoalID) (okr.Goal, error) {
	g, err := s.Store.Goals().Get(ctx, actor.Tenant, id)
	if okr.KindOf(err) == okr.NotFound || err == nil && !actor.Sees(g) {
		return okr.Goal{}, okr.GoalNotFound(actor, id)
	}
	return g, err
}
