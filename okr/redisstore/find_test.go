package redisstore_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okrbot/okr"
	"okrbot/okr/okrtest"
	"okrbot/okr/redisstore"
)

func TestFindLeavesNothing(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *redisstore.Store) {
		t.Helper()
		require.NoError(t, s.Goals().Create(t.Context(), okrtest.TenantID, okrtest.Objective(1)))
		before := strings.Split(dump(t, s), "\n")
		list, n, err := s.Goals().Find(t.Context(), okrtest.TenantID, []string{okr.TopIndex, okr.PublicIndex}, okr.Page{})
		require.NoError(t, err)
		require.Equal(t, 1, n)
		require.Equal(t, okrtest.Objective(1), list[0])
		require.ElementsMatch(t, before, strings.Split(dump(t, s), "\n"))
	})
}

// A long list is walked for its first page, and the page is the same.
func TestLongListsAreWalked(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *redisstore.Store) {
		t.Helper()
		s.WalkFrom(20)
		okrtest.TestLongLists(t, s, okrtest.TenantID)
	})
}

// roundsOf are two in each check of a server, and one in four of an embedded Redis, which takes five times as long for each:
// the scripts are the same. A turn that is two days too late, and goals of an older program that are not made due, are found
// after ten rounds at most; a day of a beginning that is too late after 80.
func roundsOf(t *testing.T) func(*rapid.T) int {
	t.Helper()
	if !strings.HasSuffix(t.Name(), "/embedded") {
		return func(*rapid.T) int { return 2 }
	}
	return func(rt *rapid.T) int { return rapid.SampledFrom([]int{1, 0, 0, 0}).Draw(rt, "one in four") }
}

// Many goals stand in lists by their status, and are found as if each had been looked at.
func TestStatusesAreListed(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *redisstore.Store) {
		t.Helper()
		s.WalkFrom(0)
		okrtest.TestListedStatuses(t, s, okrtest.TenantID, roundsOf(t))
		require.NotEmpty(t, s.Client().Keys(t.Context(), "*goal:placed").Val())
	})
}

// The same while a program of before runs beside this one, which keeps courses in a list of its own and knows no lists by
// status.
func TestStatusesBesideAnOlderProgram(t *testing.T) {
	t.Parallel()
	for _, large := range []int{0, 7000} {
		t.Run(fmt.Sprint(large), func(t *testing.T) {
			t.Parallel()
			onBoth(t, func(t *testing.T, s *redisstore.Store) {
				t.Helper()
				s.WalkFrom(large)
				okrtest.TestListedStatuses(t, besideOlder{s, &olderGoals{s: s, Records: s.Goals()}}, okrtest.TenantID, roundsOf(t))
			})
		})
	}
}

// besideOlder is a store to which a program of before writes every second change.
type besideOlder struct {
	*redisstore.Store

	goals *olderGoals
}

func (b besideOlder) Goals() okr.Records[okr.GoalID, okr.Goal] { return b.goals }

type olderGoals struct {
	okr.Records[okr.GoalID, okr.Goal]

	s      *redisstore.Store
	writes int
}

func (o *olderGoals) Create(ctx context.Context, tenant okr.TenantID, g okr.Goal) error {
	return o.asOlder(ctx, string(g.ID), func() error { return o.Records.Create(ctx, tenant, g) })
}

func (o *olderGoals) Update(ctx context.Context, tenant okr.TenantID, id okr.GoalID, change func(*okr.Goal) error) (g okr.Goal, err error) {
	err = o.asOlder(ctx, string(id), func() error { g, err = o.Records.Update(ctx, tenant, id, change); return err })
	return g, err
}

func (o *olderGoals) Delete(ctx context.Context, tenant okr.TenantID, id okr.GoalID) (g okr.Goal, err error) {
	err = o.asOlder(ctx, string(id), func() error { g, err = o.Records.Delete(ctx, tenant, id); return err })
	return g, err
}

// asOlder takes back what a write does and one of an older program does not, and does what that does.
func (o *olderGoals) asOlder(ctx context.Context, id string, write func() error) error {
	const courses, older, turns = "goal:course", "goal:courses", "goal:turns"
	key := func(name string) string { return "okr:{" + string(okrtest.TenantID) + "}:" + name }
	c := o.s.Client()
	if o.writes++; o.writes%2 == 0 {
		return write()
	}
	was, isKnown := c.HGet(ctx, key(courses), id).Result()
	turn, isListed := c.ZScore(ctx, key(turns), id).Result()
	if err := write(); err != nil {
		return err
	}
	now, isNew := c.HGet(ctx, key(courses), id).Result()
	_, err := c.TxPipelined(ctx, func(p redis.Pipeliner) error {
		if p.HDel(ctx, key(older), id); isNew == nil {
			p.HSet(ctx, key(older), id, now)
		}
		if p.HDel(ctx, key(courses), id); isKnown == nil {
			p.HSet(ctx, key(courses), id, was)
		}
		if p.ZRem(ctx, key(turns), id); isListed == nil {
			p.ZAdd(ctx, key(turns), redis.Z{Score: turn, Member: id})
		}
		return nil
	})
	return err
}

// Goals that a program of before wrote are found by their status, and another time without
// reading them.
func TestCoursesOfAnOlderProgramAreWorkedOut(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *redisstore.Store) {
		t.Helper()
		for n := range 3 {
			require.NoError(t, s.Goals().Create(t.Context(), okrtest.TenantID, okrtest.Objective(n+1)))
		}
		courses := keyWith(t, s, "goal:course")
		require.NoError(t, s.Client().Del(t.Context(), courses).Err())
		count := &counter{}
		s.Client().AddHook(count)
		at := &okr.StatusAt{Status: okr.NoData, Bands: okr.DefaultBands()}
		for _, records := range []int64{3, 0} {
			before := count.records.Load()
			found, err := s.FindGoals(t.Context(), okrtest.TenantID, "", okr.GoalQuery{Status: at, Page: okr.Page{Limit: 2}})
			require.NoError(t, err)
			require.Equal(t, 3, found.Pages[0].Total)
			require.Len(t, found.Pages[0].Goals, 2)
			require.Equal(t, records, count.records.Load()-before)
		}
		_, err := s.Goals().Delete(t.Context(), okrtest.TenantID, "O1")
		require.NoError(t, err)
		require.Len(t, s.Client().HGetAll(t.Context(), courses).Val(), 2)
	})
}

// A program of before wrote no version of the lists, and knew fewer of them.
func TestRecordsOfAnOlderProgramGetAllTheirLists(t *testing.T) {
	t.Parallel()
	s := open(t, "")
	rewriteGoal(t, s, func(raw string) string { return strings.Replace(raw, `,"x":2`, "", 1) })
	require.NoError(t, s.Client().Del(t.Context(), keyWith(t, s, "goal:index:top")).Err())
	find := func() int {
		_, n, err := s.Goals().List(t.Context(), okrtest.TenantID, okr.TopIndex, okr.Page{})
		require.NoError(t, err)
		return n
	}
	require.Zero(t, find())
	_, err := s.Goals().Update(t.Context(), okrtest.TenantID, "O1", func(*okr.Goal) error { return nil })
	require.NoError(t, err)
	require.Equal(t, 1, find())
}
