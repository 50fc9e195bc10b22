package plan

import (
	"context"
	"slices"

	"okrbot/okr"
)

// Owners changes who owns goals, without a form of all that they have.
type Owners struct{ s *Service }

// NewOwners changes the owners of a service's goals.
func NewOwners(s *Service) Owners { return Owners{s} }

// Add makes a person a co-owner of a goal; it gives the goal before, too, which has the same
// version where the person was an owner already. Forbidden: the actor may not change who
// owns it. Invalid: it is closed, or has as many as it can.
func (o Owners) Add(ctx context.Context, actor okr.Actor, id okr.GoalID, person okr.Person) (before okr.Goal, v okr.GoalView, err error) {
	if v, err = o.s.Goal(ctx, actor, id); err != nil {
		return before, v, err
	}
	before = v.Goal
	if isOwner(before, person) {
		return before, v, nil
	}
	if err := o.mayHandOver(v); err != nil {
		return before, v, err
	}
	details := before.Details
	details.CoOwners = append(slices.Clone(details.CoOwners), person)
	in := okr.InputOf(before)
	in.Details = &details
	v, err = o.s.SaveGoal(ctx, actor, in)
	return before, v, err
}

func isOwner(g okr.Goal, person okr.Person) bool {
	return slices.ContainsFunc(g.Owners(), func(p okr.Person) bool { return p.Ref() == person.Ref() })
}

// mayHandOver refuses before anything is asked what saving refuses.
func (o Owners) mayHandOver(v okr.GoalView) error {
	if !v.MayEdit {
		return okr.MayNot(v.Goal, "change")
	}
	return v.Goal.RequireOpen()
}

// Preview reads a goal that is to be handed over and, of the key results and projects
// below it, those that go along where that is wanted: the ones that its owner owns and the
// actor may change. Forbidden and Invalid as of HandOver.
func (o Owners) Preview(ctx context.Context, actor okr.Actor, id okr.GoalID) (okr.GoalView, []okr.Goal, error) {
	v, err := o.s.Goal(ctx, actor, id)
	if err == nil {
		err = o.mayHandOver(v)
	}
	if err != nil {
		return v, nil, err
	}
	var below []okr.Goal
	for _, c := range v.Children {
		if c.Goal.Kind != okr.Objective && c.Goal.IsOpen() && c.MayEdit && c.Goal.Owner.Ref() == v.Goal.Owner.Ref() {
			below = append(below, c.Goal)
		}
	}
	return v, below, nil
}

// HandOver gives goals another owner, in their order; those that the person owns already
// stay as they are, so that it can be done again where it broke off. It gives the goals as
// they were before. A co-owner who becomes the owner is none besides. Forbidden: the
// actor may not change who owns one of them. Invalid: one is closed.
func (o Owners) HandOver(ctx context.Context, actor okr.Actor, ids []okr.GoalID, to okr.Person) (before []okr.Goal, last okr.GoalView, err error) {
	var inputs []okr.GoalInput
	for _, id := range ids {
		if last, err = o.s.Goal(ctx, actor, id); err != nil {
			return nil, last, err
		}
		if last.Goal.Owner.Ref() == to.Ref() {
			continue
		}
		if err := o.mayHandOver(last); err != nil {
			return nil, last, err
		}
		in := handedTo(last.Goal, to)
		if err := staysSeen(actor, last.Goal, in); err != nil {
			return nil, last, err
		}
		before, inputs = append(before, last.Goal), append(inputs, in)
	}
	for i, in := range inputs {
		if last, err = o.s.SaveGoal(ctx, actor, in); err != nil {
			return before[:i], last, err
		}
	}
	return before, last, nil
}

func handedTo(g okr.Goal, to okr.Person) okr.GoalInput {
	details := g.Details
	details.CoOwners = slices.DeleteFunc(slices.Clone(details.CoOwners), func(p okr.Person) bool { return p.Ref() == to.Ref() })
	in := okr.InputOf(g)
	in.Owner, in.Details = to, &details
	return in
}

// staysSeen refuses to hand over what the actor would not see afterwards: nobody could
// say what came of it.
func staysSeen(actor okr.Actor, g okr.Goal, in okr.GoalInput) error {
	g.Owner, g.Details = in.Owner, *in.Details
	if !g.Private || slices.ContainsFunc(g.People(), actor.Is) {
		return nil
	}
	return okr.WithNext(okr.Errorf(okr.Invalid, "%s is private, and you wouldn't see it afterwards. Add yourself as a viewer first.", g.ID), okr.Step{Kind: okr.StepEdit, Goal: g.ID})
}
