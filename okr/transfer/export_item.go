package transfer

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"okrbot/okr"
)

// exporting is a source that is being made.
type exporting struct {
	*exported
	settings okr.Settings
	now      time.Time
	parents  []okr.GoalID           // of the items
	weights  []*float64             // of the items
	below    map[okr.GoalID][]child // of each goal all that count, also what is hidden
	people   map[string]Person
}

// child is what the share of a goal in its objective depends on.
type child struct {
	id       okr.GoalID
	weight   *float64
	baseline bool
}

// take makes an item of a goal that belongs to the export.
func (r *exporting) take(g okr.Goal, belongs bool) {
	if g.Parent != "" && g.Deleted == nil {
		r.below[g.Parent] = append(r.below[g.Parent], child{g.ID, g.Weight, g.Metric != nil && g.Metric.Type == okr.Baseline})
	}
	if !belongs {
		return
	}
	r.at[g.ID] = len(r.goals)
	r.goals = append(r.goals, g.ID)
	r.parents, r.weights = append(r.parents, g.Parent), append(r.weights, g.Weight)
	r.bundle.Items = append(r.bundle.Items, r.itemOf(g))
}

// itemOf is a goal as an item that stands nowhere yet.
func (r *exporting) itemOf(g okr.Goal) Item {
	s := g.Standing(g.Period, r.settings.Bands, r.settings.Today(r.now))
	item := Item{
		Kind: g.Kind, Word: wordOf(g.Kind), Title: g.Title, Description: g.Description,
		Owners: peopleOf(g.Owners()), Editors: peopleOf(g.Editors),
		Delegate: personOf(g.Delegate), CreatedBy: personOf(g.CreatedBy), Private: g.Private, OnlyEditors: g.OnlyEditors,
		Tags: g.Tags, GoalType: g.GoalType, Period: r.periodOf(g), Value: valueOf(g), Shown: shown(s.Raw), Feed: feedOf(g),
		Status: r.statusOf(g, s), CreatedAt: g.CreatedAt.UTC(),
	}
	if g.CheckInOwner.ID != g.Owner.ID {
		item.CheckInOwners = peopleOf([]okr.Person{g.CheckInOwner})
	}
	if g.Private {
		item.Viewers = peopleOf(g.Viewers)
	}
	if g.Level != okr.LevelTeam {
		item.Level = g.Level
	}
	if m := g.Manual; m != nil {
		item.ByHand = m.Status != "" && g.IsOpen()
		item.Lasting = m.LastsUntilResumed && (item.ByHand || m.Value != nil)
	}
	if g.Team != "" {
		item.Teams = []string{g.Team}
	}
	for _, t := range g.Tasks {
		item.Tasks = append(item.Tasks, Task{ID: t.ID, Title: t.Title, Done: t.Done, Due: t.Due, Owner: personOf(t.Owner)})
	}
	if m := g.Metric; m != nil && g.Kind == okr.KeyResult {
		metric := *m
		metric.Type, metric.Current, metric.At = m.Kind(), nil, nil
		item.Metric = &metric
	}
	if g.Binding != nil {
		item.DataSource, item.Query = dataSource, measuredBy(g.Binding.Query)
	}
	if g.Closed != nil {
		item.Score, item.EndNote = g.Closed.Score, g.Closed.Note
	}
	if g.LastCheckIn != nil {
		item.CheckedIn = okr.DateOf(g.LastCheckIn.At.In(r.settings.Location()))
	}
	return item
}

// statusOf is the status that the goal shows; no data is an empty one. What is open is not
// told as ended, though nothing open is below it: it would come back ended.
func (r *exporting) statusOf(g okr.Goal, s okr.Standing) okr.Status {
	isEnded := s.Status == okr.StatusClosed || s.Status == okr.StatusPostponed
	switch {
	case s.Status == okr.NoData || g.IsOpen() && isEnded && s.Progress == nil:
		return ""
	case g.IsOpen() && isEnded:
		return r.settings.Bands.StatusOf(*s.Progress, s.Expected)
	}
	return s.Status
}

// dataSource is what gives the value of a goal that a query measures.
const dataSource = "Azure DevOps"

func wordOf(kind okr.GoalKind) string {
	return map[okr.GoalKind]string{okr.Objective: "Objective", okr.KeyResult: "Key result", okr.Project: "Project"}[kind]
}

