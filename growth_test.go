package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/bot/bottest"
	"okrbot/okr"
	"okrbot/okr/okrtest"
	"okrbot/okr/redisstore"
)

// What okrbot keeps is of a kind that is known, seen in its metrics before and after
// the first pass, and a pass forgets what has ended, once a day.
func TestGrowthIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t, time.Now(), "REDIS_URL", okrtest.StartRedis(t))
	require.NoError(t, w.Start())
	enableAndBind(t, w)
	require.NoError(t, w.app.scheduler.Idle(t.Context()))
	g, tenant := w.app.growth, okr.TenantID(bottest.DefaultTenant)
	page := pageOf(t, "http://"+w.Address+"/metrics")
	for _, kind := range redisstore.KeyKinds() {
		require.Contains(t, page, `okrbot_store_bytes{kind="`+kind+`"} 0`+"\n")
		require.Contains(t, page, `okrbot_store_keys{kind="`+kind+`"} 0`+"\n")
	}
	require.NoError(t, w.app.store.Goals().Create(t.Context(), tenant, deletedGoal("O98", okr.RestoreLife+time.Hour)))
	require.NoError(t, w.app.store.Goals().Create(t.Context(), tenant, deletedGoal("O99", okr.RestoreLife-time.Hour)))
	require.NoError(t, g.pass(t.Context(), 0))
	page = pageOf(t, "http://"+w.Address+"/metrics")
	for _, kind := range []string{"goal", "connection", "tenant", "index", "history", "snapshot", "sign-in", "conversation", "delivery", "agenda", "queue"} {
		require.NotContains(t, page, `okrbot_store_bytes{kind="`+kind+`"} 0`+"\n")
		require.NotContains(t, page, `okrbot_store_keys{kind="`+kind+`"} 0`+"\n")
	}
	require.Contains(t, page, `okrbot_store_keys{kind="other"} 0`+"\n", "okrbot has keys of no known kind")
	_, err := w.app.store.Goals().Get(t.Context(), tenant, "O98")
	okrtest.RequireKind(t, okr.NotFound, err)
	_, err = w.app.store.Goals().Get(t.Context(), tenant, "O99")
	require.NoError(t, err)

	require.NoError(t, w.app.store.Goals().Create(t.Context(), tenant, deletedGoal("O97", okr.RestoreLife+time.Hour)))
	require.NoError(t, g.pass(t.Context(), 0))
	_, err = w.app.store.Goals().Get(t.Context(), tenant, "O97")
	require.NoError(t, err, "the tenant was tidied up today")
	for _, id := range []string{bottest.DefaultTenant, adotest.AlexOID} {
		require.NotContains(t, pageOf(t, "http://"+w.Address+"/metrics"), id)
	}
}

func deletedGoal(id okr.GoalID, ago time.Duration) okr.Goal {
	g := okrtest.Objective(1)
	g.ID, g.Deleted = id, &okr.Deletion{By: okrtest.Ada, At: time.Now().Add(-ago), With: id}
	return g
}

// A process without a clock looks at nothing and tells nothing of it.
func TestOnlyTheClockWatchesGrowth(t *testing.T) {
	t.Parallel()
	w := newWorld(t, time.Now(), "REDIS_URL", okrtest.StartRedis(t), "ROLES", "web,worker")
	require.NoError(t, w.Start())
	require.Nil(t, w.app.growth)
	require.NotContains(t, pageOf(t, "http://"+w.Address+"/metrics"), "okrbot_store_bytes")
}
