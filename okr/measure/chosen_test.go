package measure_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/okr"
	"okrbot/okr/okrtest"
)

// bindChosen binds a new key result to work items of Fabrikam Fiber.
func bindChosen(t *testing.T, w *okrtest.World, c okr.Connection, children bool, ids ...int) okr.GoalID {
	t.Helper()
	kr := w.KeyResult(okrtest.Alex, w.Objective(okrtest.Alex, "Launch"), 100)
	chosen, err := okr.NewChosen(ids, children)
	require.NoError(t, err)
	_, err = w.Measure.Bind(t.Context(), okrtest.Alex, okr.BindInput{Goal: kr, Connection: c.ID, Chosen: &chosen, Method: okr.CountTotal})
	require.NoError(t, err)
	return kr
}

// story adds a work item to Fabrikam Fiber.
func story(t *testing.T, w *okrtest.World, title string, parent int) int {
	t.Helper()
	it, err := w.Cloud.AddItem(adotest.OrgContoso, adotest.ProjectFiber, adotest.Item{Type: "User Story", Title: title, Parent: parent})
	require.NoError(t, err)
	return it.ID
}

func update(t *testing.T, w *okrtest.World, id int, change func(*adotest.Item)) {
	t.Helper()
	require.NoError(t, w.Cloud.UpdateItem(adotest.OrgContoso, id, change))
}

// TestLostItemsAreNamed: chosen work items that are moved, deleted or hidden do not count,
// are named with the next measurement, and told to the goal's owner until somebody heard.
func TestLostItemsAreNamed(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	kept, moved, deleted, hidden := story(t, w, "kept", 0), story(t, w, "moved", 0), story(t, w, "deleted", 0), story(t, w, "secret", 0)
	below := story(t, w, "below the moved one", moved)
	kr := bindChosen(t, w, c, true, kept, moved, deleted, hidden)
	require.Empty(t, w.Sync(c).Notices)
	require.InDelta(t, 5, *w.View(okrtest.Alex, kr).Goal.Binding.Last.Value, 0)

	update(t, w, moved, func(it *adotest.Item) { it.Project = adotest.ProjectPay })
	update(t, w, deleted, func(it *adotest.Item) { it.Deleted = true })
	require.NoError(t, w.Cloud.ShowTo(adotest.OrgContoso, hidden, adotest.MeganOID))
	report := w.Sync(c)
	b := w.View(okrtest.Alex, kr).Goal.Binding
	require.InDelta(t, 2, *b.Last.Value, 0, "what is below a moved one counts")
	require.Equal(t, 3, b.Last.Lost.Count)
	why := map[int]okr.LostWhy{}
	for _, l := range b.Last.Lost.First {
		why[l.ID] = l.Why
	}
	require.Equal(t, map[int]okr.LostWhy{moved: okr.LostMoved, deleted: okr.LostDeleted, hidden: okr.LostGone}, why)
	require.Equal(t, 3, b.Last.Changes.Lost.Count)
	require.Zero(t, b.Last.Changes.Removed.Count+b.Last.Changes.Hidden.Count)
	require.NotContains(t, b.Last.Changes.Lost.First, "secret")
	require.Len(t, report.Notices, 1)
	n := report.Notices[0]
	require.True(t, n.Missed)
	require.False(t, n.Emptied)
	require.Equal(t, []okr.GoalID{kr}, n.Goals)
	require.Equal(t, okrtest.Alex.Person, n.Owner)
	for _, said := range []string{"3 work items of the 4 chosen for " + string(kr), "“moved” was moved to the Azure DevOps project " + adotest.ProjectPay, "“deleted” was deleted", "or the account can't read it now", "The others still count."} {
		require.Contains(t, n.Health.Problem, said)
	}
	require.NotContains(t, n.Health.Problem, "secret", "who reads it may not be one of those who may")

	require.Len(t, w.Sync(c).Notices, 1, "until somebody heard")
	require.NoError(t, w.Measure.NoticeGiven(t.Context(), okrtest.Contoso, n))
	require.Empty(t, w.Sync(c).Notices)
	require.True(t, w.View(okrtest.Alex, kr).Goal.Binding.Last.Changes.Empty(), "a change is of one hour")

	update(t, w, deleted, func(it *adotest.Item) { it.Deleted = false })
	require.Empty(t, w.Sync(c).Notices)
	b = w.View(okrtest.Alex, kr).Goal.Binding
	require.Equal(t, []int{2, 1, 0}, []int{b.Last.Lost.Count, b.Last.Changes.Back.Count, b.Last.Changes.Added.Count})
	update(t, w, below, func(it *adotest.Item) { it.Deleted = true })
	require.Empty(t, w.Sync(c).Notices, "what is below and gone is a change like any other")
	require.Equal(t, 1, w.View(okrtest.Alex, kr).Goal.Binding.Last.Changes.Removed.Count)
}

// TestNothingLeftOfAChoice: no data, and one notice.
func TestNothingLeftOfAChoice(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	id := story(t, w, "only", 0)
	kr := bindChosen(t, w, c, false, id)
	update(t, w, id, func(it *adotest.Item) { it.Deleted = true })
	report := w.Sync(c)
	require.Len(t, report.Notices, 1)
	require.True(t, report.Notices[0].Missed)
	require.Contains(t, report.Notices[0].Health.Problem, "there's no data")
	require.Nil(t, w.View(okrtest.Alex, kr).Goal.Binding.Last.Value)
}

