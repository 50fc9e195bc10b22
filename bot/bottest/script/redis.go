package script

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/server"

	"okrbot/okr/okrtest"
)

// A question for a task where there is none is answered as soon as there is one, and otherwise after idleHold; that of a world
// after worldHold, or when its okrbot stops, which waits for its workers. Of the queues, for which a worker asks one after the
// other, only that of heldQueue is held.
const (
	idleHold  = 150 * time.Millisecond
	worldHold = 5 * time.Second
	heldQueue = "asynq:{now}:"
)

// queues are those of the scheduler.
func queues() []string { return []string{"now", "hourly", "digest"} }

// StartRedis starts an embedded Redis whose answers to idle workers are cheap. End it with Close.
func StartRedis() (*miniredis.Miniredis, error) {
	redis := miniredis.NewMiniRedis()
	if err := redis.Start(); err != nil {
		return nil, err
	}
	Quicken(redis)
	return redis, nil
}

// markTicked says that nothing was due up to a time: the first tick on a Redis without that mark looks at each minute of an hour.
func markTicked(redis *miniredis.Miniredis, now time.Time) error {
	return redis.Set("okr:ticked", strconv.FormatInt(now.Truncate(time.Minute).UnixMilli(), 10))
}

// Quicken makes scripts of the embedded Redis, and the questions of idle workers, cheap. It must be called again after each
// start of the Redis.
func Quicken(redis *miniredis.Miniredis) { redis.Server().SetPreHook(Quick(redis)) }

// Quick is what Quicken lets the embedded Redis do before each command, for one that does something else there, too. It answers
// the questions of workers that find nothing without a script, and late: with the race detector, the workers of a dozen worlds
// would take a whole machine by asking alone. All other scripts it runs on a Lua machine that stays.
func Quick(redis *miniredis.Miniredis) server.Hook { return newTasks(redis, idleHold).serve }

// tasks are the queues of an embedded Redis since its start.
type tasks struct {
	redis *miniredis.Miniredis
	lua   *okrtest.Lua
	most  time.Duration // that a question is held

	mu      sync.Mutex
	stopped bool          // no question is held
	moved   chan struct{} // closed when a script of asynq has run, which alone moves tasks
}

func newTasks(redis *miniredis.Miniredis, most time.Duration) *tasks {
	return &tasks{redis: redis, most: most, lua: okrtest.NewLua(redis), moved: make(chan struct{})}
}

// serve is a [server.Hook].
func (t *tasks) serve(p *server.Peer, command string, args ...string) bool {
	isScript := (command == "EVALSHA" || command == "EVAL") && len(args) >= 4 && strings.HasPrefix(args[2], "asynq:{")
	if !isScript {
		return t.lua.Serve(p, command, args...)
	}
	if t.answerIdle(p, args) {
		return true
	}
	defer t.move()
	return t.lua.Serve(p, command, args...)
}

// move wakes all who wait for a task, or for the end of all.
func (t *tasks) move() {
	t.mu.Lock()
	defer t.mu.Unlock()
	close(t.moved)
	t.moved = make(chan struct{})
}

// next is closed when any task moves from now on. It also says whether okrbot is to stop.
func (t *tasks) next() (moved <-chan struct{}, stopped bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.moved, t.stopped
}

// stop says whether okrbot is to stop, or starts.
func (t *tasks) stop(yes bool) {
	t.mu.Lock()
	t.stopped = yes
	t.mu.Unlock()
	t.move()
}

