package plan

import (
	"context"

	"okrbot/okr"
)

// generation is the data version that this program writes. 1: goals stand in the
// lists of owners, periods, states and words, and objectives keep what their
// children make. 2: key results kept by hand count from their start on.
//
// 3: goals stand in the lists of their tags, and of owners without an account.
const generation = 3

// Upgraded reads a tenant's settings and brings data of an older program up to
// date first, once.
func (s *Service) Upgraded(ctx context.Context, tenant okr.TenantID) (okr.Settings, error) {
	t, err := s.access.Settings(ctx, tenant)
	if err != nil || t.Generation >= generation {
		return t, err
	}
	goals, _, err := s.Store.Goals().List(ctx, tenant, "", okr.Page{})
	if err != nil {
		return t, err
	}
	parents := map[okr.GoalID]okr.Goal{}
	for _, g := range goals {
		parents[g.ID] = g
	}
	for _, g := range goals {
		_, err := s.Store.Goals().Update(ctx, tenant, g.ID, func(g *okr.Goal) error {
			g.Version = max(1, g.Version)
			g.Below(parents[g.Parent])
			return nil
		})
		if okr.IgnoreNotFound(err) != nil {
			return t, err
		}
		if err := s.PlanReminder(ctx, tenant, g); err != nil {
			return t, err
		}
	}
	for _, g := range goals {
		if g.Kind != okr.Objective {
			continue
		}
		if err := s.rollUp(ctx, t, g.ID); err != nil {
			return t, err
		}
	}
	return s.access.ChangeSettings(ctx, tenant, func(t *okr.Settings) error {
		t.Generation = generation
		return nil
	})
}
