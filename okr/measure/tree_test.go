package measure_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/okr"
	"okrbot/okr/okrtest"
)

// bigProject is a project that is measured by a tree of 62 items at the top.
func bigProject(t *testing.T) (*okrtest.World, okr.Connection, okr.GoalID) {
	t.Helper()
	w := okrtest.Enabled(t)
	for n := range 61 {
		_, err := w.Cloud.AddItem(adotest.OrgContoso, adotest.ProjectFiber, adotest.Item{Type: "Epic", Title: fmt.Sprintf("Wave %d", n+1), Tags: []string{"launch-scope"}})
		require.NoError(t, err)
	}
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	p := w.Project(okrtest.Alex, w.Objective(okrtest.Alex, "Launch"))
	v, err := w.Measure.Bind(t.Context(), okrtest.Alex, okr.BindInput{Goal: p, Connection: c.ID, Query: w.FiberQuery("Launch scope")})
	require.NoError(t, err)
	require.Len(t, v.Goal.Binding.Last.Tree, okr.TreePage, "a goal keeps no more, whatever the size of its project")
	require.Equal(t, 62, v.Goal.Binding.Last.Size.Top)
	return w, c, p
}

func TestABranchIsOpened(t *testing.T) {
	t.Parallel()
	w, c, p := bigProject(t)
	calls := len(w.Cloud.Calls())
	v, top, err := w.Measure.Branch(t.Context(), okrtest.Megan, p, 0, 60)
	require.NoError(t, err, "who may see the project may see its work items")
	require.Equal(t, p, v.Goal.ID)
	require.Equal(t, []int{62, 60, 2}, []int{top.Total, top.Offset, len(top.Rows)})
	require.Equal(t, w.Now(), top.At)
	first := v.Goal.Binding.Last.Tree[0]
	require.Equal(t, 4, first.Below)
	_, epic, err := w.Measure.Branch(t.Context(), okrtest.Megan, p, first.ID, 0)
	require.NoError(t, err)
	require.Equal(t, []okr.Node{first}, epic.Path)
	require.True(t, epic.Whole)
	require.Len(t, w.Cloud.Calls(), calls, "Azure DevOps is not asked")

	// What is opened is what the last run held, as the number is.
	require.NoError(t, w.Cloud.UpdateItem(adotest.OrgContoso, first.ID, func(i *adotest.Item) { i.Deleted = true }))
	_, epic, err = w.Measure.Branch(t.Context(), okrtest.Alex, p, first.ID, 0)
	require.NoError(t, err)
	require.False(t, epic.Gone)
	w.Advance(time.Hour)
	w.Sync(c)
	_, epic, err = w.Measure.Branch(t.Context(), okrtest.Alex, p, first.ID, 0)
	require.NoError(t, err)
	require.True(t, epic.Gone)
	require.Empty(t, epic.Path)
}

func TestWhatHasNoBranches(t *testing.T) {
	t.Parallel()
	w, c, p := bigProject(t)
	branch := func(who okr.Actor, id okr.GoalID) error {
		_, _, err := w.Measure.Branch(t.Context(), who, id, 0, 0)
		return err
	}
	kr := w.KeyResult(okrtest.Alex, "O1", 10)
	w.RequireRefused(okr.Invalid, branch(okrtest.Alex, kr), "Only projects show their work items as a tree.")
	w.RequireRefused(okr.Invalid, branch(okrtest.Alex, "O1"), "Only projects show their work items as a tree.")
	w.RequireRefused(okr.Invalid, branch(okrtest.Alex, w.Project(okrtest.Alex, "O1")), "isn't connected")
	w.RequireRefused(okr.NotFound, branch(okrtest.Alex, "P99"), "P99")
	stranger := okrtest.Alex
	stranger.Tenant = "another"
	w.RequireRefused(okr.NotFound, branch(stranger, p))
	_, err := w.Store.Goals().Update(t.Context(), okrtest.Contoso, p, func(g *okr.Goal) error {
		g.Audience = []okr.UserID{okrtest.Alex.ID}
		return nil
	})
	require.NoError(t, err)
	w.RequireRefused(okr.NotFound, branch(okrtest.Megan, p))
	require.NoError(t, branch(okrtest.Alex, p))

	// What is not kept is read again by a sync.
	require.NoError(t, w.Store.SaveSnapshot(t.Context(), okrtest.Contoso, c.Credential, w.FiberQuery("Launch scope"), nil))
	err = branch(okrtest.Alex, p)
	w.RequireRefused(okr.NotFound, err, "available right now")
	require.Equal(t, []okr.Step{{Kind: okr.StepSync, Goal: p}}, okr.NextOf(err))

	// Nor is what was read through a connection that is gone, or for what has ended.
	change := func(do func(g *okr.Goal)) {
		_, err := w.Store.Goals().Update(t.Context(), okrtest.Contoso, p, func(g *okr.Goal) error { do(g); return nil })
		require.NoError(t, err)
	}
	change(func(g *okr.Goal) { g.Binding.Connection = "C99" })
	require.Equal(t, []okr.Step{{Kind: okr.StepBind, Goal: p}}, okr.NextOf(branch(okrtest.Alex, p)))
	change(func(g *okr.Goal) { g.Closed = &okr.Closing{State: okr.StatusClosed} })
	require.Empty(t, okr.NextOf(branch(okrtest.Alex, p)))
}
