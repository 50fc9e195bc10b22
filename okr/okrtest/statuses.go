package okrtest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okrbot/okr"
)

// allStatuses are those that a goal can come to.
func allStatuses() []okr.Status {
	return []okr.Status{okr.NoData, okr.NotStarted, okr.OnTrack, okr.Behind, okr.AtRisk, okr.StatusInProgress, okr.StatusClosed, okr.StatusPostponed}
}

// TestStatuses compares goals that a store finds by their status with what the domain says
// of each, on any day, by any bands, whatever makes the status, before and after a change.
func TestStatuses(t *testing.T, s AllStores, tenant okr.TenantID) {
	once := func(*rapid.T) int { return 1 }
	testStatuses(t, s, tenant, once, func(_ *rapid.T, goals []okr.Goal) []okr.Goal { return goals })
}

// TestListedStatuses does the same, and goes on day after day while goals come, change and go: a
// store that keeps lists by status has something to keep up with then. Rounds says of each check how often it does so.
func TestListedStatuses(t *testing.T, s AllStores, tenant okr.TenantID, rounds func(*rapid.T) int) {
	testStatuses(t, s, tenant, rounds, func(rt *rapid.T, goals []okr.Goal) []okr.Goal { return dayAfterDay(rt, s, tenant, goals) })
}

func testStatuses(t *testing.T, s AllStores, tenant okr.TenantID, rounds func(*rapid.T) int, goOn func(*rapid.T, []okr.Goal) []okr.Goal) {
	t.Helper()
	rapid.Check(t, func(rt *rapid.T) {
		for range rounds(rt) {
			checkStatuses(t, rt, s, tenant, goOn)
		}
	})
}

func checkStatuses(t *testing.T, rt *rapid.T, s AllStores, tenant okr.TenantID, goOn func(*rapid.T, []okr.Goal) []okr.Goal) {
	t.Helper()
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
		goals[i] = change(rt, s, tenant, goals[i].ID, anyGoal)
	}
	requireStatuses(rt, s, tenant, goals)
	goals = goOn(rt, goals)
}

// dayAfterDay lets some days pass, with changes between. Half of the goals change their status by the days alone.
func dayAfterDay(rt *rapid.T, s AllStores, tenant okr.TenantID, goals []okr.Goal) []okr.Goal {
	for i := range goals {
		if rapid.Bool().Draw(rt, "turns") {
			goals[i] = change(rt, s, tenant, goals[i].ID, turningGoal)
		}
	}
	day, bands := okr.Date("2024-12-28").Add(rapid.IntRange(0, 150).Draw(rt, "from")), anyBands(rt)
	if turns := turnsOf(goals, bands, day, 150); len(turns) > 0 && rapid.IntRange(0, 3).Draw(rt, "before a turn") > 0 {
		day = rapid.SampledFrom(turns).Draw(rt, "turn").Add(-rapid.IntRange(1, 4).Draw(rt, "days before"))
	}
	for range rapid.IntRange(2, 6).Draw(rt, "looks") {
		if turns := turnsOf(goals, bands, day, 6); len(turns) > 0 && rapid.IntRange(0, 3).Draw(rt, "until a turn") > 0 {
			day = turns[0].Add(rapid.IntRange(0, 1).Draw(rt, "days after"))
		} else {
			day = day.Add(rapid.SampledFrom([]int{0, 1, 1, 3, 9, 20, -1}).Draw(rt, "later"))
		}
		requireStatusesOn(rt, s, tenant, goals, day, bands)
		i := rapid.IntRange(0, len(goals)-1).Draw(rt, "which")
		switch rapid.SampledFrom([]string{"nothing", "nothing", "change", "delete", "create"}).Draw(rt, "act") {
		case "change":
			goals[i] = change(rt, s, tenant, goals[i].ID, rapid.SampledFrom([]func(*rapid.T, int) okr.Goal{anyGoal, turningGoal}).Draw(rt, "into"))
		case "delete":
			if len(goals) > 1 {
				_, err := s.Goals().Delete(rt.Context(), tenant, goals[i].ID)
				require.NoError(rt, err)
				goals = append(goals[:i:i], goals[i+1:]...)
			}
		case "create":
			g := anyGoal(rt, 10+len(goals)+rapid.IntRange(0, 1000).Draw(rt, "number"))
			if s.Goals().Create(rt.Context(), tenant, g) == nil { // else there is one
				goals = append(goals, g)
			}
		}
	}
	return goals
}

