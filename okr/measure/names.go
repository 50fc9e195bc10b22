package measure

import (
	"context"
	"time"

	"okrbot/okr"
)

// namesFor is how long the names of projects and fields stand as they were read, where
// nobody asked for a sync: they change seldom. What the work items themselves say is
// read anew as often.
const namesFor = 23 * time.Hour

// followNames brings up to date what the project and the fields are called whose ids the
// connections and bindings keep. It is best effort: the numbers are measured, and an old
// name misleads nobody for a day.
func (y *syncing) followNames(ctx context.Context, within time.Duration) error {
	if len(y.report.Rows) == 0 {
		return nil
	}
	if within > 0 {
		within = namesFor
	}
	fields := false
	for _, g := range y.Goals {
		fields = fields || g.Binding.Field != nil
	}
	names, err := y.Queries.Names(ctx, okr.Access{Tenant: y.tenant.ID, Credential: y.lead.Credential}, y.lead.ProjectRef(), fields, within)
	if err != nil {
		return nil //nolint:nilerr // the next sync asks again
	}
	for _, c := range y.Connections {
		if err := y.renameProject(ctx, c, names.Project); err != nil {
			return err
		}
	}
	for _, g := range y.Goals {
		if err := y.renameField(ctx, g, names.Fields); err != nil {
			return err
		}
	}
	return nil
}

// LeadsTo says whether a connection leads to the project of a name, be it the one of
// today or a former one.
func (s *Service) LeadsTo(ctx context.Context, actor okr.Actor, id okr.ConnectionID, name string) (bool, error) {
	c, err := s.connect.Usable(ctx, actor, id)
	if err != nil {
		return false, err
	}
	ref := okr.ProjectRef{Organization: c.Organization, Project: okr.RemoteProject{Name: name}}
	names, err := s.Queries.Names(ctx, okr.Access{Tenant: actor.Tenant, Credential: c.Credential}, ref, false, time.Minute)
	return err == nil && names.Project.ID == c.Project.ID, err
}

func (y *syncing) renameProject(ctx context.Context, c okr.Connection, now okr.RemoteProject) error {
	if c.Project.ID != now.ID || c.Project == now {
		return nil
	}
	_, err := y.Store.Connections().Update(ctx, y.tenant.ID, c.ID, func(c *okr.Connection) error {
		if c.Project.ID == now.ID {
			c.Project = now
		}
		return nil
	})
	return okr.IgnoreNotFound(err)
}

func (y *syncing) renameField(ctx context.Context, g okr.Goal, names map[string]string) error {
	f := g.Binding.Field
	if f == nil || names[f.Ref] == "" || names[f.Ref] == f.Name {
		return nil
	}
	_, err := y.Store.Goals().Update(ctx, y.tenant.ID, g.ID, func(g *okr.Goal) error {
		b := g.Binding
		if b == nil || b.Field == nil || b.Field.Ref != f.Ref {
			return nil
		}
		b.Field = &okr.Field{Ref: f.Ref, Name: names[f.Ref]}
		if b.Last != nil && b.Last.Sum != nil {
			b.Last.Sum.Field = b.Field.Name
		}
		return nil
	})
	return okr.IgnoreNotFound(err)
}