// peopleOf names each of some people once.
func peopleOf(all []okr.Person) []Person {
	var out []Person
	for _, p := range all {
		if somebody := personOf(p); somebody != (Person{}) && !slices.Contains(out, somebody) {
			out = append(out, somebody)
		}
	}
	return out
}

// periodOf is the goal's own days, and the name of the period that it is filed under.
func (r *exporting) periodOf(g okr.Goal) okr.Period {
	p := g.Period
	if filed, ok := r.settings.PeriodByID(g.FiledUnder()); ok {
		p.Name = filed.Name
		r.note(filed.Period)
	}
	return p
}

func (r *exporting) note(p okr.Period) {
	if p.Name != "" && !slices.Contains(r.bundle.Periods, p) {
		r.bundle.Periods = append(r.bundle.Periods, p)
	}
}

// valueOf is the value that the goal has, of a key result that nobody gave one none. What
// is added up has 9 decimals: those behind depend on the order in which it is.
func valueOf(g okr.Goal) *float64 {
	if g.Kind == okr.KeyResult {
		if g.Metric == nil {
			return nil
		}
		return g.Metric.Current
	}
	v := g.LeafProgress()
	if v == nil || !g.IsOpen() || g.Manual != nil && g.Manual.Value != nil {
		return v
	}
	rounded := math.Round(*v*1e9) / 1e9
	return &rounded
}

// shown is progress as the source shows it: nothing below 0.
func shown(raw *float64) *float64 {
	if raw == nil {
		return nil
	}
	p := max(0, *raw)
	return &p
}

func feedOf(g okr.Goal) Feed {
	byHand := g.Manual != nil && g.Manual.Value != nil
	switch {
	case g.Binding != nil:
		return FeedIntegration
	case byHand || g.Kind == okr.KeyResult:
		return FeedManual
	case g.Kind == okr.Objective || okr.CountsTasks(g):
		return FeedChildren
	}
	return FeedManual
}

// arrange puts the items into the order of their tree: what stands below an item follows
// it, objectives first, each in the order in which it was made. An import makes them in it.
func (r *exporting) arrange() {
	below := map[okr.GoalID][]int{}
	var tops []int
	for i, parent := range r.parents {
		if _, belongs := r.at[parent]; belongs {
			below[parent] = append(below[parent], i)
		} else {
			tops = append(tops, i)
		}
	}
	order := make([]int, 0, len(r.goals))
	for _, children := range below {
		slices.SortStableFunc(children, func(a, b int) int { return cmp.Compare(rankOf(r.goals[a]), rankOf(r.goals[b])) })
	}
	slices.Reverse(tops)
	for next := tops; len(next) > 0; {
		i := next[len(next)-1]
		order, next = append(order, i), next[:len(next)-1]
		for _, child := range slices.Backward(below[r.goals[i]]) {
			next = append(next, child)
		}
	}
	r.bundle.Items = inOrder(r.bundle.Items, order)
	r.goals, r.parents, r.weights = inOrder(r.goals, order), inOrder(r.parents, order), inOrder(r.weights, order)
	for i, goal := range r.goals {
		r.at[goal] = i
	}
}

// rankOf puts objectives before what stands below them.
func rankOf(goal okr.GoalID) int {
	if goal.Kind() == okr.Objective {
		return 0
	}
	return 1
}

func inOrder[T any](list []T, order []int) []T {
	out := make([]T, 0, len(list))
	for _, i := range order {
		out = append(out, list[i])
	}
	return out
}

// number gives the items the ids that they have in the export: those of their source
// where they were imported.
func (r *exporting) number(ctx context.Context, origins Origins) error {
	taken := map[string]bool{}
	if origins != nil {
		err := origins.EachImported(ctx, r.tenant, func(source string, g okr.ImportedGoal) {
			at, belongs := r.at[g.Goal]
			if _, err := strconv.ParseInt(source, 10, 64); err != nil || !belongs {
				return // a file without ids: an export has numbers only
			}
			r.bundle.Items[at].ID, taken[source] = source, true
		})
		if err != nil {
			return err
		}
	}
	for i, goal := range r.goals {
		item := &r.bundle.Items[i]
		if item.ID != "" {
			continue
		}
		item.ID = GoalNumber(r.tenant, goal)
		if taken[item.ID] { // it came from a tenant whose numbers are like those of this one
			item.ID = NameNumber("goal", string(goal))
		}
	}
	return nil
}

