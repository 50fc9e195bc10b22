package measure

import (
	"context"

	"okrbot/okr"
)

// Branch gives a project with a page of what is below one item of its tree, 0 for the
// top, as its query was last read: Azure DevOps is not asked. Invalid: it is no project,
// or not bound. NotFound: there is none that the actor may see, or what its query held
// is not kept.
func (s *Service) Branch(ctx context.Context, actor okr.Actor, id okr.GoalID, of, offset int) (okr.GoalView, okr.Branch, error) {
	v, err := s.plan.Goal(ctx, actor, id)
	if err != nil {
		return v, okr.Branch{}, err
	}
	b := v.Goal.Binding
	switch {
	case v.Goal.Kind != okr.Project:
		return v, okr.Branch{}, okr.Errorf(okr.Invalid, "%s isn't a project. Only projects show their work items as a tree.", id)
	case b == nil:
		return v, okr.Branch{}, okr.WithNext(okr.Errorf(okr.Invalid, "%s isn't connected to Azure DevOps, so it has no work items to show.", id), okr.Step{Kind: okr.StepBind, Goal: id})
	}
	c, err := s.Store.Connections().Get(ctx, actor.Tenant, b.Connection)
	if okr.KindOf(err) == okr.NotFound {
		return v, okr.Branch{}, notKept(v.Goal, okr.StepBind)
	}
	if err != nil {
		return v, okr.Branch{}, err
	}
	held, err := s.Measurements.Snapshot(ctx, actor.Tenant, c.Credential, b.Query.ID)
	if err != nil {
		return v, okr.Branch{}, err
	}
	if held == nil {
		return v, okr.Branch{}, notKept(v.Goal, okr.StepSync)
	}
	return v, okr.Run{At: held.At, Items: held.Items, Query: b.Query}.Through(c).Branch(b.ItemType, of, offset), nil
}

// notKept says that there is nothing to open, and what brings it back.
func notKept(g okr.Goal, next okr.StepKind) error {
	err := okr.Errorf(okr.NotFound, "The work items of %s aren't available right now.", g.ID)
	if !g.IsOpen() {
		return err
	}
	return okr.WithNext(err, okr.Step{Kind: next, Goal: g.ID})
}
