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

// The queues, by falling weight.
const (
	queueNow    = "now"
	queueHourly = "hourly"
	queueDigest = "digest"
)

// The kinds of tasks: asynq's task types and a label of the metrics.
const (
	kindSync   = "sync"
	kindDigest = "digest"
	kindNow    = "now"
	kindRemind = "remind"
	kindImport = "import"
)

const (
	// taskTimeout is how long a task may run.
	taskTimeout = 5 * time.Minute
	// hardTimeout is after what asynq gives up a handler that ignores its ctx.
	hardTimeout = taskTimeout + time.Minute
	// crashRetries is how often a task is taken up again, beyond its retries, after
	// its worker died: a task that kills workers must end.
	crashRetries = 3
	// retentionSlack is for how long beyond the interval a completed task keeps its
	// id taken: a tick may name the same work again for one interval.
	retentionSlack = 5 * time.Minute
)

// duePayload is the task of one piece of hourly work.
type duePayload struct {
	Tenant okr.TenantID `json:"tenant"`
	ID     string       `json:"id"`
	Until  time.Time    `json:"until"` // when the next period's task takes over
}

// nowPayload is the task of a sync that somebody asked for.
type nowPayload struct {
	Tenant okr.TenantID  `json:"tenant"`
	Jobs   []okr.SyncJob `json:"jobs"`
	Reply  okr.Reply     `json:"reply"`
}

// hourly says how each kind of hourly work is queued.
func hourly(kind okr.DueKind) (task, queue string, ok bool) {
	switch kind {
	case okr.DueSync:
		return kindSync, queueHourly, true
	case okr.DueDigest:
		return kindDigest, queueDigest, true
	case okr.DueReminder:
		return kindRemind, queueDigest, true
	default:
		return "", "", false
	}
}

// enqueueDue enqueues the work of a minute; work whose task exists is done. A
// kind that only a newer replica knows is left to it.
func (s *Scheduler) enqueueDue(ctx context.Context, work okr.Due, minute time.Time) error {
	kind, queue, ok := hourly(work.Kind)
	if !ok {
		s.log.WarnContext(ctx, "work of an unknown kind is left to others", "op", "tick", "kind", work.Kind, "tenant", work.Tenant)
		return nil
	}
	every := s.every(work.Kind)
	period := okr.PeriodNumber(minute, every)
	id := fmt.Sprintf("%s:%s:%s:%d", kind, work.Tenant, work.ID, period)
	payload := duePayload{Tenant: work.Tenant, ID: work.ID, Until: minute.Add(every)}
	err := s.enqueue(ctx, kind, payload, asynq.Queue(queue), asynq.TaskID(id),
		asynq.Retention(s.opts.Interval+retentionSlack))
	if errors.Is(err, asynq.ErrTaskIDConflict) {
		return nil
	}
	return err
}

// SyncNow enqueues one task, before the hourly ones, that runs the jobs one after
// the other and then calls Post.SyncDone with all their rows. It fails with
// Unavailable when the queue cannot be reached and with Invalid without jobs.
func (s *Scheduler) SyncNow(ctx context.Context, tenant okr.TenantID, jobs []okr.SyncJob, reply okr.Reply) error {
	if len(jobs) == 0 {
		return okr.Errorf(okr.Invalid, "There is nothing to sync.")
	}
	err := s.enqueue(ctx, kindNow, nowPayload{Tenant: tenant, Jobs: jobs, Reply: reply}, asynq.Queue(queueNow))
	if err != nil {
		return okr.WrapError(okr.Unavailable, fmt.Errorf("scheduler: sync now: %w", err),
			"The sync could not be started because okrbot's store does not answer. Please try again in a minute.")
	}
	return nil
}

func (s *Scheduler) enqueue(ctx context.Context, kind string, payload any, opts ...asynq.Option) error {
	body, err := json.Marshal(payload)
	if err != nil {
		return fmt.Errorf("%s task: %w", kind, err)
	}
	opts = append(opts, asynq.Timeout(hardTimeout), asynq.MaxRetry(s.opts.MaxRetry+crashRetries))
	if _, err := s.client.EnqueueContext(ctx, asynq.NewTask(kind, body), opts...); err != nil {
		return fmt.Errorf("enqueue %s task: %w", kind, err)
	}
	return nil
}
