package notify_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
)

// told gives the ends of periods that a person is told of now.
func told(w *okrtest.World, who okr.Actor) []okr.PeriodEnd {
	w.T.Helper()
	a, _, err := w.Notify.Remind(w.T.Context(), okrtest.Contoso, who.ID)
	require.NoError(w.T, err)
	return a.Ends
}

func namesOf(ends []okr.PeriodEnd) (names []string) {
	for _, e := range ends {
		names = append(names, e.Name)
	}
	return names
}

// at moves the world's clock to a moment of UTC.
func at(w *okrtest.World, moment string) {
	w.T.Helper()
	to, err := time.Parse("2006-01-02 15:04", moment)
	require.NoError(w.T, err)
	w.Advance(to.Sub(w.Now()))
}

func objectiveIn(w *okrtest.World, who okr.Actor, period string) okr.GoalID {
	w.T.Helper()
	made, err := w.Plan.SaveGoal(w.T.Context(), who, okr.GoalInput{Kind: okr.Objective, Title: "Launch", PeriodID: period})
	require.NoError(w.T, err)
	return made.Goal.ID
}

// TestEndsAreToldInTheirTime tries when somebody with an open objective is told that its period
// ends: by the calendar, by fiscal years and by custom periods, in the own time of a person.
func TestEndsAreToldInTheirTime(t *testing.T) {
	t.Parallel()
	july, sprint := time.July, okr.TimePeriod{ID: "sprint", Custom: true, Period: okr.Period{Name: "Sprint", Start: "2026-09-01", End: "2026-10-15"}}
	for name, c := range map[string]struct {
		month  time.Month
		period string
		zone   string
		at     string
		want   string // empty: nothing
	}{
		"four days before":                  {period: "2026-07-01/2026-09-30", at: "2026-09-25 09:10"},
		"on a Sunday":                       {period: "2026-07-01/2026-09-30", at: "2026-09-27 09:10"},
		"two days before":                   {period: "2026-07-01/2026-09-30", at: "2026-09-28 09:10", want: "Q3 2026"},
		"before the hour":                   {period: "2026-07-01/2026-09-30", at: "2026-09-28 08:50"},
		"long after the hour":               {period: "2026-07-01/2026-09-30", at: "2026-09-29 11:10"},
		"on the last day":                   {period: "2026-07-01/2026-09-30", at: "2026-09-30 09:10", want: "Q3 2026"},
		"on the day after":                  {period: "2026-07-01/2026-09-30", at: "2026-10-01 09:10", want: "Q3 2026"},
		"two weeks after":                   {period: "2026-07-01/2026-09-30", at: "2026-10-14 09:10", want: "Q3 2026"},
		"longer after":                      {period: "2026-07-01/2026-09-30", at: "2026-10-15 09:10"},
		"the next quarter is not told":      {period: "2026-10-01/2026-12-31", at: "2026-09-30 09:10"},
		"a year":                            {period: "2026-01-01/2026-12-31", at: "2026-12-29 09:10", want: "2026"},
		"a fiscal year that begins in July": {month: july, period: "2026-07-01/2027-06-30", at: "2027-06-29 09:10", want: "2026/27"},
		"its first quarter":                 {month: july, period: "2026-07-01/2026-09-30", at: "2026-09-29 09:10", want: "Q1 2026/27"},
		"a custom period":                   {period: "sprint", at: "2026-10-13 09:10", want: "Sprint"},
		"dates of its own":                  {period: "2026-08-20/2026-11-10", at: "2026-11-09 09:10", want: ""},
		"it is the day before in Honolulu":  {period: "2026-07-01/2026-09-30", zone: "Pacific/Honolulu", at: "2026-09-28 09:10"}, // Sunday, 23:10
		"nine in the morning in Honolulu":   {period: "2026-07-01/2026-09-30", zone: "Pacific/Honolulu", at: "2026-09-28 19:10", want: "Q3 2026"},
		"it is the next day in Kiritimati":  {period: "2026-07-01/2026-09-30", zone: "Pacific/Kiritimati", at: "2026-09-27 19:10", want: "Q3 2026"}, // Monday, 9:10
		"two weeks and a day in Kiritimati": {period: "2026-07-01/2026-09-30", zone: "Pacific/Kiritimati", at: "2026-10-14 19:10"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := okrtest.NewWorld(t)
			_, err := w.Access.ChangeSettings(t.Context(), okrtest.Contoso, func(s *okr.Settings) error {
				s.PlanningStart, s.Periods = c.month, []okr.TimePeriod{sprint}
				return nil
			})
			require.NoError(t, err)
			o := objectiveIn(w, okrtest.Megan, c.period)
			if c.zone != "" {
				require.NoError(t, w.Access.SeenIn(t.Context(), okrtest.Megan, c.zone, "en-US"))
			}
			at(w, c.at)
			ends := told(w, okrtest.Megan)
			if name == "dates of its own" {
				require.Equal(t, "2026-08-20/2026-11-10", ends[0].ID)
				return
			}
			if c.want == "" {
				require.Empty(t, ends)
				return
			}
			require.Equal(t, []string{c.want}, namesOf(ends))
			require.Equal(t, o, ends[0].Own[0].Goal.ID)
			w.Advance(time.Hour)
			require.Empty(t, told(w, okrtest.Megan), "once, also where nobody noted that it was posted")
			w.Advance(23 * time.Hour)
			require.Empty(t, told(w, okrtest.Megan), "nor on the next day")
		})
	}
}

