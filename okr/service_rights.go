package okr

import (
	"cmp"
	"context"
)

// mayEdit fails with NotFound for what the actor may not see, with Forbidden
// unless the actor may change it, and with Invalid when it is closed.
func (s *Service) mayEdit(ctx context.Context, actor Actor, g Goal) error {
	if err := s.mayManage(ctx, actor, g); err != nil {
		return err
	}
	return g.requireOpen()
}

// mayManage is mayEdit for a goal that may be closed.
func (s *Service) mayManage(ctx context.Context, actor Actor, g Goal) error {
	return s.may(ctx, actor, g, Actor.MayEdit, "change")
}

// mayCheckIn is mayEdit for saying how a goal stands.
func (s *Service) mayCheckIn(ctx context.Context, actor Actor, g Goal) error {
	if err := s.may(ctx, actor, g, Actor.MayCheckIn, "check in"); err != nil {
		return err
	}
	return g.requireOpen()
}

// right is a rule such as Actor.MayEdit.
type right func(actor Actor, g, parent Goal, isAdmin bool) bool

func (s *Service) may(ctx context.Context, actor Actor, g Goal, allowed right, act string) error {
	if !actor.Sees(g) {
		return GoalNotFound(g.ID)
	}
	t, err := s.Settings(ctx, actor.Tenant)
	if err != nil {
		return err
	}
	isAdmin := s.Administers(t, actor)
	if allowed(actor, g, Goal{}, isAdmin) {
		return nil // without reading the objective above
	}
	parent, err := s.parentOf(ctx, actor.Tenant, g)
	if err != nil {
		return err
	}
	switch {
	case allowed(actor, g, parent, isAdmin):
		return nil
	case g.OnlyEditors:
		return Errorf(Forbidden, "Only its owner %s and the people chosen as its editors can %s %s.", g.Owner.Name, act, g.ID)
	}
	return Errorf(Forbidden, "Only its owner %s or an admin can %s %s.", g.Owner.Name, act, g.ID)
}

// parentOf reads the objective above a goal; an empty one where there is none
// (any more).
func (s *Service) parentOf(ctx context.Context, tenant TenantID, g Goal) (Goal, error) {
	if g.Parent == "" {
		return Goal{}, nil
	}
	parent, err := s.Store.Goals().Get(ctx, tenant, g.Parent)
	return parent, IgnoreNotFound(err)
}

// mayCreate fails with Forbidden unless the tenant's rule lets the actor make a
// goal of a level.
func (s *Service) mayCreate(t Tenant, actor Actor, level Level) error {
	switch {
	case actor.Guest:
		return Errorf(Forbidden, "Guests can read the team's OKRs but not change them. Ask a member of the organization.")
	case t.CreateRule.MayCreate(actor, level, s.Administers(t, actor)):
		return nil
	}
	return Errorf(Forbidden, "Here only some people make goals of level %s. An admin can make it or let you: %s.", cmp.Or(level, LevelTeam), s.adminNames(t))
}

// goal reads a goal that the actor may see here.
func (s *Service) goal(ctx context.Context, actor Actor, id GoalID) (Goal, error) {
	g, err := s.Store.Goals().Get(ctx, actor.Tenant, id)
	if KindOf(err) == NotFound || err == nil && !actor.Sees(g) {
		return Goal{}, GoalNotFound(id)
	}
	return g, err
}
