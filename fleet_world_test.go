package main

import (
	"context"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/bot/bottest/script"
	"okrbot/okr/okrtest"
)

// processClock names the file with the time of okrbot as a process of a test, in
// Unix nanoseconds. With it the test binary is okrbot instead of a test.
const processClock = "OKRBOT_TEST_CLOCK"

// runAsProcess is main with a clock that a test sets: whenever the time changed,
// the minutes in between are ticked at once. It says whether it ran.
func runAsProcess() bool {
	file := os.Getenv(processClock)
	if file == "" {
		return false
	}
	config, err := LoadConfig(os.Getenv)
	if err != nil {
		panic(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	now := func() time.Time {
		raw, _ := os.ReadFile(file) //nolint:gosec // the test's own
		ns, _ := strconv.ParseInt(string(raw), 10, 64)
		return time.Unix(0, ns).UTC()
	}
	log := slog.New(slog.NewTextHandler(os.Stdout, nil))
	err = serve(ctx, config, log, &hooks{
		now: now, poll: script.ServerPoll, pace: 1000, retry: 300 * time.Millisecond,
		ready: func(a *app) { tickAsTimePasses(ctx, a, now) },
	})
	if err != nil {
		panic(err)
	}
	return true
}

func tickAsTimePasses(ctx context.Context, a *app, now func() time.Time) {
	poll := time.NewTicker(20 * time.Millisecond)
	defer poll.Stop()
	var ticked time.Time
	for {
		if t := now(); !t.Equal(ticked) && a.config.has(roleClock) {
			if a.scheduler.Tick(ctx, t) == nil {
				ticked = t
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-poll.C:
		}
	}
}

// fleet is okrbot as some processes on one Redis, between both clouds.
type fleet struct {
	*world
	redis *okrtest.Deployment
	file  string // of the clock
	all   []*mainProcess
	known int // how often the channel had been told before the last finish
}

func newFleet(t *testing.T, redis *okrtest.Deployment) *fleet {
	t.Helper()
	w := newWorld(t, time.Date(2026, 8, 17, 9, 30, 0, 0, time.UTC), "REDIS_URL", redis.URL)
	f := &fleet{world: w, redis: redis, file: filepath.Join(t.TempDir(), "clock")}
	f.pass(t, 0)
	return f
}

// pass lets time go by for everybody.
func (f *fleet) pass(t *testing.T, d time.Duration) {
	t.Helper()
	f.Clock.Add(d)
	next := f.file + ".next"
	require.NoError(t, os.WriteFile(next, []byte(strconv.FormatInt(f.Clock.Now().UnixNano(), 10)), 0o600))
	require.NoError(t, os.Rename(next, f.file))
}

// start starts a process with roles. The one that has the role web is who Teams
// speaks to from then on.
func (f *fleet) startProcess(t *testing.T, roles string) *mainProcess {
	t.Helper()
	address := freeAddress(t)
	if strings.Contains(roles, roleWeb) {
		f.Address = address
		f.Register()
	}
	p := &mainProcess{address: "http://" + address, out: &script.Log{}}
	p.cmd = exec.CommandContext(t.Context(), os.Args[0]) //nolint:gosec // this test itself
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.out
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	for _, name := range variableNames() {
		if v := f.Getenv(name); v != "" {
			p.cmd.Env = append(p.cmd.Env, name+"="+v)
		}
	}
	p.cmd.Env = append(p.cmd.Env, processClock+"="+f.file, "LISTEN_ADDR="+address, "ROLES="+roles, "GOMAXPROCS=2", endsAtOnce)
	require.NoError(t, p.cmd.Start())
	t.Cleanup(func() { _ = p.cmd.Process.Kill(); _ = p.cmd.Wait() })
	eventually(t, "okrbot is ready", func() bool {
		status, _, err := script.Get(t.Context(), p.address+"/readyz")
		return err == nil && status == http.StatusOK
	})
	f.all = append(f.all, p)
	return p
}

// queues are those of the scheduler.
var queues = []string{"now", "hourly", "digest"}

// expireLeases lets the half minute be over for which the task of a dead worker
// stays its own: https://pkg.go.dev/github.com/hibiken/asynq.
func (f *fleet) expireLeases(t *testing.T) {
	t.Helper()
	for _, queue := range queues {
		lease := "asynq:{" + queue + "}:lease"
		answer := f.redis.Do(t, lease, "ZRANGE", lease, "0", "-1")
		for line := range strings.SplitSeq(answer, "\r\n") {
			if line != "" && line[0] != '$' && line[0] != '*' {
				f.redis.Do(t, lease, "ZADD", lease, "1", line)
			}
		}
	}
}

// idle waits until the time was ticked and everything is done that came of it.
func (f *fleet) idle(t *testing.T) {
	t.Helper()
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(f.evidence(t))
		}
	})
	eventually(t, "the queue is empty", func() bool { return f.isIdle(t) })
}

