package ado_test

import (
	"context"

	"okrbot/ado"
)

func queryEndpoints() []endpoint {
	return []endpoint{
		{
			name: "SearchQueries",
			call: func(ctx context.Context, s *ado.Session) (any, error) {
				items, more, err := s.SearchQueries(ctx, "fabrikam", "My Fiber", " Q3 & more ", 0)
				return []any{items, more}, err
			},
			method: "GET",
			uri: "/fabrikam/My%20Fiber/_apis/wit/queries?%24expand=minimal&%24filter=Q3+%26+more&%24top=200" +
				"&api-version=7.1",
			body: `{"count":2,"value":[{"id":"f","name":"Launch","isFolder":true},
				{"id":"q","name":"Q3","path":"Shared Queries/Q3","queryType":"tree","isPublic":true}],"hasMore":true}`,
			want: []any{[]ado.Query{{
				ID: "q", Name: "Q3", Path: "Shared Queries/Q3", QueryType: ado.QueryTree, IsPublic: true,
			}}, true},
		},
		{
			name: "Query by path",
			call: func(ctx context.Context, s *ado.Session) (any, error) {
				q, err := s.Query(ctx, "fabrikam", "Fiber", "Shared Queries/50% done?/Q3", true)
				return []any{q.ID, q.Links.HTML.Href, q.Shared(), q.LastModifiedBy.DisplayName, q.IsDeleted}, err
			},
			method: "GET",
			uri: "/fabrikam/Fiber/_apis/wit/queries/Shared%20Queries/50%25%20done%3F/Q3" +
				"?%24depth=0&%24expand=none&%24includeDeleted=true&api-version=7.1",
			body: `{"id":"q","isPublic":true,"_links":{"html":{"href":"https://h"}},"isDeleted":true,
				"lastModifiedBy":{"displayName":"Jamal"},"lastModifiedDate":"2026-07-03T11:01:18.57Z"}`,
			want: []any{"q", "https://h", true, "Jamal", true},
		},
		{
			name: "QueryRoots",
			call: func(ctx context.Context, s *ado.Session) (any, error) {
				f, err := s.QueryRoots(ctx, "fabrikam", "My Fiber", 9)
				return []any{f[0].Path, f[0].IsFolder, f[0].HasChildren, f[0].Children[0].ID}, err
			},
			method: "GET", uri: "/fabrikam/My%20Fiber/_apis/wit/queries?%24depth=2&%24expand=none&api-version=7.1",
			body: `{"count":1,"value":[{"id":"r","path":"Shared Queries","isFolder":true,"isPublic":true,"hasChildren":true,
				"children":[{"id":"a","path":"Shared Queries/A","isFolder":true,"hasChildren":true}]}]}`,
			want: []any{"Shared Queries", true, true, "a"},
		},
		{
			name: "QueryFolder by id",
			call: func(ctx context.Context, s *ado.Session) (any, error) {
				f, err := s.QueryFolder(ctx, "fabrikam", "Fiber", queryGUID, 0)
				return []any{f.Path, f.IsFolder, f.HasChildren, f.Children}, err
			},
			method: "GET", uri: "/fabrikam/Fiber/_apis/wit/queries/" + queryGUID + "?%24depth=0&%24expand=none&api-version=7.1",
			body: `{"id":"a","path":"Shared Queries/A","isFolder":true,"hasChildren":true}`,
			want: []any{"Shared Queries/A", true, true, []ado.QueryFolder(nil)},
		},
		{
			name: "QueriesBatch",
			call: func(ctx context.Context, s *ado.Session) (any, error) {
				return s.QueriesBatch(ctx, "fabrikam", "Fiber", []string{"a", "b"})
			},
			method: "POST", uri: "/fabrikam/Fiber/_apis/wit/queriesbatch?api-version=7.1",
			sent: `{"ids":["a","b"],"$expand":"minimal","errorPolicy":"omit"}`,
			body: `{"count":2,"value":[null,{"id":"b","name":"B"}]}`,
			want: []ado.Query{{ID: "b", Name: "B"}},
		},
		{
			name: "RunQuery flat",
			call: func(ctx context.Context, s *ado.Session) (any, error) {
				r, err := s.RunQuery(ctx, "fabrikam", "Fiber", queryGUID)
				return []any{r.QueryType, r.IDs(), r.Columns}, err
			},
			method: "GET", uri: "/fabrikam/Fiber/_apis/wit/wiql/" + queryGUID + "?api-version=7.1",
			body: `{"queryType":"flat","asOf":"2026-11-23T09:00:00.8034567Z","columns":[{"referenceName":"System.Id","name":"ID"}],
				"workItems":[{"id":300,"url":"u"},{"id":299,"url":"u"},{"id":300}]}`,
			want: []any{ado.QueryFlat, []int{300, 299}, []ado.Field{{ReferenceName: "System.Id", Name: "ID"}}},
		},
		{
			name: "RunQuery tree",
			call: func(ctx context.Context, s *ado.Session) (any, error) {
				r, err := s.RunQuery(ctx, "fabrikam", "Fiber", queryGUID)
				return []any{r.IDs(), r.Relations}, err
			},
			method: "GET", uri: "/fabrikam/Fiber/_apis/wit/wiql/" + queryGUID + "?api-version=7.1",
			body: `{"queryType":"tree","workItemRelations":[{"target":{"id":20}},{"rel":null,"source":null,"target":{"id":21}},
				{"rel":"F","source":{"id":20},"target":{"id":10}},{"rel":"F","source":{"id":99},"target":{"id":13}}]}`,
			want: []any{[]int{20, 21, 10, 99, 13}, []ado.WorkItemLink{
				{Target: ado.WorkItemRef{ID: 20}},
				{Target: ado.WorkItemRef{ID: 21}},
				{Rel: "F", Source: ado.WorkItemRef{ID: 20}, Target: ado.WorkItemRef{ID: 10}},
				{Rel: "F", Source: ado.WorkItemRef{ID: 99}, Target: ado.WorkItemRef{ID: 13}},
			}},
		},
		{
			name: "Wiql in all projects",
			call: func(ctx context.Context, s *ado.Session) (any, error) {
				r, err := s.Wiql(ctx, "fabrikam", "", "SELECT [System.Id] FROM WorkItems")
				return r.IDs(), err
			},
			method: "POST", uri: "/fabrikam/_apis/wit/wiql?api-version=7.1&timePrecision=true",
			sent: `{"query":"SELECT [System.Id] FROM WorkItems"}`,
			body: `{"queryType":"flat","workItems":[]}`,
			want: []int{},
		},
		{
			name: "Wiql in a project",
			call: func(ctx context.Context, s *ado.Session) (any, error) {
				r, err := s.Wiql(ctx, "fabrikam", "Fiber", "x")
				return r.IDs(), err
			},
			method: "POST", uri: "/fabrikam/Fiber/_apis/wit/wiql?api-version=7.1&timePrecision=true",
			sent: `{"query":"x"}`,
			body: `{"queryType":"flat","workItems":[{"id":7}]}`,
			want: []int{7},
		},
		{
			name: "WorkItems",
			call: func(ctx context.Context, s *ado.Session) (any, error) {
				items, err := s.WorkItems(ctx, "fabrikam", []int{300, 299, 7, 300}, []string{"System.State"})
				return ids(items), err
			},
			method: "POST", uri: "/fabrikam/_apis/wit/workitemsbatch?api-version=7.1",
			sent: `{"ids":[300,299,7],"fields":["System.State"],"errorPolicy":"omit"}`,
			body: `{"count":3,"value":[{"id":300,"rev":4,"fields":{}},null,{"id":7,"rev":1}]}`,
			want: []int{300, 7},
		},
	}
}
