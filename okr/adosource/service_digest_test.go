package adosource_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/okr"
)

// compose gives what a subscription would be told, or an empty digest.
func (w *world) compose(sub okr.Subscription) okr.Digest {
	w.t.Helper()
	d, some, err := w.Notify.ComposeDigest(w.t.Context(), tenant, sub.ID)
	require.NoError(w.t, err)
	require.Equal(w.t, some, len(d.Moved)+len(d.Objectives) > 0)
	return d
}

func (w *world) requireSilent(sub okr.Subscription, why string) {
	w.t.Helper()
	d := w.compose(sub)
	require.Empty(w.t, moved(append(d.Moved, d.Objectives...)), why)
}

func (w *world) subscribe(id string, objectives ...okr.GoalID) okr.Subscription {
	w.t.Helper()
	sub, err := w.Notify.Subscribe(w.t.Context(), megan, channel(id), okr.DigestPlan{Objectives: objectives})
	require.NoError(w.t, err)
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
	w := enabled(t)
	c := w.connect(alex, "Fiber", false)
	o, quiet := w.objective(alex, "Launch"), w.objective(alex, "Quiet")
	kr := w.bound(alex, o, c, launchBugs)
	w.bound(alex, quiet, c, "Launch stories")
	sub := w.subscribe("1")
	require.True(t, w.store.planned(okr.Due{Kind: okr.DueDigest, Tenant: tenant, ID: string(sub.ID)}))
	w.requireSilent(sub, "a new subscription tells nothing old")

	w.complete(3)
	w.sync(c)
	d := w.compose(sub)
	require.Equal(t, []okr.GoalID{kr}, moved(d.Moved), "only what moved")
	require.Equal(t, []okr.GoalID{o}, moved(d.Objectives))
	m := d.Moved[0]
	require.Equal(t, "Launch", m.Parent)
	require.InDelta(t, 40, *m.Before.Value, 1e-9)
	require.InDelta(t, 50, *m.After.Value, 1e-9)
	require.Equal(t, 3, m.Changes.Completed.Count)
	require.False(t, m.StatusChanged())
	require.InDelta(t, 50, *d.Objectives[0].After.Progress, 1e-9)
	require.Equal(t, moved(d.Moved), moved(w.compose(sub).Moved), "until Teams took it")

	require.NoError(t, w.Notify.DigestPosted(t.Context(), d))
	require.Empty(t, w.compose(sub).Moved, "and then not again")
	w.sync(c)
	require.Empty(t, w.compose(sub).Moved)
	got, err := w.Notify.SubscriptionOf(t.Context(), tenant, channel("1").ID)
	require.NoError(t, err)
	require.Equal(t, d.At, got.PostedAt)
}

func TestADigestMergesTheReasons(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	c := w.connect(alex, "Fiber", false)
	w.bound(alex, w.objective(alex, "Launch"), c, launchBugs)
	sub := w.subscribe("1")
	for range 3 {
		w.complete(2)
		w.sync(c)
	}
	_, err := w.cloud.AddItem(adotest.OrgContoso, adotest.ProjectFiber, adotest.Item{Type: "Bug", Title: "Late", Tags: []string{"launch-bug"}})
	require.NoError(t, err)
	w.sync(c)
	d := w.compose(sub)
	require.Equal(t, 6, d.Moved[0].Changes.Completed.Count)
	require.Len(t, d.Moved[0].Changes.Completed.First, 6)
	require.Equal(t, "Late", d.Moved[0].Changes.Added.First[0].Title)
	require.NoError(t, w.Notify.DigestPosted(t.Context(), d))
	w.complete(1)
	w.sync(c)
	require.Equal(t, 1, w.compose(sub).Moved[0].Changes.Completed.Count, "only what came after")
}

func TestWhatHappensDuringThePostIsToldNext(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	c := w.connect(alex, "Fiber", false)
	w.bound(alex, w.objective(alex, "Launch"), c, launchBugs)
	sub := w.subscribe("1")
	w.complete(3)
	w.sync(c)
	d := w.compose(sub)
	w.complete(3)
	w.sync(c)
	require.NoError(t, w.Notify.DigestPosted(t.Context(), d))
	d = w.compose(sub)
	require.InDelta(t, 50, *d.Moved[0].Before.Value, 1e-9)
	require.InDelta(t, 60, *d.Moved[0].After.Value, 1e-9)
	require.Equal(t, 3, d.Moved[0].Changes.Completed.Count)
}

func TestADigestOfChosenObjectives(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	c := w.connect(alex, "Fiber", false)
	o, other := w.objective(alex, "Launch"), w.objective(alex, "Other")
	w.bound(alex, o, c, launchBugs)
	late := w.bound(alex, other, c, launchBugs)
	sub := w.subscribe("1", o)
	w.complete(3)
	w.sync(c)
	require.Equal(t, []okr.GoalID{o}, moved(w.compose(sub).Objectives))

	sub = w.subscribe("1", o, other)
	require.Equal(t, okr.SubscriptionID("S1"), sub.ID, "one a place")
	require.NotContains(t, moved(w.compose(sub).Moved), late, "what is new to the place counts as told")
	require.Len(t, w.compose(sub).Moved, 1, "what it watched before is still to be told")

	w.subscribe("1", other)
	w.complete(3)
	w.sync(c)
	sub = w.subscribe("1", o, other)
	require.Equal(t, []okr.GoalID{late}, moved(w.compose(sub).Moved), "what moved while it was not watched is old")
}

