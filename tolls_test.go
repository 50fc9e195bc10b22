package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"okrbot/bot/bottest"
	"okrbot/cards"
	"okrbot/okr/okrtest"
)

// What a turn may ask of Redis: one that opens something, and one that shows a list or lets
// choose from one. Commands that scripts call are counted, and those of every turn too.
var (
	opensOne  = toll{15, 3}
	listsSome = toll{30, 4}
)

// listing are the turns that list more than one thing, beside those that ask no more than
// to open one.
func listing() []string {
	return []string{
		"say okrs", "say okrs all", "press goal.list", "press goal.mine", "press period.close.ask", "say check-in", "press checkin.skip",
		"press checkin.stop", "press checkin.walk", "say queries bugs", "press address.bind", "press queries", "press connection.move.ask",
		"press digest.preview", "say enable", "say manage", "press integration.enable.ask", "press integration.manage",
	}
}

// saving are the turns that write, and steps of what is asked of Azure DevOps, with the most
// that each asks: what is read must be what is written over, so each reads and writes for
// itself.
func saving() map[string]toll {
	return map[string]toll{
		"press share": {17, 6}, "say cancel": {7, 5}, "say add co-owner me to KR1": {13, 4}, "say undo KR4": {48, 15}, "press goal.close": {39, 13}, "press goal.delete": {54, 11},
		"press goal.reopen": {8, 5}, "press goal.restore": {47, 14}, "press goal.save": {63, 15}, "press goal.task": {17, 7}, "press krs.check": {9, 4},
		"press krs.save": {9, 4}, "say resume KR1": {9, 6}, "press checkin.delete": {44, 16}, "press checkin.quick": {33, 5},
		"press checkin.same": {28, 5}, "press checkin.save": {30, 6}, "press goal.resume": {8, 5}, "press reminder.save": {12, 6}, "say sync": {23, 8},
		"say sync KR1": {20, 7}, "press bind.again": {13, 4}, "press bind.back": {13, 4}, "press bind.choose": {25, 13}, "press bind.preview": {13, 4},
		"press bind.save": {13, 4}, "press bind.search": {14, 5}, "press chosen.add": {18, 7}, "press chosen.next": {24, 12}, "press chosen.open": {17, 6},
		"press chosen.page": {14, 5}, "press chosen.query": {13, 4}, "press chosen.remove": {14, 5}, "press chosen.search": {18, 7},
		"press chosen.start": {17, 6}, "press sync": {20, 7}, "press unbind": {19, 8}, "say connect application": {8, 5}, "say move C2 to C1": {14, 9},
		"say hand over C2 to Megan Bowen": {22, 10}, "say take over C2": {13, 7}, "press application.new": {8, 5}, "press application.remove": {19, 6},
		"press application.renew": {13, 5}, "press connection.back": {9, 4}, "press connection.delete": {32, 16}, "press connection.move": {26, 11},
		"press connection.move.preview": {10, 5}, "press connection.organization": {12, 5}, "press connection.save": {9, 4},
		"press connection.share": {32, 14}, "press connection.signin": {7, 4}, "press connection.takeover.by": {42, 21},
		"press connection.takeover.by.ask": {9, 4}, "say sign in link": {9, 6}, "press connection.account": {7, 4}, "press signout": {31, 14},
		"say digest stop": {23, 9}, "press digest.mute": {16, 7}, "press digest.preview": {13, 5}, "press digest.save": {30, 15},
		"press digest.stop": {20, 8}, "press import.begin": {24, 13}, "press import.cancel": {17, 9}, "press import.drop": {10, 6},
		"press import.match": {15, 11}, "press import.people.save": {13, 9}, "press import.undo": {28, 12}, "say export zip": {18, 9},
		"press export.make": {18, 9}, "say admins add megan@contoso.example": {12, 5}, "press integration.disable": {18, 7},
		"press integration.enable": {17, 7}, "press settings.period.add": {17, 8}, "press settings.period.remove": {19, 8}, "press settings.save": {9, 4},
	}
}

// tollWorld is the world of the rights on a real Redis, in which nothing runs but turns.
type tollWorld struct {
	*rightsWorld
	start storeCopy
	redis redis.UniversalClient
	trips *tripCounter
}

func newTollWorld(t *testing.T) *tollWorld {
	t.Helper()
	w := &tollWorld{rightsWorld: newRightsWorld(t), trips: &tripCounter{}}
	w.start = copyOf(t, w.Redis())
	require.NoError(t, w.Stop())
	url := okrtest.StartRedis(t)
	options, err := redis.ParseURL(url)
	require.NoError(t, err)
	w.redis = redis.NewClient(options)
	t.Cleanup(func() { require.NoError(t, w.redis.Close()) })
	w.start.put(t, w.redis)
	w.Env["REDIS_URL"], w.Env["ROLES"] = url, "web" // what the clock and the workers ask by themselves is no turn's
	require.NoError(t, w.Start())
	w.app.store.Client().AddHook(besideGate{to: beside(t)})
	w.app.store.Client().AddHook(w.trips)
	return w
}

// beside is another Redis.
func beside(t *testing.T) redis.UniversalClient {
	t.Helper()
	options, err := redis.ParseURL(okrtest.StartRedis(t))
	require.NoError(t, err)
	client := redis.NewClient(options)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	return client
}

// besideGate lets another Redis answer what the pace of Azure DevOps asks: that goes by the
// time, and some of it comes after the turn.
type besideGate struct{ to redis.UniversalClient }

func (besideGate) DialHook(next redis.DialHook) redis.DialHook { return next }

func (g besideGate) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if args := cmd.Args(); len(args) > 3 && strings.Contains(fmt.Sprint(args[3]), "}:gate:") {
			return g.to.Process(ctx, cmd)
		}
		return next(ctx, cmd)
	}
}

