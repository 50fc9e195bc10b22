package transfer_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
	"okrbot/okr/transfer"
)

// item is the item of an id in what is imported next.
func (w *world) item(id string) *transfer.Item {
	w.t.Helper()
	for i := range w.source.bundle.Items {
		if w.source.bundle.Items[i].ID == id {
			return &w.source.bundle.Items[i]
		}
	}
	require.Fail(w.t, "no item "+id)
	return nil
}

// edit edits a goal as a person does in a form.
func (w *world) edit(id okr.GoalID, change func(*okr.GoalInput)) {
	w.t.Helper()
	g, err := w.store.Goals().Get(w.t.Context(), okrtest.Contoso, id)
	require.NoError(w.t, err)
	in := okr.InputOf(g)
	change(&in)
	_, err = w.Plan.SaveGoal(w.t.Context(), okrtest.Alex, in)
	require.NoError(w.t, err)
}

func (w *world) get(id okr.GoalID) okr.Goal {
	w.t.Helper()
	g, err := w.store.Goals().Get(w.t.Context(), okrtest.Contoso, id)
	require.NoError(w.t, err)
	return g
}

// What only the source changed is taken, what only somebody here changed stays, and what
// both changed stays and is named: field by field.
func TestImportAgainComparesEachField(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		here      func(w *world, kr, o okr.GoalID)
		there     func(w *world)
		want      okr.ImportTally
		check     func(t *testing.T, kr, o okr.Goal)
		conflicts string
	}{
		{
			name: "only the source", there: func(w *world) { w.item("12").Title, w.item("11").Tags = "Ship 50 stores", []string{"North"} },
			want: okr.ImportTally{Changed: 2, Same: 1},
			check: func(t *testing.T, kr, o okr.Goal) {
				t.Helper()
				require.Equal(t, "Ship 50 stores", kr.Title)
				require.Equal(t, []string{"North"}, o.Tags)
				require.Equal(t, 2, kr.Version, "it is an edit, so that open forms notice")
			},
		},
		{
			name: "only here", here: func(w *world, kr, _ okr.GoalID) { w.edit(kr, func(in *okr.GoalInput) { in.Title = "Mine" }) },
			want:  okr.ImportTally{Same: 3},
			check: func(t *testing.T, kr, _ okr.Goal) { t.Helper(); require.Equal(t, "Mine", kr.Title) },
		},
		{
			name:  "different fields",
			here:  func(w *world, kr, _ okr.GoalID) { w.edit(kr, func(in *okr.GoalInput) { in.Title = "Mine" }) },
			there: func(w *world) { w.item("12").Metric.Target, w.item("12").Value = 50, new(20.0) },
			want:  okr.ImportTally{Changed: 1, Same: 2},
			check: func(t *testing.T, kr, o okr.Goal) {
				t.Helper()
				require.Equal(t, "Mine", kr.Title)
				require.InDelta(t, 50, kr.Metric.Target, 0)
				require.InDelta(t, 20, *kr.Metric.Current, 0)
				require.InDelta(t, 40, *o.Rolled.Progress, 0)
			},
		},
		{
			name:  "the same on both sides",
			here:  func(w *world, kr, _ okr.GoalID) { w.edit(kr, func(in *okr.GoalInput) { in.Title = "Ship 50 stores" }) },
			there: func(w *world) { w.item("12").Title = "Ship 50 stores" },
			want:  okr.ImportTally{Same: 3},
			check: func(t *testing.T, kr, _ okr.Goal) { t.Helper(); require.Equal(t, "Ship 50 stores", kr.Title) },
		},
		{
			name:  "both",
			here:  func(w *world, kr, _ okr.GoalID) { w.edit(kr, func(in *okr.GoalInput) { in.Title = "Mine" }) },
			there: func(w *world) { w.item("12").Title, w.item("12").Description = "Theirs", "More" },
			want:  okr.ImportTally{Kept: 1, Same: 2},
			check: func(t *testing.T, kr, _ okr.Goal) {
				t.Helper()
				require.Equal(t, "Mine", kr.Title)
				require.Equal(t, "More", kr.Description)
			},
			conflicts: "The title of KR1 changed here and in the file.",
		},
		{
			name: "a check-in here and another value there",
			here: func(w *world, kr, _ okr.GoalID) {
				_, _, err := w.Plan.CheckIn(w.t.Context(), okrtest.Alex, okr.CheckInInput{Goal: kr, Value: new(30.0)})
				require.NoError(w.t, err)
			},
			there:     func(w *world) { w.item("12").Value = new(20.0) },
			want:      okr.ImportTally{Kept: 1, Same: 2},
			check:     func(t *testing.T, kr, _ okr.Goal) { t.Helper(); require.InDelta(t, 30, *kr.Metric.Current, 0) },
			conflicts: "The value of KR1 changed here and in the file.",
		},
		{
			name: "closed here",
			here: func(w *world, kr, _ okr.GoalID) {
				_, err := w.Plan.Close(w.t.Context(), okrtest.Alex, okr.CloseInput{Goal: kr, State: okr.StatusClosed})
				require.NoError(w.t, err)
			},
			there:     func(w *world) { w.item("12").Title = "Theirs" },
			want:      okr.ImportTally{Kept: 1, Same: 2},
			check:     func(t *testing.T, kr, _ okr.Goal) { t.Helper(); require.Equal(t, "Ship 40 stores", kr.Title) },
			conflicts: "The title of KR1 changed here and in the file.",
		},
		{
			name: "deleted here",
			here: func(w *world, kr, _ okr.GoalID) {
				_, err := w.Plan.DeleteGoal(w.t.Context(), okrtest.Alex, kr)
				require.NoError(w.t, err)
			},
			want:      okr.ImportTally{Kept: 1, Same: 2},
			check:     func(t *testing.T, kr, _ okr.Goal) { t.Helper(); require.NotNil(t, kr.Deleted) },
			conflicts: "KR1 was deleted here. You can restore it.",
		},
		{
			name: "closed there", there: func(w *world) { w.item("12").Status, w.item("12").Score = okr.StatusClosed, new(0.7) },
			want: okr.ImportTally{Changed: 1, Same: 2},
			check: func(t *testing.T, kr, _ okr.Goal) {
				t.Helper()
				require.Equal(t, okr.StatusClosed, kr.Closed.State)
				require.InDelta(t, 0.7, *kr.Closed.Score, 0)
			},
		},
		{
			name: "another period and privacy above",
			there: func(w *world) {
				o := w.item("11")
				o.Period, o.Private, o.Owners = quarter, true, []transfer.Person{megan}
			},
			want: okr.ImportTally{Changed: 3}, // the project has the year for itself now
			check: func(t *testing.T, kr, o okr.Goal) {
				t.Helper()
				require.Equal(t, o.Period, kr.Period)
				require.False(t, kr.OwnPeriod)
				require.Contains(t, kr.Audience, okrtest.Megan.ID)
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.source = stores()
			i := w.send()
			_, err := w.transfer.MatchPeople(t.Context(), okrtest.Alex, i.ID, colleagues)
			require.NoError(t, err)
			w.importAll()
			kr, o := w.titled("Ship 40 stores").ID, w.titled("Delight the north").ID
			w.now = w.now.Add(24 * time.Hour)
			if c.here != nil {
				c.here(w, kr, o)
			}
			if c.there != nil {
				c.there(w)
			}
			i = w.send()
			_, err = w.transfer.MatchPeople(t.Context(), okrtest.Alex, i.ID, colleagues)
			require.NoError(t, err)
			p, err := w.transfer.PreviewImport(t.Context(), okrtest.Alex, i.ID)
			require.NoError(t, err)
			i = w.importAll()
			require.Equal(t, c.want, i.Counts)
			p.Tally.CheckIns, p.Tally.Notes = 0, 0
			require.Equal(t, c.want, p.Tally, "the preview says the same")
			c.check(t, w.get(kr), w.get(o))
			why := ""
			for _, f := range p.Findings {
				if f.Title == "Changed here and in the file: kept as they are here" {
					why = f.Rows[0].Why
				}
			}
			require.Equal(t, c.conflicts, why)
			require.Len(t, i.Conflict, c.want.Kept)
			before := w.goals()
			i = w.importMatched()
			require.Zero(t, i.Counts.Made+i.Counts.Changed)
			w.requireGoals(before)
		})
	}
}

