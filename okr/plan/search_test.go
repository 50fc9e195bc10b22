package plan_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
)

func TestFindGoals(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	launch, relaunch := w.Objective(okrtest.Alex, "Launch"), w.Objective(okrtest.Alex, "Relaunch the shop")
	twins := []okr.GoalID{w.KeyResult(okrtest.Alex, launch, 1), w.KeyResult(okrtest.Alex, relaunch, 1)}
	find := func(text string, kinds ...okr.GoalKind) []okr.GoalID {
		t.Helper()
		list, err := w.Plan.FindGoals(t.Context(), okrtest.Alex, text, kinds...)
		require.NoError(t, err)
		var out []okr.GoalID
		for _, g := range list {
			out = append(out, g.ID)
		}
		return out
	}
	require.Equal(t, []okr.GoalID{launch}, find(" o1 "))
	require.Equal(t, []okr.GoalID{relaunch}, find("shop RELAUN"), "words and beginnings, in any order")
	require.Equal(t, []okr.GoalID{launch}, find("launch"), "a whole title comes alone")
	require.Equal(t, twins, find("key result"), "two of one title both come")
	require.Equal(t, twins, find("", okr.KeyResult))
	require.Empty(t, find("launch", okr.KeyResult))
	require.Empty(t, find("nothing like it"))
	_, err := w.Plan.FindGoals(t.Context(), okrtest.Alex, "KR99")
	w.RequireRefused(okr.NotFound, err)
}

func TestListsAreFiltered(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	next := okr.Settings{}.Quarter("2026-02-02", 1)
	launch := w.Detailed(okrtest.Alex, "Launch the web shop", "", okr.Details{Team: "Web", Tags: []string{"growth"}})
	hire := w.Detailed(okrtest.Megan, "Hire ten people", "", okr.Details{Team: "HR", CoOwners: []okr.Person{okrtest.Alex.Person}})
	sub := w.Detailed(okrtest.Alex, "Größere Warenkörbe", launch, okr.Details{Team: "web"})
	later := w.Save(okrtest.Alex, okr.GoalInput{Kind: okr.Objective, Title: "東京オフィスを開く", PeriodID: next.ID}).Goal.ID
	kr := w.KeyResult(okrtest.Megan, launch, 10)
	closed := w.Objective(okrtest.Alex, "Over")
	_, err := w.Plan.Close(t.Context(), okrtest.Alex, okr.CloseInput{Goal: closed, State: okr.StatusClosed})
	require.NoError(t, err)
	for _, c := range []struct {
		name   string
		filter okr.Filter
		want   []okr.GoalID
	}{
		{"open ones", okr.Filter{}, []okr.GoalID{launch, hire, sub, later, kr}},
		{"objectives", okr.Filter{Kind: okr.Objective}, []okr.GoalID{launch, hire, sub, later}},
		{"closed ones", okr.Filter{State: okr.EndedGoals}, []okr.GoalID{closed}},
		{"any objective at the top", okr.Filter{Kind: okr.Objective, State: okr.AnyState, Top: true}, []okr.GoalID{launch, hire, later, closed}},
		{"owned with another", okr.Filter{Owner: okrtest.Alex.ID}, []okr.GoalID{launch, hire, sub, later}},
		{"a team, however written", okr.Filter{Team: "WEB"}, []okr.GoalID{launch, sub}},
		{"a period", okr.Filter{Period: next.ID}, []okr.GoalID{later}},
		{"below", okr.Filter{Parent: launch}, []okr.GoalID{sub, kr}},
		{"words", okr.Filter{Text: "shop web"}, []okr.GoalID{launch}},
		{"a sharp s is a letter of its own", okr.Filter{Text: "grossere warenkorb"}, nil},
		{"with accents or not", okr.Filter{Text: "warenkorb"}, []okr.GoalID{sub}},
		{"a script without spaces", okr.Filter{Text: "オフィス"}, []okr.GoalID{later}},
		{"several filters", okr.Filter{Owner: okrtest.Alex.ID, Team: "web", Top: true, Text: "LAU"}, []okr.GoalID{launch}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			views, n, err := w.Plan.ListGoals(t.Context(), okrtest.Lee, c.filter, okr.Page{})
			require.NoError(t, err)
			var got []okr.GoalID
			for _, v := range views {
				got = append(got, v.Goal.ID)
			}
			require.Equal(t, c.want, got)
			require.Equal(t, len(c.want), n)
		})
	}
}

func TestListsBringAsManyChildrenAsWanted(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	o := w.Objective(okrtest.Alex, "Launch")
	for range 4 {
		w.KeyResult(okrtest.Alex, o, 10)
	}
	views, _, err := w.Plan.ListGoals(t.Context(), okrtest.Alex, okr.Filter{Kind: okr.Objective, Children: 3}, okr.Page{})
	require.NoError(t, err)
	require.Len(t, views[0].Children, 3)
	require.Equal(t, 4, views[0].ChildTotal)
	require.Equal(t, 4, views[0].Standing.Children)
	v, err := w.Plan.OpenGoal(t.Context(), okrtest.Alex, o, okr.Page{Offset: 3, Limit: 3})
	require.NoError(t, err)
	require.Len(t, v.Children, 1)
	require.Equal(t, "Launch", v.Children[0].ParentTitle)
}

func TestSearch(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	launch, relaunch := w.Objective(okrtest.Alex, "Launch"), w.Objective(okrtest.Alex, "Launch the shop again")
	search := func(text string) []okr.GoalID {
		t.Helper()
		views, n, err := w.Plan.Search(t.Context(), okrtest.Alex, text, okr.Page{Limit: 10}, 0)
		require.NoError(t, err)
		var got []okr.GoalID
		for _, v := range views {
			got = append(got, v.Goal.ID)
		}
		require.Equal(t, len(got), n)
		return got
	}
	require.Equal(t, []okr.GoalID{launch}, search("launch"), "a whole title comes alone")
	require.Equal(t, []okr.GoalID{launch, relaunch}, search("laun"))
	require.Equal(t, []okr.GoalID{relaunch}, search("o2"))
	require.Empty(t, search("o99"))
	require.Empty(t, search("!?"))
	require.Equal(t, []okr.GoalID{launch, relaunch}, search(""))
}
