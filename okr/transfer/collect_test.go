package transfer_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
	"okrbot/okr/transfer"
)

// zeros is a reader of n bytes.
type zeros struct{ n int64 }

func (z *zeros) Read(p []byte) (int, error) {
	if z.n <= 0 {
		return 0, io.EOF
	}
	n := min(int64(len(p)), z.n)
	z.n -= n
	return int(n), nil
}

// requireRefused fails the test unless err is of a kind and says some words.
func requireRefused(t *testing.T, kind okr.Kind, err error, words string) {
	t.Helper()
	require.Equal(t, kind, okr.KindOf(err), "%v", err)
	msg, ok := okr.MessageOf(err)
	require.True(t, ok)
	require.Contains(t, msg, words)
}

// pieces counts the pieces of files that the store keeps.
func (w *world) pieces() int {
	w.t.Helper()
	return len(w.store.Client().Keys(w.t.Context(), "*:import:piece:*").Val())
}

func TestFilesAreReadAsTheyWereSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	content := make([]byte, 3<<20+17)
	random := rand.NewChaCha8([32]byte{1})
	_, _ = random.Read(content)
	var got []transfer.OpenedFile
	s := transfer.New(transfer.Options{
		Store: w.store, Reader: w.store, Agenda: w.store, Shelf: w.shelf, Now: w.Now,
		Recognize: func(_ context.Context, f transfer.OpenedFile) (okr.ImportFile, error) {
			if f.Name == "odd.txt" {
				return okr.ImportFile{}, okr.Errorf(okr.Invalid, "This is no export.")
			}
			return okr.ImportFile{Format: "organization export (ZIP)", Holds: "3 items"}, nil
		},
		Open: func(_ context.Context, files []transfer.OpenedFile) (transfer.Source, error) {
			got = files
			return stores(), nil
		},
	}, w.Access, w.Plan)
	i, err := s.AddFile(t.Context(), okrtest.Alex, "export.zip", iotest.HalfReader(bytes.NewReader(content)))
	require.NoError(t, err)
	require.Equal(t, okr.ImportID("IM1"), i.ID)
	require.Equal(t, "organization export (ZIP)", i.Files[0].Format)
	require.Equal(t, "3 items", i.Files[0].Holds)
	require.Equal(t, int64(len(content)), i.Files[0].Bytes)
	i, err = s.AddFile(t.Context(), okrtest.Alex, "weights\x00.csv", strings.NewReader("Id,Title"))
	require.NoError(t, err)
	require.Equal(t, "weights .csv", i.Files[1].Name)
	_, err = s.PreviewImport(t.Context(), okrtest.Alex, i.ID)
	require.NoError(t, err)
	require.Len(t, got, 2)
	read, err := io.ReadAll(io.NewSectionReader(got[0], 0, got[0].Size))
	require.NoError(t, err)
	require.True(t, bytes.Equal(content, read))
	part := make([]byte, 100)
	_, err = got[0].ReadAt(part, 1<<20-50)
	require.NoError(t, err)
	require.Equal(t, content[1<<20-50:1<<20+50], part)
	n, err := got[0].ReadAt(part, got[0].Size-10)
	require.Equal(t, 10, n)
	require.ErrorIs(t, err, io.EOF)
	require.NotContains(t, w.store.Client().Get(t.Context(), w.store.Client().Keys(t.Context(), "*:import:piece:2:0").Val()[0]).Val(), "Title", "what is kept is sealed")

	_, err = s.AddFile(t.Context(), okrtest.Alex, "odd.txt", strings.NewReader("x"))
	requireRefused(t, okr.Invalid, err, "This is no export.")
	require.Equal(t, 5, w.pieces(), "nothing of it is kept")
	i, err = s.AddFile(t.Context(), okrtest.Alex, "export.zip", strings.NewReader("smaller"))
	require.NoError(t, err)
	require.Len(t, i.Files, 2)
	require.Equal(t, 2, w.pieces(), "it replaces the one before")
	i, err = s.DropFile(t.Context(), okrtest.Alex, i.ID, "export.zip")
	require.NoError(t, err)
	require.Len(t, i.Files, 1)
	require.Equal(t, 1, w.pieces())
	require.NoError(t, s.CancelImport(t.Context(), okrtest.Alex, i.ID))
	require.Zero(t, w.pieces())
	_, err = s.Import(t.Context(), okrtest.Alex, i.ID)
	requireRefused(t, okr.NotFound, err, "Send a file")
}

