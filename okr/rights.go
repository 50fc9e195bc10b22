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
	people := slices.Concat(g.Owners(), []Person{g.Delegate}, g.Editors)
	// Where all of those are without an account, nobody could change it ever again.
	isClosed := g.OnlyEditors && slices.ContainsFunc(people, func(p Person) bool { return p.ID != "" })
	if !isClosed {
		people = slices.Concat(people, []Person{g.CreatedBy}, parent.Owners())
	}
	return isOne(people, a) || !isClosed && isAdmin
}

// MayCheckIn says whether the actor may say how the goal stands: who may edit it,
// and who is asked.
func (a Actor) MayCheckIn(g, parent Goal, isAdmin bool) bool {
	asked := !a.Guest && a.Sees(g) && isOne([]Person{g.CheckInOwner}, a)
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

// GoalNotFound is the refusal of a goal that is not there, or not for this person.
func GoalNotFound(id GoalID) error {
	return WithNext(Errorf(NotFound, "There is no %s %s (any more).", id.Kind(), id), Step{Kind: StepList})
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
	Reminder   *Reminder `json:"reminder,omitempty"`  // nil: the tenant's default
	RemindedAt time.Time `json:"remindedAt,omitzero"` // when they were last asked
	SeenAt     time.Time `json:"seenAt,omitzero"`     // when they last used okrbot, to the month
}

const (
	// MemberLife is after what time what a person chose is forgotten, if they neither
	// used okrbot nor own a goal.
	MemberLife = 400 * 24 * time.Hour
	// SeenEvery is how often it is noted that a person uses okrbot.
	SeenEvery = 30 * 24 * time.Hour
)

// IsKnown says whether nothing about a person who uses okrbot now has to be noted: the
// name, the time zone, and that they were seen, to the month.
func (m Member) IsKnown(who Person, zone string, now time.Time) bool {
	return m.Zone == zone && m.Person == who && now.Sub(m.SeenAt) < SeenEvery
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

// Asking is a reminder that is due.
type Asking struct {
	Person Person
	Goals  []GoalView
	Zone   string // the person's, for times on the card
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
