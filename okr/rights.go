package okr

import (
	"fmt"
	"slices"
	"time"
)

// audience lists who alone may see the goal below its parent, sorted; nobody
// means everyone. A private goal is seen by its own people only, another one below
// a private objective by that one's people too.
func audience(g, parent Goal) []UserID {
	if !g.Private && len(parent.Audience) == 0 {
		return nil
	}
	var users []UserID
	if !g.Private {
		users = slices.Clone(parent.Audience)
	}
	people := slices.Concat(g.Owners(), []Person{g.CreatedBy, g.CheckInOwner, g.Delegate}, g.Editors, g.Viewers)
	for _, p := range people {
		if p.ID != "" {
			users = append(users, p.ID)
		}
	}
	if len(users) == 0 {
		return []UserID{nobody} // all of its people are without an account
	}
	slices.Sort(users)
	return slices.Compact(users)
}

// nobody is whom a private goal is seen by that nobody may see: an empty audience is
// everybody.
const nobody UserID = "-"

// KeepPrivate makes a goal that was private by the objective above it so by itself,
// for the same people, before it leaves that one.
func (g *Goal) KeepPrivate(above Goal) {
	if !above.Private || g.Private {
		return
	}
	g.Private = true
	g.Viewers = slices.Clone(g.Viewers)
	for _, p := range above.People() {
		if p.ID != "" && len(g.Viewers) < MaxPeople && !slices.ContainsFunc(g.People(), func(o Person) bool { return o.ID == p.ID }) {
			g.Viewers = append(g.Viewers, p)
		}
	}
}

// MayEdit says whether the actor may change the goal below its parent. Admins may,
// unless it is for its editors only.
func (a Actor) MayEdit(g, parent Goal, isAdmin bool) bool {
	if a.Guest || !a.Sees(g) {
		return false
	}
	// Where all of them are without an account, nobody could change it ever again.
	isClosed := g.OnlyEditors && slices.ContainsFunc(slices.Concat(g.Owners(), []Person{g.Delegate}, g.Editors), func(p Person) bool { return p.ID != "" })
	if a.is(g.Owner) || isOne(g.CoOwners, a) || a.is(g.Delegate) || isOne(g.Editors, a) {
		return true
	}
	return !isClosed && (isAdmin || a.is(g.CreatedBy) || a.is(parent.Owner) || isOne(parent.CoOwners, a))
}

func (a Actor) is(p Person) bool { return a.ID != "" && p.ID == a.ID }

// MayCheckIn says whether the actor may say how the goal stands: who may edit it,
// and who is asked.
func (a Actor) MayCheckIn(g, parent Goal, isAdmin bool) bool {
	asked := !a.Guest && a.Sees(g) && a.is(g.CheckInOwner)
	return asked || a.MayEdit(g, parent, isAdmin)
}

// MayHandOver says whether the actor may change who owns a goal that the actor may
// edit: a delegate may change everything else.
func (a Actor) MayHandOver(g Goal, isAdmin bool) bool {
	return g.Delegate.ID != a.ID || isOne(g.Owners(), a) || g.CreatedBy.ID == a.ID || isAdmin
}

// MayCreate says whether the rule lets the actor make a goal of a level.
func (r CreateRule) MayCreate(a Actor, level Level, isAdmin bool) bool {
	if a.Guest {
		return false
	}
	by := r.of(level)
	return isAdmin || by == CreateByEveryone || by == CreateByChosen && isOne(r.People, a)
}

func isOne(people []Person, actor Actor) bool {
	return actor.ID != "" && slices.ContainsFunc(people, func(p Person) bool { return p.ID == actor.ID })
}

// RequireOpen fails with Invalid for a goal that is closed or postponed.
func (g Goal) RequireOpen() error {
	if g.IsOpen() {
		return nil
	}
	return WithNext(Errorf(Invalid, "%s is %s, so nothing about it changes.", g.ID, g.Closed.State), Step{Kind: StepReopen, Goal: g.ID})
}

