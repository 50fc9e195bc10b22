package okrtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/transfer"
)

// TestShelf runs the contract of [transfer.Shelf] against what keeps imports beside a
// store. Both are empty.
func TestShelf(t *testing.T, s AllStores, shelf transfer.Shelf) {
	t.Helper()
	for _, part := range []struct {
		name string
		test func(t *testing.T, s AllStores, f transfer.Shelf, tenant okr.TenantID)
	}{
		{"files are kept in pieces", testPieces},
		{"people are remembered", testRemembered},
		{"numbers are given in a row", testNumbersInARow},
		{"imports are kept by who began them", testImports},
		{"a batch is kept whole", testBatch},
		{"a batch that is refused keeps nothing", testRefusedBatch},
		{"of two batches at once both count", testBatchRace},
		{"goals are changed and go with what was said of them", testGoneGoals},
		{"tenants are apart in imports", testImportTenants},
	} {
		t.Run(part.name, func(t *testing.T) {
			t.Parallel()
			part.test(t, s, shelf, okr.TenantID(t.Name()))
		})
	}
}

func testPieces(t *testing.T, _ AllStores, f transfer.Shelf, tenant okr.TenantID) {
	ctx := t.Context()
	odd := []byte("\x00:{}\xff")
	require.NoError(t, f.PutPiece(ctx, tenant, "7", 0, odd, time.Hour))
	require.NoError(t, f.PutPiece(ctx, tenant, "7", 1, []byte("more"), time.Hour))
	data, err := f.Piece(ctx, tenant, "7", 0)
	require.NoError(t, err)
	require.Equal(t, odd, data)
	_, err = f.Piece(ctx, tenant, "8", 0)
	require.Equal(t, okr.NotFound, okr.KindOf(err))
	require.NoError(t, f.DropPieces(ctx, tenant, "7", 2))
	require.NoError(t, f.DropPieces(ctx, tenant, "7", 0))
	for n := range 2 {
		_, err = f.Piece(ctx, tenant, "7", n)
		require.Equal(t, okr.NotFound, okr.KindOf(err))
	}
}

func testRemembered(t *testing.T, _ AllStores, f transfer.Shelf, tenant okr.TenantID) {
	ctx := t.Context()
	require.NoError(t, f.RememberPeople(ctx, tenant, nil))
	require.NoError(t, f.RememberPeople(ctx, tenant, map[string]okr.Person{"a@b": Ada, "Nobody: here": {}}))
	got, err := f.RememberedPeople(ctx, tenant, []string{"a@b", "c@d", "Nobody: here"})
	require.NoError(t, err)
	require.Equal(t, map[string]okr.Person{"a@b": Ada, "Nobody: here": {}}, got)
	got, err = f.RememberedPeople(ctx, tenant, nil)
	require.NoError(t, err)
	require.Empty(t, got)
}

func testNumbersInARow(t *testing.T, s AllStores, f transfer.Shelf, tenant okr.TenantID) {
	ctx := t.Context()
	first, err := f.Numbers(ctx, tenant, "O", 3)
	require.NoError(t, err)
	require.Equal(t, int64(1), first)
	next, err := s.NextNumber(ctx, tenant, "O")
	require.NoError(t, err)
	require.Equal(t, int64(4), next)
	first, err = f.Numbers(ctx, tenant, "O", 2)
	require.NoError(t, err)
	require.Equal(t, int64(5), first)
}

func testImports(t *testing.T, _ AllStores, f transfer.Shelf, tenant okr.TenantID) {
	ctx := t.Context()
	i := okr.Import{ID: "IM1", By: Ada, At: Noon(), Phase: okr.ImportCollecting, Files: []okr.ImportFile{{Name: "a.zip", Bytes: 3, Ref: "7", Pieces: 1}}}
	i.People = map[string]okr.Person{"a@b": Ada}
	i.Found = map[string]okr.ImportMatched{"c@d": {Person: Ada, How: okr.MatchName}}
	require.NoError(t, f.Imports().Create(ctx, tenant, i))
	got, err := f.Imports().Get(ctx, tenant, "IM1")
	require.NoError(t, err)
	require.Equal(t, i, got)
	list, _, err := f.Imports().List(ctx, tenant, okr.ImportsOf(Ada.ID), okr.Page{})
	require.NoError(t, err)
	require.Equal(t, []okr.Import{i}, list)
}

// importedGoal is the nth goal of a batch.
func importedGoal(n int) okr.Goal {
	return okr.Goal{
		ID: okr.GoalID(fmt.Sprintf("O%d", n)), Kind: okr.Objective, Title: fmt.Sprintf("Goal %d", n), Owner: Ada, Version: 1,
		Period: okr.Period{Start: "2026-01-01", End: "2026-03-31"}, CreatedAt: Noon(),
	}
}

