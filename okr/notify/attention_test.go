package notify_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/okr"
	"okrbot/okr/okrtest"
)

const day = 24 * time.Hour

// concerns lists what needs attention of somebody's goals.
func concerns(w *okrtest.World, who okr.Actor) map[okr.GoalID]okr.Attention {
	w.T.Helper()
	list, err := w.Notify.Attention(w.T.Context(), who, okr.Filter{Owner: who.ID})
	require.NoError(w.T, err)
	out := map[okr.GoalID]okr.Attention{}
	for _, a := range list.List {
		require.NotContains(w.T, out, a.View.Goal.ID, "once a goal")
		require.NotEmpty(w.T, a.Next.Kind)
		require.NotEmpty(w.T, a.Words)
		out[a.View.Goal.ID] = a
	}
	return out
}

func TestAttentionOfManualGoals(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t) // 2 February: the quarter began 32 days ago
	o := w.Objective(okrtest.Alex, "Launch")
	behind, fine, idle := w.KeyResult(okrtest.Alex, o, 100), w.KeyResult(okrtest.Alex, o, 100), w.KeyResult(okrtest.Alex, o, 100)
	w.CheckIn(okrtest.Alex, behind, 5)
	w.CheckIn(okrtest.Alex, fine, 90)
	got := concerns(w, okrtest.Alex)
	require.Equal(t, okr.ConcernAtRisk, got[behind].Concern)
	require.Equal(t, okr.Step{Kind: okr.StepCheckIn, Goal: "KR1"}, got[behind].Next)
	require.Contains(t, got[behind].Words, "5%")
	require.NotContains(t, got, fine)
	require.Equal(t, okr.ConcernNotStarted, got[idle].Concern)
	require.NotContains(t, got, o, "its children say it")

	w.Advance(11 * day)
	got = concerns(w, okrtest.Alex)
	require.Equal(t, okr.ConcernNoCheckIn, got[fine].Concern, "a week and three days of grace are over")
	require.Contains(t, got[fine].Words, "11 days")
	require.Equal(t, []okr.Concern{okr.ConcernNoCheckIn}, got[behind].Others)

	w.Advance(50 * day) // 4 April
	got = concerns(w, okrtest.Alex)
	require.Equal(t, okr.ConcernPastDue, got[o].Concern)
	require.Equal(t, okr.Step{Kind: okr.StepClose, Goal: "O1"}, got[o].Next)
	require.Equal(t, okr.ConcernPastDue, got[fine].Concern)
	_, err := w.Plan.Close(t.Context(), okrtest.Alex, okr.CloseInput{Goal: o, State: okr.StatusClosed})
	require.NoError(t, err)
	require.Empty(t, concerns(w, okrtest.Alex), "what has ended needs nobody")
}

func TestAttentionOfWhatHasNotBegun(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	w.Save(okrtest.Alex, okr.GoalInput{Kind: okr.Objective, Title: "Later", PeriodID: okr.Settings{}.Quarter("2026-02-02", 1).ID})
	o := w.Objective(okrtest.Alex, "Empty")
	got := concerns(w, okrtest.Alex)
	require.Len(t, got, 1)
	require.Equal(t, okr.Step{Kind: okr.StepNewKeyResult, Goal: o}, got[o].Next)
}

func TestAttentionOfMeasuredGoals(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	o := w.Objective(okrtest.Alex, "Launch")
	kr := w.Bound(okrtest.Alex, o, c, okrtest.LaunchBugs)
	require.Empty(t, concerns(w, okrtest.Alex))
	w.Advance(2 * day)
	got := concerns(w, okrtest.Alex)
	require.Equal(t, okr.ConcernStale, got[kr].Concern)
	require.Equal(t, okr.Step{Kind: okr.StepSync, Goal: "KR1"}, got[kr].Next)
	w.Sync(c)
	require.Empty(t, concerns(w, okrtest.Alex))

	require.NoError(t, w.Cloud.UpdateQuery(adotest.OrgContoso, w.FiberQuery(okrtest.LaunchBugs), func(q *adotest.Query) { q.Deleted = true }))
	w.Sync(c)
	require.Equal(t, okr.ConcernFailing, concerns(w, okrtest.Alex)[kr].Concern)
	require.Equal(t, okr.Step{Kind: okr.StepBind, Goal: "KR1"}, concerns(w, okrtest.Alex)[kr].Next)
}

func TestAttentionOfWhatDoesNotMove(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	o := w.Objective(okrtest.Alex, "Launch")
	kr := w.Bound(okrtest.Alex, o, c, okrtest.LaunchBugs)
	w.Save(okrtest.Alex, okrtest.Form(w.View(okrtest.Alex, kr), func(in *okr.GoalInput) { in.Metric.Target = 42 })) // 40 of 42: on track
	w.Advance(29 * day)
	w.Sync(c)
	got := concerns(w, okrtest.Alex)
	require.Equal(t, okr.ConcernUnmoved, got[kr].Concern)
	require.Contains(t, got[kr].Words, "29 days")
	_, _, err := w.Plan.CheckIn(t.Context(), okrtest.Alex, okr.CheckInInput{Goal: kr, Note: "The rest comes at the end"})
	require.NoError(t, err)
	require.NotContains(t, concerns(w, okrtest.Alex), kr, "somebody said that it is right")
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
	w := okrtest.NewWorld(t)
	w.Notify.Counter = &tries{n: map[string]int{}}
	nudge := func(goal okr.GoalID) bool {
		t.Helper()
		ok, err := w.Notify.Nudge(t.Context(), okrtest.Contoso, okrtest.Megan.ID, goal)
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
