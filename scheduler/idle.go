package scheduler

import (
	"context"
	"fmt"
	"time"
)

// Idle waits until no task is pending, running or waiting for a retry, by any
// replica. It looks every 10 ms and is meant for tests.
func (s *Scheduler) Idle(ctx context.Context) error {
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for {
		n, err := s.unfinished()
		if err != nil || n == 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("scheduler: %d tasks unfinished: %w", n, ctx.Err())
		case <-look.C:
		}
	}
}

func (s *Scheduler) unfinished() (int, error) {
	queues, err := s.inspector.Queues() // those to which anything was ever enqueued
	if err != nil {
		return 0, fmt.Errorf("scheduler: queues: %w", err)
	}
	n := 0
	for _, queue := range queues {
		info, err := s.inspector.GetQueueInfo(queue)
		if err != nil {
			return 0, fmt.Errorf("scheduler: queue %s: %w", queue, err)
		}
		n += info.Pending + info.Active + info.Scheduled + info.Retry
	}
	return n, nil
}
