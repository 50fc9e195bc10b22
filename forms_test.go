package main

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	redisserver "github.com/alicebob/miniredis/v2/server"
	"github.com/stretchr/testify/require"

	"okrbot/bot/bottest"
	"okrbot/okr"
)

// madeBy are the forms that make something anew, with how one is filled in. %d stands
// for a number that is another one each time.
var madeBy = map[string]struct {
	open, save []string
	count      func(*testing.T, *world) int
}{
	"goal": {
		[]string{"say new kr", "expect 'New key result'"},
		[]string{"fill 'title=Result %d' metric=Teams target=10", "press Save"},
		countGoals,
	},
	"check-in": {
		[]string{"say check-in KR2", "expect 'Check in'"},
		[]string{"fill value=%d 'note=So far'", "press Save"},
		countCheckIns,
	},
	"clone": {
		[]string{"say clone O1", "expect 'Clone O1'"},
		[]string{"fill 'scope=Only the objective'", "press Clone"},
		countGoals,
	},
	"connection": {
		[]string{"say connect", "expect 'New connection'", "fill 'name=Way %d' organization=contoso", "press Next", "expect Project"},
		[]string{"fill 'project=Fabrikam Fiber'", "press Save"},
		countConnections,
	},
}

// TestFormsAreSavedOnce breaks the save of each form off at each of its writes to
// Redis, and presses again: whatever was done by then, it is there once.
func TestFormsAreSavedOnce(t *testing.T) {
	t.Parallel()
	for name, form := range madeBy {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := startBreakable(t)
			w := newWorld(t, time.Now(), "REDIS_URL", store.url())
			require.NoError(t, w.Start())
			play(t, w, "start bound", "say new kr", "fill 'title=By hand' metric=Teams target=100", "press Save", "expect KR2")
			for at, broke := 1, true; broke; at++ {
				numbered := func(lines []string) []string {
					return strings.Split(strings.ReplaceAll(strings.Join(lines, "\n"), "%d", strconv.Itoa(at)), "\n")
				}
				play(t, w, numbered(form.open)...)
				before := form.count(t, w)
				store.breakAt(at)
				_ = w.Play(numbered(form.save)...) // refused, or not
				broke = store.mend()
				play(t, w, "again") // saved, or saved already
				require.Equal(t, before+1, form.count(t, w), "broken at command %d", at)
			}
		})
	}
}

func countGoals(t *testing.T, w *world) int {
	t.Helper()
	_, n, err := w.app.store.Goals().List(t.Context(), bottest.DefaultTenant, "", okr.Page{Limit: 1})
	require.NoError(t, err)
	return n
}

func countCheckIns(t *testing.T, w *world) int {
	t.Helper()
	_, n, err := w.app.store.CheckIns().List(t.Context(), bottest.DefaultTenant, "", okr.Page{Limit: 1})
	require.NoError(t, err)
	return n
}

func countConnections(t *testing.T, w *world) int {
	t.Helper()
	_, n, err := w.app.store.Connections().List(t.Context(), bottest.DefaultTenant, "", okr.Page{Limit: 1})
	require.NoError(t, err)
	return n
}

// breakable is a Redis whose connections break at a write of the conversation,
// and go on breaking until it is mended.
type breakable struct {
	redis *miniredis.Miniredis
	mu    sync.Mutex
	left  int // commands until it breaks; 0: it does not
	broke bool
}

func startBreakable(t *testing.T) *breakable {
	t.Helper()
	b := &breakable{redis: miniredis.RunT(t)}
	b.redis.Server().SetPreHook(func(p *redisserver.Peer, command string, args ...string) bool {
		isQueue := strings.Contains(strings.Join(args, " "), "asynq")
		if isQueue || !isWrite(command) || !b.breaks() {
			return false
		}
		p.Close()
		return true
	})
	return b
}

// isWrite says whether a command may change something by itself. Those inside a
// transaction do so at its EXEC.
func isWrite(command string) bool {
	return slices.Contains([]string{"EXEC", "SET", "GETDEL", "DEL", "INCR", "SADD", "SREM", "EVAL", "EVALSHA"}, strings.ToUpper(command))
}

// url makes the client try each command once.
func (b *breakable) url() string { return "redis://" + b.redis.Addr() + "?max_retries=-1" }

func (b *breakable) breaks() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.left > 1 {
		b.left--
		return false
	}
	b.broke = b.broke || b.left == 1
	return b.left == 1
}

func (b *breakable) breakAt(command int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left, b.broke = command, false
}

// mend says whether it broke meanwhile.
func (b *breakable) mend() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left = 0
	return b.broke
}
