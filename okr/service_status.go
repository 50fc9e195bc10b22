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
	day, err := s.Counter.CountTry(ctx, tenant, fmt.Sprintf("nudge:%s:%s", person, goal), 24*time.Hour)
	if err != nil || !mayNudge(day, 0) {
		return false, err
	}
	week, err := s.Counter.CountTry(ctx, tenant, fmt.Sprintf("nudges:%s", person), 7*24*time.Hour)
	return err == nil && mayNudge(day, week), err
}
