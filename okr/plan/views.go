package plan

import (
	"context"
	"time"

	"okrbot/okr"
	"okrbot/okr/access"
)

const (
	// openedChildren is how many children an opened objective shows at most.
	openedChildren = 200
	// mostBeside is how many goals of one objective are shared out for a weight.
	mostBeside = 200
)

// Goal reads a goal with its children (at most 200) and everything computed.
// NotFound: there is none of that id, or the actor may not see it here.
func (s *tree) Goal(ctx context.Context, actor okr.Actor, id okr.GoalID) (okr.GoalView, error) {
	return s.OpenGoal(ctx, actor, id, okr.Page{Limit: openedChildren})
}

// OpenGoal is Goal with one page of the children.
func (s *tree) OpenGoal(ctx context.Context, actor okr.Actor, id okr.GoalID, page okr.Page) (okr.GoalView, error) {
	o, err := s.opened(ctx, actor, okr.OpenQuery{Goal: id, Page: page})
	return o.view, err
}

// Named reads some goals without what stands below them, in one trip; those that there are
// not, or that the actor may not see here, are left out.
func (s *tree) Named(ctx context.Context, actor okr.Actor, ids ...okr.GoalID) (map[okr.GoalID]okr.GoalView, error) {
	t, err := s.access.Settings(ctx, actor.Tenant)
	if err != nil {
		return nil, err
	}
	around, err := s.Reader.GoalsAround(ctx, actor.Tenant, okr.Surroundings{Parents: ids, Above: true})
	if err != nil {
		return nil, err
	}
	out := map[okr.GoalID]okr.GoalView{}
	for _, id := range ids {
		g, isThere := around.Parents[id]
		if !isThere || !actor.Sees(g) {
			continue
		}
		parent := around.Parents[g.Parent]
		if parent.Deleted != nil {
			parent = okr.Goal{}
		}
		out[id] = s.ViewOf(t, actor, g, parent)
	}
	return out, nil
}

// Weighted is Goal with the weight that the goal has in its objective, where the actor
// may see that one.
func (s *tree) Weighted(ctx context.Context, actor okr.Actor, id okr.GoalID) (okr.GoalView, error) {
	o, err := s.opened(ctx, actor, okr.OpenQuery{Goal: id, Page: okr.Page{Limit: openedChildren}, Beside: mostBeside})
	return o.view, err
}

// opened is a goal that the actor sees, with what was read around it.
type opened struct {
	okr.Opened
	view okr.GoalView
}

// viewerOf is whose private goals are shown to the actor here.
func viewerOf(actor okr.Actor) okr.UserID {
	if actor.Shared {
		return ""
	}
	return actor.ID
}

// opened reads a goal and what stands around it in one trip.
func (s *tree) opened(ctx context.Context, actor okr.Actor, q okr.OpenQuery) (o opened, err error) {
	q.Viewer = viewerOf(actor)
	o.Opened, err = s.Reader.OpenGoal(ctx, actor.Tenant, q)
	if okr.KindOf(err) == okr.NotFound || err == nil && !actor.Sees(o.Goal) {
		return opened{}, okr.GoalNotFound(actor, q.Goal)
	}
	if err != nil {
		return opened{}, err
	}
	o.Settings = access.OrDefault(o.Settings, actor.Tenant)
	if o.Parent.Deleted != nil {
		o.Parent = okr.Goal{}
	}
	o.view = s.ViewOf(o.Settings, actor, o.Goal, o.Parent)
	o.view.Connection = o.Connection.Name
	if o.Goal.Kind == okr.Objective && !q.Bare {
		err = s.addBelow(ctx, o.Settings, actor, &o.view, o.Below, 0)
	}
	if o.view.ParentTitle != "" && o.Beside.Whole {
		share := o.Settings.WeightsRule.Shares(o.Beside.Goals)[o.Goal.ID]
		o.view.Weight, o.view.Taken = share.Weight, share.Taken
	}
	return o, err
}

// written is Goal for one that is at hand as it was just written.
func (s *tree) written(ctx context.Context, actor okr.Actor, g okr.Goal) (okr.GoalView, error) {
	return s.Goal(ctx, actor, g.ID)
}

