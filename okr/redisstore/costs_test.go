package redisstore_test

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
	"okrbot/okr/redisstore"
)

// counter counts the commands that go to Redis and the records that come back, and the
// most that one command or script gave.
type counter struct{ commands, records, most, trips atomic.Int64 }

func (c *counter) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) { return next(ctx, network, addr) }
}

func (c *counter) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		c.note(cmd)
		c.trips.Add(1)
		err := next(ctx, cmd)
		c.answered(cmd)
		return err
	}
}

// answered notes how many records, which are JSON, stand in an answer.
func (c *counter) answered(cmd redis.Cmder) {
	var answer any
	switch cmd := cmd.(type) {
	case *redis.Cmd:
		answer = cmd.Val()
	case *redis.SliceCmd:
		answer = cmd.Val()
	}
	c.most.Store(max(c.most.Load(), recordsIn(answer)))
}

func recordsIn(answer any) (n int64) {
	switch answer := answer.(type) {
	case string:
		if strings.HasPrefix(answer, "{") {
			return 1
		}
	case []any:
		for _, part := range answer {
			n += recordsIn(part)
		}
	}
	return n
}

func (c *counter) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		for _, cmd := range cmds {
			c.note(cmd)
		}
		c.trips.Add(1)
		err := next(ctx, cmds)
		for _, cmd := range cmds {
			c.answered(cmd)
		}
		return err
	}
}

func (c *counter) note(cmd redis.Cmder) {
	c.commands.Add(1)
	switch cmd.Name() {
	case "get":
		c.records.Add(1)
	case "mget":
		c.records.Add(int64(len(cmd.Args()) - 1))
	}
}

// costs is what each use case costs in a tenant: commands and records read.
type costs map[string][2]int64

// measureCosts fills a tenant with objectives of five key results each and counts.
func measureCosts(tb testing.TB, url string, objectives int) costs {
	tb.Helper()
	ctx, s := tb.Context(), open(tb, url)
	use, actor := okrtest.NewActivities(s, nil, okrtest.Noon), okr.Actor{Tenant: okrtest.TenantID, Person: okrtest.Ada}
	fill(tb, use, s, actor, objectives)
	warm(tb, use, actor)
	count := &counter{}
	s.Client().AddHook(count)
	out := costs{}
	for name, do := range map[string]func() error{
		"list": func() error {
			_, n, err := use.Plan.ListGoals(ctx, actor, okr.Filter{Kind: okr.Objective, Owner: okrtest.Ada.ID, Period: okrtest.FirstQuarter().SpanID(), Children: 3}, okr.Page{Offset: 5, Limit: 5})
			require.Equal(tb, objectives, n)
			return err
		},
		"search": func() error {
			views, n, err := use.Plan.Search(ctx, actor, "grow shop", okr.Page{Limit: 8}, 0)
			require.Equal(tb, objectives, n)
			require.Len(tb, views, 8)
			return err
		},
		"open": func() error { _, err := use.Plan.Goal(ctx, actor, "O7"); return err },
		"save": func() error {
			v, err := use.Plan.SaveGoal(ctx, actor, okr.GoalInput{Editing: "KR12", Title: "Answer calls", Parent: "O3", Metric: &okr.Metric{Name: "Calls", Target: 10}})
			require.Equal(tb, "Answer calls", v.Goal.Title)
			return err
		},
		"roll up": func() error {
			value := 55.0
			_, _, err := use.Plan.CheckIn(ctx, actor, okr.CheckInInput{Goal: "KR7", Value: &value})
			return err
		},
	} {
		commands, records := count.commands.Load(), count.records.Load()
		require.NoError(tb, do(), name)
		out[name] = [2]int64{count.commands.Load() - commands, count.records.Load() - records}
	}
	return out
}

// warm lets Redis know the scripts.
func warm(tb testing.TB, use okrtest.Activities, actor okr.Actor) {
	tb.Helper()
	_, err := use.Plan.Goal(tb.Context(), actor, "O1")
	require.NoError(tb, err)
	_, _, err = use.Plan.ListGoals(tb.Context(), actor, okr.Filter{Children: 1}, okr.Page{Limit: 2})
	require.NoError(tb, err)
}

// fill writes records as the service would; the settings say that no upgrade is
// needed.
func fill(tb testing.TB, use okrtest.Activities, s *redisstore.Store, actor okr.Actor, objectives int) {
	tb.Helper()
	_, _, err := use.Plan.ListGoals(tb.Context(), actor, okr.Filter{}, okr.Page{Limit: 1})
	require.NoError(tb, err)
	for n := range objectives {
		o := okrtest.Objective(n + 1)
		o.Title = fmt.Sprintf("Grow the web shop %d", n)
		o.Rolled = &okr.Rolled{Progress: new(float64), Counted: 5, Children: 5, Below: 5, Unstarted: 5, Weights: 100, At: okrtest.Noon()}
		require.NoError(tb, s.Goals().Create(tb.Context(), okrtest.TenantID, o))
		for k := range 5 {
			kr := okrtest.KeyResult(5*n+k+1, o.ID)
			require.NoError(tb, s.Goals().Create(tb.Context(), okrtest.TenantID, kr))
		}
	}
}

