package okrtest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
)

func testFind(t *testing.T, s AllStores, tenant okr.TenantID) {
	ctx := t.Context()
	for n := range 30 {
		goal := KeyResult(n+1, okr.GoalID(fmt.Sprintf("O%d", n%2+1)))
		if n%3 == 0 {
			goal.Owner = Grace
		}
		goal.Title = fmt.Sprintf("Answer call %d in Łódź", n+1)
		require.NoError(t, s.Goals().Create(ctx, tenant, goal))
	}
	require.NoError(t, s.Goals().Create(ctx, tenant+"/other", KeyResult(1, "O1")))
	graces := []string{okr.OwnerIndex(Grace.ID), okr.ChildIndex("O1"), okr.WordIndex("answ"), okr.WordIndex("lod")}
	requireFound(t, s, tenant, graces, okr.Page{}, 5, "KR1", "KR7", "KR13", "KR19", "KR25")
	requireFound(t, s, tenant, graces, okr.Page{Offset: 1, Limit: 2}, 5, "KR7", "KR13")
	requireFound(t, s, tenant, graces, okr.Page{Offset: 9, Limit: 2}, 5)
	requireFound(t, s, tenant, append(graces, okr.WordIndex("nothing")), okr.Page{}, 0)
	requireFound(t, s, tenant, []string{okr.ChildIndex("O1")}, okr.Page{Limit: 1}, 15, "KR1")
	requireFound(t, s, tenant, nil, okr.Page{Limit: 2}, 30, "KR1", "KR2")

	_, err := s.Goals().Update(ctx, tenant, "KR7", func(g *okr.Goal) error { g.Title = "Another"; return nil })
	require.NoError(t, err)
	requireFound(t, s, tenant, graces, okr.Page{}, 4, "KR1", "KR13", "KR19", "KR25")
	requireFound(t, s, tenant, []string{okr.WordIndex("another"), okr.OwnerIndex(Grace.ID)}, okr.Page{}, 1, "KR7")
	_, err = s.Goals().Update(ctx, tenant, "KR7", func(g *okr.Goal) error { g.Title = "Answer in Łódź"; return nil })
	require.NoError(t, err)
	requireFound(t, s, tenant, graces, okr.Page{Limit: 2}, 5, "KR1", "KR7")
}

func requireFound(t *testing.T, s AllStores, tenant okr.TenantID, indexes []string, page okr.Page, total int, want ...okr.GoalID) {
	t.Helper()
	list, n, err := s.Goals().Find(t.Context(), tenant, indexes, page)
	require.NoError(t, err)
	var got []okr.GoalID
	for _, goal := range list {
		got = append(got, goal.ID)
	}
	require.Equal(t, want, got, "find %q", indexes)
	require.Equal(t, total, n)
}

func testLists(t *testing.T, s AllStores, tenant okr.TenantID) {
	ctx := t.Context()
	lists, err := s.Goals().Lists(ctx, tenant, nil)
	require.NoError(t, err)
	require.Empty(t, lists)
	for _, goal := range []okr.Goal{Objective(1), KeyResult(2, "O1"), Objective(3), KeyResult(4, "O1"), KeyResult(5, "O3")} {
		require.NoError(t, s.Goals().Create(ctx, tenant, goal))
	}
	lists, err = s.Goals().Lists(ctx, tenant, []string{okr.ChildIndex("O3"), okr.ChildIndex("O9"), okr.KindIndex(okr.KeyResult), okr.ChildIndex("O1"), ""})
	require.NoError(t, err)
	var ids [][]okr.GoalID
	for _, list := range lists {
		var of []okr.GoalID
		for _, g := range list {
			of = append(of, g.ID)
		}
		ids = append(ids, of)
	}
	require.Equal(t, [][]okr.GoalID{{"KR5"}, nil, {"KR2", "KR4", "KR5"}, {"KR2", "KR4"}, {"O1", "KR2", "O3", "KR4", "KR5"}}, ids)
}

