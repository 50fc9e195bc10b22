package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/bot/bottest"
	"okrbot/bot/bottest/script"
	"okrbot/okr"
	"okrbot/okr/okrtest"
	"okrbot/okr/plan"
)

// benchWorld is okrbot with a real Redis and a local connector that only
// answers, so that what is measured is okrbot and not the stand-in for Teams.
type benchWorld struct {
	app       *app
	teams     *bottest.Cloud
	connector *httptest.Server
	opened    atomic.Int64 // connections to the connector
	bearer    string
	client    *http.Client
	address   string
	actor     okr.Actor
	next      atomic.Int64
	turns     *turnAsks
	trips     *tripCounter // nil: nobody counts
}

func newBenchWorld(tb testing.TB) *benchWorld {
	tb.Helper()
	w := &benchWorld{actor: okr.Actor{Tenant: bottest.DefaultTenant, Person: okr.Person{ID: adotest.AlexOID, Name: "Alex Wilber"}}}
	w.connector = httptest.NewUnstartedServer(http.HandlerFunc(answerAsConnector))
	w.connector.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			w.opened.Add(1)
		}
	}
	w.connector.Start()
	tb.Cleanup(w.connector.Close)
	var err error
	w.teams, err = bottest.Start(bottest.Options{AppID: script.AppID, AppPassword: script.AppSecret, AppTenant: bottest.DefaultTenant})
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, w.teams.Close()) })
	w.bearer, err = w.teams.Authorization(w.connector.URL)
	require.NoError(tb, err)
	w.client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256}}
	tb.Cleanup(w.client.CloseIdleConnections)
	w.serve(tb)
	w.turns = askedOf(w.app)
	return w
}

// answerAsConnector takes a post or update, and knows everybody as a member.
func answerAsConnector(rw http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	rw.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(rw, `{"id":"1795415329332","name":"Alex Wilber","aadObjectId":"`+adotest.AlexOID+`","userRole":"user"}`)
}

func (w *benchWorld) serve(tb testing.TB) {
	tb.Helper()
	listener, err := (&net.ListenConfig{}).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	require.NoError(tb, err)
	w.address = "http://" + listener.Addr().String()
	config, err := LoadConfig(w.getenv(okrtest.StartRedis(tb)))
	require.NoError(tb, err)
	ctx, stop := context.WithCancel(context.WithoutCancel(tb.Context()))
	ready, done := make(chan *app, 1), make(chan error, 1)
	go func() {
		done <- serve(ctx, config, slog.New(slog.DiscardHandler), &hooks{
			listener: listener, poll: time.Second, pace: 1e6, ready: func(a *app) { ready <- a },
		})
	}()
	tb.Cleanup(func() { stop(); require.NoError(tb, <-done) })
	select {
	case w.app = <-ready:
	case err := <-done:
		require.NoError(tb, err)
	}
}

func (w *benchWorld) getenv(redis string) func(string) string {
	key := sha256.Sum256([]byte("bench"))
	values := map[string]string{
		"PUBLIC_URL": w.address, "MICROSOFT_APP_ID": script.AppID, "MICROSOFT_APP_PASSWORD": script.AppSecret,
		"MICROSOFT_APP_TENANT_ID": bottest.DefaultTenant, "BOT_LOGIN_URL": w.teams.LoginURL(),
		"BOT_OPENID_METADATA_URL": w.teams.MetadataURL(), "BOT_SERVICE_URLS": w.connector.URL,
		"REDIS_URL": redis, "SEAL_KEYS": "k1:" + base64.StdEncoding.EncodeToString(key[:]),
		"ADMIN_OBJECT_IDS": bottest.DefaultTenant + "/" + adotest.AlexOID,
		"ROLES":            "web", // what the clock and the workers read by themselves is no turn's
	}
	return func(name string) string { return values[name] }
}

