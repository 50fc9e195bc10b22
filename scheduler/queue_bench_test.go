package scheduler_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
	"okrbot/okr/redisstore"
	"okrbot/scheduler"
)

// workerRedis names the Redis of a worker process of a benchmark.
const workerRedis = "OKRBOT_TEST_WORKER"

// benchKeys seal what a test with a real store keeps.
const benchKeys = "k:CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk="

// idleWork does nothing: what is left is the queue.
type idleWork struct {
	scheduler.Work
	scheduler.Post
}

// SyncConnection implements scheduler.Work.
func (idleWork) SyncConnection(context.Context, okr.TenantID, okr.ConnectionID, []string, time.Duration) (okr.SyncReport, error) {
	return okr.SyncReport{}, nil
}

// newQueueWorker makes a replica that does nothing in each task.
func newQueueWorker(ctx context.Context, url string, workers bool) (*redisstore.Store, *scheduler.Scheduler, error) {
	store, err := redisstore.Open(ctx, redisstore.Options{URL: url, SealKeys: benchKeys})
	if err != nil {
		return nil, nil, err
	}
	s, err := scheduler.New(scheduler.Options{
		Redis: shared{store.Client()}, Agenda: store, Work: idleWork{}, Post: idleWork{}, NoClock: true, NoWorkers: !workers,
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
	_, s, err := newQueueWorker(ctx, url, true)
	if err == nil {
		err = s.Start(ctx)
	}
	if err != nil {
		panic(err)
	}
	<-ctx.Done()
	return true
}

// BenchmarkQueue measures what the queue costs by itself: 20,000 syncs of 2,000
// tenants that do nothing, enqueued by a clock and taken by one and by two worker
// processes on a real Redis.
func BenchmarkQueue(b *testing.B) {
	const tasks = 20_000
	for _, processes := range []int{1, 2} {
		b.Run(fmt.Sprintf("%d processes", processes), func(b *testing.B) {
			for range b.N {
				url := okrtest.StartRedis(b)
				store, clock, err := newQueueWorker(b.Context(), url, false)
				require.NoError(b, err)
				planMany(b, store, tasks)
				before, start := usageOf(b, store), time.Now()
				require.NoError(b, clock.Tick(b.Context(), time.Now()))
				enqueued, took := usageOf(b, store), time.Since(start)
				for range processes {
					startWorker(b, url)
				}
				start = time.Now()
				require.NoError(b, clock.Idle(b.Context()))
				worked, spent := usageOf(b, store), time.Since(start)
				b.ReportMetric(tasks/took.Seconds(), "enqueued/s")
				b.ReportMetric(tasks/spent.Seconds(), "worked/s")
				b.ReportMetric(float64(worked.commands-before.commands)/tasks, "redis-commands/task")
				b.ReportMetric(float64(worked.bytes-before.bytes)/tasks, "redis-bytes/task")
				b.ReportMetric(float64(enqueued.memory-before.memory)/tasks, "redis-memory/task")
				b.ReportMetric(0, "ns/op")
				require.NoError(b, store.Close())
			}
		})
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
type redisUse struct{ commands, bytes, memory int64 }

func usageOf(b *testing.B, store *redisstore.Store) redisUse {
	b.Helper()
	stats, memory := store.Client().Info(b.Context(), "stats").Val(), store.Client().Info(b.Context(), "memory").Val()
	return redisUse{
		commands: okrtest.InfoField(stats, "total_commands_processed"),
		bytes:    okrtest.InfoField(stats, "total_net_input_bytes") + okrtest.InfoField(stats, "total_net_output_bytes"),
		memory:   okrtest.InfoField(memory, "used_memory"),
	}
}

func startWorker(b *testing.B, url string) {
	b.Helper()
	cmd := exec.CommandContext(b.Context(), os.Args[0]) //nolint:gosec // this benchmark itself
	cmd.Env = append(os.Environ(), workerRedis+"="+url)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	require.NoError(b, cmd.Start())
	b.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
}
