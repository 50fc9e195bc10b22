package notify_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/okr"
	"okrbot/okr/okrtest"
)

// compose gives what a subscription would be told, or an empty digest.
func compose(w *okrtest.World, sub okr.Subscription) okr.Digest {
	w.T.Helper()
	d, some, err := w.Notify.ComposeDigest(w.T.Context(), okrtest.Contoso, sub.ID)
	require.NoError(w.T, err)
	require.Equal(w.T, some, len(d.Moved)+len(d.Objectives) > 0)
	return d
}

func requireSilent(w *okrtest.World, sub okr.Subscription, why string) {
	w.T.Helper()
	d := compose(w, sub)
	require.Empty(w.T, moved(append(d.Moved, d.Objectives...)), why)
}

func subscribe(w *okrtest.World, id string, objectives ...okr.GoalID) okr.Subscription {
	w.T.Helper()
	sub, err := w.Notify.Subscribe(w.T.Context(), okrtest.Megan, okrtest.Channel(id), okr.DigestPlan{Objectives: objectives})
	require.NoError(w.T, err)
	return sub
}

func moved(moves []okr.Move) []okr.GoalID {
	var out []okr.GoalID
	for _, m := range moves {
		out = append(out, m.Goal.ID)
	}
	return out
}

func TestADigestTellsWhatMovedOnce(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	o, quiet := w.Objective(okrtest.Alex, "Launch"), w.Objective(okrtest.Alex, "Quiet")
	kr := w.Bound(okrtest.Alex, o, c, okrtest.LaunchBugs)
	w.Bound(okrtest.Alex, quiet, c, "Launch stories")
	sub := subscribe(w, "1")
	require.True(t, w.Store.Planned(okr.Due{Kind: okr.DueDigest, Tenant: okrtest.Contoso, ID: string(sub.ID)}))
	requireSilent(w, sub, "a new subscription tells nothing old")

	w.Complete(3)
	w.Sync(c)
	d := compose(w, sub)
	require.Equal(t, []okr.GoalID{kr}, moved(d.Moved), "only what moved")
	require.Equal(t, []okr.GoalID{o}, moved(d.Objectives))
	m := d.Moved[0]
	require.Equal(t, "Launch", m.Parent)
	require.InDelta(t, 40, *m.Before.Value, 1e-9)
	require.InDelta(t, 50, *m.After.Value, 1e-9)
	require.Equal(t, 3, m.Changes.Completed.Count)
	require.False(t, m.StatusChanged())
	require.InDelta(t, 50, *d.Objectives[0].After.Progress, 1e-9)
	require.Equal(t, moved(d.Moved), moved(compose(w, sub).Moved), "until Teams took it")

	require.NoError(t, w.Notify.DigestPosted(t.Context(), d))
	require.Empty(t, compose(w, sub).Moved, "and then not again")
	w.Sync(c)
	require.Empty(t, compose(w, sub).Moved)
	got, err := w.Notify.SubscriptionOf(t.Context(), okrtest.Contoso, okrtest.Channel("1").ID)
	require.NoError(t, err)
	require.Equal(t, d.At, got.PostedAt)
}

func TestADigestMergesTheReasons(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	w.Bound(okrtest.Alex, w.Objective(okrtest.Alex, "Launch"), c, okrtest.LaunchBugs)
	sub := subscribe(w, "1")
	for range 3 {
		w.Complete(2)
		w.Sync(c)
	}
	_, err := w.Cloud.AddItem(adotest.OrgContoso, adotest.ProjectFiber, adotest.Item{Type: "Bug", Title: "Late", Tags: []string{"launch-bug"}})
	require.NoError(t, err)
	w.Sync(c)
	d := compose(w, sub)
	require.Equal(t, 6, d.Moved[0].Changes.Completed.Count)
	require.Len(t, d.Moved[0].Changes.Completed.First, 6)
	require.Equal(t, "Late", d.Moved[0].Changes.Added.First[0].Title)
	require.NoError(t, w.Notify.DigestPosted(t.Context(), d))
	w.Complete(1)
	w.Sync(c)
	require.Equal(t, 1, compose(w, sub).Moved[0].Changes.Completed.Count, "only what came after")
}

func TestWhatHappensDuringThePostIsToldNext(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	w.Bound(okrtest.Alex, w.Objective(okrtest.Alex, "Launch"), c, okrtest.LaunchBugs)
	sub := subscribe(w, "1")
	w.Complete(3)
	w.Sync(c)
	d := compose(w, sub)
	w.Complete(3)
	w.Sync(c)
	require.NoError(t, w.Notify.DigestPosted(t.Context(), d))
	d = compose(w, sub)
	require.InDelta(t, 50, *d.Moved[0].Before.Value, 1e-9)
	require.InDelta(t, 60, *d.Moved[0].After.Value, 1e-9)
	require.Equal(t, 3, d.Moved[0].Changes.Completed.Count)
}