// ClosedBy says whether the goal was closed or postponed by somebody at a time or later.
func (g Goal) ClosedBy(user UserID, since time.Time) bool {
	return g.Closed != nil && g.Closed.By.ID == user && !g.Closed.At.Before(since)
}

// MayNot is the refusal of an act, such as "edit", on a goal that the actor sees. It says
// who may; whoever is not in Teams can be asked by nobody.
func MayNot(g Goal, act string) error {
	switch {
	case g.Owner.ID == "":
		return Errorf(Forbidden, "Nobody in Teams owns %s. Only an admin or the owner of the objective above can %s it.", g.ID, act)
	case g.OnlyEditors:
		return Errorf(Forbidden, "Only its owner %s and the people chosen as its editors can %s %s.", g.Owner.Name, act, g.ID)
	}
	return Errorf(Forbidden, "Only its owner %s or an admin can %s %s.", g.Owner.Name, act, g.ID)
}

// GoalNotFound is the refusal of a goal that is not there, or not for this person in this place.
func GoalNotFound(actor Actor, id GoalID) error {
	words := "I can't find %s. It may be deleted or private."
	if actor.Shared {
		words = "I can't find %s. It may be deleted, or private: then try our 1:1 chat."
	}
	return WithNext(Errorf(NotFound, words, id), Step{Kind: StepList})
}

// Actor is who does something, and where. It comes from a verified activity
// only, never from a card.
type Actor struct {
	Tenant TenantID
	Person
	Guest  bool
	Shared bool // others read what is said: it is in a group chat or channel, and not for this person only
}

// Is says whether the actor is a person. Nobody is somebody without an account.
func (a Actor) Is(p Person) bool { return a.ID != "" && a.ID == p.ID }

// Sees says whether the goal exists for the actor. A private one never does where
// others read along, and a deleted one never.
func (a Actor) Sees(g Goal) bool {
	if g.Deleted != nil {
		return false
	}
	return len(g.Audience) == 0 || !a.Shared && a.ID != "" && a.ID != nobody && slices.Contains(g.Audience, a.ID)
}

// SameRights says whether the same people may see, edit and check in two states of a
// goal.
func SameRights(one, other Goal) bool { return rightsOf(one) == rightsOf(other) }

// rightsOf is what decides who may do what, as a text.
func rightsOf(g Goal) string {
	ids := func(people []Person) []UserID {
		var out []UserID
		for _, p := range people {
			out = append(out, p.ID)
		}
		slices.Sort(out)
		return out
	}
	return fmt.Sprint(g.Owner.ID, ids(g.CoOwners), g.CheckInOwner.ID, g.Delegate.ID, g.Private, ids(g.Viewers), ids(g.Editors), g.OnlyEditors, g.Parent)
}

// People are all that the goal names.
func (g Goal) People() []Person { return append(g.Workers(), g.Viewers...) }

// Workers are those of its people who work on it, and so are no guests.
func (g Goal) Workers() []Person {
	all := slices.Concat(g.Owners(), []Person{g.CheckInOwner, g.Delegate}, g.Editors, []Person{g.CreatedBy})
	return slices.DeleteFunc(all, func(p Person) bool { return p == Person{} })
}

// Member is what a person chose for themselves, and what is known of them.
type Member struct {
	Person     Person    `json:"person"`
	Zone       string    `json:"zone,omitempty"`      // IANA name, where they were last seen; empty: the tenant's
	Locale     string    `json:"locale,omitempty"`    // BCP 47 tag of the client they were last seen with; empty: not known
	Reminder   *Reminder `json:"reminder,omitempty"`  // nil: the tenant's default
	RemindedAt time.Time `json:"remindedAt,omitzero"` // when they were last asked
	SeenAt     time.Time `json:"seenAt,omitzero"`     // when they last used okrbot, to the month
	// EndsTold are the periods of which they were told that they end, the latest last: at
	// most 12, by their ids.
	EndsTold []string `json:"endsTold,omitempty"`
}

