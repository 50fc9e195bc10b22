package okr_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okrbot/okr"
)

func at(day int) time.Time { return time.Date(2026, 1, day, 12, 0, 0, 0, time.UTC) }

// values makes points, one a day from 1 January on.
func values(list ...float64) []okr.HistoryPoint {
	var points []okr.HistoryPoint
	for i, v := range list {
		points = append(points, okr.HistoryPoint{At: at(i + 1), Value: v})
	}
	return points
}

func goalOf(m okr.Metric) okr.Goal {
	return okr.Goal{Kind: okr.KeyResult, Metric: &m, Period: okr.Period{Start: "2026-01-01", End: "2026-03-31"}}
}

func TestProjection(t *testing.T) {
	t.Parallel()
	g := goalOf(okr.Metric{Start: 0, Target: 100})
	p, ok := g.Project(values(0, 2, 4, 6, 8), at(5), time.UTC)
	require.True(t, ok)
	require.Equal(t, 5, p.Values)
	require.InDelta(t, 8+2*85, p.End, 1e-6)
	require.Equal(t, okr.Date("2026-02-20"), p.MeetsOn, "46 days on")

	p, _ = g.Project(values(0, 0.5, 1, 1.5), at(4), time.UTC)
	require.Equal(t, okr.Date("2026-07-20"), p.MeetsOn)
	p, _ = g.Project(values(8, 6, 4, 2), at(4), time.UTC)
	require.Empty(t, p.MeetsOn, "it falls")
	p, _ = g.Project(values(3, 3, 3, 3), at(4), time.UTC)
	require.Empty(t, p.MeetsOn, "it stands")
	p, _ = g.Project(values(80, 90, 95, 100), at(4), time.UTC)
	require.Equal(t, okr.Date("2026-01-04"), p.MeetsOn, "it is met")

	down := goalOf(okr.Metric{Start: 50, Target: 10})
	p, _ = down.Project(values(50, 49, 48, 47), at(4), time.UTC)
	require.Equal(t, okr.Date("2026-02-10"), p.MeetsOn, "a decrease is met downwards")

	still, _ := g.Project(values(0, 2, 4, 6), at(25), time.UTC)
	require.Less(t, still.End, 6+2*64.0, "the last value holds until now")
}

func TestNoProjection(t *testing.T) {
	t.Parallel()
	g := goalOf(okr.Metric{Start: 0, Target: 100})
	_, ok := g.Project(values(1, 2, 3), at(10), time.UTC)
	require.False(t, ok, "three values are too few")
	four := values(1, 2, 3, 4)
	for i := range four {
		four[i].At = at(1).Add(time.Duration(i) * time.Hour)
	}
	_, ok = g.Project(four, at(1).Add(4*time.Hour), time.UTC)
	require.False(t, ok, "an afternoon says nothing")
	for _, typ := range []okr.MetricType{okr.StayBelow, okr.StayAbove, okr.Baseline} {
		_, ok = goalOf(okr.Metric{Type: typ, Target: 5}).Project(values(1, 2, 3, 4, 5), at(5), time.UTC)
		require.False(t, ok, typ)
	}
}

func TestALineIsProjectedOn(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		slope := rapid.Float64Range(0.1, 50).Draw(t, "slope")
		n := rapid.IntRange(4, 30).Draw(t, "values")
		var list []float64
		for i := range n {
			list = append(list, slope*float64(i))
		}
		g := goalOf(okr.Metric{Start: 0, Target: 1e9})
		p, ok := g.Project(values(list...), at(n), time.UTC)
		require.True(t, ok)
		require.InDelta(t, slope*float64(n-1+g.Period.End.Days()-okr.DateOf(at(n)).Days()), p.End, 1e-3)
	})
}

func TestExpectedLine(t *testing.T) {
	t.Parallel()
	g := goalOf(okr.Metric{Start: 5, Target: 20, Phases: []okr.Phase{{Date: "2026-02-01", Value: 7}}})
	require.Equal(t, []okr.Phase{{Date: "2026-01-01", Value: 5}, {Date: "2026-02-01", Value: 7}, {Date: "2026-03-31", Value: 20}}, g.ExpectedLine())
	require.Equal(t, []okr.Phase{{Date: "2026-01-01", Value: 5}, {Date: "2026-03-31", Value: 5}}, goalOf(okr.Metric{Type: okr.StayBelow, Target: 5}).ExpectedLine())
	require.Nil(t, goalOf(okr.Metric{Type: okr.Baseline}).ExpectedLine())
	o := okr.Goal{Kind: okr.Objective, Period: okr.Period{Start: "2026-01-01", End: "2026-03-31"}}
	require.Equal(t, []okr.Phase{{Date: "2026-01-01", Value: 0}, {Date: "2026-03-31", Value: 100}}, o.ExpectedLine())
}

