package adotest_test

import (
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/ado/adotest"
)

const wiqlOfFiber = fiber + "/wiql"

func TestWIQLIsReadByItsGrammar(t *testing.T) {
	t.Parallel()
	s := start(t)
	alex := s.token(adotest.AlexOID)
	const items, links = "SELECT [System.Id] FROM WorkItems WHERE ", "SELECT [System.Id] FROM WorkItemLinks WHERE "
	const hierarchy = "[System.Links.LinkType] = 'System.LinkTypes.Hierarchy-Forward'"
	for query, want := range map[string]string{ // "" is understood
		items + "[System.Title] CONTAINS WORDS 'portal*' ORDER BY [System.ChangedDate] DESC, [System.Id]": "",
		items + "([System.Id] IN (1, 2) OR [System.Id] = 3) AND NOT [System.State] = 'Closed'":            "",
		items + "[System.Id] NOT IN (1,2)":                                                 "",
		items + "[System.AreaPath] UNDER 'Fabrikam Fiber'":                                 "",
		items + "[System.Title] = '@project'":                                              "",
		links + "([Source].[System.Id] IN (1,2)) AND (" + hierarchy + ") MODE (Recursive)": "",
		"SELECT [System.Id] FROM WorkItems":                                                "",
		"SELECT FROM WorkItems":                                                            "TF51006",
		"SELECT [System.Id] FROM Bugs":                                                     "TF51006",
		items + "[System.Id] = 'x'":                                                        "TF51006",
		items + "[System.Id] CONTAINS 1":                                                   "TF51006",
		items + "[System.Id] = 99999999999":                                                "TF51006",
		items + "[System.Id] = 1 2":                                                        "TF51006",
		items + "[System.Id] = 1 AND":                                                      "TF51006",
		items + "([System.Id] = 1":                                                         "TF51006",
		items + "[System.Title] = 'it's'":                                                  "TF51006",
		items + "[System.Title] NOT = 'x'":                                                 "TF51006",
		items + "[System.Id] IN ()":                                                        "TF51006",
		items + "[System.State] CONTAINS WORDS 'x'":                                        "TF51006",
		items + "[System.Title] CONTAINS WORDS '" + strings.Repeat("x", 101) + "'":         "TF51006",
		items + "[Custom.Gone] = 'x'":                                                      "TF51005",
		items + hierarchy:                                                                  "TF51005",
		items + "[Source].[System.Id] = 1":                                                 "TF51005",
		items + "[System.AreaPath] CONTAINS 'Web'":                                         "cannot be used with area path fields",
		items + "[System.AreaPath] UNDER 'Fabrikam Fiber\\Gone'":                           "TF51011",
		items + "[System.AreaPath] UNDER 'Gone'":                                           "TF51011",
		items + "[System.Id] = 1 MODE (Recursive)":                                         "TF51006",
		links + "[Source].[System.Id] = 1 AND " + hierarchy:                                "TF51006",
		links + "[Source].[System.Id] = 1 MODE (Recursive)":                                "TF51006",
		links + "[System.Id] = 1 AND " + hierarchy + " MODE (Recursive)":                   "TF51006",
		links + "[Source].[System.Id] = 1 AND [System.Links.LinkType] = 'System.LinkTypes.Related' MODE (Recursive)": "TF51006",
		links + "[Source].[System.Id] = 1 AND " + hierarchy + " ORDER BY [System.Id] MODE (Recursive)":               "TF51006",
		items + strings.Repeat("(", 60) + "[System.Id] = 1" + strings.Repeat(")", 60):                                "TF51006",
		items + "[System.Title] = '" + strings.Repeat("x", 32_000) + "'":                                             "32000",
	} {
		r := s.post(alex, wiqlOfFiber, map[string]any{"query": query})
		if want == "" {
			require.Equal(t, 200, r.status, "%s: %s", query, r.raw)
			continue
		}
		require.Equal(t, 400, r.status, query)
		require.Contains(t, string(r.raw), want, query)
	}
	r := s.post(alex, "/ado/contoso/_apis/wit/wiql", map[string]any{"query": items + "[System.TeamProject] = @project"})
	require.Equal(t, 400, r.status, "without a project in the address")
}

