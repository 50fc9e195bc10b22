package redisstore

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"okrbot/okr"
)

// deliveryTTL is how long a delivery is remembered; Teams repeats one within
// minutes.
const deliveryTTL = time.Hour

// FirstTime says whether something in a place is asked about for the first time
// within an hour. Only one of several replicas hears yes.
func (m Memory) FirstTime(ctx context.Context, tenant okr.TenantID, conversation, what string) (bool, error) {
	first, err := claim(ctx, m.s, deliveryKey(tenant, conversation, what), newToken(), deliveryTTL)
	return first, fail(ctx, "note first time", err)
}

// PutDraft keeps data under an id for ttl, replacing what was there. Like all
// that passes through here it is sealed, since it may hold what a person alone
// may see.
func (m Memory) PutDraft(ctx context.Context, tenant okr.TenantID, id string, data []byte, ttl time.Duration) error {
	return m.putSealed(ctx, "put draft", draftKey(tenant, id), data, ttl)
}

// PutForm keeps an open form as a draft, and a note of it in a list of the latest, in one
// trip.
func (m Memory) PutForm(ctx context.Context, tenant okr.TenantID, f okr.OpenForm) error {
	form, list := draftKey(tenant, f.ID), draftKey(tenant, f.List)
	_, err := m.s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		if f.Data != nil {
			p.Set(ctx, form, m.s.sealer.Seal(form, f.Data), f.Life)
		}
		p.RPush(ctx, list, m.s.sealer.Seal(list, f.Note))
		p.LTrim(ctx, list, int64(-f.Most), -1)
		p.Expire(ctx, list, f.Life)
		return nil
	})
	return fail(ctx, "put form", err)
}

// OpenForms gives the notes in a list of open forms, the latest first. Of one form there may
// be several, and some forms may be saved by now. What was sealed with a key that was taken
// away meanwhile is left out.
func (m Memory) OpenForms(ctx context.Context, tenant okr.TenantID, list string) (notes [][]byte, err error) {
	key := draftKey(tenant, list)
	sealed, err := m.s.client.LRange(ctx, key, 0, -1).Result()
	for _, text := range slices.Backward(sealed) {
		if note, err := m.s.sealer.Open(key, text); err == nil {
			notes = append(notes, note)
		}
	}
	return notes, fail(ctx, "list open forms", err)
}

// Draft gives what was put under an id. NotFound: nothing, or its time is over.
func (m Memory) Draft(ctx context.Context, tenant okr.TenantID, id string) ([]byte, error) {
	key := draftKey(tenant, id)
	sealed, err := m.s.client.Get(ctx, key).Result()
	return m.openSealed(ctx, "read draft", key, sealed, err,
		"This form is too old or was sent already. Start again.")
}

// DropDraft forgets a draft; none there is no error.
func (m Memory) DropDraft(ctx context.Context, tenant okr.TenantID, id string) error {
	return fail(ctx, "drop draft", m.s.client.Del(ctx, draftKey(tenant, id)).Err())
}

const ticketGone = "This sign-in link was used already or is too old. Start again in the chat."

// PutTicket keeps what a secret ticket stands for, for ttl. The store does not
// hold the ticket itself.
func (m Memory) PutTicket(ctx context.Context, ticket string, data []byte, ttl time.Duration) error {
	return m.putSealed(ctx, "put ticket", ticketKey(ticket), data, ttl)
}

// takeTicketScript marks a ticket as taken and gives what it stands for, also to the
// same taker again: a command whose answer was lost is repeated.
//
//	KEYS[1] the ticket
//	ARGV[1] the token of who takes it
//
// Returns the sealed content, or nil when there is none or somebody else took it.
var takeTicketScript = redis.NewScript(`
local now = redis.call("GET", KEYS[1])
if not now then return false end
local mark = "` + taken + `" .. ARGV[1] .. ":"
if string.sub(now, 1, #mark) == mark then return string.sub(now, #mark + 1) end
if string.sub(now, 1, ` + strconv.Itoa(len(taken)) + `) == "` + taken + `" then return false end
redis.call("SET", KEYS[1], mark .. now, "KEEPTTL")
return now`)

// taken begins the value of a ticket that was taken; no sealed content does.
const taken = "!taken:"

// TakeTicket gives what a ticket stands for, once. NotFound: it is unknown, used
// or its time is over.
func (m Memory) TakeTicket(ctx context.Context, ticket string) ([]byte, error) {
	key := ticketKey(ticket)
	sealed, err := takeTicketScript.Run(ctx, m.s.client, []string{key}, newToken()).Text()
	return m.openSealed(ctx, "take ticket", key, sealed, err, ticketGone)
}

// PeekTicket gives what a ticket stands for and leaves it valid. NotFound as for
// TakeTicket.
func (m Memory) PeekTicket(ctx context.Context, ticket string) ([]byte, error) {
	key := ticketKey(ticket)
	sealed, err := m.s.client.Get(ctx, key).Result()
	if strings.HasPrefix(sealed, taken) {
		err = redis.Nil
	}
	return m.openSealed(ctx, "read ticket", key, sealed, err, ticketGone)
}

// CountTry counts one more try under a key and gives how many there were within
// ttl of the first, this one included.
func (m Memory) CountTry(ctx context.Context, tenant okr.TenantID, key string, ttl time.Duration) (int, error) {
	return m.s.CountTry(ctx, tenant, key, ttl)
}

// CountTry implements [okr.Counter].
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

func (m Memory) putSealed(ctx context.Context, op, key string, data []byte, ttl time.Duration) error {
	return fail(ctx, op, m.s.client.Set(ctx, key, m.s.sealer.Seal(key, data), ttl).Err())
}

// openSealed opens what cmd read from key; gone is said when that was nothing.
func (m Memory) openSealed(ctx context.Context, op, key, sealed string, err error, gone string) ([]byte, error) {
	if missing(err) {
		return nil, okr.Errorf(okr.NotFound, "%s", gone)
	} else if err != nil {
		return nil, fail(ctx, op, err)
	}
	data, err := m.s.sealer.Open(key, sealed)
	if err != nil { // sealed with a key that was taken away meanwhile
		return nil, okr.WrapError(okr.NotFound, err, "%s", gone)
	}
	return data, nil
}
