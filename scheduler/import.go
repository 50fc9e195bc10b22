package scheduler

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/hibiken/asynq"

	"okrbot/okr"
)

const (
	// importSlice is after what an import lets other tasks pass.
	importSlice = time.Minute
	// importShown is how often the card of an import is renewed while it runs.
	importShown = 3 * time.Second
)

// importPayload is the task of an import, or of taking one back.
type importPayload struct {
	Tenant okr.TenantID `json:"tenant"`
	ID     okr.ImportID `json:"id"`
}

// errGoesOn gives a worker back between two slices of an import; it costs no retry.
var errGoesOn = errors.New("continues after others")

// RunImport enqueues what an import is to do next. There is one task of it at a time,
// so that asking again changes nothing; one that was given up begins anew. It fails
// with Unavailable when the queue cannot be reached.
func (s *Scheduler) RunImport(ctx context.Context, tenant okr.TenantID, id okr.ImportID) error {
	task := fmt.Sprintf("%s:%s:%s", kindImport, tenant, id)
	err := s.enqueue(ctx, kindImport, importPayload{Tenant: tenant, ID: id}, asynq.Queue(queueHourly), asynq.TaskID(task))
	if errors.Is(err, asynq.ErrTaskIDConflict) {
		err = s.wake(task)
	}
	if err != nil {
		return okr.WrapError(okr.Unavailable, fmt.Errorf("scheduler: import: %w", err),
			"The import could not be started because okrbot's store does not answer. Nothing is lost: please try again in a minute.")
	}
	return nil
}

// wake lets a task run that was given up or waits for its retry.
func (s *Scheduler) wake(task string) error {
	info, err := s.inspector.GetTaskInfo(queueHourly, task)
	switch {
	case errors.Is(err, asynq.ErrTaskNotFound): // it ended just now
		return nil
	case err != nil:
		return err
	case info.State == asynq.TaskStateArchived || info.State == asynq.TaskStateRetry:
		return s.inspector.RunTask(queueHourly, task)
	default:
		return nil
	}
}

// runImport does steps of an import for a slice of time.
func (s *Scheduler) runImport(ctx context.Context, task *asynq.Task) result {
	var p importPayload
	if err := json.Unmarshal(task.Payload(), &p); err != nil {
		return result{parked, fmt.Errorf("payload: %w", err)}
	}
	begun := time.Now()
	shown := begun
	for {
		in, more, err := s.opts.Work.ImportStep(ctx, p.Tenant, p.ID)
		switch {
		case err != nil:
			return s.importFailed(ctx, p, in, err)
		case !more:
			s.showImport(ctx, p.Tenant, in)
			return result{done, nil}
		case time.Since(shown) >= importShown:
			shown = time.Now()
			s.showImport(ctx, p.Tenant, in)
		}
		if time.Since(begun) >= importSlice {
			return result{continued, nil}
		}
	}
}

// importFailed tells the person of a failure that does not pass by itself.
func (s *Scheduler) importFailed(ctx context.Context, p importPayload, in okr.Import, err error) result {
	res := failure(ctx, err)
	retries, _ := asynq.GetRetryCount(ctx)
	if res.outcome == retried && (retries < s.opts.MaxRetry || ctx.Err() != nil) {
		return res
	}
	msg, ok := okr.MessageOf(err)
	if !ok {
		msg = "okrbot stopped because of an internal fault. Nothing is half written: everything imported until then is complete."
	}
	in.ID, in.Problem = p.ID, msg
	s.showImport(ctx, p.Tenant, in)
	return res
}

// showImport renews the card of an import. That nobody sees it stops no import.
func (s *Scheduler) showImport(ctx context.Context, tenant okr.TenantID, in okr.Import) {
	err := s.record(ctx, func(ctx context.Context) error { return s.opts.Post.ImportMoved(ctx, tenant, in) })
	if err != nil {
		s.log.WarnContext(ctx, "the card of an import is not renewed", "op", kindImport, "tenant", tenant, "id", in.ID, "err", okr.CauseOf(err))
	}
}
