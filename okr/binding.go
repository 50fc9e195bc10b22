package okr

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// QueryKind is the shape of a query's result.
type QueryKind string

// The shapes of a query's result, as Azure DevOps names them.
const (
	FlatQuery   QueryKind = "flat"
	TreeQuery   QueryKind = "tree"
	OneHopQuery QueryKind = "oneHop"
	// ChosenItems is okrbot's own: no query, but work items that people chose ([Chosen]).
	ChosenItems QueryKind = "chosen"
)

// Words is the kind as people read it.
func (k QueryKind) Words() string {
	switch k {
	case FlatQuery:
		return "flat list"
	case TreeQuery:
		return "tree"
	case OneHopQuery:
		return "direct links"
	case ChosenItems:
		return "chosen work items"
	}
	return string(k)
}

// Query is a shared query. The id survives renames and moves; name, path and URL
// are as of the last sync.
type Query struct {
	ID   string    `json:"id"`
	Name string    `json:"name"`
	Path string    `json:"path"` // with folders, for example Shared Queries/Launch/Bugs
	Kind QueryKind `json:"kind"`
	URL  string    `json:"url"`
	// Chosen are the work items instead of a query; nil: it is a query. Then the id tells
	// the choice, and there is no path.
	Chosen *Chosen `json:"chosen,omitempty"`
}

// Called is what is measured, in the middle of a sentence.
func (q Query) Called() string {
	switch {
	case q.Chosen == nil:
		return "the query " + q.Name
	case len(q.Chosen.IDs) == 1:
		return q.Chosen.name()
	}
	return "the " + q.Chosen.name()
}

// Rank says how well a search text fits the query's name: 0 is the name itself, 1 its
// beginning, 2 anything else.
func (q Query) Rank(text string) int {
	name, text := strings.ToLower(q.Name), strings.ToLower(strings.TrimSpace(text))
	switch {
	case name == text:
		return 0
	case strings.HasPrefix(name, text):
		return 1
	}
	return 2
}

// FoundQueries is what a search through several connections found.
type FoundQueries struct {
	Queries  []FoundQuery
	More     bool // the text matches others too
	Searched []Connection
	Failed   []FailedSearch
	Left     int  // connections that were not searched, for there are too many
	Private  bool // so are the actor's private ones, for others read along
}

// FoundQuery is a shared query and the connection that leads to it.
type FoundQuery struct {
	Query      Query
	Connection Connection
}

// FailedSearch is a connection that could not be searched, and why.
type FailedSearch struct {
	Connection Connection
	Err        error
}

// Binding ties a key result or project to a shared query.
type Binding struct {
	Connection ConnectionID `json:"connection"`
	Query      Query        `json:"query"`
	Method     Method       `json:"method,omitempty"`   // key results only
	Field      *Field       `json:"field,omitempty"`    // whose sum is taken, key results only; nil: items are counted
	ItemType   string       `json:"itemType,omitempty"` // only this work item type; empty: all
	BoundBy    Person       `json:"boundBy"`
	BoundAt    time.Time    `json:"boundAt"`
	Causes     []Cause      `json:"causes,omitempty"` // what the next measurement is to name besides work
	Last       *Measurement `json:"last,omitempty"`   // the last that worked; kept on failures
	Health     Health       `json:"health"`
	Emptied    string       `json:"emptied,omitempty"` // what is still to be told of a query that finds nothing any more
	Missed     string       `json:"missed,omitempty"`  // what is still to be told of chosen work items that do not count any more
}

// Measurement is what one run of a query says of one binding, with its own
// explanation.
type Measurement struct {
	At         time.Time `json:"at"`
	Value      *float64  `json:"value,omitempty"` // nil: "no data", such as a percentage of nothing
	Completed  int       `json:"completed"`       // items in state category Completed
	Total      int       `json:"total"`           // items counted
	Removed    int       `json:"removed,omitempty"`
	Unknown    int       `json:"unknown,omitempty"`    // state not in the type's list: counted as not completed
	OtherTypes int       `json:"otherTypes,omitempty"` // left out by the chosen type
	Unreadable int       `json:"unreadable,omitempty"` // the account may not read them
	Lost       LostList  `json:"lost,omitzero"`        // chosen, but moved to another project, deleted or hidden
	Sum        *Sum      `json:"sum,omitempty"`        // where a numeric field is added up
	Account    string    `json:"account"`              // whose access was used
	Connection string    `json:"connection"`           // the connection's name
	Changes    Changes   `json:"changes"`              // since the measurement before
	Tree       []Node    `json:"tree,omitempty"`       // projects only: all rows where they are few, else the first at the top
	Size       TreeSize  `json:"size,omitzero"`        // of the whole tree
}

