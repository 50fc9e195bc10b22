package measure

import (
	"context"
	"slices"
	"strings"
	"time"

	"okrbot/okr"
)

// foldersFor is how long the path of a folder stands as it was read, while a person looks for
// a query.
const foldersFor = time.Minute

// usable reads a connection that the actor may bind through, with its folders as they are
// called now.
func (s *Service) usable(ctx context.Context, actor okr.Actor, id okr.ConnectionID) (okr.Connection, error) {
	c, err := s.connect.Usable(ctx, actor, id)
	if err != nil {
		return c, err
	}
	return s.applications.FoldersNow(ctx, actor.Tenant, c, foldersFor)
}

// mayBind refuses a query that the folders of a connection do not hold, before it is run.
func (s *Service) mayBind(ctx context.Context, tenant okr.TenantID, c okr.Connection, in okr.BindInput) error {
	if c.Application == nil || len(c.Folders) == 0 {
		return nil
	}
	if in.Chosen != nil {
		return c.Allows(okr.Query{Chosen: in.Chosen})
	}
	q, err := s.Queries.Query(ctx, okr.Access{Tenant: tenant, Credential: c.Credential}, c.ProjectRef(), in.Query)
	if err != nil {
		return err
	}
	return c.Allows(q)
}

// allowed leaves out of what a search found what the connection does not allow. Forbidden:
// the one query that was named by its address or id is such.
func allowed(c okr.Connection, page okr.QueryPage, text string) (okr.QueryPage, error) {
	text = strings.ToLower(text)
	for _, q := range page.Queries {
		if strings.Contains(text, strings.ToLower(q.ID)) {
			if err := c.Allows(q); err != nil {
				return okr.QueryPage{}, err
			}
			return page, nil
		}
	}
	page.Queries = slices.DeleteFunc(page.Queries, func(q okr.Query) bool { return c.Allows(q) != nil })
	return page, nil
}

// freshen reads what the folders of the connections are called now, where anything hangs on
// them.
func (y *syncing) freshen(ctx context.Context, within time.Duration) error {
	for id, c := range y.Connections {
		if len(y.BoundThrough(id)) == 0 {
			continue
		}
		now, err := y.applications.FoldersNow(ctx, y.tenant.ID, c, within)
		if err != nil {
			return err
		}
		y.Connections[id] = now
	}
	return nil
}

// refuses says why a goal cannot be measured by a run: its connection does not allow the
// query where that is now, or a field could not be read.
func (y *syncing) refuses(run okr.Run, g okr.Goal) error {
	if err := y.Connections[g.Binding.Connection].Allows(run.Query); err != nil {
		return err
	}
	return run.Without(g.Binding.Field)
}

// isAllowed says whether any connection that measures a query allows it where it is now:
// else nothing of it is kept.
func (y *syncing) isAllowed(run okr.Run) bool {
	goals := y.BoundTo(run.Query.ID)
	return len(goals) == 0 || slices.ContainsFunc(goals, func(g okr.Goal) bool {
		return y.Connections[g.Binding.Connection].Allows(run.Query) == nil
	})
}
