package okr

import (
	"context"
	"slices"
)

// audience lists who alone may see the goal below its parent, sorted; nobody
// means everyone. A private goal is seen by its own people only, another one below
// a private objective by that one's people too.
func (g Goal) audience(parent Goal) []UserID {
	if !g.Private && len(parent.Audience) == 0 {
		return nil
	}
	var users []UserID
	if !g.Private {
		users = slices.Clone(parent.Audience)
	}
	people := slices.Concat(g.Owners(), []Person{g.CreatedBy, g.CheckInOwner, g.Delegate}, g.Editors, g.Viewers)
	for _, p := range people {
		if p.ID != "" {
			users = append(users, p.ID)
		}
	}
	slices.Sort(users)
	return slices.Compact(users)
}

// canSee says whether the goal exists for the actor. A private one never does
// where others read along.
func (s *Service) canSee(actor Actor, g Goal) bool {
	return len(g.Audience) == 0 || !actor.Shared && slices.Contains(g.Audience, actor.ID)
}

// canEdit says whether the actor may change the goal below its parent.
func (s *Service) canEdit(t Tenant, actor Actor, g, parent Goal) bool {
	if actor.Guest || !s.canSee(actor, g) {
		return false
	}
	people := slices.Concat(g.Owners(), []Person{g.Delegate}, g.Editors)
	if !g.OnlyEditors {
		people = slices.Concat(people, []Person{g.CreatedBy}, parent.Owners())
	}
	return isOne(people, actor) || !g.OnlyEditors && s.isAdmin(t, actor)
}

// canCheckIn says whether the actor may say how the goal stands.
func (s *Service) canCheckIn(t Tenant, actor Actor, g, parent Goal) bool {
	asked := !actor.Guest && s.canSee(actor, g) && isOne([]Person{g.CheckInOwner}, actor)
	return asked || s.canEdit(t, actor, g, parent)
}

func isOne(people []Person, actor Actor) bool {
	return actor.ID != "" && slices.ContainsFunc(people, func(p Person) bool { return p.ID == actor.ID })
}

// mayEdit fails with NotFound for what the actor may not see, with Forbidden
// unless the actor may change it, and with Invalid when it is closed.
func (s *Service) mayEdit(ctx context.Context, actor Actor, g Goal) error {
	if err := s.mayManage(ctx, actor, g); err != nil {
		return err
	}
	return g.RequireOpen()
}

// mayManage is mayEdit for a goal that may be closed.
func (s *Service) mayManage(ctx context.Context, actor Actor, g Goal) error {
	return s.may(ctx, actor, g, s.canEdit, "change")
}

func (s *Service) mayCheckIn(ctx context.Context, actor Actor, g Goal) error {
	if err := s.may(ctx, actor, g, s.canCheckIn, "check in"); err != nil {
		return err
	}
	return g.RequireOpen()
}

type right func(t Tenant, actor Actor, g, parent Goal) bool

func (s *Service) may(ctx context.Context, actor Actor, g Goal, allowed right, act string) error {
	if !s.canSee(actor, g) {
		return notFound(g.ID)
	}
	t, err := s.Settings(ctx, actor.Tenant)
	if err != nil {
		return err
	}
	if allowed(t, actor, g, Goal{}) {
		return nil // without reading the objective above
	}
	parent, err := s.parentOf(ctx, actor.Tenant, g)
	if err != nil {
		return err
	}
	switch {
	case allowed(t, actor, g, parent):
		return nil
	case g.OnlyEditors:
		return Errorf(Forbidden, "Only its owner %s and the people chosen as its editors can %s %s.", g.Owner.Name, act, g.ID)
	}
	return Errorf(Forbidden, "Only its owner %s or an admin can %s %s.", g.Owner.Name, act, g.ID)
}

// RequireOpen fails with Invalid for a goal that is closed or postponed.
func (g Goal) RequireOpen() error {
	if g.IsOpen() {
		return nil
	}
	return Errorf(Invalid, "%s is %s, so nothing about it changes. `reopen %s` opens it again.", g.ID, g.Closed.State, g.ID)
}

func notFound(id GoalID) error {
	return Errorf(NotFound, "There is no %s %s (any more). `okrs` lists what there is.", id.Kind(), id)
}

// parentOf reads the objective above a goal; an empty one where there is none
// (any more).
func (s *Service) parentOf(ctx context.Context, tenant TenantID, g Goal) (Goal, error) {
	if g.Parent == "" {
		return Goal{}, nil
	}
	parent, err := s.Store.Goals().Get(ctx, tenant, g.Parent)
	return parent, ignoreNotFound(err)
}

// mayCreate fails with Forbidden unless the tenant's rule lets the actor make a
// goal of a level.
func (s *Service) mayCreate(t Tenant, actor Actor, level Level) error {
	if actor.Guest {
		return Errorf(Forbidden, "Guests can read the team's OKRs but not change them. Ask a member of the organization.")
	}
	switch t.CreateRule.of(level) {
	case CreateByEveryone:
		return nil
	case CreateByChosen:
		if isOne(t.CreateRule.People, actor) {
			return nil
		}
	}
	if s.isAdmin(t, actor) {
		return nil
	}
	name := level
	if name == "" {
		name = LevelTeam
	}
	return Errorf(Forbidden, "Here only some people make goals of level %s. An admin can make it or let you: %s.", name, s.adminNames(t))
}
