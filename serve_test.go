package main

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/bot/bottest"
	"okrbot/okr/okrtest"
)

// newServeWorld is okrbot's surroundings with a redis-server; okrbot itself is
// not started.
func newServeWorld(tb testing.TB) *scriptWorld {
	tb.Helper()
	w := &scriptWorld{clock: &scriptClock{now: time.Now()}, log: &scriptLog{}, store: okrtest.StartRedis(tb)}
	require.NoError(tb, w.startClouds())
	tb.Cleanup(func() { w.azureServer.Close(); require.NoError(tb, w.teams.Close()) })
	return w
}

// enableAndBind goes the main path: KR1 is bound through connection C1 and the
// channel Delivery gets a digest.
func enableAndBind(t *testing.T, w *scriptWorld) {
	t.Helper()
	play(t, w,
		[]string{"say", "enable"}, []string{"press", "Enable"}, []string{"expect", "Enabled"},
		[]string{"say", "new objective"}, []string{"expect", "New objective"}, []string{"fill", "title=Launch the shop"}, []string{"press", "Save"},
		[]string{"say", "new kr"}, []string{"expect", "New key result"},
		[]string{"fill", "title=Close the bugs", "metric=Bugs closed", "target=100"}, []string{"press", "Save"},
		[]string{"say", "bind KR1"}, []string{"expect", "Sign in to Azure DevOps"}, []string{"signin"},
		[]string{"expect", "New connection"}, []string{"fill", "name=Contoso", "organization=contoso"}, []string{"press", "Next"},
		[]string{"expect", "Project"}, []string{"fill", "project=Fabrikam Fiber"}, []string{"press", "Save"},
		[]string{"expect", "Bind KR1"}, []string{"fill", "text=Launch bugs"}, []string{"press", "Search"},
		[]string{"expect", "Found"}, []string{"press", "Choose"}, []string{"expect", "How to measure KR1"},
		[]string{"press", "Preview"}, []string{"expect", "40 %"}, []string{"press", "Save"}, []string{"expect", "12 of 30"},
		[]string{"in", "channel", "Delivery"}, []string{"say", "digest"}, []string{"expect", "Digest"},
		[]string{"press", "Subscribe"}, []string{"expect", "Digest on"}, []string{"in", "personal"},
	)
}

// A stop takes no new turn, lets the turn and the sync under way finish, and
// ends without an error. That nothing is left running is checked by TestMain.
func TestServeFinishesWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	w := newServeWorld(t)
	require.NoError(t, w.start())
	enableAndBind(t, w)
	_, err := w.azure.Complete(adotest.OrgContoso, adotest.ProjectFiber, "Launch bugs", 3)
	require.NoError(t, err)
	release := make(chan struct{})
	w.azure.ResetCalls()
	w.azure.Fail(adotest.Rule{Op: adotest.OpQueryRun, Count: 1, Fault: adotest.Held(release)})
	w.azure.Fail(adotest.Rule{Op: adotest.OpQuerySearch, Count: 1, Fault: adotest.Held(release)})
	play(t, w, []string{"say", "sync KR1"})
	since := w.since
	turn := make(chan error, 1)
	go func() {
		_, err := w.teams.Say(t.Context(), w.chat, w.user, "queries scope")
		turn <- err
	}()
	eventually(t, "the sync and the turn are under way", func() bool { return w.azure.MaxInFlight(adotest.AlexOID) == 2 })

	stopped := make(chan error, 1)
	go func() { stopped <- w.stop() }()
	eventually(t, "new turns are turned away", func() bool {
		d, err := w.teams.Deliver(t.Context(), w.teams.Activity(w.chat, w.user, "typing"), bottest.DeliverOptions{})
		return err != nil || d.Status == http.StatusServiceUnavailable
	})
	require.Empty(t, stopped, "it waits")
	close(release)
	require.NoError(t, <-stopped)
	require.NoError(t, <-turn)
	w.since = since
	play(t, w, []string{"expect", "Launch scope"}, []string{"expect", "15 of 30", "50 %"})
	require.NoError(t, w.checkLog())
}

// eventually looks until something is so.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(patience)
	for !is() {
		select {
		case <-tick.C:
		case <-limit:
			require.Fail(t, "not "+what)
		}
	}
}

// listen takes a free port.
func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	return l
}

func TestServeMetricsElsewhere(t *testing.T) {
	t.Parallel()
	w := newServeWorld(t)
	listener, metrics := listen(t), listen(t)
	w.address = listener.Addr().String()
	config, err := LoadConfig(w.getenv)
	require.NoError(t, err)
	config.MetricsAddr = metrics.Addr().String()
	require.NoError(t, metrics.Close())
	require.NoError(t, w.serve(t.Context(), config, listener))
	requireAnswer(t, "http://"+w.address+"/metrics", http.StatusNotFound)
	requireAnswer(t, "http://"+config.MetricsAddr+"/metrics", http.StatusOK, "X-Forwarded-For", "203.0.113.7")
	requireAnswer(t, "http://"+config.MetricsAddr+"/healthz", http.StatusNotFound)
	require.NoError(t, w.stop())
}

// What keeps okrbot from starting is said at once, and nothing is left behind.
func TestServeRefusesToStart(t *testing.T) {
	t.Parallel()
	busy := listen(t)
	t.Cleanup(func() { require.NoError(t, busy.Close()) })
	for name, test := range map[string]struct {
		change func(*Config)
		wrong  string
	}{
		"busy port":         {func(c *Config) { c.ListenAddr = busy.Addr().String() }, "listen: "},
		"busy metrics port": {func(c *Config) { c.ListenAddr, c.MetricsAddr = "127.0.0.1:0", busy.Addr().String() }, "metrics: "},
		"no Redis":          {func(c *Config) { c.RedisURL = "redis://okr:hunter2@127.0.0.1:1/0" }, "store"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newServeWorld(t)
			w.address = "127.0.0.1:1"
			config, err := LoadConfig(w.getenv)
			require.NoError(t, err)
			test.change(&config)
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			err = serve(ctx, config, slog.New(slog.NewTextHandler(w.log, nil)), nil)
			require.ErrorContains(t, err, test.wrong)
			require.NotContains(t, err.Error()+strings.Join(w.log.lines(), "\n"), "hunter2")
		})
	}
}

// Nobody but a terminal gets text unasked.
func TestServeLogFormat(t *testing.T) {
	t.Parallel()
	for format, begins := range map[string]string{"": "{", "json": "{", "text": "time="} {
		var out bytes.Buffer
		log := newLogger(Config{LogLevel: "warn", LogFormat: format}, &out)
		log.InfoContext(t.Context(), "not said")
		log.WarnContext(t.Context(), "said")
		require.True(t, strings.HasPrefix(out.String(), begins), "%q: %s", format, out.String())
		require.NotContains(t, out.String(), "not said")
	}
}