func (f *fleet) isIdle(t *testing.T) bool {
	t.Helper()
	minute := strconv.FormatInt(f.Clock.Now().Truncate(time.Minute).UnixMilli(), 10)
	if !strings.Contains(f.redis.Do(t, "okr:ticked", "GET", "okr:ticked"), minute) {
		return false
	}
	for _, queue := range queues { // each at once: tasks go from one list to the other
		ask := []string{"EXISTS"}
		for _, list := range []string{"pending", "active", "retry", "scheduled"} { // an empty one is no key
			ask = append(ask, "asynq:{"+queue+"}:"+list)
		}
		if f.redis.Do(t, ask[1], ask...) != ":0\r\n" {
			return false
		}
	}
	return true
}

var movedKR1 = regexp.MustCompile(`(?s)KR1 · .*?points?: ([0-9.]+)% → ([0-9.]+)%`)

// told gives what the channel was told of KR1: before and after, in order.
func (f *fleet) told() (moves [][2]string) {
	for _, p := range f.Teams.Posts(f.Teams.Channel("Delivery")) {
		if m := movedKR1.FindStringSubmatch(p.Text()); m != nil && p.Contains("What changed") {
			moves = append(moves, [2]string{m[1], m[2]})
		}
	}
	return moves
}

// untilTold lets hours pass until the channel was told what was finished last, and fails when
// that takes more than one beyond the hour of the change: a digest that comes
// before the sync of its hour tells an hour later.
func (f *fleet) untilTold(t *testing.T) {
	t.Helper()
	for range 2 {
		f.idle(t)
		if len(f.told()) > f.known {
			return
		}
		f.pass(t, time.Hour)
	}
	f.idle(t)
	require.Greater(t, len(f.told()), f.known, "not told in time\n%s", f.evidence(t))
}

// requireOnce says that each change was told exactly once: what a post begins
// with is what the one before ended with.
func (f *fleet) requireOnce(t *testing.T, end string) {
	t.Helper()
	at := "40"
	for _, move := range f.told() {
		require.Equal(t, at, move[0], "%v\n%s", f.told(), f.evidence(t))
		at = move[1]
	}
	require.Equal(t, end, at)
}

// gauge reads a metric of a process.
func (p *mainProcess) gauge(t *testing.T, name string) int {
	t.Helper()
	for line := range strings.Lines(pageOf(t, p.address+"/metrics")) {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			n, err := strconv.Atoi(strings.TrimSpace(value))
			require.NoError(t, err)
			return n
		}
	}
	require.Fail(t, "no metric "+name)
	return 0
}

func (f *fleet) evidence(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for i, p := range f.all {
		lines := p.out.Lines()
		all.WriteString("\nprocess " + strconv.Itoa(i) + ":\n" + strings.Join(lines[max(0, len(lines)-25):], "\n"))
	}
	return all.String() + "\n" + f.Teams.Transcript(f.Teams.Channel("Delivery"))
}

// finish is n more bugs closed.
func (f *fleet) finish(t *testing.T, n int) {
	t.Helper()
	f.known = len(f.told())
	_, err := f.Azure.Complete(adotest.OrgContoso, adotest.ProjectFiber, "Launch bugs", n)
	require.NoError(t, err)
}
