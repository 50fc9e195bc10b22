package main

import (
	"context"
	"fmt"
	"net"
	"sync/atomic"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"okrbot/cards"
	"okrbot/okr/okrtest"
)

// tripCounter counts the round trips of a client to Redis: a command, or a pipeline of
// many, is one.
type tripCounter struct{ trips atomic.Int64 }

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

// toll is what a turn asked of Redis: commands, with those that scripts call, and
// round trips.
type toll struct{ commands, trips int64 }

// questions counts what a turn asks once everything that is kept between turns is there.
func (w *benchWorld) questions(tb testing.TB, c *tripCounter, turn func() map[string]any) toll {
	tb.Helper()
	w.run(tb, turn, 1, 65)
	before, _ := w.asked(tb)
	trips := c.trips.Load()
	w.run(tb, turn, 1, 1)
	took := c.trips.Load() - trips
	after, _ := w.asked(tb)
	return toll{after - before - 1, took} // less the INFO
}

func press(verb string, data map[string]string) func() map[string]any {
	return func() map[string]any {
		return map[string]any{"type": "invoke", "name": "adaptiveCard/action", "replyToId": "1", "value": map[string]any{
			"action": map[string]any{"type": "Action.Execute", "verb": verb, "data": data},
		}}
	}
}

func compose(text string) func() map[string]any {
	return func() map[string]any {
		return map[string]any{"type": "invoke", "name": "composeExtension/query", "value": map[string]any{
			"commandId": "searchOkrs", "parameters": []map[string]any{{"name": "text", "value": text}}, "queryOptions": map[string]any{"count": 25},
		}}
	}
}

var _ = okrtest.InfoField

func TestProbe(t *testing.T) {
	c := &tripCounter{}
	w := newBenchWorld(t)
	w.grow(t, 50)
	w.app.store.Client().AddHook(c)
	g := func(id string) map[string]string { return map[string]string{cards.KeyGoal: id} }
	for _, turn := range []struct {
		name string
		make func() map[string]any
	}{
		{"help", say("help")}, {"okrs", say("okrs")}, {"okrs all", say("okrs all")}, {"okrs all team", say("okrs all team:Team 3")},
		{"okrs kind", say("okrs all kind:objective")},
		{"okrs period", say("okrs all period:current")}, {"okrs status", say("okrs all status:no data")}, {"okrs owner", say("okrs owner:me")},
		{"okrs search", say("okrs all reliability 49")}, {"okrs words none", say("okrs nothing like it")},
		{"press goals page 2", press(cards.VerbGoals, map[string]string{cards.KeyOffset: "5"})}, {"press mine", press(cards.VerbGoalMine, nil)},
		{"compose", compose("reliability")}, {"compose empty", compose("")},
		{"status", say("status")}, {"status all", say("status all")}, {"check-in", say("check-in")}, {"connections", say("connections")}, {"deleted", say("deleted")},
		{"okr text", say("okr improve reliability 49")}, {"okr many", say("okr reliability")},
		{"open O", press(cards.VerbGoal, g("O49"))}, {"open KR", press(cards.VerbGoal, g("KR24"))}, {"okr KR", say("okr KR24")},
		{"why KR", press(cards.VerbWhy, g("KR24"))}, {"why O", press(cards.VerbWhy, g("O4"))},
		{"history KR", press(cards.VerbHistory, g("KR24"))}, {"history O", press(cards.VerbHistory, g("O4"))},
		{"edit O", press(cards.VerbGoalEdit, g("O4"))}, {"edit KR", press(cards.VerbGoalEdit, g("KR4"))},
		{"new kr", press(cards.VerbGoalNew, map[string]string{cards.KeyKind: "key result", cards.KeyParent: "O1"})},
		{"check in KR", press(cards.VerbCheckIn, g("KR4"))}, {"check in say", say("check-in KR4")}, {"close KR", press(cards.VerbCloseAsk, g("KR4"))}, {"close O", press(cards.VerbCloseAsk, g("O4"))},
		{"clone O", press(cards.VerbCloneAsk, g("O4"))}, {"ask delete", press(cards.VerbGoalAskDelete, g("O4"))},
		{"bind", press(cards.VerbBind, g("KR4"))}, {"digest", say("digest")}, {"reminders", say("reminders")}, {"settings", say("settings")},
	} {
		a := w.questions(t, c, turn.make)
		fmt.Printf("%-20s commands %3d trips %3d\n", turn.name, a.commands, a.trips)
	}
	require.NotNil(t, w)
}
