package measure_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/okr"
	"okrbot/okr/okrtest"
)

var storyPoints = &okr.Field{Ref: adotest.FieldStoryPoints, Name: "Story Points"}

// bindSum makes a key result that adds up a field of the launch stories.
func bindSum(w *okrtest.World, c okr.Connection, parent okr.GoalID, method okr.Method, target float64) okr.GoalView {
	w.T.Helper()
	kr := w.KeyResult(okrtest.Alex, parent, target)
	v, err := w.Measure.Bind(w.T.Context(), okrtest.Alex, okr.BindInput{
		Goal: kr, Connection: c.ID, Query: w.FiberQuery("Launch stories"), Method: method, Field: storyPoints,
	})
	require.NoError(w.T, err)
	return v
}

// sum adds up what the stand-in holds, by itself.
func sum(w *okrtest.World, completedOnly bool) float64 {
	total := 0.0
	for _, it := range w.Cloud.Result(adotest.OrgContoso, adotest.ProjectFiber, "Launch stories", adotest.AlexOID) {
		category := w.Cloud.Category(adotest.OrgContoso, it)
		if points, ok := it.Fields[adotest.FieldStoryPoints].(float64); ok && category != "Removed" && (!completedOnly || category == "Completed") {
			total += points
		}
	}
	return total
}

func TestSumsOfAField(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	o := w.Objective(okrtest.Alex, "Launch")
	share := bindSum(w, c, o, okr.PercentCompleted, 100)
	require.Positive(t, sum(w, true))
	require.InDelta(t, 100*sum(w, true)/sum(w, false), *share.Goal.Metric.Current, 1e-9)
	done := bindSum(w, c, o, okr.CountCompleted, sum(w, false))
	require.InDelta(t, sum(w, true), *done.Goal.Metric.Current, 1e-9)
	all := bindSum(w, c, o, okr.CountTotal, 1000)
	require.InDelta(t, sum(w, false), *all.Goal.Metric.Current, 1e-9)
	require.Equal(t, "Sum of Story Points of all work items", all.Goal.Binding.Method.Words(all.Goal.Binding.Field))

	stories := w.Cloud.Result(adotest.OrgContoso, adotest.ProjectFiber, "Launch stories", adotest.AlexOID)
	require.NoError(t, w.Cloud.UpdateItem(adotest.OrgContoso, stories[0].ID, func(it *adotest.Item) { it.Fields[adotest.FieldStoryPoints] = 40.0 }))
	require.NoError(t, w.Cloud.UpdateItem(adotest.OrgContoso, stories[1].ID, func(it *adotest.Item) { delete(it.Fields, adotest.FieldStoryPoints) }))
	before := *all.Goal.Metric.Current
	for _, row := range w.Sync(c).Rows {
		require.Equal(t, 2, row.Changes.Revalued.Count, "both are named")
		require.InDelta(t, sum(w, false)-before, row.Changes.Scope, 1e-9)
		require.Equal(t, 1, row.Goal.Binding.Last.Sum.Without)
		require.False(t, row.Changes.Empty())
	}
}

func TestAFieldIsOfferedWhereItCanBeAddedUp(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	chosen, err := w.Measure.ChooseQuery(t.Context(), okrtest.Alex, c.ID, w.FiberQuery("Launch stories"))
	require.NoError(t, err)
	require.Equal(t, *storyPoints, chosen.Fields[0])
	for _, f := range chosen.Fields {
		require.NotContains(t, []string{"System.Id", adotest.FieldPriority, "Microsoft.VSTS.Common.StackRank", "System.Title"}, f.Ref)
	}
	kr := w.KeyResult(okrtest.Alex, w.Objective(okrtest.Alex, "Launch"), 100)
	_, err = w.Measure.PreviewBinding(t.Context(), okrtest.Alex, okr.BindInput{
		Goal: kr, Connection: c.ID, Query: w.FiberQuery("Launch stories"), Method: okr.PercentCompleted,
		Field: &okr.Field{Ref: adotest.FieldRemainingWork, Name: "Remaining Work"},
	})
	w.RequireRefused(okr.Invalid, err, "drops to 0", "drops to 0 as work is completed.")
	p, err := w.Measure.PreviewBinding(t.Context(), okrtest.Alex, okr.BindInput{
		Goal: kr, Connection: c.ID, Query: w.FiberQuery("Launch stories"), Method: okr.CountTotal,
		Field: &okr.Field{Ref: adotest.FieldRemainingWork, Name: "Remaining Work"},
	})
	require.NoError(t, err)
	require.Contains(t, p.Warnings[len(p.Warnings)-1], "None of the work items have Remaining Work")
}

