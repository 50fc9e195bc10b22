package plan

import (
	"context"
	"maps"
	"slices"

	"okrbot/okr"
)

// tidyPage is how many records a step of tidying reads.
const tidyPage = 100

// Tidy removes what has ended in a tenant: goals that were deleted 30 days ago, with
// all that was kept of them, what digests told of goals that are gone, and what people
// chose who were not seen for long and own no goal. It can be done at any time, and by
// several at once.
func Tidy(ctx context.Context, s *Service, tenant okr.TenantID) error {
	if err := tidyGoals(ctx, s, tenant); err != nil {
		return err
	}
	if err := tidyReported(ctx, s, tenant); err != nil {
		return err
	}
	return tidyMembers(ctx, s, tenant)
}

func tidyGoals(ctx context.Context, s *Service, tenant okr.TenantID) error {
	return eachRecord(ctx, s.Store.Goals(), tenant, okr.DeletedIndex, func(g okr.Goal) (bool, error) {
		if g.Deleted == nil || !g.Deleted.Expired(s.Now()) { // restored meanwhile, perhaps
			return false, nil
		}
		return true, s.forget(ctx, tenant, g.ID)
	})
}

// tidyReported forgets what places were told of goals that are not there. Those that
// can be restored are.
func tidyReported(ctx context.Context, s *Service, tenant okr.TenantID) error {
	gone := map[okr.GoalID]bool{}
	err := eachSubscription(ctx, s, tenant, func(sub okr.Subscription) error {
		for id := range sub.Reported {
			gone[id] = true
		}
		return nil
	})
	if err != nil {
		return err
	}
	for ids := range slices.Chunk(slices.Sorted(maps.Keys(gone)), tidyPage) {
		there, err := s.Store.Goals().GetMany(ctx, tenant, ids)
		if err != nil {
			return err
		}
		for _, g := range there {
			delete(gone, g.ID)
		}
	}
	if len(gone) == 0 {
		return nil
	}
	return eachSubscription(ctx, s, tenant, func(sub okr.Subscription) error {
		if !sub.KnowsOf(gone) {
			return nil
		}
		_, err := s.Store.Subscriptions().Update(ctx, tenant, sub.ID, func(sub *okr.Subscription) error {
			sub.Forget(gone)
			return nil
		})
		return okr.IgnoreNotFound(err)
	})
}

func eachSubscription(ctx context.Context, s *Service, tenant okr.TenantID, visit func(okr.Subscription) error) error {
	return eachRecord(ctx, s.Store.Subscriptions(), tenant, "", func(sub okr.Subscription) (bool, error) {
		return false, visit(sub)
	})
}

func tidyMembers(ctx context.Context, s *Service, tenant okr.TenantID) error {
	return eachRecord(ctx, s.Store.Members(), tenant, "", func(m okr.Member) (bool, error) {
		if m.LastSeen().IsZero() { // a program before this one took no note: from now on, then
			_, err := s.Store.Members().Update(ctx, tenant, m.Person.ID, func(m *okr.Member) error {
				m.SeenAt = s.Now()
				return nil
			})
			return false, okr.IgnoreNotFound(err)
		}
		if s.Now().Sub(m.LastSeen()) < okr.MemberLife {
			return false, nil
		}
		_, owned, err := s.Store.Goals().List(ctx, tenant, okr.OwnerIndex(m.Person.ID), okr.Page{Limit: 1})
		if err != nil || owned > 0 {
			return false, err
		}
		if err := s.Agenda.Drop(ctx, okr.Due{Kind: okr.DueReminder, Tenant: tenant, ID: string(m.Person.ID)}); err != nil {
			return false, err
		}
		_, err = s.Store.Members().Delete(ctx, tenant, m.Person.ID)
		return true, okr.IgnoreNotFound(err)
	})
}

// eachRecord visits the records of a list, a page at a time. Visit says whether it
// removed the record.
func eachRecord[K ~string, T okr.Record](ctx context.Context, all okr.Records[K, T], tenant okr.TenantID, index string, visit func(T) (removed bool, err error)) error {
	for offset := 0; ; {
		page, total, err := all.List(ctx, tenant, index, okr.Page{Offset: offset, Limit: tidyPage})
		if err != nil {
			return err
		}
		for _, record := range page {
			removed, err := visit(record)
			if err != nil {
				return err
			}
			if !removed {
				offset++
			}
		}
		if len(page) == 0 || offset >= total {
			return nil
		}
	}
}

// PassOn gives the goals below an objective its period and privacy.
func PassOn(ctx context.Context, s *Service, tenant okr.TenantID, o okr.Goal) error {
	return s.passOn(ctx, tenant, o)
}