// put keeps a batch and gives where the import stood.
func put(ctx context.Context, f transfer.Shelf, tenant okr.TenantID, b okr.ImportBatch, ids ...okr.GoalID) (at okr.ImportCursor, now []okr.Goal, err error) {
	err = f.WriteImport(ctx, tenant, "IM1", ids, func(a okr.ImportCursor, goals []okr.Goal) (okr.ImportBatch, error) {
		at, now = a, goals
		return b, nil
	})
	return at, now, err
}

func testBatch(t *testing.T, s AllStores, f transfer.Shelf, tenant okr.TenantID) {
	ctx := t.Context()
	cursor := okr.ImportCursor{Part: okr.ImportGoals, At: 2, Done: 2, Conflict: []okr.GoalID{"O9"}}
	said := okr.CheckIn{ID: "CI.A", Goal: "O1", At: Noon(), MadeAt: Noon(), By: Ada, Note: "so"}
	entry := okr.ImportedGoal{Goal: "O1", Import: "IM1", Made: "IM1", Fields: map[string]string{"title": "x"}}
	at, now, err := put(ctx, f, tenant, okr.ImportBatch{
		Cursor: cursor, Made: []okr.Goal{importedGoal(2), importedGoal(1)}, CheckIns: []okr.CheckIn{said}, Imported: map[string]*okr.ImportedGoal{"a/b": &entry},
	})
	require.NoError(t, err)
	require.Empty(t, at)
	require.Empty(t, now)
	got, err := f.Cursor(ctx, tenant, "IM1")
	require.NoError(t, err)
	require.Equal(t, cursor, got)
	for _, index := range append(importedGoal(1).Indexes(), "") {
		if index == okr.TitleIndex("Goal 1") || index == okr.WordIndex("1") {
			continue
		}
		list, total, err := s.Goals().List(ctx, tenant, index, okr.Page{})
		require.NoError(t, err)
		require.Equal(t, 2, total, index)
		require.Equal(t, []okr.Goal{importedGoal(2), importedGoal(1)}, list, "in the order of the batch")
	}
	list, _, err := s.CheckIns().List(ctx, tenant, okr.CheckInIndex("O1"), okr.Page{})
	require.NoError(t, err)
	require.Equal(t, []okr.CheckIn{said}, list)
	imported, err := f.Imported(ctx, tenant, []string{"a/b", "c"})
	require.NoError(t, err)
	require.Equal(t, map[string]okr.ImportedGoal{"a/b": entry}, imported)
	require.NoError(t, f.DropCursor(ctx, tenant, "IM1"))
	got, err = f.Cursor(ctx, tenant, "IM1")
	require.NoError(t, err)
	require.Empty(t, got)
}

func testRefusedBatch(t *testing.T, s AllStores, f transfer.Shelf, tenant okr.TenantID) {
	ctx := t.Context()
	refusal := errors.New("not now")
	err := f.WriteImport(ctx, tenant, "IM1", nil, func(okr.ImportCursor, []okr.Goal) (okr.ImportBatch, error) {
		return okr.ImportBatch{Cursor: okr.ImportCursor{At: 1}, Made: []okr.Goal{importedGoal(1)}}, refusal
	})
	require.Equal(t, refusal, err)
	got, err := f.Cursor(ctx, tenant, "IM1")
	require.NoError(t, err)
	require.Empty(t, got)
	_, total, err := s.Goals().List(ctx, tenant, "", okr.Page{})
	require.NoError(t, err)
	require.Zero(t, total)
	_, _, err = put(ctx, f, tenant, okr.ImportBatch{Changed: []okr.Goal{importedGoal(7)}})
	require.Error(t, err, "of a goal that was not read")
}

func testBatchRace(t *testing.T, _ AllStores, f transfer.Shelf, tenant okr.TenantID) {
	var group sync.WaitGroup
	errs := make([]error, 8)
	for n := range errs {
		group.Go(func() {
			errs[n] = f.WriteImport(t.Context(), tenant, "IM1", nil, func(at okr.ImportCursor, _ []okr.Goal) (okr.ImportBatch, error) {
				at.At++
				return okr.ImportBatch{Cursor: at}, nil
			})
		})
	}
	group.Wait()
	require.NoError(t, errors.Join(errs...))
	got, err := f.Cursor(t.Context(), tenant, "IM1")
	require.NoError(t, err)
	require.Equal(t, len(errs), got.At)
}

