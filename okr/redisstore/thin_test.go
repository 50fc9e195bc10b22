package redisstore_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
	"okrbot/okr/redisstore"
)

const (
	named       = 192  // measurements that name work items, where one comes each hour
	fewNamed    = 50   // that do whatever their age
	mostNamed   = 200  // that do where more come
	batch       = 32   // that come together before they are thinned
	days        = 1830 // thinned ones that are kept
	mostThin    = 420  // bytes of a thinned one
	mostWork    = 14   // commands of a write that thins
	mostEntries = 128  // that it reads
)

// teamAtWork is a measurement of a key result of which an item was completed and one
// added.
func teamAtWork(at time.Time, n int) okr.Measurement {
	m := okrtest.Measurement(at, n%400, 400)
	m.Changes.Completed, m.Changes.Added = items(n, 1), items(n+1, 1)
	return m
}

func items(first, count int) okr.ItemList {
	list := okr.ItemList{Count: count}
	for n := first; n < first+min(count, okr.MaxNamed); n++ {
		list.First = append(list.First, okr.WorkItemRef{
			ID: n, Type: "User Story", Title: fmt.Sprintf("The shop shows what is in stock, in all languages (%d)", n),
			URL: fmt.Sprintf("https://dev.azure.com/contoso/Launch/_workitems/edit/%d", n),
		})
	}
	return list
}

func hour(n int) time.Time { return okrtest.Noon().Add(time.Duration(n) * time.Hour) }

func historyOf(t *testing.T, s *redisstore.Store) []okr.Measurement {
	t.Helper()
	list, err := s.History(t.Context(), okrtest.TenantID, "KR1", time.Time{}, 0)
	require.NoError(t, err)
	return list
}

// requireThin checks that of hours everything is kept that must be, and no more.
func requireThin(t *testing.T, list []okr.Measurement, hours int, stays func(hour int) bool) {
	t.Helper()
	completed, perDay, anew := 0, map[string]int{}, map[string]int{}
	for i, m := range list {
		completed += m.Changes.Completed.Count
		if m.Stays() {
			anew[m.At.Format(time.DateOnly)]++ // and the last before it
		}
		isNew := i >= len(list)-named
		if isNew {
			require.NotEmpty(t, m.Changes.Completed.First)
			continue
		}
		if i < len(list)-named-batch {
			require.Empty(t, m.Changes.Completed.First)
		}
		if !m.Stays() && len(m.Changes.Completed.First) == 0 {
			perDay[m.At.Format(time.DateOnly)]++
		}
	}
	require.Equal(t, hours, completed, "each item that was completed is counted")
	for day, n := range perDay {
		require.LessOrEqual(t, n, 1+anew[day], day)
	}
	kept := map[time.Time]okr.Measurement{}
	for _, m := range list {
		kept[m.At] = m
	}
	for n := range hours {
		if at := hour(n); at.Hour() == 23 || stays(n) {
			require.Contains(t, kept, at)
			require.InDelta(t, *teamAtWork(at, n).Value, *kept[at].Value, 0)
		}
	}
}

func TestHistoryIsThinned(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *redisstore.Store) {
		t.Helper()
		const hours = 60 * 24
		stays := func(n int) bool { return n%500 == 77 }
		for n := range hours {
			m := teamAtWork(hour(n), n)
			m.Changes.First = stays(n)
			require.NoError(t, s.AddHistory(t.Context(), okrtest.TenantID, "KR1", m))
		}
		list := historyOf(t, s)
		require.LessOrEqual(t, len(list), named+batch+60+6)
		requireThin(t, list, hours, stays)

		require.NoError(t, s.DropHistory(t.Context(), okrtest.TenantID, "KR1"))
		require.Empty(t, s.Client().Keys(t.Context(), "okr:{*").Val(), "nothing is left of it")
	})
}

