package main

import (
	"encoding/json"
	"os"
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

// served gives the names of okrbot's metrics after somebody used it.
func served(t *testing.T) (names []string, page string) {
	t.Helper()
	w := newServeWorld(t)
	require.NoError(t, w.Start())
	enableAndBind(t, w)
	w.Azure.ExpireAccessTokens(adotest.AlexOID)
	play(t, w, "say sync KR1", "expect 'Key result · KR1'")
	require.NoError(t, w.app.scheduler.Idle(t.Context()))
	page = pageOf(t, "http://"+w.Address+"/metrics")
	for line := range strings.Lines(page) {
		if name, ok := strings.CutPrefix(line, "# TYPE okrbot_"); ok {
			names = append(names, "okrbot_"+strings.Fields(name)[0])
		}
	}
	return names, page
}

func operations(t *testing.T, file string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("docs", "operations", file))
	require.NoError(t, err)
	return string(raw)
}

// The alerts and the dashboard ask for what is really served, the page lists all
// of it, and nothing served names a tenant or a person.
func TestOperationsKnowTheMetrics(t *testing.T) {
	t.Parallel()
	names, page := served(t)
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
	require.True(t, json.Valid([]byte(operations(t, "dashboard.json"))))
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
	play(t, w, "say sync KR1", "expect '15 of 30' '50 %'",
		"in channel Delivery", "say digest", "expect Stop")
	require.NoError(t, w.Stop())
}
