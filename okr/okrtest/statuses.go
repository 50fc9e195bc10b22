package okrtest

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okrbot/okr"
)

// allStatuses are those that a goal can come to.
func allStatuses() []okr.Status {
	return []okr.Status{okr.NoData, okr.NotStarted, okr.OnTrack, okr.Behind, okr.AtRisk, okr.StatusInProgress, okr.StatusClosed, okr.StatusPostponed}
}

// testStatuses compares goals that a store finds by their status with what the domain says
// of each, on any day, by any bands, whatever makes the status, before and after a change.
func testStatuses(t *testing.T, s AllStores, tenant okr.TenantID) {
	rapid.Check(t, func(rt *rapid.T) {
		var goals []okr.Goal
		defer func() {
			for _, g := range goals {
				_, err := s.Goals().Delete(t.Context(), tenant, g.ID)
				require.NoError(t, err)
			}
		}()
		for i := range rapid.IntRange(1, 6).Draw(rt, "goals") {
			g := anyGoal(rt, i+1)
			require.NoError(rt, s.Goals().Create(t.Context(), tenant, g))
			goals = append(goals, g)
		}
		requireStatuses(rt, s, tenant, goals)
		for i := range goals {
			changed, err := s.Goals().Update(t.Context(), tenant, goals[i].ID, func(g *okr.Goal) error {
				*g = anyGoal(rt, i+1)
				return nil
			})
			require.NoError(rt, err)
			goals[i] = changed
		}
		requireStatuses(rt, s, tenant, goals)
	})
}

func requireStatuses(rt *rapid.T, s AllStores, tenant okr.TenantID, goals []okr.Goal) {
	day := okr.Date("2024-12-20").Add(rapid.IntRange(0, 400).Draw(rt, "day"))
	if rapid.Bool().Draw(rt, "on a limit") { // where expected and progress are as far apart as the bands are wide
		day = goals[0].Period.Start.Add(25 * rapid.IntRange(0, 4).Draw(rt, "quarters"))
	}
	bands := okr.Bands{Behind: rapid.SampledFrom([]float64{0, 0.1, 5, 25}).Draw(rt, "behind")}
	bands.AtRisk = bands.Behind + rapid.SampledFrom([]float64{0, 25, 75.5}).Draw(rt, "at risk")
	viewer := rapid.SampledFrom([]okr.UserID{"", Ada.ID, Grace.ID}).Draw(rt, "viewer")
	var queries []okr.GoalQuery
	for _, status := range allStatuses() {
		q := okr.GoalQuery{Viewer: viewer, Status: &okr.StatusAt{Status: status, Day: day.Days(), Bands: bands}}
		queries = append(queries, q)
		q.Page = okr.Page{Offset: 1, Limit: 2}
		queries = append(queries, q)
	}
	found, err := s.FindGoals(rt.Context(), tenant, "", queries...)
	require.NoError(rt, err)
	for i, status := range allStatuses() {
		open, private := []okr.GoalID{}, []okr.GoalID{}
		for _, g := range goals {
			switch is := g.Standing(g.Period, bands, day).Status == status; {
			case is && len(g.Audience) == 0:
				open = append(open, g.ID)
			case is && g.Audience[0] == viewer:
				private = append(private, g.ID)
			}
		}
		want, whole, page := append(open, private...), found.Pages[2*i], found.Pages[2*i+1]
		require.Equal(rt, want, idsOf(whole.Goals), "%s on %s by %v: %+v", status, day, bands, goals)
		require.Equal(rt, want[min(1, len(want)):min(3, len(want))], idsOf(page.Goals))
		require.Equal(rt, len(want), page.Total)
	}
}