// Measurements that several goals get in one step are thinned, too.
func TestRecordedHistoriesAreThinned(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *redisstore.Store) {
		t.Helper()
		const hours, looks = 40 * 24, 16
		for n := range hours {
			m := teamAtWork(hour(n), n)
			require.NoError(t, s.Record(t.Context(), okrtest.TenantID, nil, func([]okr.Goal) (okr.Recorded, error) {
				return okr.Recorded{History: []okr.HistoryEntry{{Goal: "KR1", Measurement: m}, {Goal: "KR2", Measurement: m}}}, nil
			}))
		}
		list := historyOf(t, s)
		require.LessOrEqual(t, len(list), named+batch+looks+40+6)
		other, err := s.History(t.Context(), okrtest.TenantID, "KR2", time.Time{}, 0)
		require.NoError(t, err)
		require.Equal(t, list, other)
		completed := 0
		for i, m := range list {
			completed += m.Changes.Completed.Count
			if i < len(list)-named-batch-looks {
				require.Empty(t, m.Changes.Completed.First)
			}
		}
		require.Equal(t, hours, completed, "each item that was completed is counted")
	})
}

// A thinned measurement is small whatever it named.
func TestThinnedHistoryIsSmall(t *testing.T) {
	t.Parallel()
	s := open(t, okrtest.StartRedis(t))
	for n := range named + 2*batch {
		m := okrtest.Measurement(hour(n), n, 4000)
		for _, list := range []*okr.ItemList{&m.Changes.Completed, &m.Changes.Added, &m.Changes.Removed, &m.Changes.Reopened, &m.Changes.Revalued} {
			*list = items(n, 500)
		}
		require.NoError(t, s.AddHistory(t.Context(), okrtest.TenantID, "KR1", m))
	}
	raw, err := s.Client().ZRange(t.Context(), keyWith(t, s, "history:KR1"), 0, 1).Result()
	require.NoError(t, err)
	for _, entry := range raw {
		require.LessOrEqual(t, len(entry), mostThin, entry)
	}
}

// Names are kept for a week, of the newest at least and of so many at most.
func TestHistoryHasNamesForAWeek(t *testing.T) {
	t.Parallel()
	for every, want := range map[time.Duration]int{time.Minute: mostNamed, time.Hour: named, 8 * time.Hour: fewNamed, 50 * time.Hour: fewNamed} {
		t.Run(every.String(), func(t *testing.T) {
			t.Parallel()
			s := open(t, okrtest.StartRedis(t))
			for n := range 1000 {
				require.NoError(t, s.AddHistory(t.Context(), okrtest.TenantID, "KR1", teamAtWork(hour(0).Add(time.Duration(n)*every), n)))
			}
			names := 0
			for _, m := range historyOf(t, s) {
				if len(m.Changes.Completed.First) > 0 {
					names++
				}
			}
			require.GreaterOrEqual(t, names, want)
			require.LessOrEqual(t, names, want+batch)
		})
	}
}

// writeOld writes measurements as a program does that thins nothing.
func writeOld(t *testing.T, s *redisstore.Store, from, to int) {
	t.Helper()
	require.NoError(t, s.AddHistory(t.Context(), okrtest.TenantID, "KR1", teamAtWork(hour(from), from)))
	key := keyWith(t, s, "history:KR1")
	var members []redis.Z
	for n := from + 1; n < to; n++ {
		data, err := json.Marshal(teamAtWork(hour(n), n))
		require.NoError(t, err)
		members = append(members, redis.Z{Score: float64(hour(n).UnixMilli()), Member: `{"v":1,"d":` + string(data) + `}`})
	}
	require.NoError(t, s.Client().ZAdd(t.Context(), key, members...).Err())
	require.NoError(t, s.Client().ZRemRangeByRank(t.Context(), key, 0, -18_001).Err())
}

