package plan_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
)

func TestCheckInsOfAManualKeyResult(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	o := w.Objective(okrtest.Alex, "Launch")
	kr := w.KeyResult(okrtest.Megan, o, 100)
	v, c, err := w.Plan.CheckIn(t.Context(), okrtest.Megan, okr.CheckInInput{Goal: kr, Value: new(40.0), Note: " Half\r\nof it "})
	require.NoError(t, err)
	require.InDelta(t, 40, *v.Standing.Progress, 1e-9)
	require.Equal(t, "Half\nof it", c.Note)
	require.Equal(t, okr.OnTrack, c.Shown)
	require.Nil(t, c.Auto, "nothing measures it")
	require.False(t, v.Standing.Manual, "its value is people's anyway")
	require.Equal(t, "Half of it", v.Goal.LastCheckIn.Note)

	w.Advance(24 * time.Hour)
	v, _, err = w.Plan.CheckIn(t.Context(), okrtest.Megan, okr.CheckInInput{Goal: kr, Status: okr.AtRisk, Note: "Two people are ill"})
	require.NoError(t, err)
	require.Equal(t, okr.AtRisk, v.Standing.Status, "chosen by hand")
	require.Equal(t, okr.OnTrack, v.Standing.Auto)
	require.InDelta(t, 40, *v.Standing.Progress, 1e-9)

	old, oldC, err := w.Plan.CheckIn(t.Context(), okrtest.Megan, okr.CheckInInput{Goal: kr, On: "2026-01-15", Value: new(10.0)})
	require.NoError(t, err)
	require.True(t, oldC.Backdated)
	require.InDelta(t, 40, *old.Standing.Progress, 1e-9, "an earlier day changes nothing now")
	require.Equal(t, okr.AtRisk, old.Standing.Status)

	list, n, err := w.Plan.CheckIns(t.Context(), okrtest.Lee, kr, okr.Page{Limit: 2})
	require.NoError(t, err)
	require.Equal(t, 3, n)
	require.Equal(t, "Two people are ill", list[0].Note, "the latest day first")
	require.Equal(t, c.ID, list[1].ID)

	_, edited, err := w.Plan.EditCheckIn(t.Context(), okrtest.Alex, okr.CheckInInput{Editing: c.ID, Value: new(50.0), Note: c.Note})
	require.NoError(t, err, "an admin may")
	require.Equal(t, okrtest.Alex.Person, edited.EditedBy)
	require.Equal(t, c.At, edited.At)
	require.InDelta(t, 50, w.Progress(o), 1e-9, "and it is carried up")
	_, err = w.Plan.DeleteCheckIn(t.Context(), okrtest.Lee, c.ID)
	w.RequireRefused(okr.Forbidden, err)
	_, err = w.Plan.DeleteCheckIn(t.Context(), okrtest.Megan, c.ID)
	require.NoError(t, err)
	require.InDelta(t, 10, w.Progress(kr), 1e-9, "what was known before it")
	_, err = w.Plan.DeleteCheckIn(t.Context(), okrtest.Megan, oldC.ID)
	require.NoError(t, err)
	require.InDelta(t, 0, w.Progress(kr), 1e-9, "back at its start")
	_, err = w.Plan.DeleteCheckIn(t.Context(), okrtest.Megan, oldC.ID)
	w.RequireRefused(okr.NotFound, err)
}

func TestCheckInsAreChecked(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	o := w.Objective(okrtest.Alex, "Launch")
	kr, p := w.KeyResult(okrtest.Alex, o, 100), w.Project(okrtest.Alex, o)
	for _, c := range []struct {
		name, field string
		in          okr.CheckInInput
	}{
		{"nothing", "value", okr.CheckInInput{Goal: kr, Note: " \n "}},
		{"a long note", "note", okr.CheckInInput{Goal: kr, Note: strings.Repeat("x", 2001)}},
		{"tomorrow", "on", okr.CheckInInput{Goal: kr, Value: new(1.0), On: "2026-02-03"}},
		{"no day", "on", okr.CheckInInput{Goal: kr, Value: new(1.0), On: "yesterday"}},
		{"a status that ends it", "status", okr.CheckInInput{Goal: kr, Status: okr.StatusClosed}},
		{"more than all", "value", okr.CheckInInput{Goal: p, Value: new(101.0)}},
		{"less than nothing", "value", okr.CheckInInput{Goal: o, Value: new(-1.0)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, _, err := w.Plan.CheckIn(t.Context(), okrtest.Alex, c.in)
			w.RequireRefused(okr.Invalid, err)
			require.Equal(t, c.field, okr.FieldOf(err))
		})
	}
	for _, who := range []okr.Actor{okrtest.Lee, okrtest.Guest} {
		_, _, err := w.Plan.CheckIn(t.Context(), who, okr.CheckInInput{Goal: kr, Value: new(1.0)})
		w.RequireRefused(okr.Forbidden, err, okrtest.Alex.Name)
	}
	v, _, err := w.Plan.CheckIn(t.Context(), okrtest.Alex, okr.CheckInInput{Goal: p, Value: new(30.0)})
	require.NoError(t, err)
	require.InDelta(t, 30, *v.Standing.Progress, 1e-9, "a project without a query")
}

func TestABaselineIsInProgressFromItsFirstValueOn(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	o := w.Objective(okrtest.Alex, "Launch")
	v := w.Save(okrtest.Alex, okr.GoalInput{Kind: okr.KeyResult, Title: "B", Parent: o, Metric: &okr.Metric{Name: "m", Type: okr.Baseline}})
	require.Equal(t, okr.NotStarted, v.Standing.Status)
	w.CheckIn(okrtest.Alex, v.Goal.ID, 12)
	v = w.View(okrtest.Alex, v.Goal.ID)
	require.Equal(t, okr.StatusInProgress, v.Standing.Status)
	require.Nil(t, v.Standing.Progress)
	require.Zero(t, w.View(okrtest.Alex, o).Standing.Children, "it does not contribute")
}

