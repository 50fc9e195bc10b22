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
		if p.Ref() != "" {
			indexes = append(indexes, OwnerIndex(p.Ref()))
		}
	}
	if asked := g.Asked().ID; asked != "" {
		indexes = append(indexes, AskedIndex(asked))
	}
	if g.Team != "" {
		indexes = append(indexes, TeamIndex(g.Team))
	}
	for _, tag := range g.Tags {
		indexes = append(indexes, TagIndex(tag))
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

// TagIndex lists the goals of a tag, without regard to case and accents.
func TagIndex(tag string) string { return "tag:" + foldText(CleanLine(tag)) }

// TitleIndex lists the goals of a title, without regard to case and accents.
func TitleIndex(title string) string { return "title:" + foldText(CleanLine(title)) }

// WordIndex lists the goals that have a word in their title that is or begins
// with token.
func WordIndex(token string) string { return "word:" + token }

// Filter chooses goals. What is empty does not limit.
type Filter struct {
	Owner  UserID    // owner or co-owner, by Person.Ref
	Team   string    // without regard to case
	Period string    // the id of a period
	State  GoalState // the zero value is open ones only
	Kind   GoalKind
	Top    bool     // without an objective above
	Parent GoalID   // below this objective
	Tags   []string // all of them, without regard to case and accents
	Text   string   // words of the title, or their beginnings
	Status Status   // on the day of asking
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
	for _, tag := range f.Tags {
		out = append(out, TagIndex(tag))
	}
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

// GoalQuery asks for a page of the goals that stand in all of some lists and that
// somebody may see: first those for everyone, then the private ones, each in the order
// of creation. No list means all goals that are not deleted.
type GoalQuery struct {
	Indexes   []string
	Viewer    UserID // whose private goals come too; empty: nobody's
	Page      Page
	Uncounted bool      // only the goals are wanted: Total may be too small; not together with Tree
	Parents   bool      // the objectives above those of the page are wanted; not together with Tree
	Own       bool      // the lists are of the viewer's own goals: private ones come too, also where others read along
	Status    *StatusAt // only those of a status, by their own periods; nil: of any. Not together with Tree
	// Tree is up to how many goals are put into a tree: then a page of Roots of them comes
	// instead of the page, and Total counts the roots. None for 0.
	Tree, Roots int
}

// GoalPage is a page of goals, and how many there are that may be seen.
type GoalPage struct {
	Goals []Goal
	Total int
	// Whole says of what stands below a goal that all of it was read, also what may
	// not be seen, in the order of creation: whoever shows it leaves that out.
	Whole bool
}

// Found is what was found for some GoalQueries, a page for each.
type Found struct {
	Settings Settings
	Member   Member
	Pages    []GoalPage
	Parents  map[GoalID]Goal // of the pages that wanted them
}

// Surroundings asks for what stands around the goals of a list.
type Surroundings struct {
	Parents []GoalID // whose records are wanted
	Above   bool     // with those of the objectives above them
	Below   []GoalID // of which is wanted what stands below
	Viewer  UserID   // as in a GoalQuery
	Limit   int      // of what stands below each; 0: all
	// Small says that what stands below all of them is little, so that it can be read
	// together, whatever the limit.
	Small bool
}

// Around answers Surroundings. Of what stands below a goal it has all or, where that
// is more than the limit, the first page that may be seen.
type Around struct {
	Parents map[GoalID]Goal
	Below   map[GoalID]GoalPage
}

// OpenQuery asks for a goal and what stands around it.
type OpenQuery struct {
	Goal    GoalID
	Viewer  UserID // as in a GoalQuery
	Page    Page   // of an objective's children
	Beside  int    // at most how many goals below the same objective are wanted; 0: none
	History int    // at most how many measurements of it and each child; 0: neither those nor check-ins
	Bare    bool   // neither its children nor its connection are wanted
	Also    []GoalQuery
}

// Opened answers an OpenQuery. Whether the goal, or the one above it, may be seen is
// for the reader to say. What is not there is empty.
type Opened struct {
	Settings   Settings
	Goal       Goal
	Parent     Goal
	Connection Connection
	Below      GoalPage
	Beside     GoalPage
	History    []GoalMeasurements // of the goal, then of each of Below
	CheckIns   []CheckIn          // of all of them, in the order of creation
	Also       []GoalPage
}

// Lineage is a goal and all that a check-in of it depends on and carries up to.
type Lineage struct {
	Settings   Settings
	Goal       Goal
	Connection Connection
	Above      []Family // the objective above, and so on up to the top
	Said       CheckIn  // the check-in, if it was kept before
}

// Family is an objective with all that stands right below it, in the order of creation.
type Family struct {
	Objective Goal
	Below     []Goal
}

// Said is what a check-in changes: those of the goals of a [Lineage] that change, and what
// that adds to the history.
type Said struct {
	CheckIn *CheckIn // to be kept; nil: it is
	Goals   []Goal
	History []HistoryEntry
}

// GoalMeasurements are the newest measurements of a goal, oldest first.
type GoalMeasurements struct {
	Goal     GoalID
	Measured []Measurement
}

// Visible leaves out what the actor may not see here of a page that is whole: first
// come those for everyone.
func (p GoalPage) Visible(actor Actor) []Goal {
	if !p.Whole {
		return p.Goals
	}
	if !slices.ContainsFunc(p.Goals, func(g Goal) bool { return len(g.Audience) > 0 || !actor.Sees(g) }) {
		return slices.Clip(p.Goals)
	}
	var open, private []Goal
	for _, g := range p.Goals {
		switch {
		case !actor.Sees(g):
		case len(g.Audience) == 0:
			open = append(open, g)
		default:
			private = append(private, g)
		}
	}
	return append(open, private...)
}

// ConnectionQuery asks for a page of the connections that somebody may see: first the own
// ones, then the shared ones, then those of others, each in the order of creation. An
// offset behind them gives the last one.
type ConnectionQuery struct {
	Viewer  UserID
	Shared  bool // only those that are shared
	All     bool // also those that are private to others
	Failing bool // those that fail first
	Plain   bool // without what is measured through them
	Page    Page
}

// BoundConnection is a connection, and how many goals are measured through it.
type BoundConnection struct {
	Connection Connection
	Bound      int
}
