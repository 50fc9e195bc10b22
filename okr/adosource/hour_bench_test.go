package adosource_test

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"runtime/metrics"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"okrbot/ado/adotest"
	"okrbot/okr"
	"okrbot/okr/okrtest"
)

// The case of BenchmarkHour.
const (
	hourIdentities = 20
	hourQueries    = 200
	hourItems      = 500 // of each query
	hourBindings   = 1000
	hourObjectives = 50
	hourLatency    = 50 * time.Millisecond
	hourOrg        = "bench"
	hourProject    = "Bench"
)

// BenchmarkHour measures what an hour costs: 1,000 key results on 200 queries of
// 500 work items by 20 identities, at 50 ms a request. The plain client, which
// exists here only, runs the query of each key result by itself. The identities
// are measured side by side, each one's requests one after the other.
func BenchmarkHour(b *testing.B) {
	for range b.N {
		h := newHourWorld(b, hourLatency, hourQueries, hourItems, hourIdentities)
		h.bind(hourBindings)
		h.pass(0) // what was made long ago is no news
		var table strings.Builder
		table.WriteString("\n| hour | calls | " + strings.Join(hourOps(), " | ") + " | KB | KB unpacked | wall | peak heap | in flight |\n")
		row := func(name string, f func(identity int) error) {
			calls := h.measure(&table, name, f)
			b.ReportMetric(float64(calls), strings.ReplaceAll(name, " ", "-")+"-calls")
		}
		row("a plain client", h.plain)
		row("first", h.sync)
		h.pass(0)
		row("nothing changed", h.sync)
		h.pass(hourQueries * hourItems / 100)
		row("1 % changed", h.sync)
		b.Log(table.String())
		b.ReportMetric(0, "ns/op")
	}
}

// An hour costs one run of each query, whatever hangs on it, and little besides: the
// items once, the feed of changes and the names once.
func TestHourAsksLittle(t *testing.T) {
	t.Parallel()
	const queries, items, identities = 20, 250, 2
	h := newHourWorld(t, 0, queries, items, identities)
	h.bind(100)
	hour := func(changes int) int {
		h.pass(changes)
		h.cloud.ResetCalls()
		for n := range h.people {
			require.NoError(t, h.sync(n))
		}
		return h.cloud.Count("")
	}
	reads, feeds, names, types := identities*((queries/identities*items+199)/200), identities, identities, 1
	require.LessOrEqual(t, hour(0), queries+reads+feeds+names+types)
	require.LessOrEqual(t, hour(0), queries+feeds+1)
	require.LessOrEqual(t, hour(queries*items/100), queries+feeds+1)
}

// BenchmarkHourMemory measures what a run of 20,000 work items holds in memory,
// and that it is the same for one key result and for 200 on the same query.
func BenchmarkHourMemory(b *testing.B) {
	for _, bindings := range []int{1, 200} {
		b.Run(fmt.Sprintf("%d bindings", bindings), func(b *testing.B) {
			for range b.N {
				h := newHourWorld(b, hourLatency, 1, 19_999, 1)
				h.bind(bindings)
				h.pass(0)
				var table strings.Builder
				h.measure(&table, "first", h.sync)
				h.pass(200)
				h.measure(&table, "1 % changed", h.sync)
				b.ReportMetric(h.peak/(1<<20), "peak-MB")
				b.ReportMetric(0, "ns/op")
			}
		})
	}
}

// hourWorld is a benchWorld with people, queries and key results of an hour.
type hourWorld struct {
	*benchWorld
	clock   atomic.Int64 // nanoseconds after now
	people  []okr.Actor
	queries []string
	bound   map[int][]string // the query of each key result, by identity
	peak    float64          // bytes above idle, of the last measurement
}

func (h *hourWorld) now() time.Time {
	return time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC).Add(time.Duration(h.clock.Load()))
}

