package okr

import (
	"context"
	"maps"
	"slices"
	"time"
)

// historyLimit bounds how many measurements are looked at to say why a value
// moved between two digests.
const historyLimit = 500

// SubscriptionOf reads the subscription of a conversation. NotFound: it has none.
func (s *Service) SubscriptionOf(ctx context.Context, tenant TenantID, conversation string) (Subscription, error) {
	list, _, err := s.Store.Subscriptions().List(ctx, tenant, ConversationIndex(conversation), Page{Limit: 1})
	if err != nil {
		return Subscription{}, err
	}
	if len(list) == 0 {
		return Subscription{}, Errorf(NotFound, "This conversation gets no digest. Send `digest` to start one.")
	}
	return list[0], nil
}

// Subscribe makes a conversation get digests of objectives (none: all), or
// changes which. What stands now counts as told: the first digest tells what
// moves from now on.
func (s *Service) Subscribe(ctx context.Context, actor Actor, conv Conversation, objectives []GoalID) (Subscription, error) {
	if err := s.RequireEnabled(ctx, actor); err != nil {
		return Subscription{}, err
	}
	if actor.Guest {
		return Subscription{}, Errorf(Forbidden, "Guests cannot start digests. Ask a member of the organization.")
	}
	fresh := Subscription{Conversation: conv, Objectives: objectives, CreatedBy: actor.Person, CreatedAt: s.Now()}
	told, err := s.standings(ctx, actor.Tenant, fresh)
	if err != nil {
		return Subscription{}, err
	}
	sub, err := s.SubscriptionOf(ctx, actor.Tenant, conv.ID)
	if err == nil {
		return s.Store.Subscriptions().Update(ctx, actor.Tenant, sub.ID, func(sub *Subscription) error {
			sub.Conversation, sub.Objectives, sub.Paused = conv, objectives, ""
			maps.DeleteFunc(sub.Reported, func(id GoalID, _ Reported) bool {
				_, watched := told[id]
				return !watched // chosen again later, it is new to the place
			})
			for id, r := range told {
				if _, known := sub.Reported[id]; !known {
					sub.report(id, r)
				}
			}
			return nil
		})
	}
	if KindOf(err) != NotFound {
		return sub, err
	}
	return s.createSubscription(ctx, actor, fresh, told)
}

func (s *Service) createSubscription(ctx context.Context, actor Actor, sub Subscription, told map[GoalID]Reported) (Subscription, error) {
	id, err := s.newID(ctx, actor.Tenant, SubscriptionPrefix)
	if err != nil {
		return sub, err
	}
	sub.ID, sub.Reported = SubscriptionID(id), told
	if err := s.Agenda.Plan(ctx, Due{DueDigest, actor.Tenant, id}); err != nil {
		return sub, err
	}
	err = s.Store.Subscriptions().Create(ctx, actor.Tenant, sub)
	if KindOf(err) == Conflict { // somebody else subscribed this place at the same time
		return s.SubscriptionOf(ctx, actor.Tenant, sub.Conversation.ID)
	}
	return sub, err
}

func (sub *Subscription) report(id GoalID, r Reported) {
	if sub.Reported == nil {
		sub.Reported = map[GoalID]Reported{}
	}
	sub.Reported[id] = r
}

// Unsubscribe ends the digests of a conversation. NotFound: there are none.
// Forbidden: the actor is a guest.
func (s *Service) Unsubscribe(ctx context.Context, actor Actor, conversation string) (Subscription, error) {
	if actor.Guest {
		return Subscription{}, Errorf(Forbidden, "Guests cannot end digests. Ask a member of the organization.")
	}
	sub, err := s.SubscriptionOf(ctx, actor.Tenant, conversation)
	if err != nil {
		return sub, err
	}
	if err := s.Agenda.Drop(ctx, Due{DueDigest, actor.Tenant, string(sub.ID)}); err != nil {
		return sub, err
	}
	return s.Store.Subscriptions().Delete(ctx, actor.Tenant, sub.ID)
}

// watched reads the objectives of a subscription with their children.
func (s *Service) watched(ctx context.Context, tenant TenantID, sub Subscription) ([]GoalView, error) {
	views, _, err := s.Goals(ctx, Actor{Tenant: tenant, Shared: true}, Page{})
	if len(sub.Objectives) == 0 {
		return views, err
	}
	return slices.DeleteFunc(views, func(v GoalView) bool { return !slices.Contains(sub.Objectives, v.Goal.ID) }), err
}