func TestADigestOfChosenObjectives(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	o, other := w.Objective(okrtest.Alex, "Launch"), w.Objective(okrtest.Alex, "Other")
	w.Bound(okrtest.Alex, o, c, okrtest.LaunchBugs)
	late := w.Bound(okrtest.Alex, other, c, okrtest.LaunchBugs)
	sub := subscribe(w, "1", o)
	w.Complete(3)
	w.Sync(c)
	require.Equal(t, []okr.GoalID{o}, moved(compose(w, sub).Objectives))

	sub = subscribe(w, "1", o, other)
	require.Equal(t, okr.SubscriptionID("S1"), sub.ID, "one a place")
	require.NotContains(t, moved(compose(w, sub).Moved), late, "what is new to the place counts as told")
	require.Len(t, compose(w, sub).Moved, 1, "what it watched before is still to be told")

	subscribe(w, "1", other)
	w.Complete(3)
	w.Sync(c)
	sub = subscribe(w, "1", o, other)
	require.Equal(t, []okr.GoalID{late}, moved(compose(w, sub).Moved), "what moved while it was not watched is old")
}

func TestANewGoalIsToldWhenItHasAValue(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	sub := subscribe(w, "1")
	o := w.Objective(okrtest.Alex, "Launch")
	kr := w.KeyResult(okrtest.Alex, o, 100)
	requireSilent(w, sub, "what nobody has begun is no news")
	_, err := w.Measure.Bind(t.Context(), okrtest.Alex, okr.BindInput{Goal: kr, Connection: c.ID, Query: w.FiberQuery(okrtest.LaunchBugs)})
	require.NoError(t, err)
	d := compose(w, sub)
	require.Equal(t, []okr.GoalID{kr}, moved(d.Moved))
	require.Equal(t, okr.NoData, d.Moved[0].Before.Status)
	require.True(t, d.Moved[0].Changes.First)
}

func TestTimeAloneMovesTheStatus(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	kr := w.Bound(okrtest.Alex, w.Objective(okrtest.Alex, "Launch"), c, okrtest.LaunchBugs)
	sub := subscribe(w, "1")
	w.Advance(10 * 24 * time.Hour) // expected 47 %
	w.Sync(c)
	d := compose(w, sub)
	require.Equal(t, []okr.GoalID{kr}, moved(d.Moved))
	require.True(t, d.Moved[0].StatusChanged())
	require.Equal(t, okr.Behind, d.Moved[0].After.Status)
	require.True(t, d.Moved[0].Changes.Empty())
}

func TestADigestNamesWhatIsStale(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	o := w.Objective(okrtest.Alex, "Launch")
	gone := w.Bound(okrtest.Alex, o, c, "Launch stories")
	w.Bound(okrtest.Alex, o, c, okrtest.LaunchBugs)
	sub := subscribe(w, "1")
	w.Complete(3)
	require.NoError(t, w.Cloud.UpdateQuery(adotest.OrgContoso, w.FiberQuery("Launch stories"), func(q *adotest.Query) { q.Deleted = true }))
	w.Sync(c)
	failing := compose(w, sub).Failing
	require.Len(t, failing, 1)
	require.Equal(t, gone, failing[0].Goal.ID)
}

func TestWhoeverIsNotToBeTold(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	w.Bound(okrtest.Alex, w.Objective(okrtest.Alex, "Launch"), c, okrtest.LaunchBugs)
	sub := subscribe(w, "1")
	w.Complete(3)
	w.Sync(c)
	d := compose(w, sub)
	require.NotEmpty(t, d.Moved)

	_, err := w.Access.Disable(t.Context(), okrtest.Alex)
	require.NoError(t, err)
	requireSilent(w, sub, "disabled")
	_, err = w.Access.Enable(t.Context(), okrtest.Alex)
	require.NoError(t, err)
	_, first, err := w.Notify.DigestRefused(t.Context(), d, okr.Errorf(okr.Forbidden, "okrbot was removed"))
	require.NoError(t, err)
	require.True(t, first)
	requireSilent(w, sub, "paused")
	require.Empty(t, subscribe(w, "1").Paused, "asking again goes on")
	require.NotEmpty(t, compose(w, sub).Moved)

	_, err = w.Notify.Subscribe(t.Context(), okrtest.Guest, okrtest.Channel("2"), okr.DigestPlan{})
	w.RequireRefused(okr.Forbidden, err, "Guests")
	_, err = w.Notify.Unsubscribe(t.Context(), okrtest.Guest, okrtest.Channel("1").ID)
	w.RequireRefused(okr.Forbidden, err, "Guests")
	_, err = w.Notify.Unsubscribe(t.Context(), okrtest.Megan, okrtest.Channel("1").ID)
	require.NoError(t, err)
	_, err = w.Notify.Unsubscribe(t.Context(), okrtest.Megan, okrtest.Channel("1").ID)
	w.RequireRefused(okr.NotFound, err)
	require.Equal(t, []okr.Step{{Kind: okr.StepDigest}}, okr.NextOf(err))
	requireSilent(w, sub, "deleted")
	require.NoError(t, w.Notify.DigestPosted(t.Context(), d), "a post that was under way")
	_, first, err = w.Notify.DigestRefused(t.Context(), d, okr.Errorf(okr.Forbidden, "late"))
	require.NoError(t, err)
	require.False(t, first)
	require.False(t, w.Store.Planned(okr.Due{Kind: okr.DueDigest, Tenant: okrtest.Contoso, ID: string(sub.ID)}))
}

