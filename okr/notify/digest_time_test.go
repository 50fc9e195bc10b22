package notify_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
)

// subscribeWith subscribes a place to everything.
func subscribeWith(w *okrtest.World, id string, plan okr.DigestPlan) okr.Subscription {
	w.T.Helper()
	sub, err := w.Notify.Subscribe(w.T.Context(), okrtest.Megan, okrtest.Channel(id), plan)
	require.NoError(w.T, err)
	return sub
}

// posts lets hours pass and gives when a digest was posted, each taken by Teams.
func posts(w *okrtest.World, sub okr.Subscription, hours int, zone *time.Location) []string {
	w.T.Helper()
	var out []string
	for range hours {
		w.Advance(time.Hour)
		d, some, err := w.Notify.ComposeDigest(w.T.Context(), okrtest.Contoso, sub.ID)
		require.NoError(w.T, err)
		if some {
			require.NoError(w.T, w.Notify.DigestPosted(w.T.Context(), d))
			out = append(out, d.At.In(zone).Format("Mon 15:04"))
		}
	}
	return out
}

func until(w *okrtest.World, t time.Time) { w.Advance(t.Sub(w.Now())) }

func TestADailyDigestComesOnceOnDaysOfAnyLength(t *testing.T) {
	t.Parallel()
	paris, err := time.LoadLocation("Europe/Paris")
	require.NoError(t, err)
	for name, test := range map[string]struct {
		from time.Time
		hour int
		want []string
	}{
		"the hour that is left out":     {time.Date(2026, 3, 28, 12, 30, 0, 0, paris), 2, []string{"Sun 03:30", "Mon 02:30", "Tue 02:30"}},
		"the hour that comes twice":     {time.Date(2026, 10, 24, 12, 30, 0, 0, paris), 2, []string{"Sun 02:30", "Mon 02:30", "Tue 02:30"}},
		"an hour of the morning before": {time.Date(2026, 3, 28, 12, 30, 0, 0, paris), 9, []string{"Sun 09:30", "Mon 09:30", "Tue 09:30"}},
		"midnight":                      {time.Date(2026, 10, 24, 12, 30, 0, 0, paris), 0, []string{"Sun 00:30", "Mon 00:30", "Tue 00:30"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := okrtest.Enabled(t)
			w.Notify.DigestEvery = time.Hour
			until(w, test.from)
			w.Objective(okrtest.Alex, "Launch")
			sub := subscribeWith(w, "1", okr.DigestPlan{Rule: okr.DigestRule{Cadence: okr.Daily, Hour: test.hour}, Zone: "Europe/Paris", Always: true})
			require.Equal(t, test.want, posts(w, sub, 70, paris))
		})
	}
}

func TestAWeeklyDigest(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	w.Objective(okrtest.Alex, "Launch")
	rule := okr.DigestRule{Cadence: okr.Weekly, Weekday: time.Friday, Hour: 16}
	sub := subscribeWith(w, "1", okr.DigestPlan{Rule: rule, Always: true})
	require.Equal(t, []string{"Fri 16:00", "Fri 16:00", "Fri 16:00"}, posts(w, sub, 21*24, time.UTC))

	rule.Weekday = time.Monday
	sub = subscribeWith(w, "1", okr.DigestPlan{Rule: rule, Always: true})
	require.Equal(t, []string{"Mon 16:00"}, posts(w, sub, 7*24, time.UTC), "another day counts from now on")

	sub = subscribeWith(w, "1", okr.DigestPlan{Rule: rule, Always: true, Quiet: okr.Quiet{Days: []time.Weekday{time.Monday}, From: 22, To: 8}})
	require.Equal(t, []string{"Tue 08:00"}, posts(w, sub, 7*24, time.UTC), "what a quiet time holds back comes after it")
}

func TestWhatMovesAfterADailyDigestWaitsForTheNext(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	w.Bound(okrtest.Alex, w.Objective(okrtest.Alex, "Launch"), c, okrtest.LaunchBugs)
	sub := subscribeWith(w, "1", okr.DigestPlan{Rule: okr.DigestRule{Cadence: okr.Daily, Hour: 15}})
	require.Empty(t, posts(w, sub, 5, time.UTC), "nothing moved at three")
	w.Complete(3)
	w.Sync(c)
	require.Equal(t, []string{"Tue 15:00"}, posts(w, sub, 40, time.UTC))
}

// A clock that was wrong for a while neither stops digests nor tells twice.
func TestDigestsSurviveAWrongClock(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	w.Bound(okrtest.Alex, w.Objective(okrtest.Alex, "Launch"), c, okrtest.LaunchBugs)
	w.Notify.DigestEvery = time.Hour
	hourly := subscribeWith(w, "1", okr.DigestPlan{})
	daily := subscribeWith(w, "2", okr.DigestPlan{Rule: okr.DigestRule{Cadence: okr.Daily, Hour: 9}})
	w.Complete(3)
	w.Sync(c)
	w.Advance(48 * time.Hour)
	require.Len(t, posts(w, hourly, 1, time.UTC), 1)
	require.Len(t, posts(w, daily, 1, time.UTC), 1)
	w.Advance(-48 * time.Hour)
	require.Empty(t, posts(w, hourly, 5, time.UTC), "told before")
	require.Empty(t, posts(w, daily, 5, time.UTC), "told before")
	w.Complete(3)
	w.Sync(c)
	until(w, time.Date(2026, 2, 3, 8, 30, 0, 0, time.UTC))
	require.Equal(t, []string{"Tue 09:30"}, posts(w, hourly, 1, time.UTC))
	require.Equal(t, []string{"Tue 10:30"}, posts(w, daily, 1, time.UTC))
}