// post delivers an activity of Alex in the own chat with okrbot, and gives the status.
func (w *benchWorld) post(ctx context.Context, activity map[string]any) (int, error) {
	n := w.next.Add(1)
	maps.Copy(activity, map[string]any{
		"id": strconv.FormatInt(n, 10), "channelId": "msteams", "serviceUrl": w.connector.URL,
		"from":      map[string]any{"id": "29:1alex", "name": "Alex Wilber", "aadObjectId": adotest.AlexOID},
		"recipient": map[string]any{"id": "28:" + script.AppID}, "localTimezone": "Europe/Paris",
		"conversation": map[string]any{"id": "a:1bench", "conversationType": "personal", "tenantId": bottest.DefaultTenant},
		"channelData":  map[string]any{"tenant": map[string]any{"id": bottest.DefaultTenant}},
	})
	body, err := json.Marshal(activity)
	if err != nil {
		return 0, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.address+"/api/messages", bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Authorization", w.bearer)
	resp, err := w.client.Do(req)
	if err != nil {
		return 0, err
	}
	defer func() { _ = resp.Body.Close() }()
	_, err = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, err
}

func say(text string) func() map[string]any {
	return func() map[string]any { return map[string]any{"type": "message", "text": text} }
}

func pressGoal(goal string) func() map[string]any {
	return func() map[string]any {
		return map[string]any{"type": "invoke", "name": "adaptiveCard/action", "replyToId": "1", "value": map[string]any{
			"action": map[string]any{"type": "Action.Execute", "verb": "goal.show", "data": map[string]any{"goal": goal}},
		}}
	}
}

// fill makes 50 objectives with two key results each.
func (w *benchWorld) fill(b *testing.B) {
	b.Helper()
	fillGoals(b, w.app.activities.Plan, w.actor)
}

func fillGoals(b *testing.B, goals *plan.Service, actor okr.Actor) {
	b.Helper()
	period := okr.Settings{}.Quarter(okr.DateOf(time.Now()), 0).Period
	for n := range 50 {
		o, err := goals.SaveGoal(b.Context(), actor, okr.GoalInput{Kind: okr.Objective, Title: fmt.Sprintf("Objective %d", n), Period: period})
		require.NoError(b, err)
		for k := range 2 {
			_, err := goals.SaveGoal(b.Context(), actor, okr.GoalInput{
				Kind: okr.KeyResult, Title: fmt.Sprintf("Key result %d", k), Parent: o.Goal.ID, Metric: &okr.Metric{Name: "Bugs", Target: 100},
			})
			require.NoError(b, err)
		}
	}
}

// benchState is what must not grow with the number of turns, and what is
// counted a turn.
type benchState struct {
	teams       bottest.Counts
	opened      int64
	redis       map[string]int64
	trips       int
	mallocs     uint64
	cpu         time.Duration
	redisOpened int64
}

func (w *benchWorld) state(b *testing.B) benchState {
	b.Helper()
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	var usage syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	info := w.app.store.Client().Info(b.Context(), "stats").Val()
	return benchState{
		teams: w.teams.Counts(), opened: w.opened.Load(), mallocs: mem.Mallocs,
		cpu:   time.Duration(usage.Utime.Nano() + usage.Stime.Nano()),
		trips: w.turns.total().trips, redis: map[string]int64{"commands": okrtest.InfoField(info, "total_commands_processed")}, redisOpened: okrtest.InfoField(info, "total_connections_received"),
	}
}

// BenchmarkTurn measures what a turn costs over the whole path: token check,
// de-duplication, state in a real Redis, and the reply to a local connector. CPU
// and allocations include the client and the connector, which run in the same
// process. In the steady state no turn may fetch keys or a token, or open a
// connection.
func BenchmarkTurn(b *testing.B) {
	for _, turn := range []struct {
		name string
		make func() map[string]any
	}{{"help", say("help")}, {"okrs", say("okrs")}, {"press", pressGoal("O1")}, {"key-result", pressGoal("KR1")}} {
		for _, parallel := range []int{1, 16} {
			b.Run(fmt.Sprintf("%s/in-flight=%d", turn.name, parallel), func(b *testing.B) {
				w := newBenchWorld(b)
				w.fill(b)
				w.run(b, turn.make, parallel, 256*parallel) // connections, caches, keys
				before := w.state(b)
				b.ResetTimer()
				took := w.run(b, turn.make, parallel, b.N)
				b.StopTimer()
				w.report(b, before, took)
			})
		}
	}
}

// run plays n turns, some at a time, and gives how long each took.
func (w *benchWorld) run(tb testing.TB, turn func() map[string]any, parallel, n int) []time.Duration {
	tb.Helper()
	took := make([]time.Duration, n)
	var index atomic.Int64
	var wg sync.WaitGroup
	for range parallel {
		wg.Go(func() {
			for i := int(index.Add(1)) - 1; i < n; i = int(index.Add(1)) - 1 {
				start := time.Now()
				status, err := w.post(tb.Context(), turn())
				if err != nil || status != http.StatusOK {
					tb.Errorf("turn: status %d, %v", status, err)
					return
				}
				took[i] = time.Since(start)
			}
		})
	}
	wg.Wait()
	return took
}

func (w *benchWorld) report(b *testing.B, before benchState, took []time.Duration) {
	b.Helper()
	after := w.state(b)
	require.Equal(b, before.teams.Metadata, after.teams.Metadata, "a turn fetched the metadata")
	require.Equal(b, before.teams.Keys, after.teams.Keys, "a turn fetched the keys")
	require.Equal(b, before.teams.Tokens, after.teams.Tokens, "a turn fetched a token")
	require.Equal(b, before.opened, after.opened, "a turn opened a connection to the connector")
	require.LessOrEqual(b, after.redisOpened-before.redisOpened, int64(32), "a turn opened a connection to Redis: more than the pool holds")
	slices.Sort(took)
	n := float64(len(took))
	b.ReportMetric(n/b.Elapsed().Seconds(), "turns/s")
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
	b.ReportMetric(float64((after.cpu-before.cpu).Microseconds())/n, "cpu-µs/turn")
	b.ReportMetric(float64(after.mallocs-before.mallocs)/n, "allocs/turn")
	b.ReportMetric(float64(after.redis["commands"]-before.redis["commands"])/n, "redis-commands/turn")
	b.ReportMetric(float64(after.trips-before.trips)/n, "redis-trips/turn")
	b.ReportMetric(0, "ns/op")
}
