package adotest_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
)

const orgBatch = "/ado/contoso/_apis/wit/workItemsBatch"

func TestItemBatchKeepsOrderAndNulls(t *testing.T) {
	t.Parallel()
	s := start(t)
	alex, adele := s.token(adotest.AlexOID), s.token(adotest.AdeleOID)
	body := map[string]any{"ids": []int{5, 999_999, 2}, "fields": []string{"System.Id", "system.title", "System.AssignedTo", "System.Parent"}, "errorPolicy": "Omit"}
	r := s.post(alex, orgBatch, body)
	rows := r.rows(t)
	require.InDelta(t, 3, r.json["count"], 0)
	require.InDelta(t, 5, rows[0]["id"], 0)
	require.Nil(t, rows[1])
	require.InDelta(t, 2, rows[2]["id"], 0)
	fields := rows[2]["fields"].(map[string]any)
	require.Contains(t, fields, "System.Title")
	require.NotContains(t, fields, "System.Parent", "fields without a value are left out")
	require.Contains(t, fields["System.AssignedTo"], "uniqueName")
	require.NotContains(t, rows[2], "_links")
	for _, row := range s.post(adele, orgBatch, body).rows(t) {
		require.Nil(t, row, "not hers to see")
	}
}

func TestItemBatchRefusals(t *testing.T) {
	t.Parallel()
	s := start(t)
	alex := s.token(adotest.AlexOID)
	requireVSS(t, s.post(alex, orgBatch, map[string]any{"ids": []int{1, 999_999}}), 404, "WorkItemUnauthorizedAccessException", "TF401232: Work item 999999")
	many := slices.Repeat([]int{1}, 201)
	requireVSS(t, s.post(alex, orgBatch, map[string]any{"ids": many}), 400, "WorkItemPageSizeExceededException", "VS403474")
	requireVSS(t, s.post(alex, orgBatch, map[string]any{"ids": []int{1}, "fields": []string{"System.Id"}, "$expand": "all"}), 400, "ConflictingParametersException", "expand")
	requireVSS(t, s.post(alex, orgBatch, map[string]any{"ids": []int{1}, "fields": []string{"Custom.Nothing"}}), 400, "WorkItemTrackingQueryException", "TF51535")
	require.Equal(t, 400, s.post(alex, orgBatch, map[string]any{"ids": "1"}).status)
	inOther := s.post(alex, "/ado/contoso/Payments/_apis/wit/workitemsbatch", map[string]any{"ids": []int{1}, "errorPolicy": "omit"})
	require.Nil(t, inOther.rows(t)[0])
}

func TestCustomFieldsAndNumbers(t *testing.T) {
	t.Parallel()
	s := start(t)
	it, err := s.AddItem("contoso", "Fabrikam Fiber", adotest.Item{Type: "User Story", Title: "x", Fields: map[string]any{"Custom.Value": 7.5}})
	require.NoError(t, err)
	require.Equal(t, "New", it.State)
	r := s.post(s.token(adotest.AlexOID), orgBatch, map[string]any{"ids": []int{it.ID}, "fields": []string{"Custom.Value", adotest.FieldStoryPoints}})
	require.Equal(t, map[string]any{"Custom.Value": 7.5}, r.rows(t)[0]["fields"])
}

func TestTypesAndStates(t *testing.T) {
	t.Parallel()
	s := start(t)
	alex := s.token(adotest.AlexOID)
	require.NoError(t, s.UpdateProject("contoso", "Payments", func(p *adotest.Project) { p.Types[0].OmitStates = true }))
	rows := s.get(alex, "/ado/contoso/Payments/_apis/wit/workitemtypes").rows(t)
	require.NotContains(t, rows[0], "states")
	require.Contains(t, rows[2], "states")
	require.Equal(t, []string{"New", "In Progress", "Done", "Removed"}, names(s.get(alex, "/ado/contoso/Payments/_apis/wit/workitemtypes/Epic/states").rows(t)))
	states := s.get(alex, fiber+"/workitemtypes/user%20story/states").rows(t)
	require.Equal(t, []string{"New", "Active", "Resolved", "Closed", "Removed"}, names(states))
	require.Equal(t, "Resolved", states[2]["category"])
	requireVSS(t, s.get(alex, fiber+"/workitemtypes/Nothing/states"), 404, "WorkItemTypeNotFoundException", "VS402323")
	require.Equal(t, "Bug", s.get(alex, fiber+"/workitemtypes/bug").json["name"])
}

func TestProcessesAreAsShipped(t *testing.T) {
	t.Parallel()
	states := func(types []adotest.Type, name string) []string {
		var out []string
		for _, ty := range types {
			for _, st := range ty.States {
				if ty.Name == name {
					out = append(out, st.Name+"/"+st.Category)
				}
			}
		}
		return out
	}
	require.Equal(t, []string{"New/Proposed", "Active/InProgress", "Resolved/Resolved", "Closed/Completed"}, states(adotest.Agile(), "Bug"))
	require.Equal(t, []string{"New/Proposed", "Approved/Proposed", "Committed/InProgress", "Done/Completed", "Removed/Removed"}, states(adotest.Scrum(), "Product Backlog Item"))
	require.Equal(t, []string{"Active/InProgress", "Inactive/Completed"}, states(adotest.Scrum(), "Test Plan"))
}

func TestSetStateAndReopen(t *testing.T) {
	t.Parallel()
	s := start(t)
	before, ok := s.Item("contoso", 3)
	require.True(t, ok)
	require.NoError(t, s.SetState("contoso", 3, "A state nobody knows"))
	after, _ := s.Item("contoso", 3)
	require.Equal(t, before.Rev+1, after.Rev)
	require.True(t, after.Changed.After(before.Changed))
	require.Empty(t, s.Category("contoso", after))
	again, err := s.Reopen("contoso", "Fabrikam Fiber", "Launch bugs", 2)
	require.NoError(t, err)
	require.Len(t, again, 2)
	it, _ := s.Item("contoso", again[0])
	require.Equal(t, "New", it.State)
}
