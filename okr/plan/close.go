package plan

import (
	"context"
	"errors"

	"okrbot/okr"
)

// PreviewClose says what closing a goal would do. Forbidden: the actor may not
// edit it. Invalid: it is closed already.
func (s *Service) PreviewClose(ctx context.Context, actor okr.Actor, id okr.GoalID) (okr.ClosePreview, error) {
	o, err := s.opened(ctx, actor, okr.OpenQuery{Goal: id, Page: okr.Page{Limit: openedChildren}})
	if err != nil {
		return okr.ClosePreview{}, err
	}
	v := o.view
	if err := s.access.MayEditBelow(o.Settings, actor, v.Goal, o.Parent); err != nil {
		return okr.ClosePreview{}, err
	}
	p := okr.ClosePreview{View: v, State: okr.StatusClosed, Score: suggestedScore(v)}
	if v.Standing.Progress == nil || *v.Standing.Progress == 0 {
		p.State = okr.StatusPostponed
	}
	if v.Goal.Kind != okr.Objective {
		return p, nil
	}
	p.Also, p.Kept, err = s.openBelow(ctx, o.Settings, actor, o.Opened)
	return p, err
}

// suggestedScore is the mean of the children's scores (formula F9), those still
// open by their progress where they count; of a goal without any its own progress.
func suggestedScore(v okr.GoalView) float64 {
	sum, n := 0.0, 0
	for _, c := range v.Children {
		switch closed := c.Goal.Closed; {
		case closed == nil && c.Weight <= 0:
			continue // it has no say in the progress, and none here
		case closed != nil && closed.Score != nil:
			sum += *closed.Score
		case closed == nil && c.Standing.Progress != nil:
			sum += okr.ScoreOf(*c.Standing.Progress)
		default:
			continue
		}
		n++
	}
	switch {
	case n > 0:
		return okr.ScoreOf(100 * sum / float64(n))
	case v.Standing.Progress != nil:
		return okr.ScoreOf(*v.Standing.Progress)
	}
	return 0
}

// openBelow lists the open goals below an objective, the lowest first: those that
// the actor may close, and those that not. What stands below one of the latter is
// left alone, and what the actor may not see is not named.
func (s *Service) openBelow(ctx context.Context, t okr.Settings, actor okr.Actor, o okr.Opened) (mine, others []okr.Goal, err error) {
	below := map[okr.GoalID]okr.GoalPage{o.Goal.ID: o.Below}
	level := []okr.Goal{o.Goal}
	for depth := 0; depth < okr.MaxDepth && len(level) > 0; depth++ {
		if depth > 0 || !o.Below.Whole {
			if below, err = s.allBelow(ctx, t.ID, level); err != nil {
				return nil, nil, err
			}
		}
		var next []okr.Goal
		for _, parent := range level {
			for _, c := range below[parent.ID].Visible(actor) {
				switch {
				case !c.IsOpen():
				case !actor.MayEdit(c, parent, s.access.Administers(t, actor)):
					others = append(others, c)
				case c.Kind == okr.Objective:
					next = append(next, c)
				default:
					mine = append(mine, c)
				}
			}
		}
		mine = append(mine, next...)
		level = next
	}
	return lowestFirst(mine), others, nil
}

// allBelow reads all that stands below some goals, in one trip.
func (s *tree) allBelow(ctx context.Context, tenant okr.TenantID, goals []okr.Goal) (map[okr.GoalID]okr.GoalPage, error) {
	var q okr.Surroundings
	for _, g := range goals {
		q.Below = append(q.Below, g.ID)
	}
	around, err := s.Reader.GoalsAround(ctx, tenant, q)
	return around.Below, err
}

// lowestFirst puts objectives after all that stands below them: they come from
// the top downwards.
func lowestFirst(goals []okr.Goal) []okr.Goal {
	var leaves, objectives []okr.Goal
	for _, g := range goals {
		if g.Kind == okr.Objective {
			objectives = append([]okr.Goal{g}, objectives...)
		} else {
			leaves = append(leaves, g)
		}
	}
	return append(leaves, objectives...)
}

// Close ends a goal with all open ones below that the actor may close, which get
// the same note; where it broke off, it goes on. Forbidden: the actor may not edit it. Invalid: it is closed
// already, or names a field.
func (s *Service) Close(ctx context.Context, actor okr.Actor, in okr.CloseInput) (okr.GoalView, error) {
	if err := in.Check(); err != nil {
		return okr.GoalView{}, err
	}
	p, err := s.PreviewClose(ctx, actor, in.Goal)
	if err != nil {
		return okr.GoalView{}, err
	}
	if in.Score == nil && in.State == okr.StatusClosed {
		in.Score = &p.Score
	}
	for _, c := range p.Also {
		if in.Alone && (c.Kind == okr.Objective || c.Parent != in.Goal) {
			continue
		}
		also := okr.CloseInput{Goal: c.ID, State: in.State, Note: in.Note}
		if raw := c.LeafProgress(); in.State == okr.StatusClosed && raw != nil {
			score := okr.ScoreOf(*raw)
			also.Score = &score
		}
		if err := s.end(ctx, actor, also); okr.IgnoreNotFound(err) != nil {
			return okr.GoalView{}, err
		}
	}
	if err := s.end(ctx, actor, in); err != nil {
		return okr.GoalView{}, err
	}
	return s.Goal(ctx, actor, in.Goal)
}

// end closes one goal, after it was added up a last time.
func (s *Service) end(ctx context.Context, actor okr.Actor, in okr.CloseInput) error {
	if in.Goal.Kind() == okr.Objective {
		if err := s.RollUp(ctx, actor.Tenant, in.Goal); err != nil {
			return err
		}
	}
	g, err := s.Store.Goals().Update(ctx, actor.Tenant, in.Goal, func(g *okr.Goal) error {
		if !g.IsOpen() {
			return g.RequireOpen()
		}
		g.Closed = &okr.Closing{State: in.State, Score: in.Score, Note: okr.CleanText(in.Note), By: actor.Person, At: s.Now()}
		return nil
	})
	if err != nil {
		return err
	}
	return s.RollUp(ctx, actor.Tenant, g.Parent)
}

// Reopen makes a closed or postponed goal an open one again; what ended with it
// stays closed. Forbidden: the actor may not edit it. Invalid: it is open.
func (s *Service) Reopen(ctx context.Context, actor okr.Actor, id okr.GoalID) (okr.GoalView, error) {
	if _, err := s.access.Goal(ctx, actor, id); err != nil {
		return okr.GoalView{}, err
	}
	g, err := s.Store.Goals().Update(ctx, actor.Tenant, id, func(g *okr.Goal) error {
		if err := s.access.MayManage(ctx, actor, *g); err != nil {
			return err
		}
		if g.IsOpen() {
			return okr.WithNext(okr.Errorf(okr.Invalid, "%s is open already.", id), okr.Step{Kind: okr.StepShow, Goal: id})
		}
		g.Closed = nil
		return nil
	})
	if err != nil {
		return okr.GoalView{}, err
	}
	if g.Kind == okr.Objective { // below it things may have changed meanwhile
		if err := s.RollUp(ctx, actor.Tenant, g.ID); err != nil {
			return okr.GoalView{}, err
		}
	}
	if err := errors.Join(s.RollUp(ctx, actor.Tenant, g.Parent), s.PlanReminder(ctx, actor.Tenant, g)); err != nil {
		return okr.GoalView{}, err
	}
	return s.Goal(ctx, actor, id)
}
