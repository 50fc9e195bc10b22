package scheduler

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/hibiken/asynq"

	"okrbot/okr"
)

// outcome is how a run of a task ended: a label of the metrics and in the log.
type outcome string

const (
	done        outcome = "done"
	nothing     outcome = "nothing"     // a digest without news
	refused     outcome = "refused"     // Teams did not take the post and would not take it now
	unsure      outcome = "unsure"      // nobody knows whether Teams took the post; the next period goes on
	superseded  outcome = "superseded"  // the next period's task takes over
	failed      outcome = "failed"      // recorded by the work; the next period tries again
	retried     outcome = "retry"       // tried again within the period
	parked      outcome = "parked"      // given up; an operator can read it in the archive
	interrupted outcome = "interrupted" // the replica shuts down; another one takes it up
	waits       outcome = "waits"       // lets its tenant's others pass
	continued   outcome = "continued"   // a slice of it is done, and the next one is queued
)

// result is what a run came to. Err is for the log and, when the outcome is not
// final, for asynq.
type result struct {
	outcome outcome
	err     error
}

// handler runs tasks until quit ends, which interrupts those under way.
func (s *Scheduler) handler(quit context.Context) asynq.HandlerFunc {
	return func(ctx context.Context, task *asynq.Task) error {
		s.running.Add(1)
		defer s.running.Done()
		in, id := laneOf(task), waiter{}
		id.queue, _ = asynq.GetQueueName(ctx)
		id.id, _ = asynq.GetTaskID(ctx)
		if before, ok := s.lanes.enter(in, id); !ok {
			s.metrics.tasks.WithLabelValues(kindLabel(task.Type()), string(waits)).Inc()
			return errLaneFull{before}
		}
		defer s.leave(in)
		ctx, cancel := context.WithTimeout(ctx, taskTimeout)
		defer cancel()
		defer context.AfterFunc(quit, cancel)()
		start := time.Now()
		res := s.settle(ctx, quit, s.run(ctx, task))
		s.awaitStore(quit, res)
		s.note(ctx, task, res, time.Since(start))
		return res.forQueue()
	}
}

// run runs a task by its kind. A panic parks it: that is a fault of the program,
// which a retry would meet again.
func (s *Scheduler) run(ctx context.Context, task *asynq.Task) result {
	var res result
	err := s.guard(ctx, task.Type(), func() error {
		res = s.runKind(ctx, task)
		return nil
	})
	if err != nil {
		return result{parked, err}
	}
	return res
}

// guard turns a panic of f into an error and logs where it came from.
func (s *Scheduler) guard(ctx context.Context, op string, f func() error) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			s.log.ErrorContext(ctx, "panic", "op", op, "panic", fault, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", fault)
		}
	}()
	return f()
}

func (s *Scheduler) runKind(ctx context.Context, task *asynq.Task) result {
	switch task.Type() {
	case kindSync:
		return s.runDue(ctx, task, s.runSync)
	case kindDigest:
		return s.runDue(ctx, task, s.runDigest)
	case kindRemind:
		return s.runDue(ctx, task, s.runReminder)
	case kindNow:
		return s.runNow(ctx, task)
	case kindImport:
		return s.runImport(ctx, task)
	default: // a newer replica's, perhaps: it is left to that one for a while
		return result{retried, fmt.Errorf("unknown kind of task %q", task.Type())}
	}
}

// runDue runs hourly work within its period. Work that comes too late is left to
// the next period's task, so that a backlog collapses and two tasks of the same
// work do not run side by side.
func (s *Scheduler) runDue(ctx context.Context, task *asynq.Task, run func(context.Context, duePayload) result) result {
	var p duePayload
	if err := json.Unmarshal(task.Payload(), &p); err != nil {
		return result{parked, fmt.Errorf("payload: %w", err)}
	}
	left := p.Until.Sub(s.opts.Now())
	if left < s.opts.Interval/60 { // too little to begin with
		return result{superseded, nil}
	}
	ctx, cancel := context.WithTimeout(ctx, left)
	defer cancel()
	return run(ctx, p)
}

// failure is the result of an error of the domain. An error after the end of ctx
// says nothing about the work, only that it was cut short.
func failure(ctx context.Context, err error) result {
	switch {
	case isTransient(err), ctx.Err() != nil:
		return result{retried, err}
	case okr.KindOf(err) == okr.Internal:
		return result{parked, err}
	default:
		return result{failed, err}
	}
}

// settle gives the final outcome: an interrupted run goes back to the queue, and
// one that has no retry left is parked.
func (s *Scheduler) settle(ctx, quit context.Context, res result) result {
	if res.err == nil {
		return res
	}
	if quit.Err() != nil && res.outcome == retried {
		return result{interrupted, fmt.Errorf("%w: %w", errInterrupted, res.err)}
	}
	retries, _ := asynq.GetRetryCount(ctx)
	if res.outcome == retried && retries >= s.opts.MaxRetry {
		return result{parked, res.err}
	}
	return res
}

// forQueue is what asynq is told: nil completes the task, SkipRetry archives it,
// any other error tries it again.
func (r result) forQueue() error {
	switch r.outcome {
	case retried, interrupted:
		return r.err
	case continued:
		return errGoesOn
	case parked:
		return fmt.Errorf("%w: %w", r.err, asynq.SkipRetry)
	default:
		return nil
	}
}

func (s *Scheduler) note(ctx context.Context, task *asynq.Task, res result, took time.Duration) {
	s.metrics.tasks.WithLabelValues(kindLabel(task.Type()), string(res.outcome)).Inc()
	id, _ := asynq.GetTaskID(ctx)
	retries, _ := asynq.GetRetryCount(ctx)
	var of struct {
		Tenant okr.TenantID `json:"tenant"`
		ID     string       `json:"id"`    // of due work only
		Reply  okr.Reply    `json:"reply"` // of what people asked for only
	}
	_ = json.Unmarshal(task.Payload(), &of) // one that cannot be read is in res.err
	log := s.log.With("op", task.Type(), "task", id, "tenant", of.Tenant)
	if of.ID != "" {
		log = log.With("id", of.ID)
	}
	if of.Reply.Ref != "" {
		log = log.With("ref", of.Reply.Ref) // that of the turn in which it was asked for
	}
	attrs := []any{"outcome", string(res.outcome), "attempt", retries + 1, "dur", took}
	if res.err == nil {
		log.InfoContext(ctx, "task", attrs...)
		return
	}
	// The words of an error hold names and titles; the log gets kind and cause.
	log.WarnContext(ctx, "task", append(attrs, "failure", okr.KindOf(res.err).String(), "err", okr.CauseOf(res.err))...)
}

// kindLabel bounds the label: a kind that only a newer replica knows is "other".
func kindLabel(kind string) string {
	switch kind {
	case kindSync, kindDigest, kindRemind, kindNow, kindImport:
		return kind
	default:
		return "other"
	}
}
