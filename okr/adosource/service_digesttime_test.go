package adosource_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
)

// plan subscribes a place to everything.
func (w *world) plan(id string, plan okr.DigestPlan) okr.Subscription {
	w.t.Helper()
	sub, err := w.Notify.Subscribe(w.t.Context(), megan, channel(id), plan)
	require.NoError(w.t, err)
	return sub
}

// posts lets hours pass and gives when a digest was posted, each taken by Teams.
func (w *world) posts(sub okr.Subscription, hours int, zone *time.Location) []string {
	w.t.Helper()
	var out []string
	for range hours {
		w.advance(time.Hour)
		d, some, err := w.Notify.ComposeDigest(w.t.Context(), tenant, sub.ID)
		require.NoError(w.t, err)
		if some {
			require.NoError(w.t, w.Notify.DigestPosted(w.t.Context(), d))
			out = append(out, d.At.In(zone).Format("Mon 15:04"))
		}
	}
	return out
}

func (w *world) until(t time.Time) { w.advance(t.Sub(w.clock())) }

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
			w := enabled(t)
			w.Notify.DigestEvery = time.Hour
			w.until(test.from)
			w.objective(alex, "Launch")
			sub := w.plan("1", okr.DigestPlan{Rule: okr.DigestRule{Cadence: okr.Daily, Hour: test.hour}, Zone: "Europe/Paris", Always: true})
			require.Equal(t, test.want, w.posts(sub, 70, paris))
		})
	}
}

func TestAWeeklyDigest(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	w.objective(alex, "Launch")
	rule := okr.DigestRule{Cadence: okr.Weekly, Weekday: time.Friday, Hour: 16}
	sub := w.plan("1", okr.DigestPlan{Rule: rule, Always: true})
	require.Equal(t, []string{"Fri 16:00", "Fri 16:00", "Fri 16:00"}, w.posts(sub, 21*24, time.UTC))

	rule.Weekday = time.Monday
	sub = w.plan("1", okr.DigestPlan{Rule: rule, Always: true})
	require.Equal(t, []string{"Mon 16:00"}, w.posts(sub, 7*24, time.UTC), "another day counts from now on")

	sub = w.plan("1", okr.DigestPlan{Rule: rule, Always: true, Quiet: okr.Quiet{Days: []time.Weekday{time.Monday}, From: 22, To: 8}})
	require.Equal(t, []string{"Tue 08:00"}, w.posts(sub, 7*24, time.UTC), "what a quiet time holds back comes after it")
}

func TestWhatMovesAfterADailyDigestWaitsForTheNext(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	c := w.connect(alex, "Fiber", false)
	w.bound(alex, w.objective(alex, "Launch"), c, launchBugs)
	sub := w.plan("1", okr.DigestPlan{Rule: okr.DigestRule{Cadence: okr.Daily, Hour: 15}})
	require.Empty(t, w.posts(sub, 5, time.UTC), "nothing moved at three")
	w.complete(3)
	w.sync(c)
	require.Equal(t, []string{"Tue 15:00"}, w.posts(sub, 40, time.UTC))
}

// A clock that was wrong for a while neither stops digests nor tells twice.
func TestDigestsSurviveAWrongClock(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	c := w.connect(alex, "Fiber", false)
	w.bound(alex, w.objective(alex, "Launch"), c, launchBugs)
	w.Notify.DigestEvery = time.Hour
	hourly := w.plan("1", okr.DigestPlan{})
	daily := w.plan("2", okr.DigestPlan{Rule: okr.DigestRule{Cadence: okr.Daily, Hour: 9}})
	w.complete(3)
	w.sync(c)
	w.advance(48 * time.Hour)
	require.Len(t, w.posts(hourly, 1, time.UTC), 1)
	require.Len(t, w.posts(daily, 1, time.UTC), 1)
	w.advance(-48 * time.Hour)
	require.Empty(t, w.posts(hourly, 5, time.UTC), "told before")
	require.Empty(t, w.posts(daily, 5, time.UTC), "told before")
	w.complete(3)
	w.sync(c)
	w.until(time.Date(2026, 2, 3, 8, 30, 0, 0, time.UTC))
	require.Equal(t, []string{"Tue 09:30"}, w.posts(hourly, 1, time.UTC))
	require.Equal(t, []string{"Tue 10:30"}, w.posts(daily, 1, time.UTC))
}

func TestADigestOfTeams(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	c := w.connect(alex, "Fiber", false)
	growth, mixed, other := w.objective(alex, "Growth"), w.objective(alex, "Mixed"), w.objective(alex, "Other")
	w.team(growth, "Growth")
	below := w.bound(alex, growth, c, launchBugs)
	one := w.bound(alex, mixed, c, launchBugs)
	w.team(one, "growth")
	w.bound(alex, mixed, c, launchBugs)
	w.bound(alex, other, c, launchBugs)
	sub := w.plan("1", okr.DigestPlan{Teams: []string{"Growth"}})
	w.complete(3)
	w.sync(c)
	d := w.compose(sub)
	require.Equal(t, []okr.GoalID{below, one}, moved(d.Moved))
	require.Equal(t, []okr.GoalID{growth}, moved(d.Objectives))
}

// team gives a goal to a team.
func (w *world) team(id okr.GoalID, team string) {
	w.t.Helper()
	_, err := w.store.Goals().Update(w.t.Context(), tenant, id, func(g *okr.Goal) error {
		g.Team = team
		return nil
	})
	require.NoError(w.t, err)
}

func TestMuting(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	c := w.connect(alex, "Fiber", false)
	w.bound(alex, w.objective(alex, "Launch"), c, launchBugs)
	sub := w.plan("1", okr.DigestPlan{})
	_, err := w.Notify.MuteDigest(t.Context(), megan, channel("1").ID, 5*time.Hour)
	require.NoError(t, err)
	w.complete(1)
	w.sync(c)
	require.Equal(t, []string{"Mon 17:00"}, w.posts(sub, 8, time.UTC), "what moved meanwhile, once")
	_, err = w.Notify.MuteDigest(t.Context(), megan, channel("1").ID, okr.MaxMute+1)
	w.requireRefused(okr.Invalid, err, "90 days")
	require.Equal(t, []okr.Step{{Kind: okr.StepStopDigest}}, okr.NextOf(err))
	_, err = w.Notify.MuteDigest(t.Context(), guest, channel("1").ID, time.Hour)
	w.requireRefused(okr.Forbidden, err, "Guests")
	_, err = w.Notify.MuteDigest(t.Context(), megan, "nowhere", time.Hour)
	w.requireRefused(okr.NotFound, err)
	require.Equal(t, []okr.Step{{Kind: okr.StepDigest}}, okr.NextOf(err))
}

func TestAPlanIsChecked(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	for field, plan := range map[string]okr.DigestPlan{
		"digestHour":    {Rule: okr.DigestRule{Hour: 24}},
		"digestCadence": {Rule: okr.DigestRule{Cadence: "often"}},
		"zone":          {Zone: "Atlantis/Harbour"},
		"quietFrom":     {Quiet: okr.Quiet{From: -1}},
		"quietDays":     {Quiet: okr.Quiet{Days: []time.Weekday{0, 1, 2, 3, 4, 5, 6}}},
	} {
		_, err := w.Notify.Subscribe(t.Context(), megan, channel("1"), plan)
		w.requireRefused(okr.Invalid, err)
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
