package okr

import "time"

// CheckInID is the short id of a check-in, unique in its tenant: CI9.
type CheckInID string

// CheckInPrefix is what ids of check-ins begin with.
const CheckInPrefix = "CI"

// CheckIn is what a person says of a goal. A sync writes none: it writes a
// measurement.
type CheckIn struct {
	ID        CheckInID `json:"id"`
	Goal      GoalID    `json:"goal"`
	At        time.Time `json:"at"`     // the moment that it tells of; may lie in the past
	MadeAt    time.Time `json:"madeAt"` // when it was written
	By        Person    `json:"by"`
	Value     *float64  `json:"value,omitempty"`     // in the metric's unit, else percent; nil: left as it was
	Status    Status    `json:"status,omitempty"`    // chosen by hand; empty: from progress
	Shown     Status    `json:"shown,omitempty"`     // the status that the goal had with it
	Note      string    `json:"note,omitempty"`      // may have line breaks
	Auto      *float64  `json:"auto,omitempty"`      // what the automatic value was at that time; nil: none
	Lasting   bool      `json:"lasting,omitempty"`   // the value stays until automatic updates are resumed
	EditedBy  Person    `json:"editedBy,omitzero"`   // who changed it later
	EditedAt  time.Time `json:"editedAt,omitzero"`   // zero: never
	Backdated bool      `json:"backdated,omitempty"` // entered later than the day that it tells of
}

// Key is the record's id.
func (c CheckIn) Key() string { return string(c.ID) }

// Unique is empty.
func (c CheckIn) Unique() string { return "" }

// Indexes names the list of the goal's check-ins.
func (c CheckIn) Indexes() []string { return []string{CheckInIndex(c.Goal)} }

// CheckInIndex lists the check-ins of a goal.
func CheckInIndex(goal GoalID) string { return "goal:" + string(goal) }

// CheckInMark is what a goal remembers of its latest check-in.
type CheckInMark struct {
	ID     CheckInID `json:"id"`
	At     time.Time `json:"at"`
	MadeAt time.Time `json:"madeAt"`
	By     Person    `json:"by"`
	Note   string    `json:"note,omitempty"` // shortened to a line
	Status Status    `json:"status,omitempty"`
}

// Override is what a person set over an automatic value or status. Of a key
// result that is measured, Metric.Current holds the value while it stands.
type Override struct {
	Value             *float64  `json:"value,omitempty"`  // in the metric's unit, else percent; nil: the status only
	Status            Status    `json:"status,omitempty"` // empty: from progress
	LastsUntilResumed bool      `json:"lasts,omitempty"`  // else the next automatic value replaces it
	By                Person    `json:"by"`
	At                time.Time `json:"at"`
}

// Automatic is the value that the goal has or would have without a person's
// override, in the metric's unit or percent; nil when nothing measures it.
func (g Goal) Automatic() *float64 {
	switch {
	case g.Kind == Objective && g.Rolled != nil:
		return g.Rolled.Progress
	case g.Binding != nil && g.Binding.Last != nil:
		return g.Binding.Last.Value
	}
	return nil
}

// IsAutomatic says whether something other than people gives the goal's value: a
// query, or the children of an objective.
func (g Goal) IsAutomatic() bool {
	if g.Kind == Objective {
		return g.Rolled != nil && g.Rolled.Children > 0
	}
	return g.Binding != nil && g.Binding.Health.State != HealthUnbound
}

// Paused says whether automatic updates wait until they are resumed.
func (g Goal) Paused() bool {
	return g.Manual != nil && g.Manual.LastsUntilResumed && (g.Kind == Objective || g.Binding != nil)
}

// TakeAutomatic applies a value that was measured at a time (nil: no data). A
// lasting override keeps its own; any other is replaced.
func (g *Goal) TakeAutomatic(v *float64, at time.Time) {
	if g.Paused() {
		return
	}
	before := g.leafProgress()
	g.Manual = nil
	switch {
	case g.Kind == KeyResult && g.Metric != nil:
		g.setCurrent(v, at)
	case !same(before, v):
		g.MovedAt = at
	}
}

// unbind takes the goal off its query. What a person set stays, but there is
// nothing automatic any more that it stands over.
func (g *Goal) unbind() {
	g.Binding = nil
	if g.Manual == nil {
		return
	}
	o := *g.Manual
	o.LastsUntilResumed = false
	g.Manual = &o
	if g.Kind == KeyResult {
		o.Value = nil // the metric has it
		if o.Status == "" {
			g.Manual = nil
		}
	}
}
