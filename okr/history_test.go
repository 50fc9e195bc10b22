package okr_test

import (
	"encoding/json"
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
	require.InDelta(t, 100, p.End, 1e-6, "the line goes on, the value does not go beyond the target")
	require.Equal(t, okr.Date("2026-02-20"), p.MeetsOn, "46 days on")

	p, _ = g.Project(values(0, 0.5, 1, 1.5), at(4), time.UTC)
	require.Equal(t, okr.Date("2026-07-20"), p.MeetsOn)
	p, _ = g.Project(values(8, 6, 4, 2), at(4), time.UTC)
	require.Empty(t, p.MeetsOn, "it falls")
	p, _ = g.Project(values(3, 3, 3, 3), at(4), time.UTC)
	require.Empty(t, p.MeetsOn, "it stands")
	p, _ = g.Project(values(80, 90, 95, 100), at(4), time.UTC)
	require.Equal(t, okr.Date("2026-01-04"), p.MeetsOn, "it is met")

	p, _ = g.Project(values(80, 60, 40, 20), at(4), time.UTC)
	require.InDelta(t, 0, p.End, 1e-6, "nor below the start")
	p, _ = g.Project(values(90, 100, 110, 120), at(4), time.UTC)
	require.InDelta(t, 120, p.End, 1e-6, "where it is beyond already it stays")

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

func TestAProjectionIsOfOneThing(t *testing.T) {
	t.Parallel()
	g := goalOf(okr.Metric{Start: 0, Target: 100})
	list := values(2, 4, 6, 8, 60, 61, 62, 63)
	for _, c := range []okr.Changes{
		{Causes: []okr.Cause{okr.CauseQuery}},
		{Causes: []okr.Cause{okr.CauseMeasure}},
		{Causes: []okr.Cause{okr.CauseConnection, okr.CauseAccount}},
		{Causes: []okr.Cause{okr.CauseResumed}},
		{First: true},
	} {
		var measured []okr.Measurement
		for i, p := range list {
			m := okr.Measurement{At: p.At, Value: &list[i].Value}
			if i == 4 {
				m.Changes = c
			}
			measured = append(measured, m)
		}
		points := okr.HistoryPoints(measured, nil)
		p, ok := g.Project(points, at(8), time.UTC)
		require.True(t, ok)
		require.Equal(t, 4, p.Values, c)
		require.Equal(t, okr.Date("2026-02-14"), p.MeetsOn, "one a day")
		_, ok = g.Project(points[:6], at(6), time.UTC)
		require.False(t, ok, "two are too few")
		require.Contains(t, g.WhyNoProjection(points[:6]), "comparable values since", c)
	}
	other := okr.Measurement{At: at(9), Value: new(float64), Changes: okr.Changes{Causes: []okr.Cause{okr.CauseConnection}}}
	require.Len(t, okr.SinceAnew(okr.HistoryPoints([]okr.Measurement{{At: at(8), Value: new(float64)}, other}, nil)), 2, "another way to the same is no other thing")
}

// TestMergedChangesAreOfOneThing: a cause drops the lists before it, whatever lists
// there are.
func TestMergedChangesAreOfOneThing(t *testing.T) {
	t.Parallel()
	var full okr.Changes
	v := reflect.ValueOf(&full).Elem()
	lists := 0
	for i := range v.NumField() {
		if v.Field(i).Type() == reflect.TypeFor[okr.ItemList]() {
			v.Field(i).Set(reflect.ValueOf(okr.ItemList{Count: 2, First: []okr.WorkItemRef{{ID: 1}, {ID: 2}}}))
			lists++
			one := okr.Changes{}
			reflect.ValueOf(&one).Elem().Field(i).Set(v.Field(i))
			require.False(t, one.Empty(), v.Type().Field(i).Name)
		}
	}
	require.Equal(t, 12, lists)
	full.Scope = 3
	twice := reflect.ValueOf(full.Merge(full))
	for i := range twice.NumField() {
		if l, ok := reflect.TypeAssert[okr.ItemList](twice.Field(i)); ok {
			require.Equal(t, 4, l.Count, v.Type().Field(i).Name)
		}
	}
	for _, cause := range []okr.Cause{okr.CauseQuery, okr.CauseMeasure, okr.CauseAccount, okr.CauseOverride, okr.CauseResumed} {
		only := okr.Changes{Causes: []okr.Cause{cause}}
		require.Equal(t, only, full.Merge(only), cause)
		after := only.Merge(full)
		require.Equal(t, full.Completed, after.Completed, "what came later is kept")
		require.Equal(t, []okr.Cause{cause}, after.Causes)
	}
	require.Equal(t, full.Completed, full.Merge(okr.Changes{Causes: []okr.Cause{okr.CauseConnection}}).Completed)
	override, resumed := okr.Changes{Causes: []okr.Cause{okr.CauseOverride}}, okr.Changes{Causes: []okr.Cause{okr.CauseResumed}}
	require.Equal(t, resumed, override.Merge(resumed), "the later of the two")
	require.Equal(t, override, resumed.Merge(override))
}

// TestOldRecordsAreRead: what was kept before there were causes reads as it was meant.
func TestOldRecordsAreRead(t *testing.T) {
	t.Parallel()
	var m okr.Measurement
	old := `{"at":"2026-01-05T12:00:00Z","value":40,"completed":12,"total":30,"account":"a","connection":"C","changes":{"completed":{"count":1,"first":[{"id":7,"title":"Crash"}]},"removed":{"count":2}}}`
	require.NoError(t, json.Unmarshal([]byte(old), &m))
	require.Equal(t, []int{1, 2, 0}, []int{m.Changes.Completed.Count, m.Changes.Removed.Count, len(m.Changes.Causes)})
	require.False(t, m.Changes.BeginsAnew())
	raw, err := json.Marshal(m)
	require.NoError(t, err)
	require.JSONEq(t, old, string(raw), "and nothing is added to what needs none of it")
	require.NoError(t, json.Unmarshal([]byte(`{"changes":{"first":true}}`), &m))
	require.True(t, m.Changes.BeginsAnew())
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
		days, anew := map[string]time.Time{}, map[time.Time]bool{}
		for i, m := range list {
			days[m.At.Format(time.DateOnly)] = m.At
			if i > 0 && m.Changes.BeginsAnew() {
				anew[list[i-1].At] = true
				require.Contains(t, kept, list[i-1].At, "the last before values begin anew")
			}
			if m.Stays() {
				require.Contains(t, kept, m.At)
			}
		}
		for _, m := range thin {
			require.True(t, m.Stays() || anew[m.At] || days[m.At.Format(time.DateOnly)].Equal(m.At), "%s is neither the last of its day nor stays", m.At)
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
	switch rapid.IntRange(0, 9).Draw(t, "more") {
	case 0:
		m.Changes.First = true
	case 1:
		m.Changes.Causes = []okr.Cause{okr.CauseConnection}
	case 2:
		m.Changes.Causes = []okr.Cause{okr.CauseQuery}
	}
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
