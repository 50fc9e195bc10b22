package redisstore_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okrbot/okr"
	"okrbot/okr/okrtest"
	"okrbot/okr/redisstore"
)

// gateTimes are long enough that a test sees none of them end by itself.
const gateAlone, gateLease, gateWait = time.Hour, 2 * time.Hour, 2 * time.Hour

// gatePause is the longest that Azure DevOps is asked for.
const gatePause = 10 * time.Minute

// asker is a process at the gate of one sign-in.
type asker struct {
	t      require.TestingT
	ctx    context.Context //nolint:containedctx // of the test
	gate   redisstore.Gate
	access string
	name   string
	number int64

	alone, lease, wait time.Duration
}

func (p *asker) ask(inFlight int, more bool, closed time.Duration) redisstore.GateGrant {
	p.number++
	return p.askAs(p.number, inFlight, more, closed)
}

func (p *asker) askAs(number int64, inFlight int, more bool, closed time.Duration) redisstore.GateGrant {
	got, err := p.gate.Ask(p.ctx, okrtest.TenantID, p.access, redisstore.GateClaim{
		Process: p.name, Number: number, InFlight: inFlight, More: more, Limit: 2, Closed: closed, Alone: p.alone, Lease: p.lease, Wait: p.wait,
	})
	require.NoError(p.t, err)
	return got
}

// onEach runs a test with a gate on the embedded Redis, a real one and a Cluster.
func onEach(t *testing.T, test func(t *testing.T, process func(name string) *asker)) {
	t.Helper()
	for name, start := range map[string]func(t *testing.T) *redisstore.Store{
		"embedded":     func(t *testing.T) *redisstore.Store { t.Helper(); return open(t, "") },
		"redis-server": func(t *testing.T) *redisstore.Store { t.Helper(); return open(t, okrtest.StartRedis(t)) },
		"cluster":      openCluster,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t)
			test(t, func(name string) *asker {
				return &asker{t: t, ctx: t.Context(), gate: redisstore.GateOf(s), access: "CR1", name: name, alone: gateAlone, lease: gateLease, wait: gateWait}
			})
			keys, err := s.Client().Keys(t.Context(), "*gate*").Result()
			require.NoError(t, err)
			require.Empty(t, keys, "nothing is left")
		})
	}
}

// A process that is alone goes on without asking. One that comes waits until the first one has asked again; then they take turns.
func TestGateIsShared(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, process func(string) *asker) {
		t.Helper()
		a, b := process("A"), process("B")
		require.Equal(t, redisstore.GateGrant{May: true, Alone: gateAlone}, a.ask(0, true, 0))
		require.Equal(t, redisstore.GateGrant{}, b.ask(0, true, 0), "A is alone")
		require.Equal(t, redisstore.GateGrant{}, a.ask(1, false, 0), "B waits")
		require.Equal(t, redisstore.GateGrant{}, a.ask(1, true, 0), "B came first")
		require.Equal(t, redisstore.GateGrant{May: true}, b.ask(0, true, 0))
		require.Equal(t, redisstore.GateGrant{}, a.ask(1, true, 0), "both are taken")
		require.Equal(t, redisstore.GateGrant{}, b.ask(0, true, 0), "A came first")
		require.Equal(t, redisstore.GateGrant{May: true}, a.ask(1, true, 0))
		require.Equal(t, redisstore.GateGrant{}, a.ask(0, false, 0))
		require.Equal(t, redisstore.GateGrant{May: true, Alone: gateAlone}, b.ask(0, true, 0))
		b.ask(0, false, 0)
	})
}

