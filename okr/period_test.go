package okr_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okrbot/okr"
)

func TestPlanningPeriods(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		month time.Month
		day   okr.Date
		n     int
		want  string
	}{
		{"a calendar quarter", 0, "2026-02-02", 0, "Q1 2026 (1 Jan 2026 to 31 Mar 2026)"},
		{"the next", time.January, "2026-02-02", 1, "Q2 2026 (1 Apr 2026 to 30 Jun 2026)"},
		{"over the year", time.January, "2026-12-31", 1, "Q1 2027 (1 Jan 2027 to 31 Mar 2027)"},
		{"the last", time.January, "2026-01-01", -1, "Q4 2025 (1 Oct 2025 to 31 Dec 2025)"},
		{"a year from July", time.July, "2026-02-02", 0, "Q3 2025/26 (1 Jan 2026 to 31 Mar 2026)"},
		{"its first day", time.July, "2026-07-01", 0, "Q1 2026/27 (1 Jul 2026 to 30 Sep 2026)"},
		{"a year from February", time.February, "2026-01-15", 0, "Q4 2025/26 (1 Nov 2025 to 31 Jan 2026)"},
		{"a leap day", time.December, "2028-02-29", 0, "Q1 2027/28 (1 Dec 2027 to 29 Feb 2028)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, okr.Settings{PlanningStart: c.month}.Quarter(c.day, c.n).String())
		})
	}
	require.Equal(t, "2026 (1 Jan 2026 to 31 Dec 2026)", okr.Settings{}.Year("2026-06-01", 0).String())
	require.Equal(t, "2025/26 (1 Apr 2025 to 31 Mar 2026)", okr.Settings{PlanningStart: time.April}.Year("2026-03-31", 0).String())
}

func TestPeriodsAreFound(t *testing.T) {
	t.Parallel()
	sprint := okr.TimePeriod{ID: "T1", Custom: true, Period: okr.Period{Name: "Spring push", Start: "2026-02-01", End: "2026-04-15"}}
	tenant := okr.Settings{Periods: []okr.TimePeriod{sprint}, Current: "T1"}
	for text, want := range map[string]string{
		"current": "Spring push", "Spring  PUSH": "Spring push", "next": "Q2 2026", "last": "Q4 2025", "q3": "Q3 2026",
		"Q1 2027": "Q1 2027", "2026": "2026", "T1": "Spring push", "2026-01-01/2026-03-31": "Q1 2026",
	} {
		p, ok := tenant.FindPeriod(text, "2026-02-02")
		require.True(t, ok, text)
		require.Equal(t, want, p.Name, text)
	}
	for _, text := range []string{"", "Q5", "someday", "2026-13-01/2026-14-01", "T9"} {
		_, ok := tenant.FindPeriod(text, "2026-02-02")
		require.False(t, ok, text)
	}
	require.Equal(t, "Q2 2026", tenant.CurrentPeriod("2026-04-16").Name, "the custom one is over")
	var names []string
	for _, p := range tenant.PeriodChoices("2026-02-02") {
		names = append(names, p.Name)
	}
	require.Equal(t, []string{"Spring push", "Q1 2026", "Q2 2026", "Q3 2026", "Q4 2026", "Q4 2025", "2026"}, names)
	last := tenant.PeriodChoices("2026-10-01")
	require.Equal(t, "2027", last[len(last)-2].Name, "the next year is offered from the first day of the last quarter on")
}

func TestQuartersCoverEveryDayOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		tenant := okr.Settings{PlanningStart: time.Month(rapid.IntRange(1, 12).Draw(t, "month"))}
		day := dayNumber(rapid.IntRange(400, 30_000).Draw(t, "day"))
		q, next := tenant.Quarter(day, 0), tenant.Quarter(day, 1)
		require.True(t, q.Contains(day))
		require.Equal(t, q.End.Add(1), next.Start)
		require.False(t, next.Contains(day))
		year := tenant.Year(day, 0)
		require.True(t, year.Contains(q.Start) && year.Contains(q.End))
		found, ok := tenant.PeriodByID(q.ID)
		require.True(t, ok)
		require.Equal(t, q, found)
		named, ok := tenant.FindPeriod(q.Name, day)
		require.True(t, ok)
		require.Equal(t, q, named)
	})
}

