package adosource_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/okr"
)

var noTime time.Time

func (w *world) sync(c okr.Connection, queries ...string) okr.SyncReport {
	w.t.Helper()
	w.advance(time.Hour)
	w.signIn(alex)
	report, err := w.Measure.SyncConnection(w.t.Context(), tenant, c.ID, queries, 0)
	require.NoError(w.t, err)
	return report
}

func (w *world) complete(n int) {
	w.t.Helper()
	_, err := w.cloud.Complete(adotest.OrgContoso, adotest.ProjectFiber, launchBugs, n)
	require.NoError(w.t, err)
}

func TestOneRunServesAllBindings(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	c := w.connect(alex, "Fiber", false)
	o := w.objective(alex, "Launch")
	goals := []okr.GoalID{w.bound(alex, o, c, launchBugs), w.bound(alex, o, c, launchBugs), w.bound(alex, o, c, launchBugs), w.bound(alex, o, c, "Launch stories")}
	w.complete(3)
	w.cloud.ResetCalls()
	report := w.sync(c)
	require.Equal(t, 2, w.cloud.Count(adotest.OpQueryRun), "one run a query")
	require.Equal(t, 1, w.cloud.Count(adotest.OpItemBatch), "the items of both together")
	require.Zero(t, w.cloud.Count(adotest.OpTypeList), "types are known")
	require.Len(t, report.Rows, len(goals))
	for i, row := range report.Rows[:3] {
		require.Equal(t, goals[i], row.Goal.ID)
		require.InDelta(t, 40, *row.Before, 1e-9)
		require.InDelta(t, 50, *row.After, 1e-9)
		require.Equal(t, 3, row.Changes.Completed.Count)
		require.Len(t, row.Changes.Completed.First, 3)
		require.NotEmpty(t, row.Changes.Completed.First[0].Title)
		require.Equal(t, okr.OnTrack, row.Status)
	}
	require.True(t, report.Rows[3].Changes.Empty())
	got, err := w.Connect.Connection(t.Context(), alex, c.ID)
	require.NoError(t, err)
	require.Equal(t, okr.HealthOK, got.Health.State)
	require.Equal(t, w.clock(), got.Health.LastOK)
}

func TestASyncOfSomeQueries(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	c := w.connect(alex, "Fiber", false)
	o := w.objective(alex, "Launch")
	kr := w.bound(alex, o, c, launchBugs)
	w.bound(alex, o, c, "Launch stories")
	jobs, err := w.Measure.SyncJobs(t.Context(), megan, kr)
	require.NoError(t, err)
	require.Equal(t, []okr.SyncJob{{Connection: c.ID, Queries: []string{w.fiberQuery(launchBugs)}}}, jobs)
	jobs, err = w.Measure.SyncJobs(t.Context(), megan, o)
	require.NoError(t, err)
	require.Len(t, jobs[0].Queries, 2, "an objective's are those below it")
	jobs, err = w.Measure.SyncJobs(t.Context(), megan, "")
	require.NoError(t, err)
	require.Equal(t, []okr.SyncJob{{Connection: c.ID}}, jobs)
	w.cloud.ResetCalls()
	report := w.sync(c, w.fiberQuery(launchBugs))
	require.Len(t, report.Rows, 1)
	require.Equal(t, 1, w.cloud.Count(adotest.OpQueryRun))
}

func TestChangesAreNamedSinceTheLastSync(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	c := w.connect(alex, "Fiber", false)
	kr := w.bound(alex, w.objective(alex, "Launch"), c, launchBugs)
	w.complete(2)
	_, err := w.cloud.AddItem(adotest.OrgContoso, adotest.ProjectFiber, adotest.Item{Type: "Bug", Title: "A new one", Tags: []string{"launch-bug"}})
	require.NoError(t, err)
	ids, err := w.cloud.Reopen(adotest.OrgContoso, adotest.ProjectFiber, launchBugs, 1)
	require.NoError(t, err)
	row := w.sync(c).Rows[0]
	require.Equal(t, "A new one", row.Changes.Added.First[0].Title)
	require.Equal(t, ids[0], row.Changes.Reopened.First[0].ID)
	require.Equal(t, 2, row.Changes.Completed.Count)
	row = w.sync(c).Rows[0]
	require.True(t, row.Changes.Empty(), "told once")
	history, err := w.store.History(t.Context(), tenant, kr, noTime, 0)
	require.NoError(t, err)
	require.Len(t, history, 2, "a measurement that says nothing new is not kept")
	v, err := w.Plan.Goal(t.Context(), alex, kr)
	require.NoError(t, err)
	require.Equal(t, w.clock(), v.Goal.Binding.Last.At, "but its time is")
}

