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
	// Open takes the delivery of a turn in hand and reads what it begins with.
	Open(ctx context.Context, o okr.Opening) okr.Opened
	// HoldDelivery keeps a delivery in hand for longer; false: it is not in this hand.
	HoldDelivery(ctx context.Context, d okr.Delivery) (mine bool, err error)
	// FinishDelivery notes that it was handled.
	FinishDelivery(ctx context.Context, d okr.Delivery) error
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

// Open implements Deliveries.
func (d deliveries) Open(ctx context.Context, a teams.Activity, of teams.Delivery, late string) teams.Opening {
	o := openingOf(a)
	o.Delivery, o.Draft = deliveryOf(of), late
	read := d.Memory.Open(ctx, o)
	return teams.Opening{Mine: read.Mine, Done: read.Done, Err: read.NotTaken, Late: read.Draft, Unread: read.Unread, Read: read}
}

// Hold implements Deliveries.
func (d deliveries) Hold(ctx context.Context, of teams.Delivery) error {
	_, err := d.HoldDelivery(ctx, deliveryOf(of))
	return err
}

// Finish implements Deliveries.
func (d deliveries) Finish(ctx context.Context, of teams.Delivery) error {
	return d.FinishDelivery(ctx, deliveryOf(of))
}

func deliveryOf(d teams.Delivery) okr.Delivery {
	return okr.Delivery{Tenant: okr.TenantID(d.Tenant), Conversation: d.Conversation, Activity: d.Activity, Token: d.Token, Hold: d.Hold}
}

// ResultsOf is the memory of late presses as the wire asks for it.
func ResultsOf(m Memory) teams.Results { return results{m} }

type results struct{ Memory }

// PutResult implements Results.
func (r results) PutResult(ctx context.Context, tenant, key string, data []byte, ttl time.Duration) error {
	return r.PutDraft(ctx, okr.TenantID(tenant), key, data, ttl)
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