func testGetMany(t *testing.T, s AllStores, tenant okr.TenantID) {
	ctx := t.Context()
	for n := range 300 { // more than a store reads at once
		require.NoError(t, s.Goals().Create(ctx, tenant, Objective(n+1)))
	}
	var ids []okr.GoalID
	for n := range 300 {
		ids = append(ids, okr.GoalID(fmt.Sprintf("O%d", 300-n)))
	}
	list, err := s.Goals().GetMany(ctx, tenant, append(ids, "O999", "KR1"))
	require.NoError(t, err)
	require.Len(t, list, 300)
	for n, goal := range list {
		require.Equal(t, ids[n], goal.ID, "in the order asked for")
	}
	list, err = s.Goals().GetMany(ctx, tenant, nil)
	require.NoError(t, err)
	require.Empty(t, list)
}

func testCheckIns(t *testing.T, s AllStores, tenant okr.TenantID) {
	ctx, value := t.Context(), 12.5
	c := okr.CheckIn{
		ID: "CI1", Goal: "KR1", At: Noon(), MadeAt: Noon(), By: Ada, Value: &value, Status: okr.Behind,
		Note: "Two lines\nof text", Auto: &value, Lasting: true, EditedBy: Grace, EditedAt: Noon(),
	}
	require.NoError(t, s.CheckIns().Create(ctx, tenant, c))
	other := c
	other.ID, other.Goal = "CI2", "KR2"
	require.NoError(t, s.CheckIns().Create(ctx, tenant, other))
	list, n, err := s.CheckIns().List(ctx, tenant, okr.CheckInIndex("KR1"), okr.Page{})
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.Equal(t, []okr.CheckIn{c}, list)
}

func testMembers(t *testing.T, s AllStores, tenant okr.TenantID) {
	ctx := t.Context()
	m := okr.Member{Person: Ada, Zone: "Europe/London", Reminder: &okr.Reminder{Weekday: 2, Hour: 8, Every: 2, SkipDays: 1}, RemindedAt: Noon()}
	require.NoError(t, s.Members().Create(ctx, tenant, m))
	got, err := s.Members().Get(ctx, tenant, Ada.ID)
	require.NoError(t, err)
	require.Equal(t, m, got)
}

func testFindConnections(t *testing.T, s AllStores, tenant okr.TenantID) {
	ctx := t.Context()
	for i, c := range []struct {
		owner  okr.Person
		shared bool
	}{{Grace, false}, {Grace, true}, {Ada, false}, {Grace, true}, {Ada, true}} {
		conn := Connection(i+1, c.owner)
		conn.Shared = c.shared
		conn.Health.State = []okr.HealthState{okr.HealthNew, okr.HealthOK, okr.HealthOK, "signin", "gone"}[i]
		require.NoError(t, s.Connections().Create(ctx, tenant, conn))
	}
	kr := KeyResult(1, "O1")
	kr.Binding = &okr.Binding{Connection: "C2"}
	require.NoError(t, s.Goals().Create(ctx, tenant, kr))
	for _, c := range []struct {
		name  string
		q     okr.ConnectionQuery
		total int
		want  []okr.ConnectionID
	}{
		{"own, then shared", okr.ConnectionQuery{Viewer: Ada.ID}, 4, []okr.ConnectionID{"C3", "C5", "C2", "C4"}},
		{"others' too", okr.ConnectionQuery{Viewer: Ada.ID, All: true}, 5, []okr.ConnectionID{"C3", "C5", "C2", "C4", "C1"}},
		{"shared only", okr.ConnectionQuery{Viewer: Ada.ID, Shared: true}, 3, []okr.ConnectionID{"C5", "C2", "C4"}},
		{"a page", okr.ConnectionQuery{Viewer: Ada.ID, All: true, Page: okr.Page{Offset: 1, Limit: 2}}, 5, []okr.ConnectionID{"C5", "C2"}},
		{"behind the end", okr.ConnectionQuery{Viewer: Ada.ID, Page: okr.Page{Offset: 9, Limit: 2}}, 4, []okr.ConnectionID{"C4"}},
		{"those that fail first", okr.ConnectionQuery{Viewer: Ada.ID, All: true, Failing: true, Page: okr.Page{Limit: 3}}, 5, []okr.ConnectionID{"C5", "C4", "C3"}},
		{"none of one's own", okr.ConnectionQuery{Viewer: "nobody", Shared: true}, 3, []okr.ConnectionID{"C2", "C4", "C5"}},
	} {
		list, total, err := s.FindConnections(ctx, tenant, c.q)
		require.NoError(t, err, c.name)
		var ids []okr.ConnectionID
		for _, b := range list {
			ids = append(ids, b.Connection.ID)
			require.Equal(t, b.Connection.ID == "C2", b.Bound == 1, c.name)
		}
		require.Equal(t, c.want, ids, c.name)
		require.Equal(t, c.total, total, c.name)
	}
	in, err := s.CountIntegration(ctx, tenant)
	require.NoError(t, err)
	require.Equal(t, okr.Integration{Connections: 5, Failing: 2, Bindings: 1}, in)
	list, total, err := s.FindConnections(ctx, tenant+"/other", okr.ConnectionQuery{Viewer: Ada.ID, All: true, Page: okr.Page{Offset: 3}})
	require.NoError(t, err)
	require.Empty(t, list)
	require.Zero(t, total)
}

