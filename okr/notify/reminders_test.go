package notify_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
	"okrbot/okr/plan"
)

// reminded says for which goals a person is asked now.
func reminded(w *okrtest.World, who okr.Actor) []okr.GoalID {
	w.T.Helper()
	a, due, err := w.Notify.Remind(w.T.Context(), okrtest.Contoso, who.ID)
	require.NoError(w.T, err)
	require.Equal(w.T, due, len(a.Goals) > 0)
	var out []okr.GoalID
	for _, v := range a.Goals {
		out = append(out, v.Goal.ID)
	}
	return out
}

func TestRemindersComeInThePersonsOwnTime(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t) // Monday, noon in UTC
	o := w.Objective(okrtest.Alex, "Launch")
	w.Save(okrtest.Alex, okrtest.Form(w.View(okrtest.Alex, o), func(in *okr.GoalInput) { in.Details.CheckInOwner = okrtest.Adele.Person }))
	kr := w.KeyResult(okrtest.Megan, o, 10)
	require.True(t, w.Store.Planned(okr.Due{Kind: okr.DueReminder, Tenant: okrtest.Contoso, ID: string(okrtest.Megan.ID)}))
	require.Empty(t, reminded(w, okrtest.Megan), "it was made just now")
	w.Advance(7 * day)
	require.Equal(t, []okr.GoalID{kr}, reminded(w, okrtest.Megan))
	require.NoError(t, w.Access.SeenIn(t.Context(), okrtest.Megan, "America/Los_Angeles", "en-US"))
	require.Empty(t, reminded(w, okrtest.Megan), "four in the morning")
	require.NoError(t, w.Access.SeenIn(t.Context(), okrtest.Megan, "Mars/Olympus", "en-US"), "a zone that nobody knows changes nothing")
	w.Advance(5 * time.Hour)
	require.Equal(t, []okr.GoalID{kr}, reminded(w, okrtest.Megan), "nine in the morning")
	require.NoError(t, w.Notify.Reminded(t.Context(), okrtest.Contoso, okrtest.Megan.Person))
	w.Advance(time.Hour)
	require.Empty(t, reminded(w, okrtest.Megan), "once")
	w.Advance(7*day - time.Hour)
	require.Equal(t, []okr.GoalID{kr}, reminded(w, okrtest.Megan))
	w.CheckIn(okrtest.Megan, kr, 3)
	require.Empty(t, reminded(w, okrtest.Megan), "a recent check-in")
}

func TestRemindersAreChosenByThePerson(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	kr := w.KeyResult(okrtest.Megan, w.Objective(okrtest.Alex, "Launch"), 10)
	r, own, err := w.Notify.MyReminder(t.Context(), okrtest.Megan)
	require.NoError(t, err)
	require.False(t, own)
	require.Equal(t, okr.Reminder{Weekday: time.Monday, Hour: 9, Every: 1, SkipDays: 3}, r)
	require.NoError(t, w.Notify.SetMyReminder(t.Context(), okrtest.Megan, &okr.Reminder{Weekday: time.Tuesday, Hour: 12, Every: 1}))
	w.Advance(7 * day)
	require.Empty(t, reminded(w, okrtest.Megan))
	w.Advance(day)
	require.Equal(t, []okr.GoalID{kr}, reminded(w, okrtest.Megan))
	err = w.Notify.SetMyReminder(t.Context(), okrtest.Megan, &okr.Reminder{Hour: 25, Every: 1})
	w.RequireRefused(okr.Invalid, err)
	require.NoError(t, w.Notify.SetMyReminder(t.Context(), okrtest.Megan, &okr.Reminder{Off: true}))
	require.Empty(t, reminded(w, okrtest.Megan))
	require.NoError(t, w.Notify.SetMyReminder(t.Context(), okrtest.Megan, nil))
	_, own, err = w.Notify.MyReminder(t.Context(), okrtest.Megan)
	require.NoError(t, err)
	require.False(t, own)
}

