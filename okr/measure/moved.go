package measure

import (
	"context"
	"slices"
	"strings"

	"okrbot/okr"
)

const (
	// maxMoved is how many goals an address of Azure DevOps is shown with.
	maxMoved = 15
	// maxLooked is in the results of how many queries a work item is looked for: each is
	// read whole, and whoever pasted the address waits.
	maxLooked = 40
)

// MovedBy gives the open goals that a query or work item of Azure DevOps moves and the
// actor may see here, in the order of their connections, and how many there are.
// Nothing is asked of Azure DevOps: what counts is what the last syncs read. Disabled:
// the integration is off, so nothing moves.
func (s *Service) MovedBy(ctx context.Context, actor okr.Actor, link okr.AzureLink) ([]okr.GoalView, int, error) {
	if err := s.access.RequireEnabled(ctx, actor); err != nil {
		return nil, 0, err
	}
	goals, err := s.boundIn(ctx, actor, link.Organization)
	if err != nil {
		return nil, 0, err
	}
	results := results{s, actor.Tenant, map[string][]okr.WorkItem{}}
	var moved []okr.Goal
	for _, g := range goals {
		hangs, err := results.hangs(ctx, g, link)
		if err != nil {
			return nil, 0, err
		}
		if hangs {
			moved = append(moved, g.Goal)
		}
	}
	views := make([]okr.GoalView, 0, min(len(moved), maxMoved))
	for _, g := range moved[:min(len(moved), maxMoved)] {
		v, err := s.plan.Goal(ctx, actor, g.ID)
		if okr.IgnoreNotFound(err) != nil {
			return nil, 0, err
		}
		if err == nil {
			views = append(views, v)
		}
	}
	return views, len(moved), nil
}

// boundGoal is a goal and whose access measures it.
type boundGoal struct {
	okr.Goal
	credential okr.CredentialID
}

// boundIn lists the open goals that are measured in an organization and that the actor
// may see here.
func (s *Service) boundIn(ctx context.Context, actor okr.Actor, organization string) ([]boundGoal, error) {
	connections, _, err := s.Store.Connections().List(ctx, actor.Tenant, "", okr.Page{})
	if err != nil {
		return nil, err
	}
	var out []boundGoal
	for _, c := range connections {
		if !strings.EqualFold(c.Organization, organization) {
			continue
		}
		goals, _, err := s.connect.Bound(ctx, actor, c.ID, okr.Page{})
		if err != nil {
			return nil, err
		}
		for _, g := range goals {
			if g.IsOpen() && g.Binding != nil && g.Binding.Health.State != okr.HealthUnbound {
				out = append(out, boundGoal{g, c.Credential})
			}
		}
	}
	return out, nil
}

// results are the work item of an address as the last runs of queries held it, each
// read once: not at all, where a query has none.
type results struct {
	*Service
	tenant okr.TenantID
	known  map[string][]okr.WorkItem
}

// hangs says whether a goal hangs on the query or work item of an address.
func (r results) hangs(ctx context.Context, g boundGoal, link okr.AzureLink) (bool, error) {
	if link.Query != "" {
		return strings.EqualFold(g.Binding.Query.ID, link.Query), nil
	}
	items, err := r.find(ctx, g, link.Item)
	return slices.ContainsFunc(items, g.Binding.Counts), err
}

func (r results) find(ctx context.Context, g boundGoal, item int) ([]okr.WorkItem, error) {
	key := string(g.credential) + "/" + g.Binding.Query.ID
	if items, ok := r.known[key]; ok || len(r.known) >= maxLooked {
		return items, nil
	}
	last, err := r.Measurements.Snapshot(ctx, r.tenant, g.credential, g.Binding.Query.ID)
	if err != nil {
		return nil, err
	}
	var found []okr.WorkItem
	if last != nil {
		found = slices.DeleteFunc(last.Items, func(i okr.WorkItem) bool { return i.ID != item })
	}
	r.known[key] = found
	return found, nil
}
