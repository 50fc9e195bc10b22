package redisstore_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
	"okrbot/okr/redisstore"
)

func chatOf(p okr.Person, id string) okr.Conversation {
	c := okrtest.Conversation(id)
	c.Kind, c.User, c.Name, c.TeamID = okr.Personal, p.ID, p.Name, ""
	return c
}

func TestConversations(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *redisstore.Store) {
		t.Helper()
		ctx := t.Context()
		channel, old, chat := okrtest.Conversation("19:x@thread.tacv2"), chatOf(okrtest.Ada, "a:1"), chatOf(okrtest.Ada, "a:2")
		_, err := s.Memory().PersonalConversation(ctx, okrtest.TenantID, okrtest.Ada.ID)
		okrtest.RequireKind(t, okr.NotFound, err)
		for _, c := range []okr.Conversation{channel, old, chat, chat} {
			require.NoError(t, s.Memory().SaveConversation(ctx, c))
		}
		got, err := s.Memory().Conversation(ctx, okrtest.TenantID, channel.ID)
		require.NoError(t, err)
		require.Equal(t, channel, got)
		_, err = s.Memory().Conversation(ctx, "other", channel.ID)
		okrtest.RequireKind(t, okr.NotFound, err)

		require.NoError(t, s.Memory().DropConversation(ctx, okrtest.TenantID, old.ID))
		got, err = s.Memory().PersonalConversation(ctx, okrtest.TenantID, okrtest.Ada.ID)
		require.NoError(t, err)
		require.Equal(t, chat, got, "the newer one stays")

		require.NoError(t, s.Memory().DropConversation(ctx, okrtest.TenantID, chat.ID))
		require.NoError(t, s.Memory().DropConversation(ctx, okrtest.TenantID, chat.ID))
		_, err = s.Memory().PersonalConversation(ctx, okrtest.TenantID, okrtest.Ada.ID)
		okrtest.RequireKind(t, okr.NotFound, err)
		require.NoError(t, s.Memory().DropConversation(ctx, okrtest.TenantID, channel.ID))
		require.Empty(t, dump(t, s))
	})
}

// Places that others read along in are found, one of each team, and none of another
// tenant.
func TestSharedPlaces(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *redisstore.Store) {
		t.Helper()
		ctx := t.Context()
		none, err := s.Memory().SharedPlaces(ctx, okrtest.TenantID, 10)
		require.NoError(t, err)
		require.Empty(t, none)
		general, other := okrtest.Conversation("19:a@thread.tacv2"), okrtest.Conversation("19:b@thread.tacv2")
		group := okrtest.Conversation("19:g@thread.v2")
		group.TeamID = ""
		foreign := okrtest.Conversation("19:f@thread.v2")
		foreign.Tenant = "other"
		for _, c := range []okr.Conversation{general, other, group, foreign, chatOf(okrtest.Ada, "a:1")} {
			require.NoError(t, s.Memory().SaveConversation(ctx, c))
		}
		found, err := s.Memory().SharedPlaces(ctx, okrtest.TenantID, 10)
		require.NoError(t, err)
		require.Len(t, found, 2)
		require.Contains(t, found, group)
		found, err = s.Memory().SharedPlaces(ctx, okrtest.TenantID, 1)
		require.NoError(t, err)
		require.Len(t, found, 1)
	})
}
