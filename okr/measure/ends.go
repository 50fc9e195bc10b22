package measure

import (
	"context"
	"maps"
	"slices"

	"okrbot/okr"
)

// noteEnd has the admins told that what the application of a connection shows Microsoft Entra
// ends soon: 30, 7 and 1 day before, each once for the application.
func (y *syncing) noteEnd(ctx context.Context) error {
	a := y.lead.Application
	if a == nil {
		return nil
	}
	days := a.EndsWithin(y.Now())
	if days == 0 || a.Warned != 0 && a.Warned <= days {
		return nil
	}
	all, err := y.connect.SameSignIn(ctx, y.tenant.ID, y.lead)
	if err != nil {
		return err
	}
	n := notice(okr.TheOrganization(), y.lead, nil, okr.Health{State: okr.HealthOK, Problem: a.EndWords(y.Now(), okr.Date.Text)})
	n.Ends, n.Whole, n.Opens = days, true, true
	for _, id := range slices.Sorted(maps.Keys(all.Connections)) {
		c := all.Connections[id]
		if told := c.Application; told != nil && told.Ends.Equal(a.Ends) && told.Warned != 0 && told.Warned <= days {
			return nil // told before this connection was made
		}
		if id != y.lead.ID {
			n.Others = append(n.Others, c)
		}
	}
	y.report.Notices = append(y.report.Notices, n)
	return nil
}

// warned records on all connections of an application that its admins were told of its end.
func (s *Service) warned(ctx context.Context, tenant okr.TenantID, n okr.Notice) error {
	list, _, err := s.Store.Connections().List(ctx, tenant, okr.OwnerIndex(n.Connection.Owner.ID), okr.Page{})
	if err != nil {
		return err
	}
	for _, c := range list {
		if c.Credential != n.Connection.Credential {
			continue
		}
		_, err := s.Store.Connections().Update(ctx, tenant, c.ID, func(c *okr.Connection) error {
			if a := c.Application; a != nil && a.Ends.Equal(n.Connection.Application.Ends) {
				told := *a
				told.Warned = n.Ends
				c.Application = &told
			}
			return nil
		})
		if okr.IgnoreNotFound(err) != nil {
			return err
		}
	}
	return nil
}