// Found is how many work items the query found: what counts, and what does not.
func (m Measurement) Found() int {
	return m.Total + m.Size.Parents + m.Removed + m.OtherTypes + m.Unreadable + m.Lost.Count
}

// Progress of a measurement is completed ÷ total in percent; false without items.
func (m Measurement) Progress() (float64, bool) {
	if m.Total == 0 {
		return 0, false
	}
	return 100 * float64(m.Completed) / float64(m.Total), true
}

// Sum is a numeric field added up over the items that count.
type Sum struct {
	Field     string  `json:"field"` // its name
	Completed float64 `json:"completed"`
	Total     float64 `json:"total"`
	Without   int     `json:"without,omitempty"` // items that count but have no value
}

// WorkItemRef names a work item to people.
type WorkItemRef struct {
	ID    int    `json:"id"`
	Type  string `json:"type,omitempty"`
	Title string `json:"title"`
	URL   string `json:"url,omitempty"`
}

// MaxNamed is how many items of each sort of change are kept by name.
const MaxNamed = 10

// ItemList counts items and names the first of them.
type ItemList struct {
	Count int           `json:"count,omitempty"`
	First []WorkItemRef `json:"first,omitempty"` // at most 10
}

func (l *ItemList) add(ref WorkItemRef) {
	l.Count++
	if len(l.First) < MaxNamed {
		l.First = append(l.First, ref)
	}
}

// Follow makes the binding go on from the one before it (nil: there was none). What
// stays comparable keeps its last measurement; what is another thing names why.
func (b *Binding) Follow(was *Binding) {
	if was == nil {
		return
	}
	c := Changes{}
	c.name(was.Causes...)
	switch {
	case was.Query.ID == b.Query.ID:
	case b.Query.Chosen != nil:
		c.name(CauseChoice)
	default:
		c.name(CauseQuery)
	}
	if was.Method != b.Method || was.ItemType != b.ItemType || refOf(was.Field) != refOf(b.Field) {
		c.name(CauseMeasure)
	}
	if was.Connection != b.Connection {
		c.name(CauseConnection)
	}
	switch {
	case was.Last == nil && len(was.Causes) == 0: // nothing was measured that could differ
	case c.has(CauseQuery) || c.has(CauseChoice) || c.has(CauseMeasure):
		b.Causes = c.Causes
	default:
		b.Causes, b.Last = c.Causes, was.Last
	}
}

// MoveTo measures the same query through another connection.
func (b *Binding) MoveTo(to ConnectionID, q Query, by Person) {
	next := *b
	next.Connection, next.Query, next.BoundBy = to, q, by
	next.Health = Health{LastOK: b.Health.LastOK}
	next.Follow(b)
	*b = next
}

func refOf(f *Field) string {
	if f == nil {
		return ""
	}
	return f.Ref
}

// changes says what moved a run by an account against the last measurement. Lists
// are only of what both runs took from the same query; of two accounts also only of
// items that both may read, as what one does not get may be there all the same.
func (b Binding) changes(run Run, before *Snapshot, account string) Changes {
	c := Changes{}
	c.name(b.Causes...)
	isOther := b.Last != nil && b.Last.Account != account && b.Last.Account != "" && account != ""
	if isOther {
		c.name(CauseAccount)
	}
	switch {
	case len(c.Causes) == 0 && (b.Last == nil || before == nil):
		return Changes{First: true}
	case b.Last == nil || before == nil || isOther && before.At.After(b.Last.At):
		return c
	}
	found := run.distinct().Changes(before, b)
	found.Causes = c.Causes
	if isOther {
		return Changes{Causes: c.Causes, Completed: found.Completed, Reopened: found.Reopened, Revalued: found.Revalued}
	}
	return found
}

// Apply measures a bound goal by the run and gives the measurement.
func (r Run) Apply(g *Goal, before *Snapshot, c Connection) Measurement {
	b := *g.Binding
	r = r.Through(c)
	if before != nil {
		was := *before
		was.Items = Run{Query: r.Query, Items: was.Items}.Through(c).Items
		before = &was
	}
	m := b.Measure(r, g.Kind, nil)
	m.Account, m.Connection = c.Account, c.Name
	m.Changes = b.changes(r, before, c.Account)
	if overridden(*g) && !g.Paused() && !m.Changes.First {
		m.Changes = m.Changes.Merge(Changes{Causes: []Cause{CauseResumed}})
	}
	b.Last, b.Query, b.Causes = &m, r.Query, nil
	g.Binding = &b
	g.TakeAutomatic(m.Value, m.At)
	return m
}

