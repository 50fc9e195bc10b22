package notify

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"okrbot/okr"
)

// SubscriptionOf reads a subscription by its address: a conversation's, or one of several
// of it (see [okr.DigestAddress]). NotFound: there is none.
func (s *Service) SubscriptionOf(ctx context.Context, tenant okr.TenantID, address string) (okr.Subscription, error) {
	conversation, slot, isOne := strings.Cut(address, "\n")
	list, _, err := s.Store.Subscriptions().List(ctx, tenant, okr.ConversationIndex(conversation), okr.Page{})
	if err != nil {
		return okr.Subscription{}, err
	}
	for _, sub := range list {
		if sub.Slot == slot {
			return sub, nil
		}
	}
	if len(list) == 0 || isOne {
		return okr.Subscription{}, okr.WithNext(okr.Errorf(okr.NotFound, "There's no digest here."), okr.Step{Kind: okr.StepDigest})
	}
	return list[0], nil
}

// Subscribe makes a conversation get digests, or changes which and when, and ends
// a pause or mute. What stands now counts as told: the first digest tells what
// moves from now on. Invalid names the field of the plan that is wrong.
func (s *Service) Subscribe(ctx context.Context, actor okr.Actor, conv okr.Conversation, plan okr.DigestPlan) (okr.Subscription, error) {
	return s.SubscribeTo(ctx, actor, conv, "", plan)
}

// SubscribeTo is Subscribe for one of several subscriptions of a conversation: that of the
// slot, or a further one where there is none. Invalid: the conversation has as many as it
// can have.
func (s *Service) SubscribeTo(ctx context.Context, actor okr.Actor, conv okr.Conversation, slot string, plan okr.DigestPlan) (okr.Subscription, error) {
	if err := s.access.RequireDigests(ctx, actor); err != nil {
		return okr.Subscription{}, err
	}
	if actor.Guest {
		return okr.Subscription{}, okr.Errorf(okr.Forbidden, "Guests can't start digests. Ask a member of the organization.")
	}
	if err := plan.Validate(); err != nil {
		return okr.Subscription{}, err
	}
	now := s.Now()
	fresh := okr.Subscription{Conversation: conv, Slot: slot, DigestPlan: plan, CreatedBy: actor.Person, CreatedAt: now, Through: now}
	told, err := s.standings(ctx, actor.Tenant, fresh)
	if err != nil {
		return okr.Subscription{}, err
	}
	list, err := s.SubscriptionsOf(ctx, actor.Tenant, conv.ID, "")
	if err != nil {
		return okr.Subscription{}, err
	}
	for _, sub := range list {
		if sub.Slot == slot {
			return s.Store.Subscriptions().Update(ctx, actor.Tenant, sub.ID, func(sub *okr.Subscription) error {
				sub.Replan(fresh, told)
				return nil
			})
		}
	}
	if len(list) >= okr.MaxDigests {
		return okr.Subscription{}, okr.WithNext(okr.Errorf(okr.Invalid, "There are already %d digests here, and there can't be more.", len(list)), okr.Step{Kind: okr.StepStopDigest})
	}
	return s.createSubscription(ctx, actor, fresh, told)
}

func (s *Service) createSubscription(ctx context.Context, actor okr.Actor, sub okr.Subscription, told map[okr.GoalID]okr.Reported) (okr.Subscription, error) {
	id, err := okr.NextID(ctx, s.Store, actor.Tenant, okr.SubscriptionPrefix)
	if err != nil {
		return sub, err
	}
	sub.ID, sub.Reported = okr.SubscriptionID(id), told
	if err := s.Agenda.Plan(ctx, okr.Due{Kind: okr.DueDigest, Tenant: actor.Tenant, ID: id}); err != nil {
		return sub, err
	}
	err = s.Store.Subscriptions().Create(ctx, actor.Tenant, sub)
	if okr.KindOf(err) == okr.Conflict { // the same was subscribed at the same time
		return s.SubscriptionOf(ctx, actor.Tenant, sub.Unique())
	}
	return sub, err
}

