package measure_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/okr"
	"okrbot/okr/okrtest"
)

// kept is everything that is stored of goals and connections, so that a place where a
// name is kept cannot be forgotten.
func kept(t *testing.T, w *okrtest.World) string {
	t.Helper()
	goals, _, err := w.Store.Goals().List(t.Context(), okrtest.Contoso, "", okr.Page{})
	require.NoError(t, err)
	connections, _, err := w.Store.Connections().List(t.Context(), okrtest.Contoso, "", okr.Page{})
	require.NoError(t, err)
	text, err := json.Marshal([]any{goals, connections})
	require.NoError(t, err)
	return string(text)
}

// TestRenamesAreFollowed: what is bound by its id shows its new name after a sync that
// somebody asks for, and within a day wherever a name is kept.
func TestRenamesAreFollowed(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "C", false)
	o := w.Objective(okrtest.Alex, "Deliver")
	kr, p := w.KeyResult(okrtest.Alex, o, 100), w.Project(okrtest.Alex, o)
	points := &okr.Field{Ref: adotest.FieldStoryPoints, Name: "Story Points"}
	_, err := w.Measure.Bind(t.Context(), okrtest.Alex, okr.BindInput{Goal: kr, Connection: c.ID, Query: w.FiberQuery("Launch stories"), Method: okr.CountTotal, Field: points})
	require.NoError(t, err)
	_, err = w.Measure.Bind(t.Context(), okrtest.Alex, okr.BindInput{Goal: p, Connection: c.ID, Query: w.FiberQuery("Launch scope")})
	require.NoError(t, err)
	old := []string{"Fabrikam Fiber", "Fabrikam%20Fiber", "Story Points", "Launch stories", "Launch scope"}
	for _, name := range old {
		require.Contains(t, kept(t, w), name)
	}

	for name, now := range map[string]string{"Launch stories": "Wanted", "Launch scope": "Planned"} {
		require.NoError(t, w.Cloud.UpdateQuery(adotest.OrgContoso, w.FiberQuery(name), func(q *adotest.Query) { q.Name = now }))
	}
	w.Cloud.RenameField(adotest.FieldStoryPoints, "Size")
	require.NoError(t, w.Cloud.UpdateProject(adotest.OrgContoso, adotest.ProjectFiber, func(p *adotest.Project) { p.Name = "Portal" }))

	w.Sync(c)
	c, err = w.Store.Connections().Get(t.Context(), okrtest.Contoso, c.ID)
	require.NoError(t, err)
	require.Equal(t, "Portal", c.Project.Name)
	require.Contains(t, c.Project.URL, "/contoso/Portal")
	b := w.View(okrtest.Alex, kr).Goal.Binding
	require.Equal(t, []string{"Wanted", "Size", "Size"}, []string{b.Query.Name, b.Field.Name, b.Last.Sum.Field})
	require.Equal(t, "Planned", w.View(okrtest.Alex, p).Goal.Binding.Query.Name)

	w.Advance(24 * time.Hour)
	w.SignIn(okrtest.Alex)
	_, err = w.Measure.SyncConnection(t.Context(), okrtest.Contoso, c.ID, nil, 30*time.Minute)
	require.NoError(t, err)
	for _, name := range old {
		require.NotContains(t, kept(t, w), name)
	}
}

// TestNamesCostOneCallADay: the hour asks for no names.
func TestNamesCostOneCallADay(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "C", false)
	w.Bound(okrtest.Alex, w.Objective(okrtest.Alex, "Deliver"), c, okrtest.LaunchBugs)
	asked := func() (n int) {
		for _, call := range w.Cloud.Calls() {
			if call.Op == adotest.OpProjectGet {
				n++
			}
		}
		return n
	}
	before := asked()
	for range 48 {
		w.Advance(time.Hour)
		w.SignIn(okrtest.Alex)
		_, err := w.Measure.SyncConnection(t.Context(), okrtest.Contoso, c.ID, nil, 30*time.Minute)
		require.NoError(t, err)
	}
	require.LessOrEqual(t, asked()-before, 3)
}

// TestAFormerNameLeadsToTheProject, and so does a new one that was not read yet.
func TestAFormerNameLeadsToTheProject(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "C", false)
	require.NoError(t, w.Cloud.UpdateProject(adotest.OrgContoso, adotest.ProjectFiber, func(p *adotest.Project) { p.Name = "Portal" }))
	for name, want := range map[string]bool{adotest.ProjectFiber: true, "Portal": true, adotest.ProjectPay: false} {
		leads, err := w.Measure.LeadsTo(t.Context(), okrtest.Alex, c.ID, name)
		require.NoError(t, err)
		require.Equal(t, want, leads, name)
	}
	_, err := w.Measure.LeadsTo(t.Context(), okrtest.Megan, c.ID, "Portal")
	w.RequireRefused(okr.Forbidden, err)
}
