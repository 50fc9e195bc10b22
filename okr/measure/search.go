package measure

import (
	"context"
	"slices"
	"sync"
	"time"

	"okrbot/okr"
)

const (
	// maxSearched is how many projects one search looks through.
	maxSearched = 25
	// searchesAtOnce is how many of them at a time.
	searchesAtOnce = 4
	// searchPatience is how long a project is waited for: what the others have found is
	// worth more than to wait for all.
	searchPatience = 8 * time.Second
)

// FindQueries finds shared queries through all connections that the actor may use; where
// others read along, through the shared ones only. Each query comes once, by the first
// connection that leads to it, the best matches first. A connection that fails is told
// beside what the others found. SignIn: there is no connection.
func (s *Service) FindQueries(ctx context.Context, actor okr.Actor, text string) (okr.FoundQueries, error) {
	list, private, err := s.searchable(ctx, actor)
	if err != nil {
		return okr.FoundQueries{}, err
	}
	out := okr.FoundQueries{Private: private, Left: max(0, len(list)-maxSearched)}
	list = list[:min(len(list), maxSearched)]
	pages, errs := s.searchEach(ctx, actor, list, text)
	known := map[string]bool{}
	for i, c := range list {
		if errs[i] != nil {
			out.Failed = append(out.Failed, okr.FailedSearch{Connection: c, Err: errs[i]})
			continue
		}
		out.Searched = append(out.Searched, c)
		out.More = out.More || pages[i].More
		for _, q := range pages[i].Queries {
			if !known[q.ID] {
				known[q.ID] = true
				out.Queries = append(out.Queries, okr.FoundQuery{Query: q, Connection: c})
			}
		}
	}
	slices.SortStableFunc(out.Queries, func(a, b okr.FoundQuery) int { return a.Query.Rank(text) - b.Query.Rank(text) })
	return out, ctx.Err() //nolint:wrapcheck // the caller's own
}

// searchable are the connections that a search goes through, one for each access to a
// project, and whether there are private ones that are not for this place.
func (s *Service) searchable(ctx context.Context, actor okr.Actor) (list []okr.Connection, private bool, err error) {
	all, err := s.connect.Connections(ctx, actor)
	if err != nil {
		return nil, false, err
	}
	for _, c := range all {
		if actor.Shared && !c.Shared {
			private = true
			continue
		}
		if !slices.ContainsFunc(list, func(o okr.Connection) bool { return c.SameAccess(o) && !c.Limits(o) }) {
			list = append(list, c)
		}
	}
	switch {
	case len(all) == 0:
		err = okr.WithNext(okr.Errorf(okr.SignIn, "You have no connection to Azure DevOps yet, and none is shared with you."), okr.Step{Kind: okr.StepConnect})
	case len(list) == 0:
		err = okr.WithNext(okr.Errorf(okr.Invalid, "Your connections are private, so I can't search them here. Search in our 1:1 chat, or share a connection."), okr.Step{Kind: okr.StepConnections})
	}
	return list, private, err
}

func (s *Service) searchEach(ctx context.Context, actor okr.Actor, list []okr.Connection, text string) ([]okr.QueryPage, []error) {
	ctx, cancel := context.WithTimeout(ctx, searchPatience)
	defer cancel()
	pages, errs := make([]okr.QueryPage, len(list)), make([]error, len(list))
	var all sync.WaitGroup
	slots := make(chan struct{}, searchesAtOnce)
	for i, c := range list {
		all.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			pages[i], errs[i] = s.SearchQueries(ctx, actor, c.ID, text)
		})
	}
	all.Wait()
	return pages, errs
}