// relate names parents and children of the items, where those belong to the export too.
func (r *exporting) relate() {
	shares := map[okr.GoalID]map[okr.GoalID]okr.Share{}
	for i, parent := range r.parents {
		at, belongs := r.at[parent]
		if !belongs {
			continue
		}
		if shares[parent] == nil {
			shares[parent] = r.sharesBelow(parent)
		}
		item, above := &r.bundle.Items[i], &r.bundle.Items[at]
		up := Parent{ID: above.ID, Title: above.Title, Weight: r.weights[i]}
		if share := shares[parent][r.goals[i]].Weight; share > 0 {
			up.Share = &share
		}
		item.Parents = []Parent{up}
		above.Children = append(above.Children, item.ID)
	}
}

// sharesBelow gives the shares of all that stands below an objective.
func (r *exporting) sharesBelow(objective okr.GoalID) map[okr.GoalID]okr.Share {
	var all []okr.Goal
	for _, c := range r.below[objective] {
		g := okr.Goal{ID: c.id, Kind: c.id.Kind(), Details: okr.Details{Weight: c.weight}}
		if c.baseline {
			g.Metric = &okr.Metric{Type: okr.Baseline}
		}
		all = append(all, g)
	}
	return r.settings.WeightsRule.Shares(all)
}

// count finds out how much was written of each item, and by whom.
func (r *exporting) count(ctx context.Context) error {
	r.notes = make([]noteCount, len(r.goals))
	r.people = map[string]Person{}
	for offset, total := 0, 1; offset < total; offset += exportPage {
		var page []okr.CheckIn
		var err error
		if page, total, err = r.store.CheckIns().List(ctx, r.tenant, "", okr.Page{Offset: offset, Limit: exportPage}); err != nil {
			return err
		}
		for _, c := range page {
			r.countOne(c)
		}
	}
	return nil
}

func (r *exporting) countOne(c okr.CheckIn) {
	at, belongs := r.at[c.Goal]
	switch {
	case !belongs || c.IsUndone():
		return
	case c.Comment:
		r.notes[at].comments++
		r.bundle.Comments++
	default:
		r.notes[at].checkIns++
		r.bundle.CheckIns++
	}
	r.meet(personOf(c.By))
}

func (r *exporting) meet(people ...Person) {
	for _, p := range people {
		if p.ID != "" {
			r.people[p.ID] = p
		}
	}
}

// gather lists the people, teams and tags that the items name.
func (r *exporting) gather() {
	teams, tags := map[string]bool{}, map[string]bool{}
	for _, item := range r.bundle.Items {
		r.meet(slices.Concat(item.Owners, item.CheckInOwners, item.Editors, item.Viewers, []Person{item.Delegate, item.CreatedBy})...)
		for _, t := range item.Tasks {
			r.meet(t.Owner)
		}
		for _, team := range item.Teams {
			teams[team] = true
		}
		for _, tag := range item.Tags {
			tags[tag] = true
		}
	}
	for _, p := range r.people {
		r.bundle.People = append(r.bundle.People, p)
	}
	slices.SortFunc(r.bundle.People, func(a, b Person) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	for _, name := range sorted(teams) {
		r.bundle.Teams = append(r.bundle.Teams, Team{ID: NameNumber("team", name), Name: name})
	}
	r.bundle.Tags = sorted(tags)
	slices.SortFunc(r.bundle.Periods, func(a, b okr.Period) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End), cmp.Compare(a.Name, b.Name))
	})
}

func sorted(set map[string]bool) []string {
	var out []string
	for each := range set {
		out = append(out, each)
	}
	slices.Sort(out)
	return out
}

// measuredBy is the name and address of what measures a goal. Those of chosen work items have
// their numbers, as far as they fit, so that they can be chosen again.
func measuredBy(q okr.Query) okr.Query {
	name := q.Name
	if q.Chosen != nil && len(q.Chosen.IDs) > 1 {
		ids := make([]string, len(q.Chosen.IDs))
		for i, id := range q.Chosen.IDs {
			ids[i] = strconv.Itoa(id)
		}
		name = okr.Shorten(name+": "+strings.Join(ids, ", "), okr.MaxTitle)
	}
	return okr.Query{ID: q.ID, Name: name, URL: q.URL}
}
