package okr

import (
	"math"
	"time"
)

// Status is where a goal stands against what is expected by now.
type Status string

// The statuses of goals.
const (
	NoData     Status = "no data"
	NotStarted Status = "not started"
	OnTrack    Status = "on track"
	Behind     Status = "behind"
	AtRisk     Status = "at risk"
	// StatusInProgress is a baseline that has a value.
	StatusInProgress Status = "in progress"
	// StatusClosed and StatusPostponed are ended goals.
	StatusClosed    Status = "closed"
	StatusPostponed Status = "postponed"
)

// Bands are the limits of the status in percentage points behind the expected
// progress: more than AtRisk is at risk, more than Behind is behind.
type Bands struct {
	AtRisk float64 `json:"atRisk"`
	Behind float64 `json:"behind"`
}

// DefaultBands are the limits that Viva Goals used.
func DefaultBands() Bands { return Bands{AtRisk: 25, Behind: 0} }

// ScaledProgress is (current − start) ÷ (target − start) × 100, not clamped
// (formula F2). It reports false without a current value or where start and
// target are the same.
func (m Metric) ScaledProgress() (float64, bool) {
	if m.Current == nil || m.Target == m.Start {
		return 0, false
	}
	return (*m.Current - m.Start) / (m.Target - m.Start) * 100, true
}

// Expected is the progress in percent that a straight line has on a day: 0 on
// the first, 100 on the last day (formula F1).
func (p Period) Expected(day Date) float64 {
	first, last := p.Start.Days(), p.End.Days()
	if last <= first {
		return 100
	}
	return clamp(100 * float64(day.Days()-first) / float64(last-first))
}

// StatusOf compares progress with the expected (formula F5): D = expected −
// progress in percentage points; D > AtRisk is at risk, D > Behind is behind,
// else on track.
func (b Bands) StatusOf(progress, expected float64) Status {
	// A difference below a billionth of a point is rounding of the division.
	d := math.Round((expected-progress)*1e9) / 1e9
	switch {
	case d > b.AtRisk:
		return AtRisk
	case d > b.Behind:
		return Behind
	default:
		return OnTrack
	}
}

// Standing is a goal's progress and status at a time, and what they rest on.
type Standing struct {
	Progress *float64 // percent, clamped to 0..100; nil: no data
	Raw      *float64 // percent before clamping
	Expected float64  // percent
	Status   Status
	Counted  int // children of an objective that have data
	Children int // children that contribute

	Weights   float64  // what the children's weights sum to; when not 100 they are taken in proportion
	Closed    int      // children that are closed, and postponed
	Postponed int      // …
	Manual    bool     // a person set the value or the status over the automatic one
	Automatic *float64 // the automatic value, in the metric's unit or percent; nil: none
	Auto      Status   // the status that the automatic value alone would give
}

// standing puts raw progress against the expected of a day. Before the first
// day of its period a goal is not started.
func standing(raw *float64, period Period, bands Bands, day Date) Standing {
	s := Standing{Raw: raw, Expected: period.Expected(day), Status: NoData}
	if raw == nil {
		return s
	}
	shown := clamp(*raw)
	s.Progress = &shown
	s.Status = bands.StatusOf(shown, s.Expected)
	if day.Days() < period.Start.Days() && shown == 0 {
		s.Status = NotStarted
	}
	return s
}

// Standing is how the goal stands on a day, in the period of its objective. What
// a person set goes before what was computed, the end of a goal before both.
func (g Goal) Standing(period Period, bands Bands, day Date) Standing {
	s := g.computed(period, bands, day)
	s.Automatic, s.Auto = g.Automatic(), s.Status
	if r := g.Rolled; g.Kind == Objective && r != nil {
		s.Counted, s.Children, s.Weights, s.Closed, s.Postponed = r.Counted, r.Children, r.Weights, r.Closed, r.Postponed
	}
	if m := g.Manual; m != nil {
		s.Manual, s.Auto = true, g.withoutManual().computed(period, bands, day).Status
		if m.Status != "" {
			s.Status = m.Status
		}
	}
	if g.Closed != nil {
		s.Status = g.Closed.State
	}
	return s
}

// Course is all that a goal's status depends on besides the day and the bands, so that a
// store can list goals by their status, which changes with the days, without reading them.
type Course struct {
	Status   Status      // that of every day; empty: what Progress makes of the Line
	Before   int         // on days before this one (see [Date.Days]) it is not started; 0: on none
	Progress float64     // percent, clamped to 0..100
	Line     []Milestone // what is expected, straight from one to the next
}

// Milestone is the progress in percent that is expected on a day (see [Date.Days]).
type Milestone struct {
	Day      int
	Progress float64
}

