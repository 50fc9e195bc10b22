package script

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/server"
)

// A question for a task where there is none is answered as soon as there is one, and after idleHold at the latest. Of the
// queues, for which a worker asks one after the other, only that of heldQueue is held, so that a worker that is to end does.
const (
	idleHold  = 150 * time.Millisecond
	idleLook  = 5 * time.Millisecond
	heldQueue = "asynq:{now}:"
)

// StartRedis starts an embedded Redis whose answers to idle workers are cheap. End it with Close.
func StartRedis() (*miniredis.Miniredis, error) {
	redis := miniredis.NewMiniRedis()
	if err := redis.Start(); err != nil {
		return nil, err
	}
	Quicken(redis)
	return redis, nil
}

// Quicken answers the questions of workers that find nothing without the Lua machine that the embedded Redis makes anew for
// each script, and late: with the race detector, the workers of a dozen worlds would take a whole machine by asking alone. It
// must be called again after each start of the Redis.
func Quicken(redis *miniredis.Miniredis) {
	redis.Server().SetPreHook(func(p *server.Peer, command string, args ...string) bool {
		return AnswerIdle(redis, p, command, args)
	})
}

// AnswerIdle gives the answer to a question for a task where there is none, and says whether it did. The two scripts of
// asynq are known by their keys: https://github.com/hibiken/asynq/blob/v0.26.0/internal/rdb/rdb.go, dequeueCmd and forwardCmd.
func AnswerIdle(redis *miniredis.Miniredis, p *server.Peer, command string, args []string) bool {
	if command != "EVALSHA" || len(args) < 4 || !strings.HasPrefix(args[2], "asynq:{") || redis.Exists(args[2]) {
		return false
	}
	_, list, _ := strings.Cut(args[2], "}:")
	switch _, next, _ := strings.Cut(args[3], "}:"); {
	case args[1] == "4" && list == "pending" && next == "paused":
		hold(redis, args[2], "pending")
		p.WriteNull()
	case args[1] == "2" && (list == "scheduled" || list == "retry") && next == "pending":
		hold(redis, args[2], "scheduled", "retry")
		p.WriteInt(0)
	default:
		return false
	}
	return true
}

// hold waits until any queue has one of the lists, where the question is for one of heldQueue; the first of lists stands for all.
func hold(redis *miniredis.Miniredis, question string, lists ...string) {
	if question != heldQueue+lists[0] {
		return
	}
	look := time.NewTicker(idleLook)
	defer look.Stop()
	for end := time.Now().Add(idleHold); !anyQueueHas(redis, lists) && time.Now().Before(end); {
		<-look.C
	}
}

// anyQueueHas says whether a queue that had a task once has one of the lists. A list without tasks is no key.
func anyQueueHas(redis *miniredis.Miniredis, lists []string) bool {
	queues, _ := redis.Members("asynq:queues") // without any it is no key
	return slices.ContainsFunc(queues, func(queue string) bool {
		return slices.ContainsFunc(lists, func(list string) bool { return redis.Exists("asynq:{" + queue + "}:" + list) })
	})
}

// unfinished are the lists of tasks that are to be done. A list without tasks is no key.
var unfinished = []string{"pending", "active", "scheduled", "retry"}

// queuesAreEmpty says that no task waits or runs.
func queuesAreEmpty(redis *miniredis.Miniredis) bool {
	return !slices.ContainsFunc(redis.Keys(), func(key string) bool {
		_, list, ok := strings.Cut(key, "}:")
		return ok && strings.HasPrefix(key, "asynq:{") && slices.Contains(unfinished, list)
	})
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
