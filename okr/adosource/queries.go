package adosource

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"okrbot/ado"
	"okrbot/okr"
)

// SearchQueries implements okr.Queries. Azure DevOps searches private queries
// too and cannot be told not to, so it is asked for as many as it gives and
// those are left out here. Names that begin with the text come first. The address
// or id of a query finds that one, for names repeat.
func (s *Source) SearchQueries(ctx context.Context, access okr.Access, ref okr.ProjectRef, text string) (okr.QueryPage, error) {
	if id := s.pastedQuery(text); id != "" {
		return s.searchByID(ctx, access, ref, id)
	}
	found, more, err := s.session(access).SearchQueries(ctx, ref.Organization, project(ref), text, 0)
	if err != nil {
		return okr.QueryPage{}, translate(err, "the queries of the project "+ref.Project.Name)
	}
	page := okr.QueryPage{More: more}
	for _, q := range found {
		if q.Shared() {
			page.Queries = append(page.Queries, s.query(ref, q))
		}
	}
	slices.SortStableFunc(page.Queries, func(a, b okr.Query) int { return a.Rank(text) - b.Rank(text) })
	return page, nil
}

// pastedQuery is the id in a pasted address or the id itself; empty: it is a text.
func (s *Source) pastedQuery(text string) string {
	text = strings.TrimSpace(text)
	if ado.IsGUID(text) {
		return strings.ToLower(text)
	}
	if !strings.Contains(text, "/") {
		return ""
	}
	place, err := s.Client.ParseOrganization(text)
	if err != nil {
		return "" // a name may have a slash
	}
	return place.QueryID
}

func (s *Source) searchByID(ctx context.Context, access okr.Access, ref okr.ProjectRef, id string) (okr.QueryPage, error) {
	q, err := s.session(access).Query(ctx, ref.Organization, project(ref), id, false)
	if errors.Is(err, ado.ErrNotFound) {
		return okr.QueryPage{}, okr.Errorf(okr.NotFound, "I can't find a shared query with this address in %s. Check the address, or choose a connection to its project.", ref.Project.Name)
	}
	if err != nil {
		return okr.QueryPage{}, queryError(err, ref, "the query")
	}
	if !q.Shared() {
		return okr.QueryPage{}, okr.Errorf(okr.NotFound, "%s isn't a shared query. Move it to Shared Queries in Azure DevOps, or choose another one.", q.Name)
	}
	return okr.QueryPage{Queries: []okr.Query{s.query(ref, q)}}, nil
}

func (s *Source) query(ref okr.ProjectRef, q ado.Query) okr.Query {
	url := q.Links.HTML.Href
	if url == "" {
		url = ado.QueryURL(s.Client.BaseURL(), ref.Organization, ref.Project.Name, q.ID)
	}
	return okr.Query{ID: q.ID, Name: q.Name, Path: q.Path, Kind: okr.QueryKind(q.QueryType), URL: url}
}

// Query implements okr.Queries. A query in the recycle bin is gone.
func (s *Source) Query(ctx context.Context, access okr.Access, ref okr.ProjectRef, id string) (okr.Query, error) {
	q, err := s.session(access).Query(ctx, ref.Organization, project(ref), id, true)
	if err != nil {
		return okr.Query{}, queryError(err, ref, "the query") // only its id is known, which says nothing to people
	}
	return s.usableQuery(ref, q)
}

// usableQuery refuses what cannot be run, and a query of one person: what it shows
// would be seen by those who cannot look into it.
// One whose text is wrong
// (IsInvalidSyntax) says what is wrong with it when it is run.
func (s *Source) usableQuery(ref okr.ProjectRef, q ado.Query) (okr.Query, error) {
	if q.IsFolder {
		return okr.Query{}, okr.Errorf(okr.QueryBroken, "%s is a folder of queries. Choose one of the queries in it.", q.Name)
	}
	if q.IsDeleted {
		return okr.Query{}, okr.Errorf(okr.QueryGone, "The query %s was deleted. Restore it in Azure DevOps, or choose another query. The last value stays until then.", q.Name)
	}
	if !q.IsPublic {
		return okr.Query{}, okr.Errorf(okr.QueryBroken, "The query %s is in My Queries, which others can't see. Move it to Shared Queries in Azure DevOps, or choose another query.", q.Name)
	}
	return s.query(ref, q), nil
}

// CountQuery implements okr.Queries.
func (s *Source) CountQuery(ctx context.Context, access okr.Access, ref okr.ProjectRef, q okr.Query) (int, error) {
	n, err := s.session(access).CountQuery(ctx, ref.Organization, project(ref), ado.Query{ID: q.ID, QueryType: string(q.Kind)})
	if err != nil {
		return 0, queryError(err, ref, "the query "+q.Name)
	}
	return n, nil
}

// ItemTypes implements okr.Queries. Disabled types are left out.
func (s *Source) ItemTypes(ctx context.Context, access okr.Access, ref okr.ProjectRef) ([]string, error) {
	return choose(ctx, s.choices, choiceKey(access, ref, "types"), choicesLifetime, func() ([]string, error) {
		return s.readItemTypes(ctx, access, ref)
	})
}

func (s *Source) readItemTypes(ctx context.Context, access okr.Access, ref okr.ProjectRef) ([]string, error) {
	types, err := s.session(access).WorkItemTypes(ctx, ref.Organization, project(ref))
	if err != nil {
		return nil, translate(err, "the work item types of the project "+ref.Project.Name)
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

// usualFields come first in the list of fields, in this order.
func usualFields() []string {
	return []string{
		ado.FieldStoryPoints, ado.FieldEffort, ado.FieldOriginalEstimate, ado.FieldCompletedWork, ado.FieldRemainingWork,
	}
}

// Fields implements okr.Queries. What Azure DevOps keeps for itself (ids,
// orders) and grades (priority) are numbers, but adding them up says nothing.
func (s *Source) Fields(ctx context.Context, access okr.Access, ref okr.ProjectRef) ([]okr.Field, error) {
	return choose(ctx, s.choices, choiceKey(access, ref, "fields"), choicesLifetime, func() ([]okr.Field, error) {
		return s.readFields(ctx, access, ref)
	})
}

func (s *Source) readFields(ctx context.Context, access okr.Access, ref okr.ProjectRef) ([]okr.Field, error) {
	all, err := s.session(access).WorkItemFields(ctx, ref.Organization, project(ref))
	if err != nil {
		return nil, translate(err, "the fields of the project "+ref.Project.Name)
	}
	var fields []okr.Field
	for _, f := range all {
		if f.Numeric() && addable(f.ReferenceName) {
			fields = append(fields, okr.Field{Ref: f.ReferenceName, Name: f.Name})
		}
	}
	usual := usualFields()
	slices.SortFunc(fields, func(a, b okr.Field) int {
		return cmp.Or(cmp.Compare(order(usual, a.Ref), order(usual, b.Ref)), byFold(a.Name, b.Name))
	})
	return fields, nil
}

func order(usual []string, ref string) int {
	if i := slices.Index(usual, ref); i >= 0 {
		return i
	}
	return len(usual)
}

func addable(ref string) bool {
	switch strings.TrimPrefix(ref, "Microsoft.VSTS.Common.") {
	case "Priority", "StackRank", "BacklogPriority":
		return false
	}
	return !strings.HasPrefix(ref, "System.") && !strings.HasPrefix(ref, "Microsoft.VSTS.Build.")
}
