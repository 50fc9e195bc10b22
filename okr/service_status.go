package okr

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
)

// Concerns is what needs attention.
type Concerns struct {
	List   []Attention // the most pressing first
	Looked int         // goals looked at
	Total  int         // goals that the filter chooses
}

// mostLooked bounds how many goals one look goes through.
const mostLooked = 500

// Attention lists what needs somebody among the open goals that a filter chooses
// (at most 500 of them; Looked says how many).
func (s *Service) Attention(ctx context.Context, actor Actor, f Filter) (Concerns, error) {
	f.State, f.Children = OpenGoals, 0
	views, total, err := s.ListGoals(ctx, actor, f, Page{Limit: mostLooked})
	if err != nil {
		return Concerns{}, err
	}
	t, err := s.Settings(ctx, actor.Tenant)
	if err != nil {
		return Concerns{}, err
	}
	out := Concerns{Looked: len(views), Total: total}
	for _, v := range views {
		if a, ok := attention(t, v, s.Now()); ok {
			out.List = append(out.List, a)
		}
	}
	slices.SortStableFunc(out.List, func(a, b Attention) int { return cmp.Compare(a.Concern.pressing(), b.Concern.pressing()) })
	return out, nil
}

// Counter counts tries, as [okrbot/okr/redisstore.Store] does.
type Counter interface {
	// CountTry counts one more try under a key and gives how many there were
	// within ttl of the first, this one included.
	CountTry(ctx context.Context, tenant TenantID, key string, ttl time.Duration) (int, error)
}

// The limits of nudges.
const (
	nudgesPerSubject = 1 // a person and day
	nudgesPerPerson  = 5 // a week
)

// mayNudge is the rule: a person is nudged about a subject once a day, and five
// times a week at most. The counts include this one.
func mayNudge(subjectToday, personThisWeek int) bool {
	return subjectToday <= nudgesPerSubject && personThisWeek <= nudgesPerPerson
}

// Nudge says whether a person may be nudged about a goal now, and counts it if
// so. What may not waits for the next digest.
func (s *Service) Nudge(ctx context.Context, tenant TenantID, person UserID, goal GoalID) (bool, error) {
	if s.Counter == nil {
		return false, Errorf(Internal, "no counter of nudges")
	}
	day, err := s.Counter.CountTry(ctx, tenant, fmt.Sprintf("nudge:%s:%s", person, goal), oneDay)
	if err != nil || !mayNudge(day, 0) {
		return false, err
	}
	week, err := s.Counter.CountTry(ctx, tenant, fmt.Sprintf("nudges:%s", person), 7*oneDay)
	return err == nil && mayNudge(day, week), err
}

// IsReminderDue says whether somebody is to be reminded in the hour of a moment of
// their own time: on the day and hour of the reminder, in each Every-th week, and
// not within SkipDays of their last check-in (zero: none yet).
func (r Reminder) IsReminderDue(local, lastCheckIn time.Time) bool {
	r = r.OrDefault()
	if r.Off || local.Weekday() != r.Weekday || local.Hour() != r.Hour {
		return false
	}
	week := (DateOf(local).Days() + 3) / 7 // 1 January 1970 was a Thursday: weeks begin on Monday
	if week%r.Every != 0 {
		return false
	}
	return lastCheckIn.IsZero() || local.Sub(lastCheckIn) >= time.Duration(r.SkipDays)*oneDay
}

// CheckInsDue lists the open goals for whose check-ins a person is asked now: those
// that only people bring up to date, begun, and without a check-in for skipDays.
func (s *Service) CheckInsDue(ctx context.Context, actor Actor) ([]GoalView, error) {
	t, err := s.Settings(ctx, actor.Tenant)
	if err != nil {
		return nil, err
	}
	views, err := s.askedOf(ctx, actor)
	skip := time.Duration(t.ReminderDefault.OrDefault().SkipDays) * oneDay
	today := s.today(t)
	return slices.DeleteFunc(views, func(v GoalView) bool {
		g := v.Goal
		recent := g.LastCheckIn != nil && s.Now().Sub(g.LastCheckIn.MadeAt) < skip
		automatic := g.IsAutomatic() && !g.Paused()
		return recent || automatic || !g.Period.Contains(today)
	}), err
}

// askedOf lists the open goals whose check-ins a person is asked for.
func (s *Service) askedOf(ctx context.Context, actor Actor) ([]GoalView, error) {
	t, err := s.upgraded(ctx, actor.Tenant)
	if err != nil {
		return nil, err
	}
	goals, _, err := s.find(ctx, actor, []string{AskedIndex(actor.ID), StateIndex(true)}, Page{Limit: mostLooked})
	if err != nil {
		return nil, err
	}
	return s.views(ctx, t, actor, goals)
}
