package chat

import (
	"context"
	"math/rand/v2"
	"strconv"
	"time"

	"okrbot/bot/teams"
	"okrbot/okr"
)

// postsPerSecond is how many of the 30 requests a second that Teams takes of an
// app in one tenant okrbot makes by itself, over all replicas: the rest is for the
// answers that people wait for ("Rate limit and best practices for Teams bots").
const postsPerSecond = 20

// AwaitRoom waits until the tenant has room for a post that nobody asked for. The
// count is that of all replicas. It is a courtesy: where the store does not answer,
// the connector's own pace and the service's refusals do.
func (c *Chat) AwaitRoom(ctx context.Context, tenant okr.TenantID) error {
	most := postsPerSecond
	if c.PostsPerSecond > 0 {
		most = c.PostsPerSecond
	}
	for {
		now := time.Now()
		n, err := c.Memory.CountTry(ctx, tenant, "posts:"+strconv.FormatInt(now.Unix(), 10), 10*time.Second)
		if err != nil || n <= most {
			return ctx.Err()
		}
		next := now.Truncate(time.Second).Add(time.Second).Sub(now)
		if err := teams.Sleep(ctx, next+rand.N(time.Second/4)); err != nil { //nolint:gosec // no secret: it spreads those that wait
			return err
		}
	}
}
