package main

import (
	"fmt"
	"maps"
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
	"okrbot/bot/bottest/script"
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
	"list of key results": {
		[]string{`say new krs O1\nResult %d: 0 -> 10 teams`, "expect 'Create 1 key result'"},
		[]string{"press 'Create 1 key result'"},
		countGoals,
	},
	"check-in": {
		[]string{"say check-in KR2", "expect 'Check in'"},
		[]string{"fill value=%d 'note=So far'", "press Save"},
		countCheckIns,
	},
	"walk": {
		[]string{"say reminders", "fill reminderSkip=0", "press Save", "expect Saved", "say check-in", "expect '1 of 2 OKRs'"},
		[]string{"fill value.KR2=%d 'note.KR2=So far'", "press 'Save and next'"},
		countCheckIns,
	},
	"tasks": {
		[]string{"say tasks P1", "expect 'Tasks of P1'", "press 'Add tasks'", "expect 'Add tasks'"},
		[]string{"fill 'tasks=Task %d'", "press Save"},
		countTasks,
	},
	"clone": {
		[]string{"say clone O1", "expect 'Clone O1'"},
		[]string{"fill 'scope=Only the objective'", "press Clone"},
		countGoals,
	},
	"connection": {
		[]string{"say connect", "expect 'New connection'", "fill 'name=Way %d' organization=contoso", "press Next", "expect 'Azure DevOps project'"},
		[]string{"fill 'project=Fabrikam Fiber'", "press Save"},
		countConnections,
	},
}

// TestFormsAreSavedOnce breaks the save of each form off at each of its writes to
// Redis. Then the person presses again, or Teams delivers the same press again to
// another process, since the first one has died with it in hand: whatever was done by
// then, it is there once.
func TestFormsAreSavedOnce(t *testing.T) {
	t.Parallel()
	inBrokenWorlds(t, slices.Sorted(maps.Keys(madeBy)), func(t *testing.T, b *broken, name string, dies bool) {
		t.Helper()
		form := madeBy[name]
		for at, broke := 1, true; broke; at++ {
			play(t, b.world, numbered(form.open, at)...)
			before := form.count(t, b.world)
			broke = b.breakOff(t, at, dies, numbered(form.save, at))
			require.Equal(t, before+1, form.count(t, b.world), "broken at command %d", at)
		}
	})
}

// inBrokenWorlds does something by name in a world whose Redis breaks, and again in one whose
// okrbot dies of it. Each begins with the same data.
func inBrokenWorlds(t *testing.T, names []string, do func(t *testing.T, b *broken, name string, dies bool)) {
	t.Helper()
	for _, dies := range []bool{false, true} {
		t.Run(fmt.Sprintf("okrbot dies: %t", dies), func(t *testing.T) {
			t.Parallel()
			b := startBroken(t)
			for i, name := range names {
				if i > 0 {
					b.anew(t)
				}
				t.Run(name, func(t *testing.T) { do(t, b, name, dies) })
			}
		})
	}
}

// numbered puts a number into the lines of a form.
func numbered(lines []string, n int) []string {
	return strings.Split(strings.ReplaceAll(strings.Join(lines, "\n"), "%d", strconv.Itoa(n)), "\n")
}

// broken is a world whose Redis breaks.
type broken struct {
	*world
	store *breakable
	start storeCopy
}

// startBroken has KR1, which is bound, and KR2, which is not.
func startBroken(t *testing.T) *broken {
	t.Helper()
	store := startBreakable(t)
	b := &broken{world: newWorld(t, time.Now(), "REDIS_URL", store.url()), store: store}
	require.NoError(t, b.Start())
	play(t, b.world, "start bound", "say new kr", "fill 'title=By hand' metric=Teams target=100", "press Save", "expect KR2",
		"say new project", "fill title=Work", "press Save", "expect P1", "idle")
	b.start = copyOf(t, store.redis)
	return b
}

// anew starts okrbot anew with the data of the beginning.
func (b *broken) anew(t *testing.T) {
	t.Helper()
	_ = b.Stop() // it may have lost its store
	b.store.mend()
	b.start.restoreAll(t, b.store.redis)
	require.NoError(t, b.Start())
}

// breakOff plays the save of a form, breaks Redis off at one of its writes, and does what
// comes then: the person presses again, or okrbot has died and Teams delivers the press
// again. It says whether it came to the break.
func (b *broken) breakOff(t *testing.T, at int, dies bool, save []string) bool {
	t.Helper()
	b.store.breakAt(at)
	_ = b.Play(save...) // refused, or not
	broke := b.store.isBroken()
	if !dies || !broke {
		b.store.mend()
		play(t, b.world, "again") // saved, or already saved
		return broke
	}
	require.NoError(t, b.Stop()) // it could note nothing any more
	b.store.mend()
	b.store.redis.FastForward(time.Minute)
	require.NoError(t, b.Start())
	play(t, b.world, "redeliver")
	return true
}

