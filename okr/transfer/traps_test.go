package transfer_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
	"okrbot/okr/transfer"
)

// previewed is what an import of some items would do.
func (w *world) previewed(items ...transfer.Item) okr.ImportPreview {
	w.t.Helper()
	w.source = &files{bundle: transfer.Bundle{Items: items, Periods: []okr.Period{year, quarter}}}
	p, err := w.transfer.PreviewImport(w.t.Context(), okrtest.Alex, w.send().ID)
	require.NoError(w.t, err)
	return p
}

func objective(id string, change ...func(*transfer.Item)) transfer.Item {
	item := transfer.Item{ID: id, Kind: okr.Objective, Title: "Objective " + id, Period: year}
	for _, c := range change {
		c(&item)
	}
	return item
}

func keyResult(id, parent string, v, target float64, change ...func(*transfer.Item)) transfer.Item {
	item := transfer.Item{
		ID: id, Kind: okr.KeyResult, Title: "Key result " + id, Period: year, Parents: []transfer.Parent{{ID: parent}},
		Metric: &okr.Metric{Name: "Stores", Target: target, Type: okr.Reach}, Value: &v,
	}
	for _, c := range change {
		c(&item)
	}
	return item
}

func shown(v float64) func(*transfer.Item) { return func(i *transfer.Item) { i.Shown = &v } }
func weight(v float64) func(*transfer.Item) {
	return func(i *transfer.Item) { i.Parents[0].Weight = &v }
}
func rounded(i *transfer.Item) { i.Rounded = true }
func byHand(i *transfer.Item)  { i.Feed = transfer.FeedManual }

func limit(kind okr.MetricType, v float64) func(*transfer.Item) {
	return func(i *transfer.Item) { i.Metric.Type, i.Metric.Start, i.Metric.Target = kind, v, v }
}

// Where okrbot computes another progress than the source showed, it says why.
func TestEachDifferenceIsExplained(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		items    []transfer.Item
		id       string
		computed float64
		why      string
	}{
		"weights that the files don't say": {
			[]transfer.Item{objective("1", shown(50)), keyResult("2", "1", 0, 40), keyResult("3", "1", 10, 40, fed), keyResult("4", "1", 40, 40)},
			"1", 125.0 / 3,
			"The files have no weights for the items below it, so all count the same.",
		},
		"It was updated manually there.": {
			[]transfer.Item{objective("1", shown(90), byHand), keyResult("2", "1", 10, 40, weight(100))},
			"1", 25,
			"It was updated manually there. Here, it's calculated from the 1 below it.",
		},
		"a child beyond its target": {
			[]transfer.Item{objective("1", shown(100)), keyResult("2", "1", 80, 40, weight(50)), keyResult("3", "1", 20, 40, weight(50))},
			"1", 75,
			"Here, each item below counts from 0 to 100%, even past its target.",
		},
		"a project beside key results": {
			[]transfer.Item{
				objective("1", shown(60)), keyResult("2", "1", 10, 40, weight(40)),
				{ID: "3", Kind: okr.Project, Title: "P", Period: year, Parents: []transfer.Parent{{ID: "1", Weight: new(60.0)}}, Value: new(80.0), Feed: transfer.FeedManual},
			}, "1", 25, "Here, projects don't count next to key results, unless you change the settings.",
		},
		"something below differs": {
			[]transfer.Item{objective("1", shown(60)), keyResult("2", "1", 10, 40, weight(100), shown(60), rounded)},
			"1", 25,
			"Items below it differ: \"Key result 2\".",
		},
		"rounded numbers": {
			[]transfer.Item{objective("1"), keyResult("2", "1", 10, 40, shown(30), rounded)},
			"2", 25,
			"Its numbers are rounded in the file. Here, progress is 10 between 0 and 40.",
		},
		"a limit": {
			[]transfer.Item{objective("1"), keyResult("2", "1", 3, 5, shown(60), limit(okr.StayBelow, 5))},
			"2", 100,
			"Here, a limit is either met (100%) or not (0%). The limit is 5.",
		},
		"no value": {
			[]transfer.Item{objective("1"), keyResult("2", "1", 3, 5, shown(60), func(i *transfer.Item) { i.Value = nil })},
			"2", 0,
			"The files have no value, so it's at its start value.",
		},
		"a metric of an objective": {
			[]transfer.Item{objective("1", shown(30), func(i *transfer.Item) { i.Metric, i.Value = &okr.Metric{Name: "Stores", Target: 10}, new(5.0) })},
			"1", 50,
			"It keeps the checked-in value, because nothing below it has progress.",
		},
		"a checklist": {
			[]transfer.Item{objective("1"), {
				ID: "2", Kind: okr.Project, Title: "P", Period: year, Parents: []transfer.Parent{{ID: "1"}}, Shown: new(80.0), Value: new(80.0),
				Tasks: []transfer.Task{{ID: "1", Title: "a", Done: true}, {ID: "2", Title: "b"}},
			}},
			"2", -1,
			"Here, its progress is the share of completed tasks.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newWorld(t).previewed(c.items...)
			for _, d := range p.Differences {
				if d.ID == c.id {
					require.Contains(t, d.Why, c.why)
					if c.computed >= 0 {
						require.InDelta(t, c.computed, *d.Computed, 1e-9)
					}
					return
				}
			}
			require.Fail(t, "no difference", "%+v", p.Differences)
		})
	}
}

