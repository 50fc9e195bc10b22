package notify

import (
	"context"
	"slices"
	"time"

	"okrbot/okr"
)

// historyLimit bounds how many measurements are looked at to say why a value
// moved between two digests.
const historyLimit = 500

// standings is what a subscription's goals show now.
func (s *Service) standings(ctx context.Context, tenant okr.TenantID, sub okr.Subscription) (map[okr.GoalID]okr.Reported, error) {
	views, err := s.watched(ctx, tenant, sub.DigestPlan)
	told := map[okr.GoalID]okr.Reported{}
	for _, o := range views {
		if o.whole {
			told[o.Goal.ID] = o.Reported()
		}
		for _, c := range o.Children {
			told[c.Goal.ID] = c.Reported()
		}
	}
	return told, err
}

// ComposeDigest says what moved since a subscription was last told, and whether
// there is anything to post now. There is not once the integration was disabled,
// at times that the subscription leaves out, while it is paused, and when nothing
// moved, unless it asks to be told of that too.
func (s *Service) ComposeDigest(ctx context.Context, tenant okr.TenantID, id okr.SubscriptionID) (okr.Digest, bool, error) {
	t, err := s.access.Settings(ctx, tenant)
	if err != nil || !t.PostsDigests() {
		return okr.Digest{}, false, err
	}
	sub, err := s.Store.Subscriptions().Get(ctx, tenant, id)
	if okr.KindOf(err) == okr.NotFound {
		return okr.Digest{}, false, s.Agenda.Drop(ctx, okr.Due{Kind: okr.DueDigest, Tenant: tenant, ID: string(id)})
	}
	if err != nil || !sub.IsDue(s.Now(), sub.Location(t), s.DigestEvery) {
		return okr.Digest{}, false, err
	}
	d, err := s.compose(ctx, sub)
	if err != nil || !d.Empty() || sub.Always && len(d.Still)+len(d.Failing) > 0 {
		return d, err == nil, err
	}
	return d, false, s.nothingToTell(ctx, d)
}

// nothingToTell records that a daily or weekly digest was looked at: what moves
// from now on waits for the next one.
func (s *Service) nothingToTell(ctx context.Context, d okr.Digest) error {
	if d.Subscription.Rule.Cadence == okr.Hourly {
		return nil
	}
	_, err := s.Store.Subscriptions().Update(ctx, d.Subscription.Conversation.Tenant, d.Subscription.ID, func(sub *okr.Subscription) error {
		sub.Through = d.At
		return nil
	})
	return okr.IgnoreNotFound(err)
}

// PreviewDigest says what the next digest of a conversation would tell if it came
// now. Nothing counts as told by it. NotFound: it gets none.
func (s *Service) PreviewDigest(ctx context.Context, actor okr.Actor, conversation string) (okr.Digest, error) {
	if err := s.access.RequireDigests(ctx, actor); err != nil {
		return okr.Digest{}, err
	}
	sub, err := s.SubscriptionOf(ctx, actor.Tenant, conversation)
	if err != nil {
		return okr.Digest{}, err
	}
	return s.compose(ctx, sub)
}

func (s *Service) compose(ctx context.Context, sub okr.Subscription) (okr.Digest, error) {
	tenant := sub.Conversation.Tenant
	d := okr.Digest{Subscription: sub, At: s.Now()}
	views, err := s.watched(ctx, tenant, sub.DigestPlan)
	if err != nil {
		return d, err
	}
	for _, o := range views {
		if err := s.addMoves(ctx, tenant, &d, o); err != nil {
			return d, err
		}
	}
	return d, nil
}

func (s *Service) addMoves(ctx context.Context, tenant okr.TenantID, d *okr.Digest, o watch) error {
	before := len(d.Moved) + len(d.Failing) + len(d.Objectives)
	defer func() {
		if o.whole && len(d.Moved)+len(d.Failing)+len(d.Objectives) > before {
			o.Children = nil
			d.Above = append(d.Above, o.GoalView)
		}
	}()
	for _, c := range o.Children {
		if c.Stale && c.Goal.IsOpen() {
			d.Failing = append(d.Failing, c)
		}
		m, moved := d.MoveOf(c, o.Goal.Title)
		if !moved {
			continue
		}
		var err error
		if m.Changes, err = s.changesOf(ctx, tenant, m); err != nil {
			return err
		}
		d.Moved = append(d.Moved, m)
	}
	if !o.whole {
		return nil
	}
	if m, moved := d.MoveOf(o.GoalView, ""); moved {
		var err error
		if m.Changes, err = s.changesOf(ctx, tenant, m); err != nil {
			return err
		}
		d.Objectives = append(d.Objectives, m)
	} else if d.Subscription.Always && o.Goal.IsOpen() {
		d.Still = append(d.Still, o.GoalView)
	}
	return nil
}

// changesOf says what moved a goal since a place was told of it. What nothing measures
// has only the causes since the last post.
func (s *Service) changesOf(ctx context.Context, tenant okr.TenantID, m okr.Move) (okr.Changes, error) {
	after := m.Before.At
	if m.Goal.Binding == nil && m.Since.After(after) {
		after = m.Since
	}
	history, err := s.Measurements.History(ctx, tenant, m.Goal.ID, after, historyLimit)
	return okr.ChangesOf(m.Goal, history, m.Since), err
}

// DigestPosted records that Teams took a digest: its changes are told.
func (s *Service) DigestPosted(ctx context.Context, d okr.Digest) error {
	_, err := s.Store.Subscriptions().Update(ctx, d.Subscription.Conversation.Tenant, d.Subscription.ID, func(sub *okr.Subscription) error {
		for _, m := range append(slices.Clone(d.Moved), d.Objectives...) {
			sub.Report(m.Goal.ID, m.After)
		}
		sub.PostedAt, sub.Through = d.At, d.At
		sub.RefusedAt, sub.UnsureAt = time.Time{}, time.Time{}
		return nil
	})
	return okr.IgnoreNotFound(err)
}