const (
	// MemberLife is after what time what a person chose is forgotten, if they neither
	// used okrbot nor own a goal.
	MemberLife = 400 * 24 * time.Hour
	// SeenEvery is how often it is noted that a person uses okrbot.
	SeenEvery = 30 * 24 * time.Hour
)

// IsKnown says whether nothing about a person who uses okrbot now has to be noted: the
// name, the time zone, the locale, and that they were seen, to the month.
func (m Member) IsKnown(who Person, zone, locale string, now time.Time) bool {
	return m.Zone == zone && m.Locale == locale && m.Person == who && now.Sub(m.SeenAt) < SeenEvery
}

// LastSeen is the last sign that the person uses okrbot; zero: nobody took note.
func (m Member) LastSeen() time.Time {
	if m.RemindedAt.After(m.SeenAt) {
		return m.RemindedAt
	}
	return m.SeenAt
}

// Key is the record's id.
func (m Member) Key() string { return string(m.Person.ID) }

// Unique is empty.
func (m Member) Unique() string { return "" }

// Indexes is empty.
func (m Member) Indexes() []string { return nil }

// Location is the person's time zone.
func (m Member) Location(t Settings) *time.Location {
	if m.Zone == "" {
		return t.Location()
	}
	if loc, err := time.LoadLocation(m.Zone); err == nil {
		return loc
	}
	return t.Location()
}

// ReminderIn is when the person is asked.
func (m Member) ReminderIn(t Settings) Reminder {
	if m.Reminder != nil {
		return m.Reminder.OrDefault()
	}
	return t.ReminderDefault.OrDefault()
}

// reminderLasts is for how long after its hour a reminder still comes: the agenda
// may come by seldom, or late.
const reminderLasts = 8 // hours

// IsReminderDue says whether somebody is to be reminded at a moment of their own
// time: on the day of the reminder, from its hour on for 8 hours, in each Every-th
// week, and not within SkipDays of their last check-in (zero: none yet).
func (r Reminder) IsReminderDue(local, lastCheckIn time.Time) bool {
	r = r.OrDefault()
	if r.Off || local.Weekday() != r.Weekday || local.Hour() < r.Hour || local.Hour() >= r.Hour+reminderLasts {
		return false
	}
	week := (DateOf(local).Days() + 3) / 7 // 1 January 1970 was a Thursday: weeks begin on Monday
	if week%r.Every != 0 {
		return false
	}
	return lastCheckIn.IsZero() || local.Sub(lastCheckIn) >= time.Duration(r.SkipDays)*oneDay
}

// endsLast is for how long after the hour of the reminders people are told that a period
// ends: the agenda comes by once in it, and on another day where it was missed.
const endsLast = 2 // hours

// IsEndDue says whether it is the moment, in somebody's own time, to tell them that periods
// end: the hour of their reminders, on a day from Monday to Friday or on that of their
// reminders. It says nothing of Off.
func (r Reminder) IsEndDue(local time.Time) bool {
	r = r.OrDefault()
	day := local.Weekday()
	isWorkday := day != time.Saturday && day != time.Sunday || day == r.Weekday
	return isWorkday && local.Hour() >= r.Hour && local.Hour() < r.Hour+endsLast
}

// Asking is a reminder that is due.
type Asking struct {
	Person Person
	Goals  []GoalView
	Ends   []PeriodEnd // periods to close; with any, the reminder is about these first
	Today  Date        // the person's
	Zone   string      // the person's, for times on the card
	Locale string      // the person's, for numbers and dates on the card
}

// PeriodEnd is a period that ends or has ended, and in which goals of a person are open.
type PeriodEnd struct {
	ID string // see [Goal.FiledUnder]
	Period
	Own    []GoalView // open objectives of the person's own
	Others int        // those of others, for an admin after the end; else 0
	Due    int        // goals of the period that the person should update
}

