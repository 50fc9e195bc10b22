package scheduler_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
)

func TestTickOnceForManyReplicas(t *testing.T) {
	t.Parallel()
	w := &world{agenda: []okr.Due{syncOf("C1")}, now: slotTime(syncOf("C1"))}
	redis := startRedis(t)
	a, b := newScheduler(t, redis, w), newScheduler(t, redis, w)
	start(t, a) // both tick at once and again below
	start(t, b)
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() { _ = a.Tick(t.Context(), w.clock()) })
		wg.Go(func() { _ = b.Tick(t.Context(), w.clock()) })
	}
	wg.Wait()
	idle(t, a)
	require.Equal(t, 1, w.count("sync C1"))
}

func TestTickAgainAfterLostWatermark(t *testing.T) {
	t.Parallel()
	w := &world{agenda: []okr.Due{syncOf("C1")}, now: slotTime(syncOf("C1"))}
	s := newScheduler(t, startRedis(t), w)
	start(t, s)
	require.NoError(t, s.Tick(t.Context(), w.clock()))
	idle(t, s)
	require.NoError(t, w.SetTickedUntil(t.Context(), time.Time{})) // as a crash before the move leaves it
	require.NoError(t, s.Tick(t.Context(), w.clock().Add(59*time.Minute)))
	idle(t, s)
	require.Equal(t, 1, w.count("sync C1"), "a completed task keeps its id for the period")
	require.NoError(t, s.Tick(t.Context(), w.clock().Add(60*time.Minute)))
	idle(t, s)
	require.Equal(t, 2, w.count("sync C1"), "the next period has a task of its own")
}

func TestTickCatchesUp(t *testing.T) {
	t.Parallel()
	w := &world{now: noon}
	for i := range 50 {
		w.agenda = append(w.agenda, syncOf(fmt.Sprintf("C%d", i+1)))
	}
	s := newScheduler(t, startRedis(t), w)
	w.until = noon.Add(-25 * time.Hour) // a day of downtime
	start(t, s)
	require.NoError(t, s.Tick(t.Context(), noon))
	idle(t, s)
	require.Len(t, w.order(), 50, "missed hours collapse into one")
	for _, d := range w.agenda {
		require.LessOrEqual(t, w.count("sync "+d.ID), 1)
	}
	require.Equal(t, noon, w.until)
}

func TestTickGoesOnFromTheWatermark(t *testing.T) {
	t.Parallel()
	due := syncOf("C1")
	at := slotTime(due)
	w := &world{agenda: []okr.Due{due}, now: at.Add(10 * time.Minute), until: at.Add(-time.Minute)}
	s := newScheduler(t, startRedis(t), w)
	start(t, s)
	require.NoError(t, s.Tick(t.Context(), w.clock()))
	idle(t, s)
	require.Equal(t, 1, w.count("sync C1"), "the missed minute is made up for")
}

func TestTickFails(t *testing.T) {
	t.Parallel()
	w := &world{now: noon, until: noon.Add(-3 * time.Minute)}
	w.onDue = func() error { return errors.New("store gone") }
	s := newScheduler(t, startRedis(t), w)
	require.ErrorContains(t, s.Tick(t.Context(), noon), "store gone")
	require.Equal(t, noon.Add(-3*time.Minute), w.until, "the watermark stays")
	w.onDue = nil
	require.NoError(t, s.Tick(t.Context(), noon))
	require.Equal(t, noon, w.until)
}

func TestTickAfterWrongClock(t *testing.T) {
	t.Parallel()
	due := syncOf("C1")
	w := &world{agenda: []okr.Due{due}, now: slotTime(due), until: noon.AddDate(1, 0, 0)}
	s := newScheduler(t, startRedis(t), w)
	start(t, s)
	for hour := range 3 { // with the minute itself missed, but for the first time
		w.setClock(slotTime(due).Add(time.Duration(hour) * 61 * time.Minute))
		require.NoError(t, s.Tick(t.Context(), w.clock()))
		idle(t, s)
		require.Equal(t, hour+1, w.count("sync C1"), "a watermark in the future stops nothing")
	}
}
