package cards

import (
	"time"

	"okrbot/okr"
)

// Point is a value on a day.
type Point struct {
	Day   okr.Date
	Value float64
}

// HistoryView is what is known of a goal over time.
type HistoryView struct {
	Goal       GoalView
	Points     []Point // oldest first, one a day; in the metric's unit, else percent
	Expected   []Point // the line that is expected, oldest first
	Projection *Projection
	Moved      []MovedSpan  // what moved it, the shortest span first
	CheckIns   []CheckInRow // a page, newest first
	Total      int          // check-ins
	Offset     int
}

// MovedSpan is what moved a goal in a span of time up to now.
type MovedSpan struct {
	Since         string   // for example "the last sync", "yesterday", "a week ago"
	Before, After *float64 // in the metric's unit, else percent; nil: no data
	Changes       okr.Changes
}

// Projection is where the last values lead if they go on like that.
type Projection struct {
	Points []Point  // from the last value on
	From   int      // how many values it rests on
	AtEnd  float64  // the value on the last day of the period
	End    okr.Date // that day
	Meets  okr.Date // when the target is met; empty: not within reach
}

// CheckInRow is a check-in with what the viewer may do with it.
type CheckInRow struct {
	CheckIn okr.CheckIn
	MayEdit bool
}

// CheckInForm is the state of the form of a check-in. Values are as typed.
type CheckInForm struct {
	Draft    string
	Editing  okr.CheckInID
	Goal     GoalView
	Value    string
	Status   string // an okr.Status, or ChoiceNone: from progress
	Note     string
	Date     string // a day, for backdating; empty: now
	Override string // OverrideOnce or OverrideLasting, where something automatic gives the value
	Error    FieldError
}

// Attention is what a person should look at.
type Attention struct {
	Groups []AttentionGroup
	Mine   bool // only what is the viewer's own
	Total  int  // of all groups
	Looked int  // how many open goals were looked at
}

// AttentionGroup is what needs the same sort of attention.
type AttentionGroup struct {
	Title string
	Rows  []AttentionRow
	Total int // may be more than the rows
}

// AttentionRow says what is wrong with a goal and the one thing to do next.
type AttentionRow struct {
	Goal   okr.Goal
	Status okr.Status
	Reason string
	Step   Button
}

// ReminderView asks a person for check-ins.
type ReminderView struct {
	Goals []GoalView
	Total int
}

// NudgeView asks a person about one goal, for somebody or by itself.
type NudgeView struct {
	Goal   GoalView
	From   string // who asks; empty: okrbot itself
	Reason string
	Since  time.Time // since when; zero: not said
}

// ReminderForm is the state of a person's own reminders. Values are as typed.
type ReminderForm struct {
	Reminders bool
	Weekday   string // 0 (Sunday) to 6
	Hour      string // 0 to 23
	Every     string // weeks
	Skip      string // days
	Zone      string // the person's time zone, shown; empty: not known
	Error     FieldError
}