// ViewOf computes a goal below its parent, without its children.
func (s *tree) ViewOf(t okr.Settings, actor okr.Actor, g, parent okr.Goal) okr.GoalView {
	return s.viewing(t, actor).of(g, parent)
}

// viewing is what views of goals have in common: who looks at them, and when.
type viewing struct {
	actor   okr.Actor
	isAdmin bool
	bands   okr.Bands
	now     time.Time
	today   okr.Date
}

func (s *tree) viewing(t okr.Settings, actor okr.Actor) *viewing {
	now := s.Now()
	return &viewing{actor: actor, isAdmin: s.access.Administers(t, actor), bands: t.Bands, now: now, today: t.Today(now)}
}

func (w *viewing) of(g, parent okr.Goal) okr.GoalView {
	g.PeriodID, g.Period = okr.PeriodUnder(g, parent)
	v := okr.GoalView{Goal: g, MayEdit: w.actor.MayEdit(g, parent, w.isAdmin)}
	v.MayCheckIn = g.IsOpen() && (v.MayEdit || w.actor.MayCheckIn(g, parent, w.isAdmin))
	if parent.ID != "" && w.actor.Sees(parent) {
		v.ParentTitle = parent.Title
	}
	v.Standing = g.Standing(g.Period, w.bands, w.today)
	v.StaleFor, v.Stale = g.Stale(w.now)
	return v
}

// addBelow adds a page of an objective's children that was read, at most so many of them
// where limit is not 0. Where all are shown,
// the objective is added up from them and from those that are hidden.
func (s *tree) addBelow(ctx context.Context, t okr.Settings, actor okr.Actor, v *okr.GoalView, p okr.GoalPage, limit int) error {
	children := p.Visible(actor)
	v.ChildTotal = p.Total
	if p.Whole {
		v.ChildTotal = len(children)
	}
	if limit > 0 {
		children = children[:min(limit, len(children))]
	}
	if len(children) > 0 {
		v.Children = make([]okr.GoalView, 0, len(children))
	}
	w := s.viewing(t, actor)
	for _, kind := range []okr.GoalKind{okr.KeyResult, okr.Objective, okr.Project} {
		for i := range children {
			if children[i].Kind == kind {
				v.Children = append(v.Children, w.of(children[i], v.Goal))
			}
		}
	}
	if len(children) < v.ChildTotal {
		return nil
	}
	whole := p.Goals
	if !p.Whole { // all that may be seen is on the page, and more is hidden
		around, err := s.Reader.GoalsAround(ctx, t.ID, okr.Surroundings{Below: []okr.GoalID{v.Goal.ID}})
		if err != nil {
			return err
		}
		whole = around.Below[v.Goal.ID].Goals
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

// addUp adds up an objective from all its children.
func addUp(t okr.Settings, v *okr.GoalView, children []okr.Goal, now time.Time) {
	fresh := t.WeightsRule.Roll(children)
	if r := v.Goal.Rolled; r != nil {
		fresh.At = r.At
	}
	v.Goal.Rolled = &fresh
	v.Standing = v.Goal.Standing(v.Goal.Period, t.Bands, t.Today(now))
}

// views computes goals with their objectives, and with what stands below those that
// want it, which is all read in one go.
func (s *tree) views(ctx context.Context, t okr.Settings, actor okr.Actor, lists []listed) ([]okr.List, error) {
	q := okr.Surroundings{Viewer: viewerOf(actor), Small: true}
	for _, l := range lists {
		l.around(&q)
	}
	around, err := s.Reader.GoalsAround(ctx, actor.Tenant, q)
	if err != nil {
		return nil, err
	}
	w, out := s.viewing(t, actor), make([]okr.List, 0, len(lists))
	for _, l := range lists {
		views := make([]okr.GoalView, 0, len(l.goals))
		for _, g := range l.goals {
			parent, isRead := l.above[g.Parent]
			if !isRead {
				parent = around.Parents[g.Parent]
			}
			v := w.of(g, parent)
			if p, isRead := around.Below[g.ID]; isRead && l.ask.Filter.Children != 0 {
				if err := s.addBelow(ctx, t, actor, &v, p, l.ask.Filter.Children); err != nil {
					return nil, err
				}
			}
			views = append(views, v)
		}
		out = append(out, okr.List{Views: views, Total: l.total})
	}
	return out, nil
}
