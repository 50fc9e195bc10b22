package measure_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/okr"
	"okrbot/okr/okrtest"
)

func TestOneRunServesAllBindings(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	o := w.Objective(okrtest.Alex, "Launch")
	goals := []okr.GoalID{w.Bound(okrtest.Alex, o, c, okrtest.LaunchBugs), w.Bound(okrtest.Alex, o, c, okrtest.LaunchBugs), w.Bound(okrtest.Alex, o, c, okrtest.LaunchBugs), w.Bound(okrtest.Alex, o, c, "Launch stories")}
	w.Complete(3)
	w.Cloud.ResetCalls()
	report := w.Sync(c)
	require.Equal(t, 2, w.Cloud.Count(adotest.OpQueryRun), "one run a query")
	require.Equal(t, 1, w.Cloud.Count(adotest.OpItemBatch), "the items of both together")
	require.Zero(t, w.Cloud.Count(adotest.OpTypeList), "types are known")
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
	got, err := w.Connect.Connection(t.Context(), okrtest.Alex, c.ID)
	require.NoError(t, err)
	require.Equal(t, okr.HealthOK, got.Health.State)
	require.Equal(t, w.Now(), got.Health.LastOK)
}

func TestASyncOfSomeQueries(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	o := w.Objective(okrtest.Alex, "Launch")
	kr := w.Bound(okrtest.Alex, o, c, okrtest.LaunchBugs)
	w.Bound(okrtest.Alex, o, c, "Launch stories")
	jobs, err := w.Measure.SyncJobs(t.Context(), okrtest.Megan, kr)
	require.NoError(t, err)
	require.Equal(t, []okr.SyncJob{{Connection: c.ID, Queries: []string{w.FiberQuery(okrtest.LaunchBugs)}}}, jobs)
	jobs, err = w.Measure.SyncJobs(t.Context(), okrtest.Megan, o)
	require.NoError(t, err)
	require.Len(t, jobs[0].Queries, 2, "an objective's are those below it")
	jobs, err = w.Measure.SyncJobs(t.Context(), okrtest.Megan, "")
	require.NoError(t, err)
	require.Equal(t, []okr.SyncJob{{Connection: c.ID}}, jobs)
	w.Cloud.ResetCalls()
	report := w.Sync(c, w.FiberQuery(okrtest.LaunchBugs))
	require.Len(t, report.Rows, 1)
	require.Equal(t, 1, w.Cloud.Count(adotest.OpQueryRun))
}

func TestChangesAreNamedSinceTheLastSync(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	kr := w.Bound(okrtest.Alex, w.Objective(okrtest.Alex, "Launch"), c, okrtest.LaunchBugs)
	w.Complete(2)
	_, err := w.Cloud.AddItem(adotest.OrgContoso, adotest.ProjectFiber, adotest.Item{Type: "Bug", Title: "A new one", Tags: []string{"launch-bug"}})
	require.NoError(t, err)
	ids, err := w.Cloud.Reopen(adotest.OrgContoso, adotest.ProjectFiber, okrtest.LaunchBugs, 1)
	require.NoError(t, err)
	row := w.Sync(c).Rows[0]
	require.Equal(t, "A new one", row.Changes.Added.First[0].Title)
	require.Equal(t, ids[0], row.Changes.Reopened.First[0].ID)
	require.Equal(t, 2, row.Changes.Completed.Count)
	row = w.Sync(c).Rows[0]
	require.True(t, row.Changes.Empty(), "told once")
	history, err := w.Store.History(t.Context(), okrtest.Contoso, kr, time.Time{}, 0)
	require.NoError(t, err)
	require.Len(t, history, 2, "a measurement that says nothing new is not kept")
	v, err := w.Plan.Goal(t.Context(), okrtest.Alex, kr)
	require.NoError(t, err)
	require.Equal(t, w.Now(), v.Goal.Binding.Last.At, "but its time is")
}

// during runs something while the next run of a query is under way: its items
// are read, their types are not.
func during(w *okrtest.World, sync, do func()) {
	w.T.Helper()
	w.Advance(25 * time.Hour) // the types are no longer known
	w.SignIn(okrtest.Alex)
	duringCall(w, adotest.OpTypeList, sync, do)
}

// duringCall runs something while a sync waits for the answer to its next call of a kind.
func duringCall(w *okrtest.World, op string, sync, do func()) {
	w.T.Helper()
	held, release := make(chan struct{}, 1), make(chan struct{})
	w.Cloud.Fail(adotest.Rule{Op: op, Count: 1, Fault: adotest.Held(held, release)})
	done := make(chan struct{})
	go func() { defer close(done); sync() }()
	select {
	case <-held:
	case <-time.After(2 * time.Minute):
		require.Fail(w.T, "the sync does not call", op)
	}
	do()
	close(release)
	<-done
}

