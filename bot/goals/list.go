package goals

import (
	"context"
	"maps"
	"slices"
	"strconv"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

const (
	// goalPage is how many objectives with what is below them one card lists.
	goalPage = 5
	// flatPage is how many single goals one card lists.
	flatPage = cards.PageSize
	// maxMine is how many goals of one person are put into a tree; who has more
	// gets them one below the other.
	maxMine = 200
)

// listGoals answers `okrs`: the person's own list first, all with "all", or what
// filters and words choose.
func (s *Subject) listGoals(ctx context.Context, t *chat.Turn, arg string) (chat.Reply, error) {
	if id, ok := okr.ParseGoalID(arg); ok {
		return s.goalCard(ctx, t, id)
	}
	q, err := s.typedQuery(ctx, t, arg)
	if err != nil {
		return chat.Reply{}, err
	}
	return s.listCard(ctx, t, q)
}

func (s *Subject) pressGoals(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	q, err := s.pressedQuery(ctx, t, p)
	if err != nil {
		return chat.Reply{}, err
	}
	return s.listCard(ctx, t, q)
}

func (s *Subject) pressMine(ctx context.Context, t *chat.Turn, _ chat.Press) (chat.Reply, error) {
	return s.listCard(ctx, t, goalQuery{mine: true})
}

// goalQuery is what a list shows.
type goalQuery struct {
	mine   bool
	offset int
	owner  okr.Person
	team   string
	period string // id
	status okr.Status
	kind   okr.GoalKind
	text   string
}

func (q goalQuery) isFiltered() bool {
	q.mine, q.offset = false, 0
	return q != goalQuery{}
}

// filter is the query as the service knows it. Words find goals in any state, as
// they do with `okr`; a list without them shows what is open.
func (q goalQuery) filter(t *chat.Turn) okr.Filter {
	f := okr.Filter{Owner: q.owner.ID, Team: q.team, Period: q.period, Kind: q.kind, Text: q.text}
	if q.mine && f.Owner == "" {
		f.Owner = t.Actor.ID
	}
	switch {
	case q.status == okr.StatusClosed || q.status == okr.StatusPostponed:
		f.State = okr.EndedGoals
	case q.text != "":
		f.State = okr.AnyState
	}
	return f
}

func (s *Subject) listCard(ctx context.Context, t *chat.Turn, q goalQuery) (chat.Reply, error) {
	views, total, err := s.listed(ctx, t, q)
	if err != nil {
		return chat.Reply{}, err
	}
	if total == 0 && q.mine && !q.isFiltered() {
		if _, all, err := s.plan.ListGoals(ctx, t.Actor, okr.Filter{}, okr.Page{Limit: 1}); err != nil || all == 0 {
			q.mine = false // nobody has any
		}
	}
	list := cards.GoalList{
		Views: views, Total: total, Offset: q.offset, Page: q.page(), Mine: q.mine, Filter: q.shown(),
		Teams: teamChoices(t, q.team), Periods: chat.PeriodChoices(t, q.period),
	}
	list.Owners, err = s.ownerFilter(ctx, t, q, views)
	return shareable(chat.Say(cards.Goals(t.Place, list)), t, q, views), err
}

// shareable says how others see the same list: all of it that everybody may see. One's
// own list is then that of one owner.
func shareable(r chat.Reply, t *chat.Turn, q goalQuery, views []okr.GoalView) chat.Reply {
	everybody := okr.Actor{Shared: true}
	if !slices.ContainsFunc(views, func(v okr.GoalView) bool { return everybody.Sees(v.Goal) }) {
		return r
	}
	f := q.shown()
	if q.mine && f.Owner == "" {
		f.Owner = string(t.Actor.ID)
	}
	data := map[string]string{
		cards.KeyOwner: f.Owner, cards.KeyTeam: f.Team, cards.KeyPeriod: f.Period, cards.KeyStatus: f.Status, cards.KeyKind: f.Kind,
		cards.KeyText: f.Text, cards.KeyOffset: strconv.Itoa(q.offset),
	}
	maps.DeleteFunc(data, func(_, value string) bool { return value == "" || value == "0" })
	return r.ViewBy(chat.Press{Verb: cards.VerbGoals, Data: data})
}

// listed reads a page of what a query chooses, and how many there are.
func (s *Subject) listed(ctx context.Context, t *chat.Turn, q goalQuery) ([]okr.GoalView, int, error) {
	f := q.filter(t)
	switch {
	case q.status != "":
		return s.listedByStatus(ctx, t, q, f)
	case q.isFiltered() && q.kind != okr.Objective:
		return s.plan.ListGoals(ctx, t.Actor, f, okr.Page{Offset: q.offset, Limit: flatPage})
	case q.mine && !q.isFiltered():
		return s.listedMine(ctx, t, q, f)
	}
	f.Kind, f.Children = okr.Objective, childRows
	f.Top = !q.isFiltered()
	return s.plan.ListGoals(ctx, t.Actor, f, okr.Page{Offset: q.offset, Limit: goalPage})
}

// page is how many rows a full page has; where a list is cut to fit, fewer.
func (q goalQuery) page() int {
	if q.status != "" || q.isFiltered() && q.kind != okr.Objective {
		return flatPage
	}
	return goalPage
}

// childRows is how many goals below each objective a list shows.
const childRows = 8

// listedByStatus computes the status of all that the rest of the query chooses,
// since it changes with the days.
func (s *Subject) listedByStatus(ctx context.Context, t *chat.Turn, q goalQuery, f okr.Filter) ([]okr.GoalView, int, error) {
	const step = 500
	var found []okr.GoalView
	for offset := 0; ; offset += step {
		views, total, err := s.plan.ListGoals(ctx, t.Actor, f, okr.Page{Offset: offset, Limit: step})
		if err != nil {
			return nil, 0, err
		}
		for _, v := range views {
			if v.Standing.Status == q.status {
				found = append(found, v)
			}
		}
		if len(views) == 0 || offset+step >= total {
			return pageOf(found, q.offset, flatPage), len(found), nil
		}
	}
}

func pageOf(views []okr.GoalView, offset, limit int) []okr.GoalView {
	offset = min(offset, len(views))
	return views[offset:min(offset+limit, len(views))]
}

// listedMine puts the person's goals into a tree: what stands below another one of
// theirs is shown there, unless more of theirs stands below it in turn.
func (s *Subject) listedMine(ctx context.Context, t *chat.Turn, q goalQuery, f okr.Filter) ([]okr.GoalView, int, error) {
	all, total, err := s.plan.ListGoals(ctx, t.Actor, f, okr.Page{Limit: maxMine})
	if err != nil {
		return nil, 0, err
	}
	if total > len(all) {
		return s.flatMine(ctx, t, q, f)
	}
	own, above := map[okr.GoalID]bool{}, map[okr.GoalID]bool{}
	for _, v := range all {
		own[v.Goal.ID] = v.Goal.Kind == okr.Objective
		above[v.Goal.Parent] = true
	}
	roots := slices.DeleteFunc(all, func(v okr.GoalView) bool { return own[v.Goal.Parent] && !above[v.Goal.ID] })
	page := pageOf(roots, q.offset, goalPage)
	for i, v := range page {
		if v.Goal.Kind != okr.Objective {
			continue
		}
		if page[i], err = s.plan.OpenGoal(ctx, t.Actor, v.Goal.ID, okr.Page{Limit: childRows}); err != nil {
			return nil, 0, err
		}
	}
	return page, len(roots), nil
}

func (s *Subject) flatMine(ctx context.Context, t *chat.Turn, q goalQuery, f okr.Filter) ([]okr.GoalView, int, error) {
	return s.plan.ListGoals(ctx, t.Actor, f, okr.Page{Offset: q.offset, Limit: flatPage})
}

// ownerFilter offers the owners of what is shown, the person of the turn and the
// owners of the first objectives.
func (s *Subject) ownerFilter(ctx context.Context, t *chat.Turn, q goalQuery, views []okr.GoalView) ([]cards.Choice, error) {
	if q.mine {
		return nil, nil
	}
	people := []okr.Person{q.owner, t.Actor.Person}
	more, err := s.chat.FirstObjectives(ctx, t)
	for _, v := range append(views, more...) {
		people = append(people, v.Goal.Owners()...)
	}
	return chat.PersonChoices(people), err
}

func teamChoices(t *chat.Turn, chosen string) []cards.Choice {
	var out []cards.Choice
	for _, name := range t.Settings.Teams {
		out = append(out, cards.Choice{Title: name, Value: name})
	}
	if chosen != "" && !slices.Contains(t.Settings.Teams, chosen) {
		out = append(out, cards.Choice{Title: chosen, Value: chosen})
	}
	return out
}
