package scheduler

import (
	"context"
	"errors"
	"fmt"

	"okrbot/okr"
)

// runReminder asks a person for check-ins when their hour has come. Somebody who
// cannot be reached, or was perhaps asked, counts as asked: the next reminder tries again.
func (s *Scheduler) runReminder(ctx context.Context, due duePayload) result {
	asking, isDue, err := s.opts.Work.Remind(ctx, due.Tenant, okr.UserID(due.ID))
	switch {
	case err != nil:
		return failure(ctx, fmt.Errorf("reminder of %s: %w", due.ID, err))
	case !isDue:
		return result{nothing, nil}
	}
	outcome := done
	if err := s.opts.Post.PostReminder(ctx, due.Tenant, asking); err != nil {
		switch {
		case okr.KindOf(err) == okr.PerhapsShown:
			outcome = unsure
		case isRefusal(err):
			outcome = refused
		default:
			err = fmt.Errorf("post reminder of %s: %w", due.ID, err)
			return result{retried, errors.Join(err, s.record(ctx, func(ctx context.Context) error {
				return s.opts.Work.NotReminded(ctx, due.Tenant, asking)
			}))}
		}
	}
	err = s.record(ctx, func(ctx context.Context) error { return s.opts.Work.Reminded(ctx, due.Tenant, asking.Person) })
	if err != nil {
		return result{parked, fmt.Errorf("record reminder of %s: %w", due.ID, err)}
	}
	return result{outcome, nil}
}
