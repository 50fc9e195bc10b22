package redisstore_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/okr"
	"okrbot/okr/okrtest"
	"okrbot/okr/redisstore"
)

const ttl = time.Minute

type refresher = func(context.Context, okr.Credential) (okr.Credential, error)

func never(okr.Credential) bool { return false }

// freshAs says that a credential with this access token is fresh.
func freshAs(token okr.Secret) func(okr.Credential) bool {
	return func(c okr.Credential) bool { return c.AccessToken == token }
}

// answer refreshes to an access token.
func answer(token okr.Secret) refresher {
	return func(_ context.Context, c okr.Credential) (okr.Credential, error) {
		c.AccessToken = token
		return c, nil
	}
}

func saved(t *testing.T, s *redisstore.Store) okr.Credential {
	t.Helper()
	c := okrtest.Credential(okrtest.Ada)
	require.NoError(t, s.SaveCredential(t.Context(), okrtest.TenantID, c))
	return c
}

func TestOneRefreshAcrossReplicas(t *testing.T) {
	t.Parallel()
	url := okrtest.StartRedis(t)
	replicas := []*redisstore.Store{open(t, url), open(t, url)}
	c := saved(t, replicas[0])
	var calls atomic.Int32
	started, finish := make(chan struct{}), make(chan struct{})
	refresh := func(ctx context.Context, c okr.Credential) (okr.Credential, error) {
		if calls.Add(1) == 1 {
			close(started)
		}
		<-finish
		return answer("new")(ctx, c)
	}
	got, errs := make([]okr.Credential, 10), make([]error, 10)
	var wait sync.WaitGroup
	for i := range got {
		wait.Go(func() {
			got[i], errs[i] = replicas[i%2].Refresh(t.Context(), okrtest.TenantID, c.ID, freshAs("new"), refresh)
		})
	}
	<-started
	close(finish)
	wait.Wait()
	require.NoError(t, errors.Join(errs...))
	require.Equal(t, int32(1), calls.Load())
	c.AccessToken = "new"
	for i := range got {
		require.Equal(t, c, got[i])
	}
	stored, err := replicas[1].Credential(t.Context(), okrtest.TenantID, c.ID)
	require.NoError(t, err)
	require.Equal(t, c, stored)
}

func TestFreshCredentialIsNotRefreshed(t *testing.T) {
	t.Parallel()
	s := open(t, "")
	c := saved(t, s)
	got, err := s.Refresh(t.Context(), okrtest.TenantID, c.ID, freshAs(c.AccessToken), nil)
	require.NoError(t, err)
	require.Equal(t, c, got)
	_, err = s.Refresh(t.Context(), okrtest.TenantID, "unknown", never, nil)
	okrtest.RequireKind(t, okr.SignIn, err)
}

func TestRefreshDoesNotBringBackADeletedCredential(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *redisstore.Store) {
		t.Helper()
		c := saved(t, s)
		_, err := s.Refresh(t.Context(), okrtest.TenantID, c.ID, never, func(ctx context.Context, c okr.Credential) (okr.Credential, error) {
			require.NoError(t, s.DeleteCredential(ctx, okrtest.TenantID, c.ID))
			return answer("new")(ctx, c)
		})
		okrtest.RequireKind(t, okr.SignIn, err)
		_, err = s.Credential(t.Context(), okrtest.TenantID, c.ID)
		okrtest.RequireKind(t, okr.SignIn, err)
		list, err := s.CredentialsOf(t.Context(), okrtest.TenantID, c.Owner)
		require.NoError(t, err)
		require.Empty(t, list)
	})
}

func TestRefreshDoesNotUndoANewSignIn(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *redisstore.Store) {
		t.Helper()
		c := saved(t, s)
		again := c
		again.AccessToken, again.SignedInAt = "signed in again", c.SignedInAt.Add(time.Hour)
		got, err := s.Refresh(t.Context(), okrtest.TenantID, c.ID, never, func(ctx context.Context, c okr.Credential) (okr.Credential, error) {
			require.NoError(t, s.SaveCredential(ctx, okrtest.TenantID, again))
			return answer("from the old sign-in")(ctx, c)
		})
		require.NoError(t, err)
		require.Equal(t, again, got)
	})
}

func TestFailedRefreshLetsTheNextOneTry(t *testing.T) {
	t.Parallel()
	s := open(t, "")
	c, refused := saved(t, s), errors.New("refused")
	_, err := s.Refresh(t.Context(), okrtest.TenantID, c.ID, never, func(context.Context, okr.Credential) (okr.Credential, error) {
		return okr.Credential{}, refused
	})
	require.Equal(t, refused, err)
	got, err := s.Refresh(t.Context(), okrtest.TenantID, c.ID, never, answer("new"))
	require.NoError(t, err)
	require.Equal(t, okr.Secret("new"), got.AccessToken)
}

// The old refresh token may be worth nothing once there is a new one.
func TestRefreshedTokenIsKeptWhenTheCallerHasGone(t *testing.T) {
	t.Parallel()
	s := open(t, "")
	c := saved(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := s.Refresh(ctx, okrtest.TenantID, c.ID, never, func(ctx context.Context, c okr.Credential) (okr.Credential, error) {
		cancel()
		return answer("new")(ctx, c)
	})
	require.NoError(t, err)
	stored, err := s.Credential(t.Context(), okrtest.TenantID, c.ID)
	require.NoError(t, err)
	require.Equal(t, okr.Secret("new"), stored.AccessToken)
}

func TestWaitingForARefreshEndsWithTheContext(t *testing.T) {
	t.Parallel()
	s := open(t, "")
	c := saved(t, s)
	_, err := s.Refresh(t.Context(), okrtest.TenantID, c.ID, never, func(ctx context.Context, c okr.Credential) (okr.Credential, error) {
		short, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
		defer cancel()
		_, err := s.Refresh(short, okrtest.TenantID, c.ID, never, nil)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		return answer("new")(ctx, c)
	})
	require.NoError(t, err)
}

// A replica that died in the midst of a refresh holds up nobody for long: its
// lock runs out.
func TestLockOfADeadReplicaRunsOut(t *testing.T) {
	t.Parallel()
	s := open(t, okrtest.StartRedis(t))
	c := saved(t, s)
	got, err := s.Refresh(t.Context(), okrtest.TenantID, c.ID, never, func(ctx context.Context, c okr.Credential) (okr.Credential, error) {
		lock := keyWith(t, s, "refresh:")
		left, err := s.Client().PTTL(ctx, lock).Result()
		require.NoError(t, err)
		require.Greater(t, left, 35*time.Second, "longer than a refresh may take")
		require.NoError(t, s.Client().PExpire(ctx, lock, 50*time.Millisecond).Err())
		_, err = s.Refresh(ctx, okrtest.TenantID, c.ID, never, answer("the other's"))
		require.NoError(t, err)
		return answer("too late")(ctx, c)
	})
	require.NoError(t, err)
	require.Equal(t, okr.Secret("the other's"), got.AccessToken)
}
