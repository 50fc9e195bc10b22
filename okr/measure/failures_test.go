package measure_test

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

func tell(w *okrtest.World, report okr.SyncReport) int {
	w.T.Helper()
	for _, n := range report.Notices {
		require.NoError(w.T, w.Measure.NoticeGiven(w.T.Context(), okrtest.Contoso, n))
	}
	return len(report.Notices)
}

func TestAFailureKeepsTheValueAndTellsOnceAWeek(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	kr := w.Bound(okrtest.Alex, w.Objective(okrtest.Alex, "Launch"), c, okrtest.LaunchBugs)
	w.Cloud.Revoke(adotest.AlexOID, adotest.OrgContoso)
	told := 0
	for range 15 * 24 {
		w.Advance(59 * time.Minute) // not sign-ins that heal
		w.Advance(time.Minute)
		report, err := w.Measure.SyncConnection(t.Context(), okrtest.Contoso, c.ID, nil, 0)
		require.NoError(t, err)
		w.RequireRefused(okr.NoAccess, report.Failure)
		told += tell(w, report)
	}
	require.Equal(t, 3, told, "at once, and after one and two weeks")
	v, err := w.Plan.Goal(t.Context(), okrtest.Alex, kr)
	require.NoError(t, err)
	require.InDelta(t, 40, *v.Goal.Metric.Current, 1e-9)
	require.True(t, v.Stale)
	require.Equal(t, 15*24*time.Hour, v.StaleFor)
	require.Contains(t, v.Goal.Binding.Health.Problem, "administrator")

	w.Cloud.Grant(adotest.AlexOID, adotest.OrgContoso)
	report := w.Sync(c)
	require.Empty(t, report.Notices)
	v, err = w.Plan.Goal(t.Context(), okrtest.Alex, kr)
	require.NoError(t, err)
	require.False(t, v.Stale)
	require.Equal(t, okr.HealthOK, v.Goal.Binding.Health.State)
}

// TestASignInThatIsRenewedMeanwhileDoesNotFail: what was asked with the old one is refused
// after there is a new one.
func TestASignInThatIsRenewedMeanwhileDoesNotFail(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	kr := w.Bound(okrtest.Alex, w.Objective(okrtest.Alex, "Launch"), c, okrtest.LaunchBugs)
	w.Complete(3)
	w.Advance(2 * time.Hour)
	w.Cloud.FailRefresh(adotest.AlexOID, adotest.GrantRevoked())
	var err error
	duringCall(w, adotest.OpToken, func() { _, err = w.Measure.SyncConnection(t.Context(), okrtest.Contoso, c.ID, nil, 0) }, func() {
		w.Advance(time.Second)
		w.SignIn(okrtest.Alex)
	})
	w.RequireRefused(okr.Unavailable, err, "renewed")
	now, err := w.Store.Connections().Get(t.Context(), okrtest.Contoso, c.ID)
	require.NoError(t, err)
	require.False(t, now.Health.Failing())
	require.Equal(t, 3, w.Sync(c).Rows[0].Changes.Completed.Count, "with the new one")
	require.False(t, w.View(okrtest.Alex, kr).Stale)
}

func TestTheNoticeSaysWhatHangsOnIt(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	o := w.Objective(okrtest.Alex, "Launch")
	goals := []okr.GoalID{w.Bound(okrtest.Alex, o, c, okrtest.LaunchBugs), w.Bound(okrtest.Alex, o, c, "Launch stories")}
	w.Advance(2 * time.Hour)
	w.Cloud.FailRefresh(adotest.AlexOID, adotest.GrantRevoked())
	report, err := w.Measure.SyncConnection(t.Context(), okrtest.Contoso, c.ID, nil, 0)
	require.NoError(t, err, "trying again soon would not help")
	require.Len(t, report.Notices, 1)
	n := report.Notices[0]
	require.Equal(t, okrtest.Alex.Person, n.Owner)
	require.Equal(t, goals, n.Goals)
	require.Equal(t, okr.HealthNeedsSignIn, n.Health.State)
	require.Contains(t, n.Health.Problem, "the password changed or access was revoked")
	require.Equal(t, 1, w.Cloud.Count(adotest.OpToken), "the other query was not tried")
	require.Len(t, report.Rows, 2)
	require.Len(t, mustSync(w, c).Notices, 1, "until it was told")
	tell(w, report)
	require.Empty(t, mustSync(w, c).Notices)

	w.Cloud.AllowRefresh(adotest.AlexOID)
	w.SignIn(okrtest.Alex)
	w.Cloud.Revoke(adotest.AlexOID, adotest.OrgContoso)
	require.Len(t, mustSync(w, c).Notices, 1, "another cause is news")
}

