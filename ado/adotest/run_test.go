package adotest_test

import (
	"net/http"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
)

func ids(rows any, key string) []int {
	var out []int
	for _, r := range rows.([]any) {
		m := r.(map[string]any)
		if key != "" {
			m = m[key].(map[string]any)
		}
		out = append(out, int(m["id"].(float64)))
	}
	return out
}

func (s *sim) run(token, query string) reply {
	return s.get(token, fiber+"/wiql/"+s.queryID(query))
}

func TestFlatQueryFollowsItems(t *testing.T) {
	t.Parallel()
	s := start(t)
	alex := s.token(adotest.AlexOID)
	r := s.run(alex, "Launch bugs")
	require.Equal(t, "flat", r.json["queryType"])
	require.NotContains(t, r.json, "workItemRelations")
	require.Len(t, r.json["workItems"], 32)
	count := map[string]int{}
	for _, it := range s.Result("contoso", "Fabrikam Fiber", "Launch bugs", adotest.AlexOID) {
		count[s.Category("contoso", it)]++
	}
	require.Equal(t, 12, count["Completed"])
	require.Equal(t, 2, count["Removed"])

	open := len(s.run(alex, "Launch bugs (open)").json["workItems"].([]any))
	done, err := s.Complete("contoso", "Fabrikam Fiber", "Launch bugs", 3)
	require.NoError(t, err)
	require.Len(t, done, 3)
	require.Len(t, s.run(alex, "Launch bugs (open)").json["workItems"], open-3)
	require.NoError(t, s.UpdateItem("contoso", done[0], func(it *adotest.Item) { it.Deleted = true }))
	require.Len(t, s.run(alex, "Launch bugs").json["workItems"], 31)
	q, ok := s.Query("contoso", "Fabrikam Fiber", "Launch bugs")
	require.True(t, ok)
	require.Equal(t, adotest.AlexOID, q.LastRunBy)
	require.Len(t, s.get(alex, fiber+"/wiql/"+q.ID+"?$top=5").json["workItems"], 5)
}

func TestTreeHasOneRowANodeFiveDeep(t *testing.T) {
	t.Parallel()
	s := start(t)
	r := s.run(s.token(adotest.AlexOID), "Launch scope")
	require.Equal(t, "tree", r.json["queryType"])
	require.Equal(t, "workItemLink", r.json["queryResultType"])
	require.NotContains(t, r.json, "workItems")
	depth, deepest := map[int]int{}, 0
	for _, row := range r.json["workItemRelations"].([]any) {
		row := row.(map[string]any)
		id := int(row["target"].(map[string]any)["id"].(float64))
		require.NotContains(t, depth, id, "each node is a target once")
		depth[id] = 1
		if source, ok := row["source"].(map[string]any); ok {
			require.Equal(t, "System.LinkTypes.Hierarchy-Forward", row["rel"])
			parent := int(source["id"].(float64))
			require.Contains(t, depth, parent, "parents come first")
			depth[id] = depth[parent] + 1
		} else {
			require.NotContains(t, row, "rel")
		}
		deepest = max(deepest, depth[id])
	}
	require.Equal(t, 5, deepest)
}

func TestOneHopRepeatsIds(t *testing.T) {
	t.Parallel()
	s := start(t)
	r := s.run(s.token(adotest.AlexOID), "Blocked by")
	targets := ids(r.json["workItemRelations"], "target")
	seen, repeats := map[int]bool{}, 0
	for _, id := range targets {
		if seen[id] {
			repeats++
		}
		seen[id] = true
	}
	require.Positive(t, repeats)
}

