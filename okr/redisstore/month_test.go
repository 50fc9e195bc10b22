package redisstore_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
	"okrbot/okr/redisstore"
)

const (
	monthKeyResults = 2
	monthTurns      = 3 // a day
)

// month is a tenant in which the same people do the same each day.
type month struct {
	t     *testing.T
	redis *miniredis.Miniredis
	store *redisstore.Store
	use   okrtest.Activities
	ada   okr.Actor
	sub   okr.Subscription
	now   time.Time
}

func newMonth(t *testing.T) *month {
	t.Helper()
	m := &month{t: t, redis: miniredis.RunT(t), now: okrtest.Noon().Add(-12 * time.Hour), ada: okr.Actor{Tenant: okrtest.TenantID, Person: okrtest.Ada}}
	m.redis.Server().SetPreHook(okrtest.NewLua(m.redis).Serve)
	m.store = open(t, "redis://"+m.redis.Addr())
	m.use = okrtest.NewActivities(m.store, nil, func() time.Time { return m.now }, string(okrtest.TenantID)+"/"+string(okrtest.Ada.ID))
	ctx := t.Context()
	_, err := m.use.Access.Enable(ctx, m.ada)
	require.NoError(t, err)
	o, err := m.use.Plan.SaveGoal(ctx, m.ada, okr.GoalInput{Kind: okr.Objective, Title: "Launch", Period: okr.Period{Name: "2026", Start: "2026-01-01", End: "2026-12-31"}})
	require.NoError(t, err)
	for n := range monthKeyResults {
		_, err := m.use.Plan.SaveGoal(ctx, m.ada, m.keyResult(o.Goal.ID, fmt.Sprintf("Key result %d", n)))
		require.NoError(t, err)
	}
	m.sub, err = m.use.Notify.Subscribe(ctx, m.ada, okrtest.Conversation("19:launch"), okr.DigestPlan{})
	require.NoError(t, err)
	return m
}

func (m *month) keyResult(parent okr.GoalID, title string) okr.GoalInput {
	return okr.GoalInput{Kind: okr.KeyResult, Title: title, Parent: parent, Metric: &okr.Metric{Name: "Bugs", Target: 100}}
}

// day does what is done in a day, and lets Redis forget what ends in it.
func (m *month) day() {
	for range 24 {
		m.hour()
		m.now = m.now.Add(time.Hour)
	}
	m.redis.FastForward(24 * time.Hour)
	m.report()
	m.turns()
	m.comeAndGo()
	_, tenants, err := m.store.Sweep(m.t.Context(), noRest)
	require.NoError(m.t, err)
	require.Equal(m.t, []okr.TenantID{okrtest.TenantID}, tenants)
	require.NoError(m.t, m.use.Tidy(m.t.Context(), okrtest.TenantID))
}

// hour is what a sync leaves in which everything moved.
func (m *month) hour() {
	ctx, tenant := m.t.Context(), okrtest.TenantID
	n := int(m.now.Unix() / 3600)
	for k := range monthKeyResults {
		id := okr.GoalID(fmt.Sprintf("KR%d", k+1))
		require.NoError(m.t, m.store.AddHistory(ctx, tenant, id, teamAtWork(m.now, n)))
	}
	require.NoError(m.t, m.store.SetTickedUntil(ctx, m.now))
}

// report is a digest of what moved, and what else a sync writes each time.
func (m *month) report() {
	ctx, tenant := m.t.Context(), okrtest.TenantID
	for k := range monthKeyResults {
		_, err := m.store.Goals().Update(ctx, tenant, okr.GoalID(fmt.Sprintf("KR%d", k+1)), func(g *okr.Goal) error {
			g.Metric.Current = new(float64(m.now.YearDay() % 100))
			return nil
		})
		require.NoError(m.t, err)
	}
	require.NoError(m.t, m.store.SaveSnapshot(ctx, tenant, "A1", "q", &okr.Snapshot{At: m.now}))
	require.NoError(m.t, m.store.SaveCredential(ctx, tenant, okrtest.Credential(okrtest.Ada)))
	require.NoError(m.t, m.store.Plan(ctx, okr.Due{Kind: okr.DueSync, Tenant: tenant, ID: "C1"}))
	digest, news, err := m.use.Notify.ComposeDigest(ctx, tenant, m.sub.ID)
	require.NoError(m.t, err)
	require.True(m.t, news)
	require.NoError(m.t, m.use.Notify.DigestPosted(ctx, digest))
}

