package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/bot/bottest"
	"okrbot/okr/okrtest"
)

var metricName = regexp.MustCompile(`\bokrbot_[a-z_]+\b`)

// seriesOf gives the series of okrbot's own metrics on a page, without their values.
func seriesOf(page string) []string {
	var out []string
	for line := range strings.Lines(page) {
		if strings.HasPrefix(line, "okrbot_") {
			out = append(out, line[:strings.LastIndexByte(line, ' ')])
		}
	}
	return out
}

// served gives the names of okrbot's metrics and their series at the start, and the page
// after somebody used it.
func served(t *testing.T) (names, begun []string, page string) {
	t.Helper()
	w := newServeWorld(t)
	require.NoError(t, w.Start())
	address := "http://" + w.Address + "/metrics"
	page = pageOf(t, address)
	for line := range strings.Lines(page) {
		if name, ok := strings.CutPrefix(line, "# TYPE okrbot_"); ok {
			names = append(names, "okrbot_"+strings.Fields(name)[0])
		}
	}
	begun = seriesOf(page)
	enableAndBind(t, w)
	w.Azure.ExpireAccessTokens(adotest.AlexOID)
	play(t, w, "say sync KR1", "expect 'Key result · KR1'")
	require.NoError(t, w.app.scheduler.Idle(t.Context()))
	return names, begun, pageOf(t, address)
}

func operations(t *testing.T, file string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("docs", "operations", file))
	require.NoError(t, err)
	return string(raw)
}

// The alerts and the dashboard ask for what is really served from the start on, the page
// lists all of it, nothing begins later than okrbot itself, and nothing served names a
// tenant or a person.
func TestOperationsKnowTheMetrics(t *testing.T) {
	t.Parallel()
	names, begun, page := served(t)
	for _, series := range seriesOf(page) {
		require.Contains(t, begun, series, "a first failure would be no increase")
	}
	for _, file := range []string{"alerts.yaml", "dashboard.json"} {
		asked := metricName.FindAllString(operations(t, file), -1)
		require.NotEmpty(t, asked)
		for _, name := range asked {
			require.True(t, slices.Contains(names, name) || slices.Contains(names, strings.TrimSuffix(name, "_bucket")), "%s: %s is not served", file, name)
		}
	}
	for _, name := range names {
		require.Contains(t, operations(t, "README.md"), "`"+name+"`")
	}
	for _, id := range []string{bottest.DefaultTenant, adotest.AlexOID, "KR1", "C1"} {
		require.NotContains(t, page, id)
	}
	alerts := operations(t, "alerts.yaml")
	require.Equal(t, strings.Count(alerts, "- alert:"), strings.Count(alerts, "next:"), "each alert has a next step")
	for label, value := range labelsAsked(alerts + operations(t, "dashboard.json")) {
		require.True(t, slices.ContainsFunc(begun, func(series string) bool { return strings.Contains(series, label+"=") }), "no series has the label %s", label)
		for _, v := range value {
			require.True(t, slices.ContainsFunc(begun, func(series string) bool { return strings.Contains(series, label+"=\""+v+"\"") }), "no series has %s=%s", label, v)
		}
	}
	require.True(t, json.Valid([]byte(operations(t, "dashboard.json"))))
}

// asked finds what rules ask of labels, as label="one|another".
var asked = regexp.MustCompile(`\b(outcome|kind|op|role|state|reason)(?:=|!=|=~|!~)\\?"([A-Za-z_|]+)\\?"`)

// labelsAsked gives the values that rules ask for, by their labels: a rule that asks for
// what is never counted would be silent for ever.
func labelsAsked(rules string) map[string][]string {
	out := map[string][]string{}
	for _, m := range asked.FindAllStringSubmatch(rules, -1) {
		out[m[1]] = append(out[m[1]], strings.Split(m[2], "|")...)
	}
	return out
}

// promtool runs the tool that comes with Prometheus.
func promtool(t *testing.T, stdin string, args ...string) {
	t.Helper()
	_, err := exec.LookPath("promtool")
	require.NoError(t, err, "this test needs promtool: install the package prometheus (Debian, Ubuntu, Alpine, Homebrew) or golang-github-prometheus (Fedora)")
	cmd := exec.CommandContext(t.Context(), "promtool", args...) //nolint:gosec // the test's own arguments
	cmd.Stdin = strings.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
}

// TestAlerts lets each rule fire and be silent, on series that promtool plays.
func TestAlerts(t *testing.T) {
	t.Parallel()
	promtool(t, "", "check", "rules", "--lint-fatal", filepath.Join("docs", "operations", "alerts.yaml"))
	cases := ""
	for _, file := range []string{"alerts_test.yaml", "alerts_hours_test.yaml"} {
		promtool(t, "", "test", "rules", filepath.Join("docs", "operations", file))
		cases += operations(t, file)
	}
	for _, m := range regexp.MustCompile(`- alert: (\w+)`).FindAllStringSubmatch(operations(t, "alerts.yaml"), -1) {
		require.Regexp(t, `alertname: `+m[1]+`\n +eval_time: \S+\n +exp_alerts:\n`, cases, "%s is not shown firing", m[1])
		require.Regexp(t, `alertname: `+m[1]+`, eval_time: \S+, exp_alerts: \[\]`, cases, "%s is not shown silent", m[1])
	}
}

// TestMetricsAreWellFormed lets Prometheus' own tool read the page.
func TestMetricsAreWellFormed(t *testing.T) {
	t.Parallel()
	w := newServeWorld(t)
	require.NoError(t, w.Start())
	promtool(t, pageOf(t, "http://"+w.Address+"/metrics"), "check", "metrics")
}

// TestBackupAndRestore goes by docs/operations/backup.md: what was there is there
// again on another server, and okrbot goes on from it.
func TestBackupAndRestore(t *testing.T) {
	t.Parallel()
	lost := okrtest.StartRedisServer(t, "--appendonly", "yes")
	w := newWorld(t, time.Now(), "REDIS_URL", lost.URL())
	require.NoError(t, w.Start())
	enableAndBind(t, w)
	_, err := lost.Do("BGSAVE")
	require.NoError(t, err)
	var backup []byte
	eventually(t, "the backup is written", func() bool {
		backup, err = os.ReadFile(filepath.Join(lost.Dir(), "dump.rdb"))
		return err == nil
	})
	require.NoError(t, w.Stop())
	lost.Kill()

	restored := okrtest.StartRedisServer(t)
	restored.Kill()
	require.NoError(t, os.WriteFile(filepath.Join(restored.Dir(), "dump.rdb"), backup, 0o600))
	restored.Restart(t)
	answer, err := restored.Do("CONFIG", "SET", "appendonly", "yes")
	require.NoError(t, err)
	require.Equal(t, "+OK", answer)
	w.Env["REDIS_URL"] = restored.URL()
	require.NoError(t, w.Start())
	out, err := examine(t, w, nil)
	require.NoError(t, err, out)
	require.Contains(t, out, "all 1 open")
	_, err = w.Azure.Complete(adotest.OrgContoso, adotest.ProjectFiber, "Launch bugs", 3)
	require.NoError(t, err)
	play(t, w, "say sync KR1", "expect '15 of 30' '50%'",
		"in channel Delivery", "say digest", "expect Stop")
	require.NoError(t, w.Stop())
}