func mustSync(w *okrtest.World, c okr.Connection) okr.SyncReport {
	w.T.Helper()
	report, err := w.Measure.SyncConnection(w.T.Context(), okrtest.Contoso, c.ID, nil, 0)
	require.NoError(w.T, err)
	return report
}

func TestAQueryThatIsGoneLeavesTheOthers(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	w.SignIn(okrtest.Megan)
	c := w.NewConnection(okrtest.Alex, "Fiber", true)
	o := w.Objective(okrtest.Megan, "Launch")
	hers := []okr.GoalID{w.Bound(okrtest.Megan, o, c, okrtest.LaunchBugs), w.Bound(okrtest.Megan, o, c, okrtest.LaunchBugs)}
	his := w.Bound(okrtest.Alex, o, c, okrtest.LaunchBugs)
	fine := w.Bound(okrtest.Alex, o, c, "Launch stories")
	require.NoError(t, w.Cloud.UpdateQuery(adotest.OrgContoso, w.FiberQuery(okrtest.LaunchBugs), func(q *adotest.Query) { q.Deleted = true }))
	report := w.Sync(c)
	require.NoError(t, report.Failure)
	require.Len(t, report.Notices, 2, "one for the owner of the connection, one for the owner of some of the goals")
	require.Equal(t, okrtest.Alex.Person, report.Notices[0].Owner)
	require.Equal(t, append(slices.Clone(hers), his), report.Notices[0].Goals)
	require.Equal(t, okrtest.Megan.Person, report.Notices[1].Owner)
	require.Equal(t, hers, report.Notices[1].Goals)
	require.Equal(t, hers[0], report.Notices[1].Binds)
	require.True(t, report.Notices[1].Opens)
	require.Equal(t, okr.HealthQueryGone, report.Notices[0].Health.State)
	for _, row := range report.Rows {
		require.Equal(t, row.Goal.ID == fine, row.Problem == "", row.Goal.ID)
		require.NotEqual(t, okr.NoData, row.Status, "the last value still has a status")
	}
	tell(w, report)
	require.Empty(t, w.Sync(c).Notices)
	w.Advance(7 * 24 * time.Hour)
	require.Len(t, w.Sync(c).Notices, 2)
	got, err := w.Connect.Connection(t.Context(), okrtest.Alex, c.ID)
	require.NoError(t, err)
	require.Equal(t, okr.HealthOK, got.Health.State, "the connection works")
	in, err := w.Access.Integration(t.Context(), okrtest.Alex)
	require.NoError(t, err)
	require.Zero(t, in.Failing)

	require.NoError(t, w.Cloud.UpdateQuery(adotest.OrgContoso, w.FiberQuery(okrtest.LaunchBugs), func(q *adotest.Query) { q.Deleted = false }))
	for _, row := range w.Sync(c).Rows {
		require.Empty(t, row.Problem)
	}
}

