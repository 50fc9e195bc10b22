package measure_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/okr"
	"okrbot/okr/okrtest"
)

func TestWhatCanBeBound(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	w.SignIn(okrtest.Megan)
	private := w.NewConnection(okrtest.Megan, "Private", false)
	own := w.NewConnection(okrtest.Alex, "Own", true)
	o := w.Objective(okrtest.Megan, "Launch")
	kr := w.KeyResult(okrtest.Megan, o, 100)
	bugs := w.FiberQuery(okrtest.LaunchBugs)
	bind := func(who okr.Actor, in okr.BindInput) error {
		_, err := w.Measure.Bind(t.Context(), who, in)
		return err
	}
	w.RequireRefused(okr.Invalid, bind(okrtest.Megan, okr.BindInput{Goal: o, Connection: own.ID, Query: bugs}), "is an objective", "Bind one below it")
	w.RequireRefused(okr.NotFound, bind(okrtest.Megan, okr.BindInput{Goal: "KR99", Connection: own.ID, Query: bugs}), "KR99")
	w.RequireRefused(okr.Forbidden, bind(okrtest.Adele, okr.BindInput{Goal: kr, Connection: own.ID, Query: bugs}), okrtest.Megan.Name)
	w.RequireRefused(okr.Forbidden, bind(okrtest.Alex, okr.BindInput{Goal: kr, Connection: private.ID, Query: bugs}), okrtest.Megan.Name)
	w.RequireRefused(okr.NotFound, bind(okrtest.Megan, okr.BindInput{Goal: kr, Connection: "C99", Query: bugs}), "C99")
	w.RequireRefused(okr.QueryGone, bind(okrtest.Megan, okr.BindInput{Goal: kr, Connection: own.ID, Query: "5b1b2c3d-0000-4000-8000-000000000000"}))
	w.RequireRefused(okr.Invalid, bind(okrtest.Megan, okr.BindInput{Goal: kr, Connection: own.ID, Query: bugs, Method: "guess"}))
	g, err := w.Plan.Goal(t.Context(), okrtest.Megan, kr)
	require.NoError(t, err)
	require.Nil(t, g.Goal.Binding)

	require.NoError(t, bind(okrtest.Megan, okr.BindInput{Goal: kr, Connection: own.ID, Query: bugs}), "through a shared one")
	g, err = w.Plan.Goal(t.Context(), okrtest.Megan, kr)
	require.NoError(t, err)
	require.Equal(t, okr.PercentCompleted, g.Goal.Binding.Method, "the usual one")
	require.Equal(t, okrtest.Megan.Person, g.Goal.Binding.BoundBy)
	require.Equal(t, own.Name, g.Connection)
	require.Equal(t, own.Account, g.Goal.Binding.Last.Account, "whose access was used")
}

func TestAPreviewSavesNothing(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	o := w.Objective(okrtest.Alex, "Launch")
	kr := w.KeyResult(okrtest.Alex, o, 300)
	in := okr.BindInput{Goal: kr, Connection: c.ID, Query: w.FiberQuery("Launch scope"), Method: okr.PercentCompleted, ItemType: "User Story"}
	p, err := w.Measure.PreviewBinding(t.Context(), okrtest.Alex, in)
	require.NoError(t, err)
	require.Equal(t, 7, p.Measurement.Total)
	require.NotNil(t, p.View.Goal.Metric.Current)
	require.Equal(t, c.Name, p.View.Connection)
	require.Equal(t, "Launch", p.View.ParentTitle)
	require.Len(t, p.Warnings, 2, "a tree, and a percentage up to 300")

	v, err := w.Plan.Goal(t.Context(), okrtest.Alex, kr)
	require.NoError(t, err)
	require.Nil(t, v.Goal.Binding)
	require.Nil(t, v.Goal.Metric.Current)
	history, err := w.Store.History(t.Context(), okrtest.Contoso, kr, time.Time{}, 0)
	require.NoError(t, err)
	require.Empty(t, history)
	s, err := w.Store.Snapshot(t.Context(), okrtest.Contoso, c.Credential, in.Query)
	require.NoError(t, err)
	require.Nil(t, s)

	in.Query, in.ItemType = w.FiberQuery("Empty query"), ""
	p, err = w.Measure.PreviewBinding(t.Context(), okrtest.Alex, in)
	require.NoError(t, err)
	require.Nil(t, p.Measurement.Value)
	require.Contains(t, p.Warnings[len(p.Warnings)-1], "finds nothing right now")
}

