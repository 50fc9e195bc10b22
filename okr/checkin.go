package okr

import (
	"slices"
	"time"
)

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
	Over      *Override `json:"over,omitempty"`      // what stood over the automatic value before it
	UndoneAt  time.Time `json:"undoneAt,omitzero"`   // when who made it took it back; it counts no longer
	Comment   bool      `json:"comment,omitempty"`   // no check-in, but what somebody wrote beside: a note of the history that counts for nothing
}

// IsUndone says whether it was taken back.
func (c CheckIn) IsUndone() bool { return !c.UndoneAt.IsZero() }

// StandingCheckIns are those that count: neither taken back nor comments.
func StandingCheckIns(list []CheckIn) []CheckIn {
	return slices.DeleteFunc(slices.Clone(list), func(c CheckIn) bool { return c.IsUndone() || c.Comment })
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
	case CountsTasks(g):
		return TaskProgress(g.Tasks)
	}
	return nil
}

// IsAutomatic says whether something other than what people say gives the goal's value:
// a query, the children of an objective, or the checklist of a project.
func (g Goal) IsAutomatic() bool {
	if g.Kind == Objective {
		return g.Rolled != nil && g.Rolled.Children > 0
	}
	return CountsTasks(g) || g.Binding != nil && g.Binding.Health.State != HealthUnbound
}

// Paused says whether automatic updates wait until they are resumed.
func (g Goal) Paused() bool {
	return g.Manual != nil && g.Manual.LastsUntilResumed && hasSource(g)
}

// hasSource says whether a value that a person sets stands over another one.
func hasSource(g Goal) bool { return g.Kind == Objective || g.Binding != nil || CountsTasks(g) }

// overridden says whether a person's value is shown instead of an automatic one.
func overridden(g Goal) bool {
	return g.Manual != nil && (g.Manual.Value != nil || g.Paused()) && hasSource(g)
}

// TakeAutomatic applies a value that was measured at a time (nil: no data). A
// lasting override keeps its own; any other is replaced.
func (g *Goal) TakeAutomatic(v *float64, at time.Time) {
	if g.Paused() {
		return
	}
	before := g.LeafProgress()
	g.Manual = nil
	switch {
	case g.Kind == KeyResult && g.Metric != nil:
		g.setCurrent(v, at)
	case !same(before, v):
		g.MovedAt = at
	}
}