func TestANewGoalIsToldWhenItHasAValue(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	c := w.connect(alex, "Fiber", false)
	sub := w.subscribe("1")
	o := w.objective(alex, "Launch")
	kr := w.keyResult(alex, o, 100)
	w.requireSilent(sub, "no data is no news")
	_, err := w.Measure.Bind(t.Context(), alex, okr.BindInput{Goal: kr, Connection: c.ID, Query: w.fiberQuery(launchBugs)})
	require.NoError(t, err)
	d := w.compose(sub)
	require.Equal(t, []okr.GoalID{kr}, moved(d.Moved))
	require.Equal(t, okr.NoData, d.Moved[0].Before.Status)
	require.True(t, d.Moved[0].Changes.First)
}

func TestTimeAloneMovesTheStatus(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	c := w.connect(alex, "Fiber", false)
	kr := w.bound(alex, w.objective(alex, "Launch"), c, launchBugs)
	sub := w.subscribe("1")
	w.advance(10 * 24 * time.Hour) // expected 47 %
	w.sync(c)
	d := w.compose(sub)
	require.Equal(t, []okr.GoalID{kr}, moved(d.Moved))
	require.True(t, d.Moved[0].StatusChanged())
	require.Equal(t, okr.Behind, d.Moved[0].After.Status)
	require.True(t, d.Moved[0].Changes.Empty())
}

func TestADigestNamesWhatIsStale(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	c := w.connect(alex, "Fiber", false)
	o := w.objective(alex, "Launch")
	gone := w.bound(alex, o, c, "Launch stories")
	w.bound(alex, o, c, launchBugs)
	sub := w.subscribe("1")
	w.complete(3)
	require.NoError(t, w.cloud.UpdateQuery(adotest.OrgContoso, w.fiberQuery("Launch stories"), func(q *adotest.Query) { q.Deleted = true }))
	w.sync(c)
	failing := w.compose(sub).Failing
	require.Len(t, failing, 1)
	require.Equal(t, gone, failing[0].Goal.ID)
}

func TestWhoeverIsNotToBeTold(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	c := w.connect(alex, "Fiber", false)
	w.bound(alex, w.objective(alex, "Launch"), c, launchBugs)
	sub := w.subscribe("1")
	w.complete(3)
	w.sync(c)
	d := w.compose(sub)
	require.NotEmpty(t, d.Moved)

	_, err := w.Access.Disable(t.Context(), alex)
	require.NoError(t, err)
	w.requireSilent(sub, "disabled")
	_, err = w.Access.Enable(t.Context(), alex)
	require.NoError(t, err)
	require.NoError(t, w.Notify.DigestRefused(t.Context(), d, "okrbot was removed"))
	w.requireSilent(sub, "paused")
	require.Empty(t, w.subscribe("1").Paused, "asking again goes on")
	require.NotEmpty(t, w.compose(sub).Moved)

	_, err = w.Notify.Subscribe(t.Context(), guest, channel("2"), okr.DigestPlan{})
	w.requireRefused(okr.Forbidden, err, "Guests")
	_, err = w.Notify.Unsubscribe(t.Context(), guest, channel("1").ID)
	w.requireRefused(okr.Forbidden, err, "Guests")
	_, err = w.Notify.Unsubscribe(t.Context(), megan, channel("1").ID)
	require.NoError(t, err)
	_, err = w.Notify.Unsubscribe(t.Context(), megan, channel("1").ID)
	w.requireRefused(okr.NotFound, err)
	require.Equal(t, []okr.Step{{Kind: okr.StepDigest}}, okr.NextOf(err))
	w.requireSilent(sub, "deleted")
	require.NoError(t, w.Notify.DigestPosted(t.Context(), d), "a post that was under way")
	require.NoError(t, w.Notify.DigestRefused(t.Context(), d, "late"))
	require.False(t, w.store.planned(okr.Due{Kind: okr.DueDigest, Tenant: tenant, ID: string(sub.ID)}))
}

// However often things are measured, a place hears of them once an hour at most.
func TestADigestComesOnceAnHour(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	c := w.connect(alex, "Fiber", false)
	w.bound(alex, w.objective(alex, "Launch"), c, launchBugs)
	w.Notify.DigestEvery = time.Hour
	sub := w.subscribe("1")
	w.complete(1)
	w.sync(c)
	require.NoError(t, w.Notify.DigestPosted(t.Context(), w.compose(sub)))
	w.advance(30 * time.Minute)
	w.complete(1)
	_, err := w.Measure.SyncConnection(t.Context(), tenant, c.ID, nil, 0)
	require.NoError(t, err)
	w.requireSilent(sub, "half an hour later")
	w.advance(30 * time.Minute)
	require.Len(t, w.compose(sub).Moved, 1, "what moved meanwhile is told then")
}
