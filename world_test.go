package main

import (
	"errors"
	"net"
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
	tb.Cleanup(func() { require.NoError(tb, w.Close()) })
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
	require.NoError(t, w.Start())
	t.Cleanup(func() { require.NoError(t, errors.Join(w.Stop(), w.Check())) })
	return w
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
		"expect 'New connection'", "fill name=Contoso organization=contoso", "press Next",
		"expect Project", "fill 'project=Fabrikam Fiber'", "press Save",
		"expect 'Bind KR1'", "fill 'text=Launch bugs'", "press Search", "expect Found", "press Choose",
		"expect 'How to measure KR1'", "press Preview", "expect '40 %'", "press Save", "expect '12 of 30'",
		"in channel Delivery", "say digest", "expect Digest", "press Subscribe", "expect 'Digest on'", "in personal",
	)
}

// eventually looks until something is so.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(script.Patience)
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
