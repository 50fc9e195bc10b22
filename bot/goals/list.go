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
	q, found, err := s.typedQuery(ctx, t, arg)
	if err != nil {
		return chat.Reply{}, err
	}
	return s.foundCard(ctx, t, q, found)
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
	tags   string // with commas between
	text   string
}

func (q goalQuery) isFiltered() bool {
	q.mine, q.offset = false, 0
	return q != goalQuery{}
}

// filter is the query as the service knows it. Words find goals in any state, as
// they do with `okr`; a list without them shows what is open.
func (q goalQuery) filter(t *chat.Turn) okr.Filter {
	f := okr.Filter{Owner: q.owner.Ref(), Team: q.team, Period: q.period, Status: q.status, Kind: q.kind, Tags: okr.SplitTags(q.tags), Text: q.text}
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
	found, err := s.listed(ctx, t, q)
	if err != nil {
		return chat.Reply{}, err
	}
	return s.foundCard(ctx, t, q, found)
}

// foundCard shows a list that was read.
func (s *Subject) foundCard(ctx context.Context, t *chat.Turn, q goalQuery, found foundGoals) (chat.Reply, error) {
	if found.Total == 0 && q.mine && !q.isFiltered() {
		_, lists, err := s.plan.Lists(ctx, t.Actor, okr.ListAsk{Page: okr.Page{Limit: 1}, Plain: true})
		if err != nil || lists[0].Total == 0 {
			q.mine = false // nobody has any
		}
	}
	list := cards.GoalList{
		Views: found.Views, Total: found.Total, Offset: q.offset, Page: q.page(), Mine: q.mine, Filter: q.shown(),
		Teams: teamChoices(t, q.team), Periods: chat.PeriodChoices(t, q.period), Owners: ownerFilter(t, q, found),
	}
	return shareable(chat.Say(cards.Goals(t.Place, list)), t, q, found.Views), nil
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
		cards.KeyTag: f.Tags, cards.KeyText: f.Text, cards.KeyOffset: strconv.Itoa(q.offset),
	}
	maps.DeleteFunc(data, func(_, value string) bool { return value == "" || value == "0" })
	return r.ViewBy(chat.Press{Verb: cards.VerbGoals, Data: data})
}

// foundGoals is what a query chooses, with the first objectives, whose people the filter
// offers.
type foundGoals struct {
	okr.List
	first []okr.Goal
}

// listed reads a page of what a query chooses, and how many there are.
func (s *Subject) listed(ctx context.Context, t *chat.Turn, q goalQuery) (foundGoals, error) {
	asks := []okr.ListAsk{q.ask(t)}
	if !q.mine {
		asks = append(asks, chat.FirstObjectives())
	}
	_, lists, err := s.plan.Lists(ctx, t.Actor, asks...)
	if err != nil {
		return foundGoals{}, err
	}
	return foundOf(t, lists), nil
}

// foundOf parts a list from the first objectives.
func foundOf(t *chat.Turn, lists []okr.List) foundGoals {
	f := foundGoals{List: lists[0]}
	if len(lists) > 1 {
		f.first = chat.GoalsOf(lists[1])
		t.KeepFirst(f.first)
	}
	return f
}

// ask is the query as the service answers it: what one has as a tree, objectives with
// what stands below them, or single goals.
func (q goalQuery) ask(t *chat.Turn) okr.ListAsk {
	f := q.filter(t)
	switch {
	case q.page() == flatPage:
		return okr.ListAsk{Filter: f, Page: okr.Page{Offset: q.offset, Limit: flatPage}}
	case q.mine && !q.isFiltered():
		f.Children = childRows
		return okr.ListAsk{Filter: f, Page: okr.Page{Offset: q.offset, Limit: goalPage}, Tree: maxMine, Flat: flatPage}
	}
	f.Kind, f.Children = okr.Objective, childRows
	f.Top = !q.isFiltered()
	return okr.ListAsk{Filter: f, Page: okr.Page{Offset: q.offset, Limit: goalPage}}
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

// ownerFilter offers the owners of what is shown, the person of the turn and the
// owners of the first objectives.
func ownerFilter(t *chat.Turn, q goalQuery, found foundGoals) []cards.Choice {
	if q.mine {
		return nil
	}
	people := []okr.Person{q.owner, t.Actor.Person}
	for _, v := range found.Views {
		if i := slices.IndexFunc(v.Goal.Owners(), func(p okr.Person) bool { return p.Ref() == q.owner.Ref() }); i >= 0 {
			people[0] = v.Goal.Owners()[i] // who is not in Teams is called there as they were written
		}
	}
	for _, v := range found.Views {
		people = append(people, v.Goal.Owners()...)
	}
	for _, o := range found.first {
		people = append(people, o.Owners()...)
	}
	return chat.PersonChoices(people)
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
