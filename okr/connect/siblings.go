package connect

import (
	"context"
	"maps"
	"slices"
	"time"

	"okrbot/okr"
)

// PlanSync puts the measuring of a connection on the agenda.
func (s *Service) PlanSync(ctx context.Context, tenant okr.TenantID, id okr.ConnectionID) error {
	return s.Agenda.Plan(ctx, okr.Due{Kind: okr.DueSync, Tenant: tenant, ID: string(id)})
}

// Siblings are the connections with the same access to the same project, so that
// one run of a query serves all of them, and the open goals that are measured through
// them.
type Siblings struct {
	Connections map[okr.ConnectionID]okr.Connection
	Goals       []okr.Goal
}

// SiblingsOf reads what is bound with the access of a connection.
func (s *Service) SiblingsOf(ctx context.Context, tenant okr.TenantID, lead okr.Connection) (Siblings, error) {
	return s.siblings(ctx, tenant, lead, lead.SameAccess)
}

// SameSignIn reads what is bound with the sign-in of a connection, in whatever
// project.
func (s *Service) SameSignIn(ctx context.Context, tenant okr.TenantID, lead okr.Connection) (Siblings, error) {
	return s.siblings(ctx, tenant, lead, func(c okr.Connection) bool { return c.Credential == lead.Credential })
}

// RenewedSince says whether what a connection reads with is newer than a moment: somebody
// signed in again, or an admin gave the application another secret.
func (s *Service) RenewedSince(ctx context.Context, tenant okr.TenantID, c okr.Connection, since time.Time) (bool, error) {
	now, err := s.Credentials.Credential(ctx, tenant, c.Credential)
	if okr.KindOf(err) == okr.SignIn {
		return false, nil
	}
	return now.SignedInAt.After(since), err
}

func (s *Service) siblings(ctx context.Context, tenant okr.TenantID, lead okr.Connection, same func(okr.Connection) bool) (Siblings, error) {
	out := Siblings{Connections: map[okr.ConnectionID]okr.Connection{lead.ID: lead}}
	own, err := s.Store.Connections().Lists(ctx, tenant, []string{okr.OwnerIndex(lead.Owner.ID)})
	if err != nil {
		return out, err
	}
	for _, c := range own[0] {
		if same(c) {
			out.Connections[c.ID] = c
		}
	}
	ids := slices.Sorted(maps.Keys(out.Connections))
	bound := make([]string, len(ids))
	for i, id := range ids {
		bound[i] = okr.BoundIndex(id)
	}
	goals, err := s.Store.Goals().Lists(ctx, tenant, bound)
	if err != nil {
		return out, err
	}
	for i, id := range ids {
		out.Goals = append(out.Goals, slices.DeleteFunc(goals[i], func(g okr.Goal) bool {
			return g.Binding == nil || g.Binding.Connection != id || // rebound since the list was read
				!g.IsOpen() || g.Binding.Health.State == okr.HealthUnbound || !out.Connections[id].Serves(*g.Binding)
		})...)
	}
	return out, nil
}

// BoundTo lists the goals that hang on a query.
func (b Siblings) BoundTo(query string) []okr.Goal {
	return slices.DeleteFunc(slices.Clone(b.Goals), func(g okr.Goal) bool { return g.Binding.Query.ID != query })
}

// BoundThrough lists the goals of one of the connections.
func (b Siblings) BoundThrough(id okr.ConnectionID) []okr.Goal {
	return slices.DeleteFunc(slices.Clone(b.Goals), func(g okr.Goal) bool { return g.Binding.Connection != id })
}

// DistinctQueries lists the queries that goals are bound to, each once.
func DistinctQueries(goals []okr.Goal, only []string) []string {
	var out []string
	for _, g := range goals {
		id := g.Binding.Query.ID
		if !slices.Contains(out, id) && (len(only) == 0 || slices.Contains(only, id)) {
			out = append(out, id)
		}
	}
	return out
}
