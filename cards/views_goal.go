package cards

import (
	"time"

	"okrbot/okr"
)

// GoalForm is the state of the form that makes or edits a goal. Values are as
// typed, so that a refused form comes back as it was; ids of the inputs are the
// names of the fields in lower camel case (startValue, coOwners).
type GoalForm struct {
	Draft      string // of a new goal: what may be saved once
	Kind       okr.GoalKind
	Editing    okr.GoalID
	Version    int // of the goal when the form was opened
	Title      string
	OwnerName  string   // shown; empty: the person who fills it in
	Owner      string   // value of the chosen owner
	Owners     []Choice // who can be chosen; fewer than two: the owner is only shown
	Parent     string   // ChoiceNone: an objective at the top
	Objectives []Choice
	Period     string // value of the chosen period, or "custom"
	Periods    []Choice
	Start, End string // dates, for "custom"

	Metric     string
	Type       string // an okr.MetricType; empty: by start and target
	UnitKind   string // an okr.UnitKind; empty: by the unit
	Unit       string
	StartValue string
	Target     string
	Threshold  string
	Phases     string // a line each: 2026-02-15: 40

	Description string
	Tags        string // with commas between
	Team        string
	Teams       []string // names in use, as a hint
	Level       string   // an okr.Level
	GoalType    string   // an okr.GoalType
	Weight      string
	Private     bool
	OnlyEditors bool

	Picker       string // dataset of the client's people picker: DatasetPeople or DatasetMembers; empty: it has none
	CoOwners     People
	CheckInOwner People
	Delegate     People
	Viewers      People
	Editors      People

	Conflict *Conflict
	Error    FieldError
}

// People is what a field for people holds: ids where the client has a people
// picker, else names as typed.
type People struct {
	Names  string   // with commas between
	Chosen []Choice // name and id
}

// Conflict says what somebody else saved while a form was open.
type Conflict struct {
	By     string
	At     time.Time
	Fields []ConflictField
}

// ConflictField is one field that both changed.
type ConflictField struct {
	Name   string // as the form calls it
	Before string
	Theirs string
	Yours  string
}

// CloneForm is the state of the form that copies an objective into another period.
type CloneForm struct {
	Draft    string
	Goal     okr.Goal
	Periods  []Choice
	Period   string
	Start    string // dates, for "custom"
	End      string
	Scope    string // CloneOne, CloneChildren or CloneAll
	Bindings bool   // bind the copies to the same queries
	Continue bool   // key results begin where the old ones stand
	Error    FieldError
}

// CloseForm is the state of the form that closes or postpones a goal.
type CloseForm struct {
	Draft    string
	Goal     GoalView
	State    string // okr.StatusClosed or okr.StatusPostponed
	Score    string // 0 to 1
	Note     string
	Children int // open goals below it that end with it
	Error    FieldError
}

// GoalList is a page of a list of goals.
type GoalList struct {
	Views   []GoalView
	Total   int // that match
	Offset  int
	Page    int  // how many rows a full page has
	Mine    bool // only what is the viewer's own
	Filter  GoalFilter
	Owners  []Choice // of the filters, without "any"
	Teams   []Choice
	Periods []Choice
}

// GoalFilter is what a list is narrowed to; an empty field narrows nothing.
type GoalFilter struct {
	Owner, Team, Period, Status, Kind, Text string
}

// isEmpty says whether nothing is filtered.
func (f GoalFilter) isEmpty() bool { return f == GoalFilter{} }

// pairs are the filter as data of a button.
func (f GoalFilter) pairs() []string {
	pairs := []string{"owner", f.Owner, "team", f.Team, "period", f.Period, "status", f.Status, "kind", f.Kind, "text", f.Text}
	for i := 1; i < len(pairs); i += 2 {
		pairs[i] = typed(pairs[i], okr.MaxName)
	}
	return pairs
}