func TestWhoIsAskedForNothingLeavesTheAgenda(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	o := w.Objective(okrtest.Alex, "Launch")
	kr := w.KeyResult(okrtest.Megan, o, 10)
	planned := okr.Due{Kind: okr.DueReminder, Tenant: okrtest.Contoso, ID: string(okrtest.Megan.ID)}
	_, err := w.Plan.DeleteGoal(t.Context(), okrtest.Megan, kr)
	require.NoError(t, err)
	require.Empty(t, reminded(w, okrtest.Megan))
	require.False(t, w.Store.Planned(planned))
	w.KeyResult(okrtest.Megan, o, 10)
	require.True(t, w.Store.Planned(planned))
}

func TestCheckInsDue(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	o := w.Objective(okrtest.Alex, "Launch")
	measured, manual, asked := w.Bound(okrtest.Alex, o, c, okrtest.LaunchBugs), w.KeyResult(okrtest.Alex, o, 10), w.KeyResult(okrtest.Alex, o, 10)
	w.Save(okrtest.Alex, okrtest.Form(w.View(okrtest.Alex, asked), func(in *okr.GoalInput) { in.Details.CheckInOwner = okrtest.Megan.Person }))
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
	require.Empty(t, due(okrtest.Alex), "made just now")
	w.Advance(4 * day)
	require.Equal(t, []okr.GoalID{manual}, due(okrtest.Alex), "not what is measured, not what another is asked for")
	require.Equal(t, []okr.GoalID{asked}, due(okrtest.Megan))
	w.CheckIn(okrtest.Alex, manual, 3)
	require.Empty(t, due(okrtest.Alex), "a recent check-in")
	w.Advance(4 * day)
	require.Equal(t, []okr.GoalID{manual}, due(okrtest.Alex))
	_, _, err := w.Plan.CheckIn(t.Context(), okrtest.Alex, okr.CheckInInput{Goal: measured, Value: new(1.0), Lasting: true})
	require.NoError(t, err)
	w.Advance(4 * day)
	require.Equal(t, []okr.GoalID{measured, manual}, due(okrtest.Alex), "by hand until resumed")
}

// TestTasksAreToldAndAskedFor: a project with a checklist is brought up to date by people,
// so its owner is asked for it, but not where somebody ticked a moment ago; and a tick is
// told by digests as any other change.
func TestTasksAreToldAndAskedFor(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	o := w.Objective(okrtest.Alex, "Launch")
	made, err := w.Plan.SaveGoal(t.Context(), okrtest.Megan, okr.GoalInput{Kind: okr.Project, Title: "Depot", Parent: o, Tasks: &[]okr.Task{{ID: "A", Title: "Sign"}, {ID: "B", Title: "Paint"}}})
	require.NoError(t, err)
	p, sub := made.Goal.ID, subscribe(w, "1")
	requireSilent(w, sub, "nothing was ticked")
	w.Advance(7 * day)
	require.Equal(t, []okr.GoalID{p}, reminded(w, okrtest.Megan))
	_, _, err = plan.NewTasks(w.Plan).Tick(t.Context(), okrtest.Megan, p, "A", true)
	require.NoError(t, err)
	require.Empty(t, reminded(w, okrtest.Megan), "ticked just now")
	d := compose(w, sub)
	require.Equal(t, []okr.GoalID{p}, moved(d.Moved))
	require.InDelta(t, 50, *d.Moved[0].After.Progress, 1e-9)
	require.Equal(t, "Sign", d.Moved[0].Changes.Completed.First[0].Title)
	require.Equal(t, []okr.GoalID{o}, moved(d.Objectives))
	w.Advance(14 * day)
	require.Equal(t, []okr.GoalID{p}, reminded(w, okrtest.Megan))
	require.NoError(t, w.Notify.DigestPosted(t.Context(), compose(w, sub)))
	// A comment is no check-in: it neither ends the asking nor moves a digest.
	require.NoError(t, w.Store.CheckIns().Create(t.Context(), okrtest.Contoso, okr.CheckIn{ID: "CI900", Goal: p, By: okrtest.Megan.Person, At: w.Now(), MadeAt: w.Now(), Note: "Soon", Comment: true}))
	require.Equal(t, []okr.GoalID{p}, reminded(w, okrtest.Megan))
	requireSilent(w, sub, "a comment moves nothing")
	concerns, err := w.Notify.Attention(t.Context(), okrtest.Alex, okr.Filter{Kind: okr.Project})
	require.NoError(t, err)
	require.Equal(t, okr.ConcernNoCheckIn, concerns.List[0].Concern, "two weeks without a tick or check-in")
}
