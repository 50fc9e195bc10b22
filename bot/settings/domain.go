package settings

import (
	"context"

	"okrbot/okr"
)

// accessor is what this subject needs of [okrbot/okr/access].
type accessor interface {
	IsAdmin(ctx context.Context, actor okr.Actor) (bool, error)
	AdminList(ctx context.Context, t okr.Settings) []string
	RequireAdmin(ctx context.Context, actor okr.Actor) error
	AddAdmin(ctx context.Context, actor okr.Actor, person okr.Person) (okr.Settings, error)
	RemoveAdmin(ctx context.Context, actor okr.Actor, person okr.Person) (okr.Settings, error)
	Integration(ctx context.Context, actor okr.Actor) (okr.Integration, error)
	Enable(ctx context.Context, actor okr.Actor) (okr.Integration, error)
	Disable(ctx context.Context, actor okr.Actor) (okr.Integration, error)
	SavePeriod(ctx context.Context, actor okr.Actor, p okr.TimePeriod, current bool) (okr.Settings, error)
	DeletePeriod(ctx context.Context, actor okr.Actor, id string) (okr.Settings, error)
}

// planner is what this subject needs of [okrbot/okr/plan].
type planner interface {
	SaveSettings(ctx context.Context, actor okr.Actor, in okr.SettingsInput) (okr.Settings, error)
}
