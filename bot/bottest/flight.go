package bottest

import (
	"context"
	"time"
)

// flightGrace is how long an update of a post waits for the answer of an invoke that
// was pressed on it. A bot that answers first and updates afterwards is thereby seen
// in that order, even when the update overtakes the answer on the way. A bot that
// updates before it answers only loses this time.
const flightGrace = 100 * time.Millisecond

// takeOff counts the invokes under way on a post up or down.
func (c *Cloud) takeOff(p Post, by int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.flights[p.Chat.ID+"/"+p.ID] += by
	if by < 0 {
		c.touch()
	}
}

// settle waits until no invoke is under way on the post, for flightGrace at most.
func (c *Cloud) settle(ctx context.Context, key string) {
	timer := time.NewTimer(flightGrace)
	defer timer.Stop()
	for {
		c.mu.Lock()
		busy, changed := c.flights[key] > 0, c.changed
		c.mu.Unlock()
		if !busy {
			return
		}
		select {
		case <-changed:
		case <-timer.C:
			return
		case <-ctx.Done():
			return
		}
	}
}
