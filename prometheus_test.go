package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr/okrtest"
)

// scraper is a Prometheus of a test, which scrapes one okrbot.
type scraper struct{ address string }

// startPrometheus starts one with okrbot's rules. What they wait for is a second each
// instead of minutes; nothing else of them is another one.
func startPrometheus(t *testing.T, target string) scraper {
	t.Helper()
	dir := t.TempDir()
	rules := regexp.MustCompile(`for: \d+m`).ReplaceAllString(operations(t, "alerts.yaml"), "for: 1s")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "alerts.yaml"), []byte(rules), 0o600))
	config := "global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}\nrule_files: [alerts.yaml]\n" +
		"scrape_configs: [{job_name: okrbot, static_configs: [{targets: ['" + target + "']}]}]\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "prometheus.yaml"), []byte(config), 0o600))
	p := scraper{freeAddress(t)}
	cmd := exec.CommandContext(t.Context(), "prometheus", "--config.file="+filepath.Join(dir, "prometheus.yaml"), //nolint:gosec // the test's own
		"--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address="+p.address, "--log.level=warn")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	require.NoError(t, cmd.Start(), "this test needs prometheus: install the package of promtool")
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Log(out.String())
		}
	})
	eventually(t, "Prometheus knows the target", func() bool { return len(p.ask(t, `up == 1`)) == 1 })
	return p
}

// ask gives the labels of what a query finds; nothing while Prometheus does not answer.
func (p scraper) ask(t *testing.T, query string) []map[string]string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+p.address+"/api/v1/query?query="+url.QueryEscape(query), http.NoBody)
	require.NoError(t, err)
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 5 * time.Second}).Do(req)
	if err != nil {
		return nil
	}
	defer func() { _ = resp.Body.Close() }()
	var answer struct {
		Data struct {
			Result []struct{ Metric map[string]string }
		}
	}
	if resp.StatusCode != http.StatusOK || json.NewDecoder(resp.Body).Decode(&answer) != nil {
		return nil
	}
	var out []map[string]string
	for _, r := range answer.Data.Result {
		out = append(out, r.Metric)
	}
	return out
}

// fires waits until exactly these alerts fire.
func (p scraper) fires(t *testing.T, alerts ...string) {
	t.Helper()
	var firing []string
	defer func() {
		if t.Failed() {
			t.Log("firing: ", firing)
		}
	}()
	eventually(t, fmt.Sprint("firing: ", alerts), func() bool {
		if len(p.ask(t, "vector(1)")) == 0 {
			return false // it does not answer: that is not silence
		}
		firing = nil
		for _, labels := range p.ask(t, `ALERTS{alertstate="firing"}`) {
			firing = append(firing, labels["alertname"])
		}
		slices.Sort(firing)
		firing = slices.Compact(firing)
		return slices.Equal(firing, alerts)
	})
}

// TestAlertsOnARealScrape lets a real Prometheus scrape an okrbot to which things
// happen: alarms come and go with them.
func TestAlertsOnARealScrape(t *testing.T) {
	t.Parallel()
	redis := okrtest.StartRedisServer(t)
	w := newWorld(t, time.Now(), "REDIS_URL", redis.URL())
	require.NoError(t, w.Start())
	play(t, w, "start bound", "say sync KR1", "expect '40%'", "idle")
	p := startPrometheus(t, w.Address)
	p.fires(t)
	for range 20 { // anybody can do that
		status, _ := request(t, http.MethodPost, "http://"+w.Address+"/api/messages")
		require.Equal(t, http.StatusUnauthorized, status)
	}
	eventually(t, "they are counted", func() bool {
		return len(p.ask(t, `okrbot_activities_total{outcome="unauthorized", type="other"} == 20`)) == 1
	})
	p.fires(t)

	orders(t, redis, storeRefusals["full"].begin)
	p.fires(t, "OkrbotNotReady", "OkrbotStoreTakesNoChanges")
	orders(t, redis, storeRefusals["full"].end)
	p.fires(t)

	redis.Kill()
	for range 8 {
		play(t, w, "say okrs", "expect 'reach my store'")
	}
	p.fires(t, "OkrbotNotReady", "OkrbotTurnsFail")
	redis.Restart(t)
	p.fires(t, "OkrbotTurnsFail") // a quarter of an hour is looked at
	require.NoError(t, w.Stop())
	eventually(t, "it is gone", func() bool { return len(p.ask(t, `ALERTS{alertname="OkrbotDown", alertstate="firing"}`)) == 1 })
}
