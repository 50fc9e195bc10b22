package chat

import (
	"context"
	"time"

	"okrbot/bot/teams"
	"okrbot/okr"
)

// Memory keeps what the conversation has to remember between turns, over all
// replicas and restarts.
type Memory interface {
	// FirstDelivery reports whether it is asked about the activity for the first
	// time, over all replicas.
	FirstDelivery(ctx context.Context, tenant okr.TenantID, conversation, activityID string) (bool, error)
	// SaveConversation keeps where a place can be reached; the newest wins.
	SaveConversation(ctx context.Context, c okr.Conversation) error
	// Conversation reads a place. NotFound: it was never seen or was dropped.
	Conversation(ctx context.Context, tenant okr.TenantID, id string) (okr.Conversation, error)
	// PersonalConversation reads the 1:1 chat of a person. NotFound: never seen.
	PersonalConversation(ctx context.Context, tenant okr.TenantID, user okr.UserID) (okr.Conversation, error)
	// DropConversation forgets a place; none there is no error.
	DropConversation(ctx context.Context, tenant okr.TenantID, id string) error
	Drafts
	// CountTry counts tries under a key and gives how many there were within ttl.
	CountTry(ctx context.Context, tenant okr.TenantID, key string, ttl time.Duration) (int, error)
}

// DeliveriesOf is the memory of deliveries as the wire asks for it.
func DeliveriesOf(m Memory) teams.Deliveries { return deliveries{m} }

type deliveries struct{ Memory }

// FirstDelivery implements Deliveries.
func (d deliveries) FirstDelivery(ctx context.Context, tenant, conversation, activityID string) (bool, error) {
	return d.Memory.FirstDelivery(ctx, okr.TenantID(tenant), conversation, activityID)
}

// ResultsOf is the memory of late presses as the wire asks for it.
func ResultsOf(m Memory) teams.Results { return results{m} }

type results struct{ Memory }

// PutResult implements Results.
func (r results) PutResult(ctx context.Context, tenant, key string, data []byte, ttl time.Duration) error {
	return r.PutDraft(ctx, okr.TenantID(tenant), key, data, ttl)
}

// Result implements Results.
func (r results) Result(ctx context.Context, tenant, key string) ([]byte, error) {
	data, err := r.Draft(ctx, okr.TenantID(tenant), key)
	return data, okr.IgnoreNotFound(err)
}

// DropResult implements Results.
func (r results) DropResult(ctx context.Context, tenant, key string) error {
	return r.DropDraft(ctx, okr.TenantID(tenant), key)
}

// Drafts keeps half-filled forms on the server, so that cards carry only an id.
type Drafts interface {
	// PutDraft stores a draft for a time.
	PutDraft(ctx context.Context, tenant okr.TenantID, id string, data []byte, ttl time.Duration) error
	// Draft reads a draft. NotFound: it never was, or its time is over.
	Draft(ctx context.Context, tenant okr.TenantID, id string) ([]byte, error)
	// DropDraft forgets a draft; none there is no error.
	DropDraft(ctx context.Context, tenant okr.TenantID, id string) error
}