// StatusAt is a status, and the day and bands that decide who has it.
type StatusAt struct {
	Status Status
	Day    int // see [Date.Days]
	Bands  Bands
}

// CourseOf is what the status of a goal depends on, in its own period.
func CourseOf(g Goal) Course {
	never, always := Bands{AtRisk: math.Inf(1), Behind: math.Inf(1)}, Bands{AtRisk: math.Inf(-1), Behind: math.Inf(-1)}
	s := g.Standing(g.Period, never, g.Period.Start)
	c := Course{Status: s.Status}
	if first := g.Period.Start.Days(); g.Standing(g.Period, never, g.Period.Start.Add(-1)).Status != s.Status {
		c.Before = first
	}
	if g.Standing(g.Period, always, g.Period.Start).Status == s.Status {
		return c // whatever is expected
	}
	c.Status, c.Progress = "", *s.Progress
	if m := g.Metric; g.Kind == KeyResult && m.isPhased() {
		for _, p := range m.points(g.Period) {
			c.Line = append(c.Line, Milestone{p.Date.Days(), (p.Value - m.Start) / (m.Target - m.Start) * 100})
		}
		return c
	}
	first, last := g.Period.Start.Days(), g.Period.End.Days()
	if last > first {
		c.Line = append(c.Line, Milestone{first, 0})
	}
	c.Line = append(c.Line, Milestone{max(first, last), 100})
	return c
}

// computed is the standing by formula alone.
func (g Goal) computed(period Period, bands Bands, day Date) Standing {
	s := standing(g.LeafProgress(), period, bands, day)
	if m := g.Metric; g.Kind == KeyResult && m != nil {
		s.Expected = m.Expected(period, day)
		if s.Progress != nil && s.Status != NotStarted {
			s.Status = m.Status(*s.Progress, s.Expected, bands)
		}
		if m.Type == Baseline {
			s.Status = m.Status(0, 0, bands)
		}
		if m.Type == Baseline && m.Current == nil || g.IsAtStart() {
			s.Status = NotStarted
		}
	}
	if g.isUnstarted() && g.Kind == Objective {
		s.Status = NotStarted
	}
	if r := g.Rolled; g.Kind == Objective && r != nil && r.Children > 0 && r.Closed+r.Postponed == r.Children {
		s.Status = StatusPostponed
		if r.Closed > 0 {
			s.Status = StatusClosed
		}
	}
	return s
}

// isUnstarted says whether nobody has begun: a key result at its start, an objective
// of nothing else.
func (g Goal) isUnstarted() bool {
	switch {
	case !g.IsOpen():
		return false
	case g.Kind == Objective:
		return g.Rolled != nil && g.Rolled.Counted > 0 && g.Rolled.Unstarted == g.Rolled.Counted && (g.Manual == nil || g.Manual.Value == nil)
	}
	return g.IsAtStart() && (g.Manual == nil || g.Manual.Status == "")
}

// withoutManual is the goal as it would stand without what a person set.
func (g Goal) withoutManual() Goal {
	auto := g.Automatic()
	if g.Kind == KeyResult && g.Metric != nil && auto != nil {
		metric := *g.Metric
		metric.Current = auto
		g.Metric = &metric
	}
	g.Manual = nil
	return g
}

// LeafProgress is the goal's unclamped progress in percent.
func (g Goal) LeafProgress() *float64 {
	switch {
	case g.Kind == KeyResult:
		if g.Metric == nil {
			return nil
		}
		if p, ok := g.MetricNow().Progress(); ok {
			return &p
		}
		return nil
	case g.Manual != nil && g.Manual.Value != nil:
		return g.Manual.Value
	case g.Kind == Objective && g.Rolled != nil:
		return g.Rolled.Progress
	case g.Kind == Project && g.Binding != nil && g.Binding.Last != nil:
		return g.Binding.Last.Value
	case CountsTasks(g):
		return TaskProgress(g.Tasks)
	}
	return nil
}

// Stale says whether the goal's last value is older than it should be: it is
// bound and its binding fails. Age is how old the value is.
func (g Goal) Stale(now time.Time) (age time.Duration, stale bool) {
	if g.Binding == nil || !g.Binding.Health.Failing() {
		return 0, false
	}
	if g.Binding.Last == nil {
		return 0, true
	}
	return now.Sub(g.Binding.Last.At), true
}

func clamp(percent float64) float64 { return math.Max(0, math.Min(100, percent)) }

