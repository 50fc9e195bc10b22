package plan_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
)

// What a program of before stored has neither the new lists nor roll-ups.
func TestOldDataIsBroughtUpToDate(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	old := okr.Goal{ID: "O1", Kind: okr.Objective, Title: "Launch", Owner: okrtest.Alex.Person, CreatedBy: okrtest.Alex.Person, Period: okrtest.FirstQuarter()}
	kr := okr.Goal{
		ID: "KR1", Kind: okr.KeyResult, Title: "Bugs", Owner: okrtest.Alex.Person, CreatedBy: okrtest.Alex.Person, Parent: "O1",
		Metric: &okr.Metric{Name: "Bugs", Target: 10, Current: new(5.0)},
	}
	for _, g := range []okr.Goal{old, kr} {
		require.NoError(t, w.Store.Goals().Create(t.Context(), okrtest.Contoso, g))
	}
	views, _, err := w.Plan.ListGoals(t.Context(), okrtest.Alex, okr.Filter{Period: okrtest.FirstQuarter().SpanID()}, okr.Page{})
	require.NoError(t, err)
	require.Len(t, views, 2)
	require.InDelta(t, 50, *views[0].Standing.Progress, 1e-9)
	require.Equal(t, okrtest.FirstQuarter(), views[1].Goal.Period)
	settings, err := w.Access.Settings(t.Context(), okrtest.Contoso)
	require.NoError(t, err)
	require.Equal(t, 3, settings.Generation)
}
