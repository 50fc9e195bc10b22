package okr

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"
)

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

// Subscribe makes a conversation get digests, or changes which and when, and ends
// a pause or mute. What stands now counts as told: the first digest tells what
// moves from now on. Invalid names the field of the plan that is wrong.
func (s *Service) Subscribe(ctx context.Context, actor Actor, conv Conversation, plan DigestPlan) (Subscription, error) {
	if err := s.RequireEnabled(ctx, actor); err != nil {
		return Subscription{}, err
	}
	if actor.Guest {
		return Subscription{}, Errorf(Forbidden, "Guests cannot start digests. Ask a member of the organization.")
	}
	if err := plan.validate(); err != nil {
		return Subscription{}, err
	}
	now := s.Now()
	fresh := Subscription{Conversation: conv, DigestPlan: plan, CreatedBy: actor.Person, CreatedAt: now, Through: now}
	told, err := s.standings(ctx, actor.Tenant, fresh)
	if err != nil {
		return Subscription{}, err
	}
	sub, err := s.SubscriptionOf(ctx, actor.Tenant, conv.ID)
	if err == nil {
		return s.Store.Subscriptions().Update(ctx, actor.Tenant, sub.ID, func(sub *Subscription) error {
			sub.replan(fresh, told)
			return nil
		})
	}
	if KindOf(err) != NotFound {
		return sub, err
	}
	return s.createSubscription(ctx, actor, fresh, told)
}

// replan takes over another plan. What the place watched before is still to be
// told as it was; other times count from now on.
func (sub *Subscription) replan(fresh Subscription, told map[GoalID]Reported) {
	if sub.Rule != fresh.Rule || sub.Zone != fresh.Zone {
		sub.Through = fresh.Through
	}
	if !fresh.Threaded {
		sub.ThreadID = ""
	}
	sub.Conversation, sub.DigestPlan = fresh.Conversation, fresh.DigestPlan
	sub.Paused, sub.MutedTill = "", time.Time{}
	maps.DeleteFunc(sub.Reported, func(id GoalID, _ Reported) bool {
		_, watched := told[id]
		return !watched // chosen again later, it is new to the place
	})
	for id, r := range told {
		if _, known := sub.Reported[id]; !known {
			sub.report(id, r)
		}
	}
}

func (s *Service) createSubscription(ctx context.Context, actor Actor, sub Subscription, told map[GoalID]Reported) (Subscription, error) {
	id, err := NextID(ctx, s.Store, actor.Tenant, SubscriptionPrefix)
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
	sub, err := s.subscriptionToChange(ctx, actor, conversation, "end")
	if err != nil {
		return sub, err
	}
	if err := s.Agenda.Drop(ctx, Due{DueDigest, actor.Tenant, string(sub.ID)}); err != nil {
		return sub, err
	}
	return s.Store.Subscriptions().Delete(ctx, actor.Tenant, sub.ID)
}

func (s *Service) subscriptionToChange(ctx context.Context, actor Actor, conversation, act string) (Subscription, error) {
	if actor.Guest {
		return Subscription{}, Errorf(Forbidden, "Guests cannot %s digests. Ask a member of the organization.", act)
	}
	return s.SubscriptionOf(ctx, actor.Tenant, conversation)
}

// MaxMute is for how long a digest can be muted at most.
const MaxMute = 90 * 24 * time.Hour

// MuteDigest silences the digests of a conversation for a time, up to MaxMute; 0
// ends the silence. What moves meanwhile is told afterwards, once.
func (s *Service) MuteDigest(ctx context.Context, actor Actor, conversation string, length time.Duration) (Subscription, error) {
	if length < 0 || length > MaxMute {
		return Subscription{}, FieldErrorf("mute", "A digest can be muted for up to %d days. To end it, use `digest stop`.", int(MaxMute.Hours()/24))
	}
	sub, err := s.subscriptionToChange(ctx, actor, conversation, "mute")
	if err != nil {
		return sub, err
	}
	return s.Store.Subscriptions().Update(ctx, actor.Tenant, sub.ID, func(sub *Subscription) error {
		sub.MutedTill = time.Time{}
		if length > 0 {
			sub.MutedTill = s.Now().Add(length)
		}
		return nil
	})
}

