package okrtest

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
)

// family makes O1 with key results of which KR2 is Ada's own, O2 below it, and O3 that
// is Ada's own; KR1 is bound.
func family(t *testing.T, s AllStores, tenant okr.TenantID) {
	t.Helper()
	ctx := t.Context()
	for n := range 3 {
		o := Objective(n + 1)
		switch n {
		case 1:
			o.Parent = "O1"
		case 2:
			o.Audience = []okr.UserID{Ada.ID}
		}
		require.NoError(t, s.Goals().Create(ctx, tenant, o))
	}
	for n := range 3 {
		kr := KeyResult(n+1, "O1")
		if n == 1 {
			kr.Audience = []okr.UserID{Ada.ID}
		}
		if n == 0 {
			kr.Binding = &okr.Binding{Connection: "C1"}
		}
		require.NoError(t, s.Goals().Create(ctx, tenant, kr))
	}
	require.NoError(t, s.Connections().Create(ctx, tenant, okr.Connection{ID: "C1", Name: "Contoso"}))
}

func idsOf(goals []okr.Goal) []okr.GoalID {
	out := []okr.GoalID{}
	for _, g := range goals {
		out = append(out, g.ID)
	}
	return out
}

func testFindGoals(t *testing.T, s AllStores, tenant okr.TenantID) {
	ctx := t.Context()
	found, err := s.FindGoals(ctx, tenant, "", okr.GoalQuery{})
	require.NoError(t, err)
	require.Empty(t, found.Settings.ID, "none were stored")
	require.Empty(t, found.Pages[0].Goals)
	family(t, s, tenant)
	require.NoError(t, s.Settings().Create(ctx, tenant, okr.Settings{ID: tenant, TimeZone: "Asia/Tokyo"}))
	require.NoError(t, s.Members().Create(ctx, tenant, okr.Member{Person: Ada, Zone: "Europe/London"}))
	krs := []string{okr.KindIndex(okr.KeyResult), okr.ChildIndex("O1")}
	found, err = s.FindGoals(ctx, tenant, Ada.ID,
		okr.GoalQuery{},
		okr.GoalQuery{Viewer: Ada.ID},
		okr.GoalQuery{Indexes: krs, Viewer: Ada.ID, Page: okr.Page{Limit: 2}},
		okr.GoalQuery{Indexes: krs, Viewer: Ada.ID, Page: okr.Page{Offset: 1, Limit: 2}},
		okr.GoalQuery{Indexes: krs, Viewer: Grace.ID, Page: okr.Page{Offset: 1}},
		okr.GoalQuery{Indexes: []string{okr.WordIndex("nothing")}, Viewer: Ada.ID},
		okr.GoalQuery{Indexes: append(krs, krs...), Page: okr.Page{Offset: 7, Limit: 2}},
	)
	require.NoError(t, err)
	require.Equal(t, "Asia/Tokyo", found.Settings.TimeZone)
	require.Equal(t, "Europe/London", found.Member.Zone)
	pages := found.Pages
	for i, want := range []struct {
		total int
		ids   []okr.GoalID
	}{
		{4, []okr.GoalID{"O1", "O2", "KR1", "KR3"}},
		{6, []okr.GoalID{"O1", "O2", "KR1", "KR3", "O3", "KR2"}},
		{3, []okr.GoalID{"KR1", "KR3"}},
		{3, []okr.GoalID{"KR3", "KR2"}},
		{2, []okr.GoalID{"KR3"}},
		{0, []okr.GoalID{}},
		{2, []okr.GoalID{}},
	} {
		require.Equal(t, want.ids, idsOf(pages[i].Goals), "query %d", i)
		require.Equal(t, want.total, pages[i].Total, "query %d", i)
	}
	kr, err := s.Goals().Get(ctx, tenant, "KR1")
	require.NoError(t, err)
	require.Equal(t, kr, pages[2].Goals[0], "read whole")
	require.Empty(t, found.Parents, "nobody wanted them")
	found, err = s.FindGoals(ctx, tenant, "", okr.GoalQuery{Indexes: krs, Parents: true, Page: okr.Page{Limit: 1}}, okr.GoalQuery{Indexes: []string{okr.KindIndex(okr.Objective)}, Parents: true})
	require.NoError(t, err)
	require.Equal(t, okr.GoalID("O1"), found.Parents["O1"].ID)
	require.Len(t, found.Parents, 1)
	testTree(t, s, tenant)
}

