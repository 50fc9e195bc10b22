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

// A writer goes on through the death of the master, on each way to run Redis.
// What was acknowledged is there afterwards, lists and records agree, and no
// number is given twice.
func TestDeploymentsLoseNothing(t *testing.T) {
	t.Parallel()
	for name, start := range okrtest.Deployments() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := start(t)
			s := open(t, d.URL)
			stop, done := context.WithCancel(t.Context())
			written := writeGoals(stop, t, s, name == "sentinel")
			written.more(t, 50)
			d.Break(t, "okr:{"+string(okrtest.TenantID)+"}:")
			d.Mend(t)
			written.more(t, 20)
			done()
			<-written.done
			requireWritten(t, s, written)
			require.True(t, name != "cluster" || s.OneCopy() > 0, "this one has no replicas")
			require.True(t, name != "single" || s.OneCopy() == 0, "nobody expects one")
		})
	}
}

// writing is what a writer did. Where a replica becomes master, only what it had when it was
// asked is sure: a machine that is busy may take longer than a write waits for, and then
// [redisstore.Store.OneCopy] says so.
type writing struct {
	acknowledged map[okr.GoalID]bool // to be read when done is closed
	each, done   chan struct{}
}

// more waits for writes that begin from now on.
func (w *writing) more(t *testing.T, n int) {
	t.Helper()
	limit := time.After(2 * time.Minute)
	for range n {
		select {
		case <-w.each:
		case <-limit:
			require.FailNow(t, "no writes")
		}
	}
}

// writeGoals writes key results until ctx ends.
func writeGoals(ctx context.Context, t *testing.T, s *redisstore.Store, isReplicated bool) *writing {
	t.Helper()
	w := &writing{acknowledged: map[okr.GoalID]bool{}, each: make(chan struct{}), done: make(chan struct{})}
	go func() {
		defer close(w.done)
		for ctx.Err() == nil {
			number, err := s.NextNumber(ctx, okrtest.TenantID, "KR")
			if err == nil {
				err = s.Goals().Create(ctx, okrtest.TenantID, okrtest.KeyResult(int(number), "O1"))
			}
			if err == nil {
				err = recordOne(ctx, s, okr.GoalID(fmt.Sprintf("KR%d", number)))
			}
			if err != nil {
				continue
			}
			if !isReplicated || s.OneCopy() == 0 {
				w.acknowledged[okr.GoalID(fmt.Sprintf("KR%d", number))] = true
			}
			select {
			case w.each <- struct{}{}:
			default:
			}
		}
	}()
	return w
}

// recordOne records a measurement of a goal.
func recordOne(ctx context.Context, s *redisstore.Store, id okr.GoalID) error {
	return s.Record(ctx, okrtest.TenantID, []okr.GoalID{id}, func(now []okr.Goal) (r okr.Recorded, _ error) {
		for _, g := range now {
			m := okrtest.Measurement(okrtest.Noon(), 1, 2)
			g.Metric.Current = m.Value
			r.Goals, r.History = append(r.Goals, g), append(r.History, okr.HistoryEntry{Goal: g.ID, Measurement: m})
		}
		return r, nil
	})
}

func requireWritten(t *testing.T, s *redisstore.Store, w *writing) {
	t.Helper()
	list, total, err := s.Goals().List(t.Context(), okrtest.TenantID, okr.ChildIndex("O1"), okr.Page{})
	require.NoError(t, err)
	require.Len(t, list, total, "lists and records agree")
	there := map[okr.GoalID]bool{}
	for _, g := range list {
		require.NotContains(t, there, g.ID, "twice")
		there[g.ID] = g.Metric.Current != nil
		history, err := s.History(t.Context(), okrtest.TenantID, g.ID, time.Time{}, 0)
		require.NoError(t, err)
		require.Equal(t, g.Metric.Current != nil, len(history) == 1, "%s and its history are written together", g.ID)
	}
	for id := range w.acknowledged {
		require.True(t, there[id], "%s was acknowledged", id)
	}
	t.Logf("%d acknowledged", len(w.acknowledged))
}
