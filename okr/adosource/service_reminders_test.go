package adosource_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
)

// reminded says for which goals a person is asked now.
func (w *world) reminded(who okr.Actor) []okr.GoalID {
	w.t.Helper()
	a, due, err := w.Notify.Remind(w.t.Context(), tenant, who.ID)
	require.NoError(w.t, err)
	require.Equal(w.t, due, len(a.Goals) > 0)
	var out []okr.GoalID
	for _, v := range a.Goals {
		out = append(out, v.Goal.ID)
	}
	return out
}

func TestRemindersComeInThePersonsOwnTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t) // Monday, noon in UTC
	o := w.objective(alex, "Launch")
	w.save(alex, form(w.view(alex, o), func(in *okr.GoalInput) { in.Details.CheckInOwner = adele.Person }))
	kr := w.keyResult(megan, o, 10)
	require.True(t, w.store.planned(okr.Due{Kind: okr.DueReminder, Tenant: tenant, ID: string(megan.ID)}))
	require.Empty(t, w.reminded(megan), "it was made just now")
	w.advance(7 * day)
	require.Equal(t, []okr.GoalID{kr}, w.reminded(megan))
	require.NoError(t, w.Access.SeenIn(t.Context(), megan, "America/Los_Angeles"))
	require.Empty(t, w.reminded(megan), "four in the morning")
	require.NoError(t, w.Access.SeenIn(t.Context(), megan, "Mars/Olympus"), "a zone that nobody knows changes nothing")
	w.advance(5 * time.Hour)
	require.Equal(t, []okr.GoalID{kr}, w.reminded(megan), "nine in the morning")
	require.NoError(t, w.Notify.Reminded(t.Context(), tenant, megan.Person))
	w.advance(time.Hour)
	require.Empty(t, w.reminded(megan), "once")
	w.advance(7*day - time.Hour)
	require.Equal(t, []okr.GoalID{kr}, w.reminded(megan))
	w.checkIn(megan, kr, 3)
	require.Empty(t, w.reminded(megan), "a recent check-in")
}

func TestRemindersAreChosenByThePerson(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	kr := w.keyResult(megan, w.objective(alex, "Launch"), 10)
	r, own, err := w.Notify.MyReminder(t.Context(), megan)
	require.NoError(t, err)
	require.False(t, own)
	require.Equal(t, okr.Reminder{Weekday: time.Monday, Hour: 9, Every: 1, SkipDays: 3}, r)
	require.NoError(t, w.Notify.SetMyReminder(t.Context(), megan, &okr.Reminder{Weekday: time.Tuesday, Hour: 12, Every: 1}))
	w.advance(7 * day)
	require.Empty(t, w.reminded(megan))
	w.advance(day)
	require.Equal(t, []okr.GoalID{kr}, w.reminded(megan))
	err = w.Notify.SetMyReminder(t.Context(), megan, &okr.Reminder{Hour: 25, Every: 1})
	w.requireRefused(okr.Invalid, err)
	require.NoError(t, w.Notify.SetMyReminder(t.Context(), megan, &okr.Reminder{Off: true}))
	require.Empty(t, w.reminded(megan))
	require.NoError(t, w.Notify.SetMyReminder(t.Context(), megan, nil))
	_, own, err = w.Notify.MyReminder(t.Context(), megan)
	require.NoError(t, err)
	require.False(t, own)
}

func TestWhoIsAskedForNothingLeavesTheAgenda(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := w.objective(alex, "Launch")
	kr := w.keyResult(megan, o, 10)
	planned := okr.Due{Kind: okr.DueReminder, Tenant: tenant, ID: string(megan.ID)}
	_, err := w.Plan.DeleteGoal(t.Context(), megan, kr)
	require.NoError(t, err)
	require.Empty(t, w.reminded(megan))
	require.False(t, w.store.planned(planned))
	w.keyResult(megan, o, 10)
	require.True(t, w.store.planned(planned))
}
