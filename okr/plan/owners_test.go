package plan_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
	"okrbot/okr/plan"
)

// TestCoOwnersAreAdded: once, by who may change the owners.
func TestCoOwnersAreAdded(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	owners := plan.NewOwners(w.Plan)
	o := w.Objective(okrtest.Megan, "Launch")
	_, _, err := owners.Add(t.Context(), okrtest.Lee, o, okrtest.Adele.Person)
	w.RequireRefused(okr.Forbidden, err)
	before, v, err := owners.Add(t.Context(), okrtest.Megan, o, okrtest.Lee.Person)
	require.NoError(t, err)
	require.Empty(t, before.CoOwners)
	require.Equal(t, []okr.Person{okrtest.Lee.Person}, v.Goal.CoOwners)
	for _, p := range []okr.Person{okrtest.Lee.Person, okrtest.Megan.Person} {
		before, v, err = owners.Add(t.Context(), okrtest.Megan, o, p)
		require.NoError(t, err)
		require.Equal(t, before.Version, v.Goal.Version, "an owner already")
	}
	_, err = w.Plan.Close(t.Context(), okrtest.Megan, okr.CloseInput{Goal: o, State: okr.StatusClosed})
	require.NoError(t, err)
	_, _, err = owners.Add(t.Context(), okrtest.Megan, o, okrtest.Adele.Person)
	w.RequireRefused(okr.Invalid, err)
}

// TestGoalsAreHandedOver: with what its owner owns below it, and again where it broke off.
func TestGoalsAreHandedOver(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	owners := plan.NewOwners(w.Plan)
	o := w.Objective(okrtest.Megan, "Launch")
	own, others := w.KeyResult(okrtest.Megan, o, 10), w.KeyResult(okrtest.Adele, o, 10)
	_, _, err := owners.Add(t.Context(), okrtest.Megan, o, okrtest.Lee.Person)
	require.NoError(t, err)
	_, below, err := owners.Preview(t.Context(), okrtest.Megan, o)
	require.NoError(t, err)
	require.Len(t, below, 1)
	require.Equal(t, own, below[0].ID)
	_, _, err = owners.Preview(t.Context(), okrtest.Lee, own)
	require.NoError(t, err, "a co-owner of its objective may")
	_, _, err = owners.Preview(t.Context(), okrtest.Adele, o)
	w.RequireRefused(okr.Forbidden, err)

	_, _, err = owners.HandOver(t.Context(), okrtest.Megan, []okr.GoalID{own}, okrtest.Lee.Person)
	require.NoError(t, err)
	before, v, err := owners.HandOver(t.Context(), okrtest.Megan, []okr.GoalID{own, o}, okrtest.Lee.Person)
	require.NoError(t, err)
	require.Len(t, before, 1, "the other one was handed over before")
	require.Equal(t, okrtest.Lee.Person, v.Goal.Owner)
	require.Empty(t, v.Goal.CoOwners, "who owns it is no co-owner besides")
	require.Equal(t, okrtest.Adele.Person, w.View(okrtest.Alex, others).Goal.Owner)
	_, _, err = owners.HandOver(t.Context(), okrtest.Adele, []okr.GoalID{others, o}, okrtest.Megan.Person)
	w.RequireRefused(okr.Forbidden, err)
	require.Equal(t, okrtest.Adele.Person, w.View(okrtest.Alex, others).Goal.Owner, "all or none")
}

// TestNobodyHandsOverWhatTheyThenCannotSee: of something private.
func TestNobodyHandsOverWhatTheyThenCannotSee(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	owners := plan.NewOwners(w.Plan)
	o := w.Detailed(okrtest.Alex, "Quiet", "", okr.Details{Private: true})
	_, _, err := owners.HandOver(t.Context(), okrtest.Alex, []okr.GoalID{o}, okrtest.Megan.Person)
	require.NoError(t, err, "who created it sees it")
	_, _, err = owners.HandOver(t.Context(), okrtest.Megan, []okr.GoalID{o}, okrtest.Lee.Person)
	w.RequireRefused(okr.Invalid, err, "wouldn't see it")
	require.Equal(t, okrtest.Megan.Person, w.View(okrtest.Alex, o).Goal.Owner)
}