// counting is a shelf that knows of pieces only which there are: to seal 300 MB takes long, and their size is not about it.
type counting struct {
	transfer.Shelf

	pieces map[string]bool
}

func (c counting) PutPiece(_ context.Context, _ okr.TenantID, ref string, n int, _ []byte, _ time.Duration) error {
	c.pieces[fmt.Sprint(ref, "/", n)] = true
	return nil
}

func (c counting) DropPieces(_ context.Context, _ okr.TenantID, ref string, n int) error {
	for i := range n {
		delete(c.pieces, fmt.Sprint(ref, "/", i))
	}
	return nil
}

func TestFilesThatCannotBeTaken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := counting{w.shelf, map[string]bool{}}
	s := transfer.New(transfer.Options{Store: w.store, Reader: w.store, Agenda: w.store, Shelf: c, Now: w.Now}, w.Access, w.Plan)
	for name, f := range map[string]struct {
		body  io.Reader
		words string
	}{
		"empty":     {strings.NewReader(""), "is empty"},
		"too large": {&zeros{transfer.MaxBytes + 1}, "Remove files you don't need, or import in two parts."},
	} {
		_, err := s.AddFile(t.Context(), okrtest.Alex, name, f.body)
		requireRefused(t, okr.Invalid, err, f.words)
		require.Empty(t, c.pieces, name)
	}
	broken := errors.New("the line broke")
	_, err := s.AddFile(t.Context(), okrtest.Alex, "a", iotest.ErrReader(broken))
	require.ErrorIs(t, err, broken)
	require.Empty(t, c.pieces)
	i, err := s.AddFile(t.Context(), okrtest.Alex, "half", &zeros{60 << 20})
	require.NoError(t, err)
	_, err = s.AddFile(t.Context(), okrtest.Alex, "other half", &zeros{41 << 20})
	requireRefused(t, okr.Invalid, err, "Remove files you don't need, or import in two parts.")
	require.Len(t, c.pieces, 60)
	_, err = s.AddFile(t.Context(), okrtest.Alex, "half", &zeros{99 << 20})
	require.NoError(t, err, "it takes the place of the first half")
	require.Len(t, c.pieces, 99)
	require.NoError(t, s.CancelImport(t.Context(), okrtest.Alex, i.ID))
	require.Empty(t, c.pieces)
}

func TestOnlyAdminsImport(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.source = stores()
	i := w.send()
	ctx := t.Context()
	for name, act := range map[string]func(actor okr.Actor) error{
		"add":     func(a okr.Actor) error { _, err := w.transfer.AddFile(ctx, a, "a", strings.NewReader("x")); return err },
		"drop":    func(a okr.Actor) error { _, err := w.transfer.DropFile(ctx, a, i.ID, "a"); return err },
		"read":    func(a okr.Actor) error { _, err := w.transfer.Import(ctx, a, i.ID); return err },
		"list":    func(a okr.Actor) error { _, err := w.transfer.Imports(ctx, a); return err },
		"match":   func(a okr.Actor) error { _, err := w.transfer.MatchPeople(ctx, a, i.ID, nil); return err },
		"preview": func(a okr.Actor) error { _, err := w.transfer.PreviewImport(ctx, a, i.ID); return err },
		"answer": func(a okr.Actor) error {
			_, err := w.transfer.AnswerImport(ctx, a, i.ID, okr.ImportAnswers{People: map[string]okr.Person{"x": a.Person}})
			return err
		},
		"begin":   func(a okr.Actor) error { _, err := w.transfer.BeginImport(ctx, a, i.ID, okr.Reply{}); return err },
		"undo":    func(a okr.Actor) error { _, err := w.transfer.UndoImport(ctx, a, i.ID, okr.Reply{}); return err },
		"cancel":  func(a okr.Actor) error { return w.transfer.CancelImport(ctx, a, i.ID) },
		"unbound": func(a okr.Actor) error { _, _, err := w.transfer.Unbound(ctx, a, i.ID, okr.Page{}); return err },
	} {
		requireRefused(t, okr.Forbidden, act(okrtest.Megan), "Only an admin can do this")
		requireRefused(t, okr.Forbidden, act(okrtest.Guest), "Only an admin can do this")
		other := okrtest.Alex
		other.Tenant = "another-tenant"
		require.Error(t, act(other), name)
	}
	require.Empty(t, w.goals())
}

