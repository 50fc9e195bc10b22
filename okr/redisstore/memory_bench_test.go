package redisstore_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
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
			require.NoError(b, store.AddHistory(ctx, tenant, g.ID, teamAtWork(at.Add(time.Duration(h)*time.Hour), h)))
		}
	}
}

// BenchmarkYear writes a year of measurements of key results and reports what each kind
// of key then takes of a key result, by Redis' own estimate, and how many commands a
// measurement took. Quiet ones move 30 times; at work, an item is completed and one
// added in each hour of the day, or of the day and night; busy ones have ten items by
// name, and as many more, of each sort of change, day and night.
func BenchmarkYear(b *testing.B) {
	busy := func(at time.Time, n int) okr.Measurement {
		m := okrtest.Measurement(at, n%400, 4000)
		m.Changes = okr.Changes{Completed: items(n, 20), Reopened: items(n, 20), Added: items(n, 20), Removed: items(n, 20), Revalued: items(n, 20)}
		return m
	}
	always := func(int) bool { return true }
	for _, team := range []struct {
		name    string
		moves   func(hour int) bool
		measure func(at time.Time, n int) okr.Measurement
	}{
		{"quiet", func(n int) bool { return n%292 == 0 }, teamAtWork},
		{"at work", func(n int) bool { return n%24 < 10 && n/24%7 < 5 }, teamAtWork},
		{"day and night", always, teamAtWork},
		{"busy", always, busy},
	} {
		b.Run(team.name, func(b *testing.B) {
			for range b.N {
				store := open(b, okrtest.StartRedis(b))
				count := &counter{}
				store.Client().AddHook(count)
				const keyResults = 3
				writes := 0
				for k := range keyResults {
					id := okr.GoalID(fmt.Sprintf("KR%d", k+1))
					var last okr.Measurement
					for n := range 365 * 24 {
						if !team.moves(n) {
							continue
						}
						last = team.measure(hour(n), n)
						require.NoError(b, store.AddHistory(b.Context(), okrtest.TenantID, id, last))
						writes++
					}
					b.ReportMetric(float64(count.commands.Load())/float64(writes), "commands/measurement")
					g := okrtest.Measured(okrtest.Bound(okrtest.KeyResult(k+1, "O1"), "C1", "q"), last)
					require.NoError(b, store.Goals().Create(b.Context(), okrtest.TenantID, g))
				}
				usage, _, err := store.Sweep(b.Context(), noRest)
				require.NoError(b, err)
				for _, kind := range []string{"history", "goal", "index"} {
					b.ReportMetric(float64(usage[kind].Bytes)/keyResults/1024, "KB-"+kind)
				}
				b.ReportMetric(0, "ns/op")
			}
		})
	}
}

// BenchmarkSnapshot reports what the last result of a query takes: 1,000 work items,
// with titles of eight words of a thousand.
func BenchmarkSnapshot(b *testing.B) {
	for range b.N {
		store, random := open(b, okrtest.StartRedis(b)), rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same each time
		snapshot := okr.Snapshot{At: okrtest.Noon()}
		for n := range 1000 {
			words := make([]string, 8)
			for i := range words {
				words[i] = strconv.FormatInt(int64(random.IntN(1000)+1)*60_466_176, 36)[:6]
			}
			snapshot.Items = append(snapshot.Items, okr.WorkItem{
				ID: n, Type: "User Story", Title: strings.Join(words, " "), URL: items(n, 1).First[0].URL,
				State: "Active", Category: okr.InProgress, Project: "Launch",
			})
		}
		require.NoError(b, store.SaveSnapshot(b.Context(), okrtest.TenantID, "A1", "q", &snapshot))
		usage, _, err := store.Sweep(b.Context(), noRest)
		require.NoError(b, err)
		b.ReportMetric(float64(usage["snapshot"].Bytes)/1024, "KB/1000-items")
		b.ReportMetric(0, "ns/op")
	}
}