func TestUnbindKeepsTheValue(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	kr := w.Bound(okrtest.Alex, w.Objective(okrtest.Alex, "Launch"), c, okrtest.LaunchBugs)
	_, err := w.Measure.Unbind(t.Context(), okrtest.Adele, kr)
	w.RequireRefused(okr.Forbidden, err)
	v, err := w.Measure.Unbind(t.Context(), okrtest.Alex, kr)
	require.NoError(t, err)
	require.Nil(t, v.Goal.Binding)
	require.InDelta(t, 40, *v.Goal.Metric.Current, 1e-9)
	_, err = w.Measure.Unbind(t.Context(), okrtest.Alex, kr)
	w.RequireRefused(okr.Invalid, err)
	require.Equal(t, []okr.Step{{Kind: okr.StepBind, Goal: kr}}, okr.NextOf(err))
	report, err := w.Measure.SyncConnection(t.Context(), okrtest.Contoso, c.ID, nil, 0)
	require.NoError(t, err)
	require.Empty(t, report.Rows)
	_, err = w.Measure.SyncJobs(t.Context(), okrtest.Alex, kr)
	w.RequireRefused(okr.Invalid, err)
	require.Equal(t, []okr.Step{{Kind: okr.StepBind, Goal: kr}}, okr.NextOf(err))
	_, err = w.Measure.SyncJobs(t.Context(), okrtest.Alex, "")
	w.RequireRefused(okr.Invalid, err)
	require.Equal(t, []okr.Step{{Kind: okr.StepBind}}, okr.NextOf(err))
}

func TestAProjectShowsItsTree(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	p := w.Project(okrtest.Alex, w.Objective(okrtest.Alex, "Launch"))
	v, err := w.Measure.Bind(t.Context(), okrtest.Alex, okr.BindInput{Goal: p, Connection: c.ID, Query: w.FiberQuery("Launch scope"), ItemType: "Task"})
	require.NoError(t, err)
	last := v.Goal.Binding.Last
	require.NotEmpty(t, last.Tree)
	require.Equal(t, 21, last.Total, "three tasks for each of seven stories")
	deeper := 0
	for _, n := range last.Tree {
		deeper += n.Deeper
		require.LessOrEqual(t, n.Level, okr.MaxLevels)
	}
	require.Equal(t, last.Total, deeper, "every task lies below the third level")
	history, err := w.Store.History(t.Context(), okrtest.Contoso, p, time.Time{}, 0)
	require.NoError(t, err)
	require.Len(t, history, 1)
	require.Empty(t, history[0].Tree, "the history does without")
}

func TestAnotherQueryStartsAfresh(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	o := w.Objective(okrtest.Alex, "Launch")
	kr := w.Bound(okrtest.Alex, o, c, okrtest.LaunchBugs)
	w.Bound(okrtest.Alex, o, c, "Launch bugs (open)")
	_, err := w.Cloud.Complete(adotest.OrgContoso, adotest.ProjectFiber, okrtest.LaunchBugs, 2)
	require.NoError(t, err)
	w.Advance(time.Minute)
	v, err := w.Measure.Bind(t.Context(), okrtest.Alex, okr.BindInput{Goal: kr, Connection: c.ID, Query: w.FiberQuery("Launch bugs (open)"), Method: okr.CountTotal})
	require.NoError(t, err)
	require.InDelta(t, 16, *v.Goal.Metric.Current, 1e-9)
	require.Equal(t, okr.Changes{Causes: []okr.Cause{okr.CauseQuery, okr.CauseMeasure}}, v.Goal.Binding.Last.Changes, "what the other binding saw before is not its own")
}
