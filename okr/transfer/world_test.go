package transfer_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
	"okrbot/okr/redisstore"
	"okrbot/okr/transfer"
)

// files is a source whose content a test makes.
type files struct {
	bundle   transfer.Bundle
	checkIns []transfer.CheckIn
	comments []transfer.Comment
}

func (f *files) Bundle() *transfer.Bundle { return &f.bundle }

func (f *files) CheckIns(_ context.Context, yield func(transfer.CheckIn) error) error {
	for _, c := range f.checkIns {
		if err := yield(c); err != nil {
			return err
		}
	}
	return nil
}

func (f *files) Comments(_ context.Context, yield func(transfer.Comment) error) error {
	for _, c := range f.comments {
		if err := yield(c); err != nil {
			return err
		}
	}
	return nil
}

// world is everything that imports need, over the real store.
type world struct {
	okrtest.Activities
	t        *testing.T
	store    *redisstore.Store
	shelf    transfer.Shelf
	now      time.Time
	source   *files // what the files of the next import hold
	transfer *transfer.Service
	opened   atomic.Int64 // how often files were read
	slice    int
}

// sealKeys seals what tests store: 32 bytes of zero.
const sealKeys = "test:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

func newWorld(t *testing.T) *world {
	t.Helper()
	redis := miniredis.RunT(t)
	redis.Server().SetPreHook(okrtest.NewLua(redis).Serve)
	store, err := redisstore.Open(t.Context(), redisstore.Options{URL: "redis://" + redis.Addr(), SealKeys: sealKeys})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	return worldOn(t, store)
}

func worldOn(t *testing.T, store *redisstore.Store) *world {
	t.Helper()
	w := &world{t: t, store: store, shelf: redisstore.NewShelf(store), now: time.Date(2026, 2, 2, 12, 0, 0, 0, time.UTC), source: &files{}}
	w.Activities = okrtest.NewActivities(store, nil, w.Now, string(okrtest.Contoso)+"/"+string(okrtest.Alex.ID))
	w.restart()
	return w
}

// Now is the world's time.
func (w *world) Now() time.Time { return w.now }

// restart makes the service anew, as another process has it.
func (w *world) restart() { w.transfer = w.service() }

func (w *world) service() *transfer.Service {
	return transfer.New(transfer.Options{
		Store: w.store, Reader: w.store, Agenda: w.store, Shelf: w.shelf, Now: w.Now, Slice: w.slice,
		Open: func(context.Context, []transfer.OpenedFile) (transfer.Source, error) {
			w.opened.Add(1)
			return w.source, nil
		},
	}, w.Access, w.Plan)
}

// begin sends a file and begins an import of what the source holds.
func (w *world) begin() okr.Import {
	w.t.Helper()
	i := w.send()
	i, err := w.transfer.BeginImport(w.t.Context(), okrtest.Alex, i.ID, okr.Reply{})
	require.NoError(w.t, err)
	return i
}

func (w *world) send() okr.Import {
	w.t.Helper()
	i, err := w.transfer.AddFile(w.t.Context(), okrtest.Alex, "export.zip", strings.NewReader("content"))
	require.NoError(w.t, err)
	return i
}

// finish does all steps of an import.
func (w *world) finish(id okr.ImportID) okr.Import {
	w.t.Helper()
	for range 1000 {
		i, more, err := w.transfer.ImportStep(w.t.Context(), okrtest.Contoso, id)
		require.NoError(w.t, err)
		if !more {
			return i
		}
	}
	require.Fail(w.t, "the import does not end")
	return okr.Import{}
}

// importAll imports what the source holds.
func (w *world) importAll() okr.Import {
	w.t.Helper()
	return w.finish(w.begin().ID)
}

// titled is the goal of a title.
func (w *world) titled(title string) okr.Goal {
	w.t.Helper()
	list, _, err := w.store.Goals().List(w.t.Context(), okrtest.Contoso, okr.TitleIndex(title), okr.Page{})
	require.NoError(w.t, err)
	require.Len(w.t, list, 1, title)
	return list[0]
}

func (w *world) goals() []okr.Goal {
	w.t.Helper()
	list, _, err := w.store.Goals().List(w.t.Context(), okrtest.Contoso, "", okr.Page{})
	require.NoError(w.t, err)
	return list
}

func (w *world) checkIns(id okr.GoalID) []okr.CheckIn {
	w.t.Helper()
	list, _, err := w.store.CheckIns().List(w.t.Context(), okrtest.Contoso, okr.CheckInIndex(id), okr.Page{})
	require.NoError(w.t, err)
	return list
}
