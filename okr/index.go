package okr

import (
	"slices"
)

// Indexes names the lists that the goal stands in besides that of all goals. A deleted
// one stands in no other than that of the deleted ones.
func (g Goal) Indexes() []string {
	if g.Deleted != nil {
		return []string{DeletedIndex}
	}
	indexes := []string{KindIndex(g.Kind), StateIndex(g.IsOpen()), PeriodIndex(g.FiledUnder())}
	if g.Parent != "" {
		indexes = append(indexes, ChildIndex(g.Parent))
	} else {
		indexes = append(indexes, TopIndex)
	}
	if g.Binding != nil {
		indexes = append(indexes, BoundIndex(g.Binding.Connection))
	}
	for _, p := range g.Owners() {
		indexes = append(indexes, OwnerIndex(p.ID))
	}
	if asked := g.Asked().ID; asked != "" {
		indexes = append(indexes, AskedIndex(asked))
	}
	if g.Team != "" {
		indexes = append(indexes, TeamIndex(g.Team))
	}
	indexes = append(indexes, TitleIndex(g.Title))
	indexes = append(indexes, audienceIndexes(g)...)
	for _, word := range titleTokens(g.Title) {
		indexes = append(indexes, WordIndex(word))
	}
	slices.Sort(indexes)
	return slices.Compact(indexes)
}

// audienceIndexes is one list for all that everyone may see, and one a person for
// what only some may.
func audienceIndexes(g Goal) []string {
	if len(g.Audience) == 0 {
		return []string{PublicIndex}
	}
	var indexes []string
	for _, user := range g.Audience {
		indexes = append(indexes, SeenByIndex(user))
	}
	return indexes
}

// DeletedIndex lists the goals that are deleted and can be restored.
const DeletedIndex = "deleted"

// TopIndex lists the goals without an objective above.
const TopIndex = "top"

// PublicIndex lists the goals that everyone may see.
const PublicIndex = "public"

// SeenByIndex lists the private goals that a person may see.
func SeenByIndex(user UserID) string { return "seen:" + string(user) }

// KindIndex lists the goals of one kind.
func KindIndex(kind GoalKind) string { return "kind:" + kind.Prefix() }

// ChildIndex lists the goals below an objective.
func ChildIndex(parent GoalID) string { return "child:" + string(parent) }

// BoundIndex lists the goals that are measured through a connection.
func BoundIndex(connection ConnectionID) string { return "bound:" + string(connection) }

// StateIndex lists the goals that are open, or those that are closed or
// postponed.
func StateIndex(open bool) string {
	if open {
		return "state:open"
	}
	return "state:ended"
}

// PeriodIndex lists the goals that are filed under a period.
func PeriodIndex(id string) string { return "period:" + id }

// AskedIndex lists the goals for whose check-ins a person is asked.
func AskedIndex(user UserID) string { return "asked:" + string(user) }

// TeamIndex lists the goals of a team, without regard to case.
func TeamIndex(team string) string { return "team:" + foldText(CleanLine(team)) }

// TitleIndex lists the goals of a title, without regard to case and accents.
func TitleIndex(title string) string { return "title:" + foldText(CleanLine(title)) }

// WordIndex lists the goals that have a word in their title that is or begins
// with token.
func WordIndex(token string) string { return "word:" + token }

// Filter chooses goals. What is empty does not limit.
type Filter struct {
	Owner  UserID    // owner or co-owner
	Team   string    // without regard to case
	Period string    // the id of a period
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

// Indexes names the lists in which the chosen goals stand.
func (f Filter) Indexes() []string {
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
	add(f.Top, TopIndex)
	add(f.Parent != "", ChildIndex(f.Parent))
	for _, token := range searchTokens(f.Text) {
		out = append(out, WordIndex(token))
	}
	return out
}

// ListAsk asks for a page of the goals that a filter chooses.
type ListAsk struct {
	Filter Filter
	Page   Page
	// Plain leaves out what stands around the goals: a view then says nothing of the
	// objective above and of rights by it.
	Plain bool
	// Tree puts the goals into a tree, where they are no more than this: what stands
	// below another one of them is shown there, unless more of them stands below it in
	// turn. Where they are more, Flat of them come one below the other.
	Tree, Flat int
}

// List answers a ListAsk.
type List struct {
	Views []GoalView
	Total int
}

// Offered are the open objectives that a form offers.
type Offered struct {
	Mine []Goal // the first of the person's own
	All  []Goal // the first of all
}
