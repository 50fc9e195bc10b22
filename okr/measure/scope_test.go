package measure_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/okr"
	"okrbot/okr/okrtest"
)

// hourly is a connection with some queries, each with a key result, hour by hour.
type hourly struct {
	*okrtest.World
	connection okr.Connection
	queries    []string
	goals      map[string]okr.GoalID // by query
}

func newHourly(t *testing.T) *hourly {
	t.Helper()
	h := &hourly{World: okrtest.Enabled(t), goals: map[string]okr.GoalID{}}
	h.connection = h.NewConnection(okrtest.Alex, "Fiber", false)
	o := h.Objective(okrtest.Alex, "Launch")
	for _, name := range []string{"One", "Two", "Three", "Four"} {
		q, err := h.Cloud.AddQuery(adotest.OrgContoso, adotest.ProjectFiber, adotest.Query{Name: name, Filter: func(it adotest.Item) bool { return it.Type == "Bug" }})
		require.NoError(t, err)
		h.queries = append(h.queries, q.ID)
		h.goals[q.ID] = h.Bound(okrtest.Alex, o, h.connection, name)
	}
	return h
}

// at are the hours at which a failure is looked at: it goes on for a day.
func at() []int { return []int{0, 1, 24, 25} }

// hour measures so many hours later and has people told.
func (h *hourly) hour(after int, queries ...string) okr.SyncReport {
	h.T.Helper()
	h.Advance(time.Duration(after) * time.Hour)
	report, err := h.Measure.SyncConnection(h.T.Context(), okrtest.Contoso, h.connection.ID, queries, 0)
	if err != nil {
		require.True(h.T, okr.KindOf(err).Passes(), err)
	}
	tell(h.World, report)
	return report
}

func (h *hourly) health() okr.HealthState {
	h.T.Helper()
	c, err := h.Connect.Connection(h.T.Context(), okrtest.Alex, h.connection.ID)
	require.NoError(h.T, err)
	return c.Health.State
}

// stale says which queries' goals are marked, and requires that the others were
// measured now.
func (h *hourly) stale() map[string]okr.HealthState {
	h.T.Helper()
	marked := map[string]okr.HealthState{}
	for q, id := range h.goals {
		v, err := h.Plan.Goal(h.T.Context(), okrtest.Alex, id)
		require.NoError(h.T, err)
		b := v.Goal.Binding
		require.NotNil(h.T, v.Goal.Metric.Current, "the last value stays")
		if b.Health.Failing() {
			marked[q] = b.Health.State
			continue
		}
		require.Equal(h.T, h.Now(), b.Last.At, "%s was measured", id)
	}
	return marked
}

// wire is an answer of Azure DevOps with a status, that says no more than that.
func wire(status int) adotest.Fault {
	body := `{"$id":"1","message":"TF400001: Something is wrong.","typeKey":"VssServiceException","errorCode":0,"eventId":3000}`
	return adotest.Custom(status, http.Header{"Content-Type": {"application/json; charset=utf-8"}}, body)
}

