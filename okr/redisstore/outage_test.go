package redisstore_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
	"okrbot/okr/redisstore"
)

func TestOutageIsUnavailableAndEnds(t *testing.T) {
	t.Parallel()
	server := okrtest.StartRedisServer(t)
	s := open(t, server.URL())
	require.NoError(t, s.Ping(t.Context()))
	server.Kill()
	_, err := s.Goals().Get(t.Context(), okrtest.TenantID, "O1")
	okrtest.RequireKind(t, okr.Unavailable, err)
	_, err = s.Goals().Update(t.Context(), okrtest.TenantID, "O1", func(*okr.Goal) error { return nil })
	okrtest.RequireKind(t, okr.Unavailable, err)
	okrtest.RequireKind(t, okr.Unavailable, s.SetTickedUntil(t.Context(), okrtest.Noon()))
	okrtest.RequireKind(t, okr.Unavailable, s.Ping(t.Context()))

	server.Restart(t)
	require.NoError(t, s.Goals().Create(t.Context(), okrtest.TenantID, okrtest.Objective(1)), "the same store works again")
	require.NoError(t, s.SetTickedUntil(t.Context(), okrtest.Noon()), "scripts are loaded again")
}

func TestHangingRedisEndsWithTheDeadline(t *testing.T) {
	t.Parallel()
	server := okrtest.StartRedisServer(t)
	s := open(t, server.URL())
	server.Pause(t)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	err := s.Ping(ctx)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	okrtest.RequireKind(t, okr.Unavailable, err)
	_, err = redisstore.GateOf(s).Ask(ctx, okrtest.TenantID, "CR1", redisstore.GateClaim{Process: "A", Number: 1, More: true, Limit: 2})
	okrtest.RequireKind(t, okr.Unavailable, err)
	server.Resume(t)
	require.NoError(t, s.Ping(t.Context()))
}

// What was acknowledged is there after kill -9, when Redis writes through.
func TestAcknowledgedWritesSurviveKill(t *testing.T) {
	t.Parallel()
	server := okrtest.StartRedisServer(t, "--appendonly", "yes", "--appendfsync", "always")
	s := open(t, server.URL())
	const enough = 100
	acknowledged, last := make(chan okr.GoalID, 100*enough), make(chan error, 1)
	half := make(chan struct{})
	go func() {
		defer close(acknowledged)
		for n := range cap(acknowledged) {
			if err := s.Goals().Create(t.Context(), okrtest.TenantID, okrtest.KeyResult(n+1, "O1")); err != nil {
				last <- err
				return
			}
			acknowledged <- okr.GoalID(fmt.Sprintf("KR%d", n+1))
			if n == enough {
				close(half)
			}
		}
		last <- nil
	}()
	<-half
	server.Kill() // in the midst of writing
	okrtest.RequireKind(t, okr.Unavailable, <-last)

	server.Restart(t)
	list, total, err := s.Goals().List(t.Context(), okrtest.TenantID, okr.ChildIndex("O1"), okr.Page{})
	require.NoError(t, err)
	require.Len(t, list, total, "lists and records agree")
	var got []okr.GoalID
	for _, goal := range list {
		got = append(got, goal.ID)
	}
	for id := range acknowledged {
		require.Contains(t, got, id)
	}
}
