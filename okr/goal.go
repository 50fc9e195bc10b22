package okr

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// GoalKind is the kind of a goal.
type GoalKind string

// The kinds of goals.
const (
	Objective GoalKind = "objective"
	KeyResult GoalKind = "key result"
	Project   GoalKind = "project"
)

// Prefix is what the ids of this kind begin with.
func (k GoalKind) Prefix() string {
	switch k {
	case KeyResult:
		return KeyResultPrefix
	case Project:
		return ProjectPrefix
	default:
		return ObjectivePrefix
	}
}

// Limits of what people may write, in characters (runes).
const (
	MaxTitle       = 255
	MaxName        = 80
	MaxAddress     = 2000 // of a pasted one, which browsers fill with more than it needs
	MaxUnit        = 20
	MaxDescription = 2000
	MaxNote        = 2000
	MaxTag         = 40
)

// Limits of lists.
const (
	MaxTags   = 10
	MaxPeople = 50 // co-owners, viewers and editors, each
	MaxPhases = 30
	MaxTasks  = 200 // of a project's checklist
	MaxDepth  = 10  // levels of objectives
)

// Person is somebody as the chat knows them. With a name and no id it is somebody without
// an account, who came along from another tool.
type Person struct {
	ID   UserID `json:"id"`
	Name string `json:"name"`
}

// Ref is who somebody is in lists, filters and forms: the id, or for somebody without an
// account, who came along from another tool, the name. It has no commas.
func (p Person) Ref() UserID {
	if p.ID != "" || p.Name == "" {
		return p.ID
	}
	return UserID(NamedPrefix + strings.NewReplacer(",", "", ";", "").Replace(foldText(CleanLine(p.Name))))
}

// NamedPrefix is what the Ref of somebody without an account begins with.
const NamedPrefix = "name:"

// Goal is an objective, a key result or a project. Fields that came later than
// others are empty in old records, and mean then what they meant before.
type Goal struct {
	ID       GoalID   `json:"id"`
	Kind     GoalKind `json:"kind"`
	Title    string   `json:"title"`
	Owner    Person   `json:"owner"`
	Parent   GoalID   `json:"parent,omitempty"`   // the objective above; empty at the top
	Period   Period   `json:"period"`             // key results and projects take their objective's, unless they have their own
	PeriodID string   `json:"periodId,omitempty"` // the period that it is filed under; empty: that of its dates
	// OwnPeriod says that a key result or project has a period of its own.
	OwnPeriod bool `json:"ownPeriod,omitempty"`
	Details

	Metric  *Metric  `json:"metric,omitempty"`  // key results only
	Binding *Binding `json:"binding,omitempty"` // never on an objective
	Tasks   []Task   `json:"tasks,omitempty"`   // projects only: the checklist, in its order

	Manual      *Override    `json:"manual,omitempty"` // what a person set over the automatic value or status
	Closed      *Closing     `json:"closed,omitempty"` // nil: open
	Rolled      *Rolled      `json:"rolled,omitempty"` // objectives: what the children make; nil: not computed yet
	LastCheckIn *CheckInMark `json:"lastCheckIn,omitempty"`
	MovedAt     time.Time    `json:"movedAt,omitzero"`   // when the value last changed; zero: not known
	Audience    []UserID     `json:"audience,omitempty"` // who alone may see it, by its own and its objectives' privacy; empty: everyone

	CreatedBy Person    `json:"createdBy"`
	CreatedAt time.Time `json:"createdAt"`
	CopyOf    GoalID    `json:"copyOf,omitempty"`  // the goal that this is a clone of
	Form      string    `json:"form,omitempty"`    // the id of the form that made it; empty: none
	Version   int       `json:"version,omitempty"` // one more with each edit by a person, none with a sync
	Edits     []Edit    `json:"edits,omitempty"`   // the last ones, oldest first
	Deleted   *Deletion `json:"deleted,omitempty"` // nil: it is not
	Came      *Reported `json:"came,omitempty"`    // what it showed when an import last changed it, and when; nil: none did
}