func TestPassingFailuresTellNobody(t *testing.T) {
	t.Parallel()
	for name, f := range map[okr.Kind]adotest.Fault{okr.Throttled: adotest.Throttled(0), okr.Unavailable: adotest.Unavailable(0)} {
		w := okrtest.Enabled(t)
		c := w.NewConnection(okrtest.Alex, "Fiber", false)
		o := w.Objective(okrtest.Alex, "Launch")
		first, second := w.Bound(okrtest.Alex, o, c, okrtest.LaunchBugs), w.Bound(okrtest.Alex, o, c, "Launch stories")
		cancel := w.Cloud.Fail(adotest.Rule{Op: adotest.OpQueryRun, Path: "*" + w.FiberQuery("Launch stories") + "*", Fault: f})
		w.Advance(time.Minute)
		report, err := w.Measure.SyncConnection(t.Context(), okrtest.Contoso, c.ID, nil, 0)
		if name == okr.Throttled { // which is of the sign-in
			w.RequireRefused(name, err)
		}
		require.Equal(t, err, report.Failure)
		require.Empty(t, report.Notices)
		require.Len(t, report.Rows, 2, "each goal once")
		require.Equal(t, []okr.GoalID{first, second}, []okr.GoalID{report.Rows[0].Goal.ID, report.Rows[1].Goal.ID})
		require.Empty(t, report.Rows[0].Problem)
		require.NotEmpty(t, report.Rows[1].Problem)
		v, err := w.Plan.Goal(t.Context(), okrtest.Alex, first)
		require.NoError(t, err)
		require.False(t, v.Stale, "it was measured a moment ago")
		cancel()
		require.NoError(t, w.Sync(c).Failure)
	}
}

// TestAnEndedSignInIsOneMessage: one for all connections that use it, one for each
// whose goals stand still, and Microsoft is asked once a day.
func TestAnEndedSignInIsOneMessage(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	connections := []okr.Connection{w.NewConnection(okrtest.Alex, "Fiber", true), w.NewConnection(okrtest.Alex, "Fiber again", true)}
	pay := okrtest.FiberConnection("Pay")
	pay.Project = adotest.ProjectPay
	third, err := w.Connect.SaveConnection(t.Context(), okrtest.Alex, pay)
	require.NoError(t, err)
	connections = append(connections, third)
	o := w.Objective(okrtest.Megan, "Launch")
	hers := w.Bound(okrtest.Megan, o, connections[0], okrtest.LaunchBugs)
	his := w.Bound(okrtest.Alex, o, connections[1], "Launch stories")
	q, err := w.Cloud.AddQuery(adotest.OrgContoso, adotest.ProjectPay, adotest.Query{Name: "Pay", Filter: func(adotest.Item) bool { return true }})
	require.NoError(t, err)
	far := w.KeyResult(okrtest.Alex, o, 100)
	_, err = w.Measure.Bind(t.Context(), okrtest.Alex, okr.BindInput{Goal: far, Connection: third.ID, Query: q.ID})
	require.NoError(t, err)

	w.Cloud.FailRefresh(adotest.AlexOID, adotest.GrantRevoked())
	var told []okr.Notice
	w.Cloud.ResetCalls()
	for range 23 {
		w.Advance(time.Hour)
		for _, c := range connections {
			report := mustSync(w, c)
			tell(w, report)
			told = append(told, report.Notices...)
		}
	}
	require.Equal(t, 1, w.Cloud.Count(adotest.OpToken))
	require.Len(t, told, 2)
	require.Equal(t, okrtest.Alex.Person, told[0].Owner)
	require.Len(t, told[0].Others, 2)
	require.ElementsMatch(t, []okr.GoalID{hers, his, far}, told[0].Goals)
	require.Equal(t, okrtest.Megan.Person, told[1].Owner)
	require.Equal(t, []okr.GoalID{hers}, told[1].Goals)
	require.Equal(t, hers, told[1].Binds)

	w.SignIn(okrtest.Alex)
	for _, c := range connections {
		require.NoError(t, mustSync(w, c).Failure)
	}
}

