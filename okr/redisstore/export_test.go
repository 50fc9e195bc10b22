package redisstore

import (
	"context"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/server"
	"github.com/redis/go-redis/v9"
)

// Quicken gives the embedded Redis, if it is one, a hook that is made while it wants no password.
func (s *Store) Quicken(hook func(*miniredis.Miniredis) server.Hook) {
	if client, is := s.client.(*redis.Client); is && s.embedded != nil {
		s.embedded.RequireAuth("")
		s.embedded.Server().SetPreHook(hook(s.embedded))
		s.embedded.RequireAuth(client.Options().Password)
	}
}

// ClientOf gives the way to Redis of a gate.
func ClientOf(g Gate) redis.UniversalClient { return g.s.client }

// WalkFrom makes lists of so many members long ones.
func (s *Store) WalkFrom(n int) { s.large = n }

// TurnHook is what stands between a turn and Redis.
func TurnHook(ctx context.Context, redis redis.ProcessHook) (turn context.Context, hook redis.ProcessHook) {
	return context.WithValue(ctx, foreseenKey{}, newForeseen(time.Now)), foresight{}.ProcessHook(redis)
}
