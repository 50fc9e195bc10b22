package ado

import (
	"context"
	"errors"
	"net/http"
	"strconv"
)

// QueryResult is what a query found: ids only, whatever it selects. A flat query fills WorkItems, a query of links
// (tree, one hop) fills Relations.
type QueryResult struct {
	QueryType string         `json:"queryType"`
	AsOf      Time           `json:"asOf"` // the service's clock
	Columns   []Field        `json:"columns"`
	WorkItems []WorkItemRef  `json:"workItems"`
	Relations []WorkItemLink `json:"workItemRelations"`
}

// Field names a field of work items.
type Field struct {
	ReferenceName string `json:"referenceName"`
	Name          string `json:"name"`
}

// WorkItemRef points at a work item; the id is 0 when there is none.
type WorkItemRef struct {
	ID int `json:"id"`
}

// WorkItemLink is a row of a link query. A root row has neither Rel nor Source. In a tree each item is the target of
// one row; in one hop a row is a link, so ids repeat.
type WorkItemLink struct {
	Rel    string      `json:"rel"` // such as "System.LinkTypes.Hierarchy-Forward"
	Source WorkItemRef `json:"source"`
	Target WorkItemRef `json:"target"`
}

// IDs gives every work item once, in the order of the result.
func (r QueryResult) IDs() []int {
	ids := make([]int, 0, r.rows())
	seen := make(map[int]bool, r.rows())
	add := func(id int) {
		if id > 0 && !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	for _, item := range r.WorkItems {
		add(item.ID)
	}
	for _, link := range r.Relations {
		add(link.Source.ID)
		add(link.Target.ID)
	}
	return ids
}

func (r QueryResult) rows() int { return max(len(r.WorkItems), len(r.Relations)) }

// RunQuery runs a saved query in the project that owns it, as the session's identity: it finds only what that identity
// may see, and @Me and @Today are its own. ErrTooManyResults, ErrQueryTooSlow and ErrInvalidQuery tell why it cannot
// be measured. https://learn.microsoft.com/rest/api/azure/devops/wit/wiql/query-by-id
func (s *Session) RunQuery(ctx context.Context, organization, project, id string) (QueryResult, error) {
	const op = "run query"
	return s.result(ctx, get(op, s.org(organization, project, "_apis", "wit", "wiql", id)))
}

// Wiql runs a query text of at most 32,000 characters; dates in it may have a time. The project gives @project its
// value; empty: all projects. https://learn.microsoft.com/rest/api/azure/devops/wit/wiql/query-by-wiql
func (s *Session) Wiql(ctx context.Context, organization, project, text string) (QueryResult, error) {
	return s.result(ctx, post("wiql", s.ownQuery(organization, project), queryText(text), "timePrecision", "true"))
}

// ownQuery is where texts of our own are run.
func (s *Session) ownQuery(organization, project string) target {
	segments := []string{"_apis", "wit", "wiql"}
	if project != "" {
		segments = append([]string{project}, segments...)
	}
	return s.org(organization, segments...)
}

func queryText(text string) map[string]string { return map[string]string{"query": text} }

func (s *Session) result(ctx context.Context, c call) (QueryResult, error) {
	r, _, err := fetch[QueryResult](ctx, s, c.withoutURLs())
	if err == nil && r.rows() >= maxResults {
		err = newError(c.op, reply{status: http.StatusOK, overflow: true})
	}
	if err != nil {
		return QueryResult{}, err
	}
	return r, nil
}

// CountQuery counts the work items of a saved query; it uses q's ID and QueryType. A flat query is counted by HEAD,
// which Microsoft's own extension API does; the header is not part of the published API, so without it, and for queries
// of links, the query is run. https://learn.microsoft.com/rest/api/azure/devops/wit/wiql/get
func (s *Session) CountQuery(ctx context.Context, organization, project string, q Query) (int, error) {
	if q.QueryType == QueryFlat {
		n, ok, err := s.headCount(ctx, organization, project, q.ID)
		if ok || err != nil {
			return n, err
		}
	}
	r, err := s.RunQuery(ctx, organization, project, q.ID)
	return len(r.IDs()), err
}

// headCount reports not ok when running the query would tell more: no number, or a refusal, which HEAD cannot explain.
func (s *Session) headCount(ctx context.Context, organization, project, id string) (n int, ok bool, err error) {
	c := get("count query", s.org(organization, project, "_apis", "wit", "wiql", id))
	c.method = http.MethodHead
	header, err := s.do(ctx, c, nil)
	failure, refused := errors.AsType[*Error](err)
	switch {
	case refused && failure.Kind != ErrThrottled && failure.Status != 0:
		return 0, false, nil
	case err != nil:
		return 0, false, err
	}
	n, err = strconv.Atoi(header.Get("X-Total-Count"))
	if err != nil || n < 0 {
		return 0, false, nil //nolint:nilerr // no number: not an error, run the query
	}
	if n >= maxResults {
		return 0, false, newError(c.op, reply{status: http.StatusOK, overflow: true})
	}
	return n, true, nil
}
