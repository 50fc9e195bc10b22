package adotest_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
)

func TestStoryMovesTheWorldAndIsRepeatable(t *testing.T) {
	t.Parallel()
	a, b := start(t), start(t)
	kinds := map[string]int{}
	ea, eb := a.Advance(200), b.Advance(200)
	require.Len(t, eb, len(ea))
	for i, e := range ea {
		kinds[e.Kind]++
		require.Equal(t, e.Item.ID, eb[i].Item.ID)
		require.Equal(t, e.Item.State, eb[i].Item.State)
	}
	for _, k := range []string{"moved", "completed", "added", "reopened", "removed"} {
		require.Positive(t, kinds[k], k)
	}
	for _, it := range a.Items("contoso", "Fabrikam Fiber") {
		require.NotEmpty(t, a.Category("contoso", it), "%s in state %s", it.Type, it.State)
	}
}

func TestStoryChangesTheFirstQueriesSoon(t *testing.T) {
	t.Parallel()
	s := start(t)
	done := func() (n int) {
		for _, it := range s.Result("contoso", "Fabrikam Fiber", "Launch bugs", "") {
			if s.Category("contoso", it) == "Completed" {
				n++
			}
		}
		return n
	}
	before := done()
	s.Advance(30)
	require.NotEqual(t, before, done())
}

func TestStartStoryEndsWithItsContext(t *testing.T) {
	t.Parallel()
	s := start(t)
	ctx, cancel := context.WithCancel(t.Context())
	wait := s.StartStory(ctx, time.Millisecond)
	n := len(s.Items("contoso", "Fabrikam Fiber"))
	require.Eventually(t, func() bool { return len(s.Items("contoso", "Fabrikam Fiber")) > n }, 2*time.Minute, 5*time.Millisecond)
	cancel()
	wait()
}

func TestSeedForOtherPeople(t *testing.T) {
	t.Parallel()
	cloud := adotest.New(adotest.Options{})
	require.NoError(t, cloud.Seed(adotest.World{
		Tenant: "00000000-0000-0000-0000-0000000000aa",
		Users:  []adotest.Person{{OID: "00000000-0000-0000-0000-000000000001", Name: "Only One"}},
	}))
	users := cloud.Users()
	require.Len(t, users, 2)
	require.Equal(t, "00000000-0000-0000-0000-0000000000aa", users[0].Tenant)
	require.NotEmpty(t, users[0].UPN)
	require.NotEmpty(t, cloud.Result("contoso", "Fabrikam Fiber", "Assigned to me", users[0].OID))
}

func TestSeedHoldsHostileNames(t *testing.T) {
	t.Parallel()
	s := start(t)
	var all strings.Builder
	longest := 0
	for _, it := range s.Items("contoso", "Fabrikam Fiber") {
		all.WriteString(it.Title)
		longest = max(longest, len([]rune(it.Title)))
	}
	for _, q := range s.Queries("contoso", "Fabrikam Fiber") {
		all.WriteString(q.Name)
		longest = max(longest, len([]rune(q.Name)))
	}
	for _, part := range []string{"<script>", "**", "🚀", "{{DATE(", "أخطاء", "<at>"} {
		require.Contains(t, all.String(), part)
	}
	require.Equal(t, 255, longest)
}

func TestPagesForPeople(t *testing.T) {
	t.Parallel()
	s := start(t)
	item := s.get("", "/ado/contoso/Fabrikam%20Fiber/_workitems/edit/3")
	require.Equal(t, 200, item.status)
	require.NotContains(t, string(item.raw), "<script>", "titles are escaped")
	moved := s.do("", http.MethodPost, "/ado/contoso/Fabrikam%20Fiber/_workitems/edit/3", "application/x-www-form-urlencoded", []byte("state=Closed"))
	require.Equal(t, http.StatusSeeOther, moved.status)
	it, _ := s.Item("contoso", 3)
	require.Equal(t, "Closed", it.State)
	alex := s.token(adotest.AlexOID)
	q := s.get(alex, fiber+"/queries/"+s.queryID("Launch bugs"))
	link := q.json["_links"].(map[string]any)["html"].(map[string]any)["href"].(string)
	require.Contains(t, string(s.get("", strings.TrimPrefix(link, s.url)).raw), "Launch bugs")
	require.Equal(t, 200, s.get("", "/ado/contoso/Fabrikam%20Fiber/_queries/query/"+s.queryID("Launch scope")).status)
	require.Equal(t, http.StatusNotFound, s.get("", "/ado/contoso/Fabrikam%20Fiber/_queries/query/"+s.queryID("My launch scratch")).status)
	require.Contains(t, string(s.get("", "/").raw), s.url+"/ado")
}

func TestLocalizedProjectHasAnUnknownState(t *testing.T) {
	t.Parallel()
	s := start(t)
	alex := s.token(adotest.AlexOID)
	const where = "/ado/fabrikam/%E4%BB%BB%E5%8A%A1%E6%9D%BF/_apis/wit/"
	rows := s.get(alex, where+"queries?$filter=%E5%85%A8%E9%83%A8").rows(t)
	require.Equal(t, "共享查询/全部任务", rows[0]["path"])
	require.Len(t, s.get(alex, where+"wiql/"+rows[0]["id"].(string)).json["workItems"], 5)
	unknown := 0
	for _, it := range s.Result("fabrikam", adotest.ProjectLocal, "全部任务", "") {
		if s.Category("fabrikam", it) == "" {
			unknown++
		}
	}
	require.Equal(t, 1, unknown)
	require.Equal(t, []string{"新建", "进行中", "已完成", "已删除"}, names(s.get(alex, where+"workitemtypes/%E4%BB%BB%E5%8A%A1/states").rows(t)))
}

func TestStoryDoesNotGrowForEver(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.Advance(1200)
	require.LessOrEqual(t, len(s.Items("fabrikam", "Supply Chain")), 201)
}
