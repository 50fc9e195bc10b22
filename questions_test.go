package main

import (
	"context"
	"fmt"
	"net"
	"sync/atomic"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"okrbot/bot/bottest/script"
	"okrbot/cards"
	"okrbot/okr"
)

// tripCounter counts the round trips of a client to Redis: a command, or a pipeline of
// many, is one.
type tripCounter struct{ trips, looks atomic.Int64 }

func (c *tripCounter) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) { return next(ctx, network, addr) }
}

func (c *tripCounter) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		c.trips.Add(1)
		return next(ctx, cmd)
	}
}

func (c *tripCounter) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		c.trips.Add(1)
		return next(ctx, cmds)
	}
}

// countTrips counts the round trips of a world's okrbot.
func countTrips(w *benchWorld) *tripCounter {
	c := &tripCounter{}
	w.app.store.Client().AddHook(c)
	return c
}

// toll is what a turn asks of Redis: commands, with those that scripts call, and
// round trips.
type toll struct{ commands, trips int64 }

// toll counts what a turn asks, once the one before has come to its end.
func (w *benchWorld) toll(tb testing.TB, c *tripCounter, turn func() map[string]any) toll {
	tb.Helper()
	w.run(tb, turn, 1, 1) // Redis knows the scripts
	before := w.settled(tb, c)
	w.run(tb, turn, 1, 1)
	after := w.settled(tb, c)
	return toll{after.commands - before.commands, after.trips - before.trips}
}

// settled is what was asked in all, without the looks at it, once no turn is under way: what
// one notes after its answer is asked by then.
func (w *benchWorld) settled(tb testing.TB, c *tripCounter) toll {
	tb.Helper()
	turnsEnd(tb, w.app)
	commands, _ := w.asked(tb)
	looks := c.looks.Add(1)
	return toll{commands - looks, c.trips.Load() - looks}
}

// turnsEnd waits until each turn that began has ended.
func turnsEnd(tb testing.TB, a *app) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), script.Patience)
	defer cancel()
	require.NoError(tb, quietOf(a)(ctx))
}

func press(verb string, data map[string]string) func() map[string]any {
	return func() map[string]any {
		return map[string]any{"type": "invoke", "name": "adaptiveCard/action", "replyToId": "1", "value": map[string]any{
			"action": map[string]any{"type": "Action.Execute", "verb": verb, "data": data},
		}}
	}
}

func composed(text string) func() map[string]any {
	return func() map[string]any {
		return map[string]any{"type": "invoke", "name": "composeExtension/query", "value": map[string]any{
			"commandId": "searchOkrs", "parameters": []map[string]any{{"name": "text", "value": text}}, "queryOptions": map[string]any{"count": 25},
		}}
	}
}

// asking is a turn that reads, and what it may ask of Redis beside what every turn
// asks (see frameOf).
type asking struct {
	name string
	make func() map[string]any
	most toll
}

