package scheduler_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
	"okrbot/okr/redisstore"
	"okrbot/scheduler"
)

// workerRedis names the Redis of a worker process of a benchmark, workerRounds how much
// it computes in each task.
const (
	workerRedis  = "OKRBOT_TEST_WORKER"
	workerRounds = "OKRBOT_TEST_ROUNDS"
)

// benchKeys seal what a test with a real store keeps.
const benchKeys = "k:CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk="

// rounds is work that computes so many rounds in each task; 0: what is left is the
// queue.
type rounds struct {
	scheduler.Work
	scheduler.Post
	n int
}

// SyncConnection implements scheduler.Work.
func (r rounds) SyncConnection(context.Context, okr.TenantID, okr.ConnectionID, []string, time.Duration) (okr.SyncReport, error) {
	compute(r.n)
	return okr.SyncReport{}, nil
}

// compute keeps a core busy; a round takes a few microseconds.
func compute(n int) {
	sum := sha256.Sum256(nil)
	for range n {
		for range 16 {
			sum = sha256.Sum256(sum[:])
		}
	}
}

// roundsOf is how many rounds take so long here.
func roundsOf(d time.Duration) int {
	const tried = 2000
	start := time.Now()
	compute(tried)
	return int(tried * d / time.Since(start))
}

// newQueueWorker makes a replica that computes n rounds in each task.
func newQueueWorker(ctx context.Context, url string, n int, workers bool) (*redisstore.Store, *scheduler.Scheduler, error) {
	store, err := redisstore.Open(ctx, redisstore.Options{URL: url, SealKeys: benchKeys})
	if err != nil {
		return nil, nil, err
	}
	s, err := scheduler.New(scheduler.Options{
		Redis: shared{store.Client()}, Agenda: store, Work: rounds{n: n}, Post: rounds{}, NoClock: true, NoWorkers: !workers,
	})
	return store, s, err
}

// runAsWorker is a worker process of a benchmark, until it is told to stop.
func runAsWorker() bool {
	url := os.Getenv(workerRedis)
	if url == "" {
		return false
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	n, _ := strconv.Atoi(os.Getenv(workerRounds)) // of a process that this benchmark started
	_, s, err := newQueueWorker(ctx, url, n, true)
	if err == nil {
		err = s.Start(ctx)
	}
	if err != nil {
		panic(err)
	}
	<-ctx.Done()
	return true
}

// BenchmarkQueue measures what the queue costs by itself and how it grows: 20,000 syncs of
// 2,000 tenants, enqueued by a clock and taken by one and by two worker processes of one
// core each on a real Redis. They do nothing, which shows where the queue ends, or compute
// for a millisecond.
func BenchmarkQueue(b *testing.B) {
	for _, work := range []time.Duration{0, time.Millisecond} {
		for _, processes := range []int{1, 2} {
			b.Run(fmt.Sprintf("tasks of %v, %d processes", work, processes), func(b *testing.B) {
				for range b.N {
					measureQueue(b, roundsOf(work), processes)
				}
			})
		}
	}
}

func measureQueue(b *testing.B, n, processes int) {
	b.Helper()
	const tasks = 20_000
	url := okrtest.StartRedis(b)
	store, clock, err := newQueueWorker(b.Context(), url, n, false)
	require.NoError(b, err)
	planMany(b, store, tasks)
	before, start := usageOf(b, store), time.Now()
	require.NoError(b, clock.Tick(b.Context(), time.Now()))
	enqueued, took := usageOf(b, store), time.Since(start)
	var workers []*exec.Cmd
	for range processes {
		workers = append(workers, startWorker(b, url, n))
	}
	start = time.Now()
	awaitCompleted(b, store, tasks)
	worked, spent := usageOf(b, store), time.Since(start)
	var cpu time.Duration
	for _, w := range workers {
		require.NoError(b, w.Process.Kill())
		require.Error(b, w.Wait())
		cpu += w.ProcessState.UserTime() + w.ProcessState.SystemTime()
	}
	b.ReportMetric(tasks/took.Seconds(), "enqueued/s")
	b.ReportMetric(tasks/spent.Seconds(), "worked/s")
	b.ReportMetric(float64(worked.commands-before.commands)/tasks, "redis-commands/task")
	b.ReportMetric(float64(worked.bytes-before.bytes)/tasks, "redis-bytes/task")
	b.ReportMetric(float64(enqueued.memory-before.memory)/tasks, "redis-memory/task")
	b.ReportMetric(float64((worked.cpu-enqueued.cpu).Microseconds())/tasks, "redis-µs/task")
	b.ReportMetric(100*(worked.cpu-enqueued.cpu).Seconds()/spent.Seconds(), "redis-busy-%")
	b.ReportMetric(float64(cpu.Microseconds())/tasks, "worker-µs/task")
	b.ReportMetric(0, "ns/op")
	require.NoError(b, store.Close())
}

// awaitCompleted waits until so many syncs are done, by one small command a look.
func awaitCompleted(b *testing.B, store *redisstore.Store, tasks int64) {
	b.Helper()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for store.Client().ZCard(b.Context(), "asynq:{hourly}:completed").Val() < tasks {
		select {
		case <-look.C:
		case <-b.Context().Done():
			require.NoError(b, b.Context().Err())
		}
	}
}

func planMany(b *testing.B, store *redisstore.Store, tasks int) {
	b.Helper()
	for n := range tasks {
		due := okr.Due{Kind: okr.DueSync, Tenant: okr.TenantID(fmt.Sprintf("tenant-%d", n%2000)), ID: fmt.Sprintf("C%d", n)}
		require.NoError(b, store.Plan(b.Context(), due))
	}
}

// redisUse is what was asked of Redis so far. Commands that scripts call count too.
type redisUse struct {
	commands, bytes, memory int64
	cpu                     time.Duration
}

func usageOf(b *testing.B, store *redisstore.Store) redisUse {
	b.Helper()
	stats, memory := store.Client().Info(b.Context(), "stats").Val(), store.Client().Info(b.Context(), "memory").Val()
	return redisUse{
		commands: okrtest.InfoField(stats, "total_commands_processed"),
		bytes:    okrtest.InfoField(stats, "total_net_input_bytes") + okrtest.InfoField(stats, "total_net_output_bytes"),
		memory:   okrtest.InfoField(memory, "used_memory"),
		cpu:      cpuOf(b, store),
	}
}

// cpuOf is the time that Redis has computed.
func cpuOf(b *testing.B, store *redisstore.Store) time.Duration {
	b.Helper()
	var seconds float64
	for line := range strings.Lines(store.Client().Info(b.Context(), "cpu").Val()) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		if name == "used_cpu_sys" || name == "used_cpu_user" {
			n, err := strconv.ParseFloat(value, 64)
			require.NoError(b, err)
			seconds += n
		}
	}
	return time.Duration(seconds * float64(time.Second))
}

// startWorker starts a worker process that has one core.
func startWorker(b *testing.B, url string, n int) *exec.Cmd {
	b.Helper()
	cmd := exec.CommandContext(b.Context(), os.Args[0]) //nolint:gosec // this benchmark itself
	cmd.Env = append(os.Environ(), workerRedis+"="+url, workerRounds+"="+strconv.Itoa(n), "GOMAXPROCS=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	require.NoError(b, cmd.Start())
	b.Cleanup(func() {
		if cmd.ProcessState == nil {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	})
	return cmd
}