func testGoneGoals(t *testing.T, s AllStores, f transfer.Shelf, tenant okr.TenantID) {
	ctx := t.Context()
	child := importedGoal(3)
	child.Parent = "O2"
	said := okr.CheckIn{ID: "CI.A", Goal: "O1", At: Noon(), MadeAt: Noon(), By: Ada, Note: "so"}
	more := okr.CheckIn{ID: "CI.B", Goal: "O2", At: Noon(), MadeAt: Noon(), By: Ada, Note: "and so"}
	entries := map[string]*okr.ImportedGoal{"1": {Goal: "O1"}, "2": {Goal: "O2"}}
	_, _, err := put(ctx, f, tenant, okr.ImportBatch{Made: []okr.Goal{importedGoal(1), importedGoal(2), child}, CheckIns: []okr.CheckIn{said, more}, Added: []okr.CheckInID{"CI.B"}, Imported: entries})
	require.NoError(t, err)
	added, err := f.Added(ctx, tenant, "IM1")
	require.NoError(t, err)
	require.Equal(t, []okr.CheckIn{{ID: "CI.B", Goal: "O2"}}, added)
	_, _, err = put(ctx, f, tenant, okr.ImportBatch{Unsaid: added})
	require.NoError(t, err)
	added, err = f.Added(ctx, tenant, "IM1")
	require.NoError(t, err)
	require.Empty(t, added)
	require.NoError(t, s.AddHistory(ctx, tenant, "O1", okr.Measurement{At: Noon()}))
	beneath, err := f.Beneath(ctx, tenant, []okr.GoalID{"O1", "O2"})
	require.NoError(t, err)
	require.Equal(t, map[okr.GoalID]okr.Beneath{"O1": {CheckIns: []okr.CheckInID{"CI.A"}}, "O2": {Goals: []okr.GoalID{"O3"}}}, beneath)

	other := importedGoal(2)
	other.Title = "Another title"
	_, now, err := put(ctx, f, tenant, okr.ImportBatch{
		Changed: []okr.Goal{other}, Gone: []okr.GoneGoal{{Goal: "O1", CheckIns: []okr.CheckInID{"CI.A"}}}, Imported: map[string]*okr.ImportedGoal{"1": nil},
	}, "O1", "O9", "O2")
	require.NoError(t, err)
	require.Equal(t, []okr.Goal{importedGoal(1), importedGoal(2)}, now)
	list, _, err := s.Goals().List(ctx, tenant, "", okr.Page{})
	require.NoError(t, err)
	require.Equal(t, []okr.Goal{other, child}, list)
	for _, index := range []string{okr.OwnerIndex(Ada.ID), okr.TitleIndex("Goal 2"), okr.TitleIndex("Another title")} {
		list, _, err := s.Goals().List(ctx, tenant, index, okr.Page{})
		require.NoError(t, err)
		require.Equal(t, index != okr.TitleIndex("Goal 2"), slices.ContainsFunc(list, func(g okr.Goal) bool { return g.ID == "O2" }), index)
	}
	_, total, err := s.CheckIns().List(ctx, tenant, "", okr.Page{})
	require.NoError(t, err)
	require.Zero(t, total)
	history, err := s.History(ctx, tenant, "O1", time.Time{}, 10)
	require.NoError(t, err)
	require.Empty(t, history)
	left := map[string]okr.ImportedGoal{}
	require.NoError(t, f.EachImported(ctx, tenant, func(source string, g okr.ImportedGoal) { left[source] = g }))
	require.Equal(t, map[string]okr.ImportedGoal{"2": {Goal: "O2"}}, left)
}

func testImportTenants(t *testing.T, s AllStores, f transfer.Shelf, tenant okr.TenantID) {
	ctx, other := t.Context(), tenant+"-other"
	require.NoError(t, f.PutPiece(ctx, tenant, "7", 0, []byte("x"), time.Hour))
	require.NoError(t, f.RememberPeople(ctx, tenant, map[string]okr.Person{"a@b": Ada}))
	_, _, err := put(ctx, f, tenant, okr.ImportBatch{Cursor: okr.ImportCursor{At: 1}, Made: []okr.Goal{importedGoal(1)}, Imported: map[string]*okr.ImportedGoal{"1": {Goal: "O1"}}})
	require.NoError(t, err)
	_, err = f.Piece(ctx, other, "7", 0)
	require.Equal(t, okr.NotFound, okr.KindOf(err))
	people, err := f.RememberedPeople(ctx, other, []string{"a@b"})
	require.NoError(t, err)
	require.Empty(t, people)
	imported, err := f.Imported(ctx, other, []string{"1"})
	require.NoError(t, err)
	require.Empty(t, imported)
	at, err := f.Cursor(ctx, other, "IM1")
	require.NoError(t, err)
	require.Empty(t, at)
	_, total, err := s.Goals().List(ctx, other, "", okr.Page{})
	require.NoError(t, err)
	require.Zero(t, total)
}
