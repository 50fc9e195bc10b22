package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
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
)

const (
	binaryRounds = 3
	binaryWarmUp = 400 * time.Millisecond
	binaryLasts  = 1500 * time.Millisecond
	binaryStarts = 5
	emptyTenant  = "55555555-5555-4555-8555-555555555555" // has no objectives
)

// BenchmarkBinary measures okrbot as a separate process, built as released but for Teams' pace, with real
// authentication and a real Redis. It runs alone on one core where the system lets it; what sends the turns, what stands
// in for Teams, and Redis are on the other. Beside it runs the least that a bot can do, see bot/testdata/baseline. All
// turns are measured in each of three rounds, and the medians reported; verifications/turn is the CPU of a turn in units
// of one RSA-2048 verification, measured right before and after.
func BenchmarkBinary(b *testing.B) {
	w := newBinaryWorld(b)
	results := map[string][]binaryResult{}
	for range binaryRounds {
		for _, c := range w.cases() {
			results[c.name] = append(results[c.name], w.measure(b, c))
		}
	}
	for _, c := range w.cases() {
		b.Run(c.name, func(b *testing.B) { reportBinary(b, results[c.name]) })
	}
	b.Run("start", func(b *testing.B) {
		b.ReportMetric(medianOf(w.starts, func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }), "ms-to-first-reply")
		b.ReportMetric(0, "ns/op")
	})
}

// binaryWorld is both bots between one Redis and one connector.
type binaryWorld struct {
	teams         *bottest.Cloud
	connector     *httptest.Server
	redis         *okrtest.RedisServer
	bearer        string
	okrbot, least *benchProcess
	unit          *verification
	next          atomic.Int64
	starts        []time.Duration
}

// benchProcess is a bot under measurement.
type benchProcess struct {
	cmd     *exec.Cmd
	address string
}

func newBinaryWorld(b *testing.B) *binaryWorld {
	b.Helper()
	w := &binaryWorld{unit: newVerification(b), redis: okrtest.StartRedisServer(b)}
	w.connector = httptest.NewServer(http.HandlerFunc(answerAsConnector))
	b.Cleanup(w.connector.Close)
	var err error
	w.teams, err = bottest.Start(bottest.Options{AppID: script.AppID, AppPassword: script.AppSecret, AppTenant: bottest.DefaultTenant})
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, w.teams.Close()) })
	w.bearer, err = w.teams.Authorization(w.connector.URL)
	require.NoError(b, err)
	w.fill(b)
	flags := "-s -w -X main.pace=1000000"
	okrbot, least := buildBench(b, flags, "."), buildBench(b, flags, "./bot/testdata/baseline")
	w.share(b)
	for range binaryStarts { // the last one stays
		if w.okrbot != nil {
			w.okrbot.end()
		}
		start := time.Now()
		w.okrbot = w.start(b, okrbot, "serve")
		w.starts = append(w.starts, time.Since(start))
	}
	w.least = w.start(b, least)
	return w
}

// buildBench builds a program as make build does.
func buildBench(b *testing.B, flags, pkg string) string {
	b.Helper()
	file := filepath.Join(b.TempDir(), "bot")
	build := exec.CommandContext(b.Context(), "go", "build", "-trimpath", "-tags", "nomsgpack", "-ldflags", flags, "-o", file, pkg) //nolint:gosec // of this test
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	message, err := build.CombinedOutput()
	require.NoError(b, err, string(message))
	return file
}

// share puts this process and Redis on the second core.
func (w *binaryWorld) share(b *testing.B) {
	b.Helper()
	if pin(b, os.Getpid(), "1") && pin(b, w.redis.PID(), "1") {
		b.Cleanup(func() { pin(b, os.Getpid(), "0-1") })
	}
}

// start starts a bot on the first core, and returns with its first reply.
func (w *binaryWorld) start(b *testing.B, binary string, args ...string) *benchProcess {
	b.Helper()
	listener, err := (&net.ListenConfig{}).Listen(b.Context(), "tcp", "127.0.0.1:0")
	require.NoError(b, err)
	p := &benchProcess{address: listener.Addr().String()}
	require.NoError(b, listener.Close())
	p.cmd = exec.CommandContext(b.Context(), binary, args...) //nolint:gosec // built by this test
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	for name, value := range w.environment(p.address) {
		p.cmd.Env = append(p.cmd.Env, name+"="+value)
	}
	require.NoError(b, p.cmd.Start())
	b.Cleanup(p.end)
	pin(b, p.cmd.Process.Pid, "0")
	require.Eventually(b, func() bool {
		return w.once(b, p.address) == nil
	}, script.Patience, time.Millisecond)
	return p
}

func (p *benchProcess) end() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

// once plays one turn of help.
func (w *binaryWorld) once(b *testing.B, address string) error {
	b.Helper()
	conn, err := (&net.Dialer{}).DialContext(b.Context(), "tcp", address)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	return exchange(conn, bufio.NewReader(conn), w.request(say("help"), bottest.DefaultTenant)(w.next.Add(1)))
}

func (w *binaryWorld) environment(address string) map[string]string {
	key := sha256.Sum256([]byte("bench"))
	return map[string]string{
		"LISTEN_ADDR": address, "PUBLIC_URL": "http://" + address, "MICROSOFT_APP_ID": script.AppID, "MICROSOFT_APP_PASSWORD": script.AppSecret,
		"MICROSOFT_APP_TENANT_ID": bottest.DefaultTenant, "ALLOWED_TENANTS": bottest.DefaultTenant + "," + emptyTenant,
		"BOT_LOGIN_URL": w.teams.LoginURL(), "BOT_OPENID_METADATA_URL": w.teams.MetadataURL(), "BOT_SERVICE_URLS": w.connector.URL,
		"REDIS_URL": w.redis.URL(), "SEAL_KEYS": "k1:" + base64.StdEncoding.EncodeToString(key[:]),
		"ADMIN_OBJECT_IDS": bottest.DefaultTenant + "/" + adotest.AlexOID,
	}
}

