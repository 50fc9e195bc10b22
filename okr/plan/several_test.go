package plan_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
	"okrbot/okr/plan"
)

func list(parent okr.GoalID, lines []okr.TypedKeyResult) okr.TypedList {
	return okr.TypedList{Parent: parent, Form: "F", Lines: lines}
}

// TestAListMakesKeyResults makes all lines once, in their order, whoever asks how often.
func TestAListMakesKeyResults(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	several := plan.NewSeveral(w.Plan)
	o := w.Objective(okrtest.Alex, "Launch")
	above, lines, err := several.Read(t.Context(), okrtest.Megan, o, "Bugs: 0 -> 30 bugs\n\n- Churn: 5 % -> 3 %\nUptime: > 99.9 %", okr.NumberStyle{Decimal: ".", Group: ","})
	require.NoError(t, err)
	require.Equal(t, "Launch", above.Title)
	require.Equal(t, []int{1, 3, 4}, []int{lines[0].Line, lines[1].Line, lines[2].Line})
	v, made, err := several.Make(t.Context(), okrtest.Megan, list(o, lines))
	require.NoError(t, err)
	require.Len(t, made, 3)
	require.Equal(t, 3, v.ChildTotal)
	for i, want := range []okr.Metric{
		{Name: "Bugs", Unit: "bugs", Target: 30}, {Name: "Churn", Unit: "%", Start: 5, Target: 3}, {Name: "Uptime", Unit: "%", Type: okr.StayAbove, Target: 99.9},
	} {
		g := w.View(okrtest.Alex, made[i]).Goal
		require.Equal(t, want, *g.Metric)
		require.Equal(t, want.Name, g.Title)
		require.Equal(t, okrtest.Megan.Person, g.Owner)
		require.Equal(t, okrtest.FirstQuarter(), g.Period)
	}

	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			_, again, err := several.Make(context.WithoutCancel(t.Context()), okrtest.Megan, list(o, lines[1:]))
			if err != nil || len(again) != 2 {
				t.Errorf("again: %v, %v", again, err)
			}
		})
	}
	all.Wait()
	require.Equal(t, 3, w.View(okrtest.Alex, o).ChildTotal)
}

// TestAListIsCheckedByLine names each line that makes nothing, and why.
func TestAListIsCheckedByLine(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	several := plan.NewSeveral(w.Plan)
	o := w.Objective(okrtest.Alex, "Launch")
	text := "Bugs: 0 -> 30\nBugs: 0 -> 30\nWishes\nSame: 5 -> 5\n" + strings.Repeat("x", 300) + ": 0 -> 1\nUnit: 0 -> 9 of a very long unit of words"
	_, lines, err := several.Read(t.Context(), okrtest.Alex, o, text, okr.NumberStyle{Decimal: ".", Group: ","})
	require.NoError(t, err)
	for i, problem := range []string{"", "same as line 1", "no target", "both 5", "255", "20"} {
		require.Contains(t, lines[i].Problem, problem)
		require.Equal(t, problem == "", lines[i].Problem == "", lines[i].Text)
	}
	_, _, err = several.Make(t.Context(), okrtest.Alex, list(o, lines))
	w.RequireRefused(okr.Invalid, err)
	require.Zero(t, w.View(okrtest.Alex, o).ChildTotal, "none is made where one is wrong")

	var many strings.Builder
	for i := range okr.MaxTyped + 1 {
		fmt.Fprintf(&many, "Bugs %d: 0 -> 30\n", i)
	}
	_, lines, err = several.Read(t.Context(), okrtest.Alex, o, many.String(), okr.NumberStyle{Decimal: ".", Group: ","})
	require.NoError(t, err)
	require.Empty(t, lines[okr.MaxTyped-1].Problem)
	require.Contains(t, lines[okr.MaxTyped].Problem, "At most 20")
}

// TestWhoMayMakeAList: members, below an open objective that they see.
func TestWhoMayMakeAList(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	several := plan.NewSeveral(w.Plan)
	o := w.Objective(okrtest.Alex, "Launch")
	hidden := w.Detailed(okrtest.Megan, "Hidden", "", okr.Details{Private: true})
	_, lines, err := several.Read(t.Context(), okrtest.Alex, o, "Bugs: 0 -> 30", okr.NumberStyle{Decimal: ".", Group: ","})
	require.NoError(t, err)
	for _, c := range []struct {
		who    okr.Actor
		parent okr.GoalID
		kind   okr.Kind
	}{{okrtest.Guest, o, okr.Forbidden}, {okrtest.Lee, hidden, okr.Invalid}, {okrtest.Lee, "O99", okr.Invalid}, {okrtest.Lee, "", okr.Invalid}} {
		_, _, err := several.Read(t.Context(), c.who, c.parent, "Bugs: 0 -> 30", okr.NumberStyle{Decimal: ".", Group: ","})
		w.RequireRefused(c.kind, err)
		_, _, err = several.Make(t.Context(), c.who, list(c.parent, lines))
		w.RequireRefused(c.kind, err)
	}
	_, err = w.Plan.Close(t.Context(), okrtest.Alex, okr.CloseInput{Goal: o, State: okr.StatusClosed})
	require.NoError(t, err)
	_, _, err = several.Make(t.Context(), okrtest.Alex, list(o, lines))
	w.RequireRefused(okr.Invalid, err)
}

// TestAListIsUndone deletes what it made, and nothing that somebody used since.
func TestAListIsUndone(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	several := plan.NewSeveral(w.Plan)
	o := w.Objective(okrtest.Alex, "Launch")
	_, lines, err := several.Read(t.Context(), okrtest.Alex, o, "One: 0 -> 30\nTwo: 0 -> 30", okr.NumberStyle{Decimal: ".", Group: ","})
	require.NoError(t, err)
	_, made, err := several.Make(t.Context(), okrtest.Alex, list(o, lines))
	require.NoError(t, err)
	_, err = several.Undo(t.Context(), okrtest.Lee, made)
	w.RequireRefused(okr.Forbidden, err)
	gone, err := several.Undo(t.Context(), okrtest.Alex, made)
	require.NoError(t, err)
	require.Len(t, gone, 2)
	require.Zero(t, w.View(okrtest.Alex, o).ChildTotal)
	_, err = several.Undo(t.Context(), okrtest.Alex, made)
	w.RequireRefused(okr.NotFound, err)

	in := list(o, lines)
	in.Form = "G"
	_, made, err = several.Make(t.Context(), okrtest.Alex, in)
	require.NoError(t, err)
	w.CheckIn(okrtest.Alex, made[1], 10)
	_, err = several.Undo(t.Context(), okrtest.Alex, made)
	w.RequireRefused(okr.Conflict, err, "Nothing was undone")
	require.Equal(t, 2, w.View(okrtest.Alex, o).ChildTotal)
}