// TestEndsAreToldToOwners: to those with something open or due, in the way that their reminder
// settings say, and to nobody else.
func TestEndsAreToldToOwners(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	const q3 = "2026-07-01/2026-09-30"
	o := objectiveIn(w, okrtest.Megan, q3)
	w.Save(okrtest.Megan, okrtest.Form(w.View(okrtest.Megan, o), func(in *okr.GoalInput) {
		in.Details.CheckInOwner, in.Details.CoOwners = okrtest.Adele.Person, []okr.Person{okrtest.Lee.Person}
	}))
	w.KeyResult(okrtest.Adele, o, 10)
	planned := func(who okr.Actor) bool {
		return w.Store.Planned(okr.Due{Kind: okr.DueReminder, Tenant: okrtest.Contoso, ID: string(who.ID)})
	}
	at(w, "2026-09-28 09:10")
	ends := told(w, okrtest.Adele)
	require.Len(t, ends, 1)
	require.Empty(t, ends[0].Own, "it is not hers to close")
	require.Equal(t, 1, ends[0].Due, "the key result; the objective is added up")
	require.True(t, planned(okrtest.Lee), "nobody asks him for check-ins")
	require.Len(t, told(w, okrtest.Lee)[0].Own, 1)
	require.Empty(t, told(w, okrtest.Alex), "without a goal")

	// What Teams did not take is said again; what people turned off is not said.
	a, due, err := w.Notify.Remind(t.Context(), okrtest.Contoso, okrtest.Megan.ID)
	require.NoError(t, err)
	require.True(t, due)
	require.NoError(t, w.Notify.NotReminded(t.Context(), okrtest.Contoso, a))
	require.Len(t, told(w, okrtest.Megan), 1)
	require.NoError(t, w.Notify.NotReminded(t.Context(), okrtest.Contoso, a))
	require.NoError(t, w.Notify.SetMyReminder(t.Context(), okrtest.Megan, &okr.Reminder{Off: true, Every: 1}))
	require.Empty(t, told(w, okrtest.Megan))
	require.NoError(t, w.Notify.SetMyReminder(t.Context(), okrtest.Megan, &okr.Reminder{Weekday: time.Friday, Hour: 15, Every: 4}))
	w.Advance(6 * time.Hour)
	require.Len(t, told(w, okrtest.Megan), 1, "at the hour of her reminders, whatever their day")
}

// TestEndsAreToldToAdminsOnce: an admin is told of what others left open, some days after the
// end, once, and stays on the agenda until then.
func TestEndsAreToldToAdminsOnce(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	const q3 = "2026-07-01/2026-09-30"
	objectiveIn(w, okrtest.Megan, q3)
	private, err := w.Plan.SaveGoal(t.Context(), okrtest.Megan, okr.GoalInput{Kind: okr.Objective, Title: "Merge", PeriodID: q3, Details: &okr.Details{Private: true}})
	require.NoError(t, err)
	require.NotEmpty(t, private.Goal.ID)
	at(w, "2026-10-01 09:10")
	require.Len(t, told(w, okrtest.Megan)[0].Own, 2)
	admin := okr.Due{Kind: okr.DueReminder, Tenant: okrtest.Contoso, ID: string(okrtest.Alex.ID)}
	require.True(t, w.Store.Planned(admin))
	require.Empty(t, told(w, okrtest.Alex), "their owners first")
	at(w, "2026-10-05 09:10")
	ends := told(w, okrtest.Alex)
	require.Equal(t, []string{"Q3 2026"}, namesOf(ends))
	require.Equal(t, 1, ends[0].Others, "nothing that is private to others")
	at(w, "2026-10-06 09:10")
	require.Empty(t, told(w, okrtest.Alex))
	at(w, "2026-10-19 09:10")
	require.Empty(t, told(w, okrtest.Alex))
	require.False(t, w.Store.Planned(admin), "nothing is asked of them any more")
}

// TestEndsNoted holds that what is kept of a person stays small.
func TestEndsNoted(t *testing.T) {
	t.Parallel()
	var m okr.Member
	for n := range 30 {
		p := (okr.Settings{}).Quarter("2026-01-01", n)
		require.Len(t, m.TellEnds([]okr.PeriodEnd{{ID: p.ID, Period: p.Period, Own: make([]okr.GoalView, 1), Others: n % 2}}), 1)
	}
	require.Len(t, m.EndsTold, 12)
	require.Empty(t, m.TellEnds([]okr.PeriodEnd{{ID: (okr.Settings{}).Quarter("2026-01-01", 29).ID, Due: 1}}), "told as an admin and as an owner at once")
}
