package ado_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/ado"
)

func revisionEndpoints() []endpoint {
	return []endpoint{
		{
			name: "Revisions since a time",
			call: func(ctx context.Context, s *ado.Session) (any, error) {
				since := time.Date(2026, 11, 23, 10, 0, 0, 0, time.FixedZone("", 3600))
				p, err := s.Revisions(ctx, "fabrikam", "", since, []string{"System.State", "Custom.Size"})
				return []any{ids(p.Items), p.Next, p.Last}, err
			},
			method: "GET",
			uri: "/fabrikam/_apis/wit/reporting/workitemrevisions?%24maxPageSize=1000&api-version=7.1" +
				"&fields=System.State%2CCustom.Size&includeLatestOnly=true&startDateTime=2026-11-23T09%3A00%3A00Z",
			body: `{"values":[{"id":300,"rev":4,"fields":{"System.State":"Active"}}],"nextLink":"https://elsewhere.test/",
				"continuationToken":"813;350;1","isLastBatch":false}`,
			want: []any{[]int{300}, "813;350;1", false},
		},
		{
			name: "Revisions after a token",
			call: func(ctx context.Context, s *ado.Session) (any, error) {
				p, err := s.Revisions(ctx, "fabrikam", "813;350;1", time.Time{}, []string{"System.State"})
				return []any{ids(p.Items), p.Next, p.Last}, err
			},
			method: "GET",
			uri: "/fabrikam/_apis/wit/reporting/workitemrevisions?%24maxPageSize=1000&api-version=7.1" +
				"&continuationToken=813%3B350%3B1&fields=System.State&includeLatestOnly=true",
			body: `{"values":[],"continuationToken":"813;350;1","isLastBatch":false}`,
			want: []any{[]int{}, "813;350;1", true}, // a token that leads nowhere is the end, whatever it says
		},
		{
			name: "WorkItemFields",
			call: func(ctx context.Context, s *ado.Session) (any, error) {
				fields, err := s.WorkItemFields(ctx, "fabrikam", "Fiber")
				var names []string
				for _, f := range fields {
					if f.Numeric() {
						names = append(names, f.Name)
					}
				}
				return names, err
			},
			method: "GET", uri: "/fabrikam/Fiber/_apis/wit/fields?api-version=7.1",
			body: `{"count":5,"value":[{"name":"Effort","referenceName":"Microsoft.VSTS.Scheduling.Effort","type":"double"},
				{"name":"Size","type":"picklistInteger","usage":"workItem"},{"name":"Title","type":"string"},
				{"name":"Gone","type":"double","isDeleted":true},{"name":"Link","type":"integer","usage":"workItemLink"}]}`,
			want: []string{"Effort", "Size"},
		},
	}
}

func TestEachWorkItemsHandsOverPages(t *testing.T) {
	t.Parallel()
	s, mux := session(t)
	mux.HandleFunc("POST /fabrikam/_apis/wit/workitemsbatch", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, `{"count":5,"value":[{"id":1},null,{"id":201},{"id":201},{"id":401},{"id":999}]}`)
	})
	wanted := make([]int, 401)
	for i := range wanted {
		wanted[i] = i + 1
	}
	var sizes []int
	err := s.EachWorkItems(t.Context(), "fabrikam", wanted, nil, func(page []ado.WorkItem) { sizes = append(sizes, len(page)) })
	require.NoError(t, err)
	require.Equal(t, []int{1, 1, 1}, sizes, "each page what it was asked for, once")
}