func TestAGoalGoesOnInThePeriodAfterItsOwn(t *testing.T) {
	t.Parallel()
	january := okr.Settings{}
	for name, c := range map[string]struct {
		own  okr.Period
		day  okr.Date
		want string
	}{
		"before its end":          {january.Quarter("2026-11-01", 0).Period, "2026-12-20", "Q1 2027"},
		"after the turn":          {january.Quarter("2026-11-01", 0).Period, "2027-01-02", "Q1 2027"},
		"a year":                  {january.Year("2026-11-01", 0).Period, "2027-01-02", "2027"},
		"own dates":               {okr.Period{Start: "2026-01-01", End: "2026-06-30"}, "2026-07-02", "Q3 2026"},
		"when that is over again": {january.Quarter("2025-11-01", 0).Period, "2026-11-28", "Q4 2026"},
	} {
		require.Equal(t, c.want, january.PeriodAfter(c.own, c.day).Name, name)
	}
	custom := okr.Settings{Periods: []okr.TimePeriod{
		{ID: "T1", Period: okr.Period{Name: "Spring", Start: "2026-01-01", End: "2026-04-30"}},
		{ID: "T3", Period: okr.Period{Name: "Autumn", Start: "2026-09-01", End: "2026-12-31"}},
		{ID: "T2", Period: okr.Period{Name: "Summer", Start: "2026-05-04", End: "2026-08-31"}},
	}}
	require.Equal(t, "Summer", custom.PeriodAfter(custom.Periods[0].Period, "2026-05-05").Name, "the custom one that follows, with a gap")
	require.Equal(t, "Autumn", custom.PeriodAfter(custom.Periods[2].Period, "2026-09-05").Name)
	require.Equal(t, "Q1 2027", custom.PeriodAfter(custom.Periods[1].Period, "2027-01-05").Name, "no custom one follows")
	require.Equal(t, "Q2 2026", custom.PeriodAfter(custom.Quarter("2026-02-01", 0).Period, "2026-04-05").Name, "a quarter goes on in a quarter")
	fiscal := okr.Settings{PlanningStart: time.July}
	require.Equal(t, "Q1 2026/27", fiscal.PeriodAfter(fiscal.Quarter("2026-05-01", 0).Period, "2026-07-05").Name)
	require.Equal(t, "2026/27", fiscal.PeriodAfter(fiscal.Year("2026-05-01", 0).Period, "2026-07-05").Name)
}

// TestThePeriodThatPeopleClose is what they mean who write a name on a day.
func TestThePeriodThatPeopleClose(t *testing.T) {
	t.Parallel()
	january, fiscal := okr.Settings{}, okr.Settings{PlanningStart: time.July}
	custom := okr.Settings{Current: "T1", Periods: []okr.TimePeriod{{ID: "T1", Period: okr.Period{Name: "Autumn", Start: "2026-09-01", End: "2026-11-30"}}}}
	for _, c := range []struct {
		settings okr.Settings
		text     string
		day      okr.Date
		want     string // empty: none
	}{
		{january, "Q3", "2026-10-02", "Q3 2026"},
		{january, "Q3", "2026-09-30", "Q3 2026"},
		{january, "Q4", "2027-01-02", "Q4 2026"},
		{january, "q4 2027", "2027-01-02", "Q4 2027"},
		{january, "", "2027-01-02", "Q4 2026"},
		{january, "quarter", "2026-12-31", "Q4 2026"},
		{january, "the quarter", "2026-12-18", "Q4 2026"},
		{january, "quarter", "2026-12-17", "Q3 2026"},
		{january, "last", "2026-12-17", "Q3 2026"},
		{january, "current", "2026-12-01", "Q4 2026"},
		{january, "year", "2027-01-09", "2026"},
		{january, "the year", "2026-12-30", "2026"},
		{january, "2026", "2027-01-09", "2026"},
		{fiscal, "Q1", "2026-10-02", "Q1 2026/27"},
		{fiscal, "Q4", "2026-07-03", "Q4 2025/26"},
		{fiscal, "year", "2026-07-03", "2025/26"},
		{custom, "autumn", "2026-11-03", "Autumn"},
		{custom, "period", "2026-11-20", "Autumn"},
		{january, "Launch the portal", "2026-11-20", ""},
	} {
		p, ok := c.settings.PeriodToClose(c.text, c.day)
		require.Equal(t, c.want, p.Name, "%q on %s", c.text, c.day)
		require.Equal(t, c.want != "", ok, c.text)
	}
}

// TestAnOwnPeriodMovesAlong is what a key result's own period becomes in the clone of
// its objective.
func TestAnOwnPeriodMovesAlong(t *testing.T) {
	t.Parallel()
	year := func(y string) okr.Period {
		return okr.Period{Start: okr.Date(y + "-01-01"), End: okr.Date(y + "-12-31")}
	}
	for name, test := range map[string]struct {
		own, from, to okr.Period
		want          string // empty: it does not lie there
	}{
		"a quarter of a year":       {okr.Period{Start: "2026-07-01", End: "2026-09-30"}, year("2026"), year("2027"), "2027-07-01/2027-09-30"},
		"to the end of February":    {okr.Period{Start: "2023-01-01", End: "2023-02-28"}, year("2023"), year("2024"), "2024-01-01/2024-02-29"},
		"a month of a quarter":      {okr.Period{Start: "2026-11-01", End: "2026-11-30"}, okr.Period{Start: "2026-10-01", End: "2026-12-31"}, okr.Period{Start: "2027-01-01", End: "2027-03-31"}, "2027-02-01/2027-02-28"},
		"by days":                   {okr.Period{Start: "2026-01-05", End: "2026-01-16"}, okr.Period{Start: "2026-01-05", End: "2026-02-01"}, okr.Period{Start: "2026-02-02", End: "2026-03-01"}, "2026-02-02/2026-02-13"},
		"beyond the objective":      {okr.Period{Start: "2026-07-01", End: "2027-03-31"}, year("2026"), year("2027"), ""},
		"a quarter into a quarter":  {okr.Period{Start: "2026-07-01", End: "2026-09-30"}, year("2026"), okr.Period{Start: "2027-01-01", End: "2027-03-31"}, ""},
		"backwards into a year ago": {okr.Period{Start: "2026-04-01", End: "2026-06-30"}, year("2026"), year("2025"), "2025-04-01/2025-06-30"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			moved, fits := test.own.Moved(test.from, test.to)
			require.Equal(t, test.want != "", fits)
			if fits {
				require.Equal(t, test.want, moved.SpanID())
			}
		})
	}
}