// Unsubscribe ends the digests of a conversation. NotFound: there are none.
// Forbidden: the actor is a guest.
func (s *Service) Unsubscribe(ctx context.Context, actor okr.Actor, conversation string) (okr.Subscription, error) {
	sub, err := s.subscriptionToChange(ctx, actor, conversation, "stop")
	if err != nil {
		return sub, err
	}
	if err := s.Agenda.Drop(ctx, okr.Due{Kind: okr.DueDigest, Tenant: actor.Tenant, ID: string(sub.ID)}); err != nil {
		return sub, err
	}
	return s.Store.Subscriptions().Delete(ctx, actor.Tenant, sub.ID)
}

func (s *Service) subscriptionToChange(ctx context.Context, actor okr.Actor, conversation, act string) (okr.Subscription, error) {
	if actor.Guest {
		return okr.Subscription{}, okr.Errorf(okr.Forbidden, "Guests can't %s digests. Ask a member of the organization.", act)
	}
	return s.SubscriptionOf(ctx, actor.Tenant, conversation)
}

// MuteDigest silences the digests of a conversation for a time, up to MaxMute; 0
// ends the silence. What moves meanwhile is told afterwards, once.
func (s *Service) MuteDigest(ctx context.Context, actor okr.Actor, conversation string, length time.Duration) (okr.Subscription, error) {
	if length < 0 || length > okr.MaxMute {
		return okr.Subscription{}, okr.WithNext(okr.FieldErrorf("mute", "You can mute a digest for up to %d days.", int(okr.MaxMute.Hours()/24)), okr.Step{Kind: okr.StepStopDigest})
	}
	sub, err := s.subscriptionToChange(ctx, actor, conversation, "mute")
	if err != nil {
		return sub, err
	}
	return s.Store.Subscriptions().Update(ctx, actor.Tenant, sub.ID, func(sub *okr.Subscription) error {
		sub.MutedTill = time.Time{}
		if length > 0 {
			sub.MutedTill = s.Now().Add(length)
		}
		return nil
	})
}

// DigestRefused notes that Teams refused a digest. Where it says that the place is closed
// (Forbidden), or has refused for a day, the subscription pauses; first says whether it ran
// before, so that whoever made it is to be told.
func (s *Service) DigestRefused(ctx context.Context, d okr.Digest, cause error) (paused okr.Subscription, first bool, err error) {
	paused, err = s.Store.Subscriptions().Update(ctx, d.Subscription.Conversation.Tenant, d.Subscription.ID, func(sub *okr.Subscription) error {
		wasRunning := sub.Paused == ""
		sub.Refuse(cause, s.Now())
		first = wasRunning && sub.Paused != ""
		return nil
	})
	return paused, first && err == nil, okr.IgnoreNotFound(err)
}

// DigestUnsure notes a digest of which nobody knows whether Teams took it. It is left to
// the next period; when no answer comes there either, it counts as told, for a Teams
// that shows posts and does not say so would show it for ever.
func (s *Service) DigestUnsure(ctx context.Context, d okr.Digest, cause error) error {
	again, isSilent := false, errors.Is(cause, okr.ErrNoAnswer)
	_, err := s.Store.Subscriptions().Update(ctx, d.Subscription.Conversation.Tenant, d.Subscription.ID, func(sub *okr.Subscription) error {
		again = isSilent && !sub.UnsureAt.IsZero()
		sub.UnsureAt, sub.RefusedAt = time.Time{}, time.Time{}
		if isSilent {
			sub.UnsureAt = d.At
		}
		return nil
	})
	if err == nil && again {
		return s.DigestPosted(ctx, d)
	}
	return okr.IgnoreNotFound(err)
}

// PauseDigest pauses a subscription and says whether it ran before: then whoever
// made it is to be told.
func (s *Service) PauseDigest(ctx context.Context, sub okr.Subscription, reason string) (first bool, err error) {
	_, err = s.Store.Subscriptions().Update(ctx, sub.Conversation.Tenant, sub.ID, func(sub *okr.Subscription) error {
		first = sub.Paused == ""
		sub.Paused = cmp.Or(sub.Paused, reason)
		return nil
	})
	return first && err == nil, okr.IgnoreNotFound(err)
}

