package ado

import (
	"context"
	"slices"
	"strconv"
	"strings"
)

// Types of a query.
const (
	QueryFlat   = "flat"
	QueryTree   = "tree"
	QueryOneHop = "oneHop"
)

const (
	maxSearch       = 200  // $top of a search
	maxQueriesBatch = 1000 // ids of a batch
)

// Query is a saved query, or a folder of them.
type Query struct {
	ID               string   `json:"id"`
	Name             string   `json:"name"`
	Path             string   `json:"path"`      // folders and name, separated by slashes
	QueryType        string   `json:"queryType"` // QueryFlat, QueryTree or QueryOneHop; empty for a folder
	IsPublic         bool     `json:"isPublic"`
	IsFolder         bool     `json:"isFolder"`
	IsDeleted        bool     `json:"isDeleted"`
	IsInvalidSyntax  bool     `json:"isInvalidSyntax"`  // can be read, cannot run
	LastModifiedBy   Identity `json:"lastModifiedBy"`   // only from Query
	LastModifiedDate Time     `json:"lastModifiedDate"` // only from Query
	Links            struct {
		HTML Link `json:"html"`
	} `json:"_links"` // only from Query
}

// Shared reports a query below "Shared Queries". The path does not tell: root folders can be renamed and are localized.
func (q Query) Shared() bool { return q.IsPublic && !q.IsFolder }

// SearchQueries finds queries by name, shared ones and the identity's own; keep those that are Shared. Azure DevOps
// matches names only and has no further pages: hasMore asks for a longer text. Top is at most 200, and 200 when 0.
// A blank text finds nothing. https://learn.microsoft.com/rest/api/azure/devops/wit/queries/search-queries
func (s *Session) SearchQueries(
	ctx context.Context, organization, project, text string, top int,
) (items []Query, hasMore bool, err error) {
	if text = strings.TrimSpace(text); text == "" {
		return []Query{}, false, nil
	}
	if top <= 0 || top > maxSearch {
		top = maxSearch
	}
	// "minimal" leaves out identities and links, which make most of a large answer.
	c := get("search queries", s.org(organization, project, "_apis", "wit", "queries"),
		"$filter", text, "$top", strconv.Itoa(top), "$expand", "minimal")
	page, _, err := fetch[list[Query]](ctx, s, c)
	items = slices.DeleteFunc(page.Value, func(q Query) bool { return q.IsFolder || q.ID == "" })
	return items, page.HasMore, err
}

// Query reads one query by id or path, without its text. With includeDeleted, an id also finds what is in the recycle bin (IsDeleted).
// https://learn.microsoft.com/rest/api/azure/devops/wit/queries/get
func (s *Session) Query(
	ctx context.Context, organization, project, idOrPath string, includeDeleted bool,
) (Query, error) {
	// Each segment is escaped by itself: the service does not find a path whose slashes are escaped.
	segments := append([]string{project, "_apis", "wit", "queries"}, strings.Split(idOrPath, "/")...)
	c := get("query", s.org(organization, segments...),
		"$expand", "none", "$depth", "0", "$includeDeleted", strconv.FormatBool(includeDeleted))
	q, _, err := fetch[Query](ctx, s, c)
	return q, err
}

// QueriesBatch reads many queries by id, 1000 at a time, without links and identities. Those that are gone are missing
// from the result. https://learn.microsoft.com/rest/api/azure/devops/wit/queries/get-queries-batch
func (s *Session) QueriesBatch(ctx context.Context, organization, project string, ids []string) ([]Query, error) {
	all := make([]Query, 0, len(ids))
	for chunk := range slices.Chunk(ids, maxQueriesBatch) {
		c := post("queries batch", s.org(organization, project, "_apis", "wit", "queriesbatch"),
			map[string]any{"ids": chunk, "$expand": "minimal", "errorPolicy": "omit"})
		page, _, err := fetch[list[Query]](ctx, s, c)
		if err != nil {
			return nil, err
		}
		for _, q := range page.Value {
			if q.ID != "" { // a slot that was omitted is null
				all = append(all, q)
			}
		}
	}
	return all, nil
}
