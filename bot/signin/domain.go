package signin

import (
	"context"

	"okrbot/okr"
)

// accessor is what this subject needs of [okrbot/okr/access].
type accessor interface {
	RequireEnabled(ctx context.Context, actor okr.Actor) error
}

// connector is what this subject needs of [okrbot/okr/connect].
type connector interface {
	OwnConnections(ctx context.Context, actor okr.Actor) ([]okr.Connection, error)
	Accounts(ctx context.Context, actor okr.Actor) ([]okr.Credential, error)
	SignedIn(ctx context.Context, tenant okr.TenantID, c okr.Credential) ([]okr.Connection, error)
	SignOut(ctx context.Context, actor okr.Actor) ([]okr.Connection, error)
}