func TestAnImportIsOpenUntilItBegins(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.source = stores()
	first := w.send()
	require.Equal(t, first.ID, w.send().ID)
	_, err := w.transfer.BeginImport(t.Context(), okrtest.Alex, first.ID, okr.Reply{})
	require.NoError(t, err)
	_, err = w.transfer.DropFile(t.Context(), okrtest.Alex, first.ID, "export.zip")
	requireRefused(t, okr.Conflict, err, "has already started, so it can't be changed.")
	second := w.send()
	require.NotEqual(t, first.ID, second.ID)
	_, err = w.transfer.BeginImport(t.Context(), okrtest.Alex, second.ID, okr.Reply{})
	requireRefused(t, okr.Conflict, err, "Import IM1 by Alex Wilber is running")
	_, err = w.transfer.UndoImport(t.Context(), okrtest.Alex, first.ID, okr.Reply{})
	requireRefused(t, okr.Invalid, err, "isn't done yet, so there's nothing to undo.")
	w.finish(first.ID)
	list, err := w.transfer.Imports(t.Context(), okrtest.Alex)
	require.NoError(t, err)
	require.Len(t, list, 2)
	require.Equal(t, second.ID, list[0].ID, "the newest first")
	require.Equal(t, 1, w.pieces(), "the files of what is done are forgotten")
	w.now = w.now.Add(8 * 24 * time.Hour)
	third := w.send()
	require.NotEqual(t, second.ID, third.ID, "its files are not kept any more")
	list, err = w.transfer.Imports(t.Context(), okrtest.Alex)
	require.NoError(t, err)
	require.Len(t, list, 2)
}

// Where the files of an import end before it does, it says so and keeps what it has.
func TestAnImportWithoutItsFilesEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.slice = 2
	w.restart()
	w.source = stores()
	i := w.begin()
	_, more, err := w.transfer.ImportStep(t.Context(), okrtest.Contoso, i.ID)
	require.NoError(t, err)
	require.True(t, more)
	s := transfer.New(transfer.Options{
		Store: w.store, Reader: w.store, Agenda: w.store, Shelf: w.shelf, Now: w.Now,
		Open: func(_ context.Context, files []transfer.OpenedFile) (transfer.Source, error) {
			_, err := files[0].ReadAt(make([]byte, 1), 0)
			return nil, err
		},
	}, w.Access, w.Plan)
	require.NoError(t, w.shelf.DropPieces(t.Context(), okrtest.Contoso, i.Files[0].Ref, 1))
	i, more, err = s.ImportStep(t.Context(), okrtest.Contoso, i.ID)
	require.NoError(t, err)
	require.False(t, more)
	require.Equal(t, okr.ImportDone, i.Phase)
	require.Contains(t, i.Problem, "was deleted after 7 days. Send it again.")
	require.Equal(t, 2, i.Counts.Made)
}

