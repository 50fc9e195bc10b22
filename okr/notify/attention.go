package notify

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"okrbot/okr"
)

// mostLooked bounds how many goals one look goes through.
const mostLooked = 500

// Attention lists what needs somebody among the open goals that a filter chooses
// (at most 500 of them; Looked says how many).
func (s *Service) Attention(ctx context.Context, actor okr.Actor, f okr.Filter) (okr.Concerns, error) {
	f.State, f.Children = okr.OpenGoals, 0
	t, lists, err := s.plan.Lists(ctx, actor, okr.ListAsk{Filter: f, Page: okr.Page{Limit: mostLooked}})
	if err != nil {
		return okr.Concerns{}, err
	}
	views, total := lists[0].Views, lists[0].Total
	out := okr.Concerns{Looked: len(views), Total: total}
	for i := range views {
		if a, ok := okr.AttentionOf(t, &views[i], s.Now()); ok {
			out.List = append(out.List, a)
		}
	}
	slices.SortStableFunc(out.List, func(a, b okr.Attention) int { return cmp.Compare(a.Concern.Pressing(), b.Concern.Pressing()) })
	return out, nil
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
func (s *Service) Nudge(ctx context.Context, tenant okr.TenantID, person okr.UserID, goal okr.GoalID) (bool, error) {
	if s.Counter == nil {
		return false, okr.Errorf(okr.Internal, "no counter of nudges")
	}
	day, err := s.Counter.CountTry(ctx, tenant, fmt.Sprintf("nudge:%s:%s", person, goal), 24*time.Hour)
	if err != nil || !mayNudge(day, 0) {
		return false, err
	}
	week, err := s.Counter.CountTry(ctx, tenant, fmt.Sprintf("nudges:%s", person), 7*24*time.Hour)
	return err == nil && mayNudge(day, week), err
}
