package measure_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/measure"
	"okrbot/okr/okrtest"
)

// failing is a store whose steps fail once each time it is told to: before anything is
// kept, or so that only the answer is lost.
type failing struct {
	okr.Measurements
	before, after bool
}

func (f *failing) Record(ctx context.Context, tenant okr.TenantID, ids []okr.GoalID, change func([]okr.Goal) (okr.Recorded, error)) error {
	gone := okr.Errorf(okr.Unavailable, "away")
	if f.before {
		f.before = false
		return gone
	}
	err := f.Measurements.Record(ctx, tenant, ids, change)
	if f.after {
		f.after = false
		return gone
	}
	return err
}

// However a sync breaks off, the next one tells each change once and leaves the objective
// as its key results make it.
func TestABrokenOffSyncTellsAChangeOnce(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	o := w.Objective(okrtest.Alex, "Launch")
	kr := w.Bound(okrtest.Alex, o, c, okrtest.LaunchBugs)
	store := &failing{Measurements: w.Store}
	options := w.Measure.Options
	options.Measurements = store
	broken := measure.New(options, w.Access, w.Connect, w.Applications, w.Plan)
	for n, breaks := range []func(){func() { store.before = true }, func() { store.after = true }} {
		w.Complete(1)
		breaks()
		w.Advance(time.Hour)
		w.SignIn(okrtest.Alex)
		_, err := broken.SyncConnection(t.Context(), okrtest.Contoso, c.ID, nil, 0)
		w.RequireRefused(okr.Unavailable, err)
		w.Sync(c)
		history, err := w.Store.History(t.Context(), okrtest.Contoso, kr, time.Time{}, 0)
		require.NoError(t, err)
		told := 0
		for _, m := range history {
			told += m.Changes.Completed.Count
		}
		require.Equal(t, n+1, told)
		above, err := w.Store.Goals().Get(t.Context(), okrtest.Contoso, o)
		require.NoError(t, err)
		require.InDelta(t, w.Progress(kr), *above.Rolled.Progress, 1e-9, "carried up")
	}
}

// Very many key results take several steps, whatever the queries that they hang on.
func TestManyGoalsAreRecordedInSteps(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	o := w.Objective(okrtest.Alex, "Launch")
	first := w.Bound(okrtest.Alex, o, c, okrtest.LaunchBugs)
	other := w.Bound(okrtest.Alex, o, c, "Launch stories")
	for n := range 2*okr.MaxRecord + 50 {
		like := first
		if n%50 == 7 {
			like = other
		}
		g, err := w.Store.Goals().Get(t.Context(), okrtest.Contoso, like)
		require.NoError(t, err)
		g.ID, g.Form = okr.GoalID(fmt.Sprintf("KR%d", 1000+n)), ""
		require.NoError(t, w.Store.Goals().Create(t.Context(), okrtest.Contoso, g))
	}
	steps := &steps{Measurements: w.Store}
	options := w.Measure.Options
	options.Measurements = steps
	many := measure.New(options, w.Access, w.Connect, w.Applications, w.Plan)
	w.Complete(3)
	w.Advance(time.Hour)
	w.SignIn(okrtest.Alex)
	report, err := many.SyncConnection(t.Context(), okrtest.Contoso, c.ID, nil, 0)
	require.NoError(t, err)
	require.Len(t, report.Rows, 2*okr.MaxRecord+52)
	require.Equal(t, []int{100, 100, 52}, steps.goals)
	completed := 0
	for _, row := range report.Rows {
		require.Equal(t, w.Now(), row.Goal.Binding.Last.At)
		require.Contains(t, []int{0, 3}, row.Changes.Completed.Count)
		completed += row.Changes.Completed.Count
	}
	require.Equal(t, 3*(2*okr.MaxRecord+52-6), completed)
	for _, row := range w.Sync(c).Rows {
		require.True(t, row.Changes.Empty(), "nothing is told again")
	}
}

// steps notes how many goals each step has.
type steps struct {
	okr.Measurements
	goals []int
}

func (s *steps) Record(ctx context.Context, tenant okr.TenantID, ids []okr.GoalID, change func([]okr.Goal) (okr.Recorded, error)) error {
	s.goals = append(s.goals, len(ids))
	return s.Measurements.Record(ctx, tenant, ids, change)
}
