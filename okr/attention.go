package okr

import (
	"fmt"
	"slices"
	"time"
)

// Concern is why a goal needs attention.
type Concern string

// The concerns, the most pressing first.
const (
	ConcernFailing    Concern = "failing"     // its query cannot be measured
	ConcernPastDue    Concern = "past due"    // its period is over and it is open
	ConcernAtRisk     Concern = "at risk"     // far behind the expected
	ConcernStale      Concern = "stale"       // not measured for a day though nothing fails
	ConcernNoOwner    Concern = "no owner"    // nobody is named
	ConcernNotStarted Concern = "not started" // a week into its period
	ConcernNoCheckIn  Concern = "no check-in" // by hand, and not checked in for longer than asked
	ConcernUnmoved    Concern = "unmoved"     // on track, but the same for four weeks
)

// Attention is a goal that needs somebody, and the one next step.
type Attention struct {
	View    *GoalView
	Concern Concern
	Words   string    // what is the matter
	Next    Step      // what to do next
	Others  []Concern // what else is the matter
}

const (
	staleAfter   = 24 * time.Hour
	notStartedIn = 7     // days into the period
	checkInGrace = 3     // days after a check-in was due
	unmovedFor   = 4 * 7 // days
	dueGrace     = 0     // days after the end of the period
	oneDay       = 24 * time.Hour
)

// AttentionOf says what is the matter with a goal on a day; false: nothing. Only
// open goals of a period that has begun need anybody.
func AttentionOf(t Settings, v *GoalView, now time.Time) (Attention, bool) {
	today := DateOf(now.In(t.Location()))
	if !v.Goal.IsOpen() || today.Days() < v.Goal.Period.Start.Days() {
		return Attention{}, false
	}
	var first Attention
	for _, check := range []func(Settings, GoalView, time.Time, Date) (Attention, bool){
		failing, pastDue, atRisk, stale, noOwner, notStarted, noCheckIn, unmoved,
	} {
		a, ok := check(t, *v, now, today)
		switch {
		case ok && first.View == nil:
			first = a
			first.View = v
		case ok:
			first.Others = append(first.Others, a.Concern)
		}
	}
	return first, first.View != nil
}

// need makes one, with the step about the goal that comes next.
func need(c Concern, v GoalView, next StepKind, words string) (Attention, bool) {
	return Attention{Concern: c, Words: words, Next: Step{Kind: next, Goal: v.Goal.ID}}, true
}

func failing(_ Settings, v GoalView, _ time.Time, _ Date) (Attention, bool) {
	b := v.Goal.Binding
	if b == nil || !b.Health.Failing() {
		return Attention{}, false
	}
	words := "It cannot be measured at the moment."
	if b.Health.Problem != "" {
		words = b.Health.Problem
	}
	switch b.Health.State {
	case HealthNeedsSignIn, HealthNoAccess, HealthProjectGone, HealthPolicy:
		return Attention{Concern: ConcernFailing, Words: words, Next: Step{Kind: StepConnection, Connection: b.Connection}}, true
	case HealthQueryGone, HealthQueryBroken, HealthUnbound:
		return need(ConcernFailing, v, StepBind, words)
	}
	return need(ConcernFailing, v, StepSync, words)
}

func pastDue(_ Settings, v GoalView, _ time.Time, today Date) (Attention, bool) {
	over := today.Days() - v.Goal.Period.End.Days()
	if v.Goal.Period.End == "" || over <= dueGrace {
		return Attention{}, false
	}
	return need(ConcernPastDue, v, StepClose, fmt.Sprintf("Its period ended %s ago and it is still open.", days(over)))
}

func atRisk(_ Settings, v GoalView, _ time.Time, _ Date) (Attention, bool) {
	if v.Standing.Status != AtRisk {
		return Attention{}, false
	}
	words := "It is at risk."
	if p := v.Standing.Progress; p != nil {
		words = fmt.Sprintf("It is at %s%%, and %s%% is expected by now.", FormatNumber(*p), FormatNumber(v.Standing.Expected))
	}
	return need(ConcernAtRisk, v, StepCheckIn, words)
}

// stale is a goal whose query works but was not asked for a day.
func stale(_ Settings, v GoalView, now time.Time, _ Date) (Attention, bool) {
	b := v.Goal.Binding
	if b == nil || b.Health.Failing() || b.Health.LastOK.IsZero() || now.Sub(b.Health.LastOK) < staleAfter {
		return Attention{}, false
	}
	return need(ConcernStale, v, StepSync, fmt.Sprintf("It was last measured %s ago.", days(int(now.Sub(b.Health.LastOK)/oneDay))))
}

