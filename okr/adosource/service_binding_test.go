package adosource_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/okr"
)

func TestWhatCanBeBound(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	w.signIn(megan)
	private := w.connect(megan, "Private", false)
	own := w.connect(alex, "Own", true)
	o := w.objective(megan, "Launch")
	kr := w.keyResult(megan, o, 100)
	bugs := w.fiberQuery(launchBugs)
	bind := func(who okr.Actor, in okr.BindInput) error {
		_, err := w.Measure.Bind(t.Context(), who, in)
		return err
	}
	w.requireRefused(okr.Invalid, bind(megan, okr.BindInput{Goal: o, Connection: own.ID, Query: bugs}), "is an objective", "Bind one of those below")
	w.requireRefused(okr.NotFound, bind(megan, okr.BindInput{Goal: "KR99", Connection: own.ID, Query: bugs}), "KR99")
	w.requireRefused(okr.Forbidden, bind(adele, okr.BindInput{Goal: kr, Connection: own.ID, Query: bugs}), megan.Name)
	w.requireRefused(okr.Forbidden, bind(alex, okr.BindInput{Goal: kr, Connection: private.ID, Query: bugs}), megan.Name)
	w.requireRefused(okr.NotFound, bind(megan, okr.BindInput{Goal: kr, Connection: "C99", Query: bugs}), "C99")
	w.requireRefused(okr.QueryGone, bind(megan, okr.BindInput{Goal: kr, Connection: own.ID, Query: "5b1b2c3d-0000-4000-8000-000000000000"}))
	w.requireRefused(okr.Invalid, bind(megan, okr.BindInput{Goal: kr, Connection: own.ID, Query: bugs, Method: "guess"}))
	g, err := w.Plan.Goal(t.Context(), megan, kr)
	require.NoError(t, err)
	require.Nil(t, g.Goal.Binding)

	require.NoError(t, bind(megan, okr.BindInput{Goal: kr, Connection: own.ID, Query: bugs}), "through a shared one")
	g, err = w.Plan.Goal(t.Context(), megan, kr)
	require.NoError(t, err)
	require.Equal(t, okr.PercentCompleted, g.Goal.Binding.Method, "the usual one")
	require.Equal(t, megan.Person, g.Goal.Binding.BoundBy)
	require.Equal(t, own.Name, g.Connection)
	require.Equal(t, own.Account, g.Goal.Binding.Last.Account, "whose access was used")
}

func TestAPreviewSavesNothing(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	c := w.connect(alex, "Fiber", false)
	o := w.objective(alex, "Launch")
	kr := w.keyResult(alex, o, 300)
	in := okr.BindInput{Goal: kr, Connection: c.ID, Query: w.fiberQuery("Launch scope"), Method: okr.PercentCompleted, ItemType: "User Story"}
	p, err := w.Measure.PreviewBinding(t.Context(), alex, in)
	require.NoError(t, err)
	require.Equal(t, 7, p.Measurement.Total)
	require.NotNil(t, p.View.Goal.Metric.Current)
	require.Equal(t, c.Name, p.View.Connection)
	require.Equal(t, "Launch", p.View.ParentTitle)
	require.Len(t, p.Warnings, 2, "a tree, and a percentage up to 300")

	v, err := w.Plan.Goal(t.Context(), alex, kr)
	require.NoError(t, err)
	require.Nil(t, v.Goal.Binding)
	require.Nil(t, v.Goal.Metric.Current)
	history, err := w.store.History(t.Context(), tenant, kr, noTime, 0)
	require.NoError(t, err)
	require.Empty(t, history)
	s, err := w.store.Snapshot(t.Context(), tenant, c.Credential, in.Query)
	require.NoError(t, err)
	require.Nil(t, s)

	in.Query, in.ItemType = w.fiberQuery("Empty query"), ""
	p, err = w.Measure.PreviewBinding(t.Context(), alex, in)
	require.NoError(t, err)
	require.Nil(t, p.Measurement.Value)
	require.Contains(t, p.Warnings[len(p.Warnings)-1], "nothing to measure")
}

func TestUnbindKeepsTheValue(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	c := w.connect(alex, "Fiber", false)
	kr := w.bound(alex, w.objective(alex, "Launch"), c, launchBugs)
	_, err := w.Measure.Unbind(t.Context(), adele, kr)
	w.requireRefused(okr.Forbidden, err)
	v, err := w.Measure.Unbind(t.Context(), alex, kr)
	require.NoError(t, err)
	require.Nil(t, v.Goal.Binding)
	require.InDelta(t, 40, *v.Goal.Metric.Current, 1e-9)
	_, err = w.Measure.Unbind(t.Context(), alex, kr)
	w.requireRefused(okr.Invalid, err)
	require.Equal(t, []okr.Step{{Kind: okr.StepBind, Goal: kr}}, okr.NextOf(err))
	report, err := w.Measure.SyncConnection(t.Context(), tenant, c.ID, nil, 0)
	require.NoError(t, err)
	require.Empty(t, report.Rows)
	_, err = w.Measure.SyncJobs(t.Context(), alex, kr)
	w.requireRefused(okr.Invalid, err)
	require.Equal(t, []okr.Step{{Kind: okr.StepBind, Goal: kr}}, okr.NextOf(err))
	_, err = w.Measure.SyncJobs(t.Context(), alex, "")
	w.requireRefused(okr.Invalid, err)
	require.Equal(t, []okr.Step{{Kind: okr.StepBind}}, okr.NextOf(err))
}

func TestAProjectShowsItsTree(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	c := w.connect(alex, "Fiber", false)
	p := w.project(alex, w.objective(alex, "Launch"))
	v, err := w.Measure.Bind(t.Context(), alex, okr.BindInput{Goal: p, Connection: c.ID, Query: w.fiberQuery("Launch scope"), ItemType: "Task"})
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
	history, err := w.store.History(t.Context(), tenant, p, noTime, 0)
	require.NoError(t, err)
	require.Len(t, history, 1)
	require.Empty(t, history[0].Tree, "the history does without")
}

func TestAnotherQueryStartsAfresh(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	c := w.connect(alex, "Fiber", false)
	o := w.objective(alex, "Launch")
	kr := w.bound(alex, o, c, launchBugs)
	w.bound(alex, o, c, "Launch bugs (open)")
	_, err := w.cloud.Complete(adotest.OrgContoso, adotest.ProjectFiber, launchBugs, 2)
	require.NoError(t, err)
	w.advance(time.Minute)
	v, err := w.Measure.Bind(t.Context(), alex, okr.BindInput{Goal: kr, Connection: c.ID, Query: w.fiberQuery("Launch bugs (open)"), Method: okr.CountTotal})
	require.NoError(t, err)
	require.InDelta(t, 16, *v.Goal.Metric.Current, 1e-9)
	require.True(t, v.Goal.Binding.Last.Changes.First, "what the other binding saw before is not its own")
}