// standings is what a subscription's goals show now.
func (s *Service) standings(ctx context.Context, tenant TenantID, sub Subscription) (map[GoalID]Reported, error) {
	views, err := s.watched(ctx, tenant, sub)
	told := map[GoalID]Reported{}
	for _, o := range views {
		told[o.Goal.ID] = reported(o)
		for _, c := range o.Children {
			told[c.Goal.ID] = reported(c)
		}
	}
	return told, err
}

func reported(v GoalView) Reported {
	r := Reported{Value: value(v.Goal), Progress: v.Standing.Progress, Status: v.Standing.Status}
	if b := v.Goal.Binding; b != nil && b.Last != nil {
		r.At = b.Last.At
	}
	return r
}

func (r Reported) differs(after Reported) bool {
	return !same(r.Value, after.Value) || !same(r.Progress, after.Progress) || r.Status != after.Status
}

func same(a, b *float64) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// ComposeDigest says what moved since a subscription was last told, and whether
// there is anything to tell. A disabled integration or a paused or deleted
// subscription has nothing.
func (s *Service) ComposeDigest(ctx context.Context, tenant TenantID, id SubscriptionID) (Digest, bool, error) {
	t, err := s.Settings(ctx, tenant)
	if err != nil || !t.Enabled {
		return Digest{}, false, err
	}
	sub, err := s.Store.Subscriptions().Get(ctx, tenant, id)
	if KindOf(err) == NotFound {
		return Digest{}, false, s.Agenda.Drop(ctx, Due{DueDigest, tenant, string(id)})
	}
	if err != nil || sub.Paused != "" || s.tooSoon(sub) {
		return Digest{}, false, err
	}
	d := Digest{Subscription: sub, At: s.Now()}
	views, err := s.watched(ctx, tenant, sub)
	if err != nil {
		return d, false, err
	}
	for _, o := range views {
		if err := s.addMoves(ctx, tenant, &d, o); err != nil {
			return d, false, err
		}
	}
	return d, len(d.Moved)+len(d.Objectives) > 0, nil
}

// digestSlack is how much earlier than DigestEvery a digest may come: queues and
// clocks are not exact to the second.
const digestSlack = 5 * time.Minute

// tooSoon says whether a place had its digest less than DigestEvery ago: what
// moved since waits for the next one.
func (s *Service) tooSoon(sub Subscription) bool {
	return s.Now().Sub(sub.PostedAt) < s.DigestEvery-digestSlack
}

func (s *Service) addMoves(ctx context.Context, tenant TenantID, d *Digest, o GoalView) error {
	told := d.Subscription.Reported
	for _, c := range o.Children {
		before, after := told[c.Goal.ID], reported(c)
		if c.Stale {
			d.Failing = append(d.Failing, c.Goal.ID)
		}
		if before.Status == "" {
			before.Status = NoData // new since the last digest
		}
		if !before.differs(after) {
			continue
		}
		changes, err := s.changesSince(ctx, tenant, c.Goal.ID, before)
		if err != nil {
			return err
		}
		d.Moved = append(d.Moved, Move{Goal: c.Goal, Parent: o.Goal.Title, Before: before, After: after, Changes: changes})
	}
	before, after := told[o.Goal.ID], reported(o)
	if before.Status == "" {
		before.Status = NoData
	}
	if before.differs(after) {
		d.Objectives = append(d.Objectives, Move{Goal: o.Goal, Before: before, After: after})
	}
	return nil
}

func (s *Service) changesSince(ctx context.Context, tenant TenantID, id GoalID, before Reported) (Changes, error) {
	history, err := s.Measurements.History(ctx, tenant, id, before.At, historyLimit)
	var c Changes
	for _, m := range history {
		c = c.merge(m.Changes)
	}
	return c, err
}

// DigestPosted records that Teams took a digest: its changes are told.
func (s *Service) DigestPosted(ctx context.Context, d Digest) error {
	_, err := s.Store.Subscriptions().Update(ctx, d.Subscription.Conversation.Tenant, d.Subscription.ID, func(sub *Subscription) error {
		for _, m := range append(slices.Clone(d.Moved), d.Objectives...) {
			sub.report(m.Goal.ID, m.After)
		}
		sub.PostedAt = d.At
		return nil
	})
	return ignoreNotFound(err)
}

// DigestRefused pauses a subscription whose place cannot be reached any more.
func (s *Service) DigestRefused(ctx context.Context, d Digest, reason string) error {
	_, err := s.Store.Subscriptions().Update(ctx, d.Subscription.Conversation.Tenant, d.Subscription.ID, func(sub *Subscription) error {
		sub.Paused = reason
		return nil
	})
	return ignoreNotFound(err)
}
