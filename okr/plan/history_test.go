package plan_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
)

const day = 24 * time.Hour

func TestHistoryAndProjection(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	kr := w.KeyResult(okrtest.Alex, w.Objective(okrtest.Alex, "Launch"), 100)
	for n := range 3 {
		w.CheckIn(okrtest.Alex, kr, float64(10*n))
		w.Advance(7 * day)
	}
	h, err := w.Plan.History(t.Context(), okrtest.Lee, kr, time.Time{})
	require.NoError(t, err)
	require.Len(t, h.Points, 3)
	require.Nil(t, h.Projection)
	require.Contains(t, h.Why, "4 values")
	require.Equal(t, []okr.Phase{{Date: "2026-01-01", Value: 0}, {Date: "2026-03-31", Value: 100}}, h.Expected)
	w.CheckIn(okrtest.Alex, kr, 30)
	h, err = w.Plan.History(t.Context(), okrtest.Lee, kr, time.Time{})
	require.NoError(t, err)
	require.NotNil(t, h.Projection)
	require.Equal(t, okr.Date("2026-04-13"), h.Projection.MeetsOn)
	h, err = w.Plan.History(t.Context(), okrtest.Lee, kr, w.Now().Add(-day))
	require.NoError(t, err)
	require.Len(t, h.Points, 1)
}

func TestWhatMoved(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	o := w.Objective(okrtest.Alex, "Launch")
	kr, quiet := w.Bound(okrtest.Alex, o, c, okrtest.LaunchBugs), w.KeyResult(okrtest.Alex, o, 10)
	w.CheckIn(okrtest.Alex, quiet, 5)
	w.Advance(3 * day)
	w.Complete(3)
	w.Sync(c)
	w.Advance(2 * day)
	w.Complete(1)
	w.Sync(c)
	moves, err := w.Plan.WhatMoved(t.Context(), okrtest.Alex, o, okr.SinceDay)
	require.NoError(t, err)
	require.Equal(t, []okr.GoalID{kr, o}, movedIDs(moves))
	require.Equal(t, 1, moves[0].Changes.Completed.Count)
	require.InDelta(t, 50, *moves[0].Before.Value, 1e-9)
	require.InDelta(t, 100.0*16/30, *moves[0].After.Value, 1e-9)
	week, err := w.Plan.WhatMoved(t.Context(), okrtest.Alex, kr, okr.SinceWeek)
	require.NoError(t, err)
	require.Equal(t, 4, week[0].Changes.Completed.Count)
	last, err := w.Plan.WhatMoved(t.Context(), okrtest.Alex, kr, okr.SinceSync)
	require.NoError(t, err)
	require.Equal(t, 1, last[0].Changes.Completed.Count)
	w.Advance(30 * day)
	none, err := w.Plan.WhatMoved(t.Context(), okrtest.Alex, o, okr.SinceWeek)
	require.NoError(t, err)
	require.Empty(t, none)
}

func movedIDs(moves []okr.Move) []okr.GoalID {
	var out []okr.GoalID
	for _, m := range moves {
		out = append(out, m.Goal.ID)
	}
	return out
}