// What the source shows is what okrbot computes where both mean the same.
func TestNoDifferenceWhereBothMeanTheSame(t *testing.T) {
	t.Parallel()
	p := newWorld(t).previewed(
		objective("1", shown(25)), keyResult("2", "1", 10, 40, shown(25), weight(33.33)), keyResult("3", "1", 20, 40, shown(50), weight(33.33)), keyResult("4", "1", 0, 40, shown(0), weight(33.33)),
		objective("5", shown(126), func(i *transfer.Item) { i.Value = new(126.0) }),
		keyResult("6", "5", -5, 40, shown(0), func(i *transfer.Item) { i.Parents[0].Weight = new(0.0) }),
		keyResult("7", "1", 800, 40, shown(2000), weight(0)),
	)
	require.Empty(t, p.Differences)
}

func TestTraps(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.source = &files{bundle: transfer.Bundle{
		Periods: []okr.Period{year, quarter, {Name: "Season", Start: "2026-02-01", End: "2026-07-15"}},
		Items: []transfer.Item{
			objective("1"),
			keyResult("2", "1", 10, 40, weight(33.33)), keyResult("3", "1", 10, 40, weight(33.33)), keyResult("4", "1", 10, 40, weight(33.33)),
			objective("5"), keyResult("6", "5", 10, 40, weight(20)), keyResult("7", "5", 10, 40, weight(0)),
			objective("8", func(i *transfer.Item) { i.Period = okr.Period{Name: "Season", Start: "2026-02-01", End: "2026-07-15"} }),
			keyResult("9", "8", 10, 40, func(i *transfer.Item) { i.Period = okr.Period{Name: "Season"} }),
			keyResult("10", "8", 10, 40, func(i *transfer.Item) { i.Period = okr.Period{Name: "Season", Start: "2026-03-01", End: "2026-04-01"} }),
			keyResult("11", "8", 50, 40, func(i *transfer.Item) { i.Metric.Type, i.Metric.Start = okr.Increase, 50 }),
			keyResult("12", "8", 0, 100, func(i *transfer.Item) { i.Metric, i.Value = nil, new(126.0) }),
			keyResult("13", "", 0, 40, func(i *transfer.Item) { i.Parents = []transfer.Parent{{Title: "objective  5"}} }),
		},
	}}
	w.importAll()
	require.Nil(t, w.titled("Key result 2").Weight, "all the same is no weight")
	require.InDelta(t, 20, *w.titled("Key result 6").Weight, 0)
	require.InDelta(t, 0, *w.titled("Key result 7").Weight, 0)
	season := w.titled("Objective 8")
	require.Equal(t, "Season", season.Period.Name)
	require.Equal(t, "T1", season.PeriodID, "a custom period is made of it")
	require.False(t, w.titled("Key result 9").OwnPeriod)
	require.Equal(t, "T1", w.titled("Key result 9").PeriodID)
	own := w.titled("Key result 10")
	require.True(t, own.OwnPeriod)
	require.Equal(t, "T1", own.PeriodID)
	require.Equal(t, okr.Period{Name: "Season", Start: "2026-03-01", End: "2026-04-01"}, own.Period)
	require.Equal(t, okr.Decrease, w.titled("Key result 11").Metric.Type)
	percent := w.titled("Key result 12")
	require.Equal(t, okr.UnitPercent, percent.Metric.UnitKind)
	require.InDelta(t, 126, *percent.LeafProgress(), 0, "not clamped")
	require.Equal(t, w.titled("Objective 5").ID, w.titled("Key result 13").Parent, "by the only title")
}

// What was checked in before is history: charts, why and projections have it.
func TestImportedCheckInsAreHistory(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.source = stores()
	w.source.checkIns = nil
	for n := range 4 {
		w.source.checkIns = append(w.source.checkIns, transfer.CheckIn{ID: string(rune('1' + n)), Item: "12", At: day(5 + 7*n), MadeAt: day(5 + 7*n), By: megan, Value: new(float64(3 * n)), Status: okr.Behind})
	}
	w.item("12").Value = new(9.0)
	w.importMatched()
	kr := w.titled("Ship 40 stores")
	h, err := w.Plan.History(t.Context(), okrtest.Alex, kr.ID, time.Time{})
	require.NoError(t, err)
	require.Len(t, h.Points, 4)
	require.NotNil(t, h.Projection, h.Why)
	require.Equal(t, day(26), *kr.Metric.At)
	list, total, err := w.Plan.CheckIns(t.Context(), okrtest.Alex, kr.ID, okr.Page{Limit: 1})
	require.NoError(t, err)
	require.Equal(t, 4, total)
	require.Equal(t, okrtest.Megan.Person, list[0].By)
	require.Equal(t, okr.Behind, list[0].Shown)
	require.Empty(t, list[0].Status, "a computed status is no override")
	moves, err := w.Plan.WhatMoved(t.Context(), okrtest.Alex, kr.ID, okr.SinceSync)
	require.NoError(t, err)
	require.Len(t, moves, 1)
}

// A checklist that makes what people said goes on by itself; where they said something
// else, that stands over it until the next tick.
func TestAChecklistGoesOnFromWhatWasSaid(t *testing.T) {
	t.Parallel()
	project := func(id string, says float64) transfer.Item {
		return transfer.Item{
			ID: id, Kind: okr.Project, Title: "Project " + id, Period: year, Parents: []transfer.Parent{{ID: "1"}}, Value: &says, Feed: transfer.FeedManual,
			Tasks: []transfer.Task{{Title: "Sign", Done: true}, {Title: "Build"}, {Title: "Open"}},
		}
	}
	w := newWorld(t)
	w.source = &files{bundle: transfer.Bundle{Items: []transfer.Item{objective("1"), project("2", 33), project("3", 50)}, Periods: []okr.Period{year}}}
	w.importAll()
	require.Nil(t, w.titled("Project 2").Manual)
	require.InDelta(t, 50, *w.titled("Project 3").Manual.Value, 1e-9)
}
