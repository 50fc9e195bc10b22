package plan

import (
	"context"
	"slices"

	"okrbot/okr"
	"okrbot/okr/access"
)

// find reads the goals in all of the lists that the actor may see here: first those for
// everyone, then the private ones.
func (s *tree) find(ctx context.Context, actor okr.Actor, indexes []string) ([]okr.Goal, error) {
	list, _, err := s.Store.Goals().Find(ctx, actor.Tenant, append(slices.Clone(indexes), okr.PublicIndex), okr.Page{})
	if err != nil || actor.Shared || actor.ID == "" {
		return list, err
	}
	private, _, err := s.Store.Goals().Find(ctx, actor.Tenant, append(slices.Clone(indexes), okr.SeenByIndex(actor.ID)), okr.Page{})
	return append(list, private...), err
}

// listed is a list of which the goals were read.
type listed struct {
	ask   okr.ListAsk
	goals []okr.Goal
	total int
	above map[okr.GoalID]okr.Goal // objectives that were read already
}

// query is what the list asks the store for on a day.
func (l listed) query(actor okr.Actor, day okr.Date, bands okr.Bands) okr.GoalQuery {
	q := okr.GoalQuery{
		Indexes: l.ask.Filter.Indexes(), Viewer: viewerOf(actor), Page: l.ask.Page, Uncounted: l.ask.Plain && l.ask.Page.Offset == 0, Parents: !l.ask.Plain && l.ask.Tree == 0,
	}
	if status := l.ask.Filter.Status; status != "" {
		q.Status = &okr.StatusAt{Status: status, Day: day.Days(), Bands: bands}
	}
	if l.ask.Tree > 0 {
		q.Page.Limit, q.Tree, q.Roots, q.Uncounted = l.ask.Flat, l.ask.Tree, l.ask.Page.Limit, false
	}
	return q
}

// smallFamily is how many children an objective has at most whose children are read
// together with others', instead of a page of each.
const smallFamily = 25

// around adds what the list wants to know of the goals' surroundings.
func (l listed) around(q *okr.Surroundings) {
	if l.ask.Plain {
		return
	}
	for _, g := range l.goals {
		if _, isRead := l.above[g.Parent]; g.Parent != "" && !isRead && !slices.Contains(q.Parents, g.Parent) {
			q.Parents = append(q.Parents, g.Parent)
		}
		if g.Kind == okr.Objective && l.ask.Filter.Children != 0 && !slices.Contains(q.Below, g.ID) {
			q.Below = append(q.Below, g.ID)
			q.Limit = max(q.Limit, l.ask.Filter.Children)
			q.Small = q.Small && g.Rolled != nil && g.Rolled.Below <= smallFamily
		}
	}
}

// Lists reads pages of the goals that filters choose, in the order in which they were
// made, and how many there are; and the settings by which they are shown. It takes two
// trips to the store, however many lists there are, and reads nothing that is not shown.
// Lists that want children want the same number.
func (s *Service) Lists(ctx context.Context, actor okr.Actor, asks ...okr.ListAsk) (okr.Settings, []okr.List, error) {
	lists := make([]listed, len(asks))
	for i, ask := range asks {
		lists[i].ask = ask
	}
	t, err := s.readLists(ctx, actor, lists)
	if err != nil {
		return t, nil, err
	}
	out, err := s.views(ctx, t, actor, lists)
	return t, out, err
}

// readLists reads the goals of lists and the settings. Data of an older program is
// brought up to date first.
func (s *Service) readLists(ctx context.Context, actor okr.Actor, lists []listed) (okr.Settings, error) {
	var now okr.Settings // needed by a status only
	if slices.ContainsFunc(lists, func(l listed) bool { return l.ask.Filter.Status != "" }) {
		var err error
		if now, err = s.access.Settings(ctx, actor.Tenant); err != nil {
			return now, err
		}
	}
	queries := make([]okr.GoalQuery, len(lists))
	for i, l := range lists {
		queries[i] = l.query(actor, now.Today(s.Now()), now.Bands)
	}
	found, err := s.findFor(ctx, actor.Tenant, "", queries)
	if err != nil {
		return found.Settings, err
	}
	for i, p := range found.Pages {
		l := &lists[i]
		l.goals, l.total, l.above = p.Goals, p.Total, found.Parents
		if l.ask.Tree > 0 && l.total > l.ask.Tree { // one below the other, without what stands below them
			l.ask.Filter.Children = 0
		}
	}
	return found.Settings, nil
}

// findAll finds pages of goals and reads the settings. Data of an older program is brought
// up to date first.
func (s *Service) findAll(ctx context.Context, tenant okr.TenantID, queries []okr.GoalQuery) (okr.Settings, []okr.GoalPage, error) {
	found, err := s.findFor(ctx, tenant, "", queries)
	return found.Settings, found.Pages, err
}

// findFor is findAll with what a member chose.
func (s *Service) findFor(ctx context.Context, tenant okr.TenantID, member okr.UserID, queries []okr.GoalQuery) (okr.Found, error) {
	found, err := s.Reader.FindGoals(ctx, tenant, member, queries...)
	if found.Settings = access.OrDefault(found.Settings, tenant); err != nil || found.Settings.Generation >= generation {
		return found, err
	}
	t, err := s.Upgraded(ctx, tenant)
	if err != nil {
		return found, err
	}
	found, err = s.Reader.FindGoals(ctx, tenant, member, queries...)
	found.Settings = t
	return found, err
}