func TestRunRefusals(t *testing.T) {
	t.Parallel()
	s := start(t)
	alex := s.token(adotest.AlexOID)
	requireVSS(t, s.run(alex, "Everything ever"), 400, "WorkItemTrackingQueryResultSizeLimitExceededException", "VS402337")
	requireVSS(t, s.run(alex, "Launch area that moved"), 400, "SyntaxException", "TF51011")
	requireVSS(t, s.run(alex, "Old launch plan"), 404, "QueryItemNotFoundException", "TF401243")
	requireVSS(t, s.run(s.token(adotest.MeganOID), "Launch secrets"), 404, "QueryItemNotFoundException", "TF401243")
	folder := s.get(alex, fiber+"/queries/Shared%20Queries/Launch").json["id"].(string)
	requireVSS(t, s.get(alex, fiber+"/wiql/"+folder), 400, "QueryException", "folders")
	id := s.queryID("Launch bugs")
	requireVSS(t, s.get(alex, "/ado/contoso/Fabrikam%20Fiber/Nobody/_apis/wit/wiql/"+id), 500, "TeamNotFoundException", "team")
	require.Equal(t, 200, s.get(alex, "/ado/contoso/Fabrikam%20Fiber/fabrikam%20fiber%20team/_apis/wit/wiql/"+id).status)
	require.Empty(t, s.run(alex, "Empty query").json["workItems"])

	s.TruncateAt20000(true)
	r := s.run(alex, "Everything ever")
	require.Len(t, r.json["workItems"], 20_000)
	last := ids(r.json["workItems"], "")[19_999]
	batch := s.post(alex, "/ado/contoso/_apis/wit/workitemsbatch", map[string]any{"ids": []int{last}, "fields": []string{"System.Title"}})
	require.Equal(t, "Archived item "+strconv.Itoa(last), batch.rows(t)[0]["fields"].(map[string]any)["System.Title"])
}

func TestCountByHead(t *testing.T) {
	t.Parallel()
	s := start(t)
	alex := s.token(adotest.AlexOID)
	head := func(query string) reply {
		return s.do(alex, http.MethodHead, fiber+"/wiql/"+s.queryID(query), "", nil)
	}
	r := head("Launch bugs")
	require.Equal(t, "32", r.header.Get("X-Total-Count"))
	require.Empty(t, r.raw)
	require.Equal(t, 404, head("Old launch plan").status)
	s.OmitCountHeader(true)
	require.Empty(t, head("Launch bugs").header.Values("X-Total-Count"))
	require.Equal(t, 1, s.Count(adotest.OpQueryCount)-2)
}

func TestResultsDifferByViewer(t *testing.T) {
	t.Parallel()
	s := start(t)
	alex, megan, adele := s.token(adotest.AlexOID), s.token(adotest.MeganOID), s.token(adotest.AdeleOID)
	require.NotEqual(t, s.run(alex, "Assigned to me").json["workItems"], s.run(megan, "Assigned to me").json["workItems"])
	q, ok := s.Query("contoso", "Payments", "All launch work in contoso")
	require.True(t, ok)
	const pay = "/ado/contoso/Payments/_apis/wit/wiql/"
	all, part := s.get(alex, pay+q.ID).json["workItems"].([]any), s.get(adele, pay+q.ID).json["workItems"].([]any)
	require.Greater(t, len(all), len(part))
	require.NotEmpty(t, part)
	hidden := ids(all, "")[0]
	require.NoError(t, s.UpdateItem("contoso", hidden, func(it *adotest.Item) { it.VisibleTo = []string{adotest.MeganOID} }))
	require.Len(t, s.get(alex, pay+q.ID).json["workItems"], len(all)-1)
}

func TestOwnWIQL(t *testing.T) {
	t.Parallel()
	s := start(t)
	alex := s.token(adotest.AlexOID)
	const pay = "/ado/contoso/Payments/_apis/wit/wiql"
	count := func(query string) int {
		r := s.post(alex, pay+"?timePrecision=true", map[string]any{"query": query})
		require.Equal(t, 200, r.status, "%s", r.raw)
		return len(r.json["workItems"].([]any))
	}
	stamp := s.clock.Now().UTC().Format("2006-01-02T15:04:05Z")
	since := "SELECT [System.Id] FROM WorkItems WHERE [System.TeamProject] = @project AND [System.ChangedDate] >= '" + stamp + "' ORDER BY [System.Id]"
	require.Equal(t, 0, count(since))
	done, err := s.Complete("contoso", "Payments", "Payment bugs", 2)
	require.NoError(t, err)
	require.Len(t, done, 2)
	require.Equal(t, 2, count(since))
	require.Equal(t, 6, count("select [System.Id] from workitems where [System.TeamProject] = 'Payments'\nand [System.WorkItemType] IN ('Bug', 'x and y')"))
	require.Equal(t, len(s.Items("contoso", "Payments"))+len(s.Items("contoso", "Fabrikam Fiber")), count("SELECT [System.Id] FROM WorkItems"))
	requireVSS(t, s.post(alex, pay, map[string]any{"query": since}), 400, "WorkItemTrackingQueryException", "time with the date")
	requireVSS(t, s.post(alex, pay, map[string]any{"query": "DROP TABLE"}), 400, "WorkItemTrackingQueryException", "TF51006")
}
