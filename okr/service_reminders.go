package okr

import (
	"context"
	"slices"
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

// location is the person's time zone.
func (m Member) location(t Tenant) *time.Location {
	if m.Zone == "" {
		return t.Location()
	}
	if loc, err := time.LoadLocation(m.Zone); err == nil {
		return loc
	}
	return t.Location()
}

// reminder is when the person is asked.
func (m Member) reminder(t Tenant) Reminder {
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

// member reads what is known of a person; what was never stored is the default.
func (s *Service) member(ctx context.Context, tenant TenantID, user UserID) (Member, error) {
	m, err := s.Store.Members().Get(ctx, tenant, user)
	if KindOf(err) == NotFound {
		return Member{Person: Person{ID: user}}, nil
	}
	return m, err
}

func (s *Service) changeMember(ctx context.Context, tenant TenantID, who Person, change func(*Member) error) error {
	err := s.Store.Members().Create(ctx, tenant, Member{Person: who})
	if err != nil && KindOf(err) != Conflict {
		return err
	}
	_, err = s.Store.Members().Update(ctx, tenant, who.ID, change)
	return err
}

// MyReminder says when the actor is asked for check-ins, and whether that is their
// own choice.
func (s *Service) MyReminder(ctx context.Context, actor Actor) (r Reminder, own bool, err error) {
	t, err := s.Settings(ctx, actor.Tenant)
	if err != nil {
		return r, false, err
	}
	m, err := s.member(ctx, actor.Tenant, actor.ID)
	return m.reminder(t), m.Reminder != nil, err
}

// SetMyReminder chooses when the actor is asked for check-ins; nil is the tenant's
// default again. Invalid names the field.
func (s *Service) SetMyReminder(ctx context.Context, actor Actor, r *Reminder) error {
	if r != nil {
		if err := r.validate(); err != nil {
			return err
		}
	}
	return s.changeMember(ctx, actor.Tenant, actor.Person, func(m *Member) error {
		m.Person, m.Reminder = actor.Person, r
		return nil
	})
}

// ZoneOf is the time zone that a person was last seen in, else the tenant's.
func (s *Service) ZoneOf(ctx context.Context, tenant TenantID, user UserID) (*time.Location, error) {
	t, err := s.Settings(ctx, tenant)
	if err != nil {
		return nil, err
	}
	m, err := s.member(ctx, tenant, user)
	return m.location(t), err
}

// SeenIn notes the time zone that a person is in, as their client names it. One
// that is not known here changes nothing.
func (s *Service) SeenIn(ctx context.Context, actor Actor, zone string) error {
	if _, err := time.LoadLocation(zone); err != nil || zone == "" || zone == "Local" {
		return nil //nolint:nilerr // the zone before is better than none
	}
	m, err := s.member(ctx, actor.Tenant, actor.ID)
	if err != nil || m.Zone == zone && m.Person == actor.Person {
		return err
	}
	return s.changeMember(ctx, actor.Tenant, actor.Person, func(m *Member) error {
		m.Person, m.Zone = actor.Person, zone
		return nil
	})
}

// CheckInsDue lists the open goals for whose check-ins the actor is asked now:
// those that only people bring up to date, begun and not over, and neither made
// nor checked in within the days that the reminder leaves out.
func (s *Service) CheckInsDue(ctx context.Context, actor Actor) ([]GoalView, error) {
	t, err := s.upgraded(ctx, actor.Tenant)
	if err != nil {
		return nil, err
	}
	m, err := s.member(ctx, actor.Tenant, actor.ID)
	if err != nil {
		return nil, err
	}
	views, err := s.askedOf(ctx, t, actor)
	return s.due(t, m, views), err
}

func (s *Service) due(t Tenant, m Member, views []GoalView) []GoalView {
	skip := time.Duration(m.reminder(t).SkipDays) * 24 * time.Hour
	today := t.Today(s.Now())
	return slices.DeleteFunc(views, func(v GoalView) bool {
		g := v.Goal
		isRecent := s.Now().Sub(g.CreatedAt) < skip || g.LastCheckIn != nil && s.Now().Sub(g.LastCheckIn.MadeAt) < skip
		isMeasured := g.IsAutomatic() && !g.Paused()
		return isRecent || isMeasured || !g.Period.Contains(today)
	})
}

// Asking is a reminder that is due.
type Asking struct {
	Person Person
	Goals  []GoalView
	Zone   string // the person's, for times on the card
}

// reminderGap is the least time between two reminders of a person: the agenda
// comes by more than once while one lasts.
const reminderGap = 12 * time.Hour

// Remind says whether a person is to be asked for check-ins now, and for which.
// Somebody who is asked for nothing any more leaves the agenda.
func (s *Service) Remind(ctx context.Context, tenant TenantID, user UserID) (Asking, bool, error) {
	t, err := s.upgraded(ctx, tenant)
	if err != nil {
		return Asking{}, false, err
	}
	m, err := s.member(ctx, tenant, user)
	if err != nil {
		return Asking{}, false, err
	}
	now := s.Now()
	if !m.reminder(t).IsReminderDue(now.In(m.location(t)), time.Time{}) || now.Sub(m.RemindedAt) < reminderGap {
		return Asking{}, false, nil
	}
	views, err := s.askedOf(ctx, t, Actor{Tenant: tenant, Person: m.Person})
	if err != nil {
		return Asking{}, false, err
	}
	if len(views) == 0 {
		return Asking{}, false, s.dropReminder(ctx, t, Actor{Tenant: tenant, Person: m.Person})
	}
	who := m.Person
	if who.Name == "" {
		who.Name = views[0].Goal.Asked().Name
	}
	a := Asking{Person: who, Zone: m.location(t).String(), Goals: s.due(t, m, views)}
	return a, len(a.Goals) > 0, nil
}

// dropReminder takes somebody off the agenda who is asked for nothing. It looks again
// afterwards: a goal of theirs may have been planned in between.
func (s *Service) dropReminder(ctx context.Context, t Tenant, actor Actor) error {
	if err := s.Agenda.Drop(ctx, Due{DueReminder, actor.Tenant, string(actor.ID)}); err != nil {
		return err
	}
	views, err := s.askedOf(ctx, t, actor)
	if err != nil || len(views) == 0 {
		return err
	}
	return s.planReminder(ctx, actor.Tenant, views[0].Goal)
}

// Reminded records that Teams took a reminder.
func (s *Service) Reminded(ctx context.Context, tenant TenantID, who Person) error {
	return s.changeMember(ctx, tenant, who, func(m *Member) error {
		m.RemindedAt = s.Now()
		return nil
	})
}
