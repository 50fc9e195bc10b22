package redisstore

import (
	"context"

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
