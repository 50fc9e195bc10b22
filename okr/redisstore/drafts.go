package redisstore

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"

	"okrbot/okr"
)

// deliveryTTL is how long a delivery is remembered; Teams repeats one within
// minutes.
const deliveryTTL = time.Hour

// FirstTime says whether something in a place is asked about for the first time
// within an hour. Only one of several replicas hears yes.
func (s *Store) FirstTime(ctx context.Context, tenant okr.TenantID, conversation, what string) (bool, error) {
	first, err := s.claim(ctx, deliveryKey(tenant, conversation, what), newToken(), deliveryTTL)
	return first, fail(ctx, "note first time", err)
}

// PutDraft keeps data under an id for ttl, replacing what was there. Like all
// that passes through here it is sealed, since it may hold what a person alone
// may see.
func (s *Store) PutDraft(ctx context.Context, tenant okr.TenantID, id string, data []byte, ttl time.Duration) error {
	return s.putSealed(ctx, "put draft", draftKey(tenant, id), data, ttl)
}

// Draft gives what was put under an id. NotFound: nothing, or its time is over.
func (s *Store) Draft(ctx context.Context, tenant okr.TenantID, id string) ([]byte, error) {
	key := draftKey(tenant, id)
	return s.openSealed(ctx, "read draft", key, s.client.Get(ctx, key),
		"This form is too old or was sent already. Start again.")
}

// DropDraft forgets a draft; none there is no error.
func (s *Store) DropDraft(ctx context.Context, tenant okr.TenantID, id string) error {
	return fail(ctx, "drop draft", s.client.Del(ctx, draftKey(tenant, id)).Err())
}

const ticketGone = "This sign-in link was used already or is too old. Start again in the chat."

// PutTicket keeps what a secret ticket stands for, for ttl. The store does not
// hold the ticket itself.
func (s *Store) PutTicket(ctx context.Context, ticket string, data []byte, ttl time.Duration) error {
	return s.putSealed(ctx, "put ticket", ticketKey(ticket), data, ttl)
}

// TakeTicket gives what a ticket stands for, once. NotFound: it is unknown, used
// or its time is over.
func (s *Store) TakeTicket(ctx context.Context, ticket string) ([]byte, error) {
	key := ticketKey(ticket)
	return s.openSealed(ctx, "take ticket", key, s.client.GetDel(ctx, key), ticketGone)
}

// PeekTicket gives what a ticket stands for and leaves it valid. NotFound as for
// TakeTicket.
func (s *Store) PeekTicket(ctx context.Context, ticket string) ([]byte, error) {
	key := ticketKey(ticket)
	return s.openSealed(ctx, "read ticket", key, s.client.Get(ctx, key), ticketGone)
}

// CountTry counts one more try under a key and gives how many there were within
// ttl of the first, this one included.
func (s *Store) CountTry(ctx context.Context, tenant okr.TenantID, key string, ttl time.Duration) (int, error) {
	var count *redis.IntCmd
	_, err := s.client.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.SetNX(ctx, triesKey(tenant, key), 0, ttl)
		count = p.Incr(ctx, triesKey(tenant, key))
		return nil
	})
	if err != nil {
		return 0, fail(ctx, "count try", err)
	}
	return int(count.Val()), nil
}

func (s *Store) putSealed(ctx context.Context, op, key string, data []byte, ttl time.Duration) error {
	return fail(ctx, op, s.client.Set(ctx, key, s.sealer.Seal(key, data), ttl).Err())
}

// openSealed opens what cmd read from key; gone is said when that was nothing.
func (s *Store) openSealed(ctx context.Context, op, key string, cmd *redis.StringCmd, gone string) ([]byte, error) {
	sealed, err := cmd.Result()
	if missing(err) {
		return nil, okr.Errorf(okr.NotFound, "%s", gone)
	} else if err != nil {
		return nil, fail(ctx, op, err)
	}
	data, err := s.sealer.Open(key, sealed)
	if err != nil { // sealed with a key that was taken away meanwhile
		return nil, okr.WrapError(okr.NotFound, err, "%s", gone)
	}
	return data, nil
}