func TestWIQLFindsWords(t *testing.T) {
	t.Parallel()
	s := start(t)
	alex := s.token(adotest.AlexOID)
	it, err := s.AddItem(adotest.OrgContoso, adotest.ProjectFiber, adotest.Item{Type: "Bug", Title: "Zebra-crossings, paint them", Area: `Web\Streets`})
	require.NoError(t, err)
	for where, want := range map[string]int{
		"[System.Title] CONTAINS WORDS 'zebra'":                                                                        1,
		"[System.Title] CONTAINS WORDS 'zeb*'":                                                                         1,
		"[System.Title] CONTAINS WORDS 'zeb'":                                                                          0,
		"[System.Title] CONTAINS WORDS 'bra*'":                                                                         0,
		"[System.Title] CONTAINS WORDS 'zebra cross*'":                                                                 1,
		"[System.Title] CONTAINS 'bra-cross'":                                                                          1,
		"[System.AreaPath] UNDER 'fabrikam fiber\\web' AND [System.Title] CONTAINS 'Z'":                                1,
		"[System.AreaPath] = 'Fabrikam Fiber\\Web\\Streets'":                                                           1,
		"[System.AreaPath] = 'Fabrikam Fiber\\Web'":                                                                    0,
		"[System.Title] CONTAINS 'zebra' AND ([System.State] = 'Closed' OR [System.Id] = " + strconv.Itoa(it.ID) + ")": 1,
	} {
		r := s.post(alex, wiqlOfFiber, map[string]any{"query": "SELECT [System.Id] FROM WorkItems WHERE " + where})
		require.Equal(t, 200, r.status, "%s: %s", where, r.raw)
		require.Len(t, r.json["workItems"], want, where)
	}
	r := s.post(alex, wiqlOfFiber+"?$top=3", map[string]any{"query": "SELECT [System.Id] FROM WorkItems WHERE [System.TeamProject] = @project ORDER BY [System.Id] DESC"})
	last := s.Items(adotest.OrgContoso, adotest.ProjectFiber)
	n := len(last)
	require.Equal(t, []int{last[n-1].ID, last[n-2].ID, last[n-3].ID}, ids(r.json["workItems"], ""))
}

// TestWIQLOfLinks: an item stands once, below the one above it, also in another project; what
// cannot be seen hides what is below it.
func TestWIQLOfLinks(t *testing.T) {
	t.Parallel()
	s := start(t)
	alex := s.token(adotest.AlexOID)
	add := func(project string, parent int) int {
		it, err := s.AddItem(adotest.OrgContoso, project, adotest.Item{Type: "Task", Title: "x", Parent: parent})
		require.NoError(t, err)
		return it.ID
	}
	top := add(adotest.ProjectFiber, 0)
	middle := add(adotest.ProjectFiber, top)
	low := add(adotest.ProjectPay, middle)
	secret := add(adotest.ProjectFiber, top)
	add(adotest.ProjectFiber, secret)
	require.NoError(t, s.ShowTo(adotest.OrgContoso, secret, adotest.MeganOID))
	r := s.post(alex, wiqlOfFiber, map[string]any{"query": "SELECT [System.Id] FROM WorkItemLinks WHERE [Source].[System.Id] IN (" + strconv.Itoa(low) + "," + strconv.Itoa(top) +
		") AND [System.Links.LinkType] = 'System.LinkTypes.Hierarchy-Forward' MODE (Recursive)"})
	require.Equal(t, 200, r.status, "%s", r.raw)
	require.Equal(t, "tree", r.json["queryType"])
	require.Nil(t, r.json["workItems"])
	rows := r.json["workItemRelations"].([]any)
	require.Equal(t, []int{top, middle, low}, ids(r.json["workItemRelations"], "target"))
	require.NotContains(t, rows[0], "source")
	require.Equal(t, []int{top, middle}, ids(rows[1:], "source"))
}

func TestAreasAndTheRecycleBin(t *testing.T) {
	t.Parallel()
	s := start(t)
	alex := s.token(adotest.AlexOID)
	require.NoError(t, s.UpdateProject(adotest.OrgContoso, adotest.ProjectFiber, func(p *adotest.Project) { p.Areas = []string{`Web\Streets`, "Back office"} }))
	r := s.get(alex, fiber+"/classificationnodes/Areas?$depth=2")
	require.Equal(t, 200, r.status)
	require.Equal(t, adotest.ProjectFiber, r.json["name"])
	first := r.json["children"].([]any)[0].(map[string]any)
	require.Equal(t, []any{"Back office", false, `\Fabrikam Fiber\Area\Back office`, "area"}, []any{first["name"], first["hasChildren"], first["path"], first["structureType"]})
	require.NotContains(t, s.get(alex, fiber+"/classificationnodes/areas").json, "children", "none without $depth")

	it := s.Items(adotest.OrgContoso, adotest.ProjectFiber)[0]
	require.NoError(t, s.UpdateItem(adotest.OrgContoso, it.ID, func(i *adotest.Item) { i.Deleted = true }))
	rows := s.get(alex, fiber+"/recyclebin?ids="+url.QueryEscape(strconv.Itoa(it.ID)+",2")).rows(t)
	require.InDelta(t, 200, rows[0]["code"], 0)
	require.Equal(t, it.Title, rows[0]["name"])
	require.InDelta(t, 404, rows[1]["code"], 0)
}
