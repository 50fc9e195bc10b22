package ado_test

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"okrbot/ado"
	"okrbot/ado/adotest"
)

func TestItemFilterText(t *testing.T) {
	t.Parallel()
	const all = "SELECT [System.Id] FROM WorkItems WHERE [System.TeamProject] = @project"
	const order = " ORDER BY [System.ChangedDate] DESC, [System.Id] DESC"
	for want, f := range map[string]ado.ItemFilter{
		"": {},
		" AND [System.WorkItemType] = 'It''s a bug' AND [System.AreaPath] UNDER 'Fiber\\Web'":                      {Type: "It's a bug", Area: `Fiber\Web`},
		" AND [System.ChangedDate] >= @Today - 30":                                                                 {Days: 30},
		" AND [System.Title] CONTAINS WORDS 'größe*' AND [System.Title] CONTAINS WORDS 'c4*'":                      {Words: " größe\n\tc4 "},
		" AND [System.Title] CONTAINS 'C++' AND [System.Title] CONTAINS '''' AND [System.Title] CONTAINS '支付'":     {Words: "C++ ' 支付"},
		" AND [System.Title] CONTAINS 'a*b' AND [System.Title] CONTAINS '\"x\"' AND [System.Title] CONTAINS '@me'": {Words: "a*b \"x\" @me"},
	} {
		require.Equal(t, all+want+order, f.Text())
	}
	require.Equal(t, 10, strings.Count(ado.ItemFilter{Words: strings.Repeat("word ", 40)}.Text(), "CONTAINS"))
}

func TestTreeText(t *testing.T) {
	t.Parallel()
	require.Equal(t, "SELECT [System.Id] FROM WorkItemLinks WHERE ([Source].[System.Id] IN (1,20)) AND "+
		"([System.Links.LinkType] = 'System.LinkTypes.Hierarchy-Forward') MODE (Recursive)", ado.TreeText([]int{1, 20}))
	most := make([]int, 500)
	for i := range most {
		most[i] = 2_147_483_000 + i
	}
	require.Less(t, len(ado.TreeText(most)), ado.MaxWiql, "the greatest choice fits")
}

// literals of a query text, which may hold anything.
var literals = regexp.MustCompile(`(?s)'(?:[^']|'')*'`)

// FuzzItemFilter: whatever people type stands between quotes, and the service understands the text.
func FuzzItemFilter(f *testing.F) {
	for _, words := range []string{"", "it's", "' OR [System.Id] > 0 --", "'' ''", "@CurrentIteration", "[x] (y) MODE (Recursive)", "\xff\x00'\u2028", "a*", strings.Repeat("'", 300), "支付 '付'", "*", "''*"} {
		f.Add(words, words, 0)
	}
	cloud := adotest.New(adotest.Options{PublicURL: "http://ado.test"})
	require.NoError(f, cloud.Seed(adotest.World{}))
	issued, err := cloud.IssueTokens(adotest.AlexOID, "client", nil)
	require.NoError(f, err)
	s := simulated(f, cloud, issued.AccessToken)
	f.Fuzz(func(t *testing.T, words, kind string, days int) {
		filter := ado.ItemFilter{Words: words, Type: kind, Days: max(0, days%10_000)}
		text := filter.Text()
		require.True(t, utf8.ValidString(text))
		bare := literals.ReplaceAllString(text, "?")
		require.NotContains(t, bare, "'")
		require.Regexp(t, `^SELECT \[System\.Id\] FROM WorkItems WHERE \[System\.TeamProject\] = @project( AND \[System\.(WorkItemType|ChangedDate|Title)\] (=|>=|CONTAINS|CONTAINS WORDS) (\?|@Today - \d+))* ORDER BY`, bare)
		_, err := s.FindItems(t.Context(), adotest.OrgContoso, adotest.ProjectFiber, filter, 10)
		require.NoError(t, err, text)
	})
}

func simulated(tb testing.TB, cloud *adotest.Cloud, token string) *ado.Session {
	tb.Helper()
	c := quick(tb, cloud.ServeHTTP, func(o *ado.Options) { o.BaseURL = "http://ado.test/ado" })
	return c.As("amy", tokenFunc(func(context.Context) (string, error) { return token, nil }))
}

type tokenFunc func(context.Context) (string, error)

func (f tokenFunc) Token(ctx context.Context) (string, error) { return f(ctx) }

func TestAreaPaths(t *testing.T) {
	t.Parallel()
	root := ado.AreaNode{Name: "Fiber", Children: []ado.AreaNode{{Name: "Web", Children: []ado.AreaNode{{Name: "Sign-in"}}}, {Name: "Zoo"}}}
	require.Equal(t, []string{"Fiber", `Fiber\Web`, `Fiber\Web\Sign-in`, `Fiber\Zoo`}, root.Paths())
}

func chosenEndpoints() []endpoint {
	return []endpoint{
		{
			name: "FindItems",
			call: func(ctx context.Context, s *ado.Session) (any, error) {
				return s.FindItems(ctx, "fabrikam", "Fiber", ado.ItemFilter{Words: "it's"}, 26)
			},
			method: "POST", uri: "/fabrikam/Fiber/_apis/wit/wiql?%24top=26&api-version=7.1",
			sent: `{"query":"SELECT [System.Id] FROM WorkItems WHERE [System.TeamProject] = @project AND [System.Title] CONTAINS 'it''s' ORDER BY [System.ChangedDate] DESC, [System.Id] DESC"}`,
			body: `{"queryType":"flat","workItems":[{"id":9},{"id":7}]}`,
			want: []int{9, 7},
		},
		{
			name: "ItemTree",
			call: func(ctx context.Context, s *ado.Session) (any, error) {
				r, err := s.ItemTree(ctx, "fabrikam", "Fiber", []int{20, 20, 21})
				return r.IDs(), err
			},
			method: "POST", uri: "/fabrikam/Fiber/_apis/wit/wiql?api-version=7.1",
			sent: `{"query":"` + ado.TreeText([]int{20, 21}) + `"}`,
			body: `{"queryType":"tree","workItemRelations":[{"target":{"id":20}},{"rel":"F","source":{"id":20},"target":{"id":10}}]}`,
			want: []int{20, 10},
		},
		{
			name: "Areas",
			call: func(ctx context.Context, s *ado.Session) (any, error) {
				root, err := s.Areas(ctx, "fabrikam", "Fiber")
				return root.Paths(), err
			},
			method: "GET", uri: "/fabrikam/Fiber/_apis/wit/classificationnodes/areas?%24depth=14&api-version=7.1",
			body: `{"id":1,"name":"Fiber","structureType":"area","hasChildren":true,"path":"\\Fiber\\Area","children":[{"id":2,"name":"Web","hasChildren":false}]}`,
			want: []string{"Fiber", `Fiber\Web`},
		},
		{
			name: "DeletedItems",
			call: func(ctx context.Context, s *ado.Session) (any, error) {
				return s.DeletedItems(ctx, "fabrikam", "Fiber", []int{7, 8, 9})
			},
			method: "GET", uri: "/fabrikam/Fiber/_apis/wit/recyclebin?api-version=7.1&ids=7%2C8%2C9",
			body: `{"count":3,"value":[{"id":7,"code":200,"type":"Bug","name":"Gone"},{"id":8,"code":404,"message":"TF401232"},null]}`,
			want: []ado.DeletedItem{{ID: 7, Type: "Bug", Title: "Gone", Code: 200}},
		},
	}
}
