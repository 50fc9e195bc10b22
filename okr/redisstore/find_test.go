package redisstore_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

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

// Goals that a program of before wrote are found by their status, and another time without
// reading them.
func TestCoursesOfAnOlderProgramAreWorkedOut(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *redisstore.Store) {
		t.Helper()
		for n := range 3 {
			require.NoError(t, s.Goals().Create(t.Context(), okrtest.TenantID, okrtest.Objective(n+1)))
		}
		courses := keyWith(t, s, "goal:courses")
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
