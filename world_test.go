package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/stretchr/testify/require"

	"okrbot/bot/bottest/script"
	"okrbot/okr/okrtest"
)

// world is the world of a script for a test that needs more than a script can say.
type world struct {
	*script.World
	app *app // the okrbot that runs
}

// newWorld makes a world, in which okrbot is not started yet, with variables of
// okrbot as NAME, value, NAME, value. Without REDIS_URL its Redis is embedded.
func newWorld(tb testing.TB, now time.Time, env ...string) *world {
	tb.Helper()
	all := map[string]string{}
	for i := 0; i < len(env); i += 2 {
		all[env[i]] = env[i+1]
	}
	w := &world{}
	var err error
	w.World, err = script.New(script.Options{Start: startIn(func(a *app) { w.app = a }), Now: now, Env: all})
	require.NoError(tb, err)
	tb.Cleanup(func() {
		require.NoError(tb, w.Close())
		*w = world{} // testing holds on to w until the last test beside this one has ended
	})
	return w
}

// startEmbedded starts the embedded Redis of a world that looks into it.
func startEmbedded(t *testing.T) *miniredis.Miniredis {
	t.Helper()
	redis, err := script.StartRedis()
	require.NoError(t, err)
	t.Cleanup(redis.Close)
	return redis
}

// newServeWorld is a world with a redis-server.
func newServeWorld(tb testing.TB) *world {
	tb.Helper()
	return newWorld(tb, time.Now(), "REDIS_URL", okrtest.StartRedis(tb))
}

// newCheckedWorld is a world with a running okrbot, and what it leaves is checked
// as at the end of a script.
func newCheckedWorld(t *testing.T, env ...string) *world {
	t.Helper()
	w := newWorld(t, time.Now(), env...)
	startChecked(t, w)
	return w
}

// startChecked starts okrbot in a world; what it leaves is checked.
func startChecked(t *testing.T, w *world) {
	t.Helper()
	require.NoError(t, w.Start())
	t.Cleanup(func() { require.NoError(t, errors.Join(w.Stop(), w.Check())) })
}

// play plays lines of a script.
func play(t *testing.T, w *world, lines ...string) {
	t.Helper()
	require.NoError(t, w.Play(lines...))
}

// enableAndBind goes the main path: KR1 is bound through connection C1 and the
// channel Delivery gets a digest.
func enableAndBind(t *testing.T, w *world) {
	t.Helper()
	play(t, w,
		"say enable", "press Enable", "expect Enabled",
		"say new objective", "expect 'New objective'", "fill 'title=Launch the shop'", "press Save",
		"say new kr", "expect 'New key result'", "fill 'title=Close the bugs' 'metric=Bugs closed' target=100", "press Save",
		"say bind KR1", "expect 'Sign in to Azure DevOps'", "signin",
		"expect 'New connection'", "fill 'project=contoso / Fabrikam Fiber' 'text=Launch bugs'", "press Next",
		"expect 'Preview of KR1'", "expect '40%'", "press Save", "expect '12 of 30'",
		"in channel Delivery", "say digest", "expect Digest", "press Subscribe", "expect 'Digest on'", "in personal",
	)
}

// eventually looks until something is so: at first every 10 ms, and ever more seldom up to every 100 ms, for a look may take
// many questions.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	pause := 10 * time.Millisecond
	look := time.NewTimer(pause)
	defer look.Stop()
	limit := time.After(script.Patience)
	for !is() {
		select {
		case <-look.C:
			pause = min(pause*5/4, 100*time.Millisecond)
			look.Reset(pause)
		case <-limit:
			require.Fail(t, "not "+what)
		}
	}
}

// backAgain waits until okrbot has found a store again that was away: once many tries to dial have failed, its client dials anew
// once a second, and until then some commands find no connection.
func backAgain(t *testing.T, address string) {
	t.Helper()
	inARow := 0
	eventually(t, "ready again", func() bool {
		status, _, err := script.Get(t.Context(), address+"/readyz")
		if inARow++; err != nil || status != http.StatusOK {
			inARow = 0
		}
		return inARow == 20
	})
}

// freeAddress is where a process of a test may listen. The port is below those that systems give away, which another test
// would get before the process has it: https://docs.kernel.org/networking/ip-sysctl.html, ip_local_port_range.
func freeAddress(t *testing.T) string {
	t.Helper()
	for range 100 {
		l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", fmt.Sprintf("127.0.0.1:%d", 10_000+rand.IntN(22_000))) //nolint:gosec // no secret
		if err == nil {
			require.NoError(t, l.Close())
			return l.Addr().String()
		}
	}
	require.Fail(t, "no port is free")
	return ""
}

// listen takes a free port.
func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	return l
}
