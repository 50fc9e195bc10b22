package redisstore_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
	"okrbot/okr/redisstore"
)

// BenchmarkMemory measures what 1,000 connections take in Redis: each with a
// sign-in, 20 key results on 4 queries, and 30 changes of each in their history.
func BenchmarkMemory(b *testing.B) {
	for range b.N {
		store := open(b, okrtest.StartRedis(b))
		before := memoryOf(b, store)
		const connections = 100
		for n := range connections {
			fillConnection(b, store, n)
		}
		b.ReportMetric(float64(memoryOf(b, store)-before)/connections*1000/(1<<20), "MB/1000-connections")
		b.ReportMetric(0, "ns/op")
	}
}

func memoryOf(b *testing.B, store *redisstore.Store) int64 {
	b.Helper()
	return okrtest.InfoField(store.Client().Info(b.Context(), "memory").Val(), "used_memory")
}

func fillConnection(b *testing.B, store *redisstore.Store, n int) {
	b.Helper()
	ctx, tenant := b.Context(), okrtest.TenantID
	owner := okr.Person{ID: okr.UserID(fmt.Sprintf("00000000-0000-4000-8000-%012d", n+1)), Name: "Somebody"}
	connection := okrtest.Connection(n+1, owner)
	connection.Name = fmt.Sprintf("Connection %d", n)
	require.NoError(b, store.Connections().Create(ctx, tenant, connection))
	require.NoError(b, store.SaveCredential(ctx, tenant, okrtest.Credential(owner)))
	require.NoError(b, store.Plan(ctx, okr.Due{Kind: okr.DueSync, Tenant: tenant, ID: string(connection.ID)}))
	for k := range 20 {
		at := okrtest.Noon()
		m := okrtest.Measurement(at, k, 40)
		g := okrtest.Measured(okrtest.Bound(okrtest.KeyResult(20*n+k+1, "O1"), connection.ID, fmt.Sprintf("q%d", k%4)), m)
		require.NoError(b, store.Goals().Create(ctx, tenant, g))
		for h := range 30 {
			require.NoError(b, store.AddHistory(ctx, tenant, g.ID, okrtest.Measurement(at.Add(time.Duration(h)*time.Hour), h, 40)))
		}
	}
}
