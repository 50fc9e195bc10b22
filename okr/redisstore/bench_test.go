package redisstore_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
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