// fill gives one tenant 50 objectives of Alex with two key results each.
func (w *binaryWorld) fill(b *testing.B) {
	b.Helper()
	values := w.environment("127.0.0.1:1")
	config, err := LoadConfig(func(name string) string { return values[name] })
	require.NoError(b, err)
	store, err := openStorage(context.WithoutCancel(b.Context()), config, slog.New(slog.DiscardHandler), time.Now)
	require.NoError(b, err)
	defer func() { require.NoError(b, store.Close()) }()
	plan := newActivities(ports{store: store.Store, admins: config.AdminObjectIDs, digestEvery: time.Hour, now: time.Now}).Plan
	actor := okr.Actor{Tenant: bottest.DefaultTenant, Person: okr.Person{ID: adotest.AlexOID, Name: "Alex Wilber"}}
	fillGoals(b, plan, actor)
}

// binaryCase is one line of the table.
type binaryCase struct {
	name        string
	process     *benchProcess
	turn        func(n int64) string
	connections int
}

func (w *binaryWorld) cases() []binaryCase {
	var all []binaryCase
	for _, connections := range []int{1, 16} {
		add := func(name string, p *benchProcess, turn func() map[string]any, tenant string) {
			all = append(all, binaryCase{fmt.Sprintf("%s/connections=%d", name, connections), p, w.request(turn, tenant), connections})
		}
		add("baseline", w.least, say("help"), bottest.DefaultTenant)
		add("help", w.okrbot, say("help"), bottest.DefaultTenant)
		add("press", w.okrbot, pressGoal("O1"), bottest.DefaultTenant)
		add("okrs", w.okrbot, say("okrs"), bottest.DefaultTenant)
		add("okrs-none", w.okrbot, say("okrs"), emptyTenant)
	}
	return all
}

// request is the request of Alex's turn as it is on the wire, each in one of 64 chats.
func (w *binaryWorld) request(turn func() map[string]any, tenant string) func(n int64) string {
	activity := turn()
	maps.Copy(activity, map[string]any{
		"id": "ACTIVITY", "channelId": "msteams", "serviceUrl": w.connector.URL,
		"timestamp": "2026-08-17T09:30:00.123Z", "localTimestamp": "2026-08-17T11:30:00.123+02:00", "localTimezone": "Europe/Berlin", "locale": "en-US",
		"from":         map[string]any{"id": "29:1alex", "name": "Alex Wilber", "aadObjectId": adotest.AlexOID},
		"recipient":    map[string]any{"id": "28:" + script.AppID, "name": "okrbot"},
		"conversation": map[string]any{"id": "CONVERSATION", "conversationType": "personal", "tenantId": tenant},
		"channelData":  map[string]any{"tenant": map[string]any{"id": tenant}},
		"entities":     []any{map[string]any{"type": "clientInfo", "locale": "en-US", "country": "US", "platform": "Web", "timezone": "Europe/Berlin"}},
	})
	body, _ := json.Marshal(activity) // of constants
	return func(n int64) string {
		body := strings.NewReplacer("ACTIVITY", strconv.FormatInt(n, 10), "CONVERSATION", fmt.Sprintf("a:1bench%s%d", tenant, n%64)).Replace(string(body))
		return fmt.Sprintf("POST /api/messages HTTP/1.1\r\nHost: okrbot\r\nAuthorization: %s\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: %d\r\n\r\n%s", w.bearer, len(body), body)
	}
}

// binaryResult is a case in one round.
type binaryResult struct {
	turns, p50, p99, units, memory, cpu float64
}

func (w *binaryWorld) measure(b *testing.B, c binaryCase) binaryResult {
	b.Helper()
	l := load{c.process.address, c.turn, &w.next}
	l.run(b, c.connections, binaryWarmUp)
	pid := c.process.cmd.Process.Pid
	unit, before := w.unit.measure(b), cpuOf(b, pid)
	took, whole := l.run(b, c.connections, binaryLasts)
	used := cpuOf(b, pid) - before
	unit = (unit + w.unit.measure(b)) / 2
	n := float64(len(took))
	require.NotZero(b, n)
	return binaryResult{
		turns: n / whole.Seconds(), p50: milliseconds(took[len(took)/2]), p99: milliseconds(took[len(took)*99/100]),
		cpu: float64(used.Microseconds()) / n, units: float64(used) / n / float64(unit), memory: memoryOf(b, pid),
	}
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func reportBinary(b *testing.B, rounds []binaryResult) {
	b.Helper()
	b.ReportMetric(medianOf(rounds, func(r binaryResult) float64 { return r.turns }), "turns/s")
	b.ReportMetric(medianOf(rounds, func(r binaryResult) float64 { return r.p50 }), "p50-ms")
	b.ReportMetric(medianOf(rounds, func(r binaryResult) float64 { return r.p99 }), "p99-ms")
	b.ReportMetric(medianOf(rounds, func(r binaryResult) float64 { return r.units }), "verifications/turn")
	b.ReportMetric(medianOf(rounds, func(r binaryResult) float64 { return r.cpu }), "cpu-µs/turn")
	b.ReportMetric(medianOf(rounds, func(r binaryResult) float64 { return r.memory }), "MB")
	b.ReportMetric(0, "ns/op")
}

func medianOf[T any](all []T, value func(T) float64) float64 {
	var values []float64
	for _, r := range all {
		values = append(values, value(r))
	}
	slices.Sort(values)
	return values[len(values)/2]
}
