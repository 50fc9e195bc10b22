package chat

import (
	"context"

	"okrbot/okr"
)

// accessor is what this subject needs of [okrbot/okr/access].
type accessor interface {
	Settings(ctx context.Context, tenant okr.TenantID) (okr.Settings, error)
	Addressed(ctx context.Context, tenant okr.TenantID) (okr.Settings, error)
	SeenIn(ctx context.Context, actor okr.Actor, zone string) error
}

// planner is what this subject needs of [okrbot/okr/plan].
type planner interface {
	ListGoals(ctx context.Context, actor okr.Actor, f okr.Filter, page okr.Page) ([]okr.GoalView, int, error)
	FindGoals(ctx context.Context, actor okr.Actor, text string, kinds ...okr.GoalKind) ([]okr.Goal, error)
}
