package scheduler

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/hibiken/asynq"

	"okrbot/okr"
)

// lane is what shares a limit: the hourly work of a tenant, or what its people
// asked for.
type lane struct {
	tenant okr.TenantID
	now    bool
}

// lanes keeps each tenant to a part of this replica's workers, so that others
// always find one. Nothing is shared between replicas: each gives a tenant its
// part.
type lanes struct {
	limit int // tasks of a lane at a time; half for what people asked for

	mu      sync.Mutex
	running map[lane]int
	waiting map[lane][]waiter // first come, first served
	listed  map[waiter]bool   // what stands in waiting
}

// waiter is a task that waits for its tenant's others.
type waiter struct{ queue, id string }

func newLanes(limit int) *lanes {
	return &lanes{limit: limit, running: map[lane]int{}, waiting: map[lane][]waiter{}, listed: map[waiter]bool{}}
}

// enter takes a slot of a lane; where none is free the task waits.
// It says how many are before it.
func (l *lanes) enter(in lane, t waiter) (before int, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	limit := l.limit
	if in.now {
		limit = (limit + 1) / 2
	}
	if l.running[in] < limit {
		l.running[in]++
		return 0, true
	}
	before = len(l.waiting[in])
	l.list(in, t)
	return before, false
}

// leave gives a slot back.
func (l *lanes) leave(in lane) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.running[in]--; l.running[in] <= 0 {
		delete(l.running, in)
	}
}

// next takes the one that has waited longest.
func (l *lanes) next(in lane) (t waiter, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	list := l.waiting[in]
	if len(list) == 0 {
		return t, false
	}
	t, l.waiting[in] = list[0], list[1:]
	if len(list) == 1 {
		delete(l.waiting, in)
	}
	delete(l.listed, t)
	return t, true
}

func (l *lanes) again(in lane, t waiter) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list(in, t)
}

// list lets a task wait, once.
func (l *lanes) list(in lane, t waiter) {
	if !l.listed[t] {
		l.listed[t] = true
		l.waiting[in] = append(l.waiting[in], t)
	}
}

// errLaneFull sends a task to wait for its tenant's others; it costs no retry.
type errLaneFull struct{ before int }

func (e errLaneFull) Error() string {
	return fmt.Sprintf("waits for its tenant's other tasks, %d before it", e.before)
}

// laneWait is after what a task that waits comes back by itself, when nobody
// called it: its replica died, or was faster than the queue.
const laneWait = 30 * time.Second

// comesBack is when that is.
func (e errLaneFull) comesBack() time.Duration { return laneWait + time.Duration(e.before)*time.Second }

// laneOf reads whose task this is.
func laneOf(task *asynq.Task) lane {
	var of struct {
		Tenant okr.TenantID `json:"tenant"`
	}
	_ = json.Unmarshal(task.Payload(), &of) // what cannot be read is nobody's
	return lane{of.Tenant, task.Type() == kindNow}
}

// leave gives a worker's slot back and calls who waits for it.
func (s *Scheduler) leave(in lane) {
	s.lanes.leave(in)
	for range 3 {
		t, ok := s.lanes.next(in)
		if !ok || s.call(in, t) {
			return
		}
	}
}

// call makes a task that waits one that workers take. Another one may have run
// it already, having come back by itself.
func (s *Scheduler) call(in lane, t waiter) bool {
	info, err := s.inspector.GetTaskInfo(t.queue, t.id)
	switch {
	case err != nil: // gone; or the store is away, then it comes back by itself
		return false
	case info.State == asynq.TaskStateActive:
		s.lanes.again(in, t) // on its way to wait
		return false
	case info.State != asynq.TaskStateRetry:
		return false
	}
	return s.inspector.RunTask(t.queue, t.id) == nil
}

// roundRobin orders work so that tenants take turns: the first of each, then the
// second of each.
func roundRobin(work []okr.Due) []okr.Due {
	seen, rank := map[okr.TenantID]int{}, map[okr.Due]int{}
	for _, w := range work {
		rank[w] = seen[w.Tenant]
		seen[w.Tenant]++
	}
	slices.SortStableFunc(work, func(a, b okr.Due) int { return rank[a] - rank[b] })
	return work
}
