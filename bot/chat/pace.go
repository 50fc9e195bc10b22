package chat

import (
	"context"
	"fmt"
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

// Limit is how often something that costs others may be done in an hour.
type Limit struct {
	What      string // as words go on after "asked for": "syncs"
	PerPerson int
	PerTenant int
}

// Spend counts one more of what a limit is of. Throttled, with words: the person or
// the whole tenant has had as much as fits into an hour.
func (c *Chat) Spend(ctx context.Context, t *Turn, l Limit) error {
	hour := c.Now().UTC().Truncate(time.Hour)
	next := t.Place.Clock(hour.Add(time.Hour))
	tries := func(who string, most int) okr.Tries {
		return okr.Tries{Key: fmt.Sprintf("%s:%s:%d", l.What, who, hour.Unix()), Most: most}
	}
	limits := []okr.Tries{tries(string(t.Actor.ID), l.PerPerson), tries("", l.PerTenant)}
	over, err := c.Memory.Spend(ctx, t.Actor.Tenant, time.Hour, limits...)
	if err != nil {
		return err
	}
	if over >= 0 {
		who := []string{"You have", "Everyone here together has"}[over]
		return okr.Errorf(okr.Throttled, "%s asked for %d %s this hour, which is the limit. Try again from %s. Bound OKRs are still updated automatically.", who, limits[over].Most, l.What, next)
	}
	return nil
}