// answerIdle gives the answer to a question for a task where there is none, and says whether it did. The two scripts of
// asynq are known by their keys: https://github.com/hibiken/asynq/blob/v0.26.0/internal/rdb/rdb.go, dequeueCmd and forwardCmd.
func (t *tasks) answerIdle(p *server.Peer, args []string) bool {
	if t.redis.Exists(args[2]) {
		return false
	}
	queue, list, _ := strings.Cut(strings.TrimPrefix(args[2], "asynq:{"), "}:")
	if !slices.Contains(queues(), queue) {
		p.WriteError("ERR the queue " + queue + " is missing in queues of bot/bottest/script")
		return true
	}
	switch _, next, _ := strings.Cut(args[3], "}:"); {
	case args[1] == "4" && list == "pending" && next == "paused":
		t.hold(args[2], "pending")
		p.WriteNull()
	case args[1] == "2" && (list == "scheduled" || list == "retry") && next == "pending":
		t.hold(args[2], "scheduled", "retry")
		p.WriteInt(0)
	default:
		return false
	}
	return true
}

// hold waits until any queue has one of the lists, where the question is for one of heldQueue; the first of lists stands for all.
func (t *tasks) hold(question string, lists ...string) {
	if question != heldQueue+lists[0] {
		return
	}
	keys := listsOf(lists...)
	end := time.NewTimer(t.most)
	defer end.Stop()
	for {
		next, stopped := t.next()
		if stopped || slices.ContainsFunc(keys, t.redis.Exists) {
			return
		}
		select {
		case <-next:
		case <-end.C:
			return
		}
	}
}

// empty waits until no task waits or runs.
func (t *tasks) empty(ctx context.Context) error {
	look := time.NewTicker(idleHold) // for one whose last step was no script
	defer look.Stop()
	for {
		next, _ := t.next()
		if queuesAreEmpty(t.redis) {
			return nil
		}
		select {
		case <-next:
		case <-look.C:
		case <-ctx.Done():
			return fmt.Errorf("tasks are unfinished: %w", ctx.Err())
		}
	}
}

// pass lets time go by in the Redis, for the tasks that a queue keeps after their end, too: asynq removes those by the clock of
// the machine, which does not move with the world's, and thousands of them would make each step slow.
func (t *tasks) pass(d time.Duration) {
	t.redis.FastForward(d)
	for _, queue := range queues() {
		completed, _ := t.redis.SortedSet("asynq:{" + queue + "}:completed") // when each is removed, in Unix seconds
		for id, until := range completed {
			t.age("asynq:{"+queue+"}:", id, until-d.Seconds())
		}
	}
}

// age makes a task that has ended older, or removes it.
func (t *tasks) age(queue, id string, until float64) {
	if until > float64(time.Now().Unix()) {
		_, _ = t.redis.ZAdd(queue+"completed", until, id)
		return
	}
	_, _ = t.redis.ZRem(queue+"completed", id)
	t.redis.Del(queue + "t:" + id)
}

// listsOf are the keys of lists of all queues. A list without tasks is no key.
func listsOf(lists ...string) []string {
	var keys []string
	for _, queue := range queues() {
		for _, list := range lists {
			keys = append(keys, "asynq:{"+queue+"}:"+list)
		}
	}
	return keys
}

// queuesAreEmpty says that no task waits or runs. It asks for all lists at once: tasks go from one to the other.
func queuesAreEmpty(redis *miniredis.Miniredis) bool {
	lists := listsOf("pending", "active", "scheduled", "retry")
	if redis.Server() == nil { // stopped: nothing moves
		return !slices.ContainsFunc(lists, redis.Exists)
	}
	var answer bytes.Buffer
	p := server.NewPeer(bufio.NewWriter(&answer))
	redis.Server().Dispatch(p, append([]string{"EXISTS"}, lists...))
	p.Flush()
	return answer.String() == ":0\r\n"
}

// slotsInUse are those of the agenda in which there is any work. To ask for all 1,440 takes longer than most turns.
func slotsInUse(redis *miniredis.Miniredis) []int {
	var slots []int
	for _, key := range redis.Keys() {
		if number, ok := strings.CutPrefix(key, "okr:due:"); ok {
			slot, _ := strconv.Atoi(number)
			slots = append(slots, slot)
		}
	}
	return slots
}
