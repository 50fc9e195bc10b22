package plan

import (
	"context"
	"slices"
	"strings"
	"time"

	"okrbot/okr"
)

// openedChildren is how many children an opened objective shows at most.
const openedChildren = 200

// Goal reads a goal with its children (at most 200) and everything computed.
// NotFound: there is none of that id, or the actor may not see it here.
func (s *Service) Goal(ctx context.Context, actor okr.Actor, id okr.GoalID) (okr.GoalView, error) {
	return s.OpenGoal(ctx, actor, id, okr.Page{Limit: openedChildren})
}

// OpenGoal is Goal with one page of the children.
func (s *Service) OpenGoal(ctx context.Context, actor okr.Actor, id okr.GoalID, page okr.Page) (okr.GoalView, error) {
	g, err := s.access.Goal(ctx, actor, id)
	if err != nil {
		return okr.GoalView{}, err
	}
	t, err := s.access.Settings(ctx, actor.Tenant)
	if err != nil {
		return okr.GoalView{}, err
	}
	return s.open(ctx, t, actor, g, page)
}

// written is Goal for one that is at hand as it was just written.
func (s *Service) written(ctx context.Context, t okr.Settings, actor okr.Actor, g okr.Goal) (okr.GoalView, error) {
	if !actor.Sees(g) {
		return okr.GoalView{}, okr.GoalNotFound(g.ID)
	}
	return s.open(ctx, t, actor, g, okr.Page{Limit: openedChildren})
}

// open computes a goal with what stands around it.
func (s *Service) open(ctx context.Context, t okr.Settings, actor okr.Actor, g okr.Goal, page okr.Page) (okr.GoalView, error) {
	parent, err := s.access.ParentOf(ctx, actor.Tenant, g)
	if err != nil {
		return okr.GoalView{}, err
	}
	return s.openUnder(ctx, t, actor, g, parent, page)
}

// openUnder is open with the objective above at hand.
func (s *Service) openUnder(ctx context.Context, t okr.Settings, actor okr.Actor, g, parent okr.Goal, page okr.Page) (okr.GoalView, error) {
	v := s.ViewOf(t, actor, g, parent)
	if g.Binding != nil {
		c, err := s.Store.Connections().Get(ctx, actor.Tenant, g.Binding.Connection)
		if okr.IgnoreNotFound(err) != nil {
			return v, err
		}
		v.Connection = c.Name
	}
	if g.Kind != okr.Objective {
		return v, nil
	}
	return v, s.addChildren(ctx, t, actor, &v, page)
}

// ViewOf computes a goal below its parent, without its children.
func (s *Service) ViewOf(t okr.Settings, actor okr.Actor, g, parent okr.Goal) okr.GoalView {
	g.PeriodID, g.Period = okr.PeriodUnder(g, parent)
	isAdmin := s.access.Administers(t, actor)
	v := okr.GoalView{Goal: g, MayEdit: actor.MayEdit(g, parent, isAdmin)}
	v.MayCheckIn = g.IsOpen() && actor.MayCheckIn(g, parent, isAdmin)
	if parent.ID != "" && actor.Sees(parent) {
		v.ParentTitle = parent.Title
	}
	v.Standing = g.Standing(g.Period, t.Bands, t.Today(s.Now()))
	v.StaleFor, v.Stale = g.Stale(s.Now())
	return v
}

// addChildren reads a page of an objective's children. Where all are read anyway,
// the objective is added up from them.
func (s *Service) addChildren(ctx context.Context, t okr.Settings, actor okr.Actor, v *okr.GoalView, page okr.Page) error {
	children, total, err := s.find(ctx, actor, []string{okr.ChildIndex(v.Goal.ID)}, page)
	if err != nil {
		return err
	}
	v.ChildTotal = total
	slices.SortStableFunc(children, func(a, b okr.Goal) int { return strings.Compare(string(a.Kind), string(b.Kind)) })
	for _, g := range children {
		v.Children = append(v.Children, s.ViewOf(t, actor, g, v.Goal))
	}
	if len(children) < total {
		return nil
	}
	whole, err := siblings(ctx, s.Store.Goals(), t, v.Goal, children)
	if err != nil {
		return err
	}
	if v.Goal.IsOpen() { // a closed one stays as it ended
		addUp(t, v, whole, s.Now())
	}
	shares := t.WeightsRule.Shares(whole)
	for i, c := range v.Children {
		share := shares[c.Goal.ID]
		v.Children[i].Weight, v.Children[i].Taken = share.Weight, share.Taken
	}
	return nil
}

// siblings are all children of an objective, where the viewer sees some: those that
// are hidden count and have weight as well.
func siblings(ctx context.Context, goals okr.Records[okr.GoalID, okr.Goal], t okr.Settings, o okr.Goal, seen []okr.Goal) ([]okr.Goal, error) {
	r := o.Rolled
	if r == nil || r.Below <= len(seen) && r.Children <= t.WeightsRule.Roll(seen).Children {
		return seen, nil
	}
	all, _, err := goals.List(ctx, t.ID, okr.ChildIndex(o.ID), okr.Page{})
	return all, err
}

// addUp adds up an objective from all its children.
func addUp(t okr.Settings, v *okr.GoalView, children []okr.Goal, now time.Time) {
	fresh := t.WeightsRule.Roll(children)
	if r := v.Goal.Rolled; r != nil {
		fresh.At = r.At
	}
	v.Goal.Rolled = &fresh
	v.Standing = v.Goal.Standing(v.Goal.Period, t.Bands, t.Today(now))
}

// views computes goals with their objectives, which are read in one go.
func (s *Service) views(ctx context.Context, t okr.Settings, actor okr.Actor, goals []okr.Goal) ([]okr.GoalView, error) {
	var ids []okr.GoalID
	for _, g := range goals {
		if g.Parent != "" && !slices.Contains(ids, g.Parent) {
			ids = append(ids, g.Parent)
		}
	}
	list, err := s.Store.Goals().GetMany(ctx, actor.Tenant, ids)
	if err != nil {
		return nil, err
	}
	parents := map[okr.GoalID]okr.Goal{}
	for _, p := range list {
		parents[p.ID] = p
	}
	views := make([]okr.GoalView, 0, len(goals))
	for _, g := range goals {
		views = append(views, s.ViewOf(t, actor, g, parents[g.Parent]))
	}
	return views, nil
}
