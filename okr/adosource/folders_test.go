package adosource_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/okr"
	"okrbot/okr/okrtest"
)

func paths(folders []okr.QueryFolder) []string {
	var out []string
	for _, f := range folders {
		out = append(out, f.Path)
	}
	return out
}

func TestFoldersOfSharedQueries(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	w.SignIn(okrtest.Alex)
	deep := "Launch/Q3/a/b/c/d/e"
	_, err := w.Cloud.AddQuery(adotest.OrgContoso, adotest.ProjectFiber, adotest.Query{Name: "Deep", Folder: deep})
	require.NoError(t, err)
	_, err = w.Cloud.AddQuery(adotest.OrgContoso, adotest.ProjectFiber, adotest.Query{Name: "Own", Folder: "Secret plans", Owner: adotest.AlexOID})
	require.NoError(t, err)
	list, err := w.Source.ListFolders(t.Context(), okrtest.AccessOf(okrtest.Alex), w.Fiber())
	require.NoError(t, err)
	require.True(t, list[0].IsRoot())
	require.Equal(t, "Shared Queries", list[0].Path)
	require.Contains(t, paths(list), "Shared Queries/"+deep, "folders deeper than one answer shows")
	require.Contains(t, paths(list), "Shared Queries/Launch/Odd names")
	for i, f := range list {
		require.NotContains(t, f.Path, "Secret plans")
		above := f.Path[:max(0, strings.LastIndex(f.Path, "/"))]
		require.True(t, i == 0 || slices.Contains(paths(list)[:i], above), "%s after that which holds it", f.Path)
	}
}

func TestAFolderIsFoundByItsID(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	w.SignIn(okrtest.Alex)
	access := okrtest.AccessOf(okrtest.Alex)
	list, err := w.Source.ListFolders(t.Context(), access, w.Fiber())
	require.NoError(t, err)
	launch := list[len(list)-1]
	for _, f := range list {
		if f.Path == "Shared Queries/Launch" {
			launch = f
		}
	}
	require.NoError(t, w.Cloud.RenameFolder(adotest.OrgContoso, adotest.ProjectFiber, "Launch", "Take-off"))
	now, err := w.Source.Folder(t.Context(), access, w.Fiber(), launch.ID, 0)
	require.NoError(t, err)
	require.Equal(t, okr.QueryFolder{ID: launch.ID, Path: "Shared Queries/Take-off"}, now)
	_, err = w.Source.Folder(t.Context(), access, w.Fiber(), w.FiberQuery(okrtest.LaunchBugs), 0)
	w.RequireRefused(okr.NotFound, err)
	_, err = w.Source.Folder(t.Context(), access, w.Fiber(), adotest.AlexOID, 0)
	require.Contains(t, []okr.Kind{okr.NotFound, okr.QueryGone}, okr.KindOf(err))
}

// TestVeryManyFolders: a list stays small, and what is left out is in one that is listed.
func TestVeryManyFolders(t *testing.T) {
	t.Parallel()
	w := okrtest.NewWorld(t)
	w.SignIn(okrtest.Alex)
	for n := range 700 {
		_, err := w.Cloud.AddQuery(adotest.OrgContoso, adotest.ProjectFiber, adotest.Query{Name: "q", Folder: fmt.Sprintf("Many/%d/deep/deeper", n)})
		require.NoError(t, err)
	}
	w.Cloud.ResetCalls()
	list, err := w.Source.ListFolders(t.Context(), okrtest.AccessOf(okrtest.Alex), w.Fiber())
	require.NoError(t, err)
	require.LessOrEqual(t, len(list), 500)
	require.Contains(t, paths(list), "Shared Queries/Many")
	require.LessOrEqual(t, len(w.Cloud.Calls()), 31)
}
