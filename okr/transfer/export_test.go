package transfer_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
	"okrbot/okr/transfer"
)

func newExporter(w *okrtest.World, origins transfer.Origins) *transfer.Exporter {
	write := func(_ context.Context, w io.Writer, format okr.ExportFormat, src transfer.Source) error {
		_, err := fmt.Fprint(w, format, len(src.Bundle().Items))
		return err
	}
	return transfer.NewExporter(transfer.ExportOptions{Store: w.Store, Access: w.Access, Plan: w.Plan, Origins: origins, Write: write, Now: w.Now})
}

// exportOf reads what a person may export.
func exportOf(w *okrtest.World, who okr.Actor, scope okr.ExportScope) transfer.Source {
	w.T.Helper()
	e := newExporter(w, nil)
	require.NoError(w.T, e.MayExport(w.T.Context(), who, scope))
	src, err := e.Read(w.T.Context(), who, scope)
	require.NoError(w.T, err)
	return src
}

func itemsByTitle(b *transfer.Bundle) map[string]transfer.Item {
	out := map[string]transfer.Item{}
	for _, item := range b.Items {
		out[item.Title] = item
	}
	return out
}

func checkInsOf(t *testing.T, src transfer.Source) []transfer.CheckIn {
	t.Helper()
	var all []transfer.CheckIn
	require.NoError(t, src.CheckIns(t.Context(), func(c transfer.CheckIn) error {
		all = append(all, c)
		return nil
	}))
	return all
}

func TestExportTellsAllOfAGoal(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	weight := 25.0
	o := w.Detailed(okrtest.Megan, "Delight the north", "", okr.Details{
		Description: "Two\nlines", Tags: []string{"Growth", "North"}, Team: "New Markets", GoalType: okr.Committed, CoOwners: []okr.Person{okrtest.Lee.Person},
		Delegate: okrtest.Adele.Person, Level: okr.LevelIndividual,
	})
	kr := w.Save(okrtest.Lee, okr.GoalInput{
		Kind: okr.KeyResult, Title: "Ship 40 stores", Parent: o, Details: &okr.Details{Weight: &weight, CheckInOwner: okrtest.Adele.Person},
		Metric: &okr.Metric{Name: "Stores", Unit: "€", UnitKind: okr.UnitCurrency, Target: 40, Phases: []okr.Phase{{Date: "2026-02-15", Value: 15}}},
	}).Goal.ID
	p := w.Project(okrtest.Megan, o)
	w.CheckIn(okrtest.Adele, kr, 9)
	w.Advance(time.Hour)
	w.CheckIn(okrtest.Lee, kr, 10)
	src := exportOf(w, okrtest.Megan, okr.ExportVisible)
	b := src.Bundle()
	items := itemsByTitle(b)
	require.Len(t, b.Items, 3)
	top, below := items["Delight the north"], items["Ship 40 stores"]
	require.Equal(t, transfer.GoalNumber(okrtest.Contoso, o), top.ID)
	require.Equal(t, []string{below.ID, transfer.GoalNumber(okrtest.Contoso, p)}, top.Children)
	require.Equal(t, okr.Committed, top.GoalType)
	require.Equal(t, "Two\nlines", top.Description)
	require.Equal(t, []string{"New Markets"}, top.Teams)
	require.Equal(t, []okr.UserID{okrtest.Megan.ID, okrtest.Lee.ID}, []okr.UserID{top.Owners[0].Account, top.Owners[1].Account})
	require.Equal(t, okrtest.Adele.ID, top.Delegate.Account)
	require.Equal(t, transfer.FeedChildren, top.Feed)
	require.Equal(t, "Q1 2026", top.Period.Name)
	require.Equal(t, []okr.Period{{Name: "Q1 2026", Start: "2026-01-01", End: "2026-03-31"}}, b.Periods)

	require.Equal(t, []transfer.Parent{{ID: top.ID, Title: top.Title, Weight: &weight, Share: below.Parents[0].Share}}, below.Parents)
	require.InDelta(t, 100, *below.Parents[0].Share, 0.001, "projects have no say beside a key result")
	require.Equal(t, okr.Reach, below.Metric.Type)
	require.Nil(t, below.Metric.Current)
	require.InDelta(t, 10, *below.Value, 0)
	require.InDelta(t, 25, *below.Shown, 0)
	require.Equal(t, okr.Date("2026-02-02"), below.CheckedIn)
	require.Len(t, b.People, 3)
	require.Equal(t, []string{"Growth", "North"}, b.Tags)
	require.Equal(t, "New Markets", b.Teams[0].Name)
	require.Equal(t, 2, b.CheckIns)
	said := checkInsOf(t, src)
	require.Len(t, said, 2)
	require.Equal(t, below.ID, said[0].Item)
	require.InDelta(t, 9, *said[0].Value, 0)
	require.Equal(t, okrtest.Adele.ID, said[0].By.Account)
	require.Equal(t, okr.Behind, said[0].Status, "what it showed")
}