// during runs something while the next run of a query is under way: its items
// are read, their types are not.
func (w *world) during(sync, do func()) {
	w.t.Helper()
	w.advance(25 * time.Hour) // the types are no longer known
	w.signIn(alex)
	w.cloud.ResetCalls()
	release := make(chan struct{})
	w.cloud.Fail(adotest.Rule{Op: adotest.OpTypeList, Count: 1, Fault: adotest.Held(release)})
	done := make(chan struct{})
	go func() { defer close(done); sync() }()
	require.Eventually(w.t, func() bool { return w.cloud.Count(adotest.OpItemBatch) > 0 }, 10*time.Second, time.Millisecond)
	do()
	close(release)
	<-done
}

func TestABindingThatChangedMeanwhileIsNotOverwritten(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	c := w.connect(alex, "Fiber", false)
	o := w.objective(alex, "Launch")
	kr, kept := w.bound(alex, o, c, launchBugs), w.bound(alex, o, c, launchBugs)
	w.complete(3)
	var report okr.SyncReport
	w.during(func() { report, _ = w.Measure.SyncConnection(t.Context(), tenant, c.ID, nil, 0) }, func() {
		_, err := w.store.Goals().Update(t.Context(), tenant, kr, func(g *okr.Goal) error {
			five := 5.0
			g.Binding.Query.ID, g.Binding.Last, g.Metric.Current = "another", nil, &five
			return nil
		})
		require.NoError(t, err)
	})
	require.Len(t, report.Rows, 1)
	require.Equal(t, kept, report.Rows[0].Goal.ID)
	g, err := w.store.Goals().Get(t.Context(), tenant, kr)
	require.NoError(t, err)
	require.InDelta(t, 5, *g.Metric.Current, 0)
	require.Nil(t, g.Binding.Last)
}

func TestASlowRunDoesNotUndoALaterOne(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	c := w.connect(alex, "Fiber", false)
	kr := w.bound(alex, w.objective(alex, "Launch"), c, launchBugs)
	var slow okr.SyncReport
	w.during(func() { slow, _ = w.Measure.SyncConnection(t.Context(), tenant, c.ID, nil, 0) }, func() {
		w.complete(3)
		w.advance(time.Minute)
		report, err := w.Measure.SyncConnection(t.Context(), tenant, c.ID, nil, 0)
		require.NoError(t, err)
		require.Equal(t, 3, report.Rows[0].Changes.Completed.Count)
	})
	require.Empty(t, slow.Rows)
	v, err := w.Plan.Goal(t.Context(), alex, kr)
	require.NoError(t, err)
	require.InDelta(t, 50, *v.Goal.Metric.Current, 1e-9)
	require.True(t, w.sync(c).Rows[0].Changes.Empty(), "nothing is told again")
}

func TestAConnectionDeletedMeanwhile(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	c := w.connect(alex, "Fiber", false)
	w.bound(alex, w.objective(alex, "Launch"), c, launchBugs)
	var err error
	w.during(func() { _, err = w.Measure.SyncConnection(t.Context(), tenant, c.ID, nil, 0) }, func() {
		_, err := w.Connect.DeleteConnection(t.Context(), alex, c.ID)
		require.NoError(t, err)
	})
	require.NoError(t, err)
}

func TestDisabledMeasuresNothing(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	c := w.connect(alex, "Fiber", false)
	w.bound(alex, w.objective(alex, "Launch"), c, launchBugs)
	_, err := w.Access.Disable(t.Context(), alex)
	require.NoError(t, err)
	w.cloud.ResetCalls()
	report := w.sync(c)
	require.Empty(t, report.Rows)
	require.Empty(t, w.cloud.Calls())
	in, err := w.Access.Enable(t.Context(), alex)
	require.NoError(t, err)
	require.Equal(t, []int{1, 1}, []int{in.Connections, in.Bindings}, "nothing was lost")
	require.Len(t, w.sync(c).Rows, 1)
}
