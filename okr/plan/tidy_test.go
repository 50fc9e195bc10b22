package plan_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
	"okrbot/okr/plan"
)

// What was deleted goes for good by itself, with all that was kept of it, and what can
// be restored stays.
func TestTidyForgetsDeletedGoals(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	kept := w.Objective(okrtest.Alex, "Kept")
	var gone []okr.GoalID
	for n := range 250 { // more than a page
		o := w.Objective(okrtest.Alex, fmt.Sprintf("Gone %d", n))
		gone = append(gone, o)
		_, err := w.Plan.DeleteGoal(t.Context(), okrtest.Alex, o)
		require.NoError(t, err)
	}
	kr := w.KeyResult(okrtest.Alex, kept, 100)
	value := 7.0
	_, _, err := w.Plan.CheckIn(t.Context(), okrtest.Alex, okr.CheckInInput{Goal: kr, Value: &value})
	require.NoError(t, err)
	_, err = w.Plan.DeleteGoal(t.Context(), okrtest.Alex, kr)
	require.NoError(t, err)
	w.Advance(okr.RestoreLife - time.Hour)
	later := w.Objective(okrtest.Alex, "Deleted later")
	_, err = w.Plan.DeleteGoal(t.Context(), okrtest.Alex, later)
	require.NoError(t, err)
	require.NoError(t, plan.Tidy(t.Context(), w.Plan, okrtest.Contoso))
	require.Len(t, goalsOf(w), 253, "all can be restored still")

	w.Advance(time.Hour)
	require.NoError(t, plan.Tidy(t.Context(), w.Plan, okrtest.Contoso))
	require.ElementsMatch(t, []okr.GoalID{kept, later}, goalsOf(w))
	_, n, err := w.Store.CheckIns().List(t.Context(), okrtest.Contoso, "", okr.Page{})
	require.NoError(t, err)
	require.Zero(t, n)
	for _, id := range append(gone, kr) {
		history, err := w.Store.History(t.Context(), okrtest.Contoso, id, time.Time{}, 0)
		require.NoError(t, err)
		require.Empty(t, history)
	}
	_, err = w.Plan.Restore(t.Context(), okrtest.Alex, later)
	require.NoError(t, err)
}

func goalsOf(w *okrtest.World) (ids []okr.GoalID) {
	all, _, err := w.Store.Goals().List(w.T.Context(), okrtest.Contoso, "", okr.Page{})
	require.NoError(w.T, err)
	for _, g := range all {
		ids = append(ids, g.ID)
	}
	return ids
}

// What a place was told of a goal is kept as long as the goal, also while it can be
// restored.
func TestTidyForgetsWhatWasToldOfGoalsThatAreGone(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	kept, deleted := w.Objective(okrtest.Alex, "Kept"), w.Objective(okrtest.Alex, "Deleted")
	sub, err := w.Notify.Subscribe(t.Context(), okrtest.Megan, okrtest.Channel("1"), okr.DigestPlan{})
	require.NoError(t, err)
	_, err = w.Store.Subscriptions().Update(t.Context(), okrtest.Contoso, sub.ID, func(sub *okr.Subscription) error {
		for _, id := range []okr.GoalID{kept, deleted, "O99"} { // O99: a program before this one left it
			sub.Report(id, okr.Reported{At: w.Now(), Status: okr.OnTrack})
		}
		return nil
	})
	require.NoError(t, err)
	_, err = w.Plan.DeleteGoal(t.Context(), okrtest.Alex, deleted)
	require.NoError(t, err)
	require.NoError(t, plan.Tidy(t.Context(), w.Plan, okrtest.Contoso))
	requireReported(w, sub.ID, kept, deleted)
	w.Advance(okr.RestoreLife)
	require.NoError(t, plan.Tidy(t.Context(), w.Plan, okrtest.Contoso))
	requireReported(w, sub.ID, kept)
}

func requireReported(w *okrtest.World, id okr.SubscriptionID, want ...okr.GoalID) {
	w.T.Helper()
	sub, err := w.Store.Subscriptions().Get(w.T.Context(), okrtest.Contoso, id)
	require.NoError(w.T, err)
	var got []okr.GoalID
	for of := range sub.Reported {
		got = append(got, of)
	}
	require.ElementsMatch(w.T, want, got)
}

// What a person chose is forgotten when they neither use okrbot nor own a goal.
func TestTidyForgetsPeopleWhoAreGone(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	w.Objective(okrtest.Alex, "Owned")
	for _, who := range []okr.Actor{okrtest.Alex, okrtest.Megan, okrtest.Adele} {
		require.NoError(t, w.Access.SeenIn(t.Context(), who, "Europe/Paris", "en-US"))
	}
	// Lee's was written by a program that took no note of when.
	require.NoError(t, w.Access.ChangeMember(t.Context(), okrtest.Contoso, okrtest.Lee.Person, func(*okr.Member) error { return nil }))
	require.NoError(t, plan.Tidy(t.Context(), w.Plan, okrtest.Contoso))
	w.Advance(okr.MemberLife - time.Hour)
	require.NoError(t, w.Access.SeenIn(t.Context(), okrtest.Megan, "Europe/Paris", "en-US"))
	require.NoError(t, plan.Tidy(t.Context(), w.Plan, okrtest.Contoso))
	requireMembers(w, okrtest.Alex, okrtest.Megan, okrtest.Adele, okrtest.Lee)
	w.Advance(time.Hour)
	require.NoError(t, plan.Tidy(t.Context(), w.Plan, okrtest.Contoso))
	requireMembers(w, okrtest.Alex, okrtest.Megan)
}

func requireMembers(w *okrtest.World, want ...okr.Actor) {
	w.T.Helper()
	members, _, err := w.Store.Members().List(w.T.Context(), okrtest.Contoso, "", okr.Page{})
	require.NoError(w.T, err)
	var got, ids []okr.UserID
	for _, m := range members {
		got = append(got, m.Person.ID)
	}
	for _, who := range want {
		ids = append(ids, who.ID)
	}
	require.ElementsMatch(w.T, ids, got)
}
