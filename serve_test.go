package main

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/bot/bottest"
	"okrbot/bot/bottest/script"
	"okrbot/okr/redisstore"
)

// A stop takes no new turn, lets the turn and the sync under way finish, and
// ends without an error. That nothing is left running is checked by TestMain.
func TestServeFinishesWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	w := newServeWorld(t)
	require.NoError(t, w.Start())
	enableAndBind(t, w)
	_, err := w.Azure.Complete(adotest.OrgContoso, adotest.ProjectFiber, "Launch bugs", 3)
	require.NoError(t, err)
	release := make(chan struct{})
	w.Azure.ResetCalls()
	w.Azure.Fail(adotest.Rule{Op: adotest.OpQueryRun, Count: 1, Fault: adotest.Held(make(chan struct{}, 1), release)})
	w.Azure.Fail(adotest.Rule{Op: adotest.OpQuerySearch, Count: 1, Fault: adotest.Held(make(chan struct{}, 1), release)})
	play(t, w, "say sync KR1")
	turn := make(chan error, 1)
	go func() {
		_, err := w.Teams.Say(t.Context(), w.Chat, w.User, "queries scope")
		turn <- err
	}()
	eventually(t, "the sync and the turn are under way", func() bool { return w.Azure.MaxInFlight(adotest.AlexOID) == 2 })

	stopped := make(chan error, 1)
	go func() { stopped <- w.Stop() }()
	eventually(t, "new turns are turned away", func() bool {
		d, err := w.Teams.Deliver(t.Context(), w.Teams.Activity(w.Chat, w.User, "typing"), bottest.DeliverOptions{})
		return err != nil || d.Status == http.StatusServiceUnavailable
	})
	require.Empty(t, stopped, "it waits")
	close(release)
	require.NoError(t, <-stopped)
	require.NoError(t, <-turn)
	play(t, w, "expect 'Launch scope'", "expect '15 of 30' '50%'")
	require.NoError(t, w.Check())
}

func TestServeMetricsElsewhere(t *testing.T) {
	t.Parallel()
	w := newServeWorld(t)
	w.Address = freeAddress(t)
	w.Env["METRICS_ADDR"] = freeAddress(t)
	require.NoError(t, w.Start())
	metrics := "http://" + w.Env["METRICS_ADDR"]
	requireAnswer(t, "http://"+w.Address+"/metrics", http.StatusNotFound)
	requireAnswer(t, metrics+"/metrics", http.StatusOK, "X-Forwarded-For", "203.0.113.7")
	requireAnswer(t, metrics+"/healthz", http.StatusNotFound)
	require.NoError(t, w.Stop())
}

// What keeps okrbot from starting is said at once, and nothing is left behind.
func TestServeRefusesToStart(t *testing.T) {
	t.Parallel()
	busy := listen(t)
	t.Cleanup(func() { require.NoError(t, busy.Close()) })
	for name, test := range map[string]struct {
		change func(*Config)
		before func(*testing.T, Config)
		wrong  string
	}{
		"busy port":         {func(c *Config) { c.ListenAddr = busy.Addr().String() }, nil, "listen: "},
		"busy metrics port": {func(c *Config) { c.ListenAddr, c.MetricsAddr = "127.0.0.1:0", busy.Addr().String() }, nil, "metrics: "},
		"no Redis":          {func(c *Config) { c.RedisURL = "redis://okr:hunter2@127.0.0.1:1/0" }, nil, "store"},
		"another seal key": {func(*Config) {}, func(t *testing.T, c Config) {
			t.Helper()
			store, err := redisstore.Open(t.Context(), redisstore.Options{URL: c.RedisURL.Reveal(), SealKeys: configKey("before", 32)})
			require.NoError(t, err)
			require.NoError(t, store.Close())
		}, `SEAL_KEYS has none of the keys that sealed here ("before")`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newServeWorld(t)
			w.Address = "127.0.0.1:1"
			config, err := LoadConfig(w.Getenv)
			require.NoError(t, err)
			test.change(&config)
			ctx, cancel := context.WithTimeout(t.Context(), script.Patience)
			defer cancel()
			if test.before != nil {
				test.before(t, config)
			}
			err = serve(ctx, config, slog.New(slog.NewTextHandler(w.Log, nil)), nil)
			require.ErrorContains(t, err, test.wrong)
			require.NotContains(t, err.Error()+strings.Join(w.Log.Lines(), "\n"), "hunter2")
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