func (besideGate) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

// put makes a real Redis what another one was.
func (c storeCopy) put(tb testing.TB, to redis.UniversalClient) {
	tb.Helper()
	ctx := tb.Context()
	_, err := to.Pipelined(ctx, func(p redis.Pipeliner) error {
		p.FlushDB(ctx)
		for key, value := range c.text {
			p.Set(ctx, key, value, 0)
		}
		for key, values := range c.list {
			p.RPush(ctx, key, anys(values)...)
		}
		for key, members := range c.set {
			p.SAdd(ctx, key, anys(members)...)
		}
		for key, members := range c.score {
			for member, score := range members {
				p.ZAdd(ctx, key, redis.Z{Member: member, Score: score})
			}
		}
		for key, fields := range c.hash {
			p.HSet(ctx, key, fields)
		}
		for key, life := range c.life {
			if life > 0 {
				p.PExpire(ctx, key, life)
			}
		}
		return nil
	})
	require.NoError(tb, err)
}

func anys(texts []string) []any {
	out := make([]any, len(texts))
	for i, text := range texts {
		out[i] = text
	}
	return out
}

// settled is what was asked in all, without the looks at it, once each turn that began has ended.
func (w *tollWorld) settled(t *testing.T) toll {
	t.Helper()
	turnsEnd(t, w.app)
	info := w.redis.Info(t.Context(), "stats").Val()
	return toll{okrtest.InfoField(info, "total_commands_processed") - w.trips.looks.Add(1), w.trips.trips.Load()}
}

// within says whether it asks no more than that.
func (a toll) within(most toll) bool { return a.commands <= most.commands && a.trips <= most.trips }

// tollOf counts what a turn asks of a store as it was at the start. On a slow machine more may
// come of the time that a turn takes (its delivery is held on to), so a turn beyond what it
// may ask is played again.
func (w *tollWorld) tollOf(t *testing.T, most toll, turn func(context.Context) error) (asks toll) {
	t.Helper()
	const tries = 6
	for i := range tries {
		w.start.put(t, w.redis)
		before := w.settled(t)
		require.NoError(t, turn(t.Context()))
		after := w.settled(t)
		asks = toll{after.commands - before.commands, after.trips - before.trips}
		if i > 0 && asks.within(most) { // in the first one Redis hears of scripts
			break
		}
	}
	return asks
}

// TestWhatEveryTurnAsks says every command, bare and with what it is about, and presses every
// button, in the own chat and in a channel, and counts what that asks of Redis. A new one is
// held to what opens one thing, unless it says here that it lists, or what it asks to write.
func TestWhatEveryTurnAsks(t *testing.T) {
	t.Parallel()
	w := newTollWorld(t)
	alex := w.Teams.User("alex")
	wrong, seen := []string{}, map[string]bool{}
	for _, place := range []bottest.Chat{w.Teams.Personal(alex), w.Teams.Channel("Delivery")} {
		for _, turn := range w.everyTurn(t, place, alex) {
			seen[turn.name] = true
			most, isSaving := saving()[turn.name]
			switch {
			case isSaving:
			case slices.Contains(listing(), turn.name):
				most = listsSome
			default:
				most = opensOne
			}
			asks := w.tollOf(t, most, turn.play)
			if testing.Verbose() {
				t.Logf("%s | %s | %d | %d", place.Kind, turn.name, asks.commands, asks.trips)
			}
			if !asks.within(most) {
				wrong = append(wrong, fmt.Sprintf("%s in %s: %d commands in %d trips; it may ask for %d in %d", turn.name, place.Kind, asks.commands, asks.trips, most.commands, most.trips))
			}
		}
	}
	for _, name := range slices.Concat(listing(), slices.Collect(maps.Keys(saving()))) {
		if !seen[name] {
			wrong = append(wrong, name+" is no turn")
		}
	}
	require.Empty(t, wrong, "%s", strings.Join(wrong, "\n"))
}

// playable is a turn by what it is called.
type playable struct {
	name string
	play func(context.Context) error
}

// everyTurn are all commands and presses as the matrix of rights tries them.
func (w *tollWorld) everyTurn(t *testing.T, place bottest.Chat, u bottest.User) (turns []playable) {
	t.Helper()
	commands, presses := commandActs(), pressActs()
	say := func(words string) playable {
		return playable{"say " + words, func(ctx context.Context) error { _, err := w.Teams.Say(ctx, place, u, words); return err }}
	}
	for _, subject := range w.app.bot.Subjects() {
		for _, c := range subject.Commands {
			a, known := commands[c.Name]
			require.True(t, known, "the command %q is new: say in commandActs how it is tried", c.Name)
			turns = append(turns, say(c.Name))
			if words := w.fill(a.words, a, w.real(a.kind)[0]); words != "" {
				turns = append(turns, say(c.Name+" "+words))
			}
		}
		for _, verb := range slices.Sorted(maps.Keys(subject.Presses)) {
			a, known := presses[verb]
			require.True(t, known, "the button %q is new: say in pressActs how it is tried", verb)
			data := map[string]string{}
			for k, v := range a.data {
				data[w.fill(k, a, w.real(a.kind)[0])] = w.fill(v, a, w.real(a.kind)[0])
			}
			if _, isSaid := a.data[cards.KeyCheckIn]; isSaid && data[cards.KeyGoal] != "" {
				data[cards.KeyGoal] = "KR2" // which the check-in is of
			}
			value := map[string]any{"action": map[string]any{"type": "Action.Execute", "verb": verb, "data": data}}
			turns = append(turns, playable{"press " + verb, func(ctx context.Context) error {
				_, err := w.Teams.Invoke(ctx, place, u, "adaptiveCard/action", value)
				return err
			}})
		}
	}
	return turns
}