// readingTurns are the turns that list, and those that open something.
func readingTurns() []asking {
	list, one, form := toll{11, 2}, toll{9, 1}, toll{10, 1}
	goal := func(id string) map[string]string { return map[string]string{cards.KeyGoal: id} }
	return []asking{
		{"okrs", say("okrs"), list},
		{"okrs all", say("okrs all"), list},
		{"of a team", say("okrs all team:Team 3"), list},
		{"of a kind", say("okrs all kind:objective"), list},
		{"of a period", say("okrs all period:current"), list},
		{"of a status", say("okrs status:behind"), list},
		{"of a status and more", say("okrs mine reliability kind:kr status:not-started"), toll{14, 2}}, // nothing: is it somebody's name?
		{"ended", say("okrs all status:closed"), list},
		{"of an owner", say("okrs owner:me"), toll{15, 2}},
		{"of words", say("okrs all reliability 49"), list},
		{"of words that nothing has", say("okrs nothing like it"), toll{13, 2}},
		{"a further page", press(cards.VerbGoals, map[string]string{cards.KeyOffset: "5"}), list},
		{"one's own, pressed", press(cards.VerbGoalMine, nil), list},
		{"the message extension", composed("reliability"), toll{14, 3}},
		{"the message extension, opened", composed(""), toll{14, 3}},
		{"status", say("status"), list},
		{"status all", say("status all"), list},
		{"what waits for a check-in", say("check-in"), toll{14, 2}}, // nothing: which periods are over and can be closed?
		{"connections", say("connections"), toll{20, 1}},
		{"the integration", say("manage"), toll{26, 0}},
		{"deleted", say("deleted"), list},
		{"by title", say("okr improve reliability 49"), toll{17, 2}},
		{"a choice of goals", say("okr reliability"), list},
		{"an objective", press(cards.VerbGoal, goal("O49")), one},
		{"a key result", press(cards.VerbGoal, goal("KR24")), one},
		{"by id", say("okr KR24"), one},
		{"why", press(cards.VerbWhy, goal("KR24")), one},
		{"why an objective", press(cards.VerbWhy, goal("O4")), one},
		{"history", press(cards.VerbHistory, goal("KR24")), one},
		{"history of an objective", press(cards.VerbHistory, goal("O4")), toll{15, 1}},
		{"the form of an objective", press(cards.VerbGoalEdit, goal("O4")), form},
		{"the form of a key result", press(cards.VerbGoalEdit, goal("KR4")), form},
		{"the form of a new one", press(cards.VerbGoalNew, map[string]string{cards.KeyKind: "key result", cards.KeyParent: "O1"}), form},
		{"the form of a check-in", press(cards.VerbCheckIn, goal("KR4")), form},
		{"the form of closing", press(cards.VerbCloseAsk, goal("KR4")), one},
		{"the form of closing an objective", press(cards.VerbCloseAsk, goal("O4")), one},
		{"the form of a copy", press(cards.VerbCloneAsk, goal("O4")), form},
		{"before deleting", press(cards.VerbGoalAskDelete, goal("O4")), one},
	}
}

// frameOf is what every turn asks that is sent like this one: taking it, knowing the
// person and the place, and noting that it was done.
func (w *benchWorld) frameOf(tb testing.TB, c *tripCounter, turn map[string]any) toll {
	tb.Helper()
	switch turn["name"] {
	case nil:
		return w.toll(tb, c, say("help"))
	case "adaptiveCard/action":
		return w.toll(tb, c, press(cards.VerbHelp, nil))
	}
	return toll{} // the message extension has none
}

// TestReadingsAskLittle counts what turns that list or open something ask of Redis beside
// the frame of every turn: within a limit, and no more in a tenant of 300 objectives than in
// one of 50.
func TestReadingsAskLittle(t *testing.T) {
	t.Parallel()
	tolls := map[int]map[string]toll{}
	for _, objectives := range []int{50, 300} {
		w := newBenchWorld(t)
		w.grow(t, objectives)
		w.connect(t, 40)
		c := countTrips(w)
		w.run(t, say("help"), 1, 65)
		tolls[objectives] = map[string]toll{}
		for _, a := range readingTurns() {
			frame, all := w.frameOf(t, c, a.make()), w.toll(t, c, a.make)
			asks := toll{all.commands - frame.commands, all.trips - frame.trips}
			tolls[objectives][a.name] = asks
			t.Logf("%d objectives, %s: %d commands in %d trips beside %v", objectives, a.name, asks.commands, asks.trips, frame)
			if objectives == 50 {
				require.LessOrEqual(t, asks.commands, a.most.commands, "commands of %s", a.name)
				require.LessOrEqual(t, asks.trips, a.most.trips, "trips of %s", a.name)
			}
		}
	}
	for name, small := range tolls[50] { // a full page needs a question less than one that is not
		if name == "of a status" {
			small.commands += 2 // one for each 4,000 goals that the rest of the list chooses
		}
		require.LessOrEqual(t, tolls[300][name].commands, small.commands, "commands of %s grow with the tenant", name)
		require.LessOrEqual(t, tolls[300][name].trips, small.trips, "trips of %s grow with the tenant", name)
	}
}

// connect makes connections, every other one of who asks.
func (w *benchWorld) connect(tb testing.TB, n int) {
	tb.Helper()
	for i := range n {
		c := okr.Connection{ID: okr.ConnectionID(fmt.Sprintf("C%d", i+1)), Name: fmt.Sprintf("Connection %d", i+1), Owner: w.ownerOf(10 + i%2), Shared: true}
		require.NoError(tb, w.app.store.Connections().Create(tb.Context(), w.actor.Tenant, c))
	}
}
