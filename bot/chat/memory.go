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
	// TakeDelivery takes an activity in hand for a time, or keeps it there longer. Mine
	// says that nobody else has it, done that it was handled lately.
	TakeDelivery(ctx context.Context, tenant okr.TenantID, conversation, activityID, token string, hold time.Duration) (mine, done bool, err error)
	// FinishDelivery notes that it was handled.
	FinishDelivery(ctx context.Context, tenant okr.TenantID, conversation, activityID, token string) error
	// FirstTime reports whether it is asked about something in a place for the first
	// time within an hour, over all replicas.
	FirstTime(ctx context.Context, tenant okr.TenantID, conversation, what string) (bool, error)
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

// Take implements Deliveries.
func (d deliveries) Take(ctx context.Context, a teams.Delivery, hold time.Duration) (mine, done bool, err error) {
	return d.TakeDelivery(ctx, okr.TenantID(a.Tenant), a.Conversation, a.Activity, a.Token, hold)
}

// Finish implements Deliveries.
func (d deliveries) Finish(ctx context.Context, a teams.Delivery) error {
	return d.FinishDelivery(ctx, okr.TenantID(a.Tenant), a.Conversation, a.Activity, a.Token)
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
