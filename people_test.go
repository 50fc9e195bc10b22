package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/bot/bottest"
	"okrbot/okr"
)

// TestPeopleWithoutAnAccount talks about goals of people who came along from another tool:
// they are shown by name, found by it, asked for nothing and able to do nothing; an edit
// keeps them or puts somebody else in their place.
func TestPeopleWithoutAnAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t, time.Date(2026, 8, 17, 9, 0, 0, 0, time.UTC))
	require.NoError(t, w.Start())
	play(t, w, "start enabled")
	nestor, ines := okr.Person{Name: "Nestor Wilke"}, okr.Person{Name: "Ines Sousa"}
	alex := okr.Actor{Tenant: bottest.DefaultTenant, Person: okr.Person{ID: okr.UserID(w.User.ObjectID), Name: w.User.Name}}
	save := func(in okr.GoalInput) {
		_, err := w.app.activities.Plan.SaveGoal(t.Context(), alex, in)
		require.NoError(t, err)
	}
	save(okr.GoalInput{Kind: okr.Objective, Title: "Win the north", Owner: nestor, Period: okr.Period{Start: "2026-07-01", End: "2026-09-30"}, Details: &okr.Details{
		CoOwners: []okr.Person{ines}, CheckInOwner: ines, Delegate: nestor, Editors: []okr.Person{ines}, OnlyEditors: true, Tags: []string{"north"},
	}})
	save(okr.GoalInput{Kind: okr.KeyResult, Title: "Sign 40 stores", Parent: "O1", Owner: nestor, Metric: &okr.Metric{Name: "Stores", Target: 40}})
	save(okr.GoalInput{Kind: okr.Project, Title: "Open the depot", Parent: "O1", Tasks: &[]okr.Task{{ID: "T1", Title: "Sign the lease", Owner: ines}}})
	// That of before, which nobody but its makers saw.
	save(okr.GoalInput{Kind: okr.Objective, Title: "Buy the rival", Owner: nestor, Period: okr.Period{Start: "2026-07-01", End: "2026-09-30"}, Details: &okr.Details{Private: true}})
	_, err := w.app.store.Goals().Update(t.Context(), bottest.DefaultTenant, "O2", func(g *okr.Goal) error {
		g.CreatedBy = ines
		g.Below(okr.Goal{})
		return nil
	})
	require.NoError(t, err)
	at := time.Date(2026, 8, 3, 9, 0, 0, 0, time.UTC)
	for _, c := range []okr.CheckIn{
		{ID: "CI901", Goal: "KR1", By: nestor, At: at, MadeAt: at, Value: new(9.0), Note: "Late start"},
		{ID: "CI902", Goal: "KR1", By: ines, At: at.Add(time.Hour), MadeAt: at, Note: "See the map", Comment: true},
	} {
		require.NoError(t, w.app.store.CheckIns().Create(t.Context(), bottest.DefaultTenant, c))
	}
	for _, line := range []string{
		"say okr O1", "expect O1 'Nestor Wilke (not in Teams)' 'Ines Sousa (not in Teams)'",
		"say okrs all", "expect 'Win the north'", "! holds 'Buy the rival'",
		"say okrs owner:nestor wilke", "expect 'Win the north' 'Sign 40 stores' 'Nestor Wilke (not in Teams)'", "! holds 'Buy the rival' 'Open the depot'",
		"press Clear", "expect OKRs", "fill 'owner=Nestor Wilke (not in Teams)' kind=Objectives", "press Apply", "expect 'Win the north'", "! holds 'Buy the rival'",
		"say okrs owner:nobody known", "expect 'Nobody here is called'",
		"say okr P1", "expect P1 'Ines Sousa (not in Teams)'",
		"say history KR1", "expect 'Late start' 'Nestor Wilke (not in Teams)' 'Comment' 'Ines Sousa (not in Teams)' 'See the map'",
		"say why KR1", "expect 'Why KR1'", "! holds 'See the map'",
		"say status all", "expect 'Its owner Nestor Wilke isn'", "! holds 'Buy the rival'",
		"say nudge KR1", "expect 'Nestor Wilke, who owns KR1'",
		"say digest all", "press Subscribe", "expect 'Digest on'", "say digest preview", "expect 'Nothing changed'",
		// Nobody else may change it, and is told who can.
		"user lee", "say edit O1", "expect 'Nobody in Teams owns O1'", "say check-in KR1 3", "expect 'Nobody in Teams owns KR1'", "say okr O2", "expect 'I can''t find O2'",
		// An edit keeps them.
		"user alex", "say okr O2", "expect 'I can''t find O2'",
		"say edit O1", "expect 'Edit objective O1'", "holds 'Nestor Wilke'", "fill title='Win all of the north'", "press Save",
		"expect O1 'Win all of the north' 'Nestor Wilke (not in Teams), Ines Sousa (not in Teams)'",
		// Somebody takes their place, and undo brings them back.
		"say edit O1", "expect 'Edit objective O1'", "fill 'owner=Alex Wilber' coOwners=", "press Save", "expect O1 'Owner: Alex Wilber'", "! holds 'Alex Wilber, Ines'",
		"say undo", "expect Undone", "say okr O1", "expect 'Nestor Wilke (not in Teams), Ines Sousa (not in Teams)'",
		// A comment is deleted and brought back, and moves nothing.
		"say history KR1", "expect 'See the map'", "press Delete", "expect 'Delete this comment on KR1?'", "press Delete", "say history KR1", "expect 'Late start'", "! holds 'See the map'",
		"say undo", "expect Undone", "say history KR1", "expect 'See the map'",
		// The people picker of Teams keeps them, too, and what it sends of somebody unknown is refused.
		"client desktop", "say edit O1", "expect 'Edit objective O1'", "fill 'title=Win everything'", "press Save", "expect O1 'Win everything' 'Nestor Wilke (not in Teams), Ines Sousa (not in Teams)'",
		"say edit O1", "expect 'Edit objective O1'", "fill 'coOwners==name:somebody else'", "press Save", "expect 'Nobody here is called'",
	} {
		if not, isNot := strings.CutPrefix(line, "! "); isNot {
			require.Error(t, w.Play(not), line)
			continue
		}
		play(t, w, line)
	}
	g, err := w.app.store.Goals().Get(t.Context(), bottest.DefaultTenant, "KR1")
	require.NoError(t, err)
	require.Nil(t, g.Metric.Current, "as it was")
	require.Nil(t, g.LastCheckIn, "a comment is no check-in")
}
