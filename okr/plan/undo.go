package plan

import (
	"context"
	"time"

	"okrbot/okr"
)

// Undo takes back what a person did a moment ago. Each method checks what the person may
// do now. Conflict: others changed the same since, or it was taken back already; then
// nothing is changed.
type Undo struct{ s *Service }

// NewUndo is the undoing of what a service does.
func NewUndo(s *Service) Undo { return Undo{s} }

// CheckIn takes back a check-in of the actor's. It stays in the history as undone.
func (u Undo) CheckIn(ctx context.Context, actor okr.Actor, id okr.CheckInID) (okr.GoalView, error) {
	c, err := u.s.GetCheckIn(ctx, actor, id)
	if err != nil {
		return okr.GoalView{}, err
	}
	g, err := u.s.access.Goal(ctx, actor, c.Goal)
	if err != nil {
		return okr.GoalView{}, err
	}
	if err := u.mayUndo(ctx, actor, g, c); err != nil {
		return okr.GoalView{}, err
	}
	isOut := g.LastCheckIn == nil || g.LastCheckIn.ID != c.ID
	c, err = u.s.Store.CheckIns().Update(ctx, actor.Tenant, id, func(c *okr.CheckIn) error {
		if c.IsUndone() && isOut {
			return okr.Errorf(okr.Conflict, "This check-in of %s was undone already.", c.Goal)
		}
		c.UndoneAt = u.s.Now()
		return nil
	})
	if err != nil {
		return okr.GoalView{}, err
	}
	return u.s.afterCheckIns(ctx, actor, c, nil)
}

// mayUndo says why a check-in is not taken back: it is another's, the actor may not check
// in any more, or others built on it.
func (u Undo) mayUndo(ctx context.Context, actor okr.Actor, g okr.Goal, c okr.CheckIn) error {
	if !actor.Is(c.By) {
		return okr.Errorf(okr.Forbidden, "Only %s can undo this check-in.", c.By.Name)
	}
	if err := u.s.access.MayCheckIn(ctx, actor, g); err != nil {
		return err
	}
	if c.EditedBy.ID != "" && c.EditedBy.ID != actor.ID {
		return okr.Errorf(okr.Conflict, "%s changed your check-in of %s. Nothing was undone.", c.EditedBy.Name, c.Goal)
	}
	list, err := u.s.checkInsOf(ctx, actor.Tenant, c.Goal)
	for _, other := range okr.StandingCheckIns(list) {
		if !actor.Is(other.By) && !other.MadeAt.Before(c.MadeAt) {
			return okr.WithNext(okr.Errorf(okr.Conflict, "%s checked in %s after you. Nothing was undone.", other.By.Name, c.Goal), okr.Step{Kind: okr.StepHistory, Goal: c.Goal})
		}
	}
	return err
}

// CheckInEdit makes a check-in what it was before an edit of that time.
func (u Undo) CheckInEdit(ctx context.Context, actor okr.Actor, was okr.CheckIn, editedAt time.Time) (okr.GoalView, error) {
	if _, _, err := u.s.ownCheckIn(ctx, actor, was.ID); err != nil {
		return okr.GoalView{}, err
	}
	c, err := u.s.Store.CheckIns().Update(ctx, actor.Tenant, was.ID, func(c *okr.CheckIn) error {
		if !c.EditedAt.Equal(editedAt) || c.IsUndone() {
			return okr.Errorf(okr.Conflict, "%s changed this check-in of %s after that. Nothing was undone.", c.EditedBy.Name, c.Goal)
		}
		c.Value, c.Status, c.Note, c.Lasting, c.At, c.Backdated = was.Value, was.Status, was.Note, was.Lasting, was.At, was.Backdated
		c.EditedBy, c.EditedAt = actor.Person, u.s.Now()
		return nil
	})
	if err != nil {
		return okr.GoalView{}, err
	}
	return u.s.afterCheckIns(ctx, actor, c, &c)
}

// CheckInDeletion brings a check-in back that the actor deleted.
func (u Undo) CheckInDeletion(ctx context.Context, actor okr.Actor, c okr.CheckIn) (okr.GoalView, error) {
	g, err := u.s.access.Goal(ctx, actor, c.Goal)
	if err != nil {
		return okr.GoalView{}, err
	}
	may := u.s.access.MayEdit
	if actor.Is(c.By) {
		may = u.s.access.MayCheckIn
	}
	if err := may(ctx, actor, g); err != nil {
		return okr.GoalView{}, err
	}
	err = u.s.Store.CheckIns().Create(ctx, actor.Tenant, c)
	if okr.KindOf(err) == okr.Conflict {
		return okr.GoalView{}, okr.Errorf(okr.Conflict, "This check-in of %s is back already.", c.Goal)
	}
	if err != nil {
		return okr.GoalView{}, err
	}
	return u.s.afterCheckIns(ctx, actor, c, &c)
}

// Edit makes a goal what it was before the edit that made it a version; it gives the goal
// before, too. It is an edit itself, and remembered as one.
func (u Undo) Edit(ctx context.Context, actor okr.Actor, id okr.GoalID, version int) (before okr.Goal, after okr.GoalView, err error) {
	if before, err = u.s.access.Goal(ctx, actor, id); err != nil {
		return before, after, err
	}
	in, err := okr.BeforeEdit(before, version)
	if err != nil {
		return before, after, okr.WithNext(err, okr.Step{Kind: okr.StepShow, Goal: id})
	}
	after, err = u.s.SaveGoal(ctx, actor, in)
	return before, after, err
}

// Closing reopens objectives that the actor closed at a time or later, with the key results
// and projects that ended with each. What somebody else closed, or reopened since, stays as
// it is. It gives how many objectives are open again, also where it breaks off.
func (u Undo) Closing(ctx context.Context, actor okr.Actor, objectives []okr.GoalID, since time.Time) (n int, err error) {
	for _, id := range objectives {
		g, err := u.s.access.Goal(ctx, actor, id)
		if okr.KindOf(err) == okr.NotFound || err == nil && !g.ClosedBy(actor.ID, since) {
			continue
		}
		if err != nil {
			return n, err
		}
		below, err := u.s.find(ctx, actor, okr.Filter{Parent: id, State: okr.EndedGoals}.Indexes())
		if err != nil {
			return n, err
		}
		for _, c := range append(below, g) { // the objective last: where it breaks off, it is found again
			if c.ID != id && (c.Kind == okr.Objective || !c.ClosedBy(actor.ID, since)) {
				continue
			}
			if _, err := u.s.Reopen(ctx, actor, c.ID); err != nil && okr.KindOf(err) != okr.Invalid {
				return n, err
			}
		}
		n++
	}
	return n, nil
}