// ListGoals is Lists for one of them.
func (s *Service) ListGoals(ctx context.Context, actor okr.Actor, f okr.Filter, page okr.Page) ([]okr.GoalView, int, error) {
	_, lists, err := s.Lists(ctx, actor, okr.ListAsk{Filter: f, Page: page})
	if err != nil {
		return nil, 0, err
	}
	return lists[0].Views, lists[0].Total, nil
}

// Search finds goals in any state by id or by the words of their titles, each objective
// with some children. The one of the id, or those of exactly this title, come alone.
func (s *Service) Search(ctx context.Context, actor okr.Actor, text string, page okr.Page, children int) ([]okr.GoalView, int, error) {
	if id, ok := okr.ParseGoalID(text); ok {
		v, err := s.OpenGoal(ctx, actor, id, okr.Page{Limit: max(1, children)})
		if okr.KindOf(err) == okr.NotFound {
			return nil, 0, nil
		}
		return []okr.GoalView{v}, 1, err
	}
	t, found, err := s.searchGoals(ctx, actor, text, page, "")
	if err != nil {
		return nil, 0, err
	}
	found[0].ask.Filter.Children = children
	lists, err := s.views(ctx, t, actor, found)
	if err != nil {
		return nil, 0, err
	}
	return lists[0].Views, lists[0].Total, nil
}

// searchGoals finds goals by the words of their titles, for each of some kinds; an empty
// kind is any. Where the text is a whole title, only goals of that title come.
func (s *Service) searchGoals(ctx context.Context, actor okr.Actor, text string, page okr.Page, kinds ...okr.GoalKind) (okr.Settings, []listed, error) {
	var queries []okr.GoalQuery
	words := okr.Filter{Text: text, State: okr.AnyState}.Indexes()
	for _, kind := range kinds {
		of := okr.Filter{Kind: kind, State: okr.AnyState}.Indexes()
		q := okr.GoalQuery{Indexes: append([]string{okr.TitleIndex(text)}, of...), Viewer: viewerOf(actor), Page: page, Parents: true}
		queries = append(queries, q)
		q.Indexes = slices.Concat(words, of)
		queries = append(queries, q)
	}
	all, err := s.findFor(ctx, actor.Tenant, "", queries)
	t, pages := all.Settings, all.Pages
	if err != nil {
		return t, nil, err
	}
	out := make([]listed, len(kinds))
	for i := range kinds {
		p := pages[2*i]
		if len(words) == 0 && okr.CleanLine(text) != "" {
			p = okr.GoalPage{} // signs only: no title is found by them
		} else if p.Total == 0 || len(words) == 0 {
			p = pages[2*i+1]
		}
		out[i].goals, out[i].total, out[i].above = p.Goals, p.Total, all.Parents
	}
	return t, out, nil
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
	if len(kinds) == 0 {
		kinds = []okr.GoalKind{""}
	}
	_, lists, err := s.searchGoals(ctx, actor, text, okr.Page{Limit: mostFound}, kinds...)
	var found []okr.Goal
	for _, l := range lists {
		found = append(found, l.goals...)
	}
	return found, err
}

// AskedOf lists the open goals whose check-ins a person is asked for, with the settings
// and what the person chose.
func (s *Service) AskedOf(ctx context.Context, actor okr.Actor) (okr.Settings, okr.Member, []okr.GoalView, error) {
	found, err := s.findFor(ctx, actor.Tenant, actor.ID, []okr.GoalQuery{{
		Indexes: []string{okr.AskedIndex(actor.ID), okr.StateIndex(true)}, Viewer: viewerOf(actor), Page: okr.Page{Limit: mostFound}, Parents: true,
	}})
	if found.Member.Person.ID == "" {
		found.Member.Person = okr.Person{ID: actor.ID}
	}
	t := found.Settings
	if err != nil {
		return t, found.Member, nil, err
	}
	lists, err := s.views(ctx, t, actor, []listed{{goals: found.Pages[0].Goals, above: found.Parents}})
	if err != nil {
		return t, found.Member, nil, err
	}
	return t, found.Member, lists[0].Views, nil
}

// maxOffered is how many objectives a form offers besides the person's own.
const maxOffered = 100

// offers ask for the objectives that a form offers.
func offers(actor okr.Actor) []okr.GoalQuery {
	mine, all := okr.Filter{Kind: okr.Objective, Owner: actor.ID}, okr.Filter{Kind: okr.Objective}
	q := okr.GoalQuery{Viewer: viewerOf(actor), Page: okr.Page{Limit: maxOffered}, Uncounted: true}
	own := q
	own.Indexes, own.Own, q.Indexes = mine.Indexes(), true, all.Indexes()
	return []okr.GoalQuery{own, q}
}

// offeredOf are the objectives that pages of [offers] hold.
func offeredOf(actor okr.Actor, pages []okr.GoalPage) okr.Offered {
	return okr.Offered{Mine: okr.GoalPage{Goals: pages[0].Goals, Whole: true}.Visible(actor), All: pages[1].Goals}
}

// Offered gives the open objectives below which a goal can stand: the first of the
// actor's own, and the first of all.
func (s *Service) Offered(ctx context.Context, actor okr.Actor) (okr.Offered, error) {
	_, pages, err := s.findAll(ctx, actor.Tenant, offers(actor))
	if err != nil {
		return okr.Offered{}, err
	}
	return offeredOf(actor, pages), nil
}

// EditForm reads a goal, without what is below it, and what its form offers.
func (s *tree) EditForm(ctx context.Context, actor okr.Actor, id okr.GoalID) (okr.GoalView, okr.Offered, error) {
	o, err := s.opened(ctx, actor, okr.OpenQuery{Goal: id, Bare: true, Also: offers(actor)})
	if err != nil {
		return o.view, okr.Offered{}, err
	}
	return o.view, offeredOf(actor, o.Also), nil
}
