package main

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"okrbot/bot/teams"
	"okrbot/cards"
)

// asks is how often Redis was asked, and for how much: a pipeline or transaction is one trip.
// A script is one command here.
type asks struct{ trips, commands int }

// turnAsks counts what turns ask of Redis, by their references; the clock and the queue have
// none.
type turnAsks struct {
	mu    sync.Mutex
	turns map[string]asks
	order []string // of the references
}

// askedOf counts from now on what the turns of an okrbot ask.
func askedOf(a *app) *turnAsks {
	c := &turnAsks{turns: map[string]asks{}}
	a.store.Client().AddHook(c)
	return c
}

func (c *turnAsks) note(ctx context.Context, commands int) {
	ref := teams.RefFrom(ctx)
	if ref == "" {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	n, isKnown := c.turns[ref]
	if !isKnown {
		c.order = append(c.order, ref)
	}
	c.turns[ref] = asks{n.trips + 1, n.commands + commands}
}

// total is what all turns have asked so far.
func (c *turnAsks) total() (sum asks) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, n := range c.turns {
		sum.trips += n.trips
		sum.commands += n.commands
	}
	return sum
}

// last is what the last n turns have asked.
func (c *turnAsks) last(n int) []asks {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []asks
	for _, ref := range c.order[len(c.order)-n:] {
		out = append(out, c.turns[ref])
	}
	return out
}

func (c *turnAsks) DialHook(next redis.DialHook) redis.DialHook { return next }

func (c *turnAsks) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		c.note(ctx, 1)
		return next(ctx, cmd)
	}
}

func (c *turnAsks) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		c.note(ctx, len(cmds))
		return next(ctx, cmds)
	}
}

// A turn asks Redis once before its work, and once after its answer: in a chat that it knows
// and for a person whom it knows, it writes only that it was handled. What the work itself asks
// is between; frame is 3 commands (4 where others read along) and 1.
func TestWhatATurnAsksOfRedis(t *testing.T) {
	t.Parallel()
	w := newWorld(t, time.Date(2026, time.August, 17, 9, 0, 0, 0, time.UTC))
	require.NoError(t, w.Start())
	play(t, w, "start bound", "in channel Delivery", "say digest", "press Subscribe", "expect 'Digest on'", "say help", "expect 'What I can do'", "in personal",
		"say okrs", "expect O1", "say help", "expect 'What I can do'", "idle") // Redis knows the scripts
	asked := askedOf(w.app)
	press := func(goal string) {
		t.Helper()
		value := map[string]any{"action": map[string]any{"type": "Action.Execute", "verb": cards.VerbGoal, "data": map[string]any{cards.KeyGoal: goal}}}
		d, err := w.Teams.Invoke(t.Context(), w.Teams.Personal(w.User), w.User, teams.InvokeCardAction, value)
		require.NoError(t, err)
		require.Contains(t, string(d.Body), goal)
	}
	turns := []struct {
		name string
		play func()
		most asks
	}{
		{"help", func() { play(t, w, "say help", "expect 'What I can do'") }, asks{2, 4}},
		{"help in a channel with a digest", func() { play(t, w, "in channel Delivery", "say help", "expect 'What I can do'", "in personal") }, asks{2, 5}},
		{"open a key result", func() { press("KR1") }, asks{3, 5}},
		{"okrs", func() { play(t, w, "say okrs", "expect O1") }, asks{4, 6}},
	}
	for _, turn := range turns {
		turn.play()
	}
	require.NoError(t, w.Stop())
	for i, got := range asked.last(len(turns)) {
		t.Logf("%s: %+v", turns[i].name, got)
		require.LessOrEqual(t, got.trips, turns[i].most.trips, "%s: round trips", turns[i].name)
		require.LessOrEqual(t, got.commands, turns[i].most.commands, "%s: commands", turns[i].name)
	}
}