// What a program left that thinned nothing is thinned bit by bit, a bounded piece of
// work a write, also while such a program goes on beside this one.
func TestHistoryOfAnOlderProgramIsThinned(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *redisstore.Store) {
		t.Helper()
		const left, most = 5000, 5000/(mostEntries-1) + 5
		writeOld(t, s, 0, left)
		count := &counter{}
		s.Client().AddHook(count)
		hours := left
		for range most {
			before := count.commands.Load()
			require.NoError(t, s.AddHistory(t.Context(), okrtest.TenantID, "KR1", teamAtWork(hour(hours), hours)))
			require.LessOrEqual(t, count.commands.Load()-before, int64(mostWork))
			hours++
			writeOld(t, s, hours, hours+2)
			hours += 2
		}
		for range batch { // the older one has ended
			require.NoError(t, s.AddHistory(t.Context(), okrtest.TenantID, "KR1", teamAtWork(hour(hours), hours)))
			hours++
		}
		list := historyOf(t, s)
		require.LessOrEqual(t, len(list), named+batch+hours/24+2)
		requireThin(t, list, hours, func(int) bool { return false })
	})
}

func TestHistoryEndsAfterYears(t *testing.T) {
	t.Parallel()
	s := open(t, okrtest.StartRedis(t))
	const written = days + fewNamed + 10*batch
	for n := range written {
		require.NoError(t, s.AddHistory(t.Context(), okrtest.TenantID, "KR1", teamAtWork(hour(24*n), n)))
	}
	list := historyOf(t, s)
	require.GreaterOrEqual(t, len(list), days+fewNamed)
	require.LessOrEqual(t, len(list), days+fewNamed+batch+1)
	require.Equal(t, hour(24*(written-1)), list[len(list)-1].At)
}

// Writers beside each other count nothing twice, and what comes late is thinned, too.
func TestHistoryIsThinnedOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *redisstore.Store) {
		t.Helper()
		const writers, each = 4, 200
		var all sync.WaitGroup
		errs := make([]error, writers)
		for w := range writers {
			all.Go(func() {
				for n := range each {
					if errs[w] == nil {
						errs[w] = s.AddHistory(context.WithoutCancel(t.Context()), okrtest.TenantID, "KR1", teamAtWork(hour(n*writers+w), n*writers+w))
					}
				}
			})
		}
		all.Wait()
		for _, err := range errs {
			require.NoError(t, err)
		}
		late := teamAtWork(hour(30).Add(time.Minute), 30)
		require.NoError(t, s.AddHistory(t.Context(), okrtest.TenantID, "KR1", late))
		for n := writers * each; n < writers*each+2*batch; n++ {
			require.NoError(t, s.AddHistory(t.Context(), okrtest.TenantID, "KR1", teamAtWork(hour(n), n)))
		}
		list, completed := historyOf(t, s), 0
		for _, m := range list {
			completed += m.Changes.Completed.Count
			require.NotEqual(t, late.At, m.At, "it was not the last of its day")
		}
		require.Equal(t, writers*each+2*batch+1, completed)
	})
}

// A measurement with more than this program knows, and one that cannot be read, are
// left as they are.
func TestHistoryOfANewerProgramIsNotThinned(t *testing.T) {
	t.Parallel()
	s := open(t, "")
	require.NoError(t, s.AddHistory(t.Context(), okrtest.TenantID, "KR1", teamAtWork(hour(0), 0)))
	key := keyWith(t, s, "history:KR1")
	raw := s.Client().ZRange(t.Context(), key, 0, 0).Val()[0]
	raw = strings.Replace(raw, `"changes":{`, `"changes":{"mood":["fine"],`, 1)
	require.NoError(t, s.Client().ZAdd(t.Context(), key,
		redis.Z{Score: float64(hour(0).UnixMilli()), Member: raw}, redis.Z{Score: float64(hour(-1).UnixMilli()), Member: "{}"}).Err())
	for n := 1; n < named+10*batch; n++ {
		require.NoError(t, s.AddHistory(t.Context(), okrtest.TenantID, "KR1", teamAtWork(hour(n), n)))
	}
	all := s.Client().ZRange(t.Context(), key, 0, -1).Val()
	require.Contains(t, all, raw)
	require.Contains(t, all, "{}")
}