// testTree finds what is put into a tree, and what is too much for one, among a family.
func testTree(t *testing.T, s AllStores, tenant okr.TenantID) {
	t.Helper()
	page := okr.Page{Offset: 1, Limit: 2}
	found, err := s.FindGoals(t.Context(), tenant, "",
		okr.GoalQuery{Viewer: Ada.ID, Tree: 6, Roots: 5},
		okr.GoalQuery{Viewer: Ada.ID, Tree: 6, Roots: 5, Page: page},
		okr.GoalQuery{Tree: 4, Roots: 5, Page: okr.Page{Limit: 2}},
		okr.GoalQuery{Tree: 3, Roots: 5, Page: page},
	)
	require.NoError(t, err)
	for i, total := range []int{2, 2, 1, 4} {
		require.Equal(t, total, found.Pages[i].Total)
	}
	require.Equal(t, []okr.GoalID{"O1", "O3"}, idsOf(found.Pages[0].Goals))
	require.Equal(t, []okr.GoalID{"O3"}, idsOf(found.Pages[1].Goals))
	require.Equal(t, []okr.GoalID{"O1"}, idsOf(found.Pages[2].Goals))
	require.Equal(t, []okr.GoalID{"O2", "KR1"}, idsOf(found.Pages[3].Goals))
}

// TestLongLists compares pages of a list of 300 with the list, of which a store may read
// no more than it needs.
func TestLongLists(t *testing.T, s AllStores, tenant okr.TenantID) {
	t.Helper()
	ctx, want, hidden := t.Context(), []okr.GoalID{}, 0
	for n := range 300 {
		o := Objective(n + 1)
		if n%90 == 0 && n > 0 {
			o.Audience = []okr.UserID{Ada.ID}
		}
		if n%3 > 0 {
			o.Closed = &okr.Closing{State: okr.StatusClosed, At: Noon()}
		}
		require.NoError(t, s.Goals().Create(ctx, tenant, o))
		switch {
		case !o.IsOpen():
		case len(o.Audience) == 0:
			want = append(want, o.ID)
		default:
			hidden++
		}
	}
	open := []string{okr.KindIndex(okr.Objective), okr.StateIndex(true)}
	for _, q := range []okr.GoalQuery{
		{Indexes: open, Viewer: Ada.ID, Page: okr.Page{Limit: 5}},
		{Indexes: open, Viewer: Ada.ID, Page: okr.Page{Offset: 12, Limit: 5}},
		{Indexes: open, Page: okr.Page{Offset: len(want) - 2, Limit: 5}},
		{Indexes: open, Page: okr.Page{Limit: 5}, Uncounted: true},
		{Indexes: open, Viewer: Ada.ID, Page: okr.Page{Offset: 12, Limit: 5}, Status: &okr.StatusAt{Status: okr.NoData, Bands: okr.DefaultBands()}},
	} {
		found, err := s.FindGoals(ctx, tenant, "", q)
		require.NoError(t, err)
		require.Equal(t, want[q.Page.Offset:min(len(want), q.Page.Offset+5)], idsOf(found.Pages[0].Goals))
		if total := len(want) + hidden; q.Viewer != "" {
			require.Equal(t, total, found.Pages[0].Total)
		} else if !q.Uncounted {
			require.Equal(t, len(want), found.Pages[0].Total)
		}
	}
}

func testGoalsAround(t *testing.T, s AllStores, tenant okr.TenantID) {
	ctx := t.Context()
	family(t, s, tenant)
	around, err := s.GoalsAround(ctx, tenant, okr.Surroundings{Parents: []okr.GoalID{"O1", "O9"}, Below: []okr.GoalID{"O1", "O3"}, Viewer: Ada.ID, Limit: 4})
	require.NoError(t, err)
	require.Equal(t, okr.GoalID("O1"), around.Parents["O1"].ID)
	require.NotContains(t, around.Parents, okr.GoalID("O9"))
	require.True(t, around.Below["O1"].Whole)
	require.Equal(t, []okr.GoalID{"O2", "KR1", "KR2", "KR3"}, idsOf(around.Below["O1"].Goals))
	require.Equal(t, []okr.GoalID{"O2", "KR1", "KR3"}, idsOf(around.Below["O1"].Visible(okr.Actor{Person: Grace})))
	require.Equal(t, []okr.GoalID{"O2", "KR1", "KR3", "KR2"}, idsOf(around.Below["O1"].Visible(okr.Actor{Person: Ada})))
	require.Empty(t, around.Below["O3"].Goals)

	for viewer, want := range map[okr.UserID]int{"": 3, Grace.ID: 3, Ada.ID: 4} {
		around, err = s.GoalsAround(ctx, tenant, okr.Surroundings{Below: []okr.GoalID{"O1"}, Viewer: viewer, Limit: 2})
		require.NoError(t, err)
		require.False(t, around.Below["O1"].Whole)
		require.Equal(t, want, around.Below["O1"].Total)
		require.Equal(t, []okr.GoalID{"O2", "KR1"}, idsOf(around.Below["O1"].Goals))
	}
	around, err = s.GoalsAround(ctx, tenant, okr.Surroundings{Below: []okr.GoalID{"O1"}})
	require.NoError(t, err)
	require.Len(t, around.Below["O1"].Goals, 4)
	around, err = s.GoalsAround(ctx, tenant, okr.Surroundings{Below: []okr.GoalID{"O1", "O3"}, Limit: 2, Small: true})
	require.NoError(t, err)
	require.Equal(t, []okr.GoalID{"O2", "KR1", "KR2", "KR3"}, idsOf(around.Below["O1"].Goals))
	require.True(t, around.Below["O1"].Whole)
	require.Empty(t, around.Below["O3"].Goals)
	around, err = s.GoalsAround(ctx, tenant, okr.Surroundings{})
	require.NoError(t, err)
	require.Empty(t, around.Below)
}