func newHourWorld(tb testing.TB, latency time.Duration, queries, items, identities int) *hourWorld {
	tb.Helper()
	h := &hourWorld{bound: map[int][]string{}}
	h.benchWorld = newBenchWorld(tb, adotest.Options{Now: h.now, Latency: latency, TokenLifetime: 240 * time.Hour}, personID(0))
	h.fill(queries, items)
	h.join(identities)
	return h
}

// fill makes the queries, each with work items of its own.
func (h *hourWorld) fill(queries, items int) {
	h.cloud.AddOrganization(adotest.Organization{Name: hourOrg, Tenant: adotest.TenantID})
	_, err := h.cloud.AddProject(hourOrg, adotest.Project{Name: hourProject, Types: adotest.Agile()})
	require.NoError(h.b, err)
	for n := range queries {
		first, last := n*items+1, (n+1)*items
		q, err := h.cloud.AddQuery(hourOrg, hourProject, adotest.Query{
			Name:   fmt.Sprintf("Query %d", n),
			Filter: func(it adotest.Item) bool { return it.ID >= first && it.ID <= last },
		})
		require.NoError(h.b, err)
		h.queries = append(h.queries, q.ID)
		for id := first; id <= last; id++ {
			_, err := h.cloud.AddItem(hourOrg, hourProject, adotest.Item{ID: id, Type: "User Story", Title: fmt.Sprintf("A story with a title of the usual length, no. %d", id)})
			require.NoError(h.b, err)
		}
	}
}

