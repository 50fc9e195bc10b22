package chat

import (
	"context"

	"okrbot/okr"
)

// accessor is what this subject needs of [okrbot/okr/access].
type accessor interface {
	Settings(ctx context.Context, tenant okr.TenantID) (okr.Settings, error)
	Addressed(ctx context.Context, tenant okr.TenantID) (okr.Settings, error)
	SeenIn(ctx context.Context, actor okr.Actor, zone, locale string) error
	Administers(t okr.Settings, actor okr.Actor) bool
	UnmetAdmins(ctx context.Context, t okr.Settings) []okr.UserID
	Meet(ctx context.Context, tenant okr.TenantID, who okr.Person) error
}

// planner is what this subject needs of [okrbot/okr/plan].
type planner interface {
	Lists(ctx context.Context, actor okr.Actor, asks ...okr.ListAsk) (okr.Settings, []okr.List, error)
	FindGoals(ctx context.Context, actor okr.Actor, text string, kinds ...okr.GoalKind) ([]okr.Goal, error)
}
