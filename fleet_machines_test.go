package main

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/bot/bottest"
	"okrbot/bot/bottest/script"
	"okrbot/okr/okrtest"
)

// TestFleet lets the machines under okrbot die, hang and restart, on each way to
// run Redis, while an hour goes by after the other. Every change is told once, and
// at most an interval late.
func TestFleet(t *testing.T) {
	t.Parallel()
	for name, start := range okrtest.Deployments() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFleet(t, start(t))
			web := f.startProcess(t, "web,clock")
			worker := f.startProcess(t, "worker,clock")
			enableAndBind(t, f.world)
			f.finish(t, 3)
			f.untilTold(t)
			goroutines := web.gauge(t, "go_goroutines")

			worker = f.killWorker(t, worker)
			f.killMaster(t)
			f.hang(t, web)
			f.requireOnce(t, "70")
			eventually(t, "no goroutine is left behind", func() bool { return web.gauge(t, "go_goroutines") <= goroutines+10 })

			web, worker = f.restartAll(t, web, worker)
			f.jump(t)
			f.requireOnce(t, "80")
			parked := `okrbot_queue_depth{queue="hourly",state="parked"} `
			require.Contains(t, pageOf(t, worker.address+"/metrics"), parked+"0\n", "nothing was given up")
			web.stop(t)
			worker.stop(t)
		})
	}
}

// midSync lets an hour pass and holds its sync at Azure DevOps while f runs.
func (f *fleet) midSync(t *testing.T, during func(release func())) {
	t.Helper()
	held := make(chan struct{})
	f.Azure.ResetCalls()
	f.Azure.Fail(adotest.Rule{Op: adotest.OpQueryRun, Count: 1, Fault: adotest.Held(make(chan struct{}, 1), held)})
	f.pass(t, time.Hour)
	eventually(t, "the sync is under way", func() bool { return f.Azure.MaxInFlight(adotest.AlexOID) > 0 })
	during(func() { close(held) })
	f.Azure.ClearFaults()
}

// killWorker kills the worker in the middle of a sync; another one takes it up.
func (f *fleet) killWorker(t *testing.T, worker *mainProcess) (next *mainProcess) {
	t.Helper()
	f.finish(t, 2)
	f.midSync(t, func(release func()) { worker.kill(t); release() })
	f.expireLeases(t)
	next = f.startProcess(t, "worker")
	f.untilTold(t)
	return next
}

// killMaster kills the Redis that a sync is about to write to.
func (f *fleet) killMaster(t *testing.T) {
	t.Helper()
	f.finish(t, 2)
	f.midSync(t, func(release func()) {
		f.redis.Break(t, "okr:{"+bottest.DefaultTenant+"}:")
		release()
	})
	f.redis.Mend(t)
	f.takeUp(t)
	f.untilTold(t)
}

// beats is longer than a live worker lets two of its heartbeats be apart, 5 s each, in which it prolongs what it holds:
// https://github.com/hibiken/asynq/blob/v0.26.0/heartbeat.go.
const beats = 12 * time.Second

// takeUp waits until the queue is empty, and lets a minute and a half pass for it where something was left in the hands of
// a worker that does not know of it: the answer to its taking, or the note of its end, was lost with the master. Such a task
// is known by its lease, which nobody prolongs. Asynq looks for such tasks each minute, and when a worker starts.
func (f *fleet) takeUp(t *testing.T) {
	t.Helper()
	start := time.Now()
	eventually(t, "the queue goes on", func() bool {
		if f.isIdle(t) {
			return true
		}
		if time.Since(start) < beats || !f.isAbandoned(t, start) {
			return false
		}
		t.Log("a task was left in the hands of nobody")
		f.expireLeases(t)
		f.startProcess(t, "worker")
		return true
	})
}

// isAbandoned says whether there is a task whose lease was not prolonged since a time.
func (f *fleet) isAbandoned(t *testing.T, since time.Time) bool {
	t.Helper()
	const leased = 30 // s
	for _, queue := range queues {
		lease := "asynq:{" + queue + "}:lease"
		if f.redis.Do(t, lease, "ZCOUNT", lease, "-inf", "("+strconv.FormatInt(since.Unix()+leased, 10)) != ":0\r\n" {
			return true
		}
	}
	return false
}

// hang lets Redis hang until okrbot says so itself.
func (f *fleet) hang(t *testing.T, web *mainProcess) {
	t.Helper()
	f.finish(t, 2)
	f.redis.Pause(t)
	f.pass(t, time.Hour)
	eventually(t, "okrbot is not ready", func() bool { return !web.ready(t) })
	f.redis.Resume(t)
	f.takeUp(t)
	f.untilTold(t)
	eventually(t, "okrbot is ready", func() bool { return web.ready(t) })
}

func (p *mainProcess) ready(t *testing.T) bool {
	t.Helper()
	status, _, err := script.Get(t.Context(), p.address+"/readyz")
	return err == nil && status == http.StatusOK
}

// restartAll kills everything at once, as a power cut does.
func (f *fleet) restartAll(t *testing.T, web, worker *mainProcess) (nextWeb, nextWorker *mainProcess) {
	t.Helper()
	f.finish(t, 1)
	f.midSync(t, func(release func()) {
		web.kill(t)
		worker.kill(t)
		release()
	})
	f.redis.Restart(t)
	f.expireLeases(t)
	nextWeb, nextWorker = f.startProcess(t, "web,clock"), f.startProcess(t, "worker,clock")
	f.untilTold(t)
	return nextWeb, nextWorker
}

// jump sets the clock two days ahead, and then some minutes back.
func (f *fleet) jump(t *testing.T) {
	t.Helper()
	f.finish(t, 1)
	f.pass(t, 49*time.Hour)
	f.untilTold(t)
	f.pass(t, -10*time.Minute)
	f.finish(t, 1)
	f.pass(t, time.Hour)
	f.untilTold(t)
}