// TestAMessageIsAnsweredAfterADeath lets okrbot die at each write to Redis while it
// answers a command: Teams delivers the message again, and it is answered.
func TestAMessageIsAnsweredAfterADeath(t *testing.T) {
	t.Parallel()
	store := startBreakable(t)
	w := newWorld(t, time.Now(), "REDIS_URL", store.url())
	require.NoError(t, w.Start())
	play(t, w, "start bound")
	for at, broke := 1, true; broke; at++ {
		store.breakAt(at)
		_ = w.Play("say okr KR1")
		if broke = store.isBroken(); !broke {
			continue
		}
		require.NoError(t, w.Stop())
		store.mend()
		store.redis.FastForward(time.Minute)
		require.NoError(t, w.Start())
		play(t, w, "redeliver", "expect 'Key result · KR1'")
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

func countTasks(t *testing.T, w *world) int {
	t.Helper()
	g, err := w.app.store.Goals().Get(t.Context(), bottest.DefaultTenant, "P1")
	require.NoError(t, err)
	return len(g.Tasks)
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
	b := &breakable{redis: startEmbedded(t)}
	quick := script.Quick(b.redis)
	b.redis.Server().SetPreHook(func(p *redisserver.Peer, command string, args ...string) bool {
		isQueue := strings.Contains(strings.Join(args, " "), "asynq")
		if isQueue || !isWrite(command) || !b.breaks() {
			return quick(p, command, args...)
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

// breakableOption makes the client try each command once.
const breakableOption = "max_retries=-1"

// url has the patience of a world's own Redis.
func (b *breakable) url() string {
	return "redis://" + b.redis.Addr() + "?" + breakableOption + "&read_timeout=120s&write_timeout=120s&pool_timeout=120s"
}

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

func (b *breakable) isBroken() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.broke
}

func (b *breakable) mend() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left = 0
}

// changedBy are the forms that change what is there, with how one is filled in, and how
// it is seen that the change was made.
func changedBy() map[string]struct{ open, save, seen []string } {
	return map[string]struct{ open, save, seen []string }{
		"edit": {
			[]string{"say edit KR2", "expect 'Edit key result KR2'"},
			[]string{"fill 'title=Renamed %d'", "press Save"},
			[]string{"say okr KR2", "expect 'Renamed %d'"},
		},
		"bind": {
			[]string{"say bind KR2", "fill 'text=Launch bugs'", "press Next", "expect 'Preview of KR2'"},
			[]string{"press Save"},
			[]string{"say unbind KR2", "press Unbind", "expect 'bind it to Azure DevOps'"},
		},
		"bind to work items": {
			[]string{"say bind KR2 to 33, 34", "expect 'Choose work items for KR2'", "press Next", "expect 'Preview of KR2'"},
			[]string{"press Save"},
			[]string{"say unbind KR2", "press Unbind", "expect 'bind it to Azure DevOps'"},
		},
		"close": {
			[]string{"say close KR2", "expect 'Close KR2'"},
			[]string{"fill state=closed 'note=Over %d'", "press 'Close it'"},
			[]string{"say okr KR2", "expect Closed 'Over %d'", "say reopen KR2", "press Reopen", "expect 'Key result · KR2'"},
		},
	}
}

// TestFormsChangeAllOrNothing breaks off forms that change what is there, as
// TestFormsAreSavedOnce does those that make something.
func TestFormsChangeAllOrNothing(t *testing.T) {
	t.Parallel()
	inBrokenWorlds(t, slices.Sorted(maps.Keys(changedBy())), func(t *testing.T, b *broken, name string, dies bool) {
		t.Helper()
		form := changedBy()[name]
		for at, broke := 1, true; broke; at++ {
			play(t, b.world, numbered(form.open, at)...)
			broke = b.breakOff(t, at, dies, numbered(form.save, at))
			play(t, b.world, numbered(form.seen, at)...)
		}
	})
}

// TestAQuarterIsClosedOnce breaks the closing of a quarter off at each of its writes, as
// TestFormsAreSavedOnce does: the objective is then closed with its key results, and
// continues in one copy of each.
func TestAQuarterIsClosedOnce(t *testing.T) {
	t.Parallel()
	inBrokenWorlds(t, []string{"a quarter"}, func(t *testing.T, b *broken, _ string, dies bool) {
		t.Helper()
		for at, broke := 1, true; broke; at += 2 { // every second one, for the number is large
			if at > 1 {
				b.anew(t)
			}
			play(t, b.world, "say close current", "expect 'What happens to O1'")
			before := countGoals(t, b.world)
			broke = b.breakOff(t, at, dies, []string{"fill ending.O1=continue", "press 'Close it'"})
			play(t, b.world, "say close current", "expect 'Nothing to close'")
			require.Equal(t, before+4, countGoals(t, b.world), "broken at command %d", at)
		}
	})
}
