package okr

import (
	"context"
	"errors"
)

// CloseInput is how a person ends a goal.
type CloseInput struct {
	Goal  GoalID
	State Status   // StatusClosed or StatusPostponed
	Score *float64 // 0 to 1; nil: as [ClosePreview] suggests. Postponed goals have none.
	Note  string
}

// ClosePreview says what closing a goal would do.
type ClosePreview struct {
	View  GoalView
	State Status  // what is suggested: postponed for what made no progress at all
	Score float64 // what is suggested: the mean of the children's, else the progress
	Also  []Goal  // open goals below that would end with it
	Kept  []Goal  // open goals below that the actor may not close: they stay open
}

// PreviewClose says what closing a goal would do. Forbidden: the actor may not
// edit it. Invalid: it is closed already.
func (s *Service) PreviewClose(ctx context.Context, actor Actor, id GoalID) (ClosePreview, error) {
	v, err := s.Goal(ctx, actor, id)
	if err != nil {
		return ClosePreview{}, err
	}
	if err := s.mayEdit(ctx, actor, v.Goal); err != nil {
		return ClosePreview{}, err
	}
	p := ClosePreview{View: v, State: StatusClosed, Score: suggestedScore(v)}
	if v.Standing.Progress == nil || *v.Standing.Progress == 0 {
		p.State = StatusPostponed
	}
	if v.Goal.Kind != Objective {
		return p, nil
	}
	t, err := s.Settings(ctx, actor.Tenant)
	if err != nil {
		return p, err
	}
	p.Also, p.Kept, err = s.openBelow(ctx, t, actor, v.Goal)
	return p, err
}

// suggestedScore is the mean of the children's scores (formula F9), those still
// open by their progress; of a goal without any its own progress.
func suggestedScore(v GoalView) float64 {
	sum, n := 0.0, 0
	for _, c := range v.Children {
		switch closed := c.Goal.Closed; {
		case closed != nil && closed.Score != nil:
			sum += *closed.Score
		case closed == nil && c.Standing.Progress != nil:
			sum += ScoreOf(*c.Standing.Progress)
		default:
			continue
		}
		n++
	}
	switch {
	case n > 0:
		return ScoreOf(100 * sum / float64(n))
	case v.Standing.Progress != nil:
		return ScoreOf(*v.Standing.Progress)
	}
	return 0
}

// openBelow lists the open goals below an objective, the lowest first: those that
// the actor may close, and those that not. What stands below one of the latter is
// left alone, and what the actor may not see is not named.
func (s *Service) openBelow(ctx context.Context, t Tenant, actor Actor, o Goal) (mine, others []Goal, err error) {
	level := []Goal{o}
	for range MaxDepth {
		var next []Goal
		for _, parent := range level {
			children, _, err := s.find(ctx, actor, Filter{Parent: parent.ID}.indexes(), Page{})
			if err != nil {
				return nil, nil, err
			}
			for _, c := range children {
				switch {
				case !actor.MayEdit(c, parent, s.Administers(t, actor)):
					others = append(others, c)
				case c.Kind == Objective:
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

// lowestFirst puts objectives after all that stands below them: they come from
// the top downwards.
func lowestFirst(goals []Goal) []Goal {
	var leaves, objectives []Goal
	for _, g := range goals {
		if g.Kind == Objective {
			objectives = append([]Goal{g}, objectives...)
		} else {
			leaves = append(leaves, g)
		}
	}
	return append(leaves, objectives...)
}

// Close ends a goal with all open ones below that the actor may close. Forbidden:
// the actor may not edit it. Invalid: it is closed already, or names a field.
func (s *Service) Close(ctx context.Context, actor Actor, in CloseInput) (GoalView, error) {
	if err := in.check(); err != nil {
		return GoalView{}, err
	}
	p, err := s.PreviewClose(ctx, actor, in.Goal)
	if err != nil {
		return GoalView{}, err
	}
	if in.Score == nil && in.State == StatusClosed {
		in.Score = &p.Score
	}
	for _, c := range p.Also {
		also := CloseInput{Goal: c.ID, State: in.State}
		if raw := c.leafProgress(); in.State == StatusClosed && raw != nil {
			score := ScoreOf(*raw)
			also.Score = &score
		}
		if err := s.end(ctx, actor, also); IgnoreNotFound(err) != nil {
			return GoalView{}, err
		}
	}
	if err := s.end(ctx, actor, in); err != nil {
		return GoalView{}, err
	}
	return s.Goal(ctx, actor, in.Goal)
}

func (in CloseInput) check() error {
	switch {
	case in.State != StatusClosed && in.State != StatusPostponed:
		return FieldErrorf("state", "Choose whether it is closed or postponed.")
	case in.Score != nil && in.State == StatusPostponed:
		return FieldErrorf("score", "Only what is closed has a score. Leave it empty.")
	case in.Score != nil && !(*in.Score >= 0 && *in.Score <= 1):
		return FieldErrorf("score", "A score is a number from 0 to 1, for example 0.7.")
	case runes(in.Note) > MaxNote:
		return FieldErrorf("note", "The note has %d characters; at most %d fit.", runes(in.Note), MaxNote)
	}
	return nil
}

// end closes one goal, after it was added up a last time.
func (s *Service) end(ctx context.Context, actor Actor, in CloseInput) error {
	if in.Goal.Kind() == Objective {
		if err := s.rollUp(ctx, actor.Tenant, in.Goal); err != nil {
			return err
		}
	}
	g, err := s.Store.Goals().Update(ctx, actor.Tenant, in.Goal, func(g *Goal) error {
		if !g.IsOpen() {
			return g.requireOpen()
		}
		g.Closed = &Closing{State: in.State, Score: in.Score, Note: cleanText(in.Note), By: actor.Person, At: s.Now()}
		return nil
	})
	if err != nil {
		return err
	}
	return s.rollUp(ctx, actor.Tenant, g.Parent)
}

// Reopen makes a closed or postponed goal an open one again; what ended with it
// stays closed. Forbidden: the actor may not edit it. Invalid: it is open.
func (s *Service) Reopen(ctx context.Context, actor Actor, id GoalID) (GoalView, error) {
	if _, err := s.goal(ctx, actor, id); err != nil {
		return GoalView{}, err
	}
	g, err := s.Store.Goals().Update(ctx, actor.Tenant, id, func(g *Goal) error {
		if err := s.mayManage(ctx, actor, *g); err != nil {
			return err
		}
		if g.IsOpen() {
			return Errorf(Invalid, "%s is open already. `okr %s` shows it.", id, id)
		}
		g.Closed = nil
		return nil
	})
	if err != nil {
		return GoalView{}, err
	}
	if g.Kind == Objective { // below it things may have changed meanwhile
		if err := s.rollUp(ctx, actor.Tenant, g.ID); err != nil {
			return GoalView{}, err
		}
	}
	if err := errors.Join(s.rollUp(ctx, actor.Tenant, g.Parent), s.planReminder(ctx, actor.Tenant, g)); err != nil {
		return GoalView{}, err
	}
	return s.Goal(ctx, actor, id)
}