// Details are what a goal has beyond the short form.
type Details struct {
	Description  string   `json:"description,omitempty"`
	Tags         []string `json:"tags,omitempty"`
	Team         string   `json:"team,omitempty"`  // a free name
	Level        Level    `json:"level,omitempty"` // empty: team
	CoOwners     []Person `json:"coOwners,omitempty"`
	CheckInOwner Person   `json:"checkInOwner,omitzero"` // who is asked for check-ins; empty: the owner
	Delegate     Person   `json:"delegate,omitzero"`     // may do everything but change the owners
	Private      bool     `json:"private,omitempty"`     // seen only by its people
	Viewers      []Person `json:"viewers,omitempty"`     // who may see a private goal besides
	Editors      []Person `json:"editors,omitempty"`     // who may edit besides
	OnlyEditors  bool     `json:"onlyEditors,omitempty"` // only owners, delegate and Editors may edit: not even admins
	GoalType     GoalType `json:"goalType,omitempty"`    // objectives; empty: aspirational
	Weight       *float64 `json:"weight,omitempty"`      // percent of the parent, 0 to 100; nil: an equal share of the rest
}

// Level is whose goal it is.
type Level string

// The levels of goals. An empty one is that of a team.
const (
	LevelOrganization Level = "organization"
	LevelTeam         Level = "team"
	LevelIndividual   Level = "individual"
)

// GoalType says how certain an objective is meant to be reached.
type GoalType string

// The types of objectives. An empty one is aspirational.
const (
	Aspirational GoalType = "aspirational"
	Committed    GoalType = "committed"
)

// IsOpen says whether the goal may be edited, checked in, bound and measured: it
// is neither closed nor postponed.
func (g Goal) IsOpen() bool { return g.Closed == nil }

// Owners lists the owner and the co-owners.
func (g Goal) Owners() []Person { return append([]Person{g.Owner}, g.CoOwners...) }

// Asked is who is asked for check-ins: the check-in owner, else the owner.
func (g Goal) Asked() Person {
	if g.CheckInOwner.ID != "" {
		return g.CheckInOwner
	}
	return g.Owner
}

// Key is the record's id.
func (g Goal) Key() string { return string(g.ID) }

// Unique is the form that made the goal, so that no form makes two; titles may be
// the same.
func (g Goal) Unique() string { return g.Form }

// Validate checks what a person may choose freely.
func (g Goal) Validate() error {
	if err := checkTitle(g.Title); err != nil {
		return err
	}
	if err := g.validateDetails(); err != nil {
		return err
	}
	if err := g.validatePeople(); err != nil {
		return err
	}
	if HasPeriod(g) {
		if err := g.Period.validate(); err != nil {
			return err
		}
	}
	if g.Kind != Objective && g.Parent == "" {
		return FieldErrorf("parent", "Choose an objective for this %s.", g.Kind)
	}
	if g.Kind == KeyResult {
		return g.Metric.validate(g.Period)
	}
	return checkTasks(g.Tasks)
}

func (d Details) validateDetails() error {
	switch {
	case runes(d.Description) > MaxDescription:
		return tooLong("description", "description", d.Description, MaxDescription)
	case runes(d.Team) > MaxName:
		return tooLong("team", "team's name", d.Team, MaxName)
	case len(d.Tags) > MaxTags:
		return FieldErrorf("tags", "You can add up to %d tags.", MaxTags)
	case !slices.Contains([]Level{"", LevelOrganization, LevelTeam, LevelIndividual}, d.Level):
		return FieldErrorf("level", "Choose a level from the list.")
	case !slices.Contains([]GoalType{"", Aspirational, Committed}, d.GoalType):
		return FieldErrorf("goalType", "Choose an objective type from the list.")
	case d.Weight != nil && !(*d.Weight >= 0 && *d.Weight <= 100):
		return FieldErrorf("weight", "The weight must be from 0 to 100. Leave it empty for an equal share.")
	}
	for _, tag := range d.Tags {
		if runes(tag) > MaxTag {
			return tooLong("tags", "tag", tag, MaxTag)
		}
	}
	return nil
}

// tooLong refuses a text of a field for its length.
func tooLong(field, what, text string, most int) error {
	return FieldErrorf(field, "The %s is too long (%s of %s characters).", what, FormatNumber(float64(runes(text))), FormatNumber(float64(most)))
}

func (g Goal) validatePeople() error {
	for _, f := range GoalFields() {
		if f.IsPeople() && len(f.people(g)) > MaxPeople {
			return FieldErrorf(f.ID, "You can add up to %d people.", MaxPeople)
		}
	}
	return nil
}

func same(a, b *float64) bool {
	if a == nil || b == nil {
		return a == b
	}
	return SameNumber(*a, *b)
}

// SameNumber says whether two numbers differ by no more than the rounding of a
// division.
func SameNumber(a, b float64) bool {
	return math.Abs(a-b) <= 1e-9*max(1, math.Abs(a), math.Abs(b))
}

