package okr

import (
	"context"
	"maps"
	"slices"
)

// siblings are the connections with the same access to the same project, so that
// one run of a query serves all of them, and the open goals bound through them.
type siblings struct {
	connections map[ConnectionID]Connection
	goals       []Goal
}

// siblingsOf reads what is bound with the access of a connection.
func (s *Service) siblingsOf(ctx context.Context, tenant TenantID, lead Connection) (siblings, error) {
	out := siblings{connections: map[ConnectionID]Connection{lead.ID: lead}}
	own, _, err := s.Store.Connections().List(ctx, tenant, OwnerIndex(lead.Owner.ID), Page{})
	if err != nil {
		return out, err
	}
	for _, c := range own {
		if c.sameAccess(lead) {
			out.connections[c.ID] = c
		}
	}
	for _, id := range slices.Sorted(maps.Keys(out.connections)) {
		goals, _, err := s.Store.Goals().List(ctx, tenant, BoundIndex(id), Page{})
		if err != nil {
			return out, err
		}
		out.goals = append(out.goals, slices.DeleteFunc(goals, func(g Goal) bool { return !g.IsOpen() })...)
	}
	return out, nil
}

// boundTo lists the goals that hang on a query.
func (b siblings) boundTo(query string) []Goal {
	return slices.DeleteFunc(slices.Clone(b.goals), func(g Goal) bool { return g.Binding.Query.ID != query })
}

// boundThrough lists the goals of one of the connections.
func (b siblings) boundThrough(id ConnectionID) []Goal {
	return slices.DeleteFunc(slices.Clone(b.goals), func(g Goal) bool { return g.Binding.Connection != id })
}

// distinctQueries lists the queries that goals are bound to, each once.
func distinctQueries(goals []Goal, only []string) []string {
	var out []string
	for _, g := range goals {
		id := g.Binding.Query.ID
		if !slices.Contains(out, id) && (len(only) == 0 || slices.Contains(only, id)) {
			out = append(out, id)
		}
	}
	return out
}
