package scheduler_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/scheduler"
)

func TestSyncNow(t *testing.T) {
	t.Parallel()
	w := &world{now: noon, until: noon}
	s := newScheduler(t, startRedis(t), w)
	start(t, s)
	reply := okr.Reply{Conversation: okr.Conversation{ID: "c"}, ActivityID: "a1"}
	jobs := []okr.SyncJob{{Connection: "C1", Queries: []string{"q"}}, {Connection: "C2"}}
	require.NoError(t, s.SyncNow(t.Context(), tenant, jobs, reply))
	idle(t, s)
	require.Equal(t, []string{"sync C1", "sync C2", "sync done"}, w.order())
	require.Equal(t, []okr.Reply{reply}, w.replies)
	require.Len(t, w.rows, 2)
	require.Equal(t, okr.Invalid, okr.KindOf(s.SyncNow(t.Context(), tenant, nil, reply)))
}

func TestSyncNowBeforeBacklog(t *testing.T) {
	t.Parallel()
	const backlog = 40
	w := &world{now: noon, until: noon.Add(-time.Hour)}
	for i := range backlog {
		w.agenda = append(w.agenda, syncOf(fmt.Sprintf("C%d", i+100)))
	}
	s := newScheduler(t, startRedis(t), w, func(o *scheduler.Options) { o.Concurrency = 1 })
	require.NoError(t, s.Tick(t.Context(), noon))
	require.NoError(t, s.SyncNow(t.Context(), tenant, []okr.SyncJob{{Connection: "C1"}}, okr.Reply{}))
	start(t, s)
	idle(t, s)
	calls := w.order()
	require.Len(t, calls, backlog+2)
	require.Less(t, slices.Index(calls, "sync done"), backlog, "it did not wait for the whole backlog")
}

func TestSyncNowTellsFailures(t *testing.T) {
	t.Parallel()
	w := &world{now: noon, until: noon}
	w.onSync = func(_ context.Context, id okr.ConnectionID) (okr.SyncReport, error) {
		switch id {
		case "C1":
			return okr.SyncReport{Failure: okr.Errorf(okr.SignIn, "Sign in again.")}, nil
		case "C2":
			return okr.SyncReport{}, errors.New("secret detail")
		default:
			panic("broken")
		}
	}
	s := newScheduler(t, startRedis(t), w)
	start(t, s)
	for _, id := range []okr.ConnectionID{"C1", "C2", "C3"} {
		require.NoError(t, s.SyncNow(t.Context(), tenant, []okr.SyncJob{{Connection: id}}, okr.Reply{}))
		idle(t, s)
	}
	require.Equal(t, []string{"sync C1", "sync done", "sync C2", "sync done", "sync C3", "sync done"}, w.order())
	require.Equal(t, "Sign in again.", w.rows[0].Problem)
	require.Contains(t, w.rows[1].Problem, "internal fault")
	require.NotContains(t, w.rows[1].Problem, "secret detail")
	require.Contains(t, w.rows[2].Problem, "internal fault")
}

func TestSyncRetries(t *testing.T) {
	t.Parallel()
	internal := errors.New("fault")
	tests := map[string]struct {
		report okr.SyncReport
		err    error
		runs   int
	}{
		"throttled":         {okr.SyncReport{Failure: okr.Errorf(okr.Throttled, "slow down")}, nil, 3},
		"store unavailable": {okr.SyncReport{}, okr.Errorf(okr.Unavailable, "store"), 3},
		"needs sign-in":     {okr.SyncReport{Failure: okr.Errorf(okr.SignIn, "sign in")}, nil, 1},
		"remote not found":  {okr.SyncReport{Failure: okr.Errorf(okr.NotFound, "no project")}, nil, 1},
		"goal deleted":      {okr.SyncReport{}, okr.Errorf(okr.NotFound, "no goal"), 1},
		"disabled":          {okr.SyncReport{}, okr.Errorf(okr.Disabled, "disabled"), 1},
		"internal":          {okr.SyncReport{}, internal, 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			due := syncOf("C1")
			w := &world{agenda: []okr.Due{due}, now: slotTime(due)}
			w.onSync = func(context.Context, okr.ConnectionID) (okr.SyncReport, error) { return tt.report, tt.err }
			s := newScheduler(t, startRedis(t), w, func(o *scheduler.Options) { o.MaxRetry = 2 })
			start(t, s)
			require.NoError(t, s.Tick(t.Context(), w.clock()))
			idle(t, s)
			require.Equal(t, tt.runs, w.count("sync C1"))
		})
	}
}

func TestSyncTellsOwnerOnce(t *testing.T) {
	t.Parallel()
	due := syncOf("C1")
	w := &world{agenda: []okr.Due{due}, now: slotTime(due)}
	w.onSync = func(context.Context, okr.ConnectionID) (okr.SyncReport, error) {
		failure := okr.Errorf(okr.SignIn, "Sign in again.")
		if w.count("notice given") > 0 {
			return okr.SyncReport{Failure: failure}, nil
		}
		return okr.SyncReport{Failure: failure, Notices: []okr.Notice{{}}}, nil
	}
	unreachable := true
	w.onTell = func() error {
		if unreachable {
			return okr.Errorf(okr.Unavailable, "Teams did not answer.")
		}
		return nil
	}
	s := newScheduler(t, startRedis(t), w)
	start(t, s)
	for hour := range 4 {
		require.NoError(t, s.Tick(t.Context(), slotTime(due).Add(time.Duration(hour)*time.Hour)))
		idle(t, s)
		require.Equal(t, min(hour, 1), w.count("notice given"), "only what was told is recorded")
		unreachable = false
	}
	require.Equal(t, 2, w.count("tell"))
}

func TestSyncSuperseded(t *testing.T) {
	t.Parallel()
	due := syncOf("C1")
	w := &world{agenda: []okr.Due{due}, now: slotTime(due)}
	s := newScheduler(t, startRedis(t), w)
	require.NoError(t, s.Tick(t.Context(), w.clock())) // no worker runs
	w.setClock(w.clock().Add(time.Hour))
	require.NoError(t, s.Tick(t.Context(), w.clock()))
	start(t, s)
	idle(t, s)
	require.Equal(t, 1, w.count("sync C1"), "a backlog collapses into the newest period")
}