// Azure DevOps counts by the account, whoever of okrbot's people signed in with it: they share one gate, and no other account.
func TestGateIsOfAnAccount(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, process func(string) *asker) {
		t.Helper()
		account, other := okr.Account{ObjectID: "service", TenantID: "contoso"}, okr.Account{ObjectID: "ada", TenantID: "contoso"}
		as := func(name string, owner okr.UserID, account okr.Account) *asker {
			p := process(name)
			p.access = okr.CredentialIDFor(owner, account).Budget()
			return p
		}
		a, b, c := as("A", okrtest.Ada.ID, account), as("B", okrtest.Grace.ID, account), as("C", okrtest.Ada.ID, other)
		application := as("D", okr.TheOrganization().ID, okr.Account{ObjectID: "application", TenantID: "contoso"})
		require.True(t, a.ask(0, true, 0).May)
		require.Zero(t, b.ask(0, true, 0), "A is alone with the account")
		require.Equal(t, redisstore.GateGrant{May: true, Alone: gateAlone}, c.ask(0, true, 0))
		require.Equal(t, redisstore.GateGrant{May: true, Alone: gateAlone}, application.ask(0, true, 0))
		a.ask(1, false, gatePause)
		require.NotZero(t, b.ask(0, false, 0).Closed, "the account must pause")
		require.Zero(t, c.ask(0, false, 0).Closed)
		require.Zero(t, application.ask(0, false, 0).Closed)
		a.ask(0, false, 0)
		keys, err := keysOf(t, a.gate) // of the pause
		require.NoError(t, err)
		require.NoError(t, redisstore.ClientOf(a.gate).Del(t.Context(), keys...).Err())
	})
}

// A pause that one process was told to make holds for all, and the longest counts.
func TestGateIsClosedForAll(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, process func(string) *asker) {
		t.Helper()
		a, b := process("A"), process("B")
		a.ask(0, true, 0)
		require.InDelta(t, gatePause, a.ask(1, false, gatePause).Closed, float64(time.Minute))
		require.InDelta(t, gatePause, a.ask(0, false, time.Minute).Closed, float64(time.Minute))
		got := b.ask(0, true, 0)
		require.False(t, got.May)
		require.Zero(t, got.Alone)
		require.InDelta(t, gatePause, got.Closed, float64(time.Minute))
		// Let it be over.
		keys, err := keysOf(t, b.gate)
		require.NoError(t, err)
		require.Len(t, keys, 1)
		require.NoError(t, redisstore.ClientOf(b.gate).HSet(t.Context(), keys[0], "opens", time.Now().Add(-time.Second).UnixMilli()).Err())
		require.True(t, b.ask(0, true, 0).May)
		b.ask(0, false, 0)
	})
}

func keysOf(t *testing.T, g redisstore.Gate) ([]string, error) {
	t.Helper()
	return redisstore.ClientOf(g).Keys(t.Context(), "*gate*").Result()
}

// A process that died counts until its lease ends, and holds no place in the line for long. A claim that comes late changes
// nothing.
func TestGateForgetsTheDead(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, process func(string) *asker) {
		t.Helper()
		dead, late, b := process("dead"), process("late"), process("B")
		late.ask(0, true, 0)
		late.ask(1, false, 0)
		require.False(t, dead.ask(0, true, 0).May, "the first one is alone")
		late.ask(1, false, 0)
		require.True(t, dead.ask(0, true, 0).May)
		require.False(t, b.ask(0, true, 0).May)
		late.askAs(1, 0, false, 0) // was on its way for long
		require.False(t, b.ask(0, true, 0).May)
		b.lease = 0 // all that was claimed so far has ended
		require.True(t, b.ask(0, true, 0).May)
		late.ask(0, false, 0)
		b.ask(0, false, 0)
	})
}

// After a failover the clock of Redis may be behind that of before. What a process that died then claimed, and a pause, hold
// nobody up until the new clock comes to that time.
func TestGateAfterAClockThatWasAhead(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, process func(string) *asker) {
		t.Helper()
		dead, b := process("dead"), process("B")
		require.True(t, dead.ask(0, true, 0).May)
		dead.ask(1, false, gatePause)
		keys, err := keysOf(t, b.gate)
		require.NoError(t, err)
		require.Len(t, keys, 1)
		ahead := time.Now().Add(24 * time.Hour).UnixMilli()
		require.NoError(t, redisstore.ClientOf(b.gate).HSet(t.Context(), keys[0],
			"dead", fmt.Sprintf("2:%d:0:%d:2", ahead, ahead), "opens", ahead).Err())
		require.Equal(t, redisstore.GateGrant{May: true, Alone: gateAlone}, b.ask(0, true, 0))
		left, err := redisstore.ClientOf(b.gate).HKeys(t.Context(), keys[0]).Result()
		require.NoError(t, err)
		require.Equal(t, []string{"B"}, left)
		b.ask(0, false, 0)
	})
}

