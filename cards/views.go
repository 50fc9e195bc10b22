package cards

import (
	"time"

	"okrbot/okr"
)

// GoalView is a goal as a card shows it: with what the service computed.
type GoalView = okr.GoalView

// Place is where a card is shown: times are written in its zone.
type Place struct {
	Zone *time.Location
	Now  time.Time
}

// Choice is one option of a drop-down.
type Choice struct{ Title, Value string }

// FieldError is what is wrong with a form: the message stands at the field where
// Field names one, else on top.
type FieldError struct{ Field, Message string }

// Command is a chat command as help shows it.
type Command struct {
	Usage string // as typed, for example "okr <id or text>"
	What  string // in a few words
	Verb  string // of the button that does the same; empty: none
	Data  map[string]string
}

// Button is an action of a card: Verb and Data come back when it is pressed.
type Button struct {
	Title string
	Verb  string
	Data  map[string]string
	URL   string // opens a page instead
	Style string // "positive", "destructive" or empty
}

// IntegrationView is the state of the integration for the enable and manage
// cards.
type IntegrationView struct {
	Tenant        okr.Tenant
	IsAdmin       bool
	Admins        []string // names or ids of who can change it
	Connections   int
	Bindings      int
	Subscriptions int
	Failing       int              // connections that fail
	Health        []ConnectionView // of the connections that the viewer may see, those that fail first; may be cut
}

// ConnectionView is a connection as a list or its own card shows it.
type ConnectionView struct {
	Connection okr.Connection
	Bound      []okr.Goal // what is measured through it; may be cut
	BoundCount int
	IsOwner    bool
	MayDelete  bool
	MayTake    bool   // the viewer may take it over
	WebURL     string // of the Azure DevOps project
}

// MoveForm asks where to what is bound through a connection is to be moved.
type MoveForm struct {
	From    okr.Connection
	Count   int // bound goals
	Targets []Choice
	Target  string
	Error   FieldError
}

// HandOverForm asks whom a connection is to be offered to.
type HandOverForm struct {
	Connection okr.Connection
	Picker     string // dataset of the client's people picker; empty: it has none
	Person     People
	Error      FieldError
}

// ConnectionForm is the state of the form that makes or edits a connection.
type ConnectionForm struct {
	Draft         string // id of the server-side draft
	Editing       okr.ConnectionID
	Name          string
	Organization  string
	Project       string // id or name
	Shared        bool
	Account       string // whose sign-in is used
	Organizations []string
	Projects      []okr.RemoteProject // step 2, once the organization is known
	Error         FieldError
}

// BindForm is the state of the binding wizard.
type BindForm struct {
	Draft       string
	Goal        okr.Goal
	Connections []Choice // own first, then shared
	Connection  string
	Text        string // what was searched
	Results     []okr.Query
	More        bool // further queries match
	Searched    bool
	Query       okr.Query // chosen
	Count       int       // matching work items
	Methods     []Choice
	Method      string
	Fields      []okr.Field // numeric ones that can be added up
	Field       string      // reference name; empty: work items are counted
	Types       []string
	ItemType    string
	Error       FieldError
}

// BindPreview is what saving a binding would show.
type BindPreview struct {
	Draft       string
	Goal        okr.Goal // with the binding and measurement applied
	Standing    okr.Standing
	Measurement okr.Measurement
	Warnings    []string
}

// SyncRow is the outcome of a sync for one goal.
type SyncRow = okr.SyncRow

// DigestForm is the state of the subscription card of a conversation. Hours are
// numbers from 0 to 23, days of the week those of [time.Weekday], as text.
type DigestForm struct {
	Place      string // the conversation's name or "this channel"
	Objectives []Choice
	Chosen     []string
	Teams      []string // names to choose from
	OfTeams    []string // chosen ones
	Cadence    string   // an okr.Cadence
	Hour       string
	Weekday    string
	QuietFrom  string // empty: no quiet hours
	QuietTo    string
	QuietDays  []string
	Always     bool
	MayThread  bool // a channel, which has threads
	Threaded   bool
	Zone       string   // of all hours
	Zones      []string // to choose from; fewer than two: the zone is only shown
	Subscribed bool
	Paused     string
	MutedTill  time.Time
	Next       time.Time
	Error      FieldError
}

// DigestPreviewView is what the next digest of a place would say.
type DigestPreviewView struct {
	Place  string
	Digest okr.Digest
	Next   time.Time // when it may come; zero: it is paused
}

// Notice tells an owner what fails and what to do.
type Notice struct {
	Connection okr.Connection
	Goals      []okr.Goal
	Count      int // of all, also those that are not named
	Problem    string
	Since      time.Time
	Buttons    []Button
}