func personID(n int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", n+1) }

// join signs people in and gives each a connection.
func (h *hourWorld) join(identities int) {
	ctx := h.b.Context()
	for n := range identities {
		oid := personID(n)
		h.cloud.AddUser(adotest.User{OID: oid, Tenant: adotest.TenantID, Name: oid, UPN: oid + "@contoso.example"})
		require.True(h.b, h.cloud.Grant(oid, hourOrg))
		who := okr.Actor{Tenant: okrtest.Contoso, Person: okr.Person{ID: okr.UserID(oid), Name: oid}}
		h.people = append(h.people, who)
		if n == 0 {
			_, err := h.Access.Enable(ctx, who)
			require.NoError(h.b, err)
		}
		h.connect(who, h.now(), okr.ConnectionInput{Name: fmt.Sprintf("Connection %d", n), Organization: hourOrg, Project: hourProject})
	}
}

// bind spreads key results over the queries, straight in the store: binding in
// the chat would measure them already.
func (h *hourWorld) bind(bindings int) {
	ctx := h.b.Context()
	var objectives []okr.GoalID
	for range hourObjectives {
		o, err := h.Plan.SaveGoal(ctx, h.people[0], okr.GoalInput{Kind: okr.Objective, Title: "Launch", Period: okr.Settings{}.Quarter(okr.DateOf(h.now()), 0).Period})
		require.NoError(h.b, err)
		objectives = append(objectives, o.Goal.ID)
	}
	for n := range bindings {
		query := n % len(h.queries)
		who := query % len(h.people)
		g := okr.Goal{
			ID: okr.GoalID(fmt.Sprintf("KR%d", 1000+n)), Kind: okr.KeyResult, Title: fmt.Sprintf("Key result %d", n), Parent: objectives[n%hourObjectives],
			Owner: h.people[who].Person, Metric: &okr.Metric{Name: "Done", Target: 100},
			Binding: &okr.Binding{
				Connection: okr.ConnectionID(fmt.Sprintf("C%d", who+1)), Query: okr.Query{ID: h.queries[query]}, Method: okr.PercentCompleted,
				BoundBy: h.people[who].Person,
			},
		}
		require.NoError(h.b, h.store.Goals().Create(ctx, adotest.TenantID, g))
		h.bound[who] = append(h.bound[who], h.queries[query])
	}
}

// pass lets an hour go by in which some items change.
func (h *hourWorld) pass(changes int) {
	h.clock.Add(int64(time.Hour))
	all := len(h.queries) * len(h.cloud.Items(hourOrg, hourProject)) / len(h.queries)
	for n := range changes {
		id := n*(all/max(changes, 1)) + 1
		require.NoError(h.b, h.cloud.SetState(hourOrg, id, []string{"Active", "Closed"}[n%2]))
	}
}

// sync is the hourly sync of one identity's connection.
func (h *hourWorld) sync(identity int) error {
	id := okr.ConnectionID(fmt.Sprintf("C%d", identity+1))
	report, err := h.Measure.SyncConnection(h.b.Context(), adotest.TenantID, id, nil, 30*time.Minute)
	if err == nil && len(report.Rows) != len(h.bound[identity]) {
		err = fmt.Errorf("%d of %d key results measured", len(report.Rows), len(h.bound[identity]))
	}
	return err
}

// plain runs the query of each key result by itself.
func (h *hourWorld) plain(identity int) error {
	ctx := h.b.Context()
	tokens, err := h.cloud.IssueTokens(personID(identity), okrtest.ClientID, nil)
	if err != nil {
		return err
	}
	session := h.client.As(personID(identity), plainToken(tokens.AccessToken))
	for _, query := range h.bound[identity] {
		result, err := session.RunQuery(ctx, hourOrg, hourProject, query)
		if err != nil {
			return err
		}
		if _, err := session.WorkItems(ctx, hourOrg, result.IDs(), nil); err != nil {
			return err
		}
	}
	return nil
}

type plainToken string

func (t plainToken) Token(context.Context) (string, error) { return string(t), nil }

// hourOps are the endpoints that the table shows.
func hourOps() []string {
	return []string{adotest.OpQueryRun, adotest.OpWIQL, adotest.OpItemBatch, adotest.OpRevisions, adotest.OpQueryBatch, adotest.OpTypeList}
}

// measure runs all identities side by side and adds a row to the table.
func (h *hourWorld) measure(table *strings.Builder, name string, f func(identity int) error) int {
	h.cloud.ResetCalls()
	runtime.GC()
	peak := watchHeap()
	start := time.Now()
	var group errgroup.Group
	for n := range h.people {
		group.Go(func() error { return f(n) })
	}
	require.NoError(h.b, group.Wait())
	took := time.Since(start)
	h.peak = peak()
	inFlight := 0
	for n := range h.people {
		inFlight = max(inFlight, h.cloud.MaxInFlight(personID(n)))
	}
	fmt.Fprintf(table, "| %s | %d |", name, h.cloud.Count(""))
	for _, op := range hourOps() {
		_, sent := broughtBy(h.cloud, op)
		fmt.Fprintf(table, " %d (%.0f KB) |", h.cloud.Count(op), float64(sent)/1000)
	}
	size, sent := broughtBy(h.cloud, "")
	fmt.Fprintf(table, " %.0f | %.0f |", float64(sent)/1000, float64(size)/1000)
	fmt.Fprintf(table, " %.1f s | %.0f MB | %d |\n", took.Seconds(), h.peak/(1<<20), inFlight)
	return h.cloud.Count("")
}

// broughtBy gives how many bytes the answers of an operation had, or of all, and how
// many of them went over the wire.
func broughtBy(cloud *adotest.Cloud, op string) (size, sent int) {
	for _, call := range cloud.Calls() {
		if op == "" || call.Op == op {
			size, sent = size+call.Size, sent+call.Sent
		}
	}
	return size, sent
}

// watchHeap gives, when asked, the most bytes of heap above those at the start;
// objects that wait for collection count too.
func watchHeap() (peak func() float64) {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	idle := float64(sample[0].Value.Uint64())
	most, done := idle, make(chan struct{})
	var group sync.WaitGroup
	group.Go(func() {
		for {
			metrics.Read(sample)
			most = math.Max(most, float64(sample[0].Value.Uint64()))
			select {
			case <-done:
				return
			case <-time.After(time.Millisecond):
			}
		}
	})
	return func() float64 {
		close(done)
		group.Wait()
		return most - idle
	}
}
