package goals

import (
	"context"
	"time"

	"okrbot/okr"
)

// undoer is what this subject needs of [okrbot/okr/plan.Undo].
type undoer interface {
	Edit(ctx context.Context, actor okr.Actor, id okr.GoalID, version int) (before okr.Goal, after okr.GoalView, err error)
	Closing(ctx context.Context, actor okr.Actor, objectives []okr.GoalID, since time.Time) (int, error)
}

// planner is what this subject needs of [okrbot/okr/plan].
type planner interface {
	SaveGoal(ctx context.Context, actor okr.Actor, in okr.GoalInput) (okr.GoalView, error)
	DeleteGoal(ctx context.Context, actor okr.Actor, id okr.GoalID) (okr.Goal, error)
	DeletedGoals(ctx context.Context, actor okr.Actor) ([]okr.Goal, error)
	Restore(ctx context.Context, actor okr.Actor, id okr.GoalID) (okr.GoalView, error)
	Goal(ctx context.Context, actor okr.Actor, id okr.GoalID) (okr.GoalView, error)
	OpenGoal(ctx context.Context, actor okr.Actor, id okr.GoalID, page okr.Page) (okr.GoalView, error)
	Weighted(ctx context.Context, actor okr.Actor, id okr.GoalID) (okr.GoalView, error)
	Lists(ctx context.Context, actor okr.Actor, asks ...okr.ListAsk) (okr.Settings, []okr.List, error)
	Story(ctx context.Context, actor okr.Actor, id okr.GoalID, spans ...okr.Span) (okr.GoalStory, error)
	Offered(ctx context.Context, actor okr.Actor) (okr.Offered, error)
	EditForm(ctx context.Context, actor okr.Actor, id okr.GoalID) (okr.GoalView, okr.Offered, error)
	PreviewClose(ctx context.Context, actor okr.Actor, id okr.GoalID) (okr.ClosePreview, error)
	Close(ctx context.Context, actor okr.Actor, in okr.CloseInput) (okr.GoalView, error)
	Reopen(ctx context.Context, actor okr.Actor, id okr.GoalID) (okr.GoalView, error)
	Clone(ctx context.Context, actor okr.Actor, in okr.CloneInput) (okr.Cloned, error)
}