// TakeRolled keeps what the children make, and gives what that adds to the history:
// a new progress, unless a person's value is shown until it is resumed. Another one
// is replaced.
func (g *Goal) TakeRolled(fresh Rolled) (m Measurement, moved bool) {
	m = Measurement{At: fresh.At, Value: fresh.Progress}
	moved = fresh.Progress != nil && (g.Rolled == nil || !same(g.Rolled.Progress, fresh.Progress))
	if moved {
		if overridden(*g) {
			m.Changes.name(CauseResumed)
		}
		moved = !g.Paused()
		g.TakeAutomatic(fresh.Progress, fresh.At)
	}
	g.Rolled = &fresh
	return m, moved
}

// Closing is how a goal ended. Until it is reopened nothing about it changes.
type Closing struct {
	State Status    `json:"state"`           // StatusClosed or StatusPostponed
	Score *float64  `json:"score,omitempty"` // 0 to 1
	Note  string    `json:"note,omitempty"`
	By    Person    `json:"by"`
	At    time.Time `json:"at"`
}

// ScoreBand says how a score is coloured (formula F9).
type ScoreBand string

// The bands of scores.
const (
	ScoreRed    ScoreBand = "red"    // up to 0.4
	ScoreYellow ScoreBand = "yellow" // up to 0.6
	ScoreGreen  ScoreBand = "green"
	ScoreOrange ScoreBand = "orange" // a full score of something aspirational: it was too easy
)

// BandOf gives the band of a score of 0 to 1. Scores are taken to one decimal,
// as they are written.
func BandOf(score float64, t GoalType) ScoreBand {
	switch tenths := int(score*10 + 0.5); {
	case tenths >= 10 && t != Committed:
		return ScoreOrange
	case tenths >= 7:
		return ScoreGreen
	case tenths >= 5:
		return ScoreYellow
	default:
		return ScoreRed
	}
}

// ScoreOf is the score that progress in percent suggests: its share of 1, to one
// decimal.
func ScoreOf(progress float64) float64 {
	return float64(int(clamp(progress)/10+0.5)) / 10
}

// CloneWith says how much below an objective is cloned with it.
type CloneWith string

// How much is cloned.
const (
	CloneAlone    CloneWith = ""         // the objective only
	CloneChildren CloneWith = "children" // and what stands right below it
	CloneAll      CloneWith = "all"      // and everything below that
	// CloneOpen and CloneUnfinished take the open key results and projects right below it:
	// all of them, or those below 100 %. Objectives below it go on by themselves.
	CloneOpen       CloneWith = "open"
	CloneUnfinished CloneWith = "unfinished"
)

// Takes says whether what stands right below the objective is cloned with it.
func (w CloneWith) Takes(g Goal) bool {
	switch w {
	case CloneOpen:
		return g.Kind != Objective && g.IsOpen()
	case CloneUnfinished:
		raw := g.LeafProgress()
		return g.Kind != Objective && g.IsOpen() && (raw == nil || *raw < 100 || g.Metric != nil && g.Metric.IsControl())
	}
	return w != CloneAlone
}

// CloneInput is how a person wants an objective in another period.
type CloneInput struct {
	Goal         GoalID
	PeriodID     string
	With         CloneWith
	KeepBindings bool   // bind the clones to the same queries
	Form         string // the id of the form that makes the clones, once; empty: none
	Continue     bool   // key results begin where the old ones stand, instead of at their start
}

// Cloned is the outcome of cloning.
type Cloned struct {
	View    GoalView
	Count   int      // goals made
	Unbound []GoalID // clones that could not be bound: the actor may not use the connection
}

// CloseInput is how a person ends a goal.
type CloseInput struct {
	Goal  GoalID
	State Status   // StatusClosed or StatusPostponed
	Score *float64 // 0 to 1; nil: as [ClosePreview] suggests. Postponed goals have none.
	Note  string
	// Alone leaves the objectives below a goal as they are: only its key results and
	// projects end with it.
	Alone bool
}

// ClosePreview says what closing a goal would do.
type ClosePreview struct {
	View  GoalView
	State Status  // what is suggested: postponed for what made no progress at all
	Score float64 // what is suggested: the mean of the children's, else the progress
	Also  []Goal  // open goals below that would end with it
	Kept  []Goal  // open goals below that the actor may not close: they stay open
}

// Check refuses an input that cannot be.
func (in CloseInput) Check() error {
	switch {
	case in.State != StatusClosed && in.State != StatusPostponed:
		return FieldErrorf("state", "Choose “Closed” or “Postponed”.")
	case in.Score != nil && in.State == StatusPostponed:
		return FieldErrorf("score", "Postponed goals have no score. Leave it empty.")
	case in.Score != nil && !(*in.Score >= 0 && *in.Score <= 1):
		return FieldErrorf("score", "A score is a number from 0 to 1, for example 0.7.")
	case runes(in.Note) > MaxNote:
		return tooLong("note", "note", in.Note, MaxNote)
	}
	return nil
}
