package adosource

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"

	"okrbot/ado"
	"okrbot/okr"
)

const (
	// foundItems is how many work items a search shows.
	foundItems = 25
	// recentDays is how far back a search looks that finds too much: what changed last comes
	// first anyway.
	recentDays = 30
)

// SearchItems implements okr.Items.
func (s *Source) SearchItems(ctx context.Context, access okr.Access, ref okr.ProjectRef, search okr.ItemSearch) (okr.ItemPage, error) {
	filter := ado.ItemFilter{Words: search.Words, Type: search.Type, Area: search.Area}
	ids, err := s.session(access).FindItems(ctx, ref.Organization, project(ref), filter, foundItems+1)
	isTooMuch := errors.Is(err, ado.ErrTooManyResults)
	if isTooMuch {
		filter.Days = recentDays
		ids, err = s.session(access).FindItems(ctx, ref.Organization, project(ref), filter, foundItems+1)
	}
	if err != nil {
		return okr.ItemPage{}, searchError(err, ref, search)
	}
	items, err := s.ReadItems(ctx, access, ref, ids[:min(len(ids), foundItems)])
	return okr.ItemPage{Items: items, More: isTooMuch || len(ids) > foundItems}, err
}

// codeNoPath says that an area or iteration does not exist.
const codeNoPath = "TF51011"

// searchError translates what comes of a search: its text is okrbot's own, so nobody can
// correct it in Azure DevOps.
func searchError(err error, ref okr.ProjectRef, search okr.ItemSearch) error {
	e, ok := errors.AsType[*ado.Error](err)
	switch {
	case !ok:
	case e.Code == codeNoPath:
		return okr.WrapError(okr.Invalid, err, "The project %s has no area %s, or this account can't see it. Choose another area.", ref.Project.Name, search.Area)
	case e.Kind == ado.ErrTooManyResults:
		return okr.WrapError(okr.Invalid, err, "More than 20,000 work items match. Enter more of the title, or choose a type or area.")
	case e.Kind == ado.ErrQueryTooSlow:
		return okr.WrapError(okr.Invalid, err, "This search takes longer than 30 seconds, the limit of Azure DevOps. Enter more of the title, or choose a type or area.")
	case e.Kind == ado.ErrInvalidQuery, e.Kind == ado.ErrBadRequest:
		return okr.WrapError(okr.Invalid, err, "Azure DevOps can't search for this.%s Try other words.", quote(e))
	}
	return queryError(err, ref, "the work items of the project "+ref.Project.Name)
}

// ReadItems implements okr.Items.
func (s *Source) ReadItems(ctx context.Context, access okr.Access, ref okr.ProjectRef, ids []int) ([]okr.WorkItem, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	r := &runner{Source: s, session: s.session(access), in: okr.RunInput{Access: access, Project: ref}, at: s.Now()}
	c := newContents(r)
	c.ids = ids
	if err := c.fetch(ctx, ids); err != nil {
		return nil, err
	}
	items := c.ordered()
	found, err := s.types.statesFor(ctx, c.session, access, ref, items)
	for i := range items {
		items[i].Category, items[i].Elsewhere = found.category(items[i]), !r.isHere(ctx, items[i].Project)
	}
	return items, err
}

// Areas implements okr.Items.
func (s *Source) Areas(ctx context.Context, access okr.Access, ref okr.ProjectRef) ([]string, error) {
	return choose(ctx, s.choices, choiceKey(access, ref, "areas"), choicesLifetime, func() ([]string, error) {
		root, err := s.session(access).Areas(ctx, ref.Organization, project(ref))
		if err != nil {
			return nil, translate(err, "the areas of the project "+ref.Project.Name)
		}
		return root.Paths(), nil
	})
}

// Choice implements okr.Items.
func (s *Source) Choice(ctx context.Context, access okr.Access, ref okr.ProjectRef, chosen okr.Chosen) (okr.Choice, error) {
	r := &runner{Source: s, session: s.session(access), in: okr.RunInput{Access: access, Project: ref}, at: s.Now()}
	id := chosen.Query(ref).ID
	a := &asked{ask: okr.QueryAsk{ID: id, Chosen: &chosen}, query: s.chosenQuery(ref, chosen, id)}
	r.asked = []*asked{a}
	r.executeAll(ctx)
	if a.err != nil {
		return okr.Choice{}, a.err
	}
	c := newContents(r)
	if err := c.fetch(ctx, chosen.IDs); err != nil { // what is below them needs no reading to be counted
		return okr.Choice{}, err
	}
	var err error
	if a.lost, err = r.lost(ctx, a, c); err != nil {
		return okr.Choice{}, err
	}
	lost := a.lostIDs()
	ids := slices.DeleteFunc(slices.Clone(a.ids), func(id int) bool { return lost[id] })
	return okr.Choice{Query: a.query, Items: len(ids), Lost: a.lost}, nil
}

// maxAddress is how long an address may be that every browser follows (page "Define a query as a hyperlink").
const maxAddress = 2000

// chosenQuery names a choice as what a goal is bound to, by the id that it was bound with.
func (s *Source) chosenQuery(ref okr.ProjectRef, chosen okr.Chosen, id string) okr.Query {
	q := chosen.Query(ref)
	q.ID, q.URL = id, s.chosenURL(ref, chosen)
	return q
}

// chosenURL is where people see chosen work items: the item itself, a query that shows
// them, or, where that makes too long an address, the work items of the project.
// https://learn.microsoft.com/azure/devops/boards/queries/define-query-hyperlink
func (s *Source) chosenURL(ref okr.ProjectRef, chosen okr.Chosen) string {
	base := s.Client.BaseURL()
	if len(chosen.IDs) == 1 {
		return ado.WorkItemURL(base, ref.Organization, ref.Project.Name, chosen.IDs[0])
	}
	page := ado.ProjectURL(base, ref.Organization, ref.Project.Name) + "/_workitems"
	query := page + "?_a=query&wiql=" + strings.ReplaceAll(url.QueryEscape(ado.ItemsText(chosen.IDs)), "+", "%20")
	if len(query) > maxAddress {
		return page
	}
	return query
}