// What a turn costs grows with what it shows, not with what is stored.
func TestCostsDoNotGrowWithTheTenant(t *testing.T) {
	t.Parallel()
	small, large := measureCosts(t, okrtest.StartRedis(t), 20), measureCosts(t, okrtest.StartRedis(t), 100)
	require.Equal(t, small, large)
	for name, c := range large {
		require.LessOrEqual(t, c[0], int64(100), "commands of %s", name)
		require.LessOrEqual(t, c[1], int64(60), "records of %s", name)
		t.Logf("%s: %d commands, %d records read", name, c[0], c[1])
	}
}

// Redis serves nobody else while it reads, so a digest, its preview and its form read a
// large tenant in many small commands.
func TestDigestsReadInPages(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), open(t, okrtest.StartRedis(t))
	use, actor := okrtest.NewActivities(s, nil, okrtest.Noon), okr.Actor{Tenant: okrtest.TenantID, Person: okrtest.Ada}
	const objectives = 300
	fill(t, use, s, actor, objectives)
	_, err := s.Goals().Update(ctx, okrtest.TenantID, "O300", func(g *okr.Goal) error { g.Audience = []okr.UserID{okrtest.Ada.ID}; return nil })
	require.NoError(t, err)
	_, err = s.Settings().Update(ctx, okrtest.TenantID, okr.Settings{}.Key(), func(t *okr.Settings) error { t.Enabled = true; return nil })
	require.NoError(t, err)
	count := &counter{}
	s.Client().AddHook(count)
	views, err := use.Plan.Goals(ctx, actor)
	require.NoError(t, err)
	require.Len(t, views, objectives)
	for i, v := range views {
		require.Equal(t, okr.GoalID(fmt.Sprintf("O%d", i+1)), v.Goal.ID)
		require.Len(t, v.Children, 5)
		require.Equal(t, v.Goal.ID, v.Children[4].Goal.Parent)
	}
	require.Equal(t, int64(250), count.most.Load(), "records that one command reads")
	require.LessOrEqual(t, count.trips.Load(), int64(3+2*(objectives*6/2000+1)), "two trips for 2,000 goals; Redis does not know the scripts yet")
	actor.Shared = true
	_, err = use.Notify.Subscribe(ctx, actor, okrtest.Channel("1"), okr.DigestPlan{})
	require.NoError(t, err)
	_, err = use.Notify.PreviewDigest(ctx, actor, okrtest.Channel("1").ID)
	require.NoError(t, err)
	list, err := use.Plan.Objectives(ctx, actor)
	require.NoError(t, err)
	require.Len(t, list, objectives-1, "one is private")
	require.Equal(t, int64(250), count.most.Load(), "records that one command reads")
}

// A save reads the settings, the goal and the objective above once. What is added up and
// what is shown comes in a trip each.
func TestASaveReadsOnce(t *testing.T) {
	t.Parallel()
	ctx, s := t.Context(), open(t, okrtest.StartRedis(t))
	use, actor := okrtest.NewActivities(s, nil, okrtest.Noon), okr.Actor{Tenant: okrtest.TenantID, Person: okrtest.Ada}
	fill(t, use, s, actor, 2)
	count := &counter{}
	s.Client().AddHook(count)
	for id, records := range map[okr.GoalID]int64{
		"KR7": 1 + 1 + 1,
		"O2":  1 + 1,
	} {
		v, err := use.Plan.Goal(ctx, actor, id)
		require.NoError(t, err)
		in := okr.InputOf(v.Goal)
		in.Title = "Another title"
		before := count.records.Load()
		_, err = use.Plan.SaveGoal(ctx, actor, in)
		require.NoError(t, err)
		require.Equal(t, records, count.records.Load()-before, id)
	}
}

