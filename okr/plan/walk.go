package plan

import (
	"context"
	"slices"

	"okrbot/okr"
)

// walkPage is how many goals a walk over a tenant asks for at a time. The store reads
// them with several commands, between which it serves others.
const walkPage = 2000

// walk goes over all goals of a list, see [okr.Walk].
func (s *tree) walk(ctx context.Context, tenant okr.TenantID, index string, visit func(okr.Goal)) error {
	return okr.Walk(ctx, s.Store.Goals(), tenant, index, walkPage, func(g okr.Goal) error {
		visit(g)
		return nil
	})
}

// Goals reads all objectives that the actor may see with their key results and projects.
// Objectives below others stand in the list themselves. It reads the whole tenant, a page
// at a time: it is for what nobody waits for.
func (s *Service) Goals(ctx context.Context, actor okr.Actor) ([]okr.GoalView, error) {
	t, _, err := s.findAll(ctx, actor.Tenant, nil)
	if err != nil {
		return nil, err
	}
	var objectives []okr.Goal
	byID, below := map[okr.GoalID]okr.Goal{}, map[okr.GoalID][]okr.Goal{}
	err = s.walk(ctx, actor.Tenant, "", func(g okr.Goal) {
		if g.Kind == okr.Objective {
			objectives = append(objectives, g)
			byID[g.ID] = g
		}
		if g.Parent != "" {
			below[g.Parent] = append(below[g.Parent], g)
		}
	})
	if err != nil {
		return nil, err
	}
	views := make([]okr.GoalView, 0, len(objectives))
	for _, g := range (okr.GoalPage{Goals: objectives, Whole: true}).Visible(actor) {
		v := s.ViewOf(t, actor, g, byID[g.Parent])
		if err := s.addBelow(ctx, t, actor, &v, okr.GoalPage{Goals: below[g.ID], Total: len(below[g.ID]), Whole: true}, 0); err != nil {
			return nil, err
		}
		v.Children = slices.DeleteFunc(v.Children, func(c okr.GoalView) bool { return c.Goal.Kind == okr.Objective })
		views = append(views, v)
	}
	return views, nil
}

// Objectives lists all open objectives that the actor may see here, for the choices of a
// form. It reads them a page at a time.
func (s *Service) Objectives(ctx context.Context, actor okr.Actor) ([]okr.Goal, error) {
	if _, err := s.Upgraded(ctx, actor.Tenant); err != nil {
		return nil, err
	}
	var open []okr.Goal
	err := s.walk(ctx, actor.Tenant, okr.KindIndex(okr.Objective), func(g okr.Goal) {
		if g.IsOpen() {
			open = append(open, g)
		}
	})
	return okr.GoalPage{Goals: open, Whole: true}.Visible(actor), err
}
