package redisstore

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"okrbot/okr"
)

// SaveConversation keeps how to post to a conversation, replacing what was
// known, for 400 days where it is none of a person's own. A personal one becomes the
// chat of its person.
func (m Memory) SaveConversation(ctx context.Context, c okr.Conversation) error {
	raw, err := encode(0, c)
	if err != nil {
		return err
	}
	_, err = m.s.client.TxPipelined(ctx, func(p redis.Pipeliner) error {
		setConversation(ctx, p, c, raw)
		return nil
	})
	return fail(ctx, "save conversation", err)
}

// setConversation queues what a conversation consists of: it as it is stored, and whose chat
// it is.
func setConversation(ctx context.Context, p redis.Pipeliner, c okr.Conversation, raw []byte) {
	p.Set(ctx, conversationKey(c.Tenant, c.ID), raw, lifeOf(c))
	if c.Kind == okr.Personal && c.User != "" {
		p.Set(ctx, chatKey(c.Tenant, c.User), c.ID, 0)
	}
}

// Conversation gives how to post to a conversation. NotFound: okrbot was never
// there, or was removed.
func (m Memory) Conversation(ctx context.Context, tenant okr.TenantID, id string) (okr.Conversation, error) {
	c, err := readConversation(ctx, m.s.client, tenant, id)
	return c, fail(ctx, "read conversation", err)
}

// PersonalConversation gives a person's own chat with okrbot. NotFound: there is
// none, so nothing can be posted to this person.
func (m Memory) PersonalConversation(ctx context.Context, tenant okr.TenantID, user okr.UserID) (okr.Conversation, error) {
	id, err := m.s.client.Get(ctx, chatKey(tenant, user)).Result()
	if missing(err) {
		return okr.Conversation{}, okr.Errorf(okr.NotFound, "This person has no chat with okrbot yet. Installing the app for oneself makes one.")
	} else if err != nil {
		return okr.Conversation{}, fail(ctx, "read chat", err)
	}
	return m.Conversation(ctx, tenant, id)
}

// DropConversation forgets a conversation; none there is no error.
func (m Memory) DropConversation(ctx context.Context, tenant okr.TenantID, id string) error {
	key := conversationKey(tenant, id)
	return m.s.transact(ctx, "drop conversation", func(tx *redis.Tx) error {
		c, err := readConversation(ctx, tx, tenant, id)
		if okr.KindOf(err) == okr.NotFound {
			return nil
		} else if err != nil {
			return err
		}
		isChat, err := watchChat(ctx, tx, c)
		if err != nil {
			return err
		}
		_, err = tx.TxPipelined(ctx, func(p redis.Pipeliner) error {
			p.Del(ctx, key)
			if isChat {
				p.Del(ctx, chatKey(tenant, c.User))
			}
			return nil
		})
		return err
	}, key)
}

// watchChat says whether a conversation is its person's chat now, and watches
// that it stays so.
func watchChat(ctx context.Context, tx *redis.Tx, c okr.Conversation) (bool, error) {
	if c.Kind != okr.Personal || c.User == "" {
		return false, nil
	}
	key := chatKey(c.Tenant, c.User)
	if err := tx.Watch(ctx, key).Err(); err != nil {
		return false, err
	}
	id, err := tx.Get(ctx, key).Result()
	if missing(err) {
		return false, nil
	}
	return id == c.ID, err
}

func readConversation(ctx context.Context, cmd redis.Cmdable, tenant okr.TenantID, id string) (okr.Conversation, error) {
	var c okr.Conversation
	raw, err := cmd.Get(ctx, conversationKey(tenant, id)).Bytes()
	if missing(err) {
		return c, okr.Errorf(okr.NotFound, "okrbot does not know this conversation. Adding it there again makes it known.")
	} else if err != nil {
		return c, err
	}
	_, err = decode(raw, &c)
	return c, err
}

// scanChunk is how many keys Redis looks at for one answer, of which few are of the sort
// that is looked for.
const scanChunk = 1_000

// SharedPlaces gives channels and group chats that okrbot is known to be in, one of each
// team and at most most of them. It looks at all keys, so it is for what is asked for
// seldom.
func (m Memory) SharedPlaces(ctx context.Context, tenant okr.TenantID, most int) ([]okr.Conversation, error) {
	found := &sharedPlaces{seen: map[string]bool{}, most: most}
	err := m.s.eachMaster(ctx, func(ctx context.Context, c *redis.Client) error {
		for cursor := uint64(0); ; {
			keys, next, err := c.Scan(ctx, cursor, conversationKey(tenant, "")+"*", scanChunk).Result()
			if err != nil {
				return err
			}
			if isFull, err := found.read(ctx, c, keys); isFull || err != nil || next == 0 {
				return err
			}
			cursor = next
		}
	})
	return found.list, fail(ctx, "list places", err)
}

// sharedPlaces are shared conversations, one of each team.
type sharedPlaces struct {
	mu   sync.Mutex // guards what follows
	list []okr.Conversation
	seen map[string]bool
	most int
}

// read takes the shared ones of some conversations, until there are enough.
func (p *sharedPlaces) read(ctx context.Context, c *redis.Client, keys []string) (isFull bool, err error) {
	if len(keys) == 0 {
		return false, nil
	}
	values, err := c.MGet(ctx, keys...).Result()
	if err != nil {
		return false, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, value := range values {
		var place okr.Conversation
		raw, isThere := value.(string)
		if !isThere {
			continue // its time was over meanwhile
		}
		if _, err := decode([]byte(raw), &place); err != nil {
			return false, err
		}
		if team := cmp.Or(place.TeamID, place.ID); place.IsShared() && !p.seen[team] && len(p.list) < p.most {
			p.seen[team] = true
			p.list = append(p.list, place)
		}
	}
	return len(p.list) == p.most, nil
}

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

// spendScript counts one more try under each of some keys, until one has had too many.
//
//	KEYS    the counts
//	ARGV    how long a count lasts from its first try on, in milliseconds, and for each count
//	        how many tries there may be
//
// Returns the place of the count that has had too many, from 1; 0: none has.
var spendScript = redis.NewScript(`
for i, key in ipairs(KEYS) do
  local n = redis.call("INCR", key)
  if n == 1 then redis.call("PEXPIRE", key, ARGV[1]) end
  if n > tonumber(ARGV[i + 1]) then return i end
end
return 0`)

// Spend counts one more try under each of some keys within ttl of its first, in one trip.
// Where one has more than it may have, those behind it are not counted.
func (m Memory) Spend(ctx context.Context, tenant okr.TenantID, ttl time.Duration, tries ...okr.Tries) (over int, err error) {
	keys, args := make([]string, len(tries)), []any{ttl.Milliseconds()}
	for i, t := range tries {
		keys[i], args = triesKey(tenant, t.Key), append(args, t.Most)
	}
	over, err = spendScript.Run(ctx, m.s.client, keys, args...).Int()
	return over - 1, fail(ctx, "count tries", err)
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
