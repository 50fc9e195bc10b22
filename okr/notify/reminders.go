package notify

import (
	"context"
	"slices"
	"time"

	"okrbot/okr"
)

// MyReminder says when the actor is asked for check-ins, and whether that is their
// own choice.
func (s *Service) MyReminder(ctx context.Context, actor okr.Actor) (r okr.Reminder, own bool, err error) {
	t, err := s.access.Settings(ctx, actor.Tenant)
	if err != nil {
		return r, false, err
	}
	m, err := s.access.Member(ctx, actor.Tenant, actor.ID)
	return m.ReminderIn(t), m.Reminder != nil, err
}

// SetMyReminder chooses when the actor is asked for check-ins; nil is the tenant's
// default again. Invalid names the field.
func (s *Service) SetMyReminder(ctx context.Context, actor okr.Actor, r *okr.Reminder) error {
	if r != nil {
		if err := r.Validate(); err != nil {
			return err
		}
	}
	return s.access.ChangeMember(ctx, actor.Tenant, actor.Person, func(m *okr.Member) error {
		m.Person, m.Reminder = actor.Person, r
		return nil
	})
}

// CheckInsDue lists the open goals for whose check-ins the actor is asked now:
// those that only people bring up to date, begun and not over, and neither made,
// imported nor checked in within the days that the reminder leaves out.
func (s *Service) CheckInsDue(ctx context.Context, actor okr.Actor) ([]okr.GoalView, error) {
	t, m, views, err := s.plan.AskedOf(ctx, actor)
	return s.due(t, m, views), err
}

func (s *Service) due(t okr.Settings, m okr.Member, views []okr.GoalView) []okr.GoalView {
	skip := time.Duration(m.ReminderIn(t).SkipDays) * 24 * time.Hour
	today := t.Today(s.Now())
	return slices.DeleteFunc(views, func(v okr.GoalView) bool {
		g := v.Goal
		isRecent := s.Now().Sub(g.CreatedAt) < skip || g.LastCheckIn != nil && s.Now().Sub(g.LastCheckIn.MadeAt) < skip ||
			g.Came != nil && s.Now().Sub(g.Came.At) < skip || // by an import
			okr.CountsTasks(g) && s.Now().Sub(g.MovedAt) < skip // ticked by somebody
		isMeasured := !okr.IsKeptByPeople(g)
		return isRecent || isMeasured || !g.Period.Contains(today)
	})
}

// reminderGap is the least time between two reminders of a person: the agenda
// comes by more than once while one lasts.
const reminderGap = 12 * time.Hour

// Remind says whether a person is to be asked for check-ins now, and for which, or told that
// periods end. Of an end people are told once: it is noted here already, so that no other
// process, nor one that starts anew, tells it again; see [Service.NotReminded]. Somebody who
// is asked for nothing any more leaves the agenda.
func (s *Service) Remind(ctx context.Context, tenant okr.TenantID, user okr.UserID) (okr.Asking, bool, error) {
	t, err := s.plan.Upgraded(ctx, tenant)
	if err != nil {
		return okr.Asking{}, false, err
	}
	m, err := s.access.Member(ctx, tenant, user)
	if err != nil {
		return okr.Asking{}, false, err
	}
	now := s.Now()
	r, local := m.ReminderIn(t), now.In(m.Location(t))
	isTime := r.IsReminderDue(local, time.Time{})
	if !isTime && !r.IsEndDue(local) || now.Sub(m.RemindedAt) < reminderGap {
		return okr.Asking{}, false, nil
	}
	_, _, views, err := s.plan.AskedOf(ctx, okr.Actor{Tenant: tenant, Person: m.Person})
	if err != nil {
		return okr.Asking{}, false, err
	}
	who := m.Person
	if who.Name == "" && len(views) > 0 {
		who.Name = views[0].Goal.Asked().Name
	}
	a := okr.Asking{Person: who, Zone: m.Location(t).String(), Locale: m.Locale, Goals: s.due(t, m, slices.Clone(views)), Today: okr.DateOf(local)}
	if r.IsEndDue(local) {
		isTold, err := s.ends(ctx, t, m, views, &a)
		if err != nil || isTold {
			return a, isTold, err
		}
	}
	switch {
	case isTime && len(views) == 0:
		return okr.Asking{}, false, s.dropReminder(ctx, t, okr.Actor{Tenant: tenant, Person: m.Person}, a.Today)
	case !isTime || len(a.Goals) == 0:
		return okr.Asking{}, false, nil
	}
	return a, true, nil
}

// dropReminder takes somebody off the agenda who is asked for nothing and waits for no end of
// a period. It looks again afterwards: a goal of theirs may have been planned in between.
func (s *Service) dropReminder(ctx context.Context, t okr.Settings, actor okr.Actor, today okr.Date) error {
	if s.access.Administers(t, actor) && len(t.Ending(today)) > 0 {
		return nil
	}
	if own, err := s.ownEnding(ctx, actor, today); err != nil || len(own) > 0 {
		return err
	}
	if err := s.Agenda.Drop(ctx, okr.Due{Kind: okr.DueReminder, Tenant: actor.Tenant, ID: string(actor.ID)}); err != nil {
		return err
	}
	_, _, views, err := s.plan.AskedOf(ctx, actor)
	if err != nil || len(views) == 0 {
		return err
	}
	return s.plan.PlanReminder(ctx, actor.Tenant, views[0].Goal)
}

// NotReminded takes back that a person was told of ends of periods: Teams did not take it, and
// it is tried again.
func (s *Service) NotReminded(ctx context.Context, tenant okr.TenantID, a okr.Asking) error {
	if len(a.Ends) == 0 {
		return nil
	}
	return s.access.ChangeMember(ctx, tenant, a.Person, func(m *okr.Member) error {
		m.TakeBackEnds(a.Ends)
		return nil
	})
}

// Reminded records that Teams took a reminder.
func (s *Service) Reminded(ctx context.Context, tenant okr.TenantID, who okr.Person) error {
	return s.access.ChangeMember(ctx, tenant, who, func(m *okr.Member) error {
		m.RemindedAt = s.Now()
		return nil
	})
}