// TestOneRunServesConnectionsWithTheSameAccess: two connections of one person to
// one project are measured together, and not again within the hour.
func TestOneRunServesConnectionsWithTheSameAccess(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	first, second := w.NewConnection(okrtest.Alex, "Fiber", false), w.NewConnection(okrtest.Alex, "Fiber again", false)
	o := w.Objective(okrtest.Alex, "Launch")
	goals := []okr.GoalID{w.Bound(okrtest.Alex, o, first, okrtest.LaunchBugs), w.Bound(okrtest.Alex, o, second, okrtest.LaunchBugs), w.Bound(okrtest.Alex, o, second, "Launch stories")}
	w.Advance(time.Hour)
	w.Complete(2)
	w.Cloud.ResetCalls()
	report, err := w.Measure.SyncConnection(t.Context(), okrtest.Contoso, first.ID, nil, 30*time.Minute)
	require.NoError(t, err)
	require.Len(t, report.Rows, len(goals))
	require.Equal(t, 2, w.Cloud.Count(adotest.OpQueryRun))
	for _, c := range []okr.Connection{first, second} {
		got, err := w.Connect.Connection(t.Context(), okrtest.Alex, c.ID)
		require.NoError(t, err)
		require.Equal(t, w.Now(), got.Health.LastOK)
	}
	w.Advance(20 * time.Minute)
	w.Cloud.ResetCalls()
	report, err = w.Measure.SyncConnection(t.Context(), okrtest.Contoso, second.ID, nil, 30*time.Minute)
	require.NoError(t, err)
	require.Empty(t, report.Rows)
	require.Empty(t, w.Cloud.Calls(), "its goals were measured 20 minutes ago")

	jobs, err := w.Measure.SyncJobs(t.Context(), okrtest.Alex, "")
	require.NoError(t, err)
	require.Len(t, jobs, 1, "one of them measures both")

	_, err = w.Connect.DeleteConnection(t.Context(), okrtest.Alex, first.ID)
	require.NoError(t, err)
	s, err := w.Store.Snapshot(t.Context(), okrtest.Contoso, second.Credential, w.FiberQuery(okrtest.LaunchBugs))
	require.NoError(t, err)
	require.NotNil(t, s, "the other connection still needs it")
}

// TestARefusedQueryIsItsOwnFailure while others of the connection work.
func TestARefusedQueryIsItsOwnFailure(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	o := w.Objective(okrtest.Alex, "Launch")
	first, second := w.Bound(okrtest.Alex, o, c, okrtest.LaunchBugs), w.Bound(okrtest.Alex, o, c, "Launch stories")
	w.Advance(time.Hour)
	path := "*" + w.FiberQuery(okrtest.LaunchBugs) + "*"
	cancel := w.Cloud.Fail(adotest.Rule{Op: adotest.OpQueryRun, Path: path, Fault: adotest.Forbidden()})
	report := w.Sync(c)
	require.NoError(t, report.Failure)
	require.Len(t, report.Rows, 2)
	require.Contains(t, report.Rows[0].Problem, "can't read")
	require.Equal(t, first, report.Rows[0].Goal.ID)
	require.Empty(t, report.Rows[1].Problem)
	require.Equal(t, second, report.Rows[1].Goal.ID)
	require.Len(t, report.Notices, 1)
	require.False(t, report.Notices[0].Whole)
	require.NoError(t, w.Measure.NoticeGiven(t.Context(), okrtest.Contoso, report.Notices[0]))
	require.Empty(t, w.Sync(c).Notices, "told once")
	got, err := w.Connect.Connection(t.Context(), okrtest.Alex, c.ID)
	require.NoError(t, err)
	require.Equal(t, okr.HealthOK, got.Health.State)

	w.Cloud.Fail(adotest.Rule{Op: adotest.OpQueryRun, Fault: adotest.Forbidden()})
	report, err = w.Measure.SyncConnection(t.Context(), okrtest.Contoso, c.ID, nil, 0)
	require.NoError(t, err, "only a person can end it")
	w.RequireRefused(okr.NoAccess, report.Failure)
	require.True(t, report.Notices[0].Whole, "nothing at all can be read")
	cancel()
}