// A check-in begins again where somebody else wrote what it depends on, and so loses nothing.
func TestACheckInBeginsAgain(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *redisstore.Store) {
		t.Helper()
		ctx, goals := t.Context(), s.Goals()
		use, actor := okrtest.NewActivities(s, nil, okrtest.Noon), okr.Actor{Tenant: okrtest.TenantID, Person: okrtest.Ada}
		fill(t, use, s, actor, 1)
		rename := func(id okr.GoalID) func() error {
			return func() error {
				_, err := goals.Update(ctx, okrtest.TenantID, id, func(g *okr.Goal) error { g.Title += "!"; return nil })
				return err
			}
		}
		meanwhile := []func() error{
			rename("KR2"), rename("O1"), rename("KR3"),
			func() error { return goals.Create(ctx, okrtest.TenantID, okrtest.KeyResult(9, "O1")) },
			func() error { _, err := goals.Delete(ctx, okrtest.TenantID, "KR4"); return err },
			func() error { return s.CheckIns().Create(ctx, okrtest.TenantID, okr.CheckIn{ID: "CI1", Goal: "KR2"}) },
		}
		calls := 0
		require.NoError(t, s.KeepCheckIn(ctx, okrtest.TenantID, "KR2", "CI1", func(l okr.Lineage) (okr.Said, error) {
			if calls++; calls <= len(meanwhile) {
				require.Empty(t, l.Said.ID)
				require.NoError(t, meanwhile[calls-1]())
			}
			g := l.Goal
			g.Title += "?"
			return okr.Said{CheckIn: &okr.CheckIn{ID: "CI1", Goal: "KR2", Note: "lost"}, Goals: []okr.Goal{g}}, nil
		}))
		require.Equal(t, len(meanwhile)+1, calls)
		g, err := goals.Get(ctx, okrtest.TenantID, "KR2")
		require.NoError(t, err)
		require.Equal(t, "Key result 2!?", g.Title)
		c, err := s.CheckIns().Get(ctx, okrtest.TenantID, "CI1")
		require.NoError(t, err)
		require.Empty(t, c.Note, "there is one already")
	})
}

// A check-in asks Redis twice, whatever it carries up.
func TestACheckInAsksLittle(t *testing.T) {
	t.Parallel()
	s := open(t, okrtest.StartRedis(t))
	use, actor := okrtest.NewActivities(s, nil, okrtest.Noon), okr.Actor{Tenant: okrtest.TenantID, Person: okrtest.Ada}
	fill(t, use, s, actor, 2)
	_, err := s.Goals().Update(t.Context(), okrtest.TenantID, "O2", func(g *okr.Goal) error { g.Parent = "O1"; return nil })
	require.NoError(t, err)
	checkIn := func(form string, value float64) {
		t.Helper()
		_, _, err := use.Plan.CheckIn(t.Context(), actor, okr.CheckInInput{Goal: "KR7", Value: &value, Form: form})
		require.NoError(t, err)
	}
	checkIn("1", 10)
	count := &counter{}
	s.Client().AddHook(count)
	info := func() int64 {
		return okrtest.InfoField(s.Client().Info(t.Context(), "stats").Val(), "total_commands_processed")
	}
	before := info()
	checkIn("2", 20)
	require.LessOrEqual(t, info()-before-1, int64(30), "commands with two objectives above")
	require.LessOrEqual(t, count.trips.Load()-2, int64(2), "trips")
	o, err := s.Goals().Get(t.Context(), okrtest.TenantID, "O1")
	require.NoError(t, err)
	require.Greater(t, *o.Rolled.Progress, 0.0, "carried up to the top")
}

// A tenant of 1,000 objectives and 5,000 key results on a real Redis.
func BenchmarkLargeTenant(b *testing.B) {
	s := open(b, okrtest.StartRedis(b))
	use, actor := okrtest.NewActivities(s, nil, okrtest.Noon), okr.Actor{Tenant: okrtest.TenantID, Person: okrtest.Ada}
	fill(b, use, s, actor, 1000)
	count := &counter{}
	s.Client().AddHook(count)
	value := 0.0
	for name, do := range map[string]func() error{
		"list": func() error {
			_, _, err := use.Plan.ListGoals(b.Context(), actor, okr.Filter{Kind: okr.Objective, Children: 3}, okr.Page{Offset: 500, Limit: 5})
			return err
		},
		"search": func() error {
			_, _, err := use.Plan.Search(b.Context(), actor, "grow shop", okr.Page{Limit: 8}, 0)
			return err
		},
		"open": func() error { _, err := use.Plan.Goal(b.Context(), actor, "O500"); return err },
		"rollup": func() error {
			value++
			_, _, err := use.Plan.CheckIn(b.Context(), actor, okr.CheckInInput{Goal: "KR500", Value: &value})
			return err
		},
	} {
		b.Run(name, func(b *testing.B) {
			before, start := count.commands.Load(), time.Now()
			for b.Loop() {
				require.NoError(b, do())
			}
			b.ReportMetric(float64(count.commands.Load()-before)/float64(b.N), "commands/op")
			b.ReportMetric(float64(time.Since(start).Milliseconds())/float64(b.N), "ms/op")
		})
	}
}
