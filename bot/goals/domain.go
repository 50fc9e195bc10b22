package goals

import (
	"context"
	"time"

	"okrbot/okr"
)

// undoer is what this subject needs of [okrbot/okr/plan.Undo].
type undoer interface {
	Edit(ctx context.Context, actor okr.Actor, id okr.GoalID, version int) (before okr.Goal, after okr.GoalView, err error)
}

// planner is what this subject needs of [okrbot/okr/plan].
type planner interface {
	SaveGoal(ctx context.Context, actor okr.Actor, in okr.GoalInput) (okr.GoalView, error)
	DeleteGoal(ctx context.Context, actor okr.Actor, id okr.GoalID) (okr.Goal, error)
	DeletedGoals(ctx context.Context, actor okr.Actor) ([]okr.Goal, error)
	Restore(ctx context.Context, actor okr.Actor, id okr.GoalID) (okr.GoalView, error)
	Goal(ctx context.Context, actor okr.Actor, id okr.GoalID) (okr.GoalView, error)
	OpenGoal(ctx context.Context, actor okr.Actor, id okr.GoalID, page okr.Page) (okr.GoalView, error)
	ListGoals(ctx context.Context, actor okr.Actor, f okr.Filter, page okr.Page) ([]okr.GoalView, int, error)
	History(ctx context.Context, actor okr.Actor, id okr.GoalID, after time.Time) (okr.GoalHistory, error)
	WhatMoved(ctx context.Context, actor okr.Actor, id okr.GoalID, span okr.Span) ([]okr.Move, error)
	CheckIns(ctx context.Context, actor okr.Actor, id okr.GoalID, page okr.Page) ([]okr.CheckIn, int, error)
	PreviewClose(ctx context.Context, actor okr.Actor, id okr.GoalID) (okr.ClosePreview, error)
	Close(ctx context.Context, actor okr.Actor, in okr.CloseInput) (okr.GoalView, error)
	Reopen(ctx context.Context, actor okr.Actor, id okr.GoalID) (okr.GoalView, error)
	Clone(ctx context.Context, actor okr.Actor, in okr.CloneInput) (okr.Cloned, error)
}