func testOpenGoal(t *testing.T, s AllStores, tenant okr.TenantID) {
	ctx := t.Context()
	family(t, s, tenant)
	_, err := s.OpenGoal(ctx, tenant, okr.OpenQuery{Goal: "KR9"})
	require.Equal(t, okr.NotFound, okr.KindOf(err))

	o, err := s.OpenGoal(ctx, tenant, okr.OpenQuery{Goal: "KR1", Beside: 4})
	require.NoError(t, err)
	require.Equal(t, okr.GoalID("O1"), o.Parent.ID)
	require.Equal(t, "Contoso", o.Connection.Name)
	require.Len(t, o.Beside.Goals, 4)
	require.Empty(t, o.Below.Goals)
	require.Empty(t, o.Settings.ID)

	o, err = s.OpenGoal(ctx, tenant, okr.OpenQuery{Goal: "O1", Viewer: Ada.ID, Page: okr.Page{Offset: 2, Limit: 2}})
	require.NoError(t, err)
	require.Equal(t, []okr.GoalID{"KR3", "KR2"}, idsOf(o.Below.Goals))
	require.Equal(t, 4, o.Below.Total)
	require.Empty(t, o.Parent.ID)
	require.Empty(t, o.History)

	o, err = s.OpenGoal(ctx, tenant, okr.OpenQuery{Goal: "O1", Bare: true, Also: []okr.GoalQuery{
		{Indexes: []string{okr.KindIndex(okr.Objective)}, Viewer: Ada.ID, Page: okr.Page{Limit: 2}}, {Page: okr.Page{Offset: 3}},
	}})
	require.NoError(t, err)
	require.Empty(t, o.Below.Goals)
	require.Equal(t, []okr.GoalID{"O1", "O2"}, idsOf(o.Also[0].Goals))
	require.Equal(t, 3, o.Also[0].Total)
	require.Equal(t, []okr.GoalID{"KR3"}, idsOf(o.Also[1].Goals))

	odd := Objective(7)
	odd.ID = "O a/{b}:%é+~._-*"
	require.NoError(t, s.Goals().Create(ctx, tenant, odd))
	child := KeyResult(8, odd.ID)
	require.NoError(t, s.Goals().Create(ctx, tenant, child))
	o, err = s.OpenGoal(ctx, tenant, okr.OpenQuery{Goal: child.ID, Beside: 5})
	require.NoError(t, err)
	require.Equal(t, odd.ID, o.Parent.ID, "ids may hold anything")
	require.Equal(t, []okr.GoalID{child.ID}, idsOf(o.Beside.Goals))
}

func testOpenHistory(t *testing.T, s AllStores, tenant okr.TenantID) {
	ctx := t.Context()
	family(t, s, tenant)
	for n := range 4 {
		require.NoError(t, s.AddHistory(ctx, tenant, "KR3", okr.Measurement{At: Noon().Add(time.Duration(n) * time.Hour), Value: new(float64(n))}))
		require.NoError(t, s.CheckIns().Create(ctx, tenant, okr.CheckIn{
			ID: okr.CheckInID(fmt.Sprintf("K%d", 9-n)), Goal: []okr.GoalID{"KR3", "O1"}[n%2], At: Noon(), MadeAt: Noon(), By: Ada, Note: fmt.Sprint(n),
		}))
	}
	o, err := s.OpenGoal(ctx, tenant, okr.OpenQuery{Goal: "O1", Viewer: Ada.ID, Page: okr.Page{Limit: 10}, History: 3})
	require.NoError(t, err)
	require.True(t, o.Below.Whole)
	require.Len(t, o.History, 5, "the goal and four children")
	require.Equal(t, okr.GoalID("O1"), o.History[0].Goal)
	last := o.History[4]
	require.Equal(t, okr.GoalID("KR3"), last.Goal)
	require.Len(t, last.Measured, 3)
	require.InDelta(t, 3.0, *last.Measured[2].Value, 0)
	require.Len(t, o.CheckIns, 4)
	notes := map[okr.GoalID]string{}
	for _, c := range o.CheckIns {
		notes[c.Goal] += c.Note
	}
	require.Equal(t, map[okr.GoalID]string{"KR3": "02", "O1": "13"}, notes, "in the order of creation")
}
