package adosource_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
)

func TestListsAreFiltered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	next := okr.Tenant{}.Quarter("2026-02-02", 1)
	launch := w.detailed(alex, "Launch the web shop", "", okr.Details{Team: "Web", Tags: []string{"growth"}})
	hire := w.detailed(megan, "Hire ten people", "", okr.Details{Team: "HR", CoOwners: []okr.Person{alex.Person}})
	sub := w.detailed(alex, "Größere Warenkörbe", launch, okr.Details{Team: "web"})
	later := w.save(alex, okr.GoalInput{Kind: okr.Objective, Title: "東京オフィスを開く", PeriodID: next.ID}).Goal.ID
	kr := w.keyResult(megan, launch, 10)
	closed := w.objective(alex, "Over")
	_, err := w.Plan.Close(t.Context(), alex, okr.CloseInput{Goal: closed, State: okr.StatusClosed})
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
		{"owned with another", okr.Filter{Owner: alex.ID}, []okr.GoalID{launch, hire, sub, later}},
		{"a team, however written", okr.Filter{Team: "WEB"}, []okr.GoalID{launch, sub}},
		{"a period", okr.Filter{Period: next.ID}, []okr.GoalID{later}},
		{"below", okr.Filter{Parent: launch}, []okr.GoalID{sub, kr}},
		{"words", okr.Filter{Text: "shop web"}, []okr.GoalID{launch}},
		{"a sharp s is a letter of its own", okr.Filter{Text: "grossere warenkorb"}, nil},
		{"with accents or not", okr.Filter{Text: "warenkorb"}, []okr.GoalID{sub}},
		{"a script without spaces", okr.Filter{Text: "オフィス"}, []okr.GoalID{later}},
		{"several filters", okr.Filter{Owner: alex.ID, Team: "web", Top: true, Text: "LAU"}, []okr.GoalID{launch}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			views, n, err := w.Plan.ListGoals(t.Context(), lee, c.filter, okr.Page{})
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
	w := newWorld(t)
	o := w.objective(alex, "Launch")
	for range 4 {
		w.keyResult(alex, o, 10)
	}
	views, _, err := w.Plan.ListGoals(t.Context(), alex, okr.Filter{Kind: okr.Objective, Children: 3}, okr.Page{})
	require.NoError(t, err)
	require.Len(t, views[0].Children, 3)
	require.Equal(t, 4, views[0].ChildTotal)
	require.Equal(t, 4, views[0].Standing.Children)
	v, err := w.Plan.OpenGoal(t.Context(), alex, o, okr.Page{Offset: 3, Limit: 3})
	require.NoError(t, err)
	require.Len(t, v.Children, 1)
	require.Equal(t, "Launch", v.Children[0].ParentTitle)
}

func TestSearch(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	launch, relaunch := w.objective(alex, "Launch"), w.objective(alex, "Launch the shop again")
	search := func(text string) []okr.GoalID {
		t.Helper()
		views, n, err := w.Plan.Search(t.Context(), alex, text, okr.Page{Limit: 10})
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

// What a program of before stored has neither the new lists nor roll-ups.
func TestOldDataIsBroughtUpToDate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	old := okr.Goal{ID: "O1", Kind: okr.Objective, Title: "Launch", Owner: alex.Person, CreatedBy: alex.Person, Period: quarter()}
	kr := okr.Goal{
		ID: "KR1", Kind: okr.KeyResult, Title: "Bugs", Owner: alex.Person, CreatedBy: alex.Person, Parent: "O1",
		Metric: &okr.Metric{Name: "Bugs", Target: 10, Current: new(5.0)},
	}
	for _, g := range []okr.Goal{old, kr} {
		require.NoError(t, w.store.Goals().Create(t.Context(), tenant, g))
	}
	views, _, err := w.Plan.ListGoals(t.Context(), alex, okr.Filter{Period: quarter().SpanID()}, okr.Page{})
	require.NoError(t, err)
	require.Len(t, views, 2)
	require.InDelta(t, 50, *views[0].Standing.Progress, 1e-9)
	require.Equal(t, quarter(), views[1].Goal.Period)
	settings, err := w.Access.Settings(t.Context(), tenant)
	require.NoError(t, err)
	require.Equal(t, 1, settings.Generation)
}
