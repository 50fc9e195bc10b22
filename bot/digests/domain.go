package digests

import (
	"context"
	"time"

	"okrbot/okr"
)

// accessor is what this subject needs of [okrbot/okr/access].
type accessor interface {
	Settings(ctx context.Context, tenant okr.TenantID) (okr.Settings, error)
	Addressed(ctx context.Context, tenant okr.TenantID) (okr.Settings, error)
	Member(ctx context.Context, tenant okr.TenantID, user okr.UserID) (okr.Member, error)
	RequireDigests(ctx context.Context, actor okr.Actor) error
	AdminIDs(t okr.Settings) []okr.UserID
}

// planner is what this subject needs of [okrbot/okr/plan].
type planner interface {
	Goal(ctx context.Context, actor okr.Actor, id okr.GoalID) (okr.GoalView, error)
	Objectives(ctx context.Context, actor okr.Actor) ([]okr.Goal, error)
}

// notifier is what this subject needs of [okrbot/okr/notify].
type notifier interface {
	PreviewDigest(ctx context.Context, actor okr.Actor, conversation string) (okr.Digest, error)
	SubscriptionOf(ctx context.Context, tenant okr.TenantID, conversation string) (okr.Subscription, error)
	SubscribeTo(ctx context.Context, actor okr.Actor, conv okr.Conversation, slot string, plan okr.DigestPlan) (okr.Subscription, error)
	Unsubscribe(ctx context.Context, actor okr.Actor, conversation string) (okr.Subscription, error)
	MuteDigest(ctx context.Context, actor okr.Actor, conversation string, length time.Duration) (okr.Subscription, error)
	PauseDigest(ctx context.Context, sub okr.Subscription, reason string) (first bool, err error)
	SubscriptionsOf(ctx context.Context, tenant okr.TenantID, conversation, team string) ([]okr.Subscription, error)
	ResumeDigest(ctx context.Context, sub okr.Subscription) error
	MoveDigest(ctx context.Context, sub okr.Subscription, to okr.Conversation) error
	ToldAtOnce(ctx context.Context, tenant okr.TenantID, g okr.Goal) ([]okr.Subscription, error)
	CheckInTold(ctx context.Context, sub okr.Subscription, v okr.GoalView) error
	DigestThread(ctx context.Context, sub okr.Subscription, message string) error
}
