package main

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/bot/bottest"
	"okrbot/bot/bottest/script"
	"okrbot/okr"
	"okrbot/okr/okrtest"
)

// quietInterval is an interval near an hour in which neither the sync nor the
// digest of the test's only connection and subscription is due within some minutes:
// the test decides when it is.
func quietInterval(now time.Time) time.Duration {
	for minutes := int64(60); ; minutes++ {
		quiet := true
		for _, due := range []okr.Due{{Kind: okr.DueSync, Tenant: bottest.DefaultTenant, ID: "C1"}, {Kind: okr.DueDigest, Tenant: bottest.DefaultTenant, ID: "S1"}} {
			ago := (now.Unix()/60 - int64(due.Slot())%minutes + minutes) % minutes
			quiet = quiet && ago >= 5 && ago <= minutes-10
		}
		if quiet {
			return time.Duration(minutes) * time.Minute
		}
	}
}

// TestServeHourAfterKill kills okrbot in the middle of a sync and lets two
// replicas go on after an hour: what was known is known, the hour's sync and
// digest come, and each comes once.
func TestServeHourAfterKill(t *testing.T) {
	t.Parallel()
	binary := okrbotBinary(t)
	redis := okrtest.StartRedisServer(t, "--appendonly", "yes", "--appendfsync", "always")
	w := newWorld(t, time.Now(), "REDIS_URL", redis.URL())
	interval := "SYNC_INTERVAL=" + quietInterval(time.Now()).String()

	first := startProcess(t, binary, w, interval)
	enableAndBind(t, w)
	complete(t, w, 3)
	play(t, w, "say sync KR1", "expect '15 of 30'")
	killDuringSync(t, w, first)

	passHour(t, redis)
	second := startProcess(t, binary, w, interval)
	replicas := []*mainProcess{second}
	eventually(t, "the hour's sync and digest are done", func() bool {
		return tasksDone(t, replicas, "sync") == 1 && tasksDone(t, replicas, "digest") == 1
	})
	play(t, w,
		"say okr KR1", "expect '17 of 30' 'Launch bugs'",
		"in channel Delivery", "say digest", "expect Stop",
	)
	passHour(t, redis) // as a second replica sees it whose clock ticks the same hour
	third := startProcess(t, binary, w, interval)
	replicas = append(replicas, third)
	eventually(t, "the second replica has ticked", func() bool {
		answer, err := redis.Do("GET", "okr:ticked")
		return err == nil && answer != "$-1"
	})
	play(t, w, "in personal", "say okr KR1", "expect '17 of 30'")
	third.stop(t)
	require.Equal(t, 1, tasksDone(t, replicas[:1], "sync"), "one sync an hour")
	second.stop(t)
	require.Contains(t, strings.Join(second.out.Lines(), "\n"), "op=sync")
	require.NotContains(t, strings.Join(third.out.Lines(), "\n"), "op=sync", "the second replica had nothing to sync")
	digests := 0
	for _, p := range w.Teams.Posts(w.Teams.Channel("Delivery")) {
		if p.Contains("What changed") && !p.Contains("Digest for") { // the form says what a digest does
			digests++
		}
	}
	require.Equal(t, 1, digests, w.Teams.Transcript(w.Teams.Channel("Delivery")))
}

// complete finishes work behind KR1.
func complete(t *testing.T, w *world, items int) {
	t.Helper()
	_, err := w.Azure.Complete(adotest.OrgContoso, adotest.ProjectFiber, "Launch bugs", items)
	require.NoError(t, err)
}

// killDuringSync kills the process while its sync waits for Azure DevOps.
func killDuringSync(t *testing.T, w *world, p *mainProcess) {
	t.Helper()
	complete(t, w, 2)
	release := make(chan struct{})
	w.Azure.ResetCalls()
	w.Azure.Fail(adotest.Rule{Op: adotest.OpQueryGet, Count: 1, Fault: adotest.Held(make(chan struct{}, 1), release)})
	play(t, w, "say sync KR1", "expect 'Sync started'")
	eventually(t, "the sync is under way", func() bool { return w.Azure.MaxInFlight(adotest.AlexOID) > 0 })
	p.kill(t)
	close(release)
	w.Azure.ClearFaults()
}

// passHour makes the scheduler think that it did not tick for an hour.
func passHour(t *testing.T, redis *okrtest.RedisServer) {
	t.Helper()
	answer, err := redis.Do("DEL", "okr:ticked")
	require.NoError(t, err)
	require.Equal(t, ":1", answer)
}

// tasksDone is how many tasks of a kind the processes have done, as their metrics
// say.
func tasksDone(t *testing.T, replicas []*mainProcess, kind string) int {
	t.Helper()
	done := 0
	for _, p := range replicas {
		for line := range strings.Lines(pageOf(t, p.address+"/metrics")) {
			value, ok := strings.CutPrefix(line, fmt.Sprintf("okrbot_queue_tasks_total{kind=%q,outcome=\"done\"} ", kind))
			if n, err := strconv.Atoi(strings.TrimSpace(value)); ok && err == nil {
				done += n
			}
		}
	}
	return done
}

func pageOf(t *testing.T, address string) string {
	t.Helper()
	_, body, err := script.Get(t.Context(), address)
	require.NoError(t, err)
	return body
}
