package redisstore_test

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
	"okrbot/okr/redisstore"
)

func TestNoSecretStandsInRedis(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *redisstore.Store) {
		t.Helper()
		ctx, c := t.Context(), okrtest.Credential(okrtest.Ada)
		require.NoError(t, s.SaveCredential(ctx, okrtest.TenantID, c))
		_, err := s.Refresh(ctx, okrtest.TenantID, c.ID, never, answer("access-token-refreshed"))
		require.NoError(t, err)
		require.NoError(t, s.SaveCredential(ctx, okrtest.TenantID, okrtest.Application()))
		require.NoError(t, s.Memory().PutTicket(ctx, "ticket-of-the-test", []byte("access-token-in-ticket"), ttl))
		require.NoError(t, s.Memory().PutDraft(ctx, okrtest.TenantID, "d", []byte("access-token-in-draft"), ttl))

		all := dump(t, s)
		require.Contains(t, all, "credential")
		require.Contains(t, all, "ada@contoso.example", "the dump sees values")
		require.Contains(t, all, "okr-reader")
		for _, secret := range []string{"client-secret", "access-token", "refresh-token", "ticket-of-the-test"} {
			require.NotContains(t, all, secret)
			require.NotContains(t, all, base64.StdEncoding.EncodeToString([]byte(secret))[:12])
		}
	})
}

func TestCredentialWithoutItsKey(t *testing.T) {
	t.Parallel()
	ctx, url := t.Context(), okrtest.StartRedis(t)
	c := okrtest.Credential(okrtest.Ada)
	require.NoError(t, open(t, url).SaveCredential(ctx, okrtest.TenantID, c))

	other, err := redisstore.Open(ctx, redisstore.Options{URL: url, SealKeys: sealKey("k2", 'b'), Inspect: true})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, other.Close()) })
	_, err = other.Credential(ctx, okrtest.TenantID, c.ID)
	okrtest.RequireKind(t, okr.SignIn, err)
	require.ErrorContains(t, err, `no key "test"`)
	list, err := other.CredentialsOf(ctx, okrtest.TenantID, okrtest.Ada.ID)
	require.NoError(t, err)
	require.Len(t, list, 1, "it can still be listed, to sign out")
	require.Empty(t, list[0].RefreshToken.Reveal())

	require.NoError(t, other.SaveCredential(ctx, okrtest.TenantID, c), "signing in again helps")
	got, err := other.Credential(ctx, okrtest.TenantID, c.ID)
	require.NoError(t, err)
	require.Equal(t, c, got)
	require.NoError(t, open(t, url).DeleteCredential(ctx, okrtest.TenantID, c.ID), "deleting needs no key")
}

func TestAnApplicationWithoutItsKey(t *testing.T) {
	t.Parallel()
	ctx, url := t.Context(), okrtest.StartRedis(t)
	c := okrtest.Application()
	require.NoError(t, open(t, url).SaveCredential(ctx, okrtest.TenantID, c))
	other, err := redisstore.Open(ctx, redisstore.Options{URL: url, SealKeys: sealKey("k2", 'b'), Inspect: true})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, other.Close()) })
	_, err = other.Credential(ctx, okrtest.TenantID, c.ID)
	okrtest.RequireKind(t, okr.SignIn, err)
	require.ErrorContains(t, err, "An admin can enter its secret or certificate again")
	require.Equal(t, okr.StepApplications, okr.NextOf(err)[0].Kind)
	list, err := other.CredentialsOf(ctx, okrtest.TenantID, c.Owner)
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.Equal(t, "okr-reader", list[0].Application.Name)
	require.Empty(t, list[0].Application.Proof.Reveal())
}

func TestSealedTokensCannotBeMoved(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *redisstore.Store) {
		t.Helper()
		ctx, ada, grace := t.Context(), okrtest.Credential(okrtest.Ada), okrtest.Credential(okrtest.Grace)
		require.NoError(t, s.SaveCredential(ctx, okrtest.TenantID, ada))
		require.NoError(t, s.SaveCredential(ctx, okrtest.TenantID, grace))
		stolen, err := s.Client().Get(ctx, keyWith(t, s, "credential:"+string(ada.Owner))).Result()
		require.NoError(t, err)
		require.NoError(t, s.Client().Set(ctx, keyWith(t, s, "credential:"+string(grace.Owner)), stolen, 0).Err())
		_, err = s.Credential(ctx, okrtest.TenantID, grace.ID)
		okrtest.RequireKind(t, okr.SignIn, err)
	})
}

// keyWith finds the one key that has a text.
func keyWith(t *testing.T, s *redisstore.Store, text string) string {
	t.Helper()
	keys, err := s.Client().Keys(t.Context(), "*"+text+"*").Result()
	require.NoError(t, err)
	require.Len(t, keys, 1)
	return keys[0]
}

const canaries = "okr:canaries"

// allKeys gives the keys of a Redis, but for that which stays and names nobody.
func allKeys(t *testing.T, s *redisstore.Store) []string {
	t.Helper()
	keys, err := s.Client().Keys(t.Context(), "*").Result()
	require.NoError(t, err)
	return slices.DeleteFunc(keys, func(k string) bool { return k == canaries })
}

// dump gives all keys and values of a Redis as text.
func dump(t *testing.T, s *redisstore.Store) string {
	t.Helper()
	keys := allKeys(t, s)
	var all strings.Builder
	for _, key := range keys {
		all.WriteString(key + " = " + strings.Join(valuesOf(t, s.Client(), key), " ") + "\n")
	}
	return all.String()
}

func valuesOf(t *testing.T, c redis.UniversalClient, key string) []string {
	t.Helper()
	kind, err := c.Type(t.Context(), key).Result()
	require.NoError(t, err)
	var values []string
	switch kind {
	case "string":
		var value string
		value, err = c.Get(t.Context(), key).Result()
		values = []string{value}
	case "set":
		values, err = c.SMembers(t.Context(), key).Result()
	case "zset":
		values, err = c.ZRange(t.Context(), key, 0, -1).Result()
	case "list":
		values, err = c.LRange(t.Context(), key, 0, -1).Result()
	case "hash":
		values, err = c.HVals(t.Context(), key).Result()
	default:
		require.Fail(t, "unknown type", kind)
	}
	require.NoError(t, err)
	return values
}