// An ask is one trip of at most six commands: the script, the clock, what it reads and writes, and for how long.
func TestGateCosts(t *testing.T) {
	t.Parallel()
	s := open(t, okrtest.StartRedis(t))
	ran := func() int64 {
		return okrtest.InfoField(s.Client().Info(t.Context(), "stats").Val(), "total_commands_processed")
	}
	p := &asker{t: t, ctx: t.Context(), gate: redisstore.GateOf(s), access: "CR1", name: "A", alone: gateAlone, lease: gateLease, wait: gateWait}
	p.ask(0, true, 0)
	for _, ask := range []func(){func() { p.ask(1, false, 0) }, func() { p.ask(1, true, gatePause) }, func() { p.ask(0, true, 0) }, func() { p.ask(0, false, 0) }} {
		before := ran()
		ask()
		require.LessOrEqual(t, ran()-before-1, int64(6)) // without the look itself
	}
}

// Whatever processes ask and in whichever order: no more than two requests are under way, nobody who is alone is joined,
// nobody begins while it is closed, and who waits is served before who came later.
func TestGateHolds(t *testing.T) {
	t.Parallel()
	stores := map[string]*redisstore.Store{"embedded": open(t, ""), "redis-server": open(t, okrtest.StartRedis(t))}
	for name, s := range stores {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run := 0
			rapid.Check(t, func(t *rapid.T) {
				run++
				checkGate(t, redisstore.GateOf(s), fmt.Sprintf("CR%d", run))
			})
		})
	}
}

// modelled is what the test knows of a process.
type modelled struct {
	*asker
	inFlight int
	isAlone  bool
	waits    bool
}

func checkGate(t *rapid.T, gate redisstore.Gate, access string) {
	var all []*modelled
	for n := range rapid.IntRange(1, 4).Draw(t, "processes") {
		all = append(all, &modelled{asker: &asker{
			t: t, ctx: context.Background(), gate: gate, access: access, name: fmt.Sprint(n), alone: gateAlone, lease: gateLease, wait: gateWait,
		}})
	}
	var line []*modelled
	closed := false
	for range rapid.IntRange(1, 40).Draw(t, "steps") {
		p := rapid.SampledFrom(all).Draw(t, "process")
		switch act := rapid.SampledFrom([]string{"begin", "begin", "begin", "end", "say", "close"}).Draw(t, "act"); act {
		case "begin":
			line = p.begin(t, all, line, closed)
		case "end":
			p.inFlight = max(0, p.inFlight-1)
		case "say", "close":
			if p.waits {
				continue // who waits in the line says all with its next ask
			}
			d := time.Duration(0)
			if closed = closed || act == "close" && rapid.IntRange(0, 9).Draw(t, "rarely") == 0; closed {
				d = gatePause
			}
			got := p.ask(p.inFlight, false, d)
			require.False(t, got.May)
			require.Equal(t, closed, got.Closed > 0)
			p.isAlone = got.Alone > 0
		}
		requireFew(t, all)
	}
}

// begin begins a request where that may be.
func (p *modelled) begin(t *rapid.T, all, line []*modelled, closed bool) []*modelled {
	if p.inFlight == 2 {
		return line
	}
	if p.isAlone {
		p.inFlight++
		return line
	}
	if !p.waits {
		line, p.waits = append(line, p), true
	}
	got := p.ask(p.inFlight, true, 0)
	if closed {
		require.False(t, got.May)
		require.Positive(t, got.Closed)
	}
	if got.May || got.Closed > 0 {
		for i, other := range line {
			if other == p {
				line = append(line[:i:i], line[i+1:]...)
				break
			}
			require.False(t, got.May && totalOf(all) > 0, "who came first is served first")
		}
		p.waits = false
	}
	if got.May {
		p.inFlight++
	}
	p.isAlone = got.Alone > 0
	return line
}

func totalOf(all []*modelled) (sum int) {
	for _, p := range all {
		sum += p.inFlight
	}
	return sum
}

func requireFew(t *rapid.T, all []*modelled) {
	require.LessOrEqual(t, totalOf(all), 2, "requests under way")
	for _, p := range all {
		require.False(t, p.isAlone && p.inFlight != totalOf(all), "one who is alone is joined by nobody")
	}
}
