package transfer

import (
	"context"
	"time"

	"okrbot/okr"
)

// Source is what the files of an import hold together. Check-ins and comments are many,
// so they are read as they are needed, each time anew and in the same order.
type Source interface {
	// Bundle is everything but check-ins and comments.
	Bundle() *Bundle
	// CheckIns gives the check-ins until yield fails, and fails as it does.
	CheckIns(ctx context.Context, yield func(CheckIn) error) error
	// Comments gives the comments until yield fails, and fails as it does.
	Comments(ctx context.Context, yield func(Comment) error) error
}

// Bundle is what files hold of goals and what belongs to them, in okrbot's terms and with
// the ids of the source.
type Bundle struct {
	Items   []Item // in the order of the files; parents anywhere
	People  []Person
	Teams   []Team
	Periods []okr.Period // with a name each
	Tags    []string
	Remarks []Remark // what the readers have to say
	// Tenant is whose okrbot exported it; empty: it comes from another tool.
	Tenant okr.TenantID
	At     time.Time // of an export: when it was made; zero: not known
	// CheckIns and Comments count what the source gives of them.
	CheckIns, Comments int
}

// Remark is what a reader has to say of a row, or of a file.
type Remark struct {
	okr.ImportRow // Row 0: of the file
	Kind          okr.FindingKind
	Title         string // of the finding that it belongs to
}

// Person is somebody in the source.
type Person struct {
	ID    string // in the source; empty: it has none
	Name  string
	Email string // empty: not known
	// Account is the Entra object id, which only okrbot's own exports have.
	Account okr.UserID
}

// Team is a team in the source.
type Team struct {
	ID, Name, Parent string // Parent is a name
	Archived         bool
}

// Item is an objective, a key result or a project of the source.
type Item struct {
	Row  okr.ImportRow // where it stands
	ID   string        // in the source, unique; of a file without ids made of its place
	Word string        // its type as the file names it
	// Kind is what the word means; empty: the word is a renamed one, and Looks says what
	// the item has the structure of (empty: of anything).
	Kind, Looks okr.GoalKind

	Title, Description string
	Parents            []Parent // the first one is the one it was made under
	Children           []string // ids that the item names as its children
	Owners             []Person
	CheckInOwners      []Person
	Editors            []Person
	Viewers            []Person
	Delegate           Person
	CreatedBy          Person
	Private            bool
	OnlyEditors        bool // only Editors may edit
	Teams, Tags        []string
	Level              okr.Level
	GoalType           okr.GoalType
	Period             okr.Period // its own days, and the name of the period it is filed under

	Metric     *okr.Metric // of key results; Current is empty, Value has it
	Value      *float64    // the current value in the metric's unit; without metric percent, not clamped
	Rounded    bool        // Value or the metric's numbers were rounded in the file
	Shown      *float64    // progress in percent as the source shows it; nil: not known
	Feed       Feed
	DataSource string     // the name of the integration
	Status     okr.Status // empty: not known. StatusClosed and StatusPostponed are ended ones
	ByHand     bool       // the status was set by hand
	Score      *float64   // 0 to 1
	Tasks      []Task     // of projects
	Lasting    bool       // of an objective or project that is kept by hand: until automatic updates are resumed
	EndNote    string     // what was noted when it was closed or postponed
	Query      okr.Query  // name and address of the query that measures it, of okrbot's own exports

	CreatedAt time.Time
	CheckedIn okr.Date // of the last check-in
}

// Feed is what gives an item its value.
type Feed string

// What gives an item its value.
const (
	FeedManual      Feed = "manual"
	FeedChildren    Feed = "children"
	FeedIntegration Feed = "integration"
)

// Parent is what an item stands below.
type Parent struct {
	ID     string // empty: only the title is known
	Title  string
	Weight *float64 // percent; nil: an equal share
	Share  *float64 // percent that it has after sharing, of exports; nil: it has no say
}

// Task is a task of a project.
type Task struct {
	ID, Title string
	Done      bool
	Due       okr.Date // empty: none
	Owner     Person
}

// CheckIn is a check-in of the source. Several of a day are in their order.
type CheckIn struct {
	Row     okr.ImportRow
	ID      string // in the source; empty: its place among those of the item is all it has
	Item    string
	At      time.Time // UTC; the day that it tells of
	MadeAt  time.Time // when it was written
	By      Person
	Value   *float64 // in the metric's unit, else percent; nil: none
	Rounded bool     // with a magnitude: 102.42 M
	Status  okr.Status
	Note    string // plain text, may have line breaks
}

// Comment is what somebody wrote below an item.
type Comment struct {
	Row  okr.ImportRow
	ID   string
	Item string
	At   time.Time // UTC
	By   Person
	Text string
}