// SubscriptionsOf lists the subscriptions of a conversation and, with a team, of
// all its channels.
func (s *Service) SubscriptionsOf(ctx context.Context, tenant okr.TenantID, conversation, team string) ([]okr.Subscription, error) {
	if team == "" {
		list, _, err := s.Store.Subscriptions().List(ctx, tenant, okr.ConversationIndex(conversation), okr.Page{})
		return list, err
	}
	all, _, err := s.Store.Subscriptions().List(ctx, tenant, "", okr.Page{})
	return slices.DeleteFunc(all, func(sub okr.Subscription) bool {
		return sub.Conversation.ID != conversation && sub.Conversation.TeamID != team
	}), err
}

// ResumeDigest goes on with a digest whose place shows a sign of life.
func (s *Service) ResumeDigest(ctx context.Context, sub okr.Subscription) error {
	_, err := s.Store.Subscriptions().Update(ctx, sub.Conversation.Tenant, sub.ID, func(sub *okr.Subscription) error {
		sub.Resume()
		return nil
	})
	return okr.IgnoreNotFound(err)
}

// MoveDigest goes on with a digest in another conversation: the 1:1 chat of the same
// person, opened anew.
func (s *Service) MoveDigest(ctx context.Context, sub okr.Subscription, to okr.Conversation) error {
	_, err := s.Store.Subscriptions().Update(ctx, sub.Conversation.Tenant, sub.ID, func(sub *okr.Subscription) error {
		sub.Conversation = to
		return nil
	})
	return okr.IgnoreNotFound(err)
}

// DigestThread keeps the message that further digests of a place are to answer;
// empty: the next one begins a new thread.
func (s *Service) DigestThread(ctx context.Context, sub okr.Subscription, message string) error {
	_, err := s.Store.Subscriptions().Update(ctx, sub.Conversation.Tenant, sub.ID, func(sub *okr.Subscription) error {
		sub.ThreadID = message
		return nil
	})
	return okr.IgnoreNotFound(err)
}

// watch is an objective that a place watches: all of it, or only some of the
// goals below it.
type watch struct {
	okr.GoalView
	whole bool
}

// watched reads the objectives of a subscription with their children. Private
// ones are never among them.
func (s *Service) watched(ctx context.Context, tenant okr.TenantID, plan okr.DigestPlan) ([]watch, error) {
	views, err := s.plan.Goals(ctx, okr.Actor{Tenant: tenant, Shared: true})
	return choose(plan, views), err
}

// maxCopies bounds how many copies of copies a digest goes on with.
const maxCopies = 40

// isNamed says whether the plan names the objective, or one that has ended and goes
// on in it.
func isNamed(p okr.DigestPlan, goals map[okr.GoalID]okr.Goal, g okr.Goal) bool {
	for range maxCopies {
		if slices.Contains(p.Objectives, g.ID) {
			return true
		}
		before, known := goals[g.CopyOf]
		if !known { // deleted since, or no longer for everyone
			return g.CopyOf != "" && slices.Contains(p.Objectives, g.CopyOf)
		}
		if before.IsOpen() {
			return false
		}
		g = before
	}
	return false
}

// choose keeps what the plan names: chosen objectives and those of teams, people and tags
// with all that stands below, and of other objectives what these have there.
func choose(p okr.DigestPlan, views []okr.GoalView) []watch {
	all := p.IsAll()
	whole := map[okr.GoalID]bool{}
	goals := map[okr.GoalID]okr.Goal{}
	for _, v := range views {
		goals[v.Goal.ID] = v.Goal
	}
	for _, v := range views {
		whole[v.Goal.ID] = all || isNamed(p, goals, v.Goal) || p.Picks(v.Goal)
	}
	for range okr.MaxDepth { // from the top down, a level each time
		for _, v := range views {
			whole[v.Goal.ID] = whole[v.Goal.ID] || whole[v.Goal.Parent]
		}
	}
	var out []watch
	for _, v := range views {
		if !whole[v.Goal.ID] {
			v.Children = slices.DeleteFunc(slices.Clone(v.Children), func(c okr.GoalView) bool { return !p.Picks(c.Goal) })
		}
		if whole[v.Goal.ID] || len(v.Children) > 0 {
			out = append(out, watch{v, whole[v.Goal.ID]})
		}
	}
	return out
}