// TestOneRunServesTheSameChoice: goals of the same work items share a run, beside those of
// queries.
func TestOneRunServesTheSameChoice(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	epic := story(t, w, "epic", 0)
	story(t, w, "part", epic)
	bindChosen(t, w, c, true, epic)
	bindChosen(t, w, c, true, epic)
	w.Bound(okrtest.Alex, w.Objective(okrtest.Alex, "Bugs"), c, okrtest.LaunchBugs)
	w.Cloud.ResetCalls()
	report := w.Sync(c)
	require.Len(t, report.Rows, 3)
	require.Equal(t, []int{1, 1, 1}, []int{w.Cloud.Count(adotest.OpWIQL), w.Cloud.Count(adotest.OpQueryRun), w.Cloud.Count(adotest.OpItemBatch)})
}

// TestAChoiceMovesWithItsProject: to a connection of the same project, and to no other one,
// where the same numbers may be other work items.
func TestAChoiceMovesWithItsProject(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	from := w.NewConnection(okrtest.Alex, "Fiber", true)
	id := story(t, w, "one", 0)
	kr := bindChosen(t, w, from, false, id)
	in := okrtest.FiberConnection("Payments")
	in.Project = adotest.ProjectPay
	pay, err := w.Connect.SaveConnection(t.Context(), okrtest.Alex, in)
	require.NoError(t, err)
	p, err := w.Hands.PreviewMove(t.Context(), okrtest.Alex, from.ID, pay.ID)
	require.NoError(t, err)
	require.Contains(t, p.Reach[0].Problem, "aren't in "+adotest.ProjectPay)
	w.SignIn(okrtest.Megan)
	to := w.NewConnection(okrtest.Megan, "Fiber of Megan", true)
	p, job, err := w.Hands.Move(t.Context(), okrtest.Alex, from.ID, to.ID)
	require.NoError(t, err)
	require.Empty(t, p.Reach[0].Problem)
	require.Equal(t, 1, p.Reach[0].Items)
	w.SignIn(okrtest.Megan)
	report, err := w.Measure.SyncConnection(t.Context(), okrtest.Contoso, to.ID, job.Queries, 0)
	require.NoError(t, err)
	require.Len(t, report.Rows, 1)
	require.Empty(t, report.Rows[0].Problem)
	b := w.View(okrtest.Alex, kr).Goal.Binding
	require.Equal(t, to.ID, b.Connection)
	require.Equal(t, []int{id}, b.Query.Chosen.IDs)
}

// TestBranchOfAChoice: a project's tree shows what is below the chosen ones; with a type,
// that type and its ancestors only.
func TestBranchOfAChoice(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	epic := story(t, w, "epic", 0)
	feature := story(t, w, "feature", epic)
	other := story(t, w, "no task below", epic)
	task, err := w.Cloud.AddItem(adotest.OrgContoso, adotest.ProjectFiber, adotest.Item{Type: "Task", Title: "task", Parent: feature})
	require.NoError(t, err)
	project := w.Project(okrtest.Alex, w.Objective(okrtest.Alex, "Launch"))
	bind := func(kind string) []int {
		_, err := w.Measure.Bind(t.Context(), okrtest.Alex, okr.BindInput{Goal: project, Connection: c.ID, Chosen: &okr.Chosen{IDs: []int{epic}, Children: true}, ItemType: kind})
		require.NoError(t, err)
		w.Advance(time.Minute)
		_, branch, err := w.Measure.Branch(t.Context(), okrtest.Alex, project, 0, 0)
		require.NoError(t, err)
		var ids []int
		for _, n := range branch.Rows {
			ids = append(ids, n.ID)
		}
		return ids
	}
	require.Equal(t, []int{epic, feature, task.ID, other}, bind(""))
	require.Equal(t, []int{epic, feature, task.ID}, bind("Task"))
}

// TestChoosingInARenamedProject: the project goes by its id, whatever it is called since it
// was connected.
func TestChoosingInARenamedProject(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	here := story(t, w, "here", 0)
	pay := w.Cloud.Items(adotest.OrgContoso, adotest.ProjectPay)[0]
	require.NoError(t, w.Cloud.UpdateProject(adotest.OrgContoso, adotest.ProjectFiber, func(p *adotest.Project) { p.Name = "Fabrikam Cloud" }))
	found, missing, moved, err := w.Measure.ReadItems(t.Context(), okrtest.Alex, c.ID, []int{here, pay.ID, 999_999})
	require.NoError(t, err)
	require.Equal(t, []int{here, 999_999, pay.ID}, []int{found[0].ID, missing[0], moved[0].ID})
	page, err := w.Measure.SearchItems(t.Context(), okrtest.Alex, c.ID, okr.ItemSearch{Words: "here"})
	require.NoError(t, err)
	require.Len(t, page.Items, 1)
	chosen, err := w.Measure.ChooseItems(t.Context(), okrtest.Alex, c.ID, okr.Chosen{IDs: []int{here, pay.ID}})
	require.NoError(t, err)
	require.Equal(t, 1, chosen.Count)
	require.Equal(t, pay.ID, chosen.Lost[0].ID)
}

// TestAChoiceOfALostProject: whose project can't be read any more has a failing connection
// and the last value, and no lost work items.
func TestAChoiceOfALostProject(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	krs := []okr.GoalID{bindChosen(t, w, c, false, story(t, w, "one", 0)), bindChosen(t, w, c, true, story(t, w, "two", 0))}
	w.Cloud.Grant(adotest.AlexOID, adotest.OrgContoso, adotest.ProjectPay)
	report := w.Sync(c)
	require.Error(t, report.Failure)
	require.Contains(t, []okr.Kind{okr.NoAccess, okr.ProjectGone}, okr.KindOf(report.Failure))
	for _, n := range report.Notices {
		require.False(t, n.Missed)
	}
	for _, kr := range krs {
		b := w.View(okrtest.Alex, kr).Goal.Binding
		require.InDelta(t, 1, *b.Last.Value, 0)
		require.Zero(t, b.Last.Lost.Count)
		require.True(t, b.Health.Failing())
	}
}
