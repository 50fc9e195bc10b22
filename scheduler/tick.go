package scheduler

import (
	"context"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"okrbot/okr"
)

// Agenda says what is due and remembers how far the clock came. All methods fail
// with Unavailable when the store cannot be reached.
type Agenda interface {
	// Due lists the work that belongs to any of the slots ([okr.SlotsDue]). Its
	// cost grows with what is due, not with what exists.
	Due(ctx context.Context, slots []int) ([]okr.Due, error)
	// TickedUntil gives the last minute of which everything was enqueued, by any
	// replica; the zero time when there was none.
	TickedUntil(ctx context.Context) (time.Time, error)
	// SetTickedUntil moves that watermark forward, never back.
	SetTickedUntil(ctx context.Context, minute time.Time) error
	// Marks gives how far the hour came, over all replicas; what never was is left out.
	Marks(ctx context.Context) (map[okr.Mark]time.Time, error)
	// SetMark moves a mark forward, never back.
	SetMark(ctx context.Context, mark okr.Mark, t time.Time) error
}

const (
	// minuteTimeout bounds the enqueueing of one minute's work.
	minuteTimeout = time.Minute
	// enqueuers is how many tasks a tick enqueues at a time. In a large deployment
	// thousands are due in a minute, and each takes a round trip.
	enqueuers = 8
	// clockSkew is how far the clocks of two replicas may differ.
	clockSkew = 5 * time.Minute
)

// Tick enqueues what became due since the watermark, up to the minute of now and
// at most one interval back, and moves the watermark minute by minute after the
// enqueues. Any number of replicas may tick the same minute. A failed tick leaves
// the watermark where it came to, so that the next one goes on from there.
func (s *Scheduler) Tick(ctx context.Context, now time.Time) error {
	s.ticking.Lock()
	defer s.ticking.Unlock()
	last := now.UTC().Truncate(time.Minute)
	minute, err := s.firstMinute(ctx, last)
	if err != nil {
		return err
	}
	for ; !minute.After(last); minute = minute.Add(time.Minute) {
		if err := s.tickMinute(ctx, minute); err != nil {
			return fmt.Errorf("scheduler: tick of %s: %w", minute.Format(time.RFC3339), err)
		}
	}
	return nil
}

// firstMinute is the minute after the watermark, but within one interval, in
// which each slot stands exactly once.
func (s *Scheduler) firstMinute(ctx context.Context, last time.Time) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, minuteTimeout)
	defer cancel()
	until, err := s.opts.Agenda.TickedUntil(ctx)
	if err != nil {
		return time.Time{}, fmt.Errorf("scheduler: read the watermark: %w", err)
	}
	until = s.plausible(ctx, until, last)
	s.ticked(until)
	first := last.Add(time.Minute - s.opts.Interval)
	if next := until.Truncate(time.Minute).Add(time.Minute); next.After(first) {
		return next, nil
	}
	return first, nil
}

// plausible gives the watermark, or what this replica itself did when it lies in
// the future: a clock that was wrong wrote it, and waiting for it to come true
// would stop all work.
func (s *Scheduler) plausible(ctx context.Context, until, last time.Time) time.Time {
	if !until.After(last.Add(clockSkew)) {
		return until
	}
	s.log.WarnContext(ctx, "the watermark lies in the future and is ignored", "op", "tick", "until", until)
	own := s.tickedUntil.Load()
	if own == 0 || own > last.Unix() {
		return time.Time{}
	}
	return time.Unix(own, 0).UTC()
}

func (s *Scheduler) tickMinute(ctx context.Context, minute time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, minuteTimeout)
	defer cancel()
	due, err := s.opts.Agenda.Due(ctx, okr.SlotsDue(minute, s.every(okr.DueDigest)))
	if err != nil {
		return fmt.Errorf("read what is due: %w", err)
	}
	due = slices.DeleteFunc(due, func(work okr.Due) bool {
		return !slices.Contains(okr.SlotsDue(minute, s.every(work.Kind)), work.Slot())
	})
	if err := s.enqueueAll(ctx, roundRobin(due), minute); err != nil {
		return err
	}
	if slices.ContainsFunc(due, func(work okr.Due) bool { return work.Kind == okr.DueSync }) {
		if err := s.opts.Agenda.SetMark(ctx, okr.MarkWanted, minute); err != nil {
			return fmt.Errorf("note that syncs are due: %w", err)
		}
	}
	if err := s.opts.Agenda.SetTickedUntil(ctx, minute); err != nil {
		return fmt.Errorf("move the watermark: %w", err)
	}
	s.ticked(minute)
	return nil
}

// enqueueAll enqueues the work of a minute, some at a time: each waits for the store's
// answer. It keeps the order but for those few.
func (s *Scheduler) enqueueAll(ctx context.Context, due []okr.Due, minute time.Time) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(enqueuers)
	for _, work := range due {
		if ctx.Err() != nil {
			break // one failed; the next tick goes on from here
		}
		group.Go(func() error { return s.enqueueDue(ctx, work, minute) })
	}
	return group.Wait() //nolint:wrapcheck // it is one of our own
}

// every is how often work of a kind repeats. What is told to people at a time of
// day is looked at each hour where things are measured only every other hour or
// less often.
func (s *Scheduler) every(kind okr.DueKind) time.Duration {
	if kind == okr.DueSync || s.opts.Interval < 2*time.Hour {
		return s.opts.Interval
	}
	return time.Hour
}

func (s *Scheduler) ticked(until time.Time) {
	s.moved.Store(time.Now().Unix())
	if !until.IsZero() {
		s.tickedUntil.Store(until.Unix())
	}
}

// Stalled is for how long no tick of this replica came through, 0 where it has no
// clock or was not started. A clock that catches up is not stalled.
func (s *Scheduler) Stalled() time.Duration {
	moved := s.moved.Load()
	if s.opts.NoClock || moved == 0 {
		return 0
	}
	return time.Since(time.Unix(moved, 0))
}
