package adosource_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/okr"
)

const day = 24 * time.Hour

// concerns lists what needs attention of somebody's goals.
func (w *world) concerns(who okr.Actor) map[okr.GoalID]okr.Attention {
	w.t.Helper()
	list, err := w.Notify.Attention(w.t.Context(), who, okr.Filter{Owner: who.ID})
	require.NoError(w.t, err)
	out := map[okr.GoalID]okr.Attention{}
	for _, a := range list.List {
		require.NotContains(w.t, out, a.View.Goal.ID, "once a goal")
		require.NotEmpty(w.t, a.Next.Kind)
		require.NotEmpty(w.t, a.Words)
		out[a.View.Goal.ID] = a
	}
	return out
}

func TestAttentionOfManualGoals(t *testing.T) {
	t.Parallel()
	w := newWorld(t) // 2 February: the quarter began 32 days ago
	o := w.objective(alex, "Launch")
	behind, fine, idle := w.keyResult(alex, o, 100), w.keyResult(alex, o, 100), w.keyResult(alex, o, 100)
	w.checkIn(alex, behind, 5)
	w.checkIn(alex, fine, 90)
	got := w.concerns(alex)
	require.Equal(t, okr.ConcernAtRisk, got[behind].Concern)
	require.Equal(t, okr.Step{Kind: okr.StepCheckIn, Goal: "KR1"}, got[behind].Next)
	require.Contains(t, got[behind].Words, "5%")
	require.NotContains(t, got, fine)
	require.Equal(t, okr.ConcernNotStarted, got[idle].Concern)
	require.NotContains(t, got, o, "its children say it")

	w.advance(11 * day)
	got = w.concerns(alex)
	require.Equal(t, okr.ConcernNoCheckIn, got[fine].Concern, "a week and three days of grace are over")
	require.Contains(t, got[fine].Words, "11 days")
	require.Equal(t, []okr.Concern{okr.ConcernNoCheckIn}, got[behind].Others)

	w.advance(50 * day) // 4 April
	got = w.concerns(alex)
	require.Equal(t, okr.ConcernPastDue, got[o].Concern)
	require.Equal(t, okr.Step{Kind: okr.StepClose, Goal: "O1"}, got[o].Next)
	require.Equal(t, okr.ConcernPastDue, got[fine].Concern)
	_, err := w.Plan.Close(t.Context(), alex, okr.CloseInput{Goal: o, State: okr.StatusClosed})
	require.NoError(t, err)
	require.Empty(t, w.concerns(alex), "what has ended needs nobody")
}

func TestAttentionOfWhatHasNotBegun(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.save(alex, okr.GoalInput{Kind: okr.Objective, Title: "Later", PeriodID: okr.Tenant{}.Quarter("2026-02-02", 1).ID})
	o := w.objective(alex, "Empty")
	got := w.concerns(alex)
	require.Len(t, got, 1)
	require.Equal(t, okr.Step{Kind: okr.StepNewKeyResult, Goal: o}, got[o].Next)
}

func TestAttentionOfMeasuredGoals(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	c := w.connect(alex, "Fiber", false)
	o := w.objective(alex, "Launch")
	kr := w.bound(alex, o, c, launchBugs)
	require.Empty(t, w.concerns(alex))
	w.advance(2 * day)
	got := w.concerns(alex)
	require.Equal(t, okr.ConcernStale, got[kr].Concern)
	require.Equal(t, okr.Step{Kind: okr.StepSync, Goal: "KR1"}, got[kr].Next)
	w.sync(c)
	require.Empty(t, w.concerns(alex))

	require.NoError(t, w.cloud.UpdateQuery(adotest.OrgContoso, w.fiberQuery(launchBugs), func(q *adotest.Query) { q.Deleted = true }))
	w.sync(c)
	require.Equal(t, okr.ConcernFailing, w.concerns(alex)[kr].Concern)
	require.Equal(t, okr.Step{Kind: okr.StepBind, Goal: "KR1"}, w.concerns(alex)[kr].Next)
}

func TestAttentionOfWhatDoesNotMove(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	c := w.connect(alex, "Fiber", false)
	o := w.objective(alex, "Launch")
	kr := w.bound(alex, o, c, launchBugs)
	w.save(alex, form(w.view(alex, kr), func(in *okr.GoalInput) { in.Metric.Target = 42 })) // 40 of 42: on track
	w.advance(29 * day)
	w.sync(c)
	got := w.concerns(alex)
	require.Equal(t, okr.ConcernUnmoved, got[kr].Concern)
	require.Contains(t, got[kr].Words, "29 days")
	_, _, err := w.Plan.CheckIn(t.Context(), alex, okr.CheckInInput{Goal: kr, Note: "The rest comes at the end"})
	require.NoError(t, err)
	require.NotContains(t, w.concerns(alex), kr, "somebody said that it is right")
}

// tries counts as the store does, without ever forgetting.
type tries struct {
	mu sync.Mutex
	n  map[string]int
}

