package plan

import (
	"context"
	"slices"

	"okrbot/okr"
)

// find reads a page of the goals in all of the lists that the actor may see here:
// first those for everyone, then the private ones. What may not be seen is not
// counted either.
func (s *tree) find(ctx context.Context, actor okr.Actor, indexes []string, page okr.Page) ([]okr.Goal, int, error) {
	list, total, err := s.Store.Goals().Find(ctx, actor.Tenant, append(slices.Clone(indexes), okr.PublicIndex), page)
	if err != nil || actor.Shared || actor.ID == "" {
		return list, total, err
	}
	rest := okr.Page{Offset: max(0, page.Offset-total), Limit: page.Limit - len(list)}
	isFull := page.Limit > 0 && rest.Limit == 0
	if isFull {
		rest = okr.Page{Limit: 1} // for the number only
	}
	private, hidden, err := s.Store.Goals().Find(ctx, actor.Tenant, append(slices.Clone(indexes), okr.SeenByIndex(actor.ID)), rest)
	if err == nil && !isFull {
		list = append(list, private...)
	}
	return list, total + hidden, err
}

// ListGoals reads a page of the goals that a filter chooses, in the order in which
// they were made, and how many there are. Nothing that is not shown is read.
func (s *Service) ListGoals(ctx context.Context, actor okr.Actor, f okr.Filter, page okr.Page) ([]okr.GoalView, int, error) {
	t, err := s.Upgraded(ctx, actor.Tenant)
	if err != nil {
		return nil, 0, err
	}
	goals, total, err := s.find(ctx, actor, f.Indexes(), page)
	if err != nil {
		return nil, 0, err
	}
	views, err := s.views(ctx, t, actor, goals)
	if err != nil || f.Children == 0 {
		return views, total, err
	}
	for i := range views {
		if views[i].Goal.Kind != okr.Objective {
			continue
		}
		if err := s.addChildren(ctx, t, actor, &views[i], okr.Page{Limit: max(0, f.Children)}); err != nil {
			return nil, 0, err
		}
	}
	return views, total, nil
}

// Search finds goals in any state by id or by the words of their titles. The one
// of the id, or those of exactly this title, come alone.
func (s *Service) Search(ctx context.Context, actor okr.Actor, text string, page okr.Page) ([]okr.GoalView, int, error) {
	t, err := s.Upgraded(ctx, actor.Tenant)
	if err != nil {
		return nil, 0, err
	}
	goals, total, err := s.searchGoals(ctx, actor, text, page)
	if err != nil {
		return nil, 0, err
	}
	views, err := s.views(ctx, t, actor, goals)
	return views, total, err
}

func (s *Service) searchGoals(ctx context.Context, actor okr.Actor, text string, page okr.Page, kinds ...string) ([]okr.Goal, int, error) {
	if id, ok := okr.ParseGoalID(text); ok {
		g, err := s.access.Goal(ctx, actor, id)
		if okr.KindOf(err) == okr.NotFound {
			return nil, 0, nil
		}
		return []okr.Goal{g}, 1, err
	}
	words := okr.Filter{Text: text, State: okr.AnyState}.Indexes()
	if len(words) == 0 && okr.CleanLine(text) != "" {
		return nil, 0, nil // signs only: no title is found by them
	}
	if len(words) > 0 {
		list, total, err := s.find(ctx, actor, append(slices.Clone(kinds), okr.TitleIndex(text)), page)
		if err != nil || total > 0 {
			return list, total, err
		}
	}
	return s.find(ctx, actor, append(words, kinds...), page)
}

// mostFound bounds what FindGoals gives: more than anybody chooses from.
const mostFound = 100

// FindGoals finds at most 100 goals by id or by words of the title or their
// beginnings, without regard to case and accents. Where the text is a whole title,
// only goals of that title come. No kind means all kinds. NotFound: there is none
// of this id.
func (s *Service) FindGoals(ctx context.Context, actor okr.Actor, text string, kinds ...okr.GoalKind) ([]okr.Goal, error) {
	if id, ok := okr.ParseGoalID(text); ok {
		g, err := s.access.Goal(ctx, actor, id)
		return []okr.Goal{g}, err
	}
	if _, err := s.Upgraded(ctx, actor.Tenant); err != nil {
		return nil, err
	}
	if len(kinds) == 0 {
		list, _, err := s.searchGoals(ctx, actor, text, okr.Page{Limit: mostFound})
		return list, err
	}
	var found []okr.Goal
	for _, kind := range kinds {
		list, _, err := s.searchGoals(ctx, actor, text, okr.Page{Limit: mostFound}, okr.KindIndex(kind))
		if err != nil {
			return nil, err
		}
		found = append(found, list...)
	}
	return found, nil
}

// Goals reads a page of all objectives with their key results and projects, and
// how many objectives there are. Objectives below others stand in the list
// themselves.
func (s *Service) Goals(ctx context.Context, actor okr.Actor, page okr.Page) ([]okr.GoalView, int, error) {
	views, total, err := s.ListGoals(ctx, actor, okr.Filter{Kind: okr.Objective, State: okr.AnyState, Children: -1}, page)
	for i, v := range views {
		views[i].Children = slices.DeleteFunc(v.Children, func(c okr.GoalView) bool { return c.Goal.Kind == okr.Objective })
	}
	return views, total, err
}

// Objectives lists the open objectives that the actor may see here, for
// drop-downs.
func (s *Service) Objectives(ctx context.Context, actor okr.Actor) ([]okr.Goal, error) {
	if _, err := s.Upgraded(ctx, actor.Tenant); err != nil {
		return nil, err
	}
	list, _, err := s.find(ctx, actor, okr.Filter{Kind: okr.Objective}.Indexes(), okr.Page{})
	return list, err
}

// AskedOf lists the open goals whose check-ins a person is asked for.
func (s *Service) AskedOf(ctx context.Context, t okr.Settings, actor okr.Actor) ([]okr.GoalView, error) {
	goals, _, err := s.find(ctx, actor, []string{okr.AskedIndex(actor.ID), okr.StateIndex(true)}, okr.Page{Limit: mostFound})
	if err != nil {
		return nil, err
	}
	return s.views(ctx, t, actor, goals)
}
