package adosource_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/okr"
)

func (w *world) tell(report okr.SyncReport) int {
	w.t.Helper()
	for _, n := range report.Notices {
		require.NoError(w.t, w.Measure.NoticeGiven(w.t.Context(), tenant, n))
	}
	return len(report.Notices)
}

func TestAFailureKeepsTheValueAndTellsOnceAWeek(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	c := w.connect(alex, "Fiber", false)
	kr := w.bound(alex, w.objective(alex, "Launch"), c, launchBugs)
	w.cloud.Revoke(adotest.AlexOID, adotest.OrgContoso)
	told := 0
	for range 15 * 24 {
		w.advance(59 * time.Minute) // not sign-ins that heal
		w.advance(time.Minute)
		report, err := w.Measure.SyncConnection(t.Context(), tenant, c.ID, nil, 0)
		require.NoError(t, err)
		w.requireRefused(okr.NoAccess, report.Failure)
		told += w.tell(report)
	}
	require.Equal(t, 3, told, "at once, and after one and two weeks")
	v, err := w.Plan.Goal(t.Context(), alex, kr)
	require.NoError(t, err)
	require.InDelta(t, 40, *v.Goal.Metric.Current, 1e-9)
	require.True(t, v.Stale)
	require.Equal(t, 15*24*time.Hour, v.StaleFor)
	require.Contains(t, v.Goal.Binding.Health.Problem, "administrator")

	w.cloud.Grant(adotest.AlexOID, adotest.OrgContoso)
	report := w.sync(c)
	require.Empty(t, report.Notices)
	v, err = w.Plan.Goal(t.Context(), alex, kr)
	require.NoError(t, err)
	require.False(t, v.Stale)
	require.Equal(t, okr.HealthOK, v.Goal.Binding.Health.State)
}

func TestTheNoticeSaysWhatHangsOnIt(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	c := w.connect(alex, "Fiber", false)
	o := w.objective(alex, "Launch")
	goals := []okr.GoalID{w.bound(alex, o, c, launchBugs), w.bound(alex, o, c, "Launch stories")}
	w.advance(2 * time.Hour)
	w.cloud.FailRefresh(adotest.AlexOID, adotest.GrantRevoked())
	report, err := w.Measure.SyncConnection(t.Context(), tenant, c.ID, nil, 0)
	require.NoError(t, err, "trying again soon would not help")
	require.Len(t, report.Notices, 1)
	n := report.Notices[0]
	require.Equal(t, alex.Person, n.Owner)
	require.Equal(t, goals, n.Goals)
	require.Equal(t, okr.HealthNeedsSignIn, n.Health.State)
	require.Contains(t, n.Health.Problem, "password was changed")
	require.Equal(t, 1, w.cloud.Count(adotest.OpToken), "the other query was not tried")
	require.Len(t, report.Rows, 2)
	require.Len(t, w.mustSync(c).Notices, 1, "until it was told")
	w.tell(report)
	require.Empty(t, w.mustSync(c).Notices)

	w.cloud.AllowRefresh(adotest.AlexOID)
	w.cloud.Revoke(adotest.AlexOID, adotest.OrgContoso)
	require.Len(t, w.mustSync(c).Notices, 1, "another cause is news")
}

func (w *world) mustSync(c okr.Connection) okr.SyncReport {
	w.t.Helper()
	report, err := w.Measure.SyncConnection(w.t.Context(), tenant, c.ID, nil, 0)
	require.NoError(w.t, err)
	return report
}

func TestAQueryThatIsGoneLeavesTheOthers(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	w.signIn(megan)
	c := w.connect(alex, "Fiber", true)
	o := w.objective(megan, "Launch")
	hers := []okr.GoalID{w.bound(megan, o, c, launchBugs), w.bound(megan, o, c, launchBugs)}
	his := w.bound(alex, o, c, launchBugs)
	fine := w.bound(alex, o, c, "Launch stories")
	require.NoError(t, w.cloud.UpdateQuery(adotest.OrgContoso, w.fiberQuery(launchBugs), func(q *adotest.Query) { q.Deleted = true }))
	report := w.sync(c)
	require.NoError(t, report.Failure)
	require.Len(t, report.Notices, 2, "one for each who bound it")
	require.Equal(t, megan.Person, report.Notices[0].Owner)
	require.Equal(t, hers, report.Notices[0].Goals)
	require.Equal(t, []okr.GoalID{his}, report.Notices[1].Goals)
	require.Equal(t, okr.HealthQueryGone, report.Notices[0].Health.State)
	for _, row := range report.Rows {
		require.Equal(t, row.Goal.ID == fine, row.Problem == "", row.Goal.ID)
		require.NotEqual(t, okr.NoData, row.Status, "the last value still has a status")
	}
	w.tell(report)
	require.Empty(t, w.sync(c).Notices)
	w.advance(7 * 24 * time.Hour)
	require.Len(t, w.sync(c).Notices, 2)
	got, err := w.Connect.Connection(t.Context(), alex, c.ID)
	require.NoError(t, err)
	require.Equal(t, okr.HealthOK, got.Health.State, "the connection works")
	in, err := w.Access.Integration(t.Context(), alex)
	require.NoError(t, err)
	require.Zero(t, in.Failing)

	require.NoError(t, w.cloud.UpdateQuery(adotest.OrgContoso, w.fiberQuery(launchBugs), func(q *adotest.Query) { q.Deleted = false }))
	for _, row := range w.sync(c).Rows {
		require.Empty(t, row.Problem)
	}
}

func TestPassingFailuresTellNobody(t *testing.T) {
	t.Parallel()
	for name, f := range map[okr.Kind]adotest.Fault{okr.Throttled: adotest.Throttled(0), okr.Unavailable: adotest.Unavailable(0)} {
		w := enabled(t)
		c := w.connect(alex, "Fiber", false)
		o := w.objective(alex, "Launch")
		first, second := w.bound(alex, o, c, launchBugs), w.bound(alex, o, c, "Launch stories")
		cancel := w.cloud.Fail(adotest.Rule{Op: adotest.OpQueryRun, Path: "*" + w.fiberQuery("Launch stories") + "*", Fault: f})
		w.advance(time.Minute)
		report, err := w.Measure.SyncConnection(t.Context(), tenant, c.ID, nil, 0)
		w.requireRefused(name, err)
		require.Equal(t, err, report.Failure)
		require.Empty(t, report.Notices)
		require.Len(t, report.Rows, 2, "each goal once")
		require.Equal(t, []okr.GoalID{first, second}, []okr.GoalID{report.Rows[0].Goal.ID, report.Rows[1].Goal.ID})
		require.Empty(t, report.Rows[0].Problem)
		require.NotEmpty(t, report.Rows[1].Problem)
		v, err := w.Plan.Goal(t.Context(), alex, first)
		require.NoError(t, err)
		require.False(t, v.Stale, "it was measured a moment ago")
		cancel()
		require.NoError(t, w.sync(c).Failure)
	}
}
