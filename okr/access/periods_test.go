package access_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
)

func TestCustomPeriods(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	push := okr.TimePeriod{Period: okr.Period{Name: " Spring push ", Start: "2026-02-01", End: "2026-04-15"}}
	_, err := w.Access.SavePeriod(t.Context(), okrtest.Megan, push, false)
	w.RequireRefused(okr.Forbidden, err)
	settings, err := w.Access.SavePeriod(t.Context(), okrtest.Alex, push, true)
	require.NoError(t, err)
	saved := settings.Periods[0]
	require.Equal(t, "Spring push", settings.CurrentPeriod("2026-02-02").Name)
	require.Equal(t, "Q2 2026", settings.CurrentPeriod("2026-04-16").Name)
	_, err = w.Access.SavePeriod(t.Context(), okrtest.Alex, push, false)
	w.RequireRefused(okr.Invalid, err, "name")
	_, err = w.Access.SavePeriod(t.Context(), okrtest.Alex, okr.TimePeriod{Period: okr.Period{Name: "x", Start: "2026-02-01", End: "2026-01-01"}}, false)
	w.RequireRefused(okr.Invalid, err)

	v := w.Save(okrtest.Alex, okr.GoalInput{Kind: okr.Objective, Title: "Push", PeriodID: saved.ID})
	require.Equal(t, saved.Period, v.Goal.Period)
	own := w.Save(okrtest.Alex, okr.GoalInput{Kind: okr.Objective, Title: "Push", PeriodID: saved.ID, Period: okr.Period{Start: "2026-02-10", End: "2026-03-10"}})
	require.Equal(t, saved.ID, own.Goal.FiledUnder(), "own dates, filed under the period")
	_, err = w.Access.DeletePeriod(t.Context(), okrtest.Alex, saved.ID)
	w.RequireRefused(okr.Invalid, err, "still has goals (2)")
	for _, id := range []okr.GoalID{v.Goal.ID, own.Goal.ID} {
		_, err := w.Plan.DeleteGoal(t.Context(), okrtest.Alex, id)
		require.NoError(t, err)
	}
	settings, err = w.Access.DeletePeriod(t.Context(), okrtest.Alex, saved.ID)
	require.NoError(t, err)
	require.Empty(t, settings.Periods)
	_, err = w.Access.DeletePeriod(t.Context(), okrtest.Alex, saved.ID)
	w.RequireRefused(okr.NotFound, err)
}
