package okr

import (
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

// MayEdit says whether the actor may change the goal below its parent. Admins may,
// unless it is for its editors only.
func (a Actor) MayEdit(g, parent Goal, isAdmin bool) bool {
	if a.Guest || !a.Sees(g) {
		return false
	}
	people := slices.Concat(g.Owners(), []Person{g.Delegate}, g.Editors)
	if !g.OnlyEditors {
		people = slices.Concat(people, []Person{g.CreatedBy}, parent.Owners())
	}
	return isOne(people, a) || !g.OnlyEditors && isAdmin
}

// MayCheckIn says whether the actor may say how the goal stands: who may edit it,
// and who is asked.
func (a Actor) MayCheckIn(g, parent Goal, isAdmin bool) bool {
	asked := !a.Guest && a.Sees(g) && isOne([]Person{g.CheckInOwner}, a)
	return asked || a.MayEdit(g, parent, isAdmin)
}

// MayHandOver says whether the actor may change who owns a goal that the actor may
// edit: a delegate may change everything else.
func (a Actor) MayHandOver(g Goal, isAdmin bool) bool {
	return g.Delegate.ID != a.ID || isOne(g.Owners(), a) || g.CreatedBy.ID == a.ID || isAdmin
}

// MayCreate says whether the rule lets the actor make a goal of a level.
func (r CreateRule) MayCreate(a Actor, level Level, isAdmin bool) bool {
	if a.Guest {
		return false
	}
	by := r.of(level)
	return isAdmin || by == CreateByEveryone || by == CreateByChosen && isOne(r.People, a)
}

func isOne(people []Person, actor Actor) bool {
	return actor.ID != "" && slices.ContainsFunc(people, func(p Person) bool { return p.ID == actor.ID })
}

// RequireOpen fails with Invalid for a goal that is closed or postponed.
func (g Goal) RequireOpen() error {
	if g.IsOpen() {
		return nil
	}
	return WithNext(Errorf(Invalid, "%s is %s, so nothing about it changes.", g.ID, g.Closed.State), Step{Kind: StepReopen, Goal: g.ID})
}

// GoalNotFound is the refusal of a goal that is not there, or not for this person.
func GoalNotFound(id GoalID) error {
	return WithNext(Errorf(NotFound, "There is no %s %s (any more).", id.Kind(), id), Step{Kind: StepList})
}

// Actor is who does something, and where. It comes from a verified activity
// only, never from a card.
type Actor struct {
	Tenant TenantID
	Person
	Guest  bool
	Shared bool // in a group chat or channel, where others read along
}

// Sees says whether the goal exists for the actor. A private one never does where
// others read along, and a deleted one never.
func (a Actor) Sees(g Goal) bool {
	if g.Deleted != nil {
		return false
	}
	return len(g.Audience) == 0 || !a.Shared && slices.Contains(g.Audience, a.ID)
}

// People are all that the goal names.
func (g Goal) People() []Person { return append(g.Workers(), g.Viewers...) }

// Workers are those of its people who work on it, and so are no guests.
func (g Goal) Workers() []Person {
	all := slices.Concat(g.Owners(), []Person{g.CheckInOwner, g.Delegate}, g.Editors, []Person{g.CreatedBy})
	return slices.DeleteFunc(all, func(p Person) bool { return p.ID == "" })
}