// Unbind takes the goal off its query. What a person set stays, but there is
// nothing automatic any more that it stands over.
func (g *Goal) Unbind() {
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

// CheckInInput is what a person says of a goal.
type CheckInInput struct {
	Goal    GoalID
	Editing CheckInID // empty: a new one
	On      Date      // the day that it tells of; empty: now, or as it was
	Value   *float64  // in the metric's unit, else percent; nil: the value stays
	Status  Status    // empty: from progress
	Note    string
	Form    string // of a new one: the id of the form that makes it, once; empty: none
	Lasting bool   // of an automatic goal: keep this until it is resumed; else the next automatic value replaces it
}

// Check gives the note as it is kept, or what is wrong.
func (in CheckInInput) Check(g Goal, today Date) (string, error) {
	note := CleanText(in.Note)
	switch {
	case runes(note) > MaxNote:
		return note, tooLong("note", "note", note, MaxNote)
	case in.Value == nil && in.Status == "" && note == "":
		return note, FieldErrorf("value", "Enter a value, a status or a note.")
	case in.Value != nil && !finite(*in.Value):
		return note, FieldErrorf("value", "The value must be an ordinary number.")
	case in.Value != nil && g.Kind != KeyResult && !(*in.Value >= 0 && *in.Value <= 100):
		return note, FieldErrorf("value", "The progress of a %s is a number from 0 to 100.", g.Kind)
	case !slices.Contains(append(g.ManualStatuses(), ""), in.Status):
		return note, WithNext(FieldErrorf("status", "Choose a status from the list."), Step{Kind: StepClose, Goal: g.ID})
	case in.On != "" && !in.On.Valid():
		return note, FieldErrorf("on", "Enter the date as year-month-day, for example %s.", today)
	case in.On.Days() > today.Days():
		return note, FieldErrorf("on", "The date can't be later than today (%s).", today)
	}
	return note, nil
}

// ManualStatuses lists the statuses that a person may give the goal.
func (g Goal) ManualStatuses() []Status {
	if g.Metric != nil && g.Metric.Type == Baseline {
		return []Status{NotStarted, StatusInProgress}
	}
	return []Status{NotStarted, OnTrack, Behind, AtRisk}
}

// Fill puts the input into a check-in. An earlier day is taken at its noon.
func (in CheckInInput) Fill(c *CheckIn, t Settings, now time.Time) {
	c.Value, c.Status, c.Note, c.Lasting = in.Value, in.Status, in.Note, in.Lasting
	switch {
	case in.On != "" && in.On != DateOf(now.In(t.Location())):
		day := in.On.time()
		c.At = time.Date(day.Year(), day.Month(), day.Day(), 12, 0, 0, 0, t.Location()).UTC()
		c.Backdated = true
	case c.At.IsZero() || in.On != "":
		c.At, c.Backdated = now, false
	}
}

// TakeCheckIn applies a check-in, unless something newer is known. A comment changes
// nothing.
func (g *Goal) TakeCheckIn(c CheckIn) {
	if c.Comment {
		return
	}
	if g.LastCheckIn == nil || !c.At.Before(g.LastCheckIn.At) {
		g.LastCheckIn = c.mark()
	}
	if c.At.Before(g.knownAt()) {
		return
	}
	if c.Value != nil && g.Kind == KeyResult && g.Metric != nil {
		g.setCurrent(c.Value, c.At)
	} else if c.Value != nil && !same(c.Value, g.LeafProgress()) {
		g.MovedAt = c.At
	}
	g.Manual = g.overriddenBy(c)
}

// knownAt is when the newest value or check-in that stands was taken.
func (g Goal) knownAt() time.Time {
	var at time.Time
	if g.LastCheckIn != nil {
		at = g.LastCheckIn.At
	}
	if g.Metric != nil && g.Metric.At != nil && g.Metric.At.After(at) {
		at = *g.Metric.At
	}
	if g.Binding != nil && g.Binding.Last != nil && g.Binding.Last.At.After(at) {
		at = g.Binding.Last.At
	}
	return at
}

// setCurrent gives a key result a value.
func (g *Goal) setCurrent(v *float64, at time.Time) {
	metric := *g.Metric // the goal may share it with what was read before
	if !same(metric.Current, v) {
		g.MovedAt = at
	}
	metric.Current, metric.At = v, &at
	g.Metric = &metric
}

// overriddenBy is what stands over the automatic value and status after a
// check-in. A note alone changes nothing; a status alone keeps a lasting value.
func (g Goal) overriddenBy(c CheckIn) *Override {
	if c.Value == nil && c.Status == "" {
		return g.Manual
	}
	o := &Override{Value: c.Value, Status: c.Status, By: c.By, At: c.At, LastsUntilResumed: c.Lasting && g.IsAutomatic()}
	if o.Value == nil && g.Manual != nil && (g.Paused() || !g.IsAutomatic()) {
		o.Value, o.LastsUntilResumed = g.Manual.Value, o.LastsUntilResumed || g.Paused()
	}
	if !g.IsAutomatic() && g.Kind == KeyResult {
		o.Value = nil // the metric has it, and nothing is overridden
		if o.Status == "" {
			return nil
		}
	}
	return o
}

func (c CheckIn) mark() *CheckInMark {
	return &CheckInMark{ID: c.ID, At: c.At, MadeAt: c.MadeAt, By: c.By, Note: Shorten(CleanLine(c.Note), 200), Status: c.Status}
}

// Resume takes the automatic value again. What was measured meanwhile did not move
// what is shown: the end of the override does.
func (g *Goal) Resume() {
	g.Manual = nil
	if g.Binding == nil || g.Binding.Last == nil {
		return
	}
	b := *g.Binding
	m := *b.Last
	m.Changes = Changes{Causes: []Cause{CauseResumed}}
	b.Last = &m
	g.Binding = &b
	if g.Kind == KeyResult && g.Metric != nil {
		g.setCurrent(m.Value, m.At)
	}
}

// Resumed is what is kept in the history of a goal whose override has ended since it
// was as before; false: it did not end, or nothing else gives a value.
func Resumed(before, g Goal, now time.Time) (Measurement, bool) {
	if !overridden(before) || overridden(g) || !g.IsAutomatic() {
		return Measurement{}, false
	}
	m := Measurement{Value: g.Automatic()}
	if g.Binding != nil && g.Binding.Last != nil {
		m = *g.Binding.Last
		m.Tree, m.Size = nil, TreeSize{}
	}
	m.At, m.Changes = now, Changes{Causes: []Cause{CauseResumed}}
	return m, true
}

// CheckInsChanged works out anew what the goal shows after one of its check-ins was
// edited, brought back, or removed (nil). List is what is left, the latest first.
func (g *Goal) CheckInsChanged(list []CheckIn, history []Measurement, was CheckIn, edited *CheckIn) {
	isLast := g.LastCheckIn != nil && g.LastCheckIn.ID == was.ID
	isBack := !isLast && len(list) > 0 && edited != nil && list[0].ID == was.ID
	g.LastCheckIn = nil
	if len(list) > 0 {
		g.LastCheckIn = list[0].mark()
	}
	switch {
	case !g.IsAutomatic():
		g.valueAgain(list, history)
	case isLast && g.Manual != nil, isBack && (was.Lasting || !measuredAfter(*g, history, was.At)):
		g.overrideAgain(was.Over, edited, history)
	}
}

// measuredAfter says whether the goal has an automatic value of later than a time.
func measuredAfter(g Goal, history []Measurement, at time.Time) bool {
	switch {
	case g.Kind == Objective:
		return g.Rolled != nil && g.Rolled.At.After(at)
	case CountsTasks(g):
		return len(history) > 0 && history[len(history)-1].At.After(at)
	}
	return g.Binding != nil && g.Binding.Last != nil && g.Binding.Last.At.After(at)
}

// overrideAgain changes the override that came from a check-in. Where it ends, what
// stood before it stands again, unless an automatic value would have ended that, too.
func (g *Goal) overrideAgain(over *Override, edited *CheckIn, history []Measurement) {
	isOver := edited == nil || edited.Value == nil && edited.Status == ""
	switch {
	case isOver && over != nil && (over.LastsUntilResumed || !measuredAfter(*g, history, over.At)):
		g.Manual = over
		if over.Value != nil && g.Kind == KeyResult && g.Metric != nil {
			g.setCurrent(over.Value, over.At)
		}
		return
	case isOver:
		g.Resume()
		return
	}
	g.Manual = nil
	g.Manual = g.overriddenBy(*edited)
	if edited.Value != nil && g.Kind == KeyResult && g.Metric != nil {
		g.setCurrent(edited.Value, edited.At)
	}
}

// valueAgain takes the newest value and the newest status that are left, of what
// was checked in (latest first) and of what was measured before it was unbound.
func (g *Goal) valueAgain(list []CheckIn, history []Measurement) {
	var value *float64
	var at time.Time
	if len(history) > 0 {
		value, at = history[0].Value, history[0].At
	}
	for _, c := range list {
		if c.Value != nil && !c.At.Before(at) {
			value, at = c.Value, c.At
			break
		}
	}
	g.Manual = nil
	if len(list) > 0 && list[0].Status != "" {
		g.Manual = &Override{Status: list[0].Status, By: list[0].By, At: list[0].At}
	}
	switch {
	case g.Kind == KeyResult && g.Metric != nil:
		g.setCurrent(value, at)
		if value == nil {
			g.Metric.At = nil
		}
	case value != nil && len(list) > 0:
		if g.Manual == nil {
			g.Manual = &Override{By: list[0].By, At: at}
		}
		g.Manual.Value = value
	}
}
