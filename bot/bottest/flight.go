package bottest

import (
	"context"
	"time"
)

// An update of a post waits for the answer of an invoke that was pressed on it, for flightLooks looks that are flightLook
// apart. A bot that answers first and updates afterwards is thereby seen in that order, even when the update overtakes the
// answer on the way. A bot that updates before it answers only loses this time. It is counted in looks, because on a busy
// machine those come as late as everything else does.
const (
	flightLooks = 20
	flightLook  = 5 * time.Millisecond
)

// takeOff counts the invokes under way on a post up or down.
func (c *Cloud) takeOff(p Post, by int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.flights[p.Chat.ID+"/"+p.ID] += by
	if by < 0 {
		c.touch()
	}
}

// settle waits until no invoke is under way on the post, for flightLooks at most.
func (c *Cloud) settle(ctx context.Context, key string) {
	look := time.NewTicker(flightLook)
	defer look.Stop()
	for looks := 0; looks < flightLooks; {
		c.mu.Lock()
		busy, changed := c.flights[key] > 0, c.changed
		c.mu.Unlock()
		if !busy {
			return
		}
		select {
		case <-changed:
		case <-look.C:
			looks++
		case <-ctx.Done():
			return
		}
	}
}
