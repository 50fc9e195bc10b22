package checkins

import (
	"context"
	"time"

	"okrbot/okr"
)

// accessor is what this subject needs of [okrbot/okr/access].
type accessor interface {
	HabitsOf(ctx context.Context, tenant okr.TenantID, user okr.UserID) (zone *time.Location, locale string, err error)
}

// connector is what this subject needs of [okrbot/okr/connect].
type connector interface {
	Connection(ctx context.Context, actor okr.Actor, id okr.ConnectionID) (okr.Connection, error)
	Keeps(ctx context.Context, actor okr.Actor, c okr.Connection) (bool, error)
}

// planner is what this subject needs of [okrbot/okr/plan].
type planner interface {
	Goal(ctx context.Context, actor okr.Actor, id okr.GoalID) (okr.GoalView, error)
	Named(ctx context.Context, actor okr.Actor, ids ...okr.GoalID) (map[okr.GoalID]okr.GoalView, error)
	CheckIn(ctx context.Context, actor okr.Actor, in okr.CheckInInput) (okr.GoalView, okr.CheckIn, error)
	PreviewCheckIn(ctx context.Context, actor okr.Actor, id okr.GoalID) (okr.GoalView, error)
	Resume(ctx context.Context, actor okr.Actor, id okr.GoalID) (okr.GoalView, error)
	EditCheckIn(ctx context.Context, actor okr.Actor, in okr.CheckInInput) (okr.GoalView, okr.CheckIn, error)
	DeleteCheckIn(ctx context.Context, actor okr.Actor, id okr.CheckInID) (okr.GoalView, error)
	GetCheckIn(ctx context.Context, actor okr.Actor, id okr.CheckInID) (okr.CheckIn, error)
}

// undoer is what this subject needs of [okrbot/okr/plan.Undo].
type undoer interface {
	CheckIn(ctx context.Context, actor okr.Actor, id okr.CheckInID) (okr.GoalView, error)
	CheckInEdit(ctx context.Context, actor okr.Actor, was okr.CheckIn, editedAt time.Time) (okr.GoalView, error)
	CheckInDeletion(ctx context.Context, actor okr.Actor, c okr.CheckIn) (okr.GoalView, error)
}

// notifier is what this subject needs of [okrbot/okr/notify].
type notifier interface {
	MyReminder(ctx context.Context, actor okr.Actor) (r okr.Reminder, own bool, err error)
	SetMyReminder(ctx context.Context, actor okr.Actor, r *okr.Reminder) error
	CheckInsDue(ctx context.Context, actor okr.Actor) ([]okr.GoalView, error)
	Attention(ctx context.Context, actor okr.Actor, f okr.Filter) (okr.Concerns, error)
	Nudge(ctx context.Context, tenant okr.TenantID, person okr.UserID, goal okr.GoalID) (bool, error)
}