func testKeepCheckIn(t *testing.T, s AllStores, tenant okr.TenantID) {
	ctx := t.Context()
	family(t, s, tenant)
	under := KeyResult(8, "O2")
	require.NoError(t, s.Goals().Create(ctx, tenant, under))
	c := okr.CheckIn{ID: "CI1", Goal: under.ID, At: Noon(), MadeAt: Noon(), By: Ada, Note: "Going on"}
	m := okr.Measurement{At: Noon(), Value: new(5.0)}
	keep := func(l okr.Lineage) (okr.Said, error) {
		require.Equal(t, under.ID, l.Goal.ID)
		require.Empty(t, l.Connection.ID)
		require.Len(t, l.Above, 2)
		require.Equal(t, okr.GoalID("O2"), l.Above[0].Objective.ID)
		require.Equal(t, []okr.GoalID{under.ID}, idsOf(l.Above[0].Below))
		require.Equal(t, okr.GoalID("O1"), l.Above[1].Objective.ID)
		require.Equal(t, []okr.GoalID{"O2", "KR1", "KR2", "KR3"}, idsOf(l.Above[1].Below))
		g, o := l.Goal, l.Above[0].Objective
		g.TakeCheckIn(c)
		o.Title = "Moved"
		return okr.Said{CheckIn: &c, Goals: []okr.Goal{g, o}, History: []okr.HistoryEntry{{Goal: o.ID, Measurement: m}}}, nil
	}
	refused := errors.New("refused")
	err := s.KeepCheckIn(ctx, tenant, under.ID, c.ID, func(l okr.Lineage) (okr.Said, error) {
		require.Empty(t, l.Said.ID)
		return okr.Said{}, refused
	})
	require.Equal(t, refused, err, "the error as it is")
	require.NoError(t, s.KeepCheckIn(ctx, tenant, under.ID, c.ID, keep))
	list, _, err := s.CheckIns().List(ctx, tenant, okr.CheckInIndex(under.ID), okr.Page{})
	require.NoError(t, err)
	require.Equal(t, []okr.CheckIn{c}, list)
	found, _, err := s.Goals().Find(ctx, tenant, []string{okr.TitleIndex("moved")}, okr.Page{})
	require.NoError(t, err)
	require.Equal(t, []okr.GoalID{"O2"}, idsOf(found))
	history, err := s.History(ctx, tenant, "O2", time.Time{}, 0)
	require.NoError(t, err)
	require.Equal(t, []okr.Measurement{m}, history)
	require.NoError(t, s.KeepCheckIn(ctx, tenant, under.ID, c.ID, func(l okr.Lineage) (okr.Said, error) {
		require.Equal(t, c, l.Said, "it is kept")
		require.Equal(t, "Going on", l.Goal.LastCheckIn.Note)
		return okr.Said{Goals: []okr.Goal{l.Goal}}, nil
	}))
	require.NoError(t, s.KeepCheckIn(ctx, tenant, "KR1", "CI2", func(l okr.Lineage) (okr.Said, error) {
		require.Equal(t, "Contoso", l.Connection.Name)
		return okr.Said{}, nil
	}))
	err = s.KeepCheckIn(ctx, tenant, "KR9", "CI3", keep)
	require.Equal(t, okr.NotFound, okr.KindOf(err))
}
