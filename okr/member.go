package okr

import (
	"time"
)

// Member is what a person chose for themselves, and what is known of them.
type Member struct {
	Person     Person    `json:"person"`
	Zone       string    `json:"zone,omitempty"`      // IANA name, where they were last seen; empty: the tenant's
	Reminder   *Reminder `json:"reminder,omitempty"`  // nil: the tenant's default
	RemindedAt time.Time `json:"remindedAt,omitzero"` // when they were last asked
}

// Key is the record's id.
func (m Member) Key() string { return string(m.Person.ID) }

// Unique is empty.
func (m Member) Unique() string { return "" }

// Indexes is empty.
func (m Member) Indexes() []string { return nil }

// Location is the person's time zone.
func (m Member) Location(t Tenant) *time.Location {
	if m.Zone == "" {
		return t.Location()
	}
	if loc, err := time.LoadLocation(m.Zone); err == nil {
		return loc
	}
	return t.Location()
}

// ReminderIn is when the person is asked.
func (m Member) ReminderIn(t Tenant) Reminder {
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
