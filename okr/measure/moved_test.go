package measure_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
	"okrbot/okr"
	"okrbot/okr/okrtest"
)

// TestMovedBy finds the goals that hang on a query or a work item, for who may see them.
func TestMovedBy(t *testing.T) {
	t.Parallel()
	w := okrtest.Enabled(t)
	c := w.NewConnection(okrtest.Alex, "Fiber", false)
	o := w.Objective(okrtest.Alex, "Launch")
	bugs, stories := w.Bound(okrtest.Alex, o, c, okrtest.LaunchBugs), w.Bound(okrtest.Alex, o, c, "Launch stories")
	added, err := w.Cloud.AddItem(adotest.OrgContoso, adotest.ProjectFiber, adotest.Item{Type: "Bug", Title: "One more", Tags: []string{"launch-bug"}})
	require.NoError(t, err)
	bug := added.ID
	moved := func(who okr.Actor, link okr.AzureLink) []okr.GoalID {
		t.Helper()
		calls := len(w.Cloud.Calls())
		views, total, err := w.Measure.MovedBy(t.Context(), who, link)
		require.NoError(t, err)
		require.Len(t, views, total)
		require.Len(t, w.Cloud.Calls(), calls, "Azure DevOps is not asked")
		var ids []okr.GoalID
		for _, v := range views {
			ids = append(ids, v.Goal.ID)
		}
		return ids
	}
	query := okr.AzureLink{Organization: "CONTOSO", Project: "renamed since", Query: w.FiberQuery(okrtest.LaunchBugs)}
	require.Equal(t, []okr.GoalID{bugs}, moved(okrtest.Megan, query), "the id is what counts")
	item := okr.AzureLink{Organization: adotest.OrgContoso, Item: bug}
	require.Empty(t, moved(okrtest.Megan, item), "no sync has seen it yet")
	w.Sync(c)
	require.Equal(t, []okr.GoalID{bugs}, moved(okrtest.Megan, item))
	guest := okrtest.Megan
	guest.Guest, guest.Shared = true, true
	require.Equal(t, []okr.GoalID{bugs}, moved(guest, item), "guests read what everyone may")
	for name, elsewhere := range map[string]okr.AzureLink{
		"another organization": {Organization: "northwind", Item: bug}, "another item": {Organization: adotest.OrgContoso, Item: 1 << 30},
		"another query": {Organization: adotest.OrgContoso, Query: "00000000-0000-4000-8000-000000000000"},
	} {
		require.Empty(t, moved(okrtest.Alex, elsewhere), name)
	}
	stranger := okrtest.Alex
	stranger.Tenant = "another"
	_, _, err = w.Measure.MovedBy(t.Context(), stranger, item)
	require.Equal(t, okr.Disabled, okr.KindOf(err), "nothing is on there")

	_, err = w.Plan.Close(t.Context(), okrtest.Alex, okr.CloseInput{Goal: stories, State: okr.StatusClosed})
	require.NoError(t, err)
	require.Empty(t, moved(okrtest.Alex, okr.AzureLink{Organization: adotest.OrgContoso, Query: w.FiberQuery("Launch stories")}), "what is closed moves no more")
	_, err = w.Plan.DeleteGoal(t.Context(), okrtest.Alex, bugs)
	require.NoError(t, err)
	require.Empty(t, moved(okrtest.Alex, query))
}
