package adosource_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/okr"
)

var storyPoints = &okr.Field{Ref: adotest.FieldStoryPoints, Name: "Story Points"}

// bindSum makes a key result that adds up a field of the launch stories.
func (w *world) bindSum(c okr.Connection, parent okr.GoalID, method okr.Method, target float64) okr.GoalView {
	w.t.Helper()
	kr := w.keyResult(alex, parent, target)
	v, err := w.Measure.Bind(w.t.Context(), alex, okr.BindInput{
		Goal: kr, Connection: c.ID, Query: w.fiberQuery("Launch stories"), Method: method, Field: storyPoints,
	})
	require.NoError(w.t, err)
	return v
}

// sum adds up what the stand-in holds, by itself.
func (w *world) sum(completedOnly bool) float64 {
	total := 0.0
	for _, it := range w.cloud.Result(adotest.OrgContoso, adotest.ProjectFiber, "Launch stories", adotest.AlexOID) {
		category := w.cloud.Category(adotest.OrgContoso, it)
		if points, ok := it.Fields[adotest.FieldStoryPoints].(float64); ok && category != "Removed" && (!completedOnly || category == "Completed") {
			total += points
		}
	}
	return total
}

func TestSumsOfAField(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	c := w.connect(alex, "Fiber", false)
	o := w.objective(alex, "Launch")
	share := w.bindSum(c, o, okr.PercentCompleted, 100)
	require.Positive(t, w.sum(true))
	require.InDelta(t, 100*w.sum(true)/w.sum(false), *share.Goal.Metric.Current, 1e-9)
	done := w.bindSum(c, o, okr.CountCompleted, w.sum(false))
	require.InDelta(t, w.sum(true), *done.Goal.Metric.Current, 1e-9)
	all := w.bindSum(c, o, okr.CountTotal, 1000)
	require.InDelta(t, w.sum(false), *all.Goal.Metric.Current, 1e-9)
	require.Equal(t, "Sum of Story Points of all work items", all.Goal.Binding.Method.Words(all.Goal.Binding.Field))

	stories := w.cloud.Result(adotest.OrgContoso, adotest.ProjectFiber, "Launch stories", adotest.AlexOID)
	require.NoError(t, w.cloud.UpdateItem(adotest.OrgContoso, stories[0].ID, func(it *adotest.Item) { it.Fields[adotest.FieldStoryPoints] = 40.0 }))
	require.NoError(t, w.cloud.UpdateItem(adotest.OrgContoso, stories[1].ID, func(it *adotest.Item) { delete(it.Fields, adotest.FieldStoryPoints) }))
	before := *all.Goal.Metric.Current
	for _, row := range w.sync(c).Rows {
		require.Equal(t, 2, row.Changes.Revalued.Count, "both are named")
		require.InDelta(t, w.sum(false)-before, row.Changes.Scope, 1e-9)
		require.Equal(t, 1, row.Goal.Binding.Last.Sum.Without)
		require.False(t, row.Changes.Empty())
	}
}

func TestAFieldIsOfferedWhereItCanBeAddedUp(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	c := w.connect(alex, "Fiber", false)
	chosen, err := w.Measure.ChooseQuery(t.Context(), alex, c.ID, w.fiberQuery("Launch stories"))
	require.NoError(t, err)
	require.Equal(t, *storyPoints, chosen.Fields[0])
	for _, f := range chosen.Fields {
		require.NotContains(t, []string{"System.Id", adotest.FieldPriority, "Microsoft.VSTS.Common.StackRank", "System.Title"}, f.Ref)
	}
	kr := w.keyResult(alex, w.objective(alex, "Launch"), 100)
	_, err = w.Measure.PreviewBinding(t.Context(), alex, okr.BindInput{
		Goal: kr, Connection: c.ID, Query: w.fiberQuery("Launch stories"), Method: okr.PercentCompleted,
		Field: &okr.Field{Ref: adotest.FieldRemainingWork, Name: "Remaining Work"},
	})
	w.requireRefused(okr.Invalid, err, "burnt down", "total of all")
	p, err := w.Measure.PreviewBinding(t.Context(), alex, okr.BindInput{
		Goal: kr, Connection: c.ID, Query: w.fiberQuery("Launch stories"), Method: okr.CountTotal,
		Field: &okr.Field{Ref: adotest.FieldRemainingWork, Name: "Remaining Work"},
	})
	require.NoError(t, err)
	require.Contains(t, p.Warnings[len(p.Warnings)-1], "None of the work items has a value for Remaining Work")
}

