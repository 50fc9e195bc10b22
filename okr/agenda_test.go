package okr_test

import (
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okrbot/okr"
)

func TestEverySlotIsDueOnceAnInterval(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		minutes := rapid.IntRange(1, okr.MinutesPerDay).Draw(t, "interval")
		start := time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "time"), 0)
		due := map[int]int{}
		for m := range minutes {
			for _, s := range okr.SlotsDue(start.Add(time.Duration(m)*time.Minute), time.Duration(minutes)*time.Minute) {
				due[s]++
			}
		}
		require.Len(t, due, okr.MinutesPerDay)
		for slot, times := range due {
			require.Equal(t, 1, times, "slot %d", slot)
		}
	})
}

func TestSlotsDueBoundsTheInterval(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 2, 2, 12, 7, 30, 0, time.UTC)
	require.Len(t, okr.SlotsDue(at, 0), okr.MinutesPerDay, "at least a minute")
	require.Equal(t, []int{12*60 + 7}, okr.SlotsDue(at, 48*time.Hour), "at most a day")
	require.Len(t, okr.SlotsDue(at, time.Hour), 24)
	require.Contains(t, okr.SlotsDue(at, time.Hour), 7)
}

func TestSlotsSpreadEvenly(t *testing.T) {
	t.Parallel()
	const ids = 10_000
	perMinute := make([]int, 60)
	for n := range ids {
		due := okr.Due{Kind: okr.DueSync, Tenant: "72f988bf-86f1-41af-91ab-2d7cd011db47", ID: fmt.Sprintf("C%d", n+1)}
		slot := due.Slot()
		require.Equal(t, slot, due.Slot(), "the slot is stable")
		perMinute[slot%60]++
	}
	require.Less(t, slices.Max(perMinute), 2*ids/60)
	require.Greater(t, slices.Min(perMinute), ids/60/2)
}

func TestSlotTellsKindAndTenantApart(t *testing.T) {
	t.Parallel()
	slots := map[int]bool{}
	for _, kind := range []okr.DueKind{okr.DueSync, okr.DueDigest} {
		for n := range 20 {
			slots[okr.Due{Kind: kind, Tenant: okr.TenantID(fmt.Sprint(n)), ID: "C1"}.Slot()] = true
		}
	}
	require.Greater(t, len(slots), 30)
}

func TestPeriodNumber(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "time"), 0)
		interval := time.Duration(rapid.IntRange(1, 1440).Draw(t, "minutes")) * time.Minute
		require.Equal(t, okr.PeriodNumber(at, interval)+1, okr.PeriodNumber(at.Add(interval), interval))
	})
	require.NotPanics(t, func() { okr.PeriodNumber(time.Now(), 0) })
}

func TestRemindersComeEarlyInTheHour(t *testing.T) {
	t.Parallel()
	hours := map[int]bool{}
	for n := range 500 {
		slot := okr.Due{Kind: okr.DueReminder, Tenant: "t", ID: strconv.Itoa(n)}.Slot()
		require.Less(t, slot%60, 10)
		hours[slot/60] = true
	}
	require.Len(t, hours, 24)
}