func TestReminders(t *testing.T) {
	t.Parallel()
	monday := time.Date(2026, 2, 2, 9, 20, 0, 0, time.UTC)
	require.True(t, okr.Reminder{}.IsReminderDue(monday, time.Time{}))
	require.False(t, okr.Reminder{}.IsReminderDue(monday.Add(-time.Hour), time.Time{}), "too early")
	require.True(t, okr.Reminder{}.IsReminderDue(monday.Add(7*time.Hour), time.Time{}), "late, but the same day")
	require.False(t, okr.Reminder{}.IsReminderDue(monday.Add(8*time.Hour), time.Time{}), "too late")
	require.False(t, okr.Reminder{}.IsReminderDue(monday.AddDate(0, 0, 1), time.Time{}), "another day")
	require.False(t, okr.Reminder{}.IsReminderDue(monday, monday.AddDate(0, 0, -1)), "a recent check-in")
	require.True(t, okr.Reminder{}.IsReminderDue(monday, monday.AddDate(0, 0, -3)))
	require.False(t, okr.Reminder{Off: true}.IsReminderDue(monday, time.Time{}))
	second := okr.Reminder{Weekday: time.Monday, Hour: 9, Every: 2}
	due := 0
	for week := range 8 {
		if second.IsReminderDue(monday.AddDate(0, 0, 7*week), time.Time{}) {
			due++
		}
	}
	require.Equal(t, 4, due, "every second week")
}

// What is kept of old entries: the last of each day and those that stay, each count,
// and no names.
func TestThin(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var list []okr.Measurement
		when := at(1)
		for range rapid.IntRange(0, 60).Draw(t, "entries") {
			when = when.Add(time.Duration(rapid.IntRange(1, 40*3600).Draw(t, "seconds")) * time.Second)
			list = append(list, anyEntry(t, when))
		}
		thin := okr.Thin(list)
		require.Equal(t, countOf(list), countOf(thin))
		kept := map[time.Time]okr.Measurement{}
		for _, m := range thin {
			kept[m.At] = m
		}
		require.Len(t, kept, len(thin), "each once")
		days := map[string]time.Time{}
		for _, m := range list {
			days[m.At.Format(time.DateOnly)] = m.At
			if m.Stays() {
				require.Contains(t, kept, m.At)
			}
		}
		for _, m := range thin {
			require.True(t, m.Stays() || days[m.At.Format(time.DateOnly)].Equal(m.At), "%s is neither the last of its day nor stays", m.At)
			require.Nil(t, m.Changes.Completed.First)
		}
		for day, last := range days {
			require.Contains(t, kept, last, day)
		}
		require.Equal(t, thin, okr.Thin(thin), "thin stays as it is")
	})
}

func anyEntry(t *rapid.T, when time.Time) okr.Measurement {
	value := rapid.Float64Range(0, 100).Draw(t, "value")
	m := okr.Measurement{At: when, Value: &value, Total: 100}
	m.Changes.First = rapid.IntRange(0, 9).Draw(t, "first") == 0
	for n := range rapid.IntRange(0, okr.MaxNamed).Draw(t, "completed") {
		m.Changes.Completed.Count++
		m.Changes.Completed.First = append(m.Changes.Completed.First, okr.WorkItemRef{ID: n, Title: fmt.Sprint("Item ", n)})
	}
	m.Changes.Scope = float64(rapid.IntRange(-5, 5).Draw(t, "scope"))
	return m
}

// countOf adds up what entries count: completed items and the growth of the scope.
func countOf(list []okr.Measurement) (count [2]float64) {
	for _, m := range list {
		count[0] += float64(m.Changes.Completed.Count)
		count[1] += m.Changes.Scope
	}
	return count
}

// Whatever else a change comes to say than numbers makes its entry stay, and each list
// of work items loses its names.
func TestThinKnowsEveryFieldOfChanges(t *testing.T) {
	t.Parallel()
	var m okr.Measurement
	fields := reflect.ValueOf(&m.Changes).Elem()
	for i := range fields.NumField() {
		field, name := fields.Field(i), fields.Type().Field(i).Name
		fields.SetZero()
		switch list, isList := reflect.TypeAssert[okr.ItemList](field); {
		case isList:
			list.Count, list.First = 1, []okr.WorkItemRef{{ID: 1, Title: "An item"}}
			field.Set(reflect.ValueOf(list))
			require.False(t, m.Stays(), name)
			thin := reflect.ValueOf(okr.Thin([]okr.Measurement{m})[0].Changes).Field(i)
			require.Equal(t, okr.ItemList{Count: 1}, thin.Interface(), name)
		case name == "Scope":
			field.SetFloat(1)
			require.False(t, m.Stays(), name)
		case field.Kind() == reflect.Slice:
			field.Set(reflect.MakeSlice(field.Type(), 1, 1))
			require.True(t, m.Stays(), "an entry with %s must stay: see Measurement.Stays", name)
		default:
			require.Equal(t, reflect.Bool, field.Kind(), name)
			field.SetBool(true)
			require.True(t, m.Stays(), "an entry with %s must stay: see Measurement.Stays", name)
		}
	}
}
