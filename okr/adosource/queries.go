package adosource

import (
	"context"
	"slices"
	"strings"

	"okrbot/ado"
	"okrbot/okr"
)

// SearchQueries implements okr.Queries. Azure DevOps searches private queries
// too and cannot be told not to, so it is asked for as many as it gives and
// those are left out here. Names that begin with the text come first.
func (s *Source) SearchQueries(ctx context.Context, access okr.Access, place okr.Place, text string) (okr.QueryPage, error) {
	found, more, err := s.session(access).SearchQueries(ctx, place.Organization, project(place), text, 0)
	if err != nil {
		return okr.QueryPage{}, translate(err, "the queries of the project "+place.Project.Name)
	}
	page := okr.QueryPage{More: more}
	for _, q := range found {
		if q.Shared() {
			page.Queries = append(page.Queries, s.query(place, q))
		}
	}
	slices.SortStableFunc(page.Queries, func(a, b okr.Query) int { return rank(a, text) - rank(b, text) })
	return page, nil
}

func rank(q okr.Query, text string) int {
	name, text := strings.ToLower(q.Name), strings.ToLower(strings.TrimSpace(text))
	switch {
	case name == text:
		return 0
	case strings.HasPrefix(name, text):
		return 1
	}
	return 2
}

func (s *Source) query(place okr.Place, q ado.Query) okr.Query {
	url := q.Links.HTML.Href
	if url == "" {
		url = ado.QueryURL(s.Client.BaseURL(), place.Organization, place.Project.Name, q.ID)
	}
	return okr.Query{ID: q.ID, Name: q.Name, Path: q.Path, Kind: okr.QueryKind(q.QueryType), URL: url}
}

// Query implements okr.Queries. A query in the recycle bin is gone.
func (s *Source) Query(ctx context.Context, access okr.Access, place okr.Place, id string) (okr.Query, error) {
	q, err := s.session(access).Query(ctx, place.Organization, project(place), id, true)
	if err != nil {
		return okr.Query{}, queryError(err, "the query") // only its id is known, which says nothing to people
	}
	if q.IsFolder {
		return okr.Query{}, okr.Errorf(okr.QueryBroken, "%s is a folder of queries. Choose one of the queries in it.", q.Name)
	}
	if q.IsDeleted {
		return okr.Query{}, okr.Errorf(okr.QueryGone, "The query %s was deleted. Restore it in Azure DevOps, or bind to another query; the last value stays until then.", q.Name)
	}
	if q.IsInvalidSyntax {
		return okr.Query{}, okr.Errorf(okr.QueryBroken, "The query %s cannot be run: a field, area or iteration that it names is gone. Open it in Azure DevOps, correct and save it.", q.Name)
	}
	return s.query(place, q), nil
}

// CountQuery implements okr.Queries.
func (s *Source) CountQuery(ctx context.Context, access okr.Access, place okr.Place, q okr.Query) (int, error) {
	n, err := s.session(access).CountQuery(ctx, place.Organization, project(place), ado.Query{ID: q.ID, QueryType: string(q.Kind)})
	if err != nil {
		return 0, queryError(err, "the query "+q.Name)
	}
	return n, nil
}

// RunQuery implements okr.Queries.
func (s *Source) RunQuery(ctx context.Context, access okr.Access, place okr.Place, id string) (okr.Run, error) {
	q, err := s.Query(ctx, access, place, id)
	if err != nil {
		return okr.Run{}, err
	}
	session := s.session(access)
	at := s.Now()
	result, err := session.RunQuery(ctx, place.Organization, project(place), id)
	if err != nil {
		return okr.Run{}, queryError(err, "the query "+q.Name)
	}
	ids := result.IDs()
	items, err := session.WorkItems(ctx, place.Organization, ids, ado.BaseFields())
	if err != nil {
		return okr.Run{}, translate(err, "the work items of the query "+q.Name)
	}
	run := okr.Run{At: at, Query: q, Unreadable: len(ids) - len(items)}
	run.Items, err = s.items(ctx, session, access, place, ids, items, parents(result))
	return run, err
}

// parents gives for each item the one that it first appeared below, 0 where it
// first stood by itself: in a query of direct links the ends of a link may each
// stand below the other.
func parents(result ado.QueryResult) map[int]int {
	above := map[int]int{}
	for _, link := range result.Relations {
		if _, known := above[link.Target.ID]; !known {
			above[link.Target.ID] = link.Source.ID
		}
	}
	return above
}

// items puts the work items in the order of the result and finds the category of
// each state.
func (s *Source) items(ctx context.Context, session *ado.Session, access okr.Access, place okr.Place, order []int, read []ado.WorkItem, above map[int]int) ([]okr.WorkItem, error) {
	byID := make(map[int]ado.WorkItem, len(read))
	for _, w := range read {
		byID[w.ID] = w
	}
	states, err := s.types.statesFor(ctx, session, access, place, read)
	if err != nil {
		return nil, err
	}
	items := make([]okr.WorkItem, 0, len(read))
	for _, id := range order {
		w, ok := byID[id]
		if !ok {
			continue
		}
		items = append(items, okr.WorkItem{
			ID: id, Type: w.Type(), Title: w.Title(), State: w.State(),
			Category: states.category(w), Parent: above[id],
			URL: ado.WorkItemURL(s.Client.BaseURL(), place.Organization, w.Project(), id),
		})
	}
	return items, nil
}

// ItemTypes implements okr.Queries. Disabled types are left out.
func (s *Source) ItemTypes(ctx context.Context, access okr.Access, place okr.Place) ([]string, error) {
	types, err := s.session(access).WorkItemTypes(ctx, place.Organization, project(place))
	if err != nil {
		return nil, translate(err, "the work item types of the project "+place.Project.Name)
	}
	var names []string
	for _, t := range types {
		if !t.IsDisabled {
			names = append(names, t.Name)
		}
	}
	slices.SortFunc(names, byFold)
	return names, nil
}
