package bot

import (
	"context"

	"okrbot/okr"
)

// TakeTurn waits for the turn of a post that nobody asked for.
func (b *Bot) TakeTurn(ctx context.Context, tenant okr.TenantID) error {
	return b.takeTurn(ctx, tenant)
}
