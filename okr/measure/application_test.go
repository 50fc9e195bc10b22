package measure_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/okr"
	"okrbot/okr/okrtest"
)

// TestChosenItemsThroughAnApplication: of what another project holds only the number is said,
// and folders leave no way around them.
func TestChosenItemsThroughAnApplication(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	here, err := w.Cloud.AddItem(adotest.OrgContoso, adotest.ProjectFiber, adotest.Item{Type: "Bug", Title: "Of this project"})
	require.NoError(t, err)
	there, err := w.Cloud.AddItem(adotest.OrgContoso, adotest.ProjectPay, adotest.Item{Type: "Bug", Title: "Nobody's business"})
	require.NoError(t, err)
	a := w.Reader()
	c, narrow := w.ReadBy(a, "Everything"), w.ReadBy(a, "Launch", "Launch")
	found, missing, moved, err := w.Measure.ReadItems(t.Context(), okrtest.Adele, c.ID, []int{here.ID, there.ID})
	require.NoError(t, err)
	require.Empty(t, missing)
	require.Equal(t, "Of this project", found[0].Title)
	require.Equal(t, []okr.WorkItem{{ID: there.ID, Project: adotest.ProjectPay}}, moved)
	chosen := okr.Chosen{IDs: []int{here.ID, there.ID}}
	q, err := w.Measure.ChooseItems(t.Context(), okrtest.Adele, c.ID, chosen)
	require.NoError(t, err)
	require.NotContains(t, okr.LostWords(q.Lost), "Nobody's business")

	_, _, _, err = w.Measure.ReadItems(t.Context(), okrtest.Adele, narrow.ID, []int{here.ID})
	w.RequireRefused(okr.Forbidden, err, "no chosen work items")
	_, err = w.Measure.SearchItems(t.Context(), okrtest.Adele, narrow.ID, okr.ItemSearch{Words: "project"})
	w.RequireRefused(okr.Forbidden, err)
	_, err = w.Measure.ChooseItems(t.Context(), okrtest.Adele, narrow.ID, chosen)
	w.RequireRefused(okr.Forbidden, err)
	_, _, err = w.Measure.ItemChoices(t.Context(), okrtest.Adele, narrow.ID)
	w.RequireRefused(okr.Forbidden, err)
}

// TestNarrowedFoldersStopWhatIsOutside: chosen work items and queries elsewhere stop at once,
// are given for people to be told, and go on when the folders are widened again.
func TestNarrowedFoldersStopWhatIsOutside(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	item, err := w.Cloud.AddItem(adotest.OrgContoso, adotest.ProjectFiber, adotest.Item{Type: "Bug", Title: "Chosen"})
	require.NoError(t, err)
	a := w.Reader()
	c := w.ReadBy(a, "Fiber")
	parent := w.Objective(okrtest.Adele, "Launch")
	stays := w.Bound(okrtest.Adele, parent, c, inside)
	stops := w.Bound(okrtest.Adele, parent, c, beside)
	chosen := w.KeyResult(okrtest.Adele, parent, 100)
	_, err = w.Measure.Bind(t.Context(), okrtest.Adele, okr.BindInput{Goal: chosen, Connection: c.ID, Chosen: &okr.Chosen{IDs: []int{item.ID}}})
	require.NoError(t, err)

	in := okrtest.FiberConnection("Fiber")
	in.Editing, in.Credential, in.Folders = c.ID, a.ID, []okr.QueryFolder{w.Folder(a, "Launch/Q3")}
	outside, hidden, err := w.Applications.PreviewFolders(t.Context(), okrtest.Alex, c.ID, in.Folders)
	require.NoError(t, err)
	require.Len(t, outside, 2)
	require.Zero(t, hidden)
	_, err = w.Connect.SaveConnection(t.Context(), okrtest.Alex, in)
	require.NoError(t, err)
	_, stopped, err := w.Connect.ShareConnection(t.Context(), okrtest.Alex, c.ID, true)
	require.NoError(t, err)
	require.ElementsMatch(t, []okr.GoalID{stops, chosen}, []okr.GoalID{stopped[0].ID, stopped[1].ID})
	failing := func(id okr.GoalID) bool { return w.View(okrtest.Adele, id).Goal.Binding.Health.Failing() }
	require.Equal(t, []bool{false, true, true}, []bool{failing(stays), failing(stops), failing(chosen)})
	w.Sync(c)
	require.Equal(t, []bool{false, true, true}, []bool{failing(stays), failing(stops), failing(chosen)})

	in.Folders = nil
	_, err = w.Connect.SaveConnection(t.Context(), okrtest.Alex, in)
	require.NoError(t, err)
	w.Sync(c)
	require.Equal(t, []bool{false, false, false}, []bool{failing(stays), failing(stops), failing(chosen)})
}

