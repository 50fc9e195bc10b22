package redisstore

import (
	"cmp"
	"context"
	"sync"

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
func setConversation(ctx context.Context, p redis.Pipeliner, c okr.Conversation, raw []byte) []*redis.StatusCmd {
	cmds := []*redis.StatusCmd{p.Set(ctx, conversationKey(c.Tenant, c.ID), raw, lifeOf(c))}
	if c.Kind == okr.Personal && c.User != "" {
		cmds = append(cmds, p.Set(ctx, chatKey(c.Tenant, c.User), c.ID, 0))
	}
	return cmds
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