func (c *tries) CountTry(_ context.Context, _ okr.TenantID, key string, _ time.Duration) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n[key]++
	return c.n[key], nil
}

func TestNudgesAreFew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Notify.Counter = &tries{n: map[string]int{}}
	nudge := func(goal okr.GoalID) bool {
		t.Helper()
		ok, err := w.Notify.Nudge(t.Context(), tenant, megan.ID, goal)
		require.NoError(t, err)
		return ok
	}
	require.True(t, nudge("KR1"))
	for range 10 {
		require.False(t, nudge("KR1"), "once a subject and day, and it does not use up the week")
	}
	for _, id := range []okr.GoalID{"KR2", "KR3", "KR4", "KR5"} {
		require.True(t, nudge(id))
	}
	require.False(t, nudge("KR6"), "five a person and week")
}

func TestCheckInsDue(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	c := w.connect(alex, "Fiber", false)
	o := w.objective(alex, "Launch")
	measured, manual, asked := w.bound(alex, o, c, launchBugs), w.keyResult(alex, o, 10), w.keyResult(alex, o, 10)
	w.save(alex, form(w.view(alex, asked), func(in *okr.GoalInput) { in.Details.CheckInOwner = megan.Person }))
	due := func(who okr.Actor) []okr.GoalID {
		t.Helper()
		views, err := w.Notify.CheckInsDue(t.Context(), who)
		require.NoError(t, err)
		var out []okr.GoalID
		for _, v := range views {
			out = append(out, v.Goal.ID)
		}
		return out
	}
	require.Empty(t, due(alex), "made just now")
	w.advance(4 * day)
	require.Equal(t, []okr.GoalID{manual}, due(alex), "not what is measured, not what another is asked for")
	require.Equal(t, []okr.GoalID{asked}, due(megan))
	w.checkIn(alex, manual, 3)
	require.Empty(t, due(alex), "a recent check-in")
	w.advance(4 * day)
	require.Equal(t, []okr.GoalID{manual}, due(alex))
	_, _, err := w.Plan.CheckIn(t.Context(), alex, okr.CheckInInput{Goal: measured, Value: new(1.0), Lasting: true})
	require.NoError(t, err)
	w.advance(4 * day)
	require.Equal(t, []okr.GoalID{measured, manual}, due(alex), "by hand until resumed")
}

func TestHistoryAndProjection(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	kr := w.keyResult(alex, w.objective(alex, "Launch"), 100)
	for n := range 3 {
		w.checkIn(alex, kr, float64(10*n))
		w.advance(7 * day)
	}
	h, err := w.Plan.History(t.Context(), lee, kr, noTime)
	require.NoError(t, err)
	require.Len(t, h.Points, 3)
	require.Len(t, h.CheckIns, 3)
	require.Nil(t, h.Projection)
	require.Contains(t, h.Why, "4 values")
	require.Equal(t, []okr.Phase{{Date: "2026-01-01", Value: 0}, {Date: "2026-03-31", Value: 100}}, h.Expected)
	w.checkIn(alex, kr, 30)
	h, err = w.Plan.History(t.Context(), lee, kr, noTime)
	require.NoError(t, err)
	require.NotNil(t, h.Projection)
	require.InDelta(t, 10, h.Projection.PerWeek, 1e-6)
	require.Equal(t, okr.Date("2026-04-13"), h.Projection.MeetsOn)
	require.False(t, h.Projection.IsInTime)
	h, err = w.Plan.History(t.Context(), lee, kr, w.clock().Add(-day))
	require.NoError(t, err)
	require.Len(t, h.Points, 1)
}

func TestWhatMoved(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	c := w.connect(alex, "Fiber", false)
	o := w.objective(alex, "Launch")
	kr, quiet := w.bound(alex, o, c, launchBugs), w.keyResult(alex, o, 10)
	w.checkIn(alex, quiet, 5)
	w.advance(3 * day)
	w.complete(3)
	w.sync(c)
	w.advance(2 * day)
	w.complete(1)
	w.sync(c)
	moves, err := w.Plan.WhatMoved(t.Context(), alex, o, okr.SinceDay)
	require.NoError(t, err)
	require.Equal(t, []okr.GoalID{kr, o}, movedIDs(moves))
	require.Equal(t, 1, moves[0].Changes.Completed.Count)
	require.InDelta(t, 50, *moves[0].Before.Value, 1e-9)
	require.InDelta(t, 100.0*16/30, *moves[0].After.Value, 1e-9)
	week, err := w.Plan.WhatMoved(t.Context(), alex, kr, okr.SinceWeek)
	require.NoError(t, err)
	require.Equal(t, 4, week[0].Changes.Completed.Count)
	last, err := w.Plan.WhatMoved(t.Context(), alex, kr, okr.SinceSync)
	require.NoError(t, err)
	require.Equal(t, 1, last[0].Changes.Completed.Count)
	w.advance(30 * day)
	none, err := w.Plan.WhatMoved(t.Context(), alex, o, okr.SinceWeek)
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