// LastMeasurement is what the goal's binding was last measured at; nil: never.
func (g Goal) LastMeasurement() *Measurement {
	if g.Binding == nil {
		return nil
	}
	return g.Binding.Last
}

// BindInput is how a person wants to bind a goal.
type BindInput struct {
	Goal       GoalID
	Connection ConnectionID
	Query      string  // id; that of a choice follows from it
	Chosen     *Chosen // the work items instead of a query; nil: it is one
	Was        *string // id of the query or choice that measured it when the person began; nil: whatever did
	Method     Method  // key results only
	Field      *Field  // whose sum is taken, key results only; nil: items are counted
	ItemType   string  // empty: all
}

// Preview is what a binding would show if it were saved.
type Preview struct {
	View        GoalView // with the binding and its measurement applied
	Measurement Measurement
	Warnings    []string
	Types       []string // of the work items that the query holds
}

// ChosenQuery is a query with what is needed to decide how to measure it.
type ChosenQuery struct {
	Query  Query
	Count  int        // work items of a choice; of a query its run says
	Lost   []LostItem // of a choice: what does not count
	Types  []string
	Fields []Field // numeric ones, that can be added up
}

// Checked is the input with a method, the usual one where none is chosen. It refuses a
// method that does not exist or does not suit the field. Only key results are measured
// by a method.
func (in BindInput) Checked(g Goal) (BindInput, error) {
	if in.Chosen != nil {
		chosen, err := NewChosen(in.Chosen.IDs, in.Chosen.Children)
		if err != nil {
			return in, err
		}
		in.Chosen = &chosen
	}
	if g.Kind != KeyResult {
		in.Method, in.Field = "", nil
		return in, nil
	}
	in.Method = cmp.Or(in.Method, UsualMethod(g.Metric))
	m, ok := in.Method.Measure()
	if !ok {
		return in, FieldErrorf("method", "Choose which value to use.")
	}
	return in, m.Check(in.Field)
}

// MaxChosen is how many work items can be chosen. What is below them may be as many as a
// query gives.
const MaxChosen = 500

// Chosen are work items that people chose by hand instead of a query, of one project.
type Chosen struct {
	IDs      []int `json:"ids"`                // ascending, each once; 1 to [MaxChosen]
	Children bool  `json:"children,omitempty"` // with all that is below them in the hierarchy
}

// NewChosen puts ids into order. Invalid: there are none, or more than [MaxChosen].
func NewChosen(ids []int, children bool) (Chosen, error) {
	c := Chosen{IDs: slices.Compact(slices.Sorted(slices.Values(ids))), Children: children}
	switch n := len(c.IDs); {
	case n == 0:
		return c, FieldErrorf("items", "Choose at least one work item: enter its number or address, or search.")
	case n > MaxChosen:
		return c, FieldErrorf("items", "You chose %s of up to %d work items. For more, save them as a shared query in Azure DevOps and bind that.", FormatNumber(float64(n)), MaxChosen)
	case c.IDs[0] <= 0:
		return c, FieldErrorf("items", "%d isn't a work item number.", c.IDs[0])
	}
	return c, nil
}

// chosenPrefix begins the id of a choice, which no id of a query does.
const chosenPrefix = "chosen-"

// ItemSearch asks for work items by the words of their titles.
type ItemSearch struct {
	Words string // each must be in the title; empty: any title
	Type  string // work item type; empty: any
	Area  string // area path, and those below it; empty: any
}

// ItemPage is a page of found work items; More says that there are others too.
type ItemPage struct {
	Items []WorkItem
	More  bool
}

// Query is the choice as what a goal is bound to. The id is the same for the same choice of
// a project, so that one run serves all goals of it.
func (c Chosen) Query(of ProjectRef) Query {
	text := strings.Builder{}
	text.WriteString(fold(of.Organization + "/" + cmp.Or(of.Project.ID, of.Project.Name) + "/"))
	for _, id := range c.IDs {
		text.WriteString(strconv.Itoa(id) + ",")
	}
	fmt.Fprint(&text, c.Children)
	sum := sha256.Sum256([]byte(text.String()))
	return Query{ID: chosenPrefix + hex.EncodeToString(sum[:12]), Name: c.name(), Kind: ChosenItems, Chosen: &c}
}

// Few names the chosen work items, without what is below them.
func (c Chosen) Few() string {
	if len(c.IDs) == 1 {
		return fmt.Sprintf("work item %d", c.IDs[0])
	}
	return fmt.Sprintf("%d chosen work items", len(c.IDs))
}

func (c Chosen) name() string {
	name := c.Few()
	if c.Children {
		name += " and everything below"
	}
	return name
}
