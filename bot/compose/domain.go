package compose

import (
	"context"

	"okrbot/okr"
)

// accessor is what this subject needs of [okrbot/okr/access].
type accessor interface {
	Addressed(ctx context.Context, tenant okr.TenantID) (okr.Settings, error)
}

// connector is what this subject needs of [okrbot/okr/connect].
type connector interface {
	Connections(ctx context.Context, actor okr.Actor) ([]okr.Connection, error)
}

// measurer is what this subject needs of [okrbot/okr/measure].
type measurer interface {
	MovedBy(ctx context.Context, actor okr.Actor, link okr.AzureLink) ([]okr.GoalView, int, error)
}

// planner is what this subject needs of [okrbot/okr/plan].
type planner interface {
	ListGoals(ctx context.Context, actor okr.Actor, f okr.Filter, page okr.Page) ([]okr.GoalView, int, error)
	Search(ctx context.Context, actor okr.Actor, text string, page okr.Page, children int) ([]okr.GoalView, int, error)
}
