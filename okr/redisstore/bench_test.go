package redisstore_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"okrbot/okr"
	"okrbot/okr/okrtest"
	"okrbot/okr/redisstore"
)

func BenchmarkUpdateGoal(b *testing.B) {
	s := open(b, okrtest.StartRedis(b))
	goal := okrtest.Measured(okrtest.Bound(okrtest.KeyResult(1, "O1"), "C1", "q"), okrtest.Measurement(okrtest.Noon(), 1, 2))
	require.NoError(b, s.Goals().Create(b.Context(), okrtest.TenantID, goal))
	for b.Loop() {
		_, err := s.Goals().Update(b.Context(), okrtest.TenantID, "KR1", func(g *okr.Goal) error { g.Metric.Target++; return nil })
		require.NoError(b, err)
	}
}

func BenchmarkListGoals(b *testing.B) {
	s := open(b, okrtest.StartRedis(b))
	for n := range 1000 {
		require.NoError(b, s.Goals().Create(b.Context(), okrtest.TenantID, okrtest.KeyResult(n+1, "O1")))
	}
	for b.Loop() {
		list, _, err := s.Goals().List(b.Context(), okrtest.TenantID, "", okr.Page{})
		require.NoError(b, err)
		require.Len(b, list, 1000)
	}
}

// The agenda of one minute, of 10,000 connections that are synced every hour.
func BenchmarkDue(b *testing.B) {
	s := open(b, okrtest.StartRedis(b))
	for n := range 10_000 {
		require.NoError(b, s.Plan(b.Context(), okr.Due{Kind: okr.DueSync, Tenant: okrtest.TenantID, ID: fmt.Sprintf("C%d", n)}))
	}
	slots := okr.SlotsDue(okrtest.Noon(), time.Hour)
	for b.Loop() {
		work, err := s.Due(b.Context(), slots)
		require.NoError(b, err)
		require.NotEmpty(b, work)
	}
}

// BenchmarkStatuses finds the goals behind of 60,000, with lists by status and without, and the next day, when the status of
// some may have changed.
func BenchmarkStatuses(b *testing.B) {
	s := open(b, okrtest.StartRedis(b))
	var group errgroup.Group
	group.SetLimit(16)
	for n := range 60_000 {
		group.Go(func() error {
			g := okrtest.KeyResult(n+1, "O1")
			g.Period.Start, g.Period.End = okr.Date("2026-01-01").Add(n%30), okr.Date("2026-03-31").Add(n%30)
			g.Metric.Current = new(float64)
			*g.Metric.Current = g.Metric.Start + (g.Metric.Target-g.Metric.Start)*float64(1+n%997)/1000
			return s.Goals().Create(b.Context(), okrtest.TenantID, g)
		})
	}
	require.NoError(b, group.Wait())
	day := okr.Date("2026-02-20").Days()
	find := func(b *testing.B) {
		b.Helper()
		at := &okr.StatusAt{Status: okr.Behind, Day: day, Bands: okr.DefaultBands()}
		found, err := s.FindGoals(b.Context(), okrtest.TenantID, "", okr.GoalQuery{Status: at, Page: okr.Page{Limit: 5}})
		require.NoError(b, err)
		require.Positive(b, found.Pages[0].Total)
	}
	each := func(name string, before func()) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				before()
				b.StartTimer()
				find(b)
			}
		})
	}
	s.WalkFrom(1 << 30)
	each("worked out", func() {})
	s.WalkFrom(7000)
	b.Run("until all are listed", func(b *testing.B) {
		for range b.N {
			require.NoError(b, s.Client().Del(b.Context(), keyWithIn(b, s, "goal:placed")...).Err())
			for range 60_000/4000 + 2 {
				find(b)
			}
		}
	})
	each("listed", func() {})
	each("the next day", func() { day++ })
}

func keyWithIn(b *testing.B, s *redisstore.Store, part string) []string {
	b.Helper()
	keys, err := s.Client().Keys(b.Context(), "*"+part+"*").Result()
	require.NoError(b, err)
	return append(keys, "none")
}
