package adotest_test

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
)

func TestSearchFindsNamesOfVisibleQueries(t *testing.T) {
	t.Parallel()
	s := start(t)
	alex, megan := s.token(adotest.AlexOID), s.token(adotest.MeganOID)
	found := names(s.get(alex, fiber+"/queries?$filter=launch&$top=200").rows(t))
	require.Contains(t, found, "Launch bugs")
	require.Contains(t, found, "My launch scratch", "the caller's own private query")
	require.NotContains(t, found, "Private launch list", "somebody else's")
	require.NotContains(t, found, "Launch", "a folder")
	require.NotContains(t, found, "Old launch plan", "deleted")
	require.Contains(t, found, "Launch secrets")
	require.NotContains(t, names(s.get(megan, fiber+"/queries?$filter=launch").rows(t)), "Launch secrets")

	both := s.get(alex, fiber+"/queries?$filter=Q3%20launch&$expand=minimal").rows(t)
	require.Len(t, both, 2)
	require.Equal(t, "Shared Queries/Launch/Q3/Q3 launch work", both[0]["path"])
	require.Equal(t, "Shared Queries/Archive/2025/Q3 launch work", both[1]["path"])
	require.NotEqual(t, both[0]["id"], both[1]["id"])
}

func TestSearchLimits(t *testing.T) {
	t.Parallel()
	s := start(t)
	alex := s.token(adotest.AlexOID)
	r := s.get(alex, fiber+"/queries?$filter=launch&$top=3")
	require.Len(t, r.rows(t), 3)
	require.Equal(t, true, r.json["hasMore"])
	for i := range 70 {
		_, err := s.AddQuery("contoso", "Fabrikam Fiber", adotest.Query{Name: "many " + strings.Repeat("i", i)})
		require.NoError(t, err)
	}
	r = s.get(alex, fiber+"/queries?%24filter=many")
	require.Len(t, r.rows(t), 50)
	require.Equal(t, true, r.json["hasMore"])
	r = s.get(alex, fiber+"/queries?$filter=many&$top=200")
	require.Len(t, r.rows(t), 70)
	require.Equal(t, false, r.json["hasMore"])
	require.Equal(t, 400, s.get(alex, fiber+"/queries?$filter=many&$top=201").status)
	require.Len(t, s.get(alex, fiber+"/queries?filter=many").rows(t), 2, "a missing $ is the list of roots")
}

func TestExpandChoosesKeys(t *testing.T) {
	t.Parallel()
	s := start(t)
	alex, id := s.token(adotest.AlexOID), s.queryID("Launch bugs")
	none := []string{"_links", "createdBy", "createdDate", "id", "isPublic", "lastModifiedBy", "lastModifiedDate", "name", "path", "queryType", "url"}
	for expand, want := range map[string][]string{
		"none":    none,
		"minimal": {"id", "isPublic", "name", "path", "queryType", "wiql"},
		"wiql":    slices.Sorted(slices.Values(append(slices.Clone(none), "columns", "wiql"))),
		"all":     slices.Sorted(slices.Values(append(slices.Clone(none), "clauses", "columns", "wiql"))),
	} {
		r := s.get(alex, fiber+"/queries/"+id+"?$expand="+expand)
		require.Equal(t, want, slices.Sorted(maps.Keys(r.json)), expand)
	}
	links := s.get(alex, fiber+"/queries/"+s.queryID("Launch scope")+"?$expand=all")
	require.Contains(t, links.json, "sourceClauses")
	require.Equal(t, 400, s.get(alex, fiber+"/queries/"+id+"?$expand=everything").status)
	p, err := s.Project("contoso", "Fabrikam Fiber")
	require.NoError(t, err)
	require.Contains(t, links.json["url"], "/ado/contoso/"+p.ID+"/_apis/wit/queries/", "the project's id even when asked by name")
}

func TestGetByPathAndDeletedQueries(t *testing.T) {
	t.Parallel()
	s := start(t)
	alex := s.token(adotest.AlexOID)
	const where = fiber + "/queries/"
	require.Equal(t, s.queryID("Launch bugs"), s.get(alex, where+"Shared%20Queries/launch/Launch%20bugs").json["id"])
	requireVSS(t, s.get(alex, where+"Shared%20Queries%2FLaunch%2FLaunch%20bugs"), 404, "QueryItemNotFoundException", "TF401243")
	gone := s.queryID("Old launch plan")
	require.Equal(t, 404, s.get(alex, where+gone).status)
	require.Equal(t, 404, s.get(alex, where+"Shared%20Queries/Archive/2025/Old%20launch%20plan?$includeDeleted=true").status)
	require.Equal(t, true, s.get(alex, where+gone+"?$includeDeleted=true").json["isDeleted"])
	require.Equal(t, true, s.get(alex, where+s.queryID("Launch area that moved")).json["isInvalidSyntax"])
	require.Equal(t, 404, s.get(alex, where+s.queryID("Private launch list")).status)
	require.NoError(t, s.UpdateQuery("contoso", s.queryID("Launch bugs"), func(q *adotest.Query) { q.Name, q.Folder = "Bugs!", "Moved" }))
	require.Equal(t, "Shared Queries/Moved/Bugs!", s.get(alex, where+s.queryID("Bugs!")).json["path"])
}