func noOwner(_ Settings, v GoalView, _ time.Time, _ Date) (Attention, bool) {
	if v.Goal.Owner.ID != "" {
		return Attention{}, false
	}
	if name := v.Goal.Owner.Name; name != "" {
		return need(ConcernNoOwner, v, StepEdit, fmt.Sprintf("Its owner %s isn't in Teams.", name))
	}
	return need(ConcernNoOwner, v, StepEdit, "Nobody owns it.")
}

func notStarted(_ Settings, v GoalView, now time.Time, today Date) (Attention, bool) {
	into := today.Days() - v.Goal.Period.Start.Days()
	idle := v.Standing.Status == NoData || v.Standing.Status == NotStarted
	if g := v.Goal; g.Came != nil {
		into = min(into, int(now.Sub(g.Came.At)/oneDay)) // nobody here could have begun before
	}
	if !idle || into < notStartedIn {
		return Attention{}, false
	}
	words := fmt.Sprintf("It has no value yet, %s into its period.", days(into))
	switch {
	case v.Goal.Kind == Objective && (v.Goal.Rolled == nil || v.Goal.Rolled.Children == 0):
		return need(ConcernNotStarted, v, StepNewKeyResult, words)
	case v.Goal.Kind == Project && v.Goal.Binding == nil:
		return need(ConcernNotStarted, v, StepBind, words)
	}
	return need(ConcernNotStarted, v, StepCheckIn, words)
}

func noCheckIn(t Settings, v GoalView, now time.Time, _ Date) (Attention, bool) {
	late, ok := checkInLate(v.Goal, t, now)
	if !ok {
		return Attention{}, false
	}
	words := "Nobody has checked in yet."
	if v.Goal.LastCheckIn != nil {
		words = fmt.Sprintf("The last check-in is %s old.", days(late))
	}
	return need(ConcernNoCheckIn, v, StepCheckIn, words)
}

// checkInLate says whether a goal that only people bring up to date waits for a
// check-in longer than its reminder's cadence and three days, and since how many
// days.
func checkInLate(g Goal, t Settings, now time.Time) (int, bool) {
	if !IsKeptByPeople(g) {
		return 0, false
	}
	last := g.Period.Start.time()
	if g.CreatedAt.After(last) {
		last = g.CreatedAt
	}
	if g.LastCheckIn != nil && g.LastCheckIn.At.After(last) {
		last = g.LastCheckIn.At
	}
	if g.Came != nil && g.Came.At.After(last) {
		last = g.Came.At
	}
	if CountsTasks(g) && g.MovedAt.After(last) {
		last = g.MovedAt // a task was ticked
	}
	age := int(now.Sub(last) / oneDay)
	return age, age > t.ReminderDefault.OrDefault().Every*7+checkInGrace
}

// IsKeptByPeople says whether only people bring the goal up to date: by check-ins, or by
// ticking tasks.
func IsKeptByPeople(g Goal) bool { return !g.IsAutomatic() || g.Paused() || CountsTasks(g) }

func unmoved(_ Settings, v GoalView, now time.Time, _ Date) (Attention, bool) {
	g := v.Goal
	if v.Standing.Status != OnTrack || g.Metric != nil && !g.Metric.IsScaled() || v.Standing.Progress != nil && *v.Standing.Progress >= 100 {
		return Attention{}, false
	}
	moved := g.MovedAt
	if moved.IsZero() {
		moved = g.knownAt()
	}
	if g.LastCheckIn != nil && g.LastCheckIn.At.After(moved) {
		moved = g.LastCheckIn.At // said to be so, whatever the number
	}
	if g.Came != nil && g.Came.At.After(moved) {
		moved = g.Came.At // nobody here could have said anything before
	}
	still := int(now.Sub(moved) / oneDay)
	if moved.IsZero() || still < unmovedFor {
		return Attention{}, false
	}
	return need(ConcernUnmoved, v, StepCheckIn, fmt.Sprintf("It is on track, but has not moved for %s.", days(still)))
}

func days(n int) string {
	if n == 1 {
		return "1 day"
	}
	return fmt.Sprintf("%d days", n)
}

// Pressing orders concerns, the most pressing first.
func (c Concern) Pressing() int {
	return slices.Index([]Concern{
		ConcernFailing, ConcernPastDue, ConcernAtRisk, ConcernStale, ConcernNoOwner, ConcernNotStarted, ConcernNoCheckIn, ConcernUnmoved,
	}, c)
}

// Concerns is what needs attention.
type Concerns struct {
	List   []Attention // the most pressing first
	Looked int         // goals looked at
	Total  int         // goals that the filter chooses
}