// However often things are measured, a place hears of them once an hour at most.
func TestADigestComesOnceAnHour(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	w.Bound(okrtest.Alex, w.Objective(okrtest.Alex, "Launch"), c, okrtest.LaunchBugs)
	w.Notify.DigestEvery = time.Hour
	sub := subscribe(w, "1")
	w.Complete(1)
	w.Sync(c)
	require.NoError(t, w.Notify.DigestPosted(t.Context(), compose(w, sub)))
	w.Advance(30 * time.Minute)
	w.Complete(1)
	_, err := w.Measure.SyncConnection(t.Context(), okrtest.Contoso, c.ID, nil, 0)
	require.NoError(t, err)
	requireSilent(w, sub, "half an hour later")
	w.Advance(30 * time.Minute)
	require.Len(t, compose(w, sub).Moved, 1, "what moved meanwhile is told then")
}

// TestAtOnceTellsOfWhatADigestWould: a place is told at once of the check-ins of just those
// goals that its digest has, whatever it follows.
func TestAtOnceTellsOfWhatADigestWould(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	top := w.Objective(okrtest.Alex, "Top")
	made := func(who okr.Actor, kind okr.GoalKind, above okr.GoalID, d okr.Details) okr.GoalID {
		in := okr.GoalInput{Kind: kind, Title: "Goal", Parent: above, Details: &d}
		if kind == okr.KeyResult {
			in.Metric = &okr.Metric{Name: "Bugs", Target: 10}
		}
		if kind == okr.Objective {
			in.Period = okr.Period{Start: "2026-01-01", End: "2026-03-31"}
		}
		v, err := w.Plan.SaveGoal(t.Context(), who, in)
		require.NoError(t, err)
		return v.Goal.ID
	}
	below := made(okrtest.Megan, okr.Objective, top, okr.Details{Team: "Growth"})
	var all []okr.GoalID
	for _, who := range []okr.Actor{okrtest.Alex, okrtest.Megan} {
		for _, d := range []okr.Details{{}, {Tags: []string{"Launch"}}, {Team: "Growth"}, {CheckInOwner: okrtest.Adele.Person}, {Private: true}} {
			all = append(all, made(who, okr.KeyResult, top, d))
		}
	}
	all = append(all, top, below, made(okrtest.Megan, okr.KeyResult, below, okr.Details{}))
	for i, plan := range []okr.DigestPlan{
		{},
		{Objectives: []okr.GoalID{below}},
		{Objectives: []okr.GoalID{top}},
		{Teams: []string{"growth"}},
		{Tags: []string{"launch"}},
		{People: []okr.Person{okrtest.Megan.Person}},
		{People: []okr.Person{okrtest.Adele.Person}},
		{People: []okr.Person{okrtest.Lee.Person}},
	} {
		plan.CheckIns = true
		sub, err := w.Notify.Subscribe(t.Context(), okrtest.Alex, okrtest.Channel(fmt.Sprint(i)), plan)
		require.NoError(t, err)
		for _, id := range all {
			g, err := w.Store.Goals().Get(t.Context(), okrtest.Contoso, id)
			require.NoError(t, err)
			told, err := w.Notify.ToldAtOnce(t.Context(), okrtest.Contoso, g)
			require.NoError(t, err)
			_, inDigest := sub.Reported[id]
			isTold := slices.ContainsFunc(told, func(s okr.Subscription) bool { return s.ID == sub.ID })
			require.Equal(t, inDigest, isTold, "plan %d, %s %+v", i, id, g.Details)
		}
		_, err = w.Notify.Unsubscribe(t.Context(), okrtest.Alex, okrtest.Channel(fmt.Sprint(i)).ID)
		require.NoError(t, err)
	}
}
