package transfer_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
)

// Two processes that have the same import in hand write everything once.
func TestTwoStepsAtOnceWriteOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.source = everyShape()
	w.slice = 40
	w.restart()
	i := w.begin()
	var group sync.WaitGroup
	errs := make([]error, 4)
	for n := range errs {
		one := w.service()
		group.Go(func() {
			for more := true; more && errs[n] == nil; {
				_, more, errs[n] = one.ImportStep(context.WithoutCancel(t.Context()), okrtest.Contoso, i.ID)
			}
		})
	}
	group.Wait()
	require.NoError(t, errors.Join(errs...))
	require.Len(t, w.goals(), everyGoal)
	i, err := w.transfer.Import(t.Context(), okrtest.Alex, i.ID)
	require.NoError(t, err)
	require.Equal(t, everyGoal, i.Counts.Made)
	require.Equal(t, len(w.source.checkIns), i.Counts.CheckIns)
}

// Of imports that are begun in the same instant one begins.
func TestOneImportAtATime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.source = everyShape()
	first, err := w.transfer.AddFile(t.Context(), okrtest.Alex, "export.zip", strings.NewReader("any"))
	require.NoError(t, err)
	ids := []okr.ImportID{first.ID, "IM90", "IM91", "IM92"}
	for _, id := range ids[1:] {
		other := first
		other.ID = id
		require.NoError(t, w.shelf.Imports().Create(t.Context(), okrtest.Contoso, other))
	}
	var group sync.WaitGroup
	began := make([]okr.Import, len(ids))
	errs := make([]error, len(ids))
	for n, id := range ids {
		one := w.service()
		group.Go(func() {
			began[n], errs[n] = one.BeginImport(context.WithoutCancel(t.Context()), okrtest.Alex, id, okr.Reply{})
		})
	}
	group.Wait()
	running := 0
	for n, i := range began {
		if i.Phase == okr.ImportRunning {
			running++
			require.NoError(t, errs[n])
			continue
		}
		require.Equal(t, okr.Conflict, okr.KindOf(errs[n]), "%s", i.ID)
		require.ErrorContains(t, errs[n], "is running")
	}
	require.Equal(t, 1, running)
}

func TestASecondPressChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.source = everyShape()
	i := w.begin()
	again, err := w.transfer.BeginImport(t.Context(), okrtest.Alex, i.ID, okr.Reply{ActivityID: "other"})
	require.NoError(t, err)
	require.Equal(t, i, again)
	done := w.finish(i.ID)
	before := w.goals()
	again, err = w.transfer.BeginImport(t.Context(), okrtest.Alex, i.ID, okr.Reply{})
	require.NoError(t, err)
	require.Equal(t, done, again)
	after, more, err := w.transfer.ImportStep(t.Context(), okrtest.Contoso, i.ID)
	require.NoError(t, err)
	require.False(t, more)
	require.Equal(t, done, after)
	w.requireGoals(before)
}