// TestFailuresStayAsSmallAsTheirCause: for each way to fail, of one query or of the
// whole connection, which goals are marked, who is told, and that the others are
// measured.
func TestFailuresStayAsSmallAsTheirCause(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		fault     adotest.Fault
		own, wide okr.HealthState // of the goals
		passes    bool            // told after a day only
		each      bool            // says itself that it is each query's own
	}{
		{name: "400", fault: wire(400), own: okr.HealthQueryBroken, wide: okr.HealthQueryBroken, each: true},
		{name: "401", fault: wire(401), own: okr.HealthNoAccess, wide: okr.HealthNeedsSignIn},
		{name: "403", fault: wire(403), own: okr.HealthNoAccess, wide: okr.HealthNoAccess},
		{name: "404", fault: adotest.NotFound(), own: okr.HealthQueryGone, wide: okr.HealthQueryGone, each: true},
		{name: "500", fault: wire(500), own: okr.HealthUnavailable, wide: okr.HealthUnavailable, passes: true},
		{name: "500 with a query's exception", fault: adotest.MalformedTeam(), own: okr.HealthQueryBroken, wide: okr.HealthQueryBroken, each: true},
		{name: "503", fault: adotest.Unavailable(0), own: okr.HealthUnavailable, wide: okr.HealthUnavailable, passes: true},
		{name: "504", fault: adotest.Gateway(504), own: okr.HealthUnavailable, wide: okr.HealthUnavailable, passes: true},
		{name: "silence", fault: adotest.Dropped(), own: okr.HealthUnavailable, wide: okr.HealthUnavailable, passes: true},
		{name: "a page", fault: adotest.HTML(), own: okr.HealthUnavailable, wide: okr.HealthUnavailable, passes: true},
		{name: "policy", fault: adotest.ConditionalAccess(), own: okr.HealthPolicy, wide: okr.HealthPolicy},
	} {
		for _, op := range []string{adotest.OpQueryRun, adotest.OpQueryGet} {
			for _, n := range []int{0, 3} {
				t.Run(fmt.Sprint(c.name, " of one query, ", op, " ", n), func(t *testing.T) {
					t.Parallel()
					h := newHourly(t)
					bad := h.queries[n]
					h.Cloud.Fail(adotest.Rule{Op: adotest.OpQueryBatch, Fault: adotest.Forbidden()})
					h.Cloud.Fail(adotest.Rule{Op: op, Path: "*" + bad + "*", Fault: c.fault})
					begun := 0
					for _, hour := range at() {
						report := h.hour(hour - begun)
						begun = hour
						require.NoError(t, report.Failure)
						require.Equal(t, map[string]okr.HealthState{bad: c.own}, h.stale())
						require.Equal(t, okr.HealthOK, h.health())
						requireTold(t, report, c.passes, hour, h.goals[bad])
					}
				})
			}
		}
		t.Run(c.name+" of all", func(t *testing.T) {
			t.Parallel()
			h := newHourly(t)
			h.Cloud.Fail(adotest.Rule{Op: adotest.OpQueryRun, Fault: c.fault})
			all := map[string]okr.HealthState{}
			for _, q := range h.queries {
				all[q] = c.wide
			}
			begun := 0
			for _, hour := range at() {
				report := h.hour(hour - begun)
				begun = hour
				require.Equal(t, all, h.stale())
				require.Equal(t, !c.each, report.Failure != nil)
				if c.each {
					require.Equal(t, okr.HealthOK, h.health())
					continue
				}
				require.Equal(t, c.wide, h.health())
				requireTold(t, report, c.passes, hour, h.goals[h.queries[0]], h.goals[h.queries[1]], h.goals[h.queries[2]], h.goals[h.queries[3]])
			}
		})
		t.Run(c.name+" where one is asked for", func(t *testing.T) {
			t.Parallel()
			h := newHourly(t)
			h.hour(1)
			h.Cloud.Fail(adotest.Rule{Op: adotest.OpQueryRun, Fault: c.fault})
			h.hour(0, h.queries[1])
			require.Equal(t, map[string]okr.HealthState{h.queries[1]: c.wide}, h.stale())
			require.Equal(t, okr.HealthOK, h.health())
		})
	}
}

// requireTold: once at once, or once after a day of what may pass by itself.
func requireTold(t *testing.T, report okr.SyncReport, passes bool, hour int, goals ...okr.GoalID) {
	t.Helper()
	due := 0
	if passes {
		due = 24
	}
	if hour != due {
		require.Empty(t, report.Notices, "hour %d", hour)
		return
	}
	require.Len(t, report.Notices, 1, "hour %d", hour)
	require.Equal(t, okrtest.Alex.Person, report.Notices[0].Owner)
	require.ElementsMatch(t, goals, report.Notices[0].Goals)
}
