package compose

import (
	"context"

	"okrbot/okr"
)

// accessor is what this subject needs of [okrbot/okr/access].
type accessor interface {
	Settings(ctx context.Context, tenant okr.TenantID) (okr.Settings, error)
}

// planner is what this subject needs of [okrbot/okr/plan].
type planner interface {
	ListGoals(ctx context.Context, actor okr.Actor, f okr.Filter, page okr.Page) ([]okr.GoalView, int, error)
	Search(ctx context.Context, actor okr.Actor, text string, page okr.Page, children int) ([]okr.GoalView, int, error)
}
