package adosource_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
)

func TestCheckInsOfAManualKeyResult(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := w.objective(alex, "Launch")
	kr := w.keyResult(megan, o, 100)
	v, c, err := w.Plan.CheckIn(t.Context(), megan, okr.CheckInInput{Goal: kr, Value: new(40.0), Note: " Half\r\nof it "})
	require.NoError(t, err)
	require.InDelta(t, 40, *v.Standing.Progress, 1e-9)
	require.Equal(t, "Half\nof it", c.Note)
	require.Equal(t, okr.OnTrack, c.Shown)
	require.Nil(t, c.Auto, "nothing measures it")
	require.False(t, v.Standing.Manual, "its value is people's anyway")
	require.Equal(t, "Half of it", v.Goal.LastCheckIn.Note)

	w.advance(24 * time.Hour)
	v, _, err = w.Plan.CheckIn(t.Context(), megan, okr.CheckInInput{Goal: kr, Status: okr.AtRisk, Note: "Two people are ill"})
	require.NoError(t, err)
	require.Equal(t, okr.AtRisk, v.Standing.Status, "chosen by hand")
	require.Equal(t, okr.OnTrack, v.Standing.Auto)
	require.InDelta(t, 40, *v.Standing.Progress, 1e-9)

	old, oldC, err := w.Plan.CheckIn(t.Context(), megan, okr.CheckInInput{Goal: kr, On: "2026-01-15", Value: new(10.0)})
	require.NoError(t, err)
	require.True(t, oldC.Backdated)
	require.InDelta(t, 40, *old.Standing.Progress, 1e-9, "an earlier day changes nothing now")
	require.Equal(t, okr.AtRisk, old.Standing.Status)

	list, n, err := w.Plan.CheckIns(t.Context(), lee, kr, okr.Page{Limit: 2})
	require.NoError(t, err)
	require.Equal(t, 3, n)
	require.Equal(t, "Two people are ill", list[0].Note, "the latest day first")
	require.Equal(t, c.ID, list[1].ID)

	_, edited, err := w.Plan.EditCheckIn(t.Context(), alex, okr.CheckInInput{Editing: c.ID, Value: new(50.0), Note: c.Note})
	require.NoError(t, err, "an admin may")
	require.Equal(t, alex.Person, edited.EditedBy)
	require.Equal(t, c.At, edited.At)
	require.InDelta(t, 50, w.progress(o), 1e-9, "and it is carried up")
	_, err = w.Plan.DeleteCheckIn(t.Context(), lee, c.ID)
	w.requireRefused(okr.Forbidden, err)
	_, err = w.Plan.DeleteCheckIn(t.Context(), megan, c.ID)
	require.NoError(t, err)
	require.InDelta(t, 10, w.progress(kr), 1e-9, "what was known before it")
	_, err = w.Plan.DeleteCheckIn(t.Context(), megan, oldC.ID)
	require.NoError(t, err)
	require.Nil(t, w.view(alex, kr).Standing.Progress)
	_, err = w.Plan.DeleteCheckIn(t.Context(), megan, oldC.ID)
	w.requireRefused(okr.NotFound, err)
}

func TestCheckInsAreChecked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := w.objective(alex, "Launch")
	kr, p := w.keyResult(alex, o, 100), w.project(alex, o)
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
			_, _, err := w.Plan.CheckIn(t.Context(), alex, c.in)
			w.requireRefused(okr.Invalid, err)
			require.Equal(t, c.field, okr.FieldOf(err))
		})
	}
	for _, who := range []okr.Actor{lee, guest} {
		_, _, err := w.Plan.CheckIn(t.Context(), who, okr.CheckInInput{Goal: kr, Value: new(1.0)})
		w.requireRefused(okr.Forbidden, err, alex.Name)
	}
	v, _, err := w.Plan.CheckIn(t.Context(), alex, okr.CheckInInput{Goal: p, Value: new(30.0)})
	require.NoError(t, err)
	require.InDelta(t, 30, *v.Standing.Progress, 1e-9, "a project without a query")
}

func TestABaselineIsInProgressFromItsFirstValueOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := w.objective(alex, "Launch")
	v := w.save(alex, okr.GoalInput{Kind: okr.KeyResult, Title: "B", Parent: o, Metric: &okr.Metric{Name: "m", Type: okr.Baseline}})
	require.Equal(t, okr.NotStarted, v.Standing.Status)
	w.checkIn(alex, v.Goal.ID, 12)
	v = w.view(alex, v.Goal.ID)
	require.Equal(t, okr.StatusInProgress, v.Standing.Status)
	require.Nil(t, v.Standing.Progress)
	require.Zero(t, w.view(alex, o).Standing.Children, "it does not contribute")
}

