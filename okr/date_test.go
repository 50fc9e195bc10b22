package okr_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okrbot/okr"
)

// dayNumber is the day n days after 1 January 1970.
func dayNumber(n int) okr.Date { return okr.DateOf(time.Unix(int64(n)*86_400, 0).UTC()) }

func TestDateValid(t *testing.T) {
	t.Parallel()
	for date, want := range map[okr.Date]bool{
		"2026-01-01": true, "2024-02-29": true, "1970-01-01": true, "2999-12-31": true,
		"2026-02-29": false, "2026-13-01": false, "2026-1-1": false, "": false, "3000-01-01": false,
		"1969-12-31": false, "01.02.2026": false, "2026-01-01T00:00:00Z": false, "0000-00-00": false,
	} {
		require.Equal(t, want, date.Valid(), "%q", date)
	}
	require.Zero(t, okr.Date("rubbish").Days())
}

func TestDateOfTakesTheZone(t *testing.T) {
	t.Parallel()
	late := time.Date(2026, 1, 31, 23, 30, 0, 0, time.UTC)
	require.Equal(t, okr.Date("2026-01-31"), okr.DateOf(late))
	require.Equal(t, okr.Date("2026-02-01"), okr.DateOf(late.In(okr.Settings{TimeZone: "Europe/Berlin"}.Location())))
	require.Equal(t, time.UTC, okr.Settings{TimeZone: "Nowhere/Land"}.Location())
}

func TestDaysCountEveryDayOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 376_000).Draw(t, "day")
		require.True(t, dayNumber(n).Valid())
		require.Equal(t, n, dayNumber(n).Days())
	})
}

func TestQuarter(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 11, 30, 23, 0, 0, 0, time.UTC)
	for n, want := range map[int]okr.Period{
		-4: {Name: "Q4 2025", Start: "2025-10-01", End: "2025-12-31"},
		0:  {Name: "Q4 2026", Start: "2026-10-01", End: "2026-12-31"},
		1:  {Name: "Q1 2027", Start: "2027-01-01", End: "2027-03-31"},
		6:  {Name: "Q2 2028", Start: "2028-04-01", End: "2028-06-30"},
	} {
		require.Equal(t, want, okr.Settings{}.Quarter(okr.DateOf(day), n).Period)
	}
	require.Equal(t, okr.Period{Name: "2026", Start: "2026-01-01", End: "2026-12-31"}, okr.Settings{}.Year(okr.DateOf(day), 0).Period)
	require.Equal(t, "Q4 2026 (1 Oct 2026 to 31 Dec 2026)", okr.Settings{}.Quarter(okr.DateOf(day), 0).String())
	require.Equal(t, "2 Jan 2026 to 3 Jan 2026", okr.Period{Start: "2026-01-02", End: "2026-01-03"}.String())
}

func TestQuartersAreGapless(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		day := time.Unix(rapid.Int64Range(0, 3e10).Draw(t, "time"), 0).UTC()
		n := rapid.IntRange(0, 8).Draw(t, "n")
		this, next := okr.Settings{}.Quarter(okr.DateOf(day), n).Period, okr.Settings{}.Quarter(okr.DateOf(day), n+1).Period
		require.Equal(t, this.End.Days()+1, next.Start.Days())
		now := okr.Settings{}.Quarter(okr.DateOf(day), 0).Period
		require.LessOrEqual(t, now.Start.Days(), okr.DateOf(day).Days())
		require.GreaterOrEqual(t, now.End.Days(), okr.DateOf(day).Days())
	})
}

// Days are those that package time counts, of any text.
func TestDaysAreThoseOfTime(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		part := rapid.SampledFrom([]string{"2026", "1969", "1600", "0001", "-", "02", "28", "29", "30", "31", "13", "00", "2000-02-29", "2100-02-29", "x", " "})
		text := rapid.OneOf(rapid.StringMatching(`[0-9]{4}-[0-9]{2}-[0-9]{2}`), rapid.Map(rapid.SliceOfN(part, 0, 5), func(s []string) string { return strings.Join(s, "") })).Draw(t, "date")
		want := 0
		if at, err := time.Parse("2006-01-02", text); err == nil && at.Year() > 0 {
			want = int(at.Unix() / 86400)
		}
		require.Equal(t, want, okr.Date(text).Days(), text)
		at := time.Unix(rapid.Int64Range(-1e11, 3e11).Draw(t, "at"), 0).UTC()
		require.Equal(t, okr.Date(at.Format("2006-01-02")), okr.DateOf(at))
	})
}