// TestAProjectThatIsGoneIsOneMessage, not one for each query that is asked for in it.
func TestAProjectThatIsGoneIsOneMessage(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]adotest.Fault{"by name": adotest.ProjectGone(), "by id": adotest.ProjectHidden(404), "by id, 400": adotest.ProjectHidden(400)} {
		w := okrtest.Enabled(t)
		c := w.NewConnection(okrtest.Alex, "Fiber", false)
		o := w.Objective(okrtest.Alex, "Launch")
		for n := range 12 {
			query := fmt.Sprint("Query ", n)
			_, err := w.Cloud.AddQuery(adotest.OrgContoso, adotest.ProjectFiber, adotest.Query{Name: query, Filter: func(adotest.Item) bool { return true }})
			require.NoError(t, err)
			w.Bound(okrtest.Alex, o, c, query)
		}
		for _, op := range []string{"queries.*", "wiql.*"} {
			w.Cloud.Fail(adotest.Rule{Op: op, Fault: fault})
		}
		report := w.Sync(c)
		w.RequireRefused(okr.ProjectGone, report.Failure, adotest.ProjectFiber, "administrator")
		require.Len(t, report.Notices, 1, name)
		require.Len(t, report.Notices[0].Goals, 12)
		require.Equal(t, okr.HealthProjectGone, report.Notices[0].Health.State)
		tell(w, report)
		w.Advance(time.Hour)
		require.Empty(t, mustSync(w, c).Notices)
		w.SignIn(okrtest.Alex)
		require.Empty(t, mustSync(w, c).Notices, "a sign-in brings no project back and makes it no news")
	}
}

// TestAfterAHandOverWhoCanActIsTold: the goal's owner, who was never asked before,
// and the new owner of the connection, who may not edit the goal.
func TestAfterAHandOverWhoCanActIsTold(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	w.SignIn(okrtest.Megan)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	kr := w.Bound(okrtest.Alex, w.Objective(okrtest.Alex, "Launch"), c, okrtest.LaunchBugs)
	_, err := w.Hands.OfferConnection(t.Context(), okrtest.Alex, c.ID, okrtest.Megan.Person)
	require.NoError(t, err)
	_, err = w.Hands.TakeOver(t.Context(), okrtest.Megan, c.ID)
	require.NoError(t, err)
	require.NoError(t, w.Cloud.UpdateQuery(adotest.OrgContoso, w.FiberQuery(okrtest.LaunchBugs), func(q *adotest.Query) { q.Deleted = true }))
	w.Advance(time.Minute)
	report := mustSync(w, c)
	require.Len(t, report.Notices, 2)
	require.Equal(t, okrtest.Megan.Person, report.Notices[0].Owner)
	require.Empty(t, report.Notices[0].Binds, "a button would be refused")
	require.True(t, report.Notices[0].Opens)
	require.Equal(t, okrtest.Alex.Person, report.Notices[1].Owner)
	require.Equal(t, kr, report.Notices[1].Binds)

	// Each is told for themselves: that one post went out says nothing of the other.
	require.NoError(t, w.Measure.NoticeGiven(t.Context(), okrtest.Contoso, report.Notices[0]))
	w.Advance(time.Hour)
	again := mustSync(w, c).Notices
	require.Len(t, again, 1)
	require.Equal(t, okrtest.Alex.Person, again[0].Owner)
	require.NoError(t, w.Measure.NoticeGiven(t.Context(), okrtest.Contoso, again[0]))
	w.Advance(time.Hour)
	require.Empty(t, mustSync(w, c).Notices)
}

// TestAnEmptiedQueryIsToldUntilSomebodyHeard: the post may fail, and the next sync finds
// nothing again.
func TestAnEmptiedQueryIsToldUntilSomebodyHeard(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	w.Bound(okrtest.Alex, w.Objective(okrtest.Alex, "Launch"), c, okrtest.LaunchBugs)
	require.NoError(t, w.Cloud.UpdateQuery(adotest.OrgContoso, w.FiberQuery(okrtest.LaunchBugs), func(q *adotest.Query) {
		q.Filter = func(adotest.Item) bool { return false }
	}))
	var last okr.Notice
	for range 3 {
		w.Advance(time.Hour)
		notices := mustSync(w, c).Notices
		require.Len(t, notices, 1)
		last = notices[0]
		require.True(t, last.Emptied)
		require.Contains(t, last.Health.Problem, "found 32 work items before")
	}
	require.NoError(t, w.Measure.NoticeGiven(t.Context(), okrtest.Contoso, last))
	w.Advance(time.Hour)
	require.Empty(t, mustSync(w, c).Notices)
}
