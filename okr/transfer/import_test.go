package transfer_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
	"okrbot/okr/transfer"
)

var (
	year    = okr.Period{Name: "Annual 2026", Start: "2026-01-01", End: "2026-12-31"}
	quarter = okr.Period{Name: "Q1 2026", Start: "2026-01-01", End: "2026-03-31"}
	megan   = transfer.Person{ID: "72", Name: "Megan Bowen", Email: "Megan@contoso.example"}
	nobody  = transfer.Person{ID: "79", Name: "Gone Away", Email: "gone@contoso.example"}
)

// stores is an objective with a key result, a project and what was said of them.
func stores() *files {
	return &files{
		bundle: transfer.Bundle{
			People:  []transfer.Person{megan, nobody},
			Periods: []okr.Period{year, quarter},
			Items: []transfer.Item{
				{
					ID: "12", Word: "Key result", Kind: okr.KeyResult, Title: "Ship 40 stores", Parents: []transfer.Parent{{ID: "11"}}, Owners: []transfer.Person{megan}, Period: quarter,
					Metric: &okr.Metric{Name: "Stores", Target: 40, Type: okr.Reach}, Value: new(10.0), Shown: new(25.0), Feed: transfer.FeedIntegration, DataSource: "Excel Online", Status: okr.Behind,
					CreatedAt: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC),
				},
				{ID: "11", Word: "Objective", Kind: okr.Objective, Title: "Delight the north", Owners: []transfer.Person{nobody}, Period: year, Shown: new(25.0), Tags: []string{"Growth"}},
				{
					ID: "13", Word: "Project", Kind: okr.Project, Title: "Open the warehouse", Parents: []transfer.Parent{{ID: "11"}}, Period: year,
					Tasks: []transfer.Task{{ID: "61", Title: "Sign the lease", Done: true, Owner: megan}, {ID: "62", Title: "Paint it"}},
				},
			},
		},
		checkIns: []transfer.CheckIn{
			{ID: "1", Item: "12", At: day(5), MadeAt: day(5), By: megan, Value: new(4.0), Status: okr.Behind, Note: "late start"},
			{ID: "2", Item: "12", At: day(20), MadeAt: day(21), By: nobody, Value: new(10.0), Status: okr.Behind},
		},
		comments: []transfer.Comment{{ID: "9", Item: "11", At: day(6), By: megan, Text: "see the map"}},
	}
}

func day(n int) time.Time { return time.Date(2026, 1, n, 9, 0, 0, 0, time.UTC) }

var colleagues = []okr.Colleague{{Person: okrtest.Megan.Person, Email: "megan@contoso.example"}, {Person: okrtest.Alex.Person, Email: "alex@contoso.example"}}

func TestImportOfASmallTree(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.source = stores()
	i := w.send()
	_, err := w.transfer.MatchPeople(t.Context(), okrtest.Alex, i.ID, colleagues)
	require.NoError(t, err)
	p, err := w.transfer.PreviewImport(t.Context(), okrtest.Alex, i.ID)
	require.NoError(t, err)
	require.Empty(t, p.Waits)
	require.Equal(t, okr.ImportTally{Made: 3, CheckIns: 2, Notes: 1}, p.Tally)
	require.Empty(t, p.Differences)
	require.Equal(t, []okr.ImportPerson{
		{Key: "megan@contoso.example", Name: "Megan Bowen", Email: "Megan@contoso.example", Items: 2, Match: okrtest.Megan.Person, How: okr.MatchEmail},
		{Key: "gone@contoso.example", Name: "Gone Away", Email: "gone@contoso.example", Items: 1},
	}, p.People)

	i = w.importAll()
	require.Equal(t, okr.ImportDone, i.Phase)
	require.Equal(t, okr.ImportTally{Made: 3, CheckIns: 2, Notes: 1}, i.Counts)
	require.Equal(t, 6, i.Done)

	kr, o, project := w.titled("Ship 40 stores"), w.titled("Delight the north"), w.titled("Open the warehouse")
	require.Equal(t, o.ID, kr.Parent)
	require.Equal(t, okrtest.Megan.Person, kr.Owner)
	require.Equal(t, okr.Person{Name: "Gone Away"}, o.Owner)
	require.InDelta(t, 25, *o.Rolled.Progress, 0)
	require.True(t, kr.OwnPeriod)
	require.Equal(t, quarter, kr.Period)
	require.Equal(t, "2026", o.Period.Name)
	require.Len(t, project.Tasks, 2)
	require.Equal(t, []okr.GoalID{kr.ID}, i.Unbound)
	require.Len(t, w.checkIns(kr.ID), 2)
	require.Equal(t, w.checkIns(kr.ID)[1].ID, kr.LastCheckIn.ID)
	require.True(t, w.checkIns(o.ID)[0].Comment)
	views, total, err := w.transfer.Unbound(t.Context(), okrtest.Alex, i.ID, okr.Page{})
	require.NoError(t, err)
	require.Equal(t, 1, total)
	require.Len(t, views, 1)
}

func TestImportAgainChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.source = stores()
	first := w.importAll()
	before := w.goals()
	second := w.importAll()
	require.NotEqual(t, first.ID, second.ID)
	require.Equal(t, okr.ImportTally{Same: 3}, second.Counts)
	w.requireGoals(before)
}

func TestUndoTakesAllBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.source = stores()
	i := w.importAll()
	_, err := w.transfer.UndoImport(t.Context(), okrtest.Alex, i.ID, okr.Reply{})
	require.NoError(t, err)
	i = w.finish(i.ID)
	require.Equal(t, okr.ImportUndone, i.Phase)
	require.Equal(t, 3, i.Counts.TakenBack)
	require.Empty(t, w.goals())
}