// What somebody may not see is in nobody else's export: no private goal, no title of one
// above, none of its people, tags, teams, periods, check-ins.
func TestExportsKeepSecrets(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	plain := w.Objective(okrtest.Megan, "For everyone")
	secret := w.Save(okrtest.Megan, okr.GoalInput{
		Kind: okr.Objective, Title: "Secret plan", Period: okr.Period{Name: "Night", Start: "2026-05-01", End: "2026-05-31"}, Parent: plain,
		Details: &okr.Details{Private: true, Team: "Shadows", Tags: []string{"Hush"}},
	}).Goal.ID
	kr := w.KeyResult(okrtest.Megan, secret, 10)
	own := w.Save(okrtest.Megan, okr.GoalInput{
		Kind: okr.KeyResult, Title: "Private below", Parent: secret, Metric: &okr.Metric{Name: "m", Target: 1},
		Details: &okr.Details{Private: true, Viewers: []okr.Person{okrtest.Lee.Person}},
	}).Goal.ID
	w.CheckIn(okrtest.Megan, kr, 3)
	w.CheckIn(okrtest.Megan, own, 1)
	gone := w.Objective(okrtest.Megan, "Deleted")
	_, err := w.Plan.DeleteGoal(t.Context(), okrtest.Megan, gone)
	require.NoError(t, err)

	for name, who := range map[string]okr.Actor{"a colleague": okrtest.Adele, "an admin, of what they see": okrtest.Alex} {
		src := exportOf(w, who, okr.ExportVisible)
		require.Len(t, src.Bundle().Items, 1, name)
		require.Empty(t, src.Bundle().Items[0].Children, name)
		require.Empty(t, src.Bundle().Tags, name)
		require.Empty(t, src.Bundle().Teams, name)
		require.Len(t, src.Bundle().Periods, 1, name)
		require.Zero(t, src.Bundle().CheckIns, name)
		require.Empty(t, checkInsOf(t, src), name)
	}
	src := exportOf(w, okrtest.Lee, okr.ExportVisible)
	items := itemsByTitle(src.Bundle())
	require.Len(t, items, 2)
	require.Empty(t, items["Private below"].Parents, "what is above it stays secret")
	require.Len(t, checkInsOf(t, src), 1)
	require.Len(t, exportOf(w, okrtest.Megan, okr.ExportVisible).Bundle().Items, 4)
	require.Len(t, exportOf(w, okrtest.Alex, okr.ExportAll).Bundle().Items, 4)
	shared := okrtest.Megan
	shared.Shared = true
	require.Len(t, exportOf(w, shared, okr.ExportVisible).Bundle().Items, 1, "where others read along")
	var out bytes.Buffer
	for who, scope := range map[*okr.Actor]okr.ExportScope{&okrtest.Megan: okr.ExportAll, &okrtest.Guest: okr.ExportVisible} {
		_, err = newExporter(w, nil).Export(t.Context(), *who, scope, okr.ExportCSV, &out)
		w.RequireRefused(okr.Forbidden, err)
		require.Empty(t, out.String())
	}
	n, err := newExporter(w, nil).Export(t.Context(), okrtest.Lee, okr.ExportVisible, okr.ExportCSV, &out)
	require.NoError(t, err)
	require.Equal(t, 2, n)
	require.Equal(t, "csv2", out.String())
}

