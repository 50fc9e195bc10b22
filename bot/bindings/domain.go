package bindings

import (
	"context"

	"okrbot/okr"
)

// connector is what this subject needs of [okrbot/okr/connect].
type connector interface {
	Connection(ctx context.Context, actor okr.Actor, id okr.ConnectionID) (okr.Connection, error)
	Connections(ctx context.Context, actor okr.Actor) ([]okr.Connection, error)
	SignInFor(ctx context.Context, actor okr.Actor, c okr.Connection) (at okr.SignInAt, renews bool)
}

// planner is what this subject needs of [okrbot/okr/plan].
type planner interface {
	Goal(ctx context.Context, actor okr.Actor, id okr.GoalID) (okr.GoalView, error)
	Lists(ctx context.Context, actor okr.Actor, asks ...okr.ListAsk) (okr.Settings, []okr.List, error)
}

// measurer is what this subject needs of [okrbot/okr/measure].
type measurer interface {
	Bindable(ctx context.Context, actor okr.Actor, id okr.GoalID) (okr.Goal, error)
	FindQueries(ctx context.Context, actor okr.Actor, text string) (okr.FoundQueries, error)
	SearchQueries(ctx context.Context, actor okr.Actor, id okr.ConnectionID, text string) (okr.QueryPage, error)
	LeadsTo(ctx context.Context, actor okr.Actor, id okr.ConnectionID, project string) (bool, error)
	ChooseQuery(ctx context.Context, actor okr.Actor, id okr.ConnectionID, query string) (okr.ChosenQuery, error)
	SearchItems(ctx context.Context, actor okr.Actor, id okr.ConnectionID, search okr.ItemSearch) (okr.ItemPage, error)
	ReadItems(ctx context.Context, actor okr.Actor, id okr.ConnectionID, ids []int) (found []okr.WorkItem, missing []int, moved []okr.WorkItem, err error)
	ItemChoices(ctx context.Context, actor okr.Actor, id okr.ConnectionID) (types, areas []string, err error)
	ChooseItems(ctx context.Context, actor okr.Actor, id okr.ConnectionID, chosen okr.Chosen) (okr.ChosenQuery, error)
	PreviewBinding(ctx context.Context, actor okr.Actor, in okr.BindInput) (okr.Preview, error)
	Bind(ctx context.Context, actor okr.Actor, in okr.BindInput) (okr.GoalView, error)
	Unbind(ctx context.Context, actor okr.Actor, id okr.GoalID) (okr.GoalView, error)
	Branch(ctx context.Context, actor okr.Actor, id okr.GoalID, of, offset int) (okr.GoalView, okr.Branch, error)
	SyncJobs(ctx context.Context, actor okr.Actor, id okr.GoalID) ([]okr.SyncJob, error)
	SyncThrough(ctx context.Context, actor okr.Actor, id okr.ConnectionID) ([]okr.SyncJob, error)
}