// anyGoal makes a goal of any kind, in any state.
func anyGoal(rt *rapid.T, n int) okr.Goal {
	g := rapid.SampledFrom([]func(int) okr.Goal{
		Objective, func(n int) okr.Goal { return KeyResult(n, "O1") }, func(n int) okr.Goal { return Project(n, "O1") },
	}).Draw(rt, "kind")(1)
	g.ID = okr.GoalID(fmt.Sprintf("G%d", n))
	g.Period.Start = okr.Date("2025-01-01").Add(rapid.IntRange(0, 90).Draw(rt, "start"))
	g.Period.End = g.Period.Start.Add(rapid.SampledFrom([]int{0, 89, 100}).Draw(rt, "length"))
	if rapid.IntRange(0, 9).Draw(rt, "none") == 0 {
		g.Period = okr.Period{}
	}
	if rapid.Bool().Draw(rt, "private") {
		g.Audience = []okr.UserID{Ada.ID}
	}
	value := rapid.Custom(anyValue)
	if rapid.IntRange(0, 3).Draw(rt, "manual") == 0 {
		g.Manual = &okr.Override{Value: value.Draw(rt, "set"), Status: rapid.SampledFrom(append(allStatuses()[:5], "")).Draw(rt, "set status")}
	}
	if rapid.IntRange(0, 5).Draw(rt, "ended") == 0 {
		g.Closed = &okr.Closing{State: rapid.SampledFrom([]okr.Status{okr.StatusClosed, okr.StatusPostponed}).Draw(rt, "end")}
	}
	if g.Kind != okr.Objective && rapid.Bool().Draw(rt, "bound") {
		g.Binding = &okr.Binding{Connection: "C1", Last: &okr.Measurement{At: Noon(), Value: value.Draw(rt, "measured")}}
		g.Binding.Health.State = rapid.SampledFrom([]okr.HealthState{okr.HealthOK, okr.HealthNew, "gone"}).Draw(rt, "health")
	}
	switch g.Kind {
	case okr.Objective:
		g.Rolled = anyRolled(rt, value.Draw(rt, "rolled"))
	case okr.KeyResult:
		g.Metric = anyMetric(rt, g.Period, value.Draw(rt, "current"))
	}
	return g
}

// anyValue is a number that is now and then nothing or one of the ends.
func anyValue(rt *rapid.T) *float64 {
	switch rapid.IntRange(0, 4).Draw(rt, "sort") {
	case 0:
		return nil
	case 1:
		return new(0.0)
	case 2:
		return new(float64(25 * rapid.IntRange(1, 4).Draw(rt, "quarters")))
	}
	return new(rapid.Float64Range(-50, 150).Draw(rt, "value"))
}

func anyRolled(rt *rapid.T, progress *float64) *okr.Rolled {
	if rapid.IntRange(0, 5).Draw(rt, "not rolled") == 0 {
		return nil
	}
	n := func(name string) int { return rapid.IntRange(0, 2).Draw(rt, name) }
	return &okr.Rolled{Progress: progress, Counted: n("counted"), Children: n("children"), Unstarted: n("unstarted"), Closed: n("closed"), Postponed: n("postponed")}
}

func anyMetric(rt *rapid.T, p okr.Period, current *float64) *okr.Metric {
	m := &okr.Metric{Name: "Bugs", Type: rapid.SampledFrom(append(okr.MetricTypes(), "")).Draw(rt, "type"), Start: 0, Target: 100, Current: current}
	if rapid.IntRange(0, 9).Draw(rt, "no metric") == 0 {
		return nil
	}
	if rapid.Bool().Draw(rt, "down") {
		m.Start, m.Target = 90, 20
	}
	if m.IsControl() {
		m.Target, m.Threshold = 50, rapid.SampledFrom([]*float64{nil, new(30.0), new(70.0)}).Draw(rt, "threshold")
	}
	for i := range rapid.IntRange(0, 3).Draw(rt, "phases") {
		day := p.Start.Add(10 + 30*i + rapid.IntRange(0, 25).Draw(rt, "day"))
		m.Phases = append(m.Phases, okr.Phase{Date: day, Value: m.ValueAt(float64(20*i + rapid.IntRange(0, 40).Draw(rt, "expected")))})
	}
	return m
}
