package okrtest

import (
	"github.com/stretchr/testify/require"

	"okrbot/okr"
)

// Form is a key result's form as it was opened, to be changed and saved.
func Form(v okr.GoalView, change func(*okr.GoalInput)) okr.GoalInput {
	in := okr.InputOf(v.Goal)
	if in.Metric != nil {
		metric := *in.Metric
		in.Metric = &metric
	}
	change(&in)
	return in
}

// View is a goal as somebody sees it.
func (w *World) View(who okr.Actor, id okr.GoalID) okr.GoalView {
	w.T.Helper()
	v, err := w.Plan.Goal(w.T.Context(), who, id)
	require.NoError(w.T, err)
	return v
}

// Save makes or edits a goal.
func (w *World) Save(who okr.Actor, in okr.GoalInput) okr.GoalView {
	w.T.Helper()
	v, err := w.Plan.SaveGoal(w.T.Context(), who, in)
	require.NoError(w.T, err)
	return v
}

// Objective makes an objective of the first quarter.
func (w *World) Objective(who okr.Actor, title string) okr.GoalID {
	w.T.Helper()
	v, err := w.Plan.SaveGoal(w.T.Context(), who, okr.GoalInput{Kind: okr.Objective, Title: title, Period: FirstQuarter()})
	require.NoError(w.T, err)
	return v.Goal.ID
}

// KeyResult makes a key result from 0 to a target.
func (w *World) KeyResult(who okr.Actor, parent okr.GoalID, target float64) okr.GoalID {
	w.T.Helper()
	v, err := w.Plan.SaveGoal(w.T.Context(), who, okr.GoalInput{
		Kind: okr.KeyResult, Title: "Key result", Parent: parent, Metric: &okr.Metric{Name: "Bugs", Target: target},
	})
	require.NoError(w.T, err)
	return v.Goal.ID
}

// Project makes a project.
func (w *World) Project(who okr.Actor, parent okr.GoalID) okr.GoalID {
	w.T.Helper()
	v, err := w.Plan.SaveGoal(w.T.Context(), who, okr.GoalInput{Kind: okr.Project, Title: "Project", Parent: parent})
	require.NoError(w.T, err)
	return v.Goal.ID
}

// Bound makes a key result to 100 % and binds it to a query of the project
// Fabrikam Fiber.
func (w *World) Bound(who okr.Actor, parent okr.GoalID, c okr.Connection, query string) okr.GoalID {
	w.T.Helper()
	kr := w.KeyResult(who, parent, 100)
	_, err := w.Measure.Bind(w.T.Context(), who, okr.BindInput{Goal: kr, Connection: c.ID, Query: w.FiberQuery(query), Method: okr.PercentCompleted})
	require.NoError(w.T, err)
	return kr
}

// Detailed makes an objective with details.
func (w *World) Detailed(who okr.Actor, title string, parent okr.GoalID, d okr.Details) okr.GoalID {
	w.T.Helper()
	return w.Save(who, okr.GoalInput{Kind: okr.Objective, Title: title, Parent: parent, Period: FirstQuarter(), Details: &d}).Goal.ID
}

// CheckIn checks in a value.
func (w *World) CheckIn(who okr.Actor, id okr.GoalID, value float64) okr.CheckIn {
	w.T.Helper()
	_, c, err := w.Plan.CheckIn(w.T.Context(), who, okr.CheckInInput{Goal: id, Value: &value})
	require.NoError(w.T, err)
	return c
}

// Progress is what a goal shows to Alex, in percent.
func (w *World) Progress(id okr.GoalID) float64 {
	w.T.Helper()
	v := w.View(Alex, id)
	require.NotNil(w.T, v.Standing.Progress, id)
	return *v.Standing.Progress
}
