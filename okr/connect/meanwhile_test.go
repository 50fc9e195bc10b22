package connect_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/okr"
	"okrbot/okr/okrtest"
)

// TestAnEditKnowsWhatItBeganWith: whatever of a connection somebody else changed since a form was
// opened is not undone by saving it; the same save twice is none of that.
func TestAnEditKnowsWhatItBeganWith(t *testing.T) {
	t.Parallel()
	folder := func(w readWorld, name string) []okr.QueryFolder {
		list, err := w.Applications.Folders(t.Context(), okrtest.Alex, w.app.ID, adotest.OrgContoso, adotest.ProjectFiber)
		require.NoError(t, err)
		for _, f := range list {
			if f.Path == "Shared Queries/"+name {
				return []okr.QueryFolder{f}
			}
		}
		require.Fail(t, "no folder "+name)
		return nil
	}
	for name, change := range map[string]func(w readWorld) error{
		"narrower folders": func(w readWorld) error {
			in := w.edit()
			in.Name, in.Folders = w.c.Name, folder(w, "Archive")
			_, err := w.Connect.SaveConnection(t.Context(), okrtest.Alex, in)
			return err
		},
		"another name": func(w readWorld) error {
			in := w.edit()
			in.Name = "Of another admin"
			_, err := w.Connect.SaveConnection(t.Context(), okrtest.Alex, in)
			return err
		},
		"another application": func(w readWorld) error {
			_, err := w.Hands.TakeOverBy(t.Context(), okrtest.Alex, w.c.ID, w.other.ID)
			return err
		},
		"another project": func(w readWorld) error {
			in := w.edit()
			in.Name, in.Project = w.c.Name, adotest.ProjectPay
			_, err := w.Connect.SaveConnection(t.Context(), okrtest.Alex, in)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newReadWorld(t)
			in := w.edit()
			in.Was = &w.c
			require.NoError(t, change(w))
			before, err := w.Connect.Connection(t.Context(), okrtest.Alex, w.c.ID)
			require.NoError(t, err)
			_, err = w.Connect.SaveConnection(t.Context(), okrtest.Alex, in)
			w.RequireRefused(okr.Conflict, err, before.Name, "Somebody else changed")
			require.ErrorIs(t, err, okr.ErrMeanwhile)
			after, err := w.Connect.Connection(t.Context(), okrtest.Alex, w.c.ID)
			require.NoError(t, err)
			require.Equal(t, before, after)
			in.Was = &after
			for range 2 {
				_, err = w.Connect.SaveConnection(t.Context(), okrtest.Alex, in)
				require.NoError(t, err)
			}
		})
	}
}

// TestNoApplicationIsOfferedWhereItMayNotRead: what an admin is offered for a connection of
// somebody else is what that admin may do.
func TestNoApplicationIsOfferedWhereItMayNotRead(t *testing.T) {
	t.Parallel()
	w := newReadWorld(t)
	w.SignIn(okrtest.Megan)
	c := w.NewConnection(okrtest.Megan, "Of Megan", true)
	for _, works := range []bool{true, false} {
		if !works {
			_, err := w.Connect.SignOut(t.Context(), okrtest.Megan)
			require.NoError(t, err)
		}
		_, readers, err := w.Applications.OfferedApplications(t.Context(), okrtest.Alex, c)
		require.NoError(t, err)
		_, err = w.Hands.PreviewTakeOverBy(t.Context(), okrtest.Alex, c.ID, w.app.ID)
		require.Equal(t, err == nil, len(readers) > 0)
		require.Equal(t, !works, len(readers) > 0)
	}
}
