package scheduler

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/hibiken/asynq"

	"okrbot/okr"
)

// errInterrupted ends a task whose replica shuts down: another one takes it up at
// once and it costs no retry.
var errInterrupted = errors.New("interrupted by a shutdown")

// isFailure says whether an error costs a retry.
func isFailure(err error) bool {
	_, waits := errors.AsType[errLaneFull](err)
	return err != nil && !errors.Is(err, errInterrupted) && !errors.Is(err, errGoesOn) && !waits
}

// retryDelays give the pause before retry n+1: twice as long each time, from first to a quarter of
// interval. The task of a dead or leaving worker goes on at once, as does the next slice of an import.
func retryDelays(first, interval time.Duration) asynq.RetryDelayFunc {
	return func(n int, err error, _ *asynq.Task) time.Duration {
		if errors.Is(err, errInterrupted) || errors.Is(err, errGoesOn) || errors.Is(err, asynq.ErrLeaseExpired) {
			return 0
		}
		if waits, ok := errors.AsType[errLaneFull](err); ok {
			return min(waits.comesBack(), interval/4)
		}
		delay := min(first<<min(n, 16), interval/4)
		return delay + rand.N(delay/4+1) //nolint:gosec // no secret: it spreads those that failed together
	}
}

// isTransient says whether a failure may pass by itself within the period.
func isTransient(err error) bool {
	switch okr.KindOf(err) {
	case okr.Throttled, okr.Unavailable:
		return true
	default:
		return errors.Is(err, context.DeadlineExceeded)
	}
}

// insist calls f up to three times, for steps that close what has happened
// already and that should not make a task start over.
func (s *Scheduler) insist(ctx context.Context, f func() error) error {
	pause := backoff.NewExponentialBackOff()
	pause.InitialInterval = min(s.opts.RetryDelay, time.Second)
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		err := f()
		if okr.KindOf(err) == okr.PerhapsShown { // doing it again could show it twice
			err = backoff.Permanent(err)
		}
		return struct{}{}, err
	},
		backoff.WithBackOff(pause), backoff.WithMaxTries(3))
	return err
}

// storeWait is how long a task waits for a store that is away: less than the 30 s
// for which asynq takes the task for its worker's.
const storeWait = 20 * time.Second

// awaitStore holds a task that failed while the store is away until it is back:
// asynq cannot write down a retry before, and would leave the task to its
// recovery, a minute and a half later.
func (s *Scheduler) awaitStore(quit context.Context, res result) {
	if okr.KindOf(res.err) != okr.Unavailable {
		return
	}
	ctx, cancel := context.WithTimeout(quit, storeWait)
	defer cancel()
	look := backoff.NewExponentialBackOff()
	look.InitialInterval, look.MaxInterval = 100*time.Millisecond, time.Second
	_, _ = backoff.Retry(ctx, func() (time.Time, error) { return s.opts.Agenda.TickedUntil(ctx) }, backoff.WithBackOff(look))
}
