package scheduler_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/scheduler"
)

func TestDigest(t *testing.T) {
	t.Parallel()
	due := digest
	w := &world{agenda: []okr.Due{due}, now: slotTime(due), news: 1}
	s := newScheduler(t, startRedis(t), w)
	start(t, s)
	for hour := range 3 {
		require.NoError(t, s.Tick(t.Context(), slotTime(due).Add(time.Duration(hour)*time.Hour)))
		idle(t, s)
	}
	require.Equal(t, []string{"compose S1", "post S1", "record", "compose S1", "compose S1"}, w.order(),
		"news are posted, then recorded, then no news any more")
}

func TestDigestRetried(t *testing.T) {
	t.Parallel()
	due := digest
	w := &world{agenda: []okr.Due{due}, now: slotTime(due), news: 1}
	w.onPost = func(context.Context) error {
		if w.count("post S1") <= 2 {
			return errors.New("502")
		}
		return nil
	}
	s := newScheduler(t, startRedis(t), w)
	start(t, s)
	require.NoError(t, s.Tick(t.Context(), w.clock()))
	idle(t, s)
	require.Equal(t, 3, w.count("post S1"))
	require.Equal(t, 1, w.count("record"), "recorded once, after Teams took it")
	require.Empty(t, w.reasons)
}

func TestDigestGivenUpIsToldLater(t *testing.T) {
	t.Parallel()
	due := digest
	w := &world{agenda: []okr.Due{due}, now: slotTime(due), news: 1}
	w.onPost = func(context.Context) error {
		if w.count("post S1") <= 2 {
			return errors.New("502")
		}
		return nil
	}
	s := newScheduler(t, startRedis(t), w, func(o *scheduler.Options) { o.MaxRetry = 1 })
	start(t, s)
	require.NoError(t, s.Tick(t.Context(), w.clock()))
	idle(t, s)
	require.Equal(t, 0, w.count("record"), "two attempts, then parked")
	require.NoError(t, s.Tick(t.Context(), w.clock().Add(time.Hour)))
	idle(t, s)
	require.Equal(t, 3, w.count("post S1"))
	require.Equal(t, 1, w.count("record"))
}

func TestDigestRefused(t *testing.T) {
	t.Parallel()
	for _, kind := range []okr.Kind{okr.Forbidden, okr.NotFound, okr.Refused} {
		due := digest
		w := &world{agenda: []okr.Due{due}, now: slotTime(due), news: 1}
		w.onPost = func(context.Context) error { return okr.Errorf(kind, "okrbot was removed.") }
		s := newScheduler(t, startRedis(t), w)
		start(t, s)
		require.NoError(t, s.Tick(t.Context(), w.clock()))
		idle(t, s)
		require.Equal(t, []string{"okrbot was removed."}, w.reasons)
		require.Equal(t, 1, w.count("post S1"))
		require.Equal(t, 0, w.count("record"))
		require.Equal(t, 1, w.count("paused S1"), "people are told")
	}
}

// What was perhaps shown is not sent again before the next period.
func TestDigestPerhapsShown(t *testing.T) {
	t.Parallel()
	w := &world{agenda: []okr.Due{digest}, now: slotTime(digest), news: 1}
	w.onPost = func(context.Context) error {
		return okr.WrapError(okr.PerhapsShown, context.DeadlineExceeded, "no answer")
	}
	s := newScheduler(t, startRedis(t), w)
	start(t, s)
	require.NoError(t, s.Tick(t.Context(), w.clock()))
	idle(t, s)
	require.Equal(t, []string{"compose S1", "post S1", "unsure"}, w.order())
	w.setClock(w.clock().Add(time.Hour))
	require.NoError(t, s.Tick(t.Context(), w.clock()))
	idle(t, s)
	require.Equal(t, 2, w.count("post S1"), "the next period tells it")
}

// TestDigestCrashBeforeRecord lets the replica die between the post and its
// record: the same change is told once more, not more often.
func TestDigestCrashBeforeRecord(t *testing.T) {
	t.Parallel()
	due := digest
	w := &world{agenda: []okr.Due{due}, now: slotTime(due), news: 1}
	crashed := false
	w.onRecord = func() error {
		if !crashed {
			crashed = true
			panic("crash")
		}
		return nil
	}
	s := newScheduler(t, startRedis(t), w)
	start(t, s)
	for hour := range 4 {
		require.NoError(t, s.Tick(t.Context(), slotTime(due).Add(time.Duration(hour)*time.Hour)))
		idle(t, s)
	}
	require.Equal(t, 2, w.count("post S1"))
	require.Equal(t, 1, w.count("record"))
}

// TestDigestRecordInsists lets the store be away for a moment after the post.
func TestDigestRecordInsists(t *testing.T) {
	t.Parallel()
	due := digest
	w := &world{agenda: []okr.Due{due}, now: slotTime(due), news: 1}
	failures := 2
	w.onRecord = func() error {
		failures--
		if failures >= 0 {
			return okr.Errorf(okr.Unavailable, "store")
		}
		return nil
	}
	s := newScheduler(t, startRedis(t), w)
	start(t, s)
	require.NoError(t, s.Tick(t.Context(), w.clock()))
	idle(t, s)
	require.Equal(t, 1, w.count("post S1"), "the post is not repeated")
	require.Equal(t, 1, w.count("record"))
}

// A place is told at its hour of the day even where things are measured once a day.
func TestDigestsAreLookedAtEachHour(t *testing.T) {
	t.Parallel()
	w := &world{agenda: []okr.Due{digest, {Kind: okr.DueSync, Tenant: tenant, ID: "C1"}}, now: slotTime(digest)}
	s := newScheduler(t, startRedis(t), w, func(o *scheduler.Options) { o.Interval = 24 * time.Hour })
	start(t, s)
	for minute := range 6 * 60 {
		w.setClock(slotTime(digest).Add(time.Duration(minute) * time.Minute))
		require.NoError(t, s.Tick(t.Context(), w.clock()))
		idle(t, s)
	}
	require.Equal(t, 6, w.count("compose S1"))
	require.LessOrEqual(t, w.count("sync C1"), 1)
}
