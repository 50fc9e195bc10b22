package adosource_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/okr"
	"okrbot/okr/okrtest"
)

// called counts the requests of an operation.
func called(w *okrtest.World, op string) int {
	n := 0
	for _, c := range w.Cloud.Calls() {
		if c.Op == op {
			n++
		}
	}
	return n
}

// TestChoicesAreReadOnce: types and fields are read once for all who ask with one
// sign-in, anew after ten minutes, and for another sign-in by itself.
func TestChoicesAreReadOnce(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	w.SignIn(okrtest.Alex)
	w.SignIn(okrtest.Megan)
	ask := func(who okr.Actor) ([]string, []okr.Field) {
		types, err := w.Source.ItemTypes(t.Context(), okrtest.AccessOf(who), w.Fiber())
		require.NoError(t, err)
		fields, err := w.Source.Fields(t.Context(), okrtest.AccessOf(who), w.Fiber())
		require.NoError(t, err)
		return types, fields
	}
	types, fields := ask(okrtest.Alex)
	want := types[0]
	types[0], fields[0].Name = "changed by the caller", "changed by the caller"
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			types, fields := ask(okrtest.Alex)
			require.Equal(t, want, types[0])
			require.NotEqual(t, "changed by the caller", fields[0].Name)
		})
	}
	all.Wait()
	require.Equal(t, []int{1, 1}, []int{called(w, adotest.OpTypeList), called(w, adotest.OpFieldList)})
	ask(okrtest.Megan)
	require.Equal(t, 2, called(w, adotest.OpFieldList), "with her own access")
	w.Advance(10 * time.Minute)
	ask(okrtest.Alex)
	require.Equal(t, []int{3, 3}, []int{called(w, adotest.OpTypeList), called(w, adotest.OpFieldList)})
}

// TestRefusedChoicesAreAskedAgain: a failure is not kept, and an access that has ended
// sees nothing of what it saw once its time is over.
func TestRefusedChoicesAreAskedAgain(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	w.SignIn(okrtest.Alex)
	require.True(t, w.Cloud.Revoke(adotest.AlexOID, adotest.OrgContoso))
	_, err := w.Source.ItemTypes(t.Context(), okrtest.AccessOf(okrtest.Alex), w.Fiber())
	w.RequireRefused(okr.NoAccess, err)
	require.True(t, w.Cloud.Grant(adotest.AlexOID, adotest.OrgContoso))
	_, err = w.Source.ItemTypes(t.Context(), okrtest.AccessOf(okrtest.Alex), w.Fiber())
	require.NoError(t, err)
	require.True(t, w.Cloud.Revoke(adotest.AlexOID, adotest.OrgContoso))
	w.Advance(10 * time.Minute)
	_, err = w.Source.ItemTypes(t.Context(), okrtest.AccessOf(okrtest.Alex), w.Fiber())
	w.RequireRefused(okr.NoAccess, err)
}

// TestChoicesAreBounded: of too many lists the oldest is forgotten.
func TestChoicesAreBounded(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	w.SignIn(okrtest.Alex)
	ask := func(i int) {
		ref := okr.ProjectRef{Organization: adotest.OrgContoso, Project: okr.RemoteProject{Name: fmt.Sprint("Project ", i)}}
		_, err := w.Source.ItemTypes(t.Context(), okrtest.AccessOf(okrtest.Alex), ref)
		require.NoError(t, err)
	}
	const most = 1000
	for i := range most + 1 {
		_, err := w.Cloud.AddProject(adotest.OrgContoso, adotest.Project{Name: fmt.Sprint("Project ", i)})
		require.NoError(t, err)
		w.Advance(time.Millisecond)
		ask(i)
	}
	ask(most)
	require.Equal(t, most+1, called(w, adotest.OpTypeList))
	ask(0)
	require.Equal(t, most+2, called(w, adotest.OpTypeList))
}