// turns are those of a day: presses, forms that are opened and left, a sign-in that is
// not finished, and a meeting.
func (m *month) turns() {
	ctx, tenant, memory := m.t.Context(), okrtest.TenantID, m.store.Memory()
	own := okrtest.Conversation("a:ada")
	own.Kind, own.User = okr.Personal, okrtest.Ada.ID
	meeting := okrtest.Conversation("19:meeting_" + m.now.Format(time.DateOnly))
	meeting.Kind = okr.GroupChat
	for n := range monthTurns {
		id := fmt.Sprintf("%d-%d", m.now.Unix(), n)
		d := okr.Delivery{Tenant: tenant, Conversation: own.ID, Activity: id, Token: "token", Hold: time.Minute}
		require.True(m.t, memory.Begin(ctx, okr.Beginning{Place: own, Person: own.User, Delivery: d}).Mine)
		require.NoError(m.t, memory.End(ctx, okr.Ending{Delivery: d}).NotFinished)
		for _, c := range []okr.Conversation{own, meeting, okrtest.Conversation("19:launch")} {
			require.NoError(m.t, memory.SaveConversation(ctx, c))
		}
		require.NoError(m.t, memory.PutDraft(ctx, tenant, "goal:"+id, []byte("{}"), 24*time.Hour))
		require.NoError(m.t, memory.PutTicket(ctx, id, []byte("{}"), 10*time.Minute))
		_, err := memory.CountTry(ctx, tenant, "nudge:"+id, 7*24*time.Hour)
		require.NoError(m.t, err)
		_, err = memory.FirstTime(ctx, tenant, own.ID, "greeting")
		require.NoError(m.t, err)
	}
	require.NoError(m.t, m.use.Access.SeenIn(ctx, m.ada, "Europe/Paris", "en-US"))
	require.NoError(m.t, m.use.Notify.Reminded(ctx, tenant, okrtest.Ada))
}

// comeAndGo makes a key result with a check-in that a digest tells, and deletes it.
func (m *month) comeAndGo() {
	ctx, value := m.t.Context(), 50.0
	v, err := m.use.Plan.SaveGoal(ctx, m.ada, m.keyResult("O1", "Made and deleted"))
	require.NoError(m.t, err)
	_, _, err = m.use.Plan.CheckIn(ctx, m.ada, okr.CheckInInput{Goal: v.Goal.ID, Value: &value, Note: "Half"})
	require.NoError(m.t, err)
	require.NoError(m.t, m.store.AddHistory(ctx, okrtest.TenantID, v.Goal.ID, teamAtWork(m.now, 1)))
	_, err = m.store.Subscriptions().Update(ctx, okrtest.TenantID, m.sub.ID, func(sub *okr.Subscription) error {
		sub.Report(v.Goal.ID, v.Reported())
		return nil
	})
	require.NoError(m.t, err)
	_, err = m.use.Plan.DeleteGoal(ctx, m.ada, v.Goal.ID)
	require.NoError(m.t, err)
}

// endless gives the size of every key without an end, in bytes of its values.
func (m *month) endless() map[string]int {
	sizes := map[string]int{}
	ctx, c := m.t.Context(), m.store.Client()
	for _, key := range m.redis.Keys() {
		if ttl := m.redis.TTL(key); ttl > 0 {
			require.LessOrEqual(m.t, ttl, 400*24*time.Hour, key)
			continue
		}
		switch c.Type(ctx, key).Val() {
		case "zset":
			for _, member := range c.ZRange(ctx, key, 0, -1).Val() {
				sizes[key] += len(member)
			}
		case "set":
			for _, member := range c.SMembers(ctx, key).Val() {
				sizes[key] += len(member)
			}
		case "hash":
			for field, value := range c.HGetAll(ctx, key).Val() {
				sizes[key] += len(field) + len(value)
			}
		default:
			sizes[key] = len(c.Get(ctx, key).Val())
		}
	}
	return sizes
}

// Where the same is done each day, nothing without an end grows: not the number of its
// keys, nor what they hold, but for a small entry a day of each history. What is
// deleted takes 30 days to go, so the first month is let pass.
func TestAMonthLeavesNothingThatGrows(t *testing.T) {
	t.Parallel()
	const days, slack = 30, 64 // slack: numbers get longer
	m := newMonth(t)
	for range days + 5 {
		m.day()
	}
	before, keys := m.endless(), len(m.redis.Keys())
	for range days {
		m.day()
	}
	after := m.endless()
	require.Equal(t, len(before), len(after), "%v", added(before, after)) //nolint:testifylint // the maps are long
	require.LessOrEqual(t, len(m.redis.Keys()), keys+days, "a chat of a meeting each day, which ends after 400")
	ends := false
	for key, size := range after {
		was, most := before[key], slack
		if strings.Contains(key, ":history:") {
			most = days*mostThin + batch*1000
			ends = true
		}
		if was > 0 {
			require.LessOrEqual(t, size-was, most, key)
		}
	}
	require.True(t, ends, "there are histories")
}

func added(before, after map[string]int) []string {
	var keys []string
	for key := range maps.Keys(after) {
		if _, known := before[key]; !known {
			keys = append(keys, key)
		}
	}
	return keys
}