func TestADigestOfTeams(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	growth, mixed, other := w.Objective(okrtest.Alex, "Growth"), w.Objective(okrtest.Alex, "Mixed"), w.Objective(okrtest.Alex, "Other")
	giveTeam(w, growth, "Growth")
	below := w.Bound(okrtest.Alex, growth, c, okrtest.LaunchBugs)
	one := w.Bound(okrtest.Alex, mixed, c, okrtest.LaunchBugs)
	giveTeam(w, one, "growth")
	w.Bound(okrtest.Alex, mixed, c, okrtest.LaunchBugs)
	w.Bound(okrtest.Alex, other, c, okrtest.LaunchBugs)
	sub := subscribeWith(w, "1", okr.DigestPlan{Teams: []string{"Growth"}})
	w.Complete(3)
	w.Sync(c)
	d := compose(w, sub)
	require.Equal(t, []okr.GoalID{below, one}, moved(d.Moved))
	require.Equal(t, []okr.GoalID{growth}, moved(d.Objectives))
}

// giveTeam gives a goal to a team.
func giveTeam(w *okrtest.World, id okr.GoalID, team string) {
	w.T.Helper()
	_, err := w.Store.Goals().Update(w.T.Context(), okrtest.Contoso, id, func(g *okr.Goal) error {
		g.Team = team
		return nil
	})
	require.NoError(w.T, err)
}

func TestMuting(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	w.Bound(okrtest.Alex, w.Objective(okrtest.Alex, "Launch"), c, okrtest.LaunchBugs)
	sub := subscribeWith(w, "1", okr.DigestPlan{})
	_, err := w.Notify.MuteDigest(t.Context(), okrtest.Megan, okrtest.Channel("1").ID, 5*time.Hour)
	require.NoError(t, err)
	w.Complete(1)
	w.Sync(c)
	require.Equal(t, []string{"Mon 17:00"}, posts(w, sub, 8, time.UTC), "what moved meanwhile, once")
	_, err = w.Notify.MuteDigest(t.Context(), okrtest.Megan, okrtest.Channel("1").ID, okr.MaxMute+1)
	w.RequireRefused(okr.Invalid, err, "90 days")
	require.Equal(t, []okr.Step{{Kind: okr.StepStopDigest}}, okr.NextOf(err))
	_, err = w.Notify.MuteDigest(t.Context(), okrtest.Guest, okrtest.Channel("1").ID, time.Hour)
	w.RequireRefused(okr.Forbidden, err, "Guests")
	_, err = w.Notify.MuteDigest(t.Context(), okrtest.Megan, "nowhere", time.Hour)
	w.RequireRefused(okr.NotFound, err)
	require.Equal(t, []okr.Step{{Kind: okr.StepDigest}}, okr.NextOf(err))
}

func TestAPlanIsChecked(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	for field, plan := range map[string]okr.DigestPlan{
		"digestHour":    {Rule: okr.DigestRule{Hour: 24}},
		"digestCadence": {Rule: okr.DigestRule{Cadence: "often"}},
		"zone":          {Zone: "Atlantis/Harbour"},
		"quietFrom":     {Quiet: okr.Quiet{From: -1}},
		"quietDays":     {Quiet: okr.Quiet{Days: []time.Weekday{0, 1, 2, 3, 4, 5, 6}}},
	} {
		_, err := w.Notify.Subscribe(t.Context(), okrtest.Megan, okrtest.Channel("1"), plan)
		w.RequireRefused(okr.Invalid, err)
		require.Equal(t, field, okr.FieldOf(err))
	}
}

// A record of before there were plans means what it meant: hourly, all day.
func TestAnOldSubscriptionStaysReadable(t *testing.T) {
	t.Parallel()
	var sub okr.Subscription
	old := `{"id":"S1","conversation":{"tenant":"t","id":"19:a","kind":"channel"},"objectives":["O1"],"createdBy":{"id":"u","name":"U"},"createdAt":"2026-01-01T00:00:00Z","reported":{"KR1":{"at":"2026-01-01T00:00:00Z","status":"on track"}},"postedAt":"2026-01-02T00:00:00Z"}`
	require.NoError(t, json.Unmarshal([]byte(old), &sub))
	require.Equal(t, okr.DigestPlan{Objectives: []okr.GoalID{"O1"}}, sub.DigestPlan)
	require.Equal(t, okr.Hourly, sub.Rule.Cadence)
	now := time.Date(2026, 1, 3, 3, 0, 0, 0, time.UTC)
	require.Equal(t, now, sub.Next(now, time.UTC))
}
