package okr

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// Notice tells somebody what fails, since when, and what hangs on it: the owner of a
// connection, or whoever may mend a goal that stands still.
// It is also how they hear that a query works but finds nothing any more, and that chosen
// work items do not count any more.
type Notice struct {
	Owner      Person // who is told
	Connection Connection
	Others     []Connection // of the same owner, that fail for the same cause
	Goals      []GoalID     // what is no longer measured
	Titles     []string     // of the first of them
	Health     Health
	Whole      bool   // the whole connection fails, not only some of its queries
	Binds      GoalID // the first of the goals that the receiver may bind to another query; empty: none
	Chosen     bool   // Binds counts chosen work items, and no query
	Opens      bool   // the receiver may see the connection
	Emptied    bool   // nothing fails: the query finds nothing any more
	Ends       int    // nothing fails: what an application shows ends within so many days; 0: that is not it
	Missed     bool   // nothing fails: some of the chosen work items do not count any more
}

// ToItsOwner says whether the notice is for the owner of the connection.
func (n Notice) ToItsOwner() bool { return n.Owner.ID == n.Connection.Owner.ID }

// ToAdmins says whether the notice is for every admin: an application reads, and nobody owns
// its connection.
func (n Notice) ToAdmins() bool { return n.Owner.ID == TheOrganization().ID }

// For is the notice for somebody else than its owner: without titles, which that
// person may not see.
func (n Notice) For(user UserID) Notice {
	if n.Owner.ID != user {
		n.Titles = nil
	}
	return n
}

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
	words := "It can't be measured right now."
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
	return need(ConcernPastDue, v, StepClose, fmt.Sprintf("Ended %s ago.", days(over)))
}

func atRisk(_ Settings, v GoalView, _ time.Time, _ Date) (Attention, bool) {
	if v.Standing.Status != AtRisk {
		return Attention{}, false
	}
	words := "It is at risk."
	if p := v.Standing.Progress; p != nil {
		words = fmt.Sprintf("At %.0f%%, expected %.0f%%.", *p, v.Standing.Expected)
	}
	return need(ConcernAtRisk, v, StepCheckIn, words)
}

// stale is a goal whose query works but was not asked for a day.
func stale(_ Settings, v GoalView, now time.Time, _ Date) (Attention, bool) {
	b := v.Goal.Binding
	if b == nil || b.Health.Failing() || b.Health.LastOK.IsZero() || now.Sub(b.Health.LastOK) < staleAfter {
		return Attention{}, false
	}
	return need(ConcernStale, v, StepSync, fmt.Sprintf("Last updated %s ago.", days(int(now.Sub(b.Health.LastOK)/oneDay))))
}

func noOwner(_ Settings, v GoalView, _ time.Time, _ Date) (Attention, bool) {
	if v.Goal.Owner.ID != "" {
		return Attention{}, false
	}
	if name := v.Goal.Owner.Name; name != "" {
		return need(ConcernNoOwner, v, StepEdit, fmt.Sprintf("Its owner %s isn't in Teams.", name))
	}
	return need(ConcernNoOwner, v, StepEdit, "It has no owner.")
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
	words := fmt.Sprintf("No value yet, %s into its period.", days(into))
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
	words := "No check-in yet."
	if v.Goal.LastCheckIn != nil {
		words = fmt.Sprintf("Last check-in: %s ago.", days(late))
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
	return need(ConcernUnmoved, v, StepCheckIn, fmt.Sprintf("On track, but unchanged for %s.", days(still)))
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

// Digest is what one post tells a place.
type Digest struct {
	Subscription Subscription
	At           time.Time
	Moved        []Move     // key results and projects, in the tree's order
	Objectives   []Move     // objectives whose progress or status changed by it
	Above        []GoalView // objectives, without what is below them, of which something moved or is stale
	Still        []GoalView // open objectives that did not move, where the place is always told
	Failing      []GoalView // watched goals whose value is stale
}

// Empty says whether nothing moved.
func (d Digest) Empty() bool { return len(d.Moved)+len(d.Objectives) == 0 }

// Move is how one goal changed between two digests.
type Move struct {
	Goal    Goal
	Parent  string // the objective's title
	Before  Reported
	After   Reported
	Changes Changes   // why: the items that moved it
	Since   time.Time // when the place was last told something; zero: not known
	Weight  float64   // percent that it has in its objective; 0: none, or not computed
	// Expected is the progress in percent that is expected by now.
	Expected float64
}

// Points is by how many points of progress the goal moved; false: it had no progress
// before, or has none now.
func (m Move) Points() (float64, bool) {
	if m.Before.Progress == nil || m.After.Progress == nil {
		return 0, false
	}
	return *m.After.Progress - *m.Before.Progress, true
}

// StatusChanged says whether the status is another one.
func (m Move) StatusChanged() bool { return m.Before.Status != m.After.Status }

// News is what a digest says first.
type News struct {
	Most    *Move     // what moved most; nil: nothing has moved in points
	Status  []Move    // what changed its status, the most pressing first
	Failing *GoalView // the first goal that stays stale until a person does something; nil: none
}

// News picks what a place wants to know first: of key results and projects, and of
// objectives where only these moved.
func (d Digest) News() News {
	moves := d.Moved
	if len(moves) == 0 {
		moves = d.Objectives
	}
	var n News
	most := 0.0
	for i := range moves {
		if by, ok := moves[i].Points(); ok && math.Abs(by) > most {
			n.Most, most = &moves[i], math.Abs(by)
		}
		if was := moves[i].Before.Status; moves[i].StatusChanged() && was != "" && was != NoData {
			n.Status = append(n.Status, moves[i])
		}
	}
	slices.SortStableFunc(n.Status, func(a, b Move) int { return pressing(a.After.Status) - pressing(b.After.Status) })
	for i, v := range d.Failing {
		if b := v.Goal.Binding; b != nil && b.Health.NeedsPerson() {
			n.Failing = &d.Failing[i]
			break
		}
	}
	return n
}

// pressing orders statuses: what is in danger first, then good news, then the rest.
func pressing(s Status) int {
	if i := slices.Index([]Status{AtRisk, Behind, OnTrack, StatusClosed}, s); i >= 0 {
		return i
	}
	return 4
}

// MoveOf compares a goal with what the place was told of it.
func (d *Digest) MoveOf(v GoalView, parent string) (Move, bool) {
	since := d.Subscription.PostedAt
	if since.IsZero() {
		since = d.Subscription.CreatedAt
	}
	before, after := d.Subscription.Reported[v.Goal.ID], v.Reported()
	isNew := before.Value == nil && (before.Status == "" || before.Status == NoData)
	if came := v.Goal.Came; came != nil && (isNew || came.At.After(since)) {
		before, isNew = *came, false // what an import brings is no news
	}
	if isNew {
		at := before.At
		before = unsaid(v.Goal) // new since the last digest
		if v.Goal.isUnstarted() {
			before = after // that nobody has begun is no news
		}
		before.At = at
	}
	return Move{Goal: v.Goal, Parent: parent, Before: before, After: after, Since: since, Expected: v.Standing.Expected}, before.Differs(after)
}

// Span is a time up to now.
type Span string

// The spans over which people ask what moved.
const (
	SinceSync Span = "sync" // what the last change of each brought
	SinceDay  Span = "day"
	SinceWeek Span = "week"
)

// Since is where a span begins.
func (sp Span) Since(now time.Time) time.Time {
	if sp == SinceDay {
		return now.AddDate(0, 0, -1)
	}
	return now.AddDate(0, 0, -7)
}