// An objective that was moved here below one that the source puts below it stays where it
// is: no circle comes of it.
func TestImportAgainMakesNoCircle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.source = &files{bundle: transfer.Bundle{Items: []transfer.Item{
		{ID: "1", Kind: okr.Objective, Title: "One", Period: year},
		{ID: "2", Kind: okr.Objective, Title: "Two", Period: year},
		{ID: "3", Kind: okr.Objective, Title: "Three", Period: year, Parents: []transfer.Parent{{ID: "2"}}},
	}}}
	w.importAll()
	one, three := w.titled("One").ID, w.titled("Three").ID
	w.edit(one, func(in *okr.GoalInput) { in.Parent = three })
	w.item("2").Parents = []transfer.Parent{{ID: "1"}}
	i := w.importAll()
	require.Equal(t, okr.ImportTally{Kept: 1, Same: 2}, i.Counts)
	require.Empty(t, w.titled("Two").Parent)
}

func TestUndoIsRefusedWhereSomethingWasBuilt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		build func(w *world, kr, o okr.GoalID)
		words string
	}{
		"an edit":    {func(w *world, kr, _ okr.GoalID) { w.edit(kr, func(in *okr.GoalInput) { in.Title = "Mine" }) }, "the title of KR1 changed"},
		"a check-in": {func(w *world, kr, _ okr.GoalID) { w.checkIn(kr, okr.CheckInInput{Note: "so"}) }, "somebody checked in KR1"},
		"a goal below": {func(w *world, _, o okr.GoalID) {
			in := okr.GoalInput{Kind: okr.Project, Title: "New", Parent: o}
			_, err := w.Plan.SaveGoal(w.t.Context(), okrtest.Alex, in)
			require.NoError(w.t, err)
		}, "P2 is below O1"},
		"an end": {func(w *world, kr, _ okr.GoalID) {
			_, err := w.Plan.Close(w.t.Context(), okrtest.Alex, okr.CloseInput{Goal: kr, State: okr.StatusPostponed})
			require.NoError(w.t, err)
		}, "the status of KR1 changed"},
		"another import": {func(w *world, _, _ okr.GoalID) {
			w.item("12").Title = "Theirs"
			w.importAll()
		}, "import IM2 came after it"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.source = stores()
			i := w.importAll()
			c.build(w, w.titled("Ship 40 stores").ID, w.titled("Delight the north").ID)
			before := w.goals()
			_, err := w.transfer.UndoImport(t.Context(), okrtest.Alex, i.ID, okr.Reply{})
			require.Equal(t, okr.Invalid, okr.KindOf(err))
			require.ErrorContains(t, err, c.words)
			w.requireGoals(before)
		})
	}
}

