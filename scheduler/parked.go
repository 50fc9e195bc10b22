package scheduler

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hibiken/asynq"

	"okrbot/okr"
)

// ParkedTask is a task that was given up.
type ParkedTask struct {
	// ID names it for Queue.Retry.
	ID string
	// Kind is sync, digest, remind, now or import.
	Kind string
	// Tenant is whose it is; Of is the id of its connection, subscription, person or import,
	// empty for what people asked for.
	Tenant okr.TenantID
	Of     string
	// Failed is when it was last tried, after Attempts attempts, and Cause why it
	// failed.
	Failed   time.Time
	Attempts int
	Cause    string
}

// Queue is the queue of work as an operator sees it.
type Queue struct {
	client    *asynq.Client
	inspector *asynq.Inspector
}

// OpenQueue opens the queue on a shared go-redis client, which stays the caller's.
func OpenQueue(redis asynq.RedisConnOpt) (*Queue, error) {
	shared := redis.MakeRedisClient()
	client, ok := on(asynq.NewClientFromRedisClient, shared)
	if !ok {
		return nil, fmt.Errorf("queue: Redis client of type %T is not a go-redis client", shared)
	}
	inspector, _ := on(asynq.NewInspectorFromRedisClient, shared)
	return &Queue{client: client, inspector: inspector}, nil
}

// Workers is how many processes run tasks now.
func (q *Queue) Workers() (int, error) {
	servers, err := q.inspector.Servers()
	if err != nil {
		return 0, okr.WrapError(okr.Unavailable, fmt.Errorf("workers: %w", err), "The queue cannot be read because the store does not answer.")
	}
	return len(servers), nil
}

// queues are those to which anything was ever enqueued.
func queuesOf(inspector *asynq.Inspector) ([]string, error) {
	queues, err := inspector.Queues()
	if err != nil {
		return nil, okr.WrapError(okr.Unavailable, fmt.Errorf("queues: %w", err), "The queue cannot be read because the store does not answer.")
	}
	return queues, nil
}

// parkedPage is how many parked tasks one command reads.
const parkedPage = 500

// Parked lists the tasks that were given up, those of one queue after the other,
// the oldest of each first. Asynq keeps the newest 10,000 of a queue, for 90 days.
func (q *Queue) Parked() ([]ParkedTask, error) {
	tasks, err := q.archived()
	list := make([]ParkedTask, 0, len(tasks))
	for _, task := range tasks {
		var of duePayload
		_ = json.Unmarshal(task.Payload, &of) // one that cannot be read is parked for that
		list = append(list, ParkedTask{
			ID: task.ID, Kind: task.Type, Tenant: of.Tenant, Of: of.ID,
			Failed: task.LastFailedAt, Attempts: task.Retried + 1, Cause: firstLine(task.LastErr),
		})
	}
	return list, err
}

func (q *Queue) archived() ([]*asynq.TaskInfo, error) {
	queues, err := queuesOf(q.inspector)
	if err != nil {
		return nil, err
	}
	var all []*asynq.TaskInfo
	for _, queue := range queues {
		for page := 1; ; page++ {
			tasks, err := q.inspector.ListArchivedTasks(queue, asynq.Page(page), asynq.PageSize(parkedPage))
			if err != nil {
				return nil, fmt.Errorf("parked tasks of %s: %w", queue, err)
			}
			all = append(all, tasks...)
			if len(tasks) < parkedPage {
				break
			}
		}
	}
	return all, nil
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// Retry runs a parked task once more, or with the id "all" all of them, and says
// how many. Hourly work gets a task of its own until then: its old period is over.
// NotFound: no such task is parked.
func (q *Queue) Retry(ctx context.Context, id string, until time.Time) (int, error) {
	tasks, err := q.archived()
	if err != nil {
		return 0, err
	}
	n := 0
	for _, task := range tasks {
		if id != "all" && id != task.ID {
			continue
		}
		if err := q.retry(ctx, task, until); err != nil {
			return n, fmt.Errorf("parked task %s: %w", task.ID, err)
		}
		n++
	}
	if n == 0 && id != "all" {
		return 0, okr.Errorf(okr.NotFound, "No parked task has the id %s.", id)
	}
	return n, nil
}

func (q *Queue) retry(ctx context.Context, task *asynq.TaskInfo, until time.Time) error {
	var due duePayload
	if err := json.Unmarshal(task.Payload, &due); err != nil || due.Until.IsZero() {
		return q.inspector.RunTask(task.Queue, task.ID)
	}
	due.Until = until
	body, err := json.Marshal(due)
	if err != nil {
		return err
	}
	again := strings.TrimSuffix(task.ID, againSuffix) + againSuffix
	err = q.inspector.DeleteTask(task.Queue, task.ID)
	if err != nil && !errors.Is(err, asynq.ErrTaskNotFound) {
		return err
	}
	_, err = q.client.EnqueueContext(ctx, asynq.NewTask(task.Type, body), asynq.Queue(task.Queue), asynq.TaskID(again),
		asynq.MaxRetry(task.MaxRetry), asynq.Timeout(hardTimeout))
	if errors.Is(err, asynq.ErrTaskIDConflict) {
		return nil // somebody else was faster
	}
	return err
}

// againSuffix makes the id of a task that an operator runs once more.
const againSuffix = ":again"
