package scheduler_test

import (
	"context"
	"runtime"
	"testing"
	"time"
	"weak"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/scheduler"
)

func TestShutdownDrains(t *testing.T) {
	t.Parallel()
	due := syncOf("C1")
	w := &world{agenda: []okr.Due{due}, now: slotTime(due)}
	started, finish := make(chan struct{}), make(chan struct{})
	finished := false
	w.onSync = func(context.Context, okr.ConnectionID) (okr.SyncReport, error) {
		close(started)
		<-finish
		finished = true
		return okr.SyncReport{}, nil
	}
	s := newScheduler(t, startRedis(t), w)
	require.NoError(t, s.Start(t.Context())) // the clock ticks at once
	<-started
	stopped := make(chan error)
	go func() { stopped <- s.Shutdown(context.WithoutCancel(t.Context())) }()
	close(finish)
	require.NoError(t, <-stopped)
	require.True(t, finished)
	require.NoError(t, s.Shutdown(t.Context()), "twice is once")
	require.Error(t, s.Start(t.Context()), "it does not start again")
}

func TestShutdownRequeues(t *testing.T) {
	t.Parallel()
	due := syncOf("C1")
	w := &world{agenda: []okr.Due{due}, now: slotTime(due)}
	started := make(chan struct{})
	w.onSync = func(ctx context.Context, _ okr.ConnectionID) (okr.SyncReport, error) {
		if w.count("sync C1") > 1 {
			return okr.SyncReport{}, nil
		}
		close(started)
		<-ctx.Done()
		return okr.SyncReport{}, okr.WrapError(okr.Unavailable, ctx.Err(), "interrupted")
	}
	redis := startRedis(t)
	a, b := newScheduler(t, redis, w), newScheduler(t, redis, w)
	require.NoError(t, a.Start(t.Context()))
	<-started
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, a.Shutdown(ctx), context.Canceled)
	start(t, b)
	idle(t, b)
	require.Equal(t, 2, w.count("sync C1"), "another replica took it up")
}

func TestShutdownBeforeStart(t *testing.T) {
	t.Parallel()
	s := newScheduler(t, startRedis(t), &world{now: noon})
	require.NoError(t, s.Shutdown(t.Context()))
}

// Nothing holds on to a replica that has stopped, nor to what it worked with.
func TestWhatHasStoppedIsLetGo(t *testing.T) {
	t.Parallel()
	stopped := func() weak.Pointer[scheduler.Scheduler] {
		s := newScheduler(t, startRedis(t), &world{now: time.Now()})
		require.NoError(t, s.Start(t.Context()))
		require.NoError(t, s.Shutdown(t.Context()))
		return weak.Make(s)
	}()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	for stopped.Value() != nil && ctx.Err() == nil {
		runtime.GC()
	}
	require.Nil(t, stopped.Value())
}
