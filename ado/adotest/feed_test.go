package adotest_test

import (
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
)

const feed = "/ado/contoso/_apis/wit/reporting/workitemrevisions?api-version=7.1&fields=System.State,System.AssignedTo"

func feedIDs(r reply) []int {
	var out []int
	list, _ := r.json["values"].([]any)
	for _, v := range list {
		out = append(out, int(v.(map[string]any)["id"].(float64)))
	}
	return out
}

func TestFeedGivesEachChangeOnce(t *testing.T) {
	t.Parallel()
	s := start(t)
	alex := s.token(adotest.AlexOID)
	begin := url.QueryEscape(s.clock.Now().UTC().Format(time.RFC3339))
	s.clock.Advance(time.Minute)
	for _, id := range []int{3, 1, 3, 2} {
		require.NoError(t, s.SetState(adotest.OrgContoso, id, "Active"))
	}
	first := s.get(alex, feed+"&startDateTime="+begin+"&$maxPageSize=2")
	require.Equal(t, []int{1, 3}, feedIDs(first), "in the order of the last changes")
	require.Equal(t, false, first.json["isLastBatch"])
	require.Contains(t, first.json["nextLink"], "continuationToken=")
	require.NotContains(t, string(first.raw), `"displayName"`, "identities are texts here")
	next := url.QueryEscape(first.json["continuationToken"].(string))
	second := s.get(alex, feed+"&continuationToken="+next)
	require.Equal(t, []int{2}, feedIDs(second))
	require.Equal(t, true, second.json["isLastBatch"])
	next = url.QueryEscape(second.json["continuationToken"].(string))
	require.Empty(t, feedIDs(s.get(alex, feed+"&continuationToken="+next)))
	require.NoError(t, s.UpdateItem(adotest.OrgContoso, 1, func(it *adotest.Item) { it.Deleted = true }))
	require.Empty(t, feedIDs(s.get(alex, feed+"&continuationToken="+next)))
	gone := s.get(alex, feed+"&includeDeleted=true&continuationToken="+next)
	require.Equal(t, []int{1}, feedIDs(gone))
	require.Contains(t, string(gone.raw), `"System.IsDeleted":true`)
}

func TestFeedRefusals(t *testing.T) {
	t.Parallel()
	s := start(t)
	alex := s.token(adotest.AlexOID)
	for _, query := range []string{"&continuationToken=x", "&startDateTime=yesterday", "&continuationToken=1&startDateTime=2026-01-01T00:00:00Z", ",Custom.Nothing"} {
		require.Equal(t, 400, s.get(alex, feed+query).status, query)
	}
	require.NoError(t, s.ShowTo(adotest.OrgContoso, 1, adotest.MeganOID))
	all := s.get(alex, feed+"&continuationToken=0")
	require.NotContains(t, feedIDs(all), 1, "not visible")
	require.Less(t, len(feedIDs(s.get(alex, "/ado/contoso/Payments/_apis/wit/reporting/workitemrevisions?fields=System.Id"))), len(feedIDs(all)))
}

func TestFieldsAreListed(t *testing.T) {
	t.Parallel()
	s := start(t)
	for name, value := range map[string]any{"Custom.Size": 2.5, "Custom.Count": 3, "Custom.Note": "x"} {
		require.NoError(t, s.UpdateItem(adotest.OrgContoso, 1, func(it *adotest.Item) {
			if it.Fields == nil {
				it.Fields = map[string]any{}
			}
			it.Fields[name] = value
		}))
	}
	kinds := map[string]any{}
	for _, f := range s.get(s.token(adotest.AlexOID), fiber+"/fields").rows(t) {
		kinds[f["referenceName"].(string)] = f["type"]
	}
	require.Equal(t, []any{"double", "integer", "string", "double"}, []any{
		kinds["Custom.Size"], kinds["Custom.Count"], kinds["Custom.Note"], kinds[adotest.FieldStoryPoints],
	})
}

func TestWIQLComparesFields(t *testing.T) {
	t.Parallel()
	s := start(t)
	alex := s.token(adotest.AlexOID)
	count := func(where string) int {
		r := s.post(alex, fiber+"/wiql?timePrecision=true", map[string]string{"query": "SELECT [System.Id] FROM WorkItems WHERE [System.TeamProject] = @project AND " + where})
		require.Equal(t, 200, r.status, "%s: %s", where, r.raw)
		return len(r.json["workItems"].([]any))
	}
	all := len(s.Items(adotest.OrgContoso, adotest.ProjectFiber))
	it := s.Items(adotest.OrgContoso, adotest.ProjectFiber)[0]
	id := strconv.Itoa(it.ID)
	for _, pair := range [][2]string{
		{"[System.Id] <= " + id, "[System.Id] > " + id},
		{"[System.Id] < " + id, "[System.Id] >= " + id},
		{"[System.Id] = " + id, "[System.Id] <> " + id},
		{"[System.State] = 'Closed'", "[System.State] <> 'closed'"},
		{"[System.AssignedTo] = @Me", "[System.AssignedTo] <> @Me"},
		{"[System.Parent] = 0", "[System.Parent] <> 0"},
		{"[System.ChangedDate] >= @Today", "[System.ChangedDate] < @Today"},
		{"[System.CreatedDate] > @Today - 3", "[System.CreatedDate] <= @today-3"},
		{"[System.WorkItemType] IN ('Bug')", "[System.WorkItemType] <> 'Bug'"},
	} {
		require.Equal(t, all, count(pair[0])+count(pair[1]), pair)
	}
	require.Positive(t, count("[System.Title] CONTAINS '"+it.Title[:3]+"'"))
	require.Positive(t, count("[System.Tags] CONTAINS 'launch'"))
}
