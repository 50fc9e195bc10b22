package scheduler

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-co-op/gocron/v2"
)

// interruptGrace is how long an interrupted handler has to return.
const interruptGrace = 5 * time.Second

// Shutdown stops the clock and the taking of tasks and waits for those under way.
// When ctx ends first they are interrupted and go back to the queue for another
// replica, and the error of ctx is returned. It may be called more than once and
// before Start.
func (s *Scheduler) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	clock, w, interrupt := s.clock, s.workers, s.interrupt
	s.clock, s.workers, s.interrupt = nil, nil, nil
	s.mu.Unlock()
	if interrupt == nil {
		return nil
	}
	defer interrupt()
	return errors.Join(stopClock(ctx, clock), s.drain(ctx, w, interrupt))
}

func stopClock(ctx context.Context, clock gocron.Scheduler) error {
	if clock == nil {
		return nil
	}
	if err := clock.ShutdownWithContext(ctx); err != nil {
		return fmt.Errorf("scheduler: stop the clock: %w", err)
	}
	return nil
}

func (s *Scheduler) drain(ctx context.Context, w *workers, interrupt func()) error {
	if w == nil {
		return nil
	}
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		w.server.Shutdown()
		s.running.Wait()
		w.handle.Store(nil)
	}()
	select {
	case <-drained:
		return nil
	case <-ctx.Done():
		interrupt()
	}
	grace := time.NewTimer(interruptGrace)
	defer grace.Stop()
	select {
	case <-drained:
	case <-grace.C:
		s.log.ErrorContext(ctx, "tasks ignore their interruption", "op", "shutdown")
	}
	return fmt.Errorf("scheduler: drain the queue: %w", ctx.Err())
}