func TestAOneOffOverrideLastsUntilTheNextMeasurement(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	c := w.connect(alex, "Fiber", false)
	o := w.objective(alex, "Launch")
	kr := w.bound(alex, o, c, launchBugs)
	v, checkIn, err := w.Plan.CheckIn(t.Context(), alex, okr.CheckInInput{Goal: kr, Value: new(70.0), Status: okr.Behind})
	require.NoError(t, err)
	require.InDelta(t, 70, *v.Standing.Progress, 1e-9)
	require.Equal(t, okr.Behind, v.Standing.Status)
	require.True(t, v.Standing.Manual)
	require.InDelta(t, 40, *v.Standing.Automatic, 1e-9, "what it would be")
	require.Equal(t, okr.OnTrack, v.Standing.Auto)
	require.InDelta(t, 40, *checkIn.Auto, 1e-9)
	require.InDelta(t, 70, w.progress(o), 1e-9)
	w.complete(3)
	w.sync(c)
	v = w.view(alex, kr)
	require.InDelta(t, 50, *v.Standing.Progress, 1e-9)
	require.False(t, v.Standing.Manual)
	require.InDelta(t, 50, w.progress(o), 1e-9, "a sync is carried up")
	_, n, err := w.Plan.CheckIns(t.Context(), alex, kr, okr.Page{})
	require.NoError(t, err)
	require.Equal(t, 1, n, "a sync is no check-in")
}

func TestALastingOverrideStaysUntilResumed(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	c := w.connect(alex, "Fiber", false)
	kr := w.bound(alex, w.objective(alex, "Launch"), c, launchBugs)
	_, err := w.Plan.Resume(t.Context(), alex, kr)
	w.requireRefused(okr.Invalid, err, "not overridden")
	_, made, err := w.Plan.CheckIn(t.Context(), alex, okr.CheckInInput{Goal: kr, Value: new(70.0), Lasting: true})
	require.NoError(t, err)
	w.complete(3)
	w.sync(c)
	v := w.view(alex, kr)
	require.InDelta(t, 70, *v.Standing.Progress, 1e-9)
	require.InDelta(t, 50, *v.Standing.Automatic, 1e-9, "beside it")
	require.True(t, v.Goal.Paused())
	_, _, err = w.Plan.CheckIn(t.Context(), alex, okr.CheckInInput{Goal: kr, Status: okr.AtRisk})
	require.NoError(t, err)
	v = w.view(alex, kr)
	require.InDelta(t, 70, *v.Standing.Progress, 1e-9, "a status alone keeps the value")
	require.True(t, v.Goal.Paused())
	v, err = w.Plan.Resume(t.Context(), alex, kr)
	require.NoError(t, err)
	require.InDelta(t, 50, *v.Standing.Progress, 1e-9)
	require.Equal(t, okr.OnTrack, v.Standing.Status)

	again, second, err := w.Plan.CheckIn(t.Context(), alex, okr.CheckInInput{Goal: kr, Value: new(80.0), Lasting: true})
	require.NoError(t, err)
	require.InDelta(t, 80, *again.Standing.Progress, 1e-9)
	v, _, err = w.Plan.EditCheckIn(t.Context(), alex, okr.CheckInInput{Editing: second.ID, Value: new(85.0), Lasting: true})
	require.NoError(t, err)
	require.InDelta(t, 85, *v.Standing.Progress, 1e-9)
	_, err = w.Plan.DeleteCheckIn(t.Context(), alex, made.ID)
	require.NoError(t, err)
	require.InDelta(t, 85, w.progress(kr), 1e-9, "an older one changes nothing")
	v, err = w.Plan.DeleteCheckIn(t.Context(), alex, second.ID)
	require.NoError(t, err)
	require.InDelta(t, 50, *v.Standing.Progress, 1e-9, "the automatic value again")
}

func TestAnObjectiveCanBeOverriddenToo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := w.objective(alex, "Launch")
	kr := w.keyResult(alex, o, 100)
	w.checkIn(alex, kr, 20)
	w.checkIn(alex, o, 90)
	v := w.view(alex, o)
	require.InDelta(t, 90, *v.Standing.Progress, 1e-9)
	require.InDelta(t, 20, *v.Standing.Automatic, 1e-9)
	w.checkIn(alex, kr, 30)
	require.InDelta(t, 30, w.progress(o), 1e-9, "the next roll-up replaces it")
}

func TestUnbindingKeepsWhatAPersonSet(t *testing.T) {
	t.Parallel()
	w := enabled(t)
	c := w.connect(alex, "Fiber", false)
	o := w.objective(alex, "Launch")
	kr := w.bound(alex, o, c, launchBugs)
	_, _, err := w.Plan.CheckIn(t.Context(), alex, okr.CheckInInput{Goal: kr, Value: new(70.0), Lasting: true})
	require.NoError(t, err)
	v, err := w.Measure.Unbind(t.Context(), alex, kr)
	require.NoError(t, err)
	require.InDelta(t, 70, *v.Standing.Progress, 1e-9)
	require.False(t, v.Goal.Paused(), "there is nothing to resume")
	require.False(t, v.Standing.Manual)
	require.InDelta(t, 70, w.progress(o), 1e-9)
}