// marks are by which it is noted that a person was told: once of what is their own, and once,
// as an admin, of what others left open. The last one says whether it is news.
func (e PeriodEnd) marks() []string {
	switch {
	case e.Others == 0:
		return []string{e.ID}
	case len(e.Own)+e.Due == 0:
		return []string{"all:" + e.ID}
	}
	return []string{e.ID, "all:" + e.ID}
}

// When people are told that a period ends.
const (
	endsWithin  = 3  // days before its last day
	endedWithin = 14 // days after its last day
	othersAfter = 3  // days after its last day, for an admin
)

// IsEnding says whether people are told on a day that the period ends.
func (p Period) IsEnding(day Date) bool {
	left := p.End.Days() - day.Days()
	return left <= endsWithin && left >= -endedWithin
}

// IsLeftOpen says whether admins are told on a day that a period has ended.
func (p Period) IsLeftOpen(day Date) bool {
	return p.IsEnding(day) && day.Days()-p.End.Days() >= othersAfter
}

// Ending lists the quarters, years and custom periods that end about a day, see
// [Period.IsEnding].
func (t Settings) Ending(day Date) []TimePeriod {
	all := append([]TimePeriod{t.Quarter(day, -1), t.Quarter(day, 0), t.Year(day, -1), t.Year(day, 0)}, t.Periods...)
	return slices.DeleteFunc(all, func(p TimePeriod) bool { return !p.IsEnding(day) })
}

// mostEnds is how many marks of ends are kept of a person.
const mostEnds = 12

// TellEnds notes that the person is told of ends of periods, and says of which they were not
// before.
func (m *Member) TellEnds(ends []PeriodEnd) (fresh []PeriodEnd) {
	for _, e := range ends {
		marks := e.marks()
		if slices.Contains(m.EndsTold, marks[len(marks)-1]) {
			continue
		}
		m.TakeBackEnds([]PeriodEnd{e})
		fresh, m.EndsTold = append(fresh, e), append(m.EndsTold, marks...)
	}
	m.EndsTold = m.EndsTold[max(0, len(m.EndsTold)-mostEnds):]
	return fresh
}

// TakeBackEnds forgets that the person was told, which did not come about.
func (m *Member) TakeBackEnds(ends []PeriodEnd) {
	for _, e := range ends {
		m.EndsTold = slices.DeleteFunc(m.EndsTold, func(mark string) bool { return slices.Contains(e.marks(), mark) })
	}
}

// Reminder is when people are asked for check-ins. The zero value is the
// default: Mondays at 9 of their own time, left out for 3 days after a check-in.
type Reminder struct {
	Off      bool         `json:"off,omitempty"`
	Weekday  time.Weekday `json:"weekday,omitempty"`
	Hour     int          `json:"hour,omitempty"`  // 0 to 23
	Every    int          `json:"every,omitempty"` // weeks, 1 to 4; 0: all of this is the default
	SkipDays int          `json:"skipDays,omitempty"`
}

// OrDefault gives the default for a reminder that was never set.
func (r Reminder) OrDefault() Reminder {
	if r.Every == 0 {
		return Reminder{Off: r.Off, Weekday: time.Monday, Hour: 9, Every: 1, SkipDays: 3}
	}
	return r
}

// Validate refuses a reminder that cannot be.
func (r Reminder) Validate() error {
	switch {
	case r.Every < 0 || r.Every > 4:
		return FieldErrorf("reminderEvery", "Reminders come every 1 to 4 weeks.")
	case r.Hour < 0 || r.Hour > 23:
		return FieldErrorf("reminderHour", "The hour of a reminder is 0 to 23.")
	case r.Weekday < time.Sunday || r.Weekday > time.Saturday:
		return FieldErrorf("reminderWeekday", "Choose the day of the week of the reminder.")
	case r.SkipDays < 0 || r.SkipDays > 28:
		return FieldErrorf("reminderSkip", "A reminder is left out for 0 to 28 days after a check-in.")
	}
	return nil
}
