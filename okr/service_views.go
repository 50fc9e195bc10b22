package okr

import (
	"context"
	"slices"
	"strings"
	"time"
)

// GoalView is a goal with what is computed for showing it.
type GoalView struct {
	Goal        Goal
	Standing    Standing
	ParentTitle string
	Connection  string        // name of the binding's connection
	StaleFor    time.Duration // age of the value when Stale
	Stale       bool
	MayEdit     bool       // the viewer may bind, edit, close and delete; of a closed one: reopen
	MayCheckIn  bool       // the viewer may say how it stands
	Weight      float64    // percent that it has in its objective, after sharing; 0: none, or not computed
	Children    []GoalView // of an objective: the page that was asked for
	ChildTotal  int        // how many children there are that the viewer may see
}

// openedChildren is how many children an opened objective shows at most.
const openedChildren = 200

// Goal reads a goal with its children (at most 200) and everything computed.
// NotFound: there is none of that id, or the actor may not see it here.
func (s *Service) Goal(ctx context.Context, actor Actor, id GoalID) (GoalView, error) {
	return s.OpenGoal(ctx, actor, id, Page{Limit: openedChildren})
}

// OpenGoal is Goal with one page of the children.
func (s *Service) OpenGoal(ctx context.Context, actor Actor, id GoalID, page Page) (GoalView, error) {
	g, err := s.goal(ctx, actor, id)
	if err != nil {
		return GoalView{}, err
	}
	t, err := s.Settings(ctx, actor.Tenant)
	if err != nil {
		return GoalView{}, err
	}
	parent, err := s.parentOf(ctx, actor.Tenant, g)
	if err != nil {
		return GoalView{}, err
	}
	v := s.viewOf(t, actor, g, parent)
	if g.Binding != nil {
		c, err := s.Store.Connections().Get(ctx, actor.Tenant, g.Binding.Connection)
		if IgnoreNotFound(err) != nil {
			return v, err
		}
		v.Connection = c.Name
	}
	if g.Kind != Objective {
		return v, nil
	}
	return v, s.addChildren(ctx, t, actor, &v, page)
}

// viewOf computes a goal below its parent, without its children.
func (s *Service) viewOf(t Tenant, actor Actor, g, parent Goal) GoalView {
	if g.Kind != Objective {
		g.Period, g.PeriodID = parent.Period, parent.PeriodID
	}
	isAdmin := s.Administers(t, actor)
	v := GoalView{Goal: g, MayEdit: actor.MayEdit(g, parent, isAdmin)}
	v.MayCheckIn = g.IsOpen() && actor.MayCheckIn(g, parent, isAdmin)
	if parent.ID != "" && actor.Sees(parent) {
		v.ParentTitle = parent.Title
	}
	v.Standing = g.standing(g.Period, t.Bands, t.Today(s.Now()))
	v.StaleFor, v.Stale = g.Stale(s.Now())
	return v
}

// addChildren reads a page of an objective's children. Where all are read anyway,
// the objective is added up from them.
func (s *Service) addChildren(ctx context.Context, t Tenant, actor Actor, v *GoalView, page Page) error {
	children, total, err := s.find(ctx, actor, []string{ChildIndex(v.Goal.ID)}, page)
	if err != nil {
		return err
	}
	v.ChildTotal = total
	slices.SortStableFunc(children, func(a, b Goal) int { return strings.Compare(string(a.Kind), string(b.Kind)) })
	for _, g := range children {
		v.Children = append(v.Children, s.viewOf(t, actor, g, v.Goal))
	}
	if len(children) == total && v.Goal.IsOpen() {
		s.addUp(t, v, children)
	}
	return nil
}

// addUp adds up an objective from its children, unless some of them are hidden
// from the viewer: then what is stored is the whole.
func (s *Service) addUp(t Tenant, v *GoalView, children []Goal) {
	fresh := t.WeightsRule.roll(children)
	if r := v.Goal.Rolled; r == nil || r.Children <= fresh.Children {
		if r != nil {
			fresh.At = r.At
		}
		v.Goal.Rolled = &fresh
		v.Standing = v.Goal.standing(v.Goal.Period, t.Bands, t.Today(s.Now()))
	}
	shares := t.WeightsRule.shares(children)
	for i, c := range v.Children {
		v.Children[i].Weight = shares[c.Goal.ID]
	}
}

// views computes goals with their objectives, which are read in one go.
func (s *Service) views(ctx context.Context, t Tenant, actor Actor, goals []Goal) ([]GoalView, error) {
	var ids []GoalID
	for _, g := range goals {
		if g.Parent != "" && !slices.Contains(ids, g.Parent) {
			ids = append(ids, g.Parent)
		}
	}
	list, err := s.Store.Goals().GetMany(ctx, actor.Tenant, ids)
	if err != nil {
		return nil, err
	}
	parents := map[GoalID]Goal{}
	for _, p := range list {
		parents[p.ID] = p
	}
	views := make([]GoalView, 0, len(goals))
	for _, g := range goals {
		views = append(views, s.viewOf(t, actor, g, parents[g.Parent]))
	}
	return views, nil
}