func TestPeopleAreMatchedAndRemembered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.source = everyShape()
	i := w.send()
	known := append([]okr.Colleague{{Person: okr.Person{ID: "p", Name: "patti  FERNANDEZ"}}, {Person: okr.Person{ID: "i1", Name: "Isaiah Langer"}}, {Person: okr.Person{ID: "i2", Name: "Isaiah Langer"}}}, colleagues...)
	_, err := w.transfer.MatchPeople(t.Context(), okrtest.Alex, i.ID, known)
	require.NoError(t, err)
	how := func() map[string]okr.ImportMatch {
		p, err := w.transfer.PreviewImport(t.Context(), okrtest.Alex, i.ID)
		require.NoError(t, err)
		out := map[string]okr.ImportMatch{}
		for _, person := range p.People {
			out[person.Key] = person.How
		}
		return out
	}
	require.Equal(t, map[string]okr.ImportMatch{
		"megan@contoso.example": okr.MatchEmail, "alex@contoso.example": okr.MatchEmail, "Patti Fernandez": okr.MatchName,
		"isaiah@contoso.example": okr.MatchSeveral, "isaiah.l@contoso.example": okr.MatchSeveral, "gone@contoso.example": okr.MatchNone,
	}, how())
	_, err = w.transfer.AnswerImport(t.Context(), okrtest.Alex, i.ID, okr.ImportAnswers{People: map[string]okr.Person{"isaiah@contoso.example": {ID: "i1", Name: "Isaiah Langer"}}})
	require.NoError(t, err)
	_, err = w.transfer.AnswerImport(t.Context(), okrtest.Alex, i.ID, okr.ImportAnswers{People: map[string]okr.Person{"gone@contoso.example": {}}})
	require.NoError(t, err)
	require.Equal(t, okr.MatchChosen, how()["isaiah@contoso.example"])
	require.Equal(t, okr.MatchNobody, how()["gone@contoso.example"])
	require.NoError(t, w.transfer.CancelImport(t.Context(), okrtest.Alex, i.ID))
	i = w.send()
	_, err = w.transfer.MatchPeople(t.Context(), okrtest.Alex, i.ID, known)
	require.NoError(t, err)
	require.Equal(t, okr.MatchEarlier, how()["isaiah@contoso.example"])
	require.Equal(t, okr.MatchEarlier, how()["gone@contoso.example"])
}

func TestRenamedWordsAreAsked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.source = &files{bundle: transfer.Bundle{Items: []transfer.Item{
		{ID: "1", Word: "Deliverable", Title: "Of nothing known", Period: year},
		{ID: "2", Word: "Big rock", Looks: okr.Objective, Title: "Looks like one", Period: year},
		{ID: "3", Word: "Big rock", Title: "As most of its word", Period: year},
	}}}
	i := w.send()
	p, err := w.transfer.PreviewImport(t.Context(), okrtest.Alex, i.ID)
	require.NoError(t, err)
	require.Equal(t, []okr.ImportWord{{Word: "Deliverable", Count: 1}, {Word: "Big rock", Kind: okr.Objective, Guessed: true, Count: 2}}, p.Words)
	require.Equal(t, "Match these types first: \"Deliverable\".", p.Waits)
	_, err = w.transfer.BeginImport(t.Context(), okrtest.Alex, i.ID, okr.Reply{})
	requireRefused(t, okr.Invalid, err, p.Waits)
	_, err = w.transfer.AnswerImport(t.Context(), okrtest.Alex, i.ID, okr.ImportAnswers{Kinds: map[string]okr.GoalKind{"Deliverable": "epic"}})
	requireRefused(t, okr.Invalid, err, "Choose whether")
	p, err = w.transfer.AnswerImport(t.Context(), okrtest.Alex, i.ID, okr.ImportAnswers{Kinds: map[string]okr.GoalKind{"Deliverable": okr.Objective, "Big rock": okr.Project}})
	require.NoError(t, err)
	require.Empty(t, p.Waits)
	w.importAll()
	require.Equal(t, okr.Objective, w.titled("Of nothing known").Kind)
	list, _, err := w.store.Goals().List(t.Context(), okrtest.Contoso, okr.KindIndex(okr.Project), okr.Page{})
	require.NoError(t, err)
	require.Len(t, list, 2)
}