// Value is what a goal shows: a key result's metric, a project's percentage.
func (g Goal) Value() *float64 {
	if g.Kind == KeyResult && g.Metric != nil {
		return g.MetricNow().Current
	}
	return g.LeafProgress()
}

// TenantID is a Microsoft Entra tenant id. Everything belongs to one tenant.
type TenantID string

// UserID is the Microsoft Entra object id of a person, stable across bots.
type UserID string

// GoalID is the short id of a goal, unique in its tenant: O12, KR3 or P4.
type GoalID string

// ConnectionID is the short id of a connection, unique in its tenant: C7.
type ConnectionID string

// SubscriptionID is the short id of a digest subscription: S2.
type SubscriptionID string

// CredentialID names the sign-in of one person with one Azure DevOps account.
type CredentialID string

// The prefixes of the short ids.
const (
	ObjectivePrefix    = "O"
	KeyResultPrefix    = "KR"
	ProjectPrefix      = "P"
	ConnectionPrefix   = "C"
	SubscriptionPrefix = "S"
)

// BeforeEdit is the input that makes a goal what it was before its last edit. Conflict:
// it was edited after that version, or what it was is not remembered.
func BeforeEdit(g Goal, version int) (GoalInput, error) {
	if by, _, _ := g.ChangedSince(version, ""); len(by) > 0 {
		return GoalInput{}, Errorf(Conflict, "%s changed %s after you did. Nothing was undone.", JoinNames(by), g.ID)
	}
	was, known, err := g.asOf(version - 1)
	if err == nil && (!known || g.Version != version) {
		err = Errorf(Conflict, "%s was changed after your edit. Nothing was undone.", g.ID)
	}
	in := InputOf(was)
	in.Version = g.Version
	return in, err
}

// ParseGoalID reads a goal id as people type it: "kr3", " O12 ", "p4". It
// reports false for anything else.
func ParseGoalID(text string) (GoalID, bool) {
	text = strings.ToUpper(strings.TrimSpace(text))
	for _, prefix := range []string{KeyResultPrefix, ObjectivePrefix, ProjectPrefix} {
		if digits, ok := strings.CutPrefix(text, prefix); ok && isNumber(digits) {
			return GoalID(prefix + digits), true
		}
	}
	return "", false
}

// ParseConnectionID reads a connection id as people type it ("c7").
func ParseConnectionID(text string) (ConnectionID, bool) {
	text = strings.ToUpper(strings.TrimSpace(text))
	digits, ok := strings.CutPrefix(text, ConnectionPrefix)
	return ConnectionID(text), ok && isNumber(digits)
}

func isNumber(digits string) bool {
	n, err := strconv.ParseInt(digits, 10, 32)
	return err == nil && n > 0 && !strings.HasPrefix(digits, "+")
}

// Kind gives the kind that the id's prefix stands for.
func (id GoalID) Kind() GoalKind {
	switch {
	case strings.HasPrefix(string(id), KeyResultPrefix):
		return KeyResult
	case strings.HasPrefix(string(id), ProjectPrefix):
		return Project
	default:
		return Objective
	}
}

// GoalView is a goal with what is computed for showing it.
type GoalView struct {
	Goal        Goal
	Standing    Standing
	ParentTitle string
	Connection  string        // name of the binding's connection
	StaleFor    time.Duration // age of the value when Stale
	Stale       bool
	MayEdit     bool       // the viewer may bind, edit, close and delete; of a closed one: reopen
	MayCheckIn  bool       // the viewer may say how it stands
	Weight      float64    // percent that it has in its objective, after sharing; 0: none, or not computed
	Taken       float64    // percent with which its progress is taken there now: the weight of what has no say is shared
	Children    []GoalView // of an objective: the page that was asked for
	ChildTotal  int        // how many children there are that the viewer may see
}

// RestoreLife is how long a deleted goal can be restored.
const RestoreLife = 30 * 24 * time.Hour

// Deletion is that a goal was deleted.
type Deletion struct {
	By   Person    `json:"by"`
	At   time.Time `json:"at"`
	With GoalID    `json:"with"` // the one that was deleted, which is restored with all that went with it
	// Raised are the objectives that stood below it and took its place.
	Raised []GoalID `json:"raised,omitempty"`
}

// Expired says whether what was deleted is gone for good.
func (d Deletion) Expired(now time.Time) bool { return now.Sub(d.At) >= RestoreLife }