func TestAOneOffOverrideLastsUntilTheNextMeasurement(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	o := w.Objective(okrtest.Alex, "Launch")
	kr := w.Bound(okrtest.Alex, o, c, okrtest.LaunchBugs)
	v, checkIn, err := w.Plan.CheckIn(t.Context(), okrtest.Alex, okr.CheckInInput{Goal: kr, Value: new(70.0), Status: okr.Behind})
	require.NoError(t, err)
	require.InDelta(t, 70, *v.Standing.Progress, 1e-9)
	require.Equal(t, okr.Behind, v.Standing.Status)
	require.True(t, v.Standing.Manual)
	require.InDelta(t, 40, *v.Standing.Automatic, 1e-9, "what it would be")
	require.Equal(t, okr.OnTrack, v.Standing.Auto)
	require.InDelta(t, 40, *checkIn.Auto, 1e-9)
	require.InDelta(t, 70, w.Progress(o), 1e-9)
	w.Complete(3)
	w.Sync(c)
	v = w.View(okrtest.Alex, kr)
	require.InDelta(t, 50, *v.Standing.Progress, 1e-9)
	require.False(t, v.Standing.Manual)
	require.InDelta(t, 50, w.Progress(o), 1e-9, "a sync is carried up")
	_, n, err := w.Plan.CheckIns(t.Context(), okrtest.Alex, kr, okr.Page{})
	require.NoError(t, err)
	require.Equal(t, 1, n, "a sync is no check-in")
}

func TestALastingOverrideStaysUntilResumed(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	kr := w.Bound(okrtest.Alex, w.Objective(okrtest.Alex, "Launch"), c, okrtest.LaunchBugs)
	_, err := w.Plan.Resume(t.Context(), okrtest.Alex, kr)
	w.RequireRefused(okr.Invalid, err, "not overridden")
	_, made, err := w.Plan.CheckIn(t.Context(), okrtest.Alex, okr.CheckInInput{Goal: kr, Value: new(70.0), Lasting: true})
	require.NoError(t, err)
	w.Complete(3)
	w.Sync(c)
	v := w.View(okrtest.Alex, kr)
	require.InDelta(t, 70, *v.Standing.Progress, 1e-9)
	require.InDelta(t, 50, *v.Standing.Automatic, 1e-9, "beside it")
	require.True(t, v.Goal.Paused())
	_, _, err = w.Plan.CheckIn(t.Context(), okrtest.Alex, okr.CheckInInput{Goal: kr, Status: okr.AtRisk})
	require.NoError(t, err)
	v = w.View(okrtest.Alex, kr)
	require.InDelta(t, 70, *v.Standing.Progress, 1e-9, "a status alone keeps the value")
	require.True(t, v.Goal.Paused())
	v, err = w.Plan.Resume(t.Context(), okrtest.Alex, kr)
	require.NoError(t, err)
	require.InDelta(t, 50, *v.Standing.Progress, 1e-9)
	require.Equal(t, okr.OnTrack, v.Standing.Status)

	again, second, err := w.Plan.CheckIn(t.Context(), okrtest.Alex, okr.CheckInInput{Goal: kr, Value: new(80.0), Lasting: true})
	require.NoError(t, err)
	require.InDelta(t, 80, *again.Standing.Progress, 1e-9)
	v, _, err = w.Plan.EditCheckIn(t.Context(), okrtest.Alex, okr.CheckInInput{Editing: second.ID, Value: new(85.0), Lasting: true})
	require.NoError(t, err)
	require.InDelta(t, 85, *v.Standing.Progress, 1e-9)
	_, err = w.Plan.DeleteCheckIn(t.Context(), okrtest.Alex, made.ID)
	require.NoError(t, err)
	require.InDelta(t, 85, w.Progress(kr), 1e-9, "an older one changes nothing")
	v, err = w.Plan.DeleteCheckIn(t.Context(), okrtest.Alex, second.ID)
	require.NoError(t, err)
	require.InDelta(t, 50, *v.Standing.Progress, 1e-9, "the automatic value again")
}

func TestAnObjectiveCanBeOverriddenToo(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	o := w.Objective(okrtest.Alex, "Launch")
	kr := w.KeyResult(okrtest.Alex, o, 100)
	w.CheckIn(okrtest.Alex, kr, 20)
	w.CheckIn(okrtest.Alex, o, 90)
	v := w.View(okrtest.Alex, o)
	require.InDelta(t, 90, *v.Standing.Progress, 1e-9)
	require.InDelta(t, 20, *v.Standing.Automatic, 1e-9)
	w.CheckIn(okrtest.Alex, kr, 30)
	require.InDelta(t, 30, w.Progress(o), 1e-9, "the next roll-up replaces it")
}

func TestUnbindingKeepsWhatAPersonSet(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	o := w.Objective(okrtest.Alex, "Launch")
	kr := w.Bound(okrtest.Alex, o, c, okrtest.LaunchBugs)
	_, _, err := w.Plan.CheckIn(t.Context(), okrtest.Alex, okr.CheckInInput{Goal: kr, Value: new(70.0), Lasting: true})
	require.NoError(t, err)
	v, err := w.Measure.Unbind(t.Context(), okrtest.Alex, kr)
	require.NoError(t, err)
	require.InDelta(t, 70, *v.Standing.Progress, 1e-9)
	require.False(t, v.Goal.Paused(), "there is nothing to resume")
	require.False(t, v.Standing.Manual)
	require.InDelta(t, 70, w.Progress(o), 1e-9)
}
