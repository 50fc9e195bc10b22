package settings

import (
	"context"

	"okrbot/okr"
)

// accessor is what this subject needs of [okrbot/okr/access].
type accessor interface {
	IsAdmin(ctx context.Context, actor okr.Actor) (bool, error)
	AdminList(t okr.Tenant) []string
	RequireAdmin(ctx context.Context, actor okr.Actor) error
	AddAdmin(ctx context.Context, actor okr.Actor, person okr.Person) (okr.Tenant, error)
	RemoveAdmin(ctx context.Context, actor okr.Actor, person okr.Person) (okr.Tenant, error)
	Integration(ctx context.Context, actor okr.Actor) (okr.Integration, error)
	Enable(ctx context.Context, actor okr.Actor) (okr.Integration, error)
	Disable(ctx context.Context, actor okr.Actor) (okr.Integration, error)
	SavePeriod(ctx context.Context, actor okr.Actor, p okr.TimePeriod, current bool) (okr.Tenant, error)
	DeletePeriod(ctx context.Context, actor okr.Actor, id string) (okr.Tenant, error)
}

// planner is what this subject needs of [okrbot/okr/plan].
type planner interface {
	SaveSettings(ctx context.Context, actor okr.Actor, in okr.SettingsInput) (okr.Tenant, error)
}
