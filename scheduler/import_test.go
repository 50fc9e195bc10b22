package scheduler_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/scheduler"
)

func TestImportRunsToItsEnd(t *testing.T) {
	t.Parallel()
	w := &world{now: noon, until: noon}
	w.onStep = func(context.Context) (bool, error) { return w.count("step IM1") < 3, nil }
	s := newScheduler(t, startRedis(t), w)
	for range 3 { // pressed again and again
		require.NoError(t, s.RunImport(t.Context(), tenant, "IM1"))
	}
	start(t, s)
	idle(t, s)
	require.Equal(t, []string{"step IM1", "step IM1", "step IM1", "moved IM1"}, w.order())
	require.Equal(t, 3, w.imports[0].Done)
	require.NoError(t, s.RunImport(t.Context(), tenant, "IM1"), "such as to take it back")
	idle(t, s)
	require.Equal(t, 4, w.count("step IM1"))
}

func TestImportSaysWhyItStopped(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		err   error
		steps int
		said  string
	}{
		"cannot go on":   {okr.Errorf(okr.Invalid, "The file is gone."), 1, "The file is gone."},
		"internal fault": {errors.New("secret detail"), 1, "internal fault"},
		"store is away":  {okr.Errorf(okr.Unavailable, "The store does not answer."), 3, "The store does not answer."},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &world{now: noon, until: noon}
			w.onStep = func(context.Context) (bool, error) { return false, tt.err }
			s := newScheduler(t, startRedis(t), w, func(o *scheduler.Options) { o.MaxRetry = 2 })
			start(t, s)
			require.NoError(t, s.RunImport(t.Context(), tenant, "IM1"))
			idle(t, s)
			require.Equal(t, tt.steps, w.count("step IM1"))
			require.Len(t, w.imports, 1, "it is said once")
			require.Contains(t, w.imports[0].Problem, tt.said)
			require.NotContains(t, w.imports[0].Problem, "secret detail")
			w.mu.Lock()
			w.onStep = nil
			w.mu.Unlock()
			require.NoError(t, s.RunImport(t.Context(), tenant, "IM1"))
			idle(t, s)
			require.Equal(t, tt.steps+1, w.count("step IM1"), "it goes on, even when it was given up")
		})
	}
}

func TestImportGoesOnElsewhere(t *testing.T) {
	t.Parallel()
	redis, w := startRedis(t), &world{now: noon, until: noon}
	first := newScheduler(t, redis, w)
	under := make(chan struct{})
	w.onStep = func(ctx context.Context) (bool, error) {
		if w.count("step IM1") > 1 {
			return false, nil
		}
		close(under)
		<-ctx.Done()
		return true, ctx.Err()
	}
	require.NoError(t, first.Start(t.Context()))
	require.NoError(t, first.RunImport(t.Context(), tenant, "IM1"))
	<-under
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	_ = first.Shutdown(gone)
	second := newScheduler(t, redis, w)
	start(t, second)
	idle(t, second)
	require.Equal(t, []string{"step IM1", "step IM1", "moved IM1"}, w.order())
}