// TestOneRunServesConnectionsWithTheSameAccess: two connections of one person to
// one project are measured together, and not again within the hour.
func TestOneRunServesConnectionsWithTheSameAccess(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	first, second := w.connect(alex, "Fiber", false), w.connect(alex, "Fiber again", false)
	o := w.objective(alex, "Launch")
	goals := []okr.GoalID{w.bound(alex, o, first, launchBugs), w.bound(alex, o, second, launchBugs), w.bound(alex, o, second, "Launch stories")}
	w.advance(time.Hour)
	w.complete(2)
	w.cloud.ResetCalls()
	report, err := w.Measure.SyncConnection(t.Context(), tenant, first.ID, nil, 30*time.Minute)
	require.NoError(t, err)
	require.Len(t, report.Rows, len(goals))
	require.Equal(t, 2, w.cloud.Count(adotest.OpQueryRun))
	for _, c := range []okr.Connection{first, second} {
		got, err := w.Connect.Connection(t.Context(), alex, c.ID)
		require.NoError(t, err)
		require.Equal(t, w.clock(), got.Health.LastOK)
	}
	w.advance(20 * time.Minute)
	w.cloud.ResetCalls()
	report, err = w.Measure.SyncConnection(t.Context(), tenant, second.ID, nil, 30*time.Minute)
	require.NoError(t, err)
	require.Empty(t, report.Rows)
	require.Empty(t, w.cloud.Calls(), "its goals were measured 20 minutes ago")

	jobs, err := w.Measure.SyncJobs(t.Context(), alex, "")
	require.NoError(t, err)
	require.Len(t, jobs, 1, "one of them measures both")

	_, err = w.Connect.DeleteConnection(t.Context(), alex, first.ID)
	require.NoError(t, err)
	s, err := w.store.Snapshot(t.Context(), tenant, second.Credential, w.fiberQuery(launchBugs))
	require.NoError(t, err)
	require.NotNil(t, s, "the other connection still needs it")
}

// TestARefusedQueryIsItsOwnFailure while others of the connection work.
func TestARefusedQueryIsItsOwnFailure(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	c := w.connect(alex, "Fiber", false)
	o := w.objective(alex, "Launch")
	first, second := w.bound(alex, o, c, launchBugs), w.bound(alex, o, c, "Launch stories")
	w.advance(time.Hour)
	path := "*" + w.fiberQuery(launchBugs) + "*"
	cancel := w.cloud.Fail(adotest.Rule{Op: adotest.OpQueryRun, Path: path, Fault: adotest.Forbidden()})
	report := w.sync(c)
	require.NoError(t, report.Failure)
	require.Len(t, report.Rows, 2)
	require.Contains(t, report.Rows[0].Problem, "may not read")
	require.Equal(t, first, report.Rows[0].Goal.ID)
	require.Empty(t, report.Rows[1].Problem)
	require.Equal(t, second, report.Rows[1].Goal.ID)
	require.Len(t, report.Notices, 1)
	require.False(t, report.Notices[0].Whole)
	require.NoError(t, w.Measure.NoticeGiven(t.Context(), tenant, report.Notices[0]))
	require.Empty(t, w.sync(c).Notices, "told once")
	got, err := w.Connect.Connection(t.Context(), alex, c.ID)
	require.NoError(t, err)
	require.Equal(t, okr.HealthOK, got.Health.State)

	w.cloud.Fail(adotest.Rule{Op: adotest.OpQueryRun, Fault: adotest.Forbidden()})
	report, err = w.Measure.SyncConnection(t.Context(), tenant, c.ID, nil, 0)
	require.NoError(t, err, "only a person can end it")
	w.requireRefused(okr.NoAccess, report.Failure)
	require.True(t, report.Notices[0].Whole, "nothing at all can be read")
	cancel()
}

func TestATokenIsRenewedAfterFourFifthsOfItsLife(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.signIn(alex)
	w.advance(time.Hour)
	require.NoError(t, w.runBugs(alex))
	require.Equal(t, 1, w.cloud.Count(adotest.OpToken))
	w.advance(47 * time.Minute)
	require.NoError(t, w.runBugs(alex))
	require.Equal(t, 1, w.cloud.Count(adotest.OpToken), "78 % are used")
	w.advance(2 * time.Minute)
	require.NoError(t, w.runBugs(alex))
	require.Equal(t, 2, w.cloud.Count(adotest.OpToken), "82 % are used")
}

// TestALifetimeThatCannotBeMeant: whatever expires_in says, a token is neither
// renewed at each request nor used for weeks.
func TestALifetimeThatCannotBeMeant(t *testing.T) {
	t.Parallel()
	require.Equal(t, time.Minute, okr.TokenLife(0))
	require.Equal(t, time.Minute, okr.TokenLife(-5))
	require.Equal(t, time.Hour, okr.TokenLife(3600))
	require.Equal(t, 24*time.Hour, okr.TokenLife(1<<62))
	for _, expiresIn := range []any{nil, 0, -60, 1e15, "3599"} {
		w := newWorld(t)
		w.signIn(alex)
		w.advance(time.Hour)
		w.cloud.Fail(adotest.Rule{Op: adotest.OpToken, Count: 1, Fault: adotest.ExpiresIn(expiresIn)})
		require.NoError(t, w.runBugs(alex), expiresIn)
		require.Equal(t, 1, w.cloud.Count(adotest.OpToken), "one renewal serves all requests of a run")
		w.advance(25 * time.Hour)
		require.NoError(t, w.runBugs(alex), expiresIn)
	}
}