// DigestRefused pauses a subscription whose place cannot be reached any more.
func (s *Service) DigestRefused(ctx context.Context, d Digest, reason string) error {
	_, err := s.PauseDigest(ctx, d.Subscription, reason)
	return err
}

// PauseDigest pauses a subscription and says whether it ran before: then whoever
// made it is to be told.
func (s *Service) PauseDigest(ctx context.Context, sub Subscription, reason string) (first bool, err error) {
	_, err = s.Store.Subscriptions().Update(ctx, sub.Conversation.Tenant, sub.ID, func(sub *Subscription) error {
		first = sub.Paused == ""
		sub.Paused = cmp.Or(sub.Paused, reason)
		return nil
	})
	return first && err == nil, IgnoreNotFound(err)
}

// SubscriptionsOf lists the subscriptions of a conversation and, with a team, of
// all its channels.
func (s *Service) SubscriptionsOf(ctx context.Context, tenant TenantID, conversation, team string) ([]Subscription, error) {
	if team == "" {
		list, _, err := s.Store.Subscriptions().List(ctx, tenant, ConversationIndex(conversation), Page{})
		return list, err
	}
	all, _, err := s.Store.Subscriptions().List(ctx, tenant, "", Page{})
	return slices.DeleteFunc(all, func(sub Subscription) bool {
		return sub.Conversation.ID != conversation && sub.Conversation.TeamID != team
	}), err
}

// ResumeDigest goes on with a paused digest whose place okrbot was added to again.
func (s *Service) ResumeDigest(ctx context.Context, sub Subscription) error {
	_, err := s.Store.Subscriptions().Update(ctx, sub.Conversation.Tenant, sub.ID, func(sub *Subscription) error {
		sub.Paused, sub.ThreadID = "", ""
		return nil
	})
	return IgnoreNotFound(err)
}

// DigestThread keeps the message that further digests of a place are to answer;
// empty: the next one begins a new thread.
func (s *Service) DigestThread(ctx context.Context, sub Subscription, message string) error {
	_, err := s.Store.Subscriptions().Update(ctx, sub.Conversation.Tenant, sub.ID, func(sub *Subscription) error {
		sub.ThreadID = message
		return nil
	})
	return IgnoreNotFound(err)
}

// watch is an objective that a place watches: all of it, or only some of the
// goals below it.
type watch struct {
	GoalView
	whole bool
}

// watched reads the objectives of a subscription with their children. Private
// ones are never among them.
func (s *Service) watched(ctx context.Context, tenant TenantID, plan DigestPlan) ([]watch, error) {
	views, _, err := s.Goals(ctx, Actor{Tenant: tenant, Shared: true}, Page{})
	return choose(plan, views), err
}

// choose keeps what the plan names: chosen objectives and those of teams with all
// that stands below, and of other objectives what teams have there.
func choose(p DigestPlan, views []GoalView) []watch {
	all := len(p.Objectives)+len(p.Teams) == 0
	whole := map[GoalID]bool{}
	for _, v := range views {
		whole[v.Goal.ID] = all || slices.Contains(p.Objectives, v.Goal.ID) || p.hasTeam(v.Goal)
	}
	for range MaxDepth { // from the top down, a level each time
		for _, v := range views {
			whole[v.Goal.ID] = whole[v.Goal.ID] || whole[v.Goal.Parent]
		}
	}
	var out []watch
	for _, v := range views {
		if !whole[v.Goal.ID] {
			v.Children = slices.DeleteFunc(slices.Clone(v.Children), func(c GoalView) bool { return !p.hasTeam(c.Goal) })
		}
		if whole[v.Goal.ID] || len(v.Children) > 0 {
			out = append(out, watch{v, whole[v.Goal.ID]})
		}
	}
	return out
}