// change makes another goal of one.
func change(rt *rapid.T, s AllStores, tenant okr.TenantID, id okr.GoalID, into func(*rapid.T, int) okr.Goal) okr.Goal {
	changed, err := s.Goals().Update(rt.Context(), tenant, id, func(g *okr.Goal) error {
		*g = into(rt, 1)
		g.ID = id
		return nil
	})
	require.NoError(rt, err)
	return changed
}

// turningGoal is a goal on its way: a project that begins and then falls behind, or a key result whose expected value grows,
// or jumps, from day to day.
func turningGoal(rt *rapid.T, n int) okr.Goal {
	period := okr.Period{Start: okr.Date("2025-01-01").Add(rapid.IntRange(0, 60).Draw(rt, "start"))}
	period.End = period.Start.Add(rapid.SampledFrom([]int{9, 33, 89}).Draw(rt, "length"))
	current := new(float64(rapid.IntRange(1, 60).Draw(rt, "current")))
	if rapid.IntRange(0, 2).Draw(rt, "project") == 0 {
		g := Project(n, "O1")
		g.Period, g.Binding = period, &okr.Binding{Connection: "C1", Last: &okr.Measurement{At: Noon(), Value: current}}
		return g
	}
	g := KeyResult(n, "O1")
	g.Period, g.Metric = period, &okr.Metric{Name: "Bugs", Target: 100, Current: current}
	day := period.Start
	for range rapid.IntRange(0, 4).Draw(rt, "phases") {
		if day = day.Add(rapid.IntRange(1, 8).Draw(rt, "later")); day < period.End {
			g.Metric.Phases = append(g.Metric.Phases, okr.Phase{Date: day, Value: float64(rapid.IntRange(0, 100).Draw(rt, "expected"))})
		}
	}
	return g
}

// turnsOf are the days, of some after a day, on which the status of a goal is another one than the day before. A store that
// puts a goal into its list too late is seen on those and the next ones only, until it makes the lists anew.
func turnsOf(goals []okr.Goal, bands okr.Bands, day okr.Date, days int) (turns []okr.Date) {
	for next := day.Add(1); next <= day.Add(days); next = next.Add(1) {
		if slices.ContainsFunc(goals, func(g okr.Goal) bool {
			return g.Standing(g.Period, bands, next).Status != g.Standing(g.Period, bands, next.Add(-1)).Status
		}) {
			turns = append(turns, next)
		}
	}
	return turns
}

func requireStatuses(rt *rapid.T, s AllStores, tenant okr.TenantID, goals []okr.Goal) {
	day := okr.Date("2024-12-20").Add(rapid.IntRange(0, 400).Draw(rt, "day"))
	if rapid.Bool().Draw(rt, "on a limit") { // where expected and progress are as far apart as the bands are wide
		day = goals[0].Period.Start.Add(25 * rapid.IntRange(0, 4).Draw(rt, "quarters"))
	}
	requireStatusesOn(rt, s, tenant, goals, day, anyBands(rt))
}

func anyBands(rt *rapid.T) okr.Bands {
	bands := okr.Bands{Behind: rapid.SampledFrom([]float64{0, 0.1, 5, 25}).Draw(rt, "behind")}
	bands.AtRisk = bands.Behind + rapid.SampledFrom([]float64{0, 25, 75.5}).Draw(rt, "at risk")
	return bands
}

func requireStatusesOn(rt *rapid.T, s AllStores, tenant okr.TenantID, goals []okr.Goal, day okr.Date, bands okr.Bands) {
	viewer := rapid.SampledFrom([]okr.UserID{"", Ada.ID, Grace.ID}).Draw(rt, "viewer")
	var queries []okr.GoalQuery
	for _, status := range allStatuses() {
		q := okr.GoalQuery{Viewer: viewer, Status: &okr.StatusAt{Status: status, Day: day.Days(), Bands: bands}}
		queries = append(queries, q)
	}
	paged := rapid.IntRange(0, len(queries)-1).Draw(rt, "paged") // of one, for each question takes its time
	page := queries[paged]
	page.Page = okr.Page{Offset: 1, Limit: 2}
	queries = append(queries, page)
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
		want := append(open, private...)
		require.Equal(rt, want, idsOf(found.Pages[i].Goals), "%s on %s by %v: %+v", status, day, bands, goals)
		if i == paged {
			part := found.Pages[len(found.Pages)-1]
			require.Equal(rt, want[min(1, len(want)):min(3, len(want))], idsOf(part.Goals))
			require.Equal(rt, len(want), part.Total)
		}
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
