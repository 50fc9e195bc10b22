package chat

import (
	"context"
	"fmt"
	"time"

	"okrbot/okr"
)

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
	next := hour.Add(time.Hour).In(t.Place.Zone).Format("15:04")
	for _, of := range []struct {
		key, who string
		most     int
	}{{string(t.Actor.ID), "You have", l.PerPerson}, {"", "Everybody here together has", l.PerTenant}} {
		n, err := c.Memory.CountTry(ctx, t.Actor.Tenant, fmt.Sprintf("%s:%s:%d", l.What, of.key, hour.Unix()), time.Hour)
		if err != nil {
			return err
		}
		if n > of.most {
			return okr.Errorf(okr.Throttled, "%s asked for %d %s in this hour, which is as many as okrbot asks of Azure DevOps. From %s on it goes again; what is bound is measured each hour by itself.", of.who, of.most, l.What, next)
		}
	}
	return nil
}
