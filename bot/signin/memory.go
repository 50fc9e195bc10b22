package signin

import (
	"context"
	"time"

	"okrbot/okr"
)

// Tickets keeps what a sign-in under way needs, sealed.
type Tickets interface {
	// PutTicket stores a ticket for a time.
	PutTicket(ctx context.Context, ticket string, data []byte, ttl time.Duration) error
	// TakeTicket reads and removes a ticket in one step. NotFound: it never was,
	// was taken, or its time is over.
	TakeTicket(ctx context.Context, ticket string) ([]byte, error)
	// PeekTicket reads a ticket and leaves it.
	PeekTicket(ctx context.Context, ticket string) ([]byte, error)
	// CountTry counts tries under a key and gives how many there were within ttl.
	CountTry(ctx context.Context, tenant okr.TenantID, key string, ttl time.Duration) (int, error)
}