func TestABindingThatChangedMeanwhileIsNotOverwritten(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	o := w.Objective(okrtest.Alex, "Launch")
	kr, kept := w.Bound(okrtest.Alex, o, c, okrtest.LaunchBugs), w.Bound(okrtest.Alex, o, c, okrtest.LaunchBugs)
	w.Complete(3)
	var report okr.SyncReport
	during(w, func() { report, _ = w.Measure.SyncConnection(t.Context(), okrtest.Contoso, c.ID, nil, 0) }, func() {
		_, err := w.Store.Goals().Update(t.Context(), okrtest.Contoso, kr, func(g *okr.Goal) error {
			five := 5.0
			g.Binding.Query.ID, g.Binding.Last, g.Metric.Current = "another", nil, &five
			return nil
		})
		require.NoError(t, err)
	})
	require.Len(t, report.Rows, 1)
	require.Equal(t, kept, report.Rows[0].Goal.ID)
	g, err := w.Store.Goals().Get(t.Context(), okrtest.Contoso, kr)
	require.NoError(t, err)
	require.InDelta(t, 5, *g.Metric.Current, 0)
	require.Nil(t, g.Binding.Last)
}

func TestASlowRunDoesNotUndoALaterOne(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	kr := w.Bound(okrtest.Alex, w.Objective(okrtest.Alex, "Launch"), c, okrtest.LaunchBugs)
	var slow okr.SyncReport
	during(w, func() { slow, _ = w.Measure.SyncConnection(t.Context(), okrtest.Contoso, c.ID, nil, 0) }, func() {
		w.Complete(3)
		w.Advance(time.Minute)
		report, err := w.Measure.SyncConnection(t.Context(), okrtest.Contoso, c.ID, nil, 0)
		require.NoError(t, err)
		require.Equal(t, 3, report.Rows[0].Changes.Completed.Count)
	})
	require.Empty(t, slow.Rows)
	v, err := w.Plan.Goal(t.Context(), okrtest.Alex, kr)
	require.NoError(t, err)
	require.InDelta(t, 50, *v.Goal.Metric.Current, 1e-9)
	require.True(t, w.Sync(c).Rows[0].Changes.Empty(), "nothing is told again")
}

func TestAConnectionDeletedMeanwhile(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	w.Bound(okrtest.Alex, w.Objective(okrtest.Alex, "Launch"), c, okrtest.LaunchBugs)
	var err error
	during(w, func() { _, err = w.Measure.SyncConnection(t.Context(), okrtest.Contoso, c.ID, nil, 0) }, func() {
		_, err := w.Connect.DeleteConnection(t.Context(), okrtest.Alex, c.ID)
		require.NoError(t, err)
	})
	require.NoError(t, err)
}

func TestDisabledMeasuresNothing(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	w.Bound(okrtest.Alex, w.Objective(okrtest.Alex, "Launch"), c, okrtest.LaunchBugs)
	_, err := w.Access.Disable(t.Context(), okrtest.Alex)
	require.NoError(t, err)
	w.Cloud.ResetCalls()
	report := w.Sync(c)
	require.Empty(t, report.Rows)
	require.Empty(t, w.Cloud.Calls())
	in, err := w.Access.Enable(t.Context(), okrtest.Alex)
	require.NoError(t, err)
	require.Equal(t, []int{1, 1}, []int{in.Connections, in.Bindings}, "nothing was lost")
	require.Len(t, w.Sync(c).Rows, 1)
}

// TestWhatAConnectionLostWhileItsQueriesRan stays lost, until somebody sees to it.
func TestWhatAConnectionLostWhileItsQueriesRan(t *testing.T) {
	t.Parallel()
	for name, lose := range map[string]func(w *okrtest.World, a okr.Credential, c okr.Connection) error{
		"removed application": func(w *okrtest.World, a okr.Credential, _ okr.Connection) error {
			_, err := w.Applications.RemoveApplication(t.Context(), okrtest.Alex, a.ID)
			return err
		},
		"refused sign-in": func(w *okrtest.World, _ okr.Credential, c okr.Connection) error {
			_, err := w.Connect.FailConnection(t.Context(), okrtest.Contoso, c.ID, okr.Errorf(okr.SignIn, "The sign-in has ended."))
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := okrtest.Enabled(t)
			a := w.Reader()
			c := w.ReadBy(a, "Fiber")
			kr := w.Bound(okrtest.Alex, w.Objective(okrtest.Alex, "Launch"), c, okrtest.LaunchBugs)
			w.Complete(3)
			during(w, func() { _, _ = w.Measure.SyncConnection(t.Context(), okrtest.Contoso, c.ID, nil, 0) }, func() {
				require.NoError(t, lose(w, a, c))
			})
			now, err := w.Store.Connections().Get(t.Context(), okrtest.Contoso, c.ID)
			require.NoError(t, err)
			require.Equal(t, okr.HealthNeedsSignIn, now.Health.State)
			v, err := w.Plan.Goal(t.Context(), okrtest.Alex, kr)
			require.NoError(t, err)
			require.InDelta(t, 50, *v.Goal.Metric.Current, 1e-9, "what was read is kept")
		})
	}
}