// TestAnApplicationTakesOver: a private connection whose owner left goes on with its values
// and history, is shared then, and chosen work items move along.
func TestAnApplicationTakesOver(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	w.SignIn(okrtest.Megan)
	c := w.NewConnection(okrtest.Megan, "Fiber", false)
	kr := w.Bound(okrtest.Megan, w.Objective(okrtest.Megan, "Launch"), c, beside)
	a := w.Reader()
	_, err := w.Hands.TakeOverBy(t.Context(), okrtest.Alex, c.ID, a.ID)
	w.RequireRefused(okr.Forbidden, err, "Megan Bowen")
	w.Cloud.Revoke(string(okrtest.Megan.ID), adotest.OrgContoso)
	_, err = w.Measure.SyncConnection(t.Context(), okrtest.Contoso, c.ID, nil, 0)
	require.NoError(t, err)
	broken, err := w.Connect.Connection(t.Context(), okrtest.Alex, c.ID)
	require.NoError(t, err)
	require.True(t, broken.Health.Failing())
	there, readers, err := w.Applications.OfferedApplications(t.Context(), okrtest.Alex, broken)
	require.NoError(t, err)
	require.Empty(t, there)
	require.Equal(t, a.ID, readers[0].ID)
	require.Empty(t, readers[0].Application.Proof)

	before := w.View(okrtest.Alex, kr).Goal
	w.Complete(3)
	p, err := w.Hands.TakeOverBy(t.Context(), okrtest.Alex, c.ID, a.ID)
	require.NoError(t, err)
	require.Equal(t, okrtest.Megan.Person, p.Connection.Owner, "what it was")
	report, err := w.Measure.SyncConnection(t.Context(), okrtest.Contoso, c.ID, nil, 0)
	require.NoError(t, err)
	require.Equal(t, 3, report.Rows[0].Changes.Completed.Count, "it says what changed since the last value")
	after := w.View(okrtest.Alex, kr).Goal
	require.Equal(t, okrtest.Alex.ID, after.Binding.BoundBy.ID)
	require.NotEqual(t, before.Value(), after.Value())
	require.Equal(t, "the application okr-reader", after.Binding.Last.Account)
	got, err := w.Connect.Usable(t.Context(), okrtest.Adele, c.ID)
	require.NoError(t, err)
	require.True(t, got.Shared)
	require.False(t, got.IsOf(okrtest.Megan.ID))
}

// TestChosenItemsMoveWithinTheirProject: to a connection that an application reads for they
// move with their value; to another project, or where only folders are allowed, they stay.
func TestChosenItemsMoveWithinTheirProject(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	item, err := w.Cloud.AddItem(adotest.OrgContoso, adotest.ProjectFiber, adotest.Item{Type: "Bug", Title: "Chosen"})
	require.NoError(t, err)
	own, a := w.NewConnection(okrtest.Alex, "Own", false), w.Reader()
	kr := w.KeyResult(okrtest.Alex, w.Objective(okrtest.Alex, "Launch"), 100)
	_, err = w.Measure.Bind(t.Context(), okrtest.Alex, okr.BindInput{Goal: kr, Connection: own.ID, Chosen: &okr.Chosen{IDs: []int{item.ID}}})
	require.NoError(t, err)
	elsewhere, err := w.Connect.SaveConnection(t.Context(), okrtest.Alex, okr.ConnectionInput{Name: "Payments", Organization: adotest.OrgContoso, Project: adotest.ProjectPay, Credential: a.ID})
	require.NoError(t, err)
	for name, to := range map[string]okr.Connection{"aren't in Payments": elsewhere, "allows": w.ReadBy(a, "Narrow", "Launch")} {
		p, err := w.Hands.PreviewMove(t.Context(), okrtest.Alex, own.ID, to.ID)
		require.NoError(t, err)
		require.Contains(t, p.Reach[0].Problem, name)
		_, _, err = w.Hands.Move(t.Context(), okrtest.Alex, own.ID, to.ID)
		w.RequireRefused(okr.NoAccess, err)
	}
	to := w.ReadBy(a, "Everything")
	p, job, err := w.Hands.Move(t.Context(), okrtest.Alex, own.ID, to.ID)
	require.NoError(t, err)
	require.Equal(t, 1, p.Reach[0].Items)
	report, err := w.Measure.SyncConnection(t.Context(), okrtest.Contoso, to.ID, job.Queries, 0)
	require.NoError(t, err)
	require.NoError(t, report.Failure)
	g := w.View(okrtest.Alex, kr).Goal
	require.Equal(t, to.ID, g.Binding.Connection)
	require.Equal(t, okr.HealthOK, g.Binding.Health.State)
	require.Equal(t, "the application okr-reader", g.Binding.Last.Account)
}

// TestAnApplicationTellsOnlyNumbersOfOtherProjects: what is below a chosen item, or was moved,
// counts or is lost as ever; titles of other projects reach nobody through an application.
func TestAnApplicationTellsOnlyNumbersOfOtherProjects(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	top, later := story(t, w, "Of this project", 0), story(t, w, "Moved soon", 0)
	_, err := w.Cloud.AddItem(adotest.OrgContoso, adotest.ProjectPay, adotest.Item{Type: "Bug", Title: "Nobody's business", Parent: top})
	require.NoError(t, err)
	c := w.ReadBy(w.Reader(), "Everything")
	project := w.Project(okrtest.Adele, w.Objective(okrtest.Adele, "Launch"))
	in := okr.BindInput{Goal: project, Connection: c.ID, Chosen: &okr.Chosen{IDs: []int{top, later}, Children: true}}
	p, err := w.Measure.PreviewBinding(t.Context(), okrtest.Adele, in)
	require.NoError(t, err)
	_, err = w.Measure.Bind(t.Context(), okrtest.Adele, in)
	require.NoError(t, err)
	update(t, w, later, func(it *adotest.Item) { it.Project, it.Title = adotest.ProjectPay, "Nobody's business now" })
	report := w.Sync(c)
	_, branch, err := w.Measure.Branch(t.Context(), okrtest.Adele, project, 0, 0)
	require.NoError(t, err)
	require.Len(t, branch.Rows, 2)
	said, err := json.Marshal([]any{p, report, branch, w.View(okrtest.Adele, project)})
	require.NoError(t, err)
	require.NotContains(t, string(said), "Nobody's business")
	require.Contains(t, string(said), "was moved to the Azure DevOps project "+adotest.ProjectPay)
	require.Equal(t, 1, w.View(okrtest.Adele, project).Goal.Binding.Last.Lost.Count)
}