func TestExportsNameGoalsAsTheirSourceDid(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	o, other, third := w.Objective(okrtest.Megan, "Came along"), w.Objective(okrtest.Megan, "Made here"), w.Objective(okrtest.Megan, "Without a number")
	from := origins{o: transfer.GoalNumber(okrtest.Contoso, other), third: "row 7"}
	src, err := newExporter(w, from).Read(t.Context(), okrtest.Megan, okr.ExportVisible)
	require.NoError(t, err)
	items := itemsByTitle(src.Bundle())
	require.Equal(t, from[o], items["Came along"].ID)
	require.Equal(t, transfer.NameNumber("goal", string(other)), items["Made here"].ID, "its own number is taken")
	require.Equal(t, transfer.GoalNumber(okrtest.Contoso, third), items["Without a number"].ID)
	_, err = newExporter(w, failing{}).Read(t.Context(), okrtest.Megan, okr.ExportVisible)
	require.ErrorIs(t, err, errBroken)
	require.NoError(t, src.CheckIns(t.Context(), nil))
}

// Undone check-ins are not exported, and the store's failure is told.
func TestExportsLeaveOutWhatIsUndone(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	kr := w.KeyResult(okrtest.Megan, w.Objective(okrtest.Megan, "Launch"), 10)
	c := w.CheckIn(okrtest.Megan, kr, 3)
	w.CheckIn(okrtest.Megan, kr, 4)
	_, err := w.Store.CheckIns().Update(t.Context(), okrtest.Contoso, c.ID, func(c *okr.CheckIn) error {
		c.UndoneAt = w.Now()
		return nil
	})
	require.NoError(t, err)
	_, err = w.Store.CheckIns().Update(t.Context(), okrtest.Contoso, w.CheckIn(okrtest.Lee, w.KeyResult(okrtest.Lee, w.Objective(okrtest.Lee, "x"), 1), 1).ID, func(c *okr.CheckIn) error {
		c.Comment, c.Note = true, "See the map"
		return nil
	})
	require.NoError(t, err)
	src := exportOf(w, okrtest.Megan, okr.ExportVisible)
	require.Len(t, checkInsOf(t, src), 1)
	require.Equal(t, 1, src.Bundle().CheckIns)
	require.Equal(t, 1, src.Bundle().Comments)
	var said []transfer.Comment
	require.NoError(t, src.Comments(t.Context(), func(c transfer.Comment) error {
		said = append(said, c)
		return nil
	}))
	require.Equal(t, "See the map", said[0].Text)
	require.ErrorIs(t, src.CheckIns(t.Context(), func(transfer.CheckIn) error { return errBroken }), errBroken)
	w.Store.Down.Store(true)
	w.RequireRefused(okr.Unavailable, src.Comments(t.Context(), func(transfer.Comment) error { return nil }))
}

var errBroken = errors.New("broken")

type origins map[okr.GoalID]string

func (o origins) EachImported(_ context.Context, _ okr.TenantID, visit func(string, okr.ImportedGoal)) error {
	for goal, source := range o {
		visit(source, okr.ImportedGoal{Goal: goal})
	}
	visit("77", okr.ImportedGoal{Goal: "O77"})
	return nil
}

type failing struct{}

func (failing) EachImported(context.Context, okr.TenantID, func(string, okr.ImportedGoal)) error {
	return errBroken
}
