package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/bot/bottest"
	"okrbot/okr/okrtest"
)

// TestFleetSharesABudget: several processes measure with the sign-in of one person, while that person searches. They never have
// more than two requests under way, all of them obey a pause that one was asked for, and what a killed one held ends.
func TestFleetSharesABudget(t *testing.T) {
	t.Parallel()
	f := newFleet(t, okrtest.StartSingle(t))
	web := f.startProcess(t, "web,clock")
	workers := []*mainProcess{f.startProcess(t, "worker"), f.startProcess(t, "worker")}
	enableAndBind(t, f.world)
	for n := range 6 {
		f.bindElsewhere(t, n)
	}
	f.idle(t)

	eventually(t, "both workers have something to do in one hour", func() bool { return f.throttledHour(t, workers) })
	require.Equal(t, 2, f.Azure.MaxInFlight(adotest.AlexOID))
	f.requirePause(t, pause)

	f.finish(t, 3)
	f.midSync(t, func(release func()) {
		for _, w := range workers {
			w.kill(t)
		}
		release()
	})
	eventually(t, "what the dead held has ended", func() bool { return f.claims(t) == 0 })
	f.expireLeases(t)
	last := f.startProcess(t, "worker")
	f.untilTold(t)
	require.LessOrEqual(t, f.Azure.MaxInFlight(adotest.AlexOID), 2)
	web.stop(t)
	last.stop(t)
}

// pause is what Azure DevOps asks for. Half of it is left for what is on its way in that moment.
const pause = 6 * time.Second

// throttledHour lets an hour pass in which Azure DevOps asks for a pause while the person searches. It says whether each
// worker took part and both were at it at once: a quick one may take all tasks before the other one looks.
func (f *fleet) throttledHour(t *testing.T, workers []*mainProcess) bool {
	t.Helper()
	f.Azure.ResetCalls()
	f.Azure.Fail(adotest.Rule{Skip: 8, Count: 1, User: adotest.AlexOID, Fault: adotest.Throttled(pause)})
	f.Azure.Fail(adotest.Rule{User: adotest.AlexOID, Fault: adotest.HeldBack(60*time.Millisecond, 0)})
	defer f.Azure.ClearFaults()
	before := make([]int, len(workers))
	for i, w := range workers {
		before[i] = w.requests(t)
	}
	f.pass(t, time.Hour)
	play(t, f.world, "say queries bugs", "expect 'Launch bugs'")
	f.idle(t)
	most := f.Azure.MaxInFlight(adotest.AlexOID)
	require.LessOrEqual(t, most, 2)
	for i, w := range workers {
		if w.requests(t) == before[i] {
			return false
		}
	}
	return most == 2
}

// bindElsewhere binds a key result to a query of a project of its own, with the sign-in that is there.
func (f *fleet) bindElsewhere(t *testing.T, n int) {
	t.Helper()
	project, query := fmt.Sprintf("Side %d", n), fmt.Sprintf("Side work %d", n)
	_, err := f.Azure.AddProject(adotest.OrgContoso, adotest.Project{Name: project, Types: adotest.Agile()})
	require.NoError(t, err)
	_, err = f.Azure.AddQuery(adotest.OrgContoso, project, adotest.Query{Name: query, Filter: func(adotest.Item) bool { return true }})
	require.NoError(t, err)
	for range 3 {
		_, err = f.Azure.AddItem(adotest.OrgContoso, project, adotest.Item{Type: "User Story", Title: "A story"})
		require.NoError(t, err)
	}
	kr := fmt.Sprintf("KR%d", n+2)
	play(t, f.world,
		"say connect", "expect 'New connection'", fmt.Sprintf("fill 'name=%s' organization=contoso", project), "press Next",
		fmt.Sprintf("fill 'project=%s'", project), "press Save", "expect 'Azure DevOps project: "+project+"'",
		"say new kr", "expect 'New key result'", fmt.Sprintf("fill 'title=Side %d' metric=Done target=100", n), "press Save", "expect "+kr,
		"say bind "+kr, "expect 'Bind "+kr+"'", "fill 'connection="+project+"'",
		"fill 'text="+query+"'", "press Next", "press Save", "expect '0 of 3'",
	)
}

// requests is how many a process has sent to Azure DevOps.
func (p *mainProcess) requests(t *testing.T) (n int) {
	t.Helper()
	for line := range strings.Lines(pageOf(t, p.address+"/metrics")) {
		var count int
		if strings.HasPrefix(line, "okrbot_ado_requests_total{") {
			_, err := fmt.Sscan(line[strings.LastIndexByte(line, ' '):], &count)
			require.NoError(t, err)
			n += count
		}
	}
	return n
}

// requirePause says that after the refusal no request began for as long as it asked. What was on its way in that moment may
// still arrive: half of the time is left for it.
func (f *fleet) requirePause(t *testing.T, asked time.Duration) {
	t.Helper()
	calls := f.Azure.Calls()
	slices.SortFunc(calls, func(a, b adotest.Call) int { return a.Start.Compare(b.Start) })
	i := slices.IndexFunc(calls, func(c adotest.Call) bool { return c.Status == http.StatusTooManyRequests })
	require.GreaterOrEqual(t, i, 0, "one was refused")
	refused := calls[i].Start.Add(calls[i].Took)
	later := slices.IndexFunc(calls, func(c adotest.Call) bool { return c.Start.After(refused.Add(asked / 2)) })
	require.Greater(t, later, i, "they go on afterwards")
	require.False(t, calls[later].Start.Before(refused.Add(asked)), "%v after the refusal", calls[later].Start.Sub(refused))
}

// claims is how many processes hold something of a sign-in's budget.
func (f *fleet) claims(t *testing.T) int {
	t.Helper()
	tenant := "okr:{" + bottest.DefaultTenant + "}:"
	return strings.Count(f.redis.Do(t, tenant, "KEYS", tenant+"gate:*"), tenant)
}
