package okr

import (
	"context"
	"slices"
)

// Filter chooses goals. What is empty does not limit.
type Filter struct {
	Owner  UserID // owner or co-owner
	Team   string // without regard to case
	Period string // the id of a period
	Tag    string
	State  GoalState // the zero value is open ones only
	Kind   GoalKind
	Top    bool   // without an objective above
	Parent GoalID // below this objective
	Text   string // words of the title, or their beginnings
	// Children is how many children of each objective come with it; none for 0,
	// all for a negative number.
	Children int
}

// GoalState chooses goals by whether they have ended.
type GoalState string

// The states to choose from.
const (
	OpenGoals  GoalState = ""
	EndedGoals GoalState = "ended" // closed or postponed
	AnyState   GoalState = "any"
)

// indexes names the lists in which the chosen goals stand.
func (f Filter) indexes() []string {
	var out []string
	add := func(wanted bool, index string) {
		if wanted {
			out = append(out, index)
		}
	}
	add(f.Kind != "", KindIndex(f.Kind))
	add(f.State != AnyState, StateIndex(f.State == OpenGoals))
	add(f.Owner != "", OwnerIndex(f.Owner))
	add(f.Team != "", TeamIndex(f.Team))
	add(f.Period != "", PeriodIndex(f.Period))
	add(f.Tag != "", TagIndex(f.Tag))
	add(f.Top, TopIndex)
	add(f.Parent != "", ChildIndex(f.Parent))
	for _, token := range searchTokens(f.Text) {
		out = append(out, WordIndex(token))
	}
	return out
}

// find reads a page of the goals in all of the lists that the actor may see here:
// first those for everyone, then the private ones. What may not be seen is not
// counted either.
func (s *Service) find(ctx context.Context, actor Actor, indexes []string, page Page) ([]Goal, int, error) {
	list, total, err := s.Store.Goals().Find(ctx, actor.Tenant, append(slices.Clone(indexes), PublicIndex), page)
	if err != nil || actor.Shared || actor.ID == "" {
		return list, total, err
	}
	rest := Page{Offset: max(0, page.Offset-total), Limit: page.Limit - len(list)}
	isFull := page.Limit > 0 && rest.Limit == 0
	if isFull {
		rest = Page{Limit: 1} // for the number only
	}
	private, hidden, err := s.Store.Goals().Find(ctx, actor.Tenant, append(slices.Clone(indexes), SeenByIndex(actor.ID)), rest)
	if err == nil && !isFull {
		list = append(list, private...)
	}
	return list, total + hidden, err
}

// ListGoals reads a page of the goals that a filter chooses, in the order in which
// they were made, and how many there are. Nothing that is not shown is read.
func (s *Service) ListGoals(ctx context.Context, actor Actor, f Filter, page Page) ([]GoalView, int, error) {
	t, err := s.upgraded(ctx, actor.Tenant)
	if err != nil {
		return nil, 0, err
	}
	goals, total, err := s.find(ctx, actor, f.indexes(), page)
	if err != nil {
		return nil, 0, err
	}
	views, err := s.views(ctx, t, actor, goals)
	if err != nil || f.Children == 0 {
		return views, total, err
	}
	for i := range views {
		if views[i].Goal.Kind != Objective {
			continue
		}
		if err := s.addChildren(ctx, t, actor, &views[i], Page{Limit: max(0, f.Children)}); err != nil {
			return nil, 0, err
		}
	}
	return views, total, nil
}

// Search finds goals in any state by id or by the words of their titles. The one
// of the id, or those of exactly this title, come alone.
func (s *Service) Search(ctx context.Context, actor Actor, text string, page Page) ([]GoalView, int, error) {
	t, err := s.upgraded(ctx, actor.Tenant)
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

func (s *Service) searchGoals(ctx context.Context, actor Actor, text string, page Page, kinds ...string) ([]Goal, int, error) {
	if id, ok := ParseGoalID(text); ok {
		g, err := s.goal(ctx, actor, id)
		if KindOf(err) == NotFound {
			return nil, 0, nil
		}
		return []Goal{g}, 1, err
	}
	words := Filter{Text: text, State: AnyState}.indexes()
	if len(words) == 0 && CleanLine(text) != "" {
		return nil, 0, nil // signs only: no title is found by them
	}
	if len(words) > 0 {
		list, total, err := s.find(ctx, actor, append(slices.Clone(kinds), TitleIndex(text)), page)
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
func (s *Service) FindGoals(ctx context.Context, actor Actor, text string, kinds ...GoalKind) ([]Goal, error) {
	if id, ok := ParseGoalID(text); ok {
		g, err := s.goal(ctx, actor, id)
		return []Goal{g}, err
	}
	if _, err := s.upgraded(ctx, actor.Tenant); err != nil {
		return nil, err
	}
	if len(kinds) == 0 {
		list, _, err := s.searchGoals(ctx, actor, text, Page{Limit: mostFound})
		return list, err
	}
	var found []Goal
	for _, kind := range kinds {
		list, _, err := s.searchGoals(ctx, actor, text, Page{Limit: mostFound}, KindIndex(kind))
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
func (s *Service) Goals(ctx context.Context, actor Actor, page Page) ([]GoalView, int, error) {
	views, total, err := s.ListGoals(ctx, actor, Filter{Kind: Objective, State: AnyState, Children: -1}, page)
	for i, v := range views {
		views[i].Children = slices.DeleteFunc(v.Children, func(c GoalView) bool { return c.Goal.Kind == Objective })
	}
	return views, total, err
}

// Objectives lists the open objectives that the actor may see here, for
// drop-downs.
func (s *Service) Objectives(ctx context.Context, actor Actor) ([]Goal, error) {
	if _, err := s.upgraded(ctx, actor.Tenant); err != nil {
		return nil, err
	}
	list, _, err := s.find(ctx, actor, Filter{Kind: Objective}.indexes(), Page{})
	return list, err
}

// askedOf lists the open goals whose check-ins a person is asked for.
func (s *Service) askedOf(ctx context.Context, t Tenant, actor Actor) ([]GoalView, error) {
	goals, _, err := s.find(ctx, actor, []string{AskedIndex(actor.ID), StateIndex(true)}, Page{Limit: mostFound})
	if err != nil {
		return nil, err
	}
	return s.views(ctx, t, actor, goals)
}
