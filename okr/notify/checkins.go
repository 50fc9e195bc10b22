package notify

import (
	"context"

	"okrbot/okr"
)

// ToldAtOnce lists the subscriptions that are to be told of a check-in of a goal now: those
// that watch it and want each at once. None is while its place is quiet, muted or paused;
// its digest tells it then.
func (s *Service) ToldAtOnce(ctx context.Context, tenant okr.TenantID, g okr.Goal) ([]okr.Subscription, error) {
	subs, _, err := s.Store.Subscriptions().List(ctx, tenant, okr.CheckInsIndex, okr.Page{})
	if err != nil || len(subs) == 0 || !(okr.Actor{Tenant: tenant, Shared: true}).Sees(g) {
		return nil, err
	}
	t, err := s.access.Settings(ctx, tenant)
	if err != nil || !t.PostsDigests() {
		return nil, err
	}
	above, goals, err := s.family(ctx, tenant, g)
	if err != nil {
		return nil, err
	}
	var out []okr.Subscription
	for _, sub := range subs {
		if sub.IsOpen(s.Now(), sub.Location(t)) && watches(sub.DigestPlan, goals, above) {
			out = append(out, sub)
		}
	}
	return out, nil
}

// family is a goal and those above it, and by their ids these and the ended objectives
// that they are copies of.
func (s *Service) family(ctx context.Context, tenant okr.TenantID, g okr.Goal) (above []okr.Goal, goals map[okr.GoalID]okr.Goal, err error) {
	goals = map[okr.GoalID]okr.Goal{}
	for range okr.MaxDepth + 1 {
		above, goals[g.ID] = append(above, g), g
		if err := s.copied(ctx, tenant, g, goals); err != nil {
			return nil, nil, err
		}
		if g.Parent == "" {
			break
		}
		parent, err := s.Store.Goals().Get(ctx, tenant, g.Parent)
		if okr.KindOf(err) == okr.NotFound || err == nil && parent.Deleted != nil {
			break
		}
		if err != nil {
			return nil, nil, err
		}
		g = parent
	}
	return above, goals, nil
}

// copied reads what an objective is a copy of, and that in turn.
func (s *Service) copied(ctx context.Context, tenant okr.TenantID, g okr.Goal, goals map[okr.GoalID]okr.Goal) error {
	for range maxCopies {
		if g.CopyOf == "" || g.Kind != okr.Objective {
			return nil
		}
		before, err := s.Store.Goals().Get(ctx, tenant, g.CopyOf)
		if err != nil {
			return okr.IgnoreNotFound(err)
		}
		goals[before.ID], g = before, before
	}
	return nil
}

// watches says whether a plan has a goal in it, as choose would keep it.
func watches(p okr.DigestPlan, goals map[okr.GoalID]okr.Goal, above []okr.Goal) bool {
	for _, g := range above {
		if p.IsAll() || p.Picks(g) || g.Kind == okr.Objective && isNamed(p, goals, g) {
			return true
		}
	}
	return false
}

// CheckInTold records that a place was told what a goal shows by a check-in, so that its
// digest does not tell it again.
func (s *Service) CheckInTold(ctx context.Context, sub okr.Subscription, v okr.GoalView) error {
	_, err := s.Store.Subscriptions().Update(ctx, sub.Conversation.Tenant, sub.ID, func(sub *okr.Subscription) error {
		sub.Report(v.Goal.ID, v.Reported())
		return nil
	})
	return okr.IgnoreNotFound(err)
}