func (w *world) checkIn(id okr.GoalID, in okr.CheckInInput) {
	w.t.Helper()
	in.Goal = id
	_, _, err := w.Plan.CheckIn(w.t.Context(), okrtest.Alex, in)
	require.NoError(w.t, err)
}

// Taking a second import back leaves what the first one brought, as it was.
func TestUndoOfASecondImport(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.source = stores()
	first := w.importAll()
	before := w.goals()
	w.now = w.now.Add(24 * time.Hour)
	w.item("12").Title, w.item("12").Value, w.item("11").Private = "Theirs", new(20.0), true
	w.source.checkIns = append(w.source.checkIns, transfer.CheckIn{ID: "3", Item: "12", At: day(22), MadeAt: day(22), By: megan, Value: new(20.0)})
	w.source.comments = append(w.source.comments, transfer.Comment{ID: "10", Item: "13", At: day(3), By: megan, Text: "of a goal that is the same"})
	w.source.bundle.Items = append(w.source.bundle.Items, transfer.Item{ID: "14", Kind: okr.Objective, Title: "New", Period: year})
	second := w.importAll()
	require.Equal(t, okr.ImportTally{Made: 1, Changed: 2, Same: 1, CheckIns: 1, Notes: 1}, second.Counts)
	require.Len(t, w.checkIns("KR1"), 3)
	require.Equal(t, day(22), w.get("KR1").LastCheckIn.At)
	_, err := w.transfer.UndoImport(t.Context(), okrtest.Alex, second.ID, okr.Reply{})
	require.NoError(t, err)
	second = w.finish(second.ID)
	require.Equal(t, 3, second.Counts.TakenBack)
	after := w.goals()
	require.Len(t, after, len(before))
	for i := range after {
		require.Greater(t, after[i].Version+1, before[i].Version)
		after[i].Version, after[i].Edits, after[i].Came, before[i].Came, before[i].Edits = before[i].Version, nil, nil, nil, nil
		after[i].Rolled, before[i].Rolled = nil, nil
		require.Equal(t, before[i], after[i])
	}
	require.Len(t, w.checkIns("KR1"), 2)
	require.Equal(t, day(20), w.get("KR1").LastCheckIn.At)
	require.Empty(t, w.checkIns("P1"))
	require.InDelta(t, 25, *w.titled("Delight the north").Rolled.Progress, 0)
	_, err = w.transfer.UndoImport(t.Context(), okrtest.Alex, first.ID, okr.Reply{})
	require.NoError(t, err)
	w.finish(first.ID)
	require.Empty(t, w.goals())
}

// A check-in that says something else in the source now says so here, too, unless somebody
// changed it here.
func TestCheckInsComeAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.source = stores()
	w.importMatched()
	list := w.checkIns("KR1")
	_, _, err := w.Plan.EditCheckIn(t.Context(), okrtest.Alex, okr.CheckInInput{Goal: "KR1", Editing: list[1].ID, Value: new(11.0), Note: "mine"})
	require.NoError(t, err)
	w.source.checkIns[0].Note, w.source.checkIns[0].Value = "on time", new(5.0)
	w.source.checkIns[1].Note = "theirs"
	i := w.importMatched()
	require.Zero(t, i.Counts.CheckIns)
	list = w.checkIns("KR1")
	require.Len(t, list, 2)
	require.Equal(t, "on time", list[0].Note)
	require.InDelta(t, 5, *list[0].Value, 0)
	require.Equal(t, "mine", list[1].Note)
}