func TestHierarchyStopsAtDepth(t *testing.T) {
	t.Parallel()
	s := start(t)
	alex := s.token(adotest.AlexOID)
	roots := s.get(alex, fiber+"/queries?$depth=1").rows(t)
	require.Equal(t, []string{"My Queries", "Shared Queries"}, names(roots))
	require.NotContains(t, roots[1], "queryType")
	var launch map[string]any
	for _, c := range roots[1]["children"].([]any) {
		if c := c.(map[string]any); c["name"] == "Launch" {
			launch = c
		}
	}
	require.Equal(t, true, launch["hasChildren"])
	require.NotContains(t, launch, "children")
	folder := s.get(alex, fiber+"/queries/"+launch["id"].(string)+"?$depth=1")
	require.Equal(t, true, folder.json["isFolder"])
	require.Equal(t, launch["id"], s.get(alex, fiber+"/queries/Shared%20Queries/Launch").json["id"])
	parent := s.get(alex, fiber+"/queries/"+s.queryID("Launch bugs")).json["_links"].(map[string]any)["parent"].(map[string]any)["href"]
	require.Contains(t, parent, launch["id"])
	require.Equal(t, 400, s.get(alex, fiber+"/queries?$depth=3").status)
}

func TestQueriesBatch(t *testing.T) {
	t.Parallel()
	s := start(t)
	alex := s.token(adotest.AlexOID)
	ids := []string{s.queryID("Launch bugs"), s.queryID("Old launch plan"), s.queryID("Launch scope")}
	r := s.post(alex, fiber+"/queriesbatch", map[string]any{"ids": ids, "$expand": "minimal", "errorPolicy": "omit"})
	require.Equal(t, []string{"Launch bugs", "Launch scope"}, names(r.rows(t)))
	requireVSS(t, s.post(alex, fiber+"/queriesbatch", map[string]any{"ids": ids}), 404, "QueryItemNotFoundException", "TF401243")
}

func TestRenamedRootsAndProject(t *testing.T) {
	t.Parallel()
	s := start(t)
	alex := s.token(adotest.AlexOID)
	require.NoError(t, s.UpdateProject("contoso", "Fabrikam Fiber", func(p *adotest.Project) {
		p.Name, p.SharedRoot = "Renamed", "Gemeinsame Abfragen"
	}))
	r := s.get(alex, "/ado/contoso/Renamed/_apis/wit/queries?$filter="+url.QueryEscape("Launch bugs"))
	require.Equal(t, "Gemeinsame Abfragen/Launch/Launch bugs", r.rows(t)[0]["path"])
	require.Equal(t, 404, s.get(alex, fiber+"/queries").status)
}

// TestARenamedFolderKeepsItsID: what stands in its place later is another one.
func TestARenamedFolderKeepsItsID(t *testing.T) {
	t.Parallel()
	s := start(t)
	alex := s.token(adotest.AlexOID)
	id := func(path string) any {
		return s.get(alex, fiber+"/queries/"+url.PathEscape("Shared Queries")+"/"+path).json["id"]
	}
	launch, q3 := id("Launch"), id("Launch/Q3")
	require.NoError(t, s.RenameFolder("contoso", "Fabrikam Fiber", "Launch", "Take-off"))
	require.Equal(t, []any{launch, q3}, []any{id("Take-off"), id("Take-off/Q3")})
	r := s.get(alex, fiber+"/queries/"+launch.(string))
	require.Equal(t, "Shared Queries/Take-off", r.json["path"])
	require.Equal(t, "Shared Queries/Take-off/Launch bugs", s.get(alex, fiber+"/queries/"+s.queryID("Launch bugs")).json["path"])
	require.Error(t, s.RenameFolder("contoso", "Fabrikam Fiber", "Launch", "Other"))
	_, err := s.AddQuery("contoso", "Fabrikam Fiber", adotest.Query{Name: "new", Folder: "Launch"})
	require.NoError(t, err)
	require.NotEqual(t, launch, id("Launch"))
}
